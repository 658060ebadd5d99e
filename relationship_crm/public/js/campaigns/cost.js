// The cost of a campaign on its form: planned and actual by line, the documents behind them, ERPNext's Budgets.
import { day, document_link, esc, known, signed } from "../panel/html";

const API = "relationship_crm.campaigns.overview";

const VERDICTS = () => ({
	Favourable: [__("Favourable"), "green"],
	Unfavourable: [__("Unfavourable"), "red"],
	"As Planned": [__("As Planned"), "blue"],
	"Not Due Yet": [__("Not Due Yet"), "gray"],
});

const ACTIONS = () => ({
	Stop: [__("stops"), "red"],
	Warn: [__("warns"), "orange"],
	Ignore: [__("is only compared"), "gray"],
});

/** Draws the cost tab; what was drawn for another campaign meanwhile is left alone. */
export async function draw_cost(frm) {
	const $wrapper = frm.get_field("cost_html").$wrapper.empty();
	if (frm.is_new()) return;
	const { name } = frm.doc;
	const found = await frappe.xcall(`${API}.cost`, { campaign: name });
	if (frm.doc.name !== name) return;
	$wrapper.html(`<div class="rcrm">${notes(frm, found)}${table(found)}${budgets(found)}</div>`);
	$wrapper.find("[data-line]").on("click", (event) => {
		event.preventDefault();
		const at = event.currentTarget.dataset.line;
		show_documents(frm, at === "unplanned" ? found.unplanned : found.lines[at], found.currency);
	});
	$wrapper.find("[data-ledger]").on("click", (event) => {
		event.preventDefault();
		open_ledger(frm, found);
	});
	$wrapper.find("[data-budget]").on("click", () => make_budget(frm));
}

// -- lines

/** What keeps the figures from being whole. */
function notes(frm, found) {
	const said = [];
	const { value, doctype } = found.basis;
	if (!frm.doc.is_template && !value) said.push(__("Choose what the cost is booked on: without it nothing in the general ledger belongs to this campaign."));
	if (found.uncosted) said.push(__("{0} hours count for nothing: neither the activity type nor the employee has a costing rate.", [format_number(found.uncosted, null, 1)]));
	const ledger = value && frappe.model.can_read("GL Entry") ? ` <a href="#" data-ledger>${esc(__("General Ledger"))}</a>` : "";
	const basis = value ? `<p class="rcrm-small-print">${esc(__("Booked on {0} {1}.", [__(doctype), value]))}${ledger}</p>` : "";
	return said.map((text) => `<div class="rcrm-notice">${esc(text)}</div>`).join("") + basis;
}

function table({ lines, unplanned, total, currency }) {
	if (!lines.length && !unplanned) return `<p class="rcrm-muted">${esc(__("Nothing is planned and nothing was booked."))}</p>`;
	const labels = [__("Line"), __("Date"), __("Planned"), __("Actual"), __("Variance"), "%", ""];
	const rows = lines.map((line, at) => row_html(line, currency, at));
	if (unplanned) rows.push(row_html(unplanned, currency, "unplanned"));
	return `<div class="rcrm-scroll"><table class="rcrm-table" style="width: 100%">
		<thead><tr>${labels.map((label, i) => `<th${i > 1 && i < 6 ? ' class="rcrm-num"' : ""}>${esc(label)}</th>`).join("")}</tr></thead>
		<tbody>${rows.join("")}</tbody>
		<tfoot style="font-weight: 600"><tr><td>${esc(__("Together"))}</td><td></td>${figures(total, currency, money(total.actual, currency))}</tr></tfoot>
	</table></div>`;
}

function row_html(line, currency, at) {
	const what = [line.hours ? __("Own Hours") : "", line.item, line.account].filter(Boolean).join(" · ");
	const behind = `<a href="#" data-line="${at}">${money(line.actual, currency)}</a>`;
	return `<tr>
		<td>${esc(line.description)}${what ? `<br><span class="rcrm-muted">${esc(what)}</span>` : ""}</td>
		<td class="rcrm-nowrap">${day(line.day)}</td>
		${figures(line, currency, line.count ? behind : money(line.actual, currency))}
	</tr>`;
}

function figures({ planned, variance, share, verdict }, currency, actual) {
	const [label, color] = VERDICTS()[verdict];
	const tone = verdict === "Unfavourable" ? "rcrm-down" : verdict === "Favourable" ? "rcrm-up" : "";
	return `<td class="rcrm-num">${money(planned, currency)}</td>
		<td class="rcrm-num">${actual}</td>
		<td class="rcrm-num ${tone}">${money(variance, currency)}</td>
		<td class="rcrm-num ${tone}">${known(share) ? esc(signed(share)) : "–"}</td>
		<td class="rcrm-nowrap"><span class="indicator-pill ${color}">${esc(label)}</span></td>`;
}

const money = (amount, currency) => esc(format_currency(amount || 0, currency));

function show_documents(frm, line, currency) {
	const labels = [__("Date"), __("Document"), __("Account"), __("Item"), __("Amount")];
	const rows = line.documents.map(
		(row) => `<tr><td class="rcrm-nowrap">${day(row.day)}</td><td>${document_link(row.voucher_type, row.voucher_no)}</td>
			<td>${esc(row.account || "")}</td><td>${esc(row.item || "")}</td><td class="rcrm-num">${money(row.amount, currency)}</td></tr>`
	);
	const more = line.count - rows.length;
	const dialog = new frappe.ui.Dialog({ title: line.description, size: "large" });
	dialog.$body.html(`<div class="rcrm rcrm-scroll"><table class="rcrm-table" style="width: 100%">
		<thead><tr>${labels.map((label, i) => `<th${i === 4 ? ' class="rcrm-num"' : ""}>${esc(label)}</th>`).join("")}</tr></thead>
		<tbody>${rows.join("")}</tbody></table>
		${more > 0 ? `<p class="rcrm-small-print">${esc(__("{0} more are not shown, or not for you to read.", [more]))}</p>` : ""}</div>`);
	dialog.$body.on("click", "a", () => dialog.hide());
	dialog.show();
}

/** ERPNext's own report on the same basis, from the first day of the plan on. */
function open_ledger(frm, { basis }) {
	const days = [frm.doc.start_date, ...(frm.doc.cost_plan || []).map((row) => row.cost_date)].filter(Boolean).sort();
	frappe.route_options = {
		company: frm.doc.company,
		[basis.column]: [basis.value],
		from_date: frappe.datetime.add_months(days[0], -6),
		to_date: [frm.doc.end_date, frappe.datetime.get_today()].sort()[1],
	};
	frappe.set_route("query-report", "General Ledger");
}

// -- budgets

function budgets({ budgets: rows, currency, may_budget }) {
	const button = may_budget ? `<button class="btn btn-xs btn-default" data-budget>${esc(__("Make Budget"))}</button>` : "";
	const head = `<div class="rcrm-toolbar" style="margin-top: 20px"><b>${esc(__("Budgets in ERPNext"))}</b>${button}</div>`;
	if (!rows.length) return may_budget ? `${head}<p class="rcrm-muted">${esc(__("No budget holds for this campaign."))}</p>` : "";
	const labels = [__("Account"), __("Against"), __("Year"), __("Budget"), __("Planned"), __("Booked Here"), __("Booked Elsewhere"), __("Left"), ""];
	return `${head}<div class="rcrm-scroll"><table class="rcrm-table" style="width: 100%">
		<thead><tr>${labels.map((label, i) => `<th${i > 2 && i < 8 ? ' class="rcrm-num"' : ""}>${esc(label)}</th>`).join("")}</tr></thead>
		<tbody>${rows.map((row) => budget_html(row, currency)).join("")}</tbody></table></div>`;
}

function budget_html(row, currency) {
	const [said, color] = ACTIONS()[row.action] || ACTIONS().Ignore;
	const account = frappe.model.can_read("Budget") ? `<a href="${esc(frappe.utils.get_form_link("Budget", row.budget))}">${esc(row.account)}</a>` : esc(row.account);
	const beyond = row.beyond > 0 ? `<br><span class="rcrm-down">${esc(__("Plan beyond it by {0}", [format_currency(row.beyond, currency)]))}</span>` : "";
	return `<tr>
		<td>${account}${beyond}</td>
		<td>${esc(row.against)}</td>
		<td class="rcrm-nowrap">${day(row.start)} – ${day(row.end)}</td>
		${["amount", "planned", "booked", "others"].map((name) => `<td class="rcrm-num">${money(row[name], currency)}</td>`).join("")}
		<td class="rcrm-num ${row.left < 0 ? "rcrm-down" : ""}">${money(row.left, currency)}</td>
		<td class="rcrm-nowrap"><span class="indicator-pill ${color}">${esc(said)}</span></td>
	</tr>`;
}

/** Drafts of Budgets from the plan, after asking what bookings beyond them should meet. */
export function make_budget(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Make Budget"),
		fields: [
			{
				fieldname: "action",
				fieldtype: "Select",
				label: __("Bookings Beyond the Budget"),
				reqd: 1,
				default: "Stop",
				options: [
					{ value: "Stop", label: __("are stopped") },
					{ value: "Warn", label: __("are warned of") },
					{ value: "Ignore", label: __("are only compared") },
				],
				description: __("Drafts are made by year and account of the plan. They hold once they are submitted."),
			},
		],
		primary_action_label: __("Make Budget"),
		async primary_action({ action }) {
			dialog.hide();
			const { made, kept } = await frappe.xcall("relationship_crm.campaigns.budget.make", { campaign: frm.doc.name, action });
			const said = [];
			if (made.length) said.push(__("Drafts were made: {0}", [made.map((name) => `<a href="${esc(frappe.utils.get_form_link("Budget", name))}">${esc(name)}</a>`).join(", ")]));
			if (kept.length) said.push(__("These accounts have a budget already: {0}", [kept.map(esc).join(", ")]));
			frappe.msgprint(said.join("<br>"), __("Make Budget"));
			draw_cost(frm);
		},
	});
	dialog.show();
}
