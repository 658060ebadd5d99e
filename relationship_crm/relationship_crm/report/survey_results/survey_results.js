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
		relationship_crm.report.choice(
			"view",
			__("By", null, "Survey Results"),
			{
				Question: __("Question"),
				Month: __("Month"),
				Survey: __("Survey"),
				Stage: __("Stage"),
				"Customer Group": __("Customer Group"),
				Territory: __("Territory"),
				"Sales Person": __("Sales Person"),
				"Item Group": __("Item Group"),
			},
			"Question"
		),
		relationship_crm.report.choice("figure", __("Figure"), {
			NPS: __("NPS"),
			CSAT: __("CSAT"),
			CES: __("CES"),
			Scale: __("Scale"),
		}),
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
		if (column.fieldname === "asked" && !value) return "";
		return format_cell(value, row, column, data, standard);
	},
	onload(report) {
		relationship_crm.report.offer_stages(report, ["stage_name"]);
	},
};
