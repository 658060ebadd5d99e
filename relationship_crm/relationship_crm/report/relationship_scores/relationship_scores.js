frappe.query_reports["Relationship Scores"] = {
	filters: [
		relationship_crm.report.stage_filter("stage_name", __("Stage")),
		{
			fieldname: "min_confidence",
			label: __("Confidence at Least (%)"),
			fieldtype: "Float",
		},
		relationship_crm.report.party_type_filter(),
		...relationship_crm.report.segment_filters(),
		relationship_crm.report.manager_filter(),
		{ fieldname: "only_dissolving", label: __("Only Dissolving"), fieldtype: "Check" },
		relationship_crm.report.disabled_filter(),
	],
	formatter(value, row, column, data, standard) {
		const { esc, confidence_words } = relationship_crm.report;
		const confidence = data && data[`${column.fieldname}_confidence`];
		if (confidence !== undefined && (value === null || value === undefined)) {
			return `<span class="text-muted" title="${esc(confidence_words(0))}">–</span>`;
		}
		return relationship_crm.report.format_cell(value, row, column, data, standard);
	},
	onload(report) {
		relationship_crm.report.offer_stages(report, ["stage_name"]);
	},
};
