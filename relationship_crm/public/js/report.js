// What the reports share: filters on the segment, the ladder's stages, the name that opens the relationship.
import { confidence_words, esc } from "./panel/html";

export { confidence_words, esc };

/** Filters that narrow any report to a part of the customers. */
export const segment_filters = () => [
	{ fieldname: "territory", label: __("Territory"), fieldtype: "Link", options: "Territory" },
	{ fieldname: "customer_group", label: __("Customer Group"), fieldtype: "Link", options: "Customer Group" },
];

export const party_type_filter = () => ({
	fieldname: "party_type",
	label: __("Type"),
	fieldtype: "Select",
	options: [
		{ value: "", label: "" },
		{ value: "Customer", label: __("Customer") },
		{ value: "Prospect", label: __("Prospect") },
		{ value: "Lead", label: __("Lead") },
	],
});

export const manager_filter = () => ({
	fieldname: "account_manager",
	label: __("Account Manager"),
	fieldtype: "Link",
	options: "User",
});

export const disabled_filter = () => ({
	fieldname: "include_disabled",
	label: __("Also Disabled Parties"),
	fieldtype: "Check",
});

export const stage_filter = (fieldname, label) => ({ fieldname, label, fieldtype: "Autocomplete", options: [] });

/** Fills stage filters with the names of the ladder in use; without permission they stay free text. */
export async function offer_stages(report, fieldnames) {
	if (!report || !report.get_filter || !frappe.model.can_read("Relationship Stage")) return;
	const used = await frappe.db.get_single_value("Relationship CRM Settings", "stage_model").catch(() => null);
	const stages = await frappe.db.get_list("Relationship Stage", {
		fields: ["stage_name"],
		filters: used ? { stage_model: used } : {},
		order_by: "rung asc",
		limit: 100,
	});
	const names = [...new Set(stages.map((s) => s.stage_name))];
	fieldnames.forEach((fieldname) => {
		const filter = report.get_filter(fieldname);
		if (filter && filter.set_data) filter.set_data(names);
	});
}

/** The name as a link to the relationship; other cells as Frappe shows them. */
export function format_cell(value, row, column, data, standard) {
	if (column.fieldname === "party_title" && data && data.party_title) {
		const name = data.relationship || data.name;
		if (name) return `<a href="${esc(frappe.utils.get_form_link("Relationship", name))}">${esc(data.party_title)}</a>`;
	}
	if (column.fieldname === "direction" && data && data.direction) {
		const up = data.direction === "Up";
		return `<span class="rcrm ${up ? "rcrm-up" : "rcrm-down"}">${up ? "↑" : "↓"} ${esc(up ? __("Up") : __("Down"))}</span>`;
	}
	if (column.fieldtype === "Float" && (value === null || value === undefined)) return "";
	if (["stage_name", "from_stage", "to_stage"].includes(column.fieldname)) value = __(value);
	if (column.fieldtype === "Data" && typeof value === "string") value = esc(value);
	return standard(value, row, column, data);
}
