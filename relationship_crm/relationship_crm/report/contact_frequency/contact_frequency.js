frappe.query_reports["Contact Frequency"] = {
	filters: [
		relationship_crm.report.choice(
			"view",
			__("View", null, "Contact Frequency"),
			{ Stages: __("Stages"), Customers: __("Relationships") },
			"Stages"
		),
		relationship_crm.report.choice("pressure", __("Verdict"), {
			silence: __("Nobody hears from us"),
			less: __("Less than planned"),
			as_planned: __("As planned"),
			pestered: __("We pester them"),
		}),
		{ fieldname: "as_of", label: __("As Of"), fieldtype: "Date" },
		relationship_crm.report.stage_filter("stage_name", __("Stage")),
		relationship_crm.report.party_type_filter(),
		relationship_crm.report.manager_filter(),
		...relationship_crm.report.segment_filters(),
		relationship_crm.report.disabled_filter(),
	],
	formatter(value, row, column, data, standard) {
		const { esc, format_cell, pill } = relationship_crm.report;
		if (!data) return standard(value, row, column, data);
		const { fieldname } = column;
		if (fieldname === "verdict") {
			const colors = { silence: "gray", less: "yellow", as_planned: "green", pestered: "red" };
			return pill(colors[data.state], value);
		}
		if (COUNTS.includes(fieldname) && !("party" in data)) {
			if (!value) return '<span class="text-muted" style="display:block;text-align:right">0</span>';
			const to = `data-stage="${esc(data.stage_name)}" data-pressure="${fieldname === "customers" ? "" : fieldname}"`;
			return `<a class="rcrm-frequency" style="display:block;text-align:right" ${to}>${Number(value)}</a>`;
		}
		if (fieldname === "touches" && data.party && value) {
			const to = `data-party-type="${esc(data.party_type)}" data-party="${esc(data.party)}"`;
			return `<a class="rcrm-touches" style="display:block;text-align:right" ${to}>${Number(value)}</a>`;
		}
		if (fieldname === "touches" && !value) return '<span style="display:block;text-align:right">0</span>';
		return format_cell(value, row, column, data, standard);
	},
	onload(report) {
		relationship_crm.report.offer_stages(report, ["stage_name"]);
		if (!report.page) return;
		$(report.page.wrapper)
			.on("click", ".rcrm-frequency", (event) => {
				const { stage, pressure } = event.currentTarget.dataset;
				report.set_filter_value({ view: "Customers", stage_name: stage, pressure });
			})
			.on("click", ".rcrm-touches", (event) => {
				const { party, partyType } = event.currentTarget.dataset;
				frappe.set_route("List", "Campaign Touch", { party_type: partyType, party, touched_on: ["is", "set"] });
			});
	},
};

const COUNTS = ["customers", "silence", "less", "as_planned", "pestered"];
