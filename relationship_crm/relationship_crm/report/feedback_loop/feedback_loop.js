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
		relationship_crm.report.choice(
			"view",
			__("View", null, "Feedback Loop"),
			{
				List: __("List"),
				"By Person": __("By Person"),
				"By Cause": __("By Cause"),
			},
			"List"
		),
		{
			fieldname: "close_within",
			label: __("To Be Closed Within (Days)"),
			fieldtype: "Int",
			default: 14,
		},
		{ fieldname: "assigned_to", label: __("Responsible"), fieldtype: "Link", options: "User" },
		{ fieldname: "survey", label: __("Survey"), fieldtype: "Link", options: "Relationship Survey" },
		relationship_crm.report.choice("status", __("Status"), {
			Open: __("Open"),
			Contacted: __("Contacted"),
			Closed: __("Closed"),
		}),
		{ fieldname: "territory", label: __("Territory"), fieldtype: "Link", options: "Territory" },
	],
	formatter(value, row, column, data, standard) {
		const { esc, format_cell, pill, signed_cell } = relationship_crm.report;
		if (column.fieldname === "change" && typeof value === "number") return signed_cell(value, { coloured: true });
		if (column.fieldname === "status" && data && data.status) {
			const late = data.status === "Open" && data.due_date < frappe.datetime.get_today();
			const color = { Open: late ? "red" : "orange", Contacted: "blue", Closed: "green" }[data.status];
			return pill(color, late ? __("Overdue") : __(data.status));
		}
		if (column.fieldname === "cause") return esc(__(value || ""));
		return format_cell(value, row, column, data, standard);
	},
};
