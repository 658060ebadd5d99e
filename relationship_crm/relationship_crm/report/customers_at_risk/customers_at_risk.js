frappe.query_reports["Customers at Risk"] = {
	filters: [
		{
			fieldname: "fell_within_days",
			label: __("Fell in the Last (Days)"),
			fieldtype: "Int",
			default: 90,
		},
		{
			fieldname: "silent_beyond",
			label: __("Silent Beyond (Usual Gaps)"),
			fieldtype: "Float",
			default: 2,
			description: __("2 means: silent for twice as long as this customer usually is between purchases."),
		},
		{
			fieldname: "only_with_revenue",
			label: __("Only With Revenue in 12 Months"),
			fieldtype: "Check",
			default: 1,
		},
		...relationship_crm.report.segment_filters(),
		relationship_crm.report.manager_filter(),
	],
	formatter(value, row, column, data, standard) {
		return relationship_crm.report.format_cell(value, row, column, data, standard);
	},
};
