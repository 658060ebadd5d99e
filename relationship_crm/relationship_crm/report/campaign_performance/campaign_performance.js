frappe.query_reports["Campaign Performance"] = {
	filters: [
		...relationship_crm.campaign.report_filters({ company: true }),
		relationship_crm.report.choice("model", __("Attribution Model"), relationship_crm.campaign.models()),
		relationship_crm.report.choice(
			"view",
			__("By", null, "Campaign Performance"),
			{ Campaign: __("Campaign"), Kind: __("Kind") },
			"Campaign"
		),
		{ fieldname: "as_of", label: __("As Of"), fieldtype: "Date" },
	],
	formatter(value, row, column, data, standard) {
		const cell = relationship_crm.campaign.report_cell(value, row, column, data, standard);
		if (!data || data.is_sum) return cell;
		const bad = ["variance", "return_on_spend"].includes(column.fieldname) && value < 0;
		return bad ? `<span class="text-danger">${cell}</span>` : cell;
	},
};
