frappe.query_reports["Score Check"] = {
	filters: [
		{
			fieldname: "until",
			label: __("Until"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
		},
		{
			fieldname: "days",
			label: __("Days"),
			fieldtype: "Int",
			default: 91,
			description: __("How many days before that day the figures were taken."),
		},
	],
};
