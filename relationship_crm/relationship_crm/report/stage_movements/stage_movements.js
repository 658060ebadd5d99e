frappe.query_reports["Stage Movements"] = {
	filters: [
		{
			fieldname: "from_date",
			label: __("From Date"),
			fieldtype: "Date",
		},
		{
			fieldname: "to_date",
			label: __("To Date"),
			fieldtype: "Date",
		},
		relationship_crm.report.choice(
			"view",
			__("View", null, "Stage Movements"),
			{
				List: __("List"),
				Matrix: __("Matrix"),
			},
			"List"
		),
		relationship_crm.report.choice("direction", __("Direction"), { Up: __("Up"), Down: __("Down") }),
		relationship_crm.report.stage_filter("from_stage", __("From Stage")),
		relationship_crm.report.stage_filter("to_stage", __("To Stage")),
		relationship_crm.report.party_type_filter(),
		...relationship_crm.report.segment_filters(),
	],
	formatter(value, row, column, data, standard) {
		const to = /^to_(\d+)$/.exec(column.fieldname);
		if (to && data && data.at !== undefined) return matrix_cell(value, data.at, Number(to[1]));
		return relationship_crm.report.format_cell(value, row, column, data, standard);

		function matrix_cell(count, from, at) {
			if (from === at) return '<span class="text-muted" style="display:block;text-align:center">·</span>';
			if (!count) return "";
			const tone = at > from ? "var(--bg-green)" : "var(--bg-orange)";
			return `<span style="display:block;text-align:center;border-radius:4px;background:${tone};color:var(--text-color)">${Number(count)}</span>`;
		}
	},
	onload(report) {
		// no default on the filters: a dashboard chart would take it instead of its own period
		if (report.page) {
			const today = frappe.datetime.get_today();
			const period = {};
			if (!report.get_filter_value("to_date")) period.to_date = today;
			if (!report.get_filter_value("from_date")) period.from_date = frappe.datetime.add_months(today, -3);
			if (Object.keys(period).length) report.set_filter_value(period);
		}
		relationship_crm.report.offer_stages(report, ["from_stage", "to_stage"]);
	},
};
