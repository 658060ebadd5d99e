frappe.query_reports["Feedback Loop"] = {
	filters: [
		{
			fieldname: "from_date",
			label: __("Opened From"),
			fieldtype: "Date",
			default: frappe.datetime.add_months(frappe.datetime.get_today(), -3),
		},
		{
			fieldname: "to_date",
			label: __("Opened Until"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
		},
		{
			fieldname: "view",
			label: __("View", null, "Feedback Loop"),
			fieldtype: "Select",
			options: [
				{ value: "List", label: __("List") },
				{ value: "By Person", label: __("By Person") },
				{ value: "By Cause", label: __("By Cause") },
			],
			default: "List",
		},
		{
			fieldname: "close_within",
			label: __("To Be Closed Within (Days)"),
			fieldtype: "Int",
			default: 14,
		},
		{ fieldname: "assigned_to", label: __("Responsible"), fieldtype: "Link", options: "User" },
		{ fieldname: "survey", label: __("Survey"), fieldtype: "Link", options: "Relationship Survey" },
		{
			fieldname: "status",
			label: __("Status"),
			fieldtype: "Select",
			options: [
				{ value: "", label: "" },
				{ value: "Open", label: __("Open") },
				{ value: "Contacted", label: __("Contacted") },
				{ value: "Closed", label: __("Closed") },
			],
		},
		{ fieldname: "territory", label: __("Territory"), fieldtype: "Link", options: "Territory" },
	],
	formatter(value, row, column, data, standard) {
		const { esc, format_cell } = relationship_crm.report;
		if (column.fieldname === "change" && typeof value === "number") {
			const shown = (value > 0 ? "+" : value < 0 ? "−" : "") + format_number(Math.abs(value), null, 1);
			return `<span class="rcrm ${value > 0 ? "rcrm-up" : value < 0 ? "rcrm-down" : ""}" style="display:block;text-align:right">${esc(shown)}</span>`;
		}
		if (column.fieldname === "status" && data && data.status) {
			const late = data.status === "Open" && data.due_date < frappe.datetime.get_today();
			const color = { Open: late ? "red" : "orange", Contacted: "blue", Closed: "green" }[data.status];
			return `<span class="indicator-pill ${color}">${esc(late ? __("Overdue") : __(data.status))}</span>`;
		}
		if (column.fieldname === "cause") return esc(__(value || ""));
		if (["Float", "Percent"].includes(column.fieldtype) && (value === null || value === undefined)) return "";
		return format_cell(value, row, column, data, standard);
	},
};
