// Filters of a list kept on a form as JSON: shown as a table, edited in Frappe's own filter dialog.
import { esc } from "./panel/html";

/**
 * Draws the filters that `filters_json` keeps of a DocType's list into `filter_area`.
 * `none` says what is found without filters; `changed` is called when they were edited.
 */
export function draw(frm, { doctype, editable, none, changed }) {
	const $area = frm.get_field("filter_area").$wrapper.empty();
	const filters = JSON.parse(frm.doc.filters_json || "[]");
	const rows = filters.map((row) => {
		const [field, operator, value] = row.slice(-3);
		const cells = [__(frappe.meta.get_label(doctype, field)), __(operator), value];
		return `<tr>${cells.map((cell) => `<td>${esc(cell)}</td>`).join("")}</tr>`;
	});
	const $table = $(`<table class="table table-bordered" style="margin: 0; cursor: ${editable ? "pointer" : "default"}">
		<thead><tr><th style="width: 30%">${__("Field")}</th><th style="width: 20%">${__("Condition")}</th>
			<th>${__("Value")}</th></tr></thead>
		<tbody>${rows.join("") || `<tr><td colspan="3" class="text-muted text-center">${none}</td></tr>`}</tbody>
	</table>`).appendTo($area);
	if (editable) $table.on("click", () => edit(frm, doctype, filters, changed));
	return filters;
}

function edit(frm, doctype, filters, changed) {
	const dialog = new frappe.ui.Dialog({
		title: __("Filters"),
		fields: [{ fieldtype: "HTML", fieldname: "filter_area" }],
		primary_action_label: __("Set"),
		primary_action() {
			// Frappe 15 gives a fifth element that nothing here needs.
			const rows = group.get_filters().map((row) => row.slice(0, 4));
			frm.set_value("filters_json", JSON.stringify(rows));
			dialog.hide();
			changed(frm);
		},
	});
	const group = new frappe.ui.FilterGroup({
		parent: dialog.get_field("filter_area").$wrapper,
		doctype,
		on_change: () => {},
	});
	group.add_filters_to_filter_group(filters);
	dialog.show();
}
