// Renewals of service contracts: on their own form, on the contract's, in lists.
import { day, document_link, esc, known } from "./panel/html";

const API = "relationship_crm.contracts.renewal_api";
const COLORS = { Open: "orange", Proposed: "blue", Renewed: "green", "Not Renewed": "gray" };

export const color_of = (status) => COLORS[status] || "gray";

/** A status in words. */
export const label_of = (status) => __(status, null, "Service Renewal");

export const status_pill = (status) => `<span class="indicator-pill ${color_of(status)}">${esc(label_of(status))}</span>`;

// -- the form of a renewal

export function refresh(frm) {
	if (frm.is_new()) return;
	frm.page.set_indicator(label_of(frm.doc.status), color_of(frm.doc.status));
	draw_lines(frm);
	const { status, price_from_use, proposed_price } = frm.doc;
	if (status === "Open" && price_from_use > proposed_price) {
		frm.set_intro(__("What was used would be worth more than the proposed price."), "orange");
	}
	if (frm.perm[0]?.write) add_acts(frm);
}

function add_acts(frm) {
	const { status, quotation, successor } = frm.doc;
	if (status === "Not Renewed") {
		frm.add_custom_button(__("Undo"), () => act(frm, "undo"));
		return;
	}
	if (!["Open", "Proposed"].includes(status)) return;
	if (!quotation && !successor && frappe.model.can_create("Quotation")) {
		frm.add_custom_button(__("Draft Quotation"), () => quote(frm)).addClass("btn-primary");
	}
	const accept = frm.add_custom_button(successor ? __("Submit Successor") : __("Accepted"), () => accepted(frm));
	if (status === "Proposed" || successor) accept.addClass("btn-primary");
	frm.add_custom_button(__("Not Renewed"), () => not_renewed(frm));
	if (status === "Open") frm.add_custom_button(__("Refresh Figures"), () => act(frm, "refresh"));
}

async function act(frm, method, args) {
	const found = await frappe.xcall(`${API}.${method}`, { renewal: frm.doc.name, ...args });
	await frm.reload_doc();
	return found;
}

async function quote(frm) {
	if (frm.is_dirty()) await frm.save();
	frappe.set_route("Form", "Quotation", await act(frm, "make_quotation"));
}

function accepted(frm) {
	const { quotation, contract } = frm.doc;
	const text = quotation
		? __("Renew {0} at the prices of {1}?", [contract, quotation])
		: __("Renew {0} at the proposed price, without a quotation?", [contract]);
	frappe.confirm(esc(text), async () => {
		if (frm.is_dirty()) await frm.save();
		const { successor, submitted } = await act(frm, "accept");
		frappe.show_alert({
			message: submitted
				? __("{0} begins where {1} ends.", [document_link("Service Contract", successor), esc(contract)])
				: __("{0} waits for somebody who may submit contracts.", [document_link("Service Contract", successor)]),
			indicator: submitted ? "green" : "orange",
		}, 10);
	});
}

function not_renewed(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Not Renewed"),
		fields: [
			{ fieldname: "reason", fieldtype: "Link", options: "Contract Ending Reason", label: __("Reason"), reqd: 1, get_query: () => ({ filters: { enabled: 1 } }) },
			{ fieldname: "note", fieldtype: "Small Text", label: __("Note") },
		],
		primary_action_label: __("Not Renewed"),
		primary_action(values) {
			dialog.hide();
			act(frm, "not_renewed", values);
		},
	});
	dialog.show();
}

async function draw_lines(frm) {
	const $wrapper = frm.get_field("lines_html").$wrapper.empty();
	const { name, currency } = frm.doc;
	const rows = await frappe.xcall(`${API}.lines`, { renewal: name });
	if (frm.doc.name !== name) return;
	if (!rows.length) {
		$wrapper.html(`<p class="text-muted">${esc(__("No promise has a price."))}</p>`);
		return;
	}
	const money = (value) => esc(format_currency(value, currency));
	const body = rows.map((row) => {
		const agreed = money(row.agreed) + (row.certain ? "" : ` <span title="${esc(__("The index is not published yet."))}">*</span>`);
		return `<tr><td>${esc(row.title)}</td><td>${esc(per(row.months))}</td>
			${[money(row.now), agreed, money(row.proposed)].map((cell) => `<td class="rcrm-num">${cell}</td>`).join("")}</tr>`;
	});
	const labels = [__("Promise"), __("Price Per"), __("Now"), __("Adjusted as Agreed"), __("Proposed")];
	$wrapper.html(`<div class="rcrm rcrm-scroll"><table class="rcrm-table" style="width: 100%; max-width: 900px">
		<thead><tr>${labels.map((label, i) => `<th${i > 1 ? ' class="rcrm-num"' : ""}>${esc(label)}</th>`).join("")}</tr></thead>
		<tbody>${body.join("")}</tbody></table></div>`);
}

function per(months) {
	const names = { 1: __("Month"), 3: __("Quarter"), 6: __("Half Year"), 12: __("Year") };
	return names[months] || __("{0} months", [format_number(months, null, months % 1 ? 1 : 0)]);
}

// -- on the form of a contract

export async function refresh_contract(frm) {
	if (frm.is_new() || frm.doc.docstatus !== 1) return;
	const { name } = frm.doc;
	const { value, words, undecided, renewals } = await frappe.xcall(`${API}.probability`, { contract: name });
	if (frm.doc.name !== name) return;
	const figure = known(value) ? `<div style="font-size: 1.6em; font-weight: 600">${esc(Math.round(value))} %</div>` : "";
	const rows = renewals.map(
		(row) => `<tr><td>${document_link("Service Renewal", row.name)}</td><td>${status_pill(row.status)}</td>
			<td>${row.decided_on ? day(row.decided_on) : ""}</td><td>${row.successor ? document_link("Service Contract", row.successor) : ""}</td></tr>`
	);
	const table = rows.length ? `<table class="rcrm-table" style="max-width: 700px; width: 100%"><tbody>${rows.join("")}</tbody></table>` : "";
	frm.get_field("renewal_html").$wrapper.html(`<div class="rcrm">${figure}<p class="rcrm-muted">${esc(words)}</p>${table}</div>`);
	if (undecided && frappe.model.can_create("Service Renewal")) {
		frm.add_custom_button(__("Renewal"), () => open_renewal(frm), __("Create"));
	}
}

async function open_renewal(frm) {
	frappe.set_route("Form", "Service Renewal", await frappe.xcall(`${API}.open_renewal`, { contract: frm.doc.name }));
}
