frappe.query_reports["Renewal Calendar"] = {
	filters: [
		{ fieldname: "from_date", label: __("Notice From"), fieldtype: "Date", default: frappe.datetime.get_today(), reqd: 1 },
		{
			fieldname: "to_date",
			label: __("Notice Until"),
			fieldtype: "Date",
			default: frappe.datetime.add_months(frappe.datetime.get_today(), 12),
			reqd: 1,
		},
		{ fieldname: "company", label: __("Company"), fieldtype: "Link", options: "Company" },
		{ fieldname: "customer", label: __("Customer"), fieldtype: "Link", options: "Customer" },
		{
			fieldname: "renewal",
			label: __("Renewal"),
			fieldtype: "Select",
			options: [
				{ value: "", label: __("Renewable") },
				...["By Proposal", "Renews Automatically", "Ends"].map((value) => ({ value, label: __(value) })),
			],
		},
		{
			fieldname: "decision",
			label: __("Decision"),
			fieldtype: "Select",
			options: [
				{ value: "", label: "" },
				{ value: "To Decide", label: __("To Decide") },
				{ value: "Renewed", label: relationship_crm.renewals.label_of("Renewed") },
				{ value: "Not Renewed", label: relationship_crm.renewals.label_of("Not Renewed") },
			],
		},
		relationship_crm.report.manager_filter(),
	],
	formatter(value, row, column, data, standard) {
		const { esc, format_cell, pill } = relationship_crm.report;
		const { color_of, label_of } = relationship_crm.renewals;
		if (data && column.fieldname === "decision") {
			return data.decision === "To Decide" ? pill("orange", __("To Decide")) : pill(color_of(data.decision), label_of(data.decision));
		}
		if (column.fieldname === "renewal") return esc(__(value || ""));
		if (data && column.fieldname === "days_left" && typeof data.days_left === "number") {
			const tone = data.days_left < 0 ? "text-danger" : data.days_left <= 30 ? "bold" : "";
			return `<span class="${tone}" style="display: block; text-align: end">${esc(data.days_left)}</span>`;
		}
		return format_cell(value, row, column, data, standard);
	},
	onload(report) {
		if (frappe.model.can_read("Service Renewal")) {
			report.page.add_inner_button(__("Calendar"), () => frappe.set_route("List", "Service Renewal", "Calendar"));
		}
	},
};
