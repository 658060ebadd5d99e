// The charges of a service contract on its form: what stands on invoices, what is due, what comes, and the buttons for it.
import { day, esc } from "./panel/html";

const API = "relationship_crm.contracts.billing_api";
/** Rows of what is billed, and of what is planned, that are shown at first. */
const FIRST = 6;

const LABELS = () => ({
	Billed: [__("Billed"), "green"],
	Drafted: [__("Draft"), "orange"],
	Due: [__("Due"), "red"],
	"Collected Later": [__("Collected Later"), "blue"],
	Planned: [__("Planned"), "gray"],
	"Differs From a Draft": [__("Differs From a Draft"), "yellow"],
});

export async function refresh(frm) {
	const $wrapper = frm.get_field("charges_html").$wrapper.empty();
	if (frm.is_new()) return;
	const { name } = frm.doc;
	const found = await frappe.xcall(`${API}.charges`, { contract: name });
	if (frm.doc.name !== name) return;
	add_links(frm, found.may_link);
	draw(frm, $wrapper, found, false);
}

function draw(frm, $wrapper, found, all) {
	const of = (status) => found.rows.filter((row) => row.status === status);
	const earlier = all ? [] : of("Billed").slice(0, -FIRST);
	const later = all ? [] : of("Planned").slice(FIRST);
	const rows = found.rows.filter((row) => !earlier.includes(row) && !later.includes(row));
	$wrapper.html(`<div class="rcrm">
		${sums(found)}
		${(found.notes || []).map((note) => `<p class="rcrm-small-print">${esc(note)}</p>`).join("")}
		${more(earlier, (count) => __("{0} earlier", [count]))}
		${rows.length ? table(rows, found.currency) : `<p class="rcrm-muted">${esc(nothing(frm))}</p>`}
		${more(later, (count) => __("{0} more", [count]))}
	</div>`);
	$wrapper.find("[data-all]").on("click", (event) => {
		event.preventDefault();
		draw(frm, $wrapper, found, true);
	});
	$wrapper.find("[data-make]").on("click", (event) => make(frm, event.currentTarget));
}

const more = (rows, label) => (rows.length ? `<p class="rcrm-small-print"><a href="#" data-all>${esc(label(rows.length))}</a></p>` : "");

const nothing = (frm) => (frm.doc.billing === "Not Billed" ? __("This contract is not billed.") : __("Nothing is charged."));

/** Sums above the table, and the buttons beside those that ask for something. */
function sums({ charged, drafted, due, credit, planned, currency, may_draft }) {
	const figures = [
		[__("Billed"), charged],
		[__("On Drafts"), drafted],
		[__("Due"), due, "Invoices", __("Make Due Invoices")],
		[__("To Be Credited"), credit, "Credit Notes", __("Credit")],
		[__("Planned"), planned],
	];
	const shown = figures.filter(([, amount], i) => amount || i < 1);
	const button = (what, label) =>
		`<button class="btn btn-xs btn-primary" data-make="${what}">${esc(label)}</button>`;
	return `<div class="rcrm-charges">${shown
		.map(
			([label, amount, what, act]) => `<div><span class="rcrm-muted">${esc(label)}</span>
				<b>${esc(format_currency(amount || 0, currency))}</b>${what && may_draft ? button(what, act) : ""}</div>`
		)
		.join("")}</div>`;
}

function table(rows, currency) {
	const labels = [__("Period"), __("Promise"), __("Due On"), __("Amount"), __("Status"), __("Invoice")];
	return `<div style="overflow-x: auto"><table class="rcrm-table">
		<thead><tr>${labels.map((label, i) => `<th${i === 3 ? ' class="rcrm-num"' : ""}>${esc(label)}</th>`).join("")}</tr></thead>
		<tbody>${rows.map((row) => row_html(row, currency)).join("")}</tbody></table></div>`;
}

function row_html(row, currency) {
	const [label, color] = LABELS()[row.status] || [row.status, "gray"];
	const beyond = row.kind === "Overage" ? `<br><span class="rcrm-muted">${esc(__("{0} {1} beyond it", [number(row.qty), __(row.uom || "")]))}</span>` : "";
	const open = row.certain ? "" : `<br><span class="rcrm-muted">${esc(__("by the last index published"))}</span>`;
	const days = row.start === row.end ? day(row.start) : `${day(row.start)} – ${day(row.end)}`;
	return `<tr>
		<td class="rcrm-nowrap">${days}</td>
		<td>${esc(row.title)}${beyond}</td>
		<td class="rcrm-nowrap">${day(row.due_on)}</td>
		<td class="rcrm-num">${esc(format_currency(row.amount, currency))}${open}</td>
		<td><span class="indicator-pill ${color}">${esc(label)}</span></td>
		<td class="rcrm-nowrap">${invoice_link(row.invoice)}</td>
	</tr>`;
}

const number = (value) => format_number(Math.round(value * 1000) / 1000, null, (String(Math.round(value * 1000) / 1000).split(".")[1] || "").length);

function invoice_link(name) {
	if (!name) return "";
	if (!frappe.model.can_read("Sales Invoice")) return esc(name);
	return `<a href="${esc(frappe.utils.get_form_link("Sales Invoice", name))}">${esc(name)}</a>`;
}

async function make(frm, button) {
	$(button).prop("disabled", true);
	try {
		const names = await frappe.xcall(`${API}.make_invoices`, { contract: frm.doc.name, what: button.dataset.make });
		const text = names.length ? __("Drafts were made: {0}", [names.map(esc).join(", ")]) : __("Nothing is due.");
		frappe.show_alert({ message: text, indicator: names.length ? "green" : "blue" });
	} finally {
		frm.refresh();
	}
}

/** Buttons that hand the billing over to what ERPNext repeats. */
function add_links(frm, may) {
	if (may.subscription) frm.add_custom_button(__("Subscription"), () => link(frm, "make_subscription"), __("Create"));
	if (may.auto_repeat) frm.add_custom_button(__("Auto Repeat"), () => link(frm, "make_auto_repeat"), __("Create"));
}

function link(frm, method) {
	const text =
		method === "make_subscription"
			? __("Bill this contract by a Subscription from now on? Price adjustments are not followed then.")
			: __("Draft the next invoice and repeat it until the contract's end? Price adjustments are not followed then.");
	frappe.confirm(text, async () => {
		await frappe.xcall(`${API}.${method}`, { contract: frm.doc.name });
		frm.reload_doc();
	});
}
