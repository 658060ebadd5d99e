frappe.query_reports["Testimonials"] = {
	filters: [
		{
			fieldname: "state",
			label: __("State", null, "Testimonials"),
			fieldtype: "Select",
			options: [
				{ value: "", label: "" },
				{ value: "Usable", label: __("Usable") },
				{ value: "To Ask", label: __("To Ask") },
			],
			default: "Usable",
		},
		{ fieldname: "from_date", label: __("Answered From"), fieldtype: "Date" },
		{ fieldname: "to_date", label: __("Answered Until"), fieldtype: "Date" },
		{ fieldname: "survey", label: __("Survey"), fieldtype: "Link", options: "Relationship Survey" },
		{ fieldname: "territory", label: __("Territory"), fieldtype: "Link", options: "Territory" },
	],
	formatter(value, row, column, data, standard) {
		const { esc, format_cell } = relationship_crm.report;
		if (column.fieldname === "state" && data && data.state) {
			return `<span class="indicator-pill ${data.state === "Usable" ? "green" : "orange"}">${esc(__(data.state))}</span>`;
		}
		if (column.fieldname === "nps" && (value === null || value === undefined)) return "";
		return format_cell(value, row, column, data, standard);
	},
};
