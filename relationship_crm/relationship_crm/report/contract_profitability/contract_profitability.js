frappe.query_reports["Contract Profitability"] = {
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
			default: frappe.defaults.get_user_default("Company"),
			reqd: 1,
		},
		{ fieldname: "from_date", label: __("From Date"), fieldtype: "Date" },
		{ fieldname: "to_date", label: __("To Date"), fieldtype: "Date" },
		{ fieldname: "customer", label: __("Customer"), fieldtype: "Link", options: "Customer" },
		{
			fieldname: "state",
			label: __("State", null, "Service Contract"),
			fieldtype: "Select",
			options: [
				{ value: "", label: "" },
				...["Active", "In Notice", "Expired", "Terminated", "Renewed"].map((state) => ({
					value: state,
					label: relationship_crm.contract_states.label_of(state),
				})),
			],
		},
		relationship_crm.report.manager_filter(),
		{ fieldname: "all", label: __("Also Without Revenue and Costs"), fieldtype: "Check" },
	],
	formatter(value, row, column, data, standard) {
		const { format_cell } = relationship_crm.report;
		if (data && column.fieldname === "state" && data.state) return relationship_crm.contract_states.state_pill(data.state);
		if (data && column.fieldname === "uncosted" && !value) return "";
		const cell = format_cell(value, row, column, data, standard);
		if (data && data.is_total) return `<b>${cell}</b>`;
		return data && column.fieldname === "contribution" && value < 0 ? `<span class="text-danger">${cell}</span>` : cell;
	},
};
