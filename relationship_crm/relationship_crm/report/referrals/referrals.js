frappe.query_reports["Referrals"] = {
	filters: [
		{ fieldname: "from_date", label: __("Recommended From"), fieldtype: "Date" },
		{ fieldname: "to_date", label: __("Recommended Until"), fieldtype: "Date" },
		relationship_crm.report.choice(
			"view",
			__("View", null, "Referrals"),
			{
				Referrers: __("By Referrer"),
				Chain: __("Chain"),
				List: __("List"),
			},
			"Referrers"
		),
		{ fieldname: "referrer", label: __("Recommended By"), fieldtype: "Link", options: "Customer" },
		relationship_crm.report.choice("status", __("Status"), {
			Open: __("Open"),
			Lead: __("Lead"),
			Customer: __("Customer"),
			Paid: __("Paid"),
			Declined: __("Declined"),
		}),
		...relationship_crm.report.segment_filters(),
	],
	tree: true,
	name_field: "customer",
	parent_field: "parent_customer",
	initial_depth: 3,
	formatter(value, row, column, data, standard) {
		const { esc, format_cell, pill } = relationship_crm.report;
		const customer = data && (data.customer || data.referrer);
		if (column.fieldname === "title" && data && customer) {
			const name = `<a href="#" data-rcrm-chain="${esc(customer)}" title="${esc(__("Show the chain"))}">${esc(data.title)}</a>`;
			return data.indent === undefined ? name : standard(name, row, { ...column, fieldtype: "HTML" }, data);
		}
		if (column.fieldname === "status" && data && data.status) {
			return pill(relationship_crm.referrals.COLOURS[data.status], __(data.status));
		}
		if (column.fieldname === "source") return esc(__(value || ""));
		return format_cell(value, row, column, data, standard);
	},
	onload(report) {
		report.page.main.on("click", "[data-rcrm-chain]", (e) => {
			e.preventDefault();
			relationship_crm.referrals.show_chain(e.currentTarget.dataset.rcrmChain);
		});
	},
};
