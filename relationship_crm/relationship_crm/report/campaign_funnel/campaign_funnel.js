frappe.query_reports["Campaign Funnel"] = {
	filters: [
		...relationship_crm.campaign.report_filters({ company: true, campaign: true }),
		relationship_crm.report.choice(
			"by",
			__("By", null, "Campaign Funnel"),
			{ Campaign: __("Campaign"), Wave: __("Wave"), Variant: __("Variant") },
			"Campaign"
		),
		{ fieldname: "as_of", label: __("As Of"), fieldtype: "Date" },
	],
	formatter(...cell) {
		return relationship_crm.campaign.report_cell(...cell);
	},
};
