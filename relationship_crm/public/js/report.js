// What the reports share: filters on the segment, the ladder's stages, the name that opens the relationship.
import { dimension_labels } from "./dimensions";
import { confidence_words, direction_class, esc, known } from "./panel/html";

export { confidence_words, dimension_labels, esc };

/** Numbers that are blank where nothing is known. */
const NUMBERS = ["Int", "Float", "Percent", "Currency"];

/** Filters that narrow any report to a part of the customers. */
export const segment_filters = () => [
	{ fieldname: "territory", label: __("Territory"), fieldtype: "Link", options: "Territory" },
	{ fieldname: "customer_group", label: __("Customer Group"), fieldtype: "Link", options: "Customer Group" },
];

/** A filter on one of some values, each with its label. Without a value of its own to begin with it may stay empty. */
export const choice = (fieldname, label, labels, chosen) => ({
	fieldname,
	label,
	fieldtype: "Select",
	options: [
		...(chosen ? [] : [{ value: "", label: "" }]),
		...Object.entries(labels).map(([value, label]) => ({ value, label })),
	],
	default: chosen,
});

export const party_type_filter = () =>
	choice("party_type", __("Type"), { Customer: __("Customer"), Prospect: __("Prospect"), Lead: __("Lead") });

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

/** The stages of the ladder in use, lowest first; none for who may not read them. */
export async function stage_names() {
	if (!frappe.model.can_read("Relationship Stage")) return [];
	const used = await ladder_in_use();
	const stages = await frappe.db.get_list("Relationship Stage", {
		fields: ["stage_name"],
		filters: used ? { stage_model: used } : {},
		order_by: "rung asc",
		limit: 100,
	});
	return [...new Set(stages.map((s) => s.stage_name))];
}

/** Whoever may not read the settings, sees it by a relationship; asking in vain would show an error. */
async function ladder_in_use() {
	const settings = "Relationship CRM Settings";
	if (frappe.model.can_read(settings)) return frappe.db.get_single_value(settings, "stage_model");
	if (!frappe.model.can_read("Relationship")) return null;
	const [row] = await frappe.db.get_list("Relationship", { fields: ["stage_model"], order_by: "modified desc", limit: 1 });
	return row?.stage_model;
}

/** Fills stage filters with the names of the ladder in use; without permission they stay free text. */
export async function offer_stages(report, fieldnames) {
	if (!report || !report.get_filter) return;
	const names = await stage_names();
	if (!names.length) return;
	fieldnames.forEach((fieldname) => {
		const filter = report.get_filter(fieldname);
		if (filter && filter.set_data) filter.set_data(names);
	});
}

export const pill = (color, text) => `<span class="indicator-pill ${color}">${esc(text)}</span>`;

/** A difference with its sign; minus is a real minus. */
export function signed_cell(value, { coloured = false } = {}) {
	const sign = value > 0 ? "+" : value < 0 ? "−" : "";
	const tone = coloured && value ? `rcrm ${direction_class(value)}` : "";
	return `<span class="${tone}" style="display:block;text-align:right">${sign}${esc(format_number(Math.abs(value), null, 1))}</span>`;
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
	if (NUMBERS.includes(column.fieldtype) && !known(value)) return "";
	if (["stage_name", "from_stage", "to_stage"].includes(column.fieldname)) value = __(value);
	if (column.fieldtype === "Data" && typeof value === "string") value = esc(value);
	return standard(value, row, column, data);
}
