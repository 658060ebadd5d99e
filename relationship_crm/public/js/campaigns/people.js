// The people of a campaign and of a target list: who is on it, its groups, freezing it.
import { esc } from "../panel/html";

const EVENT = "campaign_freezing_progress";
const OPEN = ["Open", "Failed"];
const UNDER_WAY = ["Queued", "Running"];
const LOOK_AGAIN = 4000;
const GROUPS = ["Contacted", "Control", "Left Out"];

/** The tab with the people of a campaign. Called by the form when it is refreshed. */
export function draw_people(frm) {
	listen(frm);
	const { doc } = frm;
	const $people = area(frm, "members_html").empty();
	area(frm, "sample_size_html").empty();
	if (frm.is_new() || cint(doc.is_template)) return;
	add_buttons(frm);
	if (UNDER_WAY.includes(doc.members_status)) return show_progress(frm, 0);
	if (doc.members_status == "Frozen") return show_members(frm, $people);
	offer_preview($people, "preview_campaign", { campaign: doc.name }, (found) => {
		area(frm, "sample_size_html").html(found.size ? `<p class="text-muted">${esc(found.size.saying)}</p>` : "");
	});
}

/** Who is on a target list. */
export function draw_list(frm) {
	const $people = area(frm, "preview_html").empty();
	if (!frm.is_new()) offer_preview($people, "preview", { target_list: frm.doc.name });
}

function area(frm, fieldname) {
	return frm.get_field(fieldname).$wrapper;
}

function call(method, args) {
	return frappe.xcall(`relationship_crm.campaigns.lists.${method}`, args);
}

function may_write(frm) {
	return !frm.is_new() && Boolean(frm.perm[0]?.write);
}

// before it is frozen

/** A long list takes seconds, so it is counted when somebody asks. */
function offer_preview($area, method, args, then) {
	const $button = $(`<button class="btn btn-default btn-sm">${__("Show Who Is on It")}</button>`).appendTo($area);
	const $found = $(`<div style="margin-top: var(--margin-md)"></div>`).appendTo($area);
	$button.on("click", async () => {
		$button.prop("disabled", true);
		$found.html(`<p class="text-muted">${__("Counting…")}</p>`);
		try {
			const found = await call(method, args);
			$found.html(preview_html(found));
			then?.(found);
		} catch {
			$found.empty(); // Frappe has shown why
		} finally {
			$button.prop("disabled", false);
		}
	});
}

function preview_html(found) {
	return [
		words_html(found.rules),
		figures_html(found),
		`<div class="row"><div class="col-sm-6">${stages_html(found)}</div><div class="col-sm-6">${left_out_html(found)}</div></div>`,
		sample_html(found),
	].join("");
}

/** The rules as sentences: alternatives below each other, what excludes at the end. */
function words_html(rules) {
	if (!rules?.length) return "";
	const numbers = {};
	for (const rule of rules.filter(({ effect }) => effect == "Include")) {
		(numbers[rule.alternative] ??= []).push(esc(rule.sentence));
	}
	const also = Object.values(numbers).map((sentences) => sentences.join(` <b>${__("and")}</b> `));
	const never = rules.filter(({ effect }) => effect == "Exclude").map(({ sentence }) => esc(sentence));
	return `<p>${also.join(`<br><b>${__("or")}</b> `)}${never.map((text) => `<br><b>${__("but not")}</b> ${text}`).join("")}</p>`;
}

function figures_html(found) {
	const figures = [
		[__("People"), found.people],
		[__("With an E-mail Address"), found.with_email],
		[__("Parties"), found.parties],
	];
	if (found.control) figures.push([__("To Be Contacted"), found.contacted], [__("Left Out by Lot"), found.control]);
	const cells = figures.map(
		([label, value]) => `<div style="margin-right: var(--margin-xl)"><div class="text-muted small">${label}</div>
			<div class="bold" style="font-size: var(--text-xl)">${format_number(value, null, 0)}</div></div>`
	);
	return `<div class="flex" style="flex-wrap: wrap; margin-bottom: var(--margin-md)">${cells.join("")}</div>`;
}

/** Columns from `numbers` on stand at the right. */
function table(head, rows, numbers = head.length) {
	const cells = (row, tag) => row.map((cell, i) => `<${tag}${i < numbers ? "" : ' class="text-right"'}>${cell}</${tag}>`).join("");
	return `<table class="table table-bordered table-condensed small"><thead><tr>${cells(head, "th")}</tr></thead>
		<tbody>${rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("")}</tbody></table>`;
}

function stages_html({ stages }) {
	if (!stages.length) return "";
	return table([__("Stage"), __("People")], stages.map(({ stage, people }) => [esc(stage), people]), 1);
}

function left_out_html({ left_out }) {
	if (!left_out.length) return "";
	return table([__("Left Out Because"), __("People")], left_out.map(([reason, people]) => [esc(reason), people]), 1);
}

function sample_html({ sample, people }) {
	if (!sample.length) return `<p class="text-muted">${__("Nobody can be contacted.")}</p>`;
	const rows = sample.map((row) => [
		`${frappe.utils.get_form_link(row.party_type, row.party, true, esc(row.title))}`,
		esc(row.name),
		esc(row.address),
		esc(row.stage),
	]);
	const more = people > sample.length ? `<p class="text-muted small">${__("The first {0} of {1}.", [sample.length, people])}</p>` : "";
	return table([__("Party"), __("Person"), __("Address"), __("Stage")], rows) + more;
}

// freezing

function add_buttons(frm) {
	const { members_status, lists, status } = frm.doc;
	if (!may_write(frm)) return;
	const over = ["Completed", "Cancelled"].includes(status);
	if (OPEN.includes(members_status) && lists?.length && !over) frm.add_custom_button(__("Freeze List"), () => freeze(frm));
	if (members_status == "Frozen") frm.add_custom_button(__("Open List Again"), () => unfreeze(frm), __("Actions"));
}

function freeze(frm) {
	const share = cint(frm.doc.with_control_group)
		? __("{0} % of them are left out by lot, so that the effect can be seen.", [format_number(frm.doc.control_share, null, 0)])
		: __("Nobody is left out by lot: what the campaign caused cannot be told afterwards.");
	const text = [
		__("The people on the lists become the members of this campaign."),
		share,
		__("Its lists cannot be changed after the first message."),
	];
	frappe.confirm(text.join(" "), async () => {
		if (frm.is_dirty()) await frm.save();
		await call("freeze", { campaign: frm.doc.name });
		await frm.reload_doc();
	});
}

function unfreeze(frm) {
	frappe.confirm(__("The members are deleted, and the lot is drawn anew when the list is frozen again."), async () => {
		await call("unfreeze", { campaign: frm.doc.name });
		await frm.reload_doc();
	});
}

function listen(frm) {
	if (frm.freezing_watched) return;
	frm.freezing_watched = true;
	frappe.realtime.on(EVENT, (data) => {
		if (data?.name != frm.doc.name) return;
		if (data.progress >= 100 && !frm.is_dirty()) frm.reload_doc();
		else show_progress(frm, data.progress);
	});
}

/** Fed by realtime events; where those do not arrive, the form looks again by itself. */
function show_progress(frm, percent) {
	const width = Math.max(2, Math.min(100, flt(percent)));
	area(frm, "members_html").html(`<p class="text-muted">${__("The list is being frozen…")}</p>
		<div class="progress" style="height: 10px"><div class="progress-bar" role="progressbar" aria-valuenow="${width}"
			aria-valuemin="0" aria-valuemax="100" style="width: ${width}%; background: var(--blue-500)"></div></div>`);
	clearTimeout(frm.freezing_timer);
	frm.freezing_timer = setTimeout(() => {
		const [, doctype, name] = frappe.get_route();
		if (doctype == frm.doctype && name == frm.doc.name && !frm.is_dirty()) frm.reload_doc();
	}, LOOK_AGAIN);
}

// frozen

async function show_members(frm, $area) {
	const { name } = frm.doc;
	const rows = await call("members", { campaign: name });
	if (frm.doc.name != name) return;
	const stages = [...new Map(rows.map(({ stage_name, stage }) => [stage_name, stage]))];
	const people = (test) => rows.filter(test).reduce((sum, row) => sum + row.people, 0);
	const link = (number, filters) =>
		number ? `<a href="#" style="text-decoration: underline" data-filters="${esc(JSON.stringify({ campaign: name, ...filters }))}">${number}</a>` : "0";
	const body = stages.map(([stage_name, label]) => [
		esc(label),
		...GROUPS.map((arm) => link(people((row) => row.arm == arm && row.stage_name == stage_name), { arm, stage_name: stage_name || ["is", "not set"] })),
	]);
	const sums = [`<b>${__("Together")}</b>`, ...GROUPS.map((arm) => link(people((row) => row.arm == arm), { arm }))];
	const reasons = {};
	rows.filter(({ reason }) => reason).forEach(({ reason, people }) => (reasons[reason] = (reasons[reason] || 0) + people));
	const left_out = Object.entries(reasons).sort((one, other) => other[1] - one[1]);
	$area.html(
		`<div class="row"><div class="col-sm-7">${table([__("Stage"), __("Contacted"), __("Control"), __("Left Out")], [...body, sums], 1)}</div>
			<div class="col-sm-5">${left_out_html({ left_out })}</div></div>`
	);
	$area.find("a[data-filters]").on("click", (event) => {
		event.preventDefault();
		frappe.set_route("List", "Campaign Member", $(event.currentTarget).data("filters"));
	});
}
