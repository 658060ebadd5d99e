// Calls and events of campaigns: what a caller sees, giving calls to others, marking who came.
import { day, esc, known } from "./panel/html";

const SERVER = "relationship_crm.campaigns.call_desk";
const TOUCH = "Campaign Touch";
const ACTIVITY = "Campaign Activity";
/** Who may give calls to others. */
const MANAGERS = ["Relationship Manager", "System Manager"];
/** Responses that a call is made for. */
const WELCOME = ["Interested", "Registered", "Attended", "Ordered"];
const MARKS = ["Registered", "Declined", "Attended", "No Show"];

export const is_manager = () => MANAGERS.some((role) => frappe.user.has_role(role));

/** Why somebody was not contacted, as the server stores it. */
export function reason(stored) {
	const reasons = {
		"Does not want campaigns": __("Does not want campaigns"),
		"Personal data erased": __("Personal data erased"),
		"No consent": __("No consent"),
		"Customer is disabled": __("Customer is disabled"),
		"No address": __("No address"),
		"Same address as another member": __("Same address as another member"),
		"Not in a stage the campaign aims at": __("Not in a stage the campaign aims at"),
		"No e-mail address": __("No e-mail address"),
		"No phone number": __("No phone number"),
		"No postal address": __("No postal address"),
		"No message for this stage": __("No message for this stage"),
		"In the control group": __("In the control group"),
		"Contacted too recently": __("Contacted too recently"),
		"The campaign has ended": __("The campaign has ended"),
		"The campaign was cancelled": __("The campaign was cancelled"),
		"The activity was deleted": __("The activity was deleted"),
		"Withdrawn by hand": __("Withdrawn by hand"),
		"Campaign Cancelled": __("The campaign was cancelled"),
		"The time for calls is over": __("The time for calls is over"),
	};
	return reasons[stored] || stored || "";
}

// the call

/** Draws what a caller needs into the form; `record` is called with outcome, note and the day agreed on. */
export function draw_sheet(frm, sheet, { may_call, record }) {
	const $area = frm.get_field("script_html").$wrapper.empty();
	const $sheet = $(`<div class="rcrm rcrm-call">
		${header(frm.doc, sheet, may_call)}
		<div class="rcrm-columns">
			<div class="rcrm-card"><h6>${__("Script")}</h6><div class="rcrm-script">${
				sheet.script || `<p class="text-muted">${__("The activity has no script.")}</p>`
			}</div></div>
			<div class="rcrm-card">${facts(sheet)}</div>
		</div>
	</div>`).appendTo($area);
	$sheet.on("click", "[data-documents]", (event) => {
		const { doctype, filters } = sheet.documents[event.currentTarget.dataset.documents];
		frappe.set_route("List", doctype, filters);
	});
	if (may_call) draw_outcomes($sheet, sheet, record);
}

function header(doc, sheet, may_call) {
	const link = doc.party ? `<a href="${esc(frappe.utils.get_form_link(doc.party_type, doc.party))}">${esc(doc.party)}</a>` : "";
	const phones = sheet.phones
		.map((number) => `<a class="btn btn-default btn-lg" href="tel:${esc(number.replace(/[^\d+]/g, ""))}">☎ ${esc(number)}</a>`)
		.join(" ");
	const attempts = sheet.most_attempts
		? __("Attempt {0} of {1}", [doc.attempts + 1, sheet.most_attempts])
		: __("Attempt {0}", [doc.attempts + 1]);
	const until = sheet.call_until ? ` · ${__("until {0}", [day(sheet.call_until)])}` : "";
	const side = sheet.barred
		? `<div class="alert alert-warning" style="margin: 0">${esc(sheet.barred)}</div>`
		: may_call
			? phones || `<span class="text-muted">${__("No phone number")}</span>`
			: "";
	return `<div class="rcrm-call-head">
		<div><h4>${esc(doc.recipient_name || doc.party)}</h4>
			<div class="text-muted">${link}${doc.stage_name ? ` · ${esc(__(doc.stage_name))}` : ""}${
				sheet.is_open ? ` · ${esc(attempts)}${esc(until)}` : ""
			}</div></div>
		<div>${side}</div>
	</div>`;
}

function facts({ relationship, documents, calls, responses }) {
	const parts = [];
	if (relationship) {
		const names = { satisfaction: __("Satisfaction"), trust: __("Trust"), engagement: __("Engagement") };
		const scores = Object.entries(relationship.scores)
			.filter(([, value]) => known(value))
			.map(([name, value]) => `${esc(names[name])} <b>${Number(value).toFixed(0)}</b>`);
		const stage = relationship.stage_name ? `<b>${esc(__(relationship.stage_name))}</b>` : "";
		const bought = known(relationship.revenue_12m)
			? __("{0} in 12 months", [esc(format_currency(relationship.revenue_12m, relationship.reporting_currency))])
			: "";
		const warning = relationship.dissolution ? `<span class="rcrm-down">${__("Dissolving")}</span>` : "";
		parts.push(block(__("Relationship"), [[stage, warning, ...scores, bought].filter(Boolean).join(" · ")]));
	}
	if (documents.length) {
		const lines = documents.map(
			({ label, count }, place) => `<a data-documents="${place}">${esc(label)}: <b>${Number(count)}</b></a>`
		);
		parts.push(block(__("Documents"), [lines.join(" · ")]));
	}
	if (responses.length) {
		const lines = responses.map(
			(row) => `${day(row.responded_on)} <b>${esc(__(row.response))}</b> (${esc(__(row.source))}) ${esc(row.note || "")}`
		);
		parts.push(block(__("Earlier Responses"), lines));
	}
	if (calls.length) {
		const lines = calls.map((row) => `${day(row.called_on)} ${esc(row.by || "")}: ${esc(row.text)}`);
		parts.push(block(__("Earlier Calls"), lines));
	}
	return parts.join("") || `<p class="text-muted">${__("Nothing is known yet.")}</p>`;
}

const block = (title, lines) => `<h6>${esc(title)}</h6>${lines.map((line) => `<p>${line}</p>`).join("")}`;

function draw_outcomes($sheet, sheet, record) {
	const $card = $('<div class="rcrm-card"></div>').appendTo($sheet);
	const make = (df) => {
		const control = frappe.ui.form.make_control({ parent: $card, df, render_input: true });
		control.refresh();
		return control;
	};
	const note = make({ fieldtype: "Small Text", fieldname: "call_note", label: __("Note") });
	const next_on = make({
		fieldtype: "Datetime",
		fieldname: "call_next_on",
		label: __("Next Call"),
		description: __("Empty: as the outcome says. A day set here is kept only by outcomes that do not end the calls."),
	});
	const $buttons = $('<div class="rcrm-outcomes"></div>').appendTo($card);
	sheet.outcomes.forEach((outcome) => {
		$(`<button class="btn btn-sm ${WELCOME.includes(outcome.response) ? "btn-primary" : "btn-default"}"></button>`)
			.text(outcome.label)
			.attr("title", meaning(outcome))
			.attr("data-outcome", outcome.name)
			.on("click", () => record(outcome.name, note.get_value(), next_on.get_value()))
			.appendTo($buttons);
	});
}

function meaning({ reached, closes, next_days, no_campaigns }) {
	if (no_campaigns) return __("No more campaigns for this person");
	const what = reached ? __("Reached") : __("Not Reached");
	if (closes) return `${what}. ${__("Ends the calls")}`;
	return `${what}. ${next_days ? __("Next call after {0} days of work", [next_days]) : __("Next call later the same day")}`;
}

// lists

/** My calls, the next one, and for managers giving calls to others; marking who comes to events. */
export function add_list_actions(listview) {
	const { page } = listview;
	const my_calls = () => ({
		channel: "Call",
		assigned_to: frappe.session.user,
		status: ["in", ["Waiting", "Reached"]],
		next_contact_on: ["<=", frappe.datetime.now_datetime()],
	});
	page.add_inner_button(__("My Calls"), () => {
		// the longest overdue first
		listview.sort_selector?.set_value("next_contact_on", "asc");
		return set_filters(listview, my_calls());
	});
	if (!frappe.model.can_write(TOUCH)) return;
	page.add_inner_button(__("Next Call"), () => open_next());
	MARKS.forEach((mark) => {
		page.add_actions_menu_item(__("Mark as {0}", [__(mark)]), () => mark_chosen(listview, mark), false);
	});
	if (!is_manager()) return;
	page.add_menu_item(__("Redistribute Calls"), () => redistribute({ after: () => look_again(listview) }));
	page.add_actions_menu_item(
		__("Give Calls to Others"),
		() => redistribute({ touches: listview.get_checked_items(true), after: () => look_again(listview) }),
		false
	);
}

async function set_filters(listview, filters) {
	await listview.filter_area.clear(false);
	const rows = Object.entries(filters).map(([field, value]) => [
		listview.doctype,
		field,
		...(Array.isArray(value) ? value : ["=", value]),
	]);
	await listview.filter_area.add(rows);
}

/** Opens the user's next call, another than one. */
export async function open_next(skip) {
	const next = await frappe.xcall(`${SERVER}.next_call`, { skip });
	if (next) return frappe.set_route("Form", TOUCH, next);
	frappe.show_alert({ message: __("No more calls are due."), indicator: "blue" });
}

// events

async function mark_chosen(listview, attendance) {
	const chosen = listview.get_checked_items().filter((row) => row.channel === "Event");
	if (!chosen.length) return frappe.msgprint(__("Choose people who were invited to an event."));
	await mark(chosen.map((row) => row.name), attendance);
	listview.clear_checked_items?.();
	look_again(listview);
}

/** Frappe ignores a list that asks for the same twice within seconds; here the rows have changed meanwhile. */
function look_again(listview) {
	listview.last_args = null;
	listview.refresh();
}

async function mark(touches, attendance) {
	const count = await frappe.xcall(`${SERVER}.mark_attendance`, { touches, attendance });
	frappe.show_alert({ message: __("{0} marked as {1}", [count, __(attendance)]), indicator: "green" });
}

/** On the form of somebody who was invited. */
export function add_attendance_buttons(frm) {
	if (!frm.perm[0]?.write || !["Waiting", "Sent", "Reached"].includes(frm.doc.status)) return;
	MARKS.filter((attendance) => attendance !== frm.doc.attendance).forEach((attendance) => {
		frm.add_custom_button(
			__(attendance),
			async () => {
				await mark([frm.doc.name], attendance);
				frm.reload_doc();
			},
			__("Mark as")
		);
	});
}

// redistribution

/** Asks whose calls go to whom; of a campaign, an activity, or those chosen in a list. */
export async function redistribute({ campaign, activity, touches, after }) {
	const people = await frappe.xcall(`${SERVER}.colleagues`, { campaign, activity });
	if (!people.length) return frappe.msgprint(__("There are no open calls."));
	const total = people.reduce((sum, person) => sum + person.open, 0);
	const label = ({ full_name, enabled, open, user }) =>
		`${full_name}${enabled || user === "-" ? "" : ` (${__("disabled")})`}: ${open}`;
	const whose = {
		fieldname: "of",
		fieldtype: "Select",
		label: __("Open Calls Of"),
		options: [
			{ value: "", label: `${__("Everybody")}: ${total}` },
			...people.map((person) => ({ value: person.user, label: label(person) })),
		],
		// whose calls nobody can make any more
		default: people.find((person) => !person.enabled)?.user || "",
	};
	const chosen = { fieldtype: "HTML", fieldname: "chosen", options: `<p>${__("{0} chosen", [touches?.length || 0])}</p>` };
	const dialog = new frappe.ui.Dialog({
		title: __("Redistribute Calls"),
		fields: [
			touches ? chosen : whose,
			{
				fieldname: "callers",
				fieldtype: "MultiSelectPills",
				label: __("Give To"),
				reqd: 1,
				get_data: (txt) =>
					frappe.db.get_link_options("User", txt, { enabled: 1, user_type: "System User" }),
			},
			{
				fieldname: "how",
				fieldtype: "HTML",
				options: `<p class="text-muted small">${__(
					"Calls stay with who spoke to the person already, else go to the account manager where that is one of these; the rest goes to whoever has least to do."
				)}</p>`,
			},
		],
		primary_action_label: __("Redistribute"),
		async primary_action({ of, callers }) {
			dialog.hide();
			const given = await frappe.xcall(`${SERVER}.redistribute`, { callers, of, campaign, activity, touches });
			const lines = given.map((row) => `${row.full_name}: ${row.calls}`);
			frappe.msgprint({
				title: __("Redistributed"),
				message: lines.map(esc).join("<br>") || __("Every call is where it belongs already."),
				indicator: "green",
			});
			after?.();
		},
	});
	dialog.show();
}

/** What activities and campaigns offer for calls and events. */
export function watch_activities() {
	frappe.ui.form.on(ACTIVITY, {
		refresh(frm) {
			const { channel, status, name } = frm.doc;
			if (frm.is_new() || status === "Draft") return;
			if (channel === "Call" && is_manager()) {
				const after = () => frm.reload_doc();
				frm.add_custom_button(__("Redistribute Calls"), () => redistribute({ activity: name, after }));
			}
			if (channel === "Event") add_event_buttons(frm);
		},
	});
}

async function add_event_buttons(frm) {
	const { name, event } = frm.doc;
	if (event) frm.add_custom_button(__("Event"), () => frappe.set_route("Form", "Event", event), __("View"));
	if (frm.perm[0]?.write) {
		const label = event ? __("Update Event") : __("Make Event");
		frm.add_custom_button(label, async () => {
			const made = await frappe.xcall(`${SERVER}.make_event`, { activity: name });
			await frm.reload_doc();
			const link = frappe.utils.get_form_link("Event", made, true);
			frappe.show_alert({ message: __("It stands in the calendar: {0}", [link]), indicator: "green" }, 7);
		});
	}
	const seen = await frappe.xcall(`${SERVER}.event_overview`, { activity: name });
	if (frm.doc.name !== name) return;
	const seats = seen.seats ? ` · ${seen.free < 0 ? __("{0} too many", [-seen.free]) : __("{0} seats free", [seen.free])}` : "";
	const words = __("{0} invited, {1} registered, {2} declined, {3} attended, {4} did not come", [
		seen.invited,
		seen.registered,
		seen.declined,
		seen.attended,
		seen.no_show,
	]);
	frm.dashboard.set_headline_alert(esc(words + seats), seen.free < 0 ? "orange" : "blue");
}
