frappe.query_reports["Says and Does"] = {
	filters: [
		{
			fieldname: "dimension",
			label: __("Dimension"),
			fieldtype: "Select",
			options: [
				{ value: "satisfaction", label: __("Satisfaction") },
				{ value: "trust_company", label: __("Trust in the company") },
				{ value: "engagement_company_rational", label: __("Rational engagement with the company") },
				{ value: "engagement_company_emotional", label: __("Emotional engagement with the company") },
				{ value: "trust_employee", label: __("Trust in the employee") },
				{ value: "engagement_employee_rational", label: __("Rational engagement with the employee") },
				{ value: "engagement_employee_emotional", label: __("Emotional engagement with the employee") },
			],
			default: "satisfaction",
		},
		{ fieldname: "only_contradictions", label: __("Only Contradictions"), fieldtype: "Check" },
		...relationship_crm.report.segment_filters(),
		relationship_crm.report.stage_filter("stage_name", __("Stage")),
		relationship_crm.report.manager_filter(),
	],
	formatter(value, row, column, data, standard) {
		const { esc, format_cell } = relationship_crm.report;
		if (column.fieldname === "verdict" && data) {
			const color = { "says good": "orange", "says bad": "red", "says more": "blue", "says less": "blue" }[data.state];
			return color ? `<span class="indicator-pill ${color}">${esc(value)}</span>` : esc(value || "");
		}
		if (column.fieldname === "gap" && typeof value === "number") {
			const shown = (value > 0 ? "+" : value < 0 ? "−" : "") + format_number(Math.abs(value), null, 1);
			return `<span style="display:block;text-align:right">${esc(shown)}</span>`;
		}
		return format_cell(value, row, column, data, standard);
	},
	onload(report) {
		relationship_crm.report.offer_stages(report, ["stage_name"]);
	},
};
