frappe.query_reports["Testimonials"] = {
	filters: [
		relationship_crm.report.choice(
			"state",
			__("State", null, "Testimonials"),
			{ "": "", Usable: __("Usable"), "To Ask": __("To Ask") },
			"Usable"
		),
		{ fieldname: "from_date", label: __("Answered From"), fieldtype: "Date" },
		{ fieldname: "to_date", label: __("Answered Until"), fieldtype: "Date" },
		{ fieldname: "survey", label: __("Survey"), fieldtype: "Link", options: "Relationship Survey" },
		{ fieldname: "territory", label: __("Territory"), fieldtype: "Link", options: "Territory" },
	],
	formatter(value, row, column, data, standard) {
		const { format_cell, pill } = relationship_crm.report;
		if (column.fieldname === "state" && data && data.state) {
			return pill(data.state === "Usable" ? "green" : "orange", __(data.state));
		}
		return format_cell(value, row, column, data, standard);
	},
};
