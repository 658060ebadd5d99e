// Waves of campaigns: whom one reaches, what its messages look like, starting it.
import { esc } from "../panel/html";

const DRAWS_UP = "relationship_crm.campaigns.lists.freeze";
const TESTED = ["Email", "Event"];

/** Below the messages: how many people of each stage get one, and who would get none. */
export async function draw_audience(frm) {
	const $area = frm.get_field("message_preview_html").$wrapper.empty();
	if (frm.is_new() || frm.doc.made || frm.doc.channel == "Call") return;
	const { message: found } = await frm.call("audience_by_stage");
	if (!found?.total) {
		const text = (await is_open(frm))
			? __("The list of the campaign is not frozen yet: who gets this is known then.")
			: __("Nobody of the campaign belongs to this audience so far.");
		$area.html(`<p class="text-muted">${text}</p>`);
		return;
	}
	const rows = Object.entries(found.people).sort(([a], [b]) => a.localeCompare(b));
	const line = ([stage, number]) => {
		const missing = found.missing.includes(stage);
		const said = missing ? `<span class="indicator-pill red">${__("No message")}</span>` : "";
		return `<tr><td>${esc(stage ? __(stage) : __("Without a stage"))}</td><td class="text-right">${cint(number)}</td><td>${said}</td></tr>`;
	};
	$area.html(`<table class="table table-bordered small" style="max-width: 480px">
		<thead><tr><th>${__("Stage")}</th><th class="text-right">${__("People")}</th><th></th></tr></thead>
		<tbody>${rows.map(line).join("")}</tbody>
		<tfoot><tr><th>${__("Together")}</th><th class="text-right">${cint(found.total)}</th><th></th></tr></tfoot>
	</table>`);
}

export function add_buttons(frm) {
	if (frm.is_new()) return;
	if (frm.doc.channel != "Call" && frm.doc.messages?.length) {
		frm.add_custom_button(__("Preview"), () => preview(frm));
	}
	if (frm.doc.status == "Draft") return;
	frm.add_custom_button(__("Touches"), () => frappe.set_route("List", "Campaign Touch", { activity: frm.doc.name }));
	if (!relationship_crm.run.may_work_on(frm)) return;
	if (frm.doc.status == "Stopped" && frm.doc.waiting) {
		frm.add_custom_button(__("Withdraw Who Waits"), () => withdraw(frm), __("Actions"));
	}
	if (frm.doc.failed && ["Stopped", "Completed", "Failed"].includes(frm.doc.status)) {
		frm.add_custom_button(__("Try Failed Again"), () => act(frm, "try_failed_again"), __("Actions"));
	}
}

/** Whether an activity may be started; where the campaign's list is still open, it offers to draw it up. */
export async function may_start(frm) {
	if (!(await is_open(frm))) return confirmed(frm);
	frappe.confirm(
		__("The list of the campaign is still open. Freeze it now? Who is contacted, and who is left out by lot, is drawn up once."),
		async () => {
			await frappe.xcall(DRAWS_UP, { campaign: frm.doc.campaign });
			frappe.show_alert({ message: __("The list is being drawn up. Start the activity when it is frozen."), indicator: "blue" });
		}
	);
	return false;
}

async function is_open(frm) {
	const { message } = await frappe.db.get_value("Relationship Campaign", frm.doc.campaign, "members_status");
	return message.members_status == "Open";
}

async function confirmed(frm) {
	if (frm.doc.made) return true;
	const { message: found } = await frm.call("audience_by_stage");
	const text = {
		Call: __("Give the calls to {0} people to the callers?", [cint(found.total)]),
		Letter: __("Print letters to {0} people?", [cint(found.total)]),
	};
	const question = text[frm.doc.channel] || __("Send this to {0} people?", [cint(found.total)]);
	return new Promise((resolve) => frappe.confirm(question, () => resolve(true), () => resolve(false)));
}

function withdraw(frm) {
	frappe.confirm(__("Withdraw {0} people who still wait?", [cint(frm.doc.waiting)]), () => act(frm, "withdraw"));
}

async function act(frm, method) {
	await frm.call(method);
	await frm.reload_doc();
}

// preview

async function preview(frm) {
	if (frm.is_dirty()) await frm.save();
	const { message: audience } = await frm.call("audience_by_stage");
	const dialog = new frappe.ui.Dialog({
		title: __("Preview"),
		size: "large",
		fields: [
			{
				fieldname: "stage",
				fieldtype: "Select",
				label: __("As Somebody of Stage"),
				options: [{ value: "", label: __("Any") }, ...audience.stages.map((value) => ({ value, label: __(value) }))],
				onchange: () => show(dialog, frm),
			},
			{ fieldtype: "Column Break" },
			{
				fieldname: "variant",
				fieldtype: "Select",
				label: __("Variant"),
				options: audience.variants,
				default: audience.variants[0],
				hidden: audience.variants.length < 2,
				onchange: () => show(dialog, frm),
			},
			{ fieldtype: "Section Break" },
			{ fieldname: "shown", fieldtype: "HTML" },
		],
	});
	if (TESTED.includes(frm.doc.channel) && relationship_crm.run.may_work_on(frm)) {
		dialog.set_primary_action(__("Send a Test to Me"), () => send_test(dialog, frm));
	}
	dialog.show();
	const first = audience.stages.find((stage) => !audience.missing.includes(stage)) || "";
	await dialog.set_value("stage", first);
	await show(dialog, frm);
}

const chosen = (dialog) => ({ stage: dialog.get_value("stage") || "", variant: dialog.get_value("variant") || "" });

async function show(dialog, frm) {
	const wanted = chosen(dialog);
	if (dialog.wanted == JSON.stringify(wanted)) return;
	dialog.wanted = JSON.stringify(wanted);
	const { message: found } = await frm.call("preview", wanted);
	// another stage may have been chosen meanwhile
	if (dialog.wanted != JSON.stringify(wanted)) return;
	const $area = dialog.get_field("shown").$wrapper.empty();
	const head = [__("For {0}", [esc(found.recipient)]), found.variant && dialog.fields_dict.variant.df.options.length > 1 ? __("Variant {0}", [esc(found.variant)]) : ""];
	$area.append(`<p class="text-muted small">${head.filter(Boolean).join(" · ")}</p>`);
	if (found.subject) $area.append(`<p><b>${esc(found.subject)}</b></p>`);
	if (found.text) $area.append(`<pre style="white-space: pre-wrap">${esc(found.text)}</pre>`);
	if (found.html) $area.append(frame(found.html));
}

/** Shown as it is, and able to do nothing: no scripts, no forms, no way out. */
function frame(html) {
	const $frame = $("<iframe sandbox>").attr({ srcdoc: html, title: __("Message") });
	return $frame.css({ width: "100%", height: "480px", background: "white", border: "1px solid var(--border-color)" });
}

async function send_test(dialog, frm) {
	const { message: address } = await frm.call("send_test", chosen(dialog));
	frappe.show_alert({ message: __("On its way to {0}.", [esc(address)]), indicator: "green" });
}
