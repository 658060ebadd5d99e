frappe.query_reports["Contract Register"] = {
	filters: [
		{ fieldname: "company", label: __("Company"), fieldtype: "Link", options: "Company" },
		{ fieldname: "customer", label: __("Customer"), fieldtype: "Link", options: "Customer" },
		{
			fieldname: "state",
			label: __("State", null, "Service Contract"),
			fieldtype: "Select",
			options: [
				{ value: "", label: __("Not Ended") },
				{ value: "Any", label: __("Any") },
				...["Draft", "Waiting", "Active", "In Notice", "Expired", "Terminated", "Renewed", "Cancelled"].map((state) => ({
					value: state,
					label: relationship_crm.contract_states.label_of(state),
				})),
			],
		},
		{ fieldname: "account_manager", label: __("Account Manager"), fieldtype: "Link", options: "User" },
		{
			fieldname: "ends_until",
			label: __("Ends Until"),
			fieldtype: "Date",
			description: __("Contracts that end by this day."),
		},
		{
			fieldname: "notice_until",
			label: __("Notice Until"),
			fieldtype: "Date",
			description: __("Contracts of which notice has to be given by this day."),
		},
	],
	formatter(value, row, column, data, standard) {
		const { esc, format_cell } = relationship_crm.report;
		if (data && column.fieldname === "state" && data.state) {
			return relationship_crm.contract_states.state_pill(data.state);
		}
		if (data && column.fieldname === "notice_in" && typeof data.notice_in === "number") {
			const color = data.notice_in < 0 ? "text-muted" : data.notice_in <= 30 ? "text-danger" : "";
			return `<span class="${color}" style="display: block; text-align: end">${esc(data.notice_in)}</span>`;
		}
		return format_cell(value, row, column, data, standard);
	},
};
