frappe.query_reports["Recurring Revenue"] = {
	filters: [
		relationship_crm.report.choice(
			"view",
			__("View", null, "Recurring Revenue"),
			{ Month: __("Months"), Customer: __("Customers"), Contract: __("Contracts") },
			"Month"
		),
		{ fieldname: "from_date", label: __("From Month"), fieldtype: "Date" },
		{ fieldname: "to_date", label: __("To Month"), fieldtype: "Date" },
		{ fieldname: "company", label: __("Company"), fieldtype: "Link", options: "Company" },
		{ fieldname: "customer", label: __("Customer"), fieldtype: "Link", options: "Customer" },
		...relationship_crm.report.segment_filters(),
		{ fieldname: "account_manager", label: __("Account Manager"), fieldtype: "Link", options: "User" },
		relationship_crm.report.choice("revenue_type", __("Revenue Type"), {
			Subscription: __("Subscription"),
			"Usage Fee": __("Usage Fee"),
			"Rent or Lease": __("Rent or Lease"),
			Licence: __("Licence"),
			Brokerage: __("Brokerage"),
		}),
		{
			fieldname: "currency",
			label: __("Currency"),
			fieldtype: "Link",
			options: "Currency",
			description: __("All amounts in it, at the newest rate stored. Empty: the reporting currency."),
		},
		{ fieldname: "span", label: __("Retention Over (Months)"), fieldtype: "Int", default: 12 },
		{
			fieldname: "subscriptions",
			label: __("Also Subscriptions Without a Contract"),
			fieldtype: "Check",
		},
	],
	formatter(value, row, column, data, standard) {
		const { format_cell } = relationship_crm.report;
		if (data && ["contraction", "churn"].includes(column.fieldname) && data[column.fieldname]) {
			return `<span class="rcrm rcrm-down">${standard(value, row, column, data)}</span>`;
		}
		if (data && ["new", "expansion", "reactivation"].includes(column.fieldname) && data[column.fieldname]) {
			return `<span class="rcrm rcrm-up">${standard(value, row, column, data)}</span>`;
		}
		return format_cell(value, row, column, data, standard);
	},
};
