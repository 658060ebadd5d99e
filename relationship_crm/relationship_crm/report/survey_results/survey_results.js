frappe.query_reports["Survey Results"] = {
	filters: [
		{ fieldname: "survey", label: __("Survey"), fieldtype: "Link", options: "Relationship Survey" },
		{
			fieldname: "from_date",
			label: __("From Date"),
			fieldtype: "Date",
			default: frappe.datetime.add_days(frappe.datetime.add_months(frappe.datetime.get_today(), -12), 1),
		},
		{
			fieldname: "to_date",
			label: __("To Date"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
		},
		{
			fieldname: "view",
			label: __("By", null, "Survey Results"),
			fieldtype: "Select",
			options: [
				{ value: "Question", label: __("Question") },
				{ value: "Month", label: __("Month") },
				{ value: "Survey", label: __("Survey") },
				{ value: "Stage", label: __("Stage") },
				{ value: "Customer Group", label: __("Customer Group") },
				{ value: "Territory", label: __("Territory") },
				{ value: "Sales Person", label: __("Sales Person") },
				{ value: "Item Group", label: __("Item Group") },
			],
			default: "Question",
		},
		{
			fieldname: "figure",
			label: __("Figure"),
			fieldtype: "Select",
			options: [
				{ value: "", label: "" },
				{ value: "NPS", label: __("NPS") },
				{ value: "CSAT", label: __("CSAT") },
				{ value: "CES", label: __("CES") },
				{ value: "Scale", label: __("Scale") },
			],
		},
		...relationship_crm.report.segment_filters(),
		relationship_crm.report.stage_filter("stage_name", __("Stage")),
		{ fieldname: "sales_person", label: __("Sales Person"), fieldtype: "Link", options: "Sales Person" },
		{ fieldname: "item_group", label: __("Item Group"), fieldtype: "Link", options: "Item Group" },
		{ fieldname: "company", label: __("Company"), fieldtype: "Link", options: "Company" },
	],
	formatter(value, row, column, data, standard) {
		const { esc, format_cell } = relationship_crm.report;
		if (column.fieldname === "value" && data && data.shown) {
			return `<span style="display:block;text-align:right;font-weight:600">${esc(data.shown)}</span>`;
		}
		if (column.fieldname === "kind") return esc(__(value || ""));
		if (["Float", "Percent"].includes(column.fieldtype) && (value === null || value === undefined)) return "";
		if (column.fieldname === "asked" && !value) return "";
		return format_cell(value, row, column, data, standard);
	},
	onload(report) {
		relationship_crm.report.offer_stages(report, ["stage_name"]);
	},
};
