frappe.query_reports["Stage Movements"] = {
	filters: [
		{
			fieldname: "from_date",
			label: __("From Date"),
			fieldtype: "Date",
			default: frappe.datetime.add_months(frappe.datetime.get_today(), -3),
			reqd: 1,
		},
		{
			fieldname: "to_date",
			label: __("To Date"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
			reqd: 1,
		},
		{
			fieldname: "view",
			label: __("View"),
			fieldtype: "Select",
			options: [
				{ value: "List", label: __("List") },
				{ value: "Matrix", label: __("Matrix") },
			],
			default: "List",
		},
		{
			fieldname: "direction",
			label: __("Direction"),
			fieldtype: "Select",
			options: [
				{ value: "", label: "" },
				{ value: "Up", label: __("Up") },
				{ value: "Down", label: __("Down") },
			],
		},
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
		relationship_crm.report.offer_stages(report, ["from_stage", "to_stage"]);
	},
};
