frappe.query_reports["Relationship Ladder"] = {
	filters: [
		{
			fieldname: "as_of",
			label: __("As Of"),
			fieldtype: "Date",
			description: __("A past day shows the ladder from the stored history."),
		},
		relationship_crm.report.party_type_filter(),
		...relationship_crm.report.segment_filters(),
		relationship_crm.report.disabled_filter(),
	],
	formatter(value, row, column, data, standard) {
		const { esc } = relationship_crm.report;
		const past = frappe.query_report && frappe.query_report.get_filter_value("as_of");
		if (column.fieldname === "relationships" && data && data.relationships && !past) {
			return `<a class="relationship-stage-link" style="text-decoration: underline dotted" data-stage="${esc(data.stage_name)}">${esc(data.relationships)}</a>`;
		}
		return relationship_crm.report.format_cell(value, row, column, data, standard);
	},
	onload(report) {
		if (!report.page) return; // a chart's filter dialog
		report.page.wrapper.on("click", ".relationship-stage-link", (e) => {
			const filters = { stage_name: ["=", $(e.currentTarget).attr("data-stage")] };
			["party_type"].forEach((key) => {
				const value = report.get_filter_value(key);
				if (value) filters[key] = value;
			});
			frappe.set_route("List", "Relationship", filters);
		});
	},
};
