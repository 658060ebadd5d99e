frappe.query_reports["Response by Stage"] = {
	filters: [
		...relationship_crm.campaign.report_filters({ campaign: true }),
		relationship_crm.report.choice("channel", __("Channel"), {
			Email: __("Email"),
			Call: __("Call"),
			Letter: __("Letter"),
			SMS: __("SMS"),
			Event: __("Event"),
		}),
		relationship_crm.report.choice(
			"view",
			__("By", null, "Response by Stage"),
			{ Stage: __("Stage"), Variant: __("Variant"), Channel: __("Channel"), Kind: __("Kind") },
			"Stage"
		),
	],
	formatter(...cell) {
		return relationship_crm.campaign.report_cell(...cell);
	},
};
