frappe.query_reports["Says and Does"] = {
	filters: [
		relationship_crm.report.choice("dimension", __("Dimension"), relationship_crm.report.dimension_labels(), "satisfaction"),
		{ fieldname: "only_contradictions", label: __("Only Contradictions"), fieldtype: "Check" },
		...relationship_crm.report.segment_filters(),
		relationship_crm.report.stage_filter("stage_name", __("Stage")),
		relationship_crm.report.manager_filter(),
	],
	formatter(value, row, column, data, standard) {
		const { esc, format_cell, pill, signed_cell } = relationship_crm.report;
		if (column.fieldname === "verdict" && data) {
			const color = { "says good": "orange", "says bad": "red", "says more": "blue", "says less": "blue" }[data.state];
			return color ? pill(color, value) : esc(value || "");
		}
		if (column.fieldname === "gap" && typeof value === "number") return signed_cell(value);
		return format_cell(value, row, column, data, standard);
	},
	onload(report) {
		relationship_crm.report.offer_stages(report, ["stage_name"]);
	},
};
