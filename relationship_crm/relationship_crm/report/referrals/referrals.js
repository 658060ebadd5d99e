frappe.query_reports["Referrals"] = {
	filters: [
		{ fieldname: "from_date", label: __("Recommended From"), fieldtype: "Date" },
		{ fieldname: "to_date", label: __("Recommended Until"), fieldtype: "Date" },
		{
			fieldname: "view",
			label: __("View", null, "Referrals"),
			fieldtype: "Select",
			options: [
				{ value: "Referrers", label: __("By Referrer") },
				{ value: "Chain", label: __("Chain") },
				{ value: "List", label: __("List") },
			],
			default: "Referrers",
		},
		{ fieldname: "referrer", label: __("Recommended By"), fieldtype: "Link", options: "Customer" },
		{
			fieldname: "status",
			label: __("Status"),
			fieldtype: "Select",
			options: ["", "Open", "Lead", "Customer", "Paid", "Declined"].map((value) => ({ value, label: value && __(value) })),
		},
		...relationship_crm.report.segment_filters(),
	],
	tree: true,
	name_field: "customer",
	parent_field: "parent_customer",
	initial_depth: 3,
	formatter(value, row, column, data, standard) {
		const { esc, format_cell } = relationship_crm.report;
		const customer = data && (data.customer || data.referrer);
		if (column.fieldname === "title" && data && customer) {
			const name = `<a href="#" data-rcrm-chain="${esc(customer)}" title="${esc(__("Show the chain"))}">${esc(data.title)}</a>`;
			return data.indent === undefined ? name : standard(name, row, { ...column, fieldtype: "HTML" }, data);
		}
		if (column.fieldname === "status" && data && data.status) {
			const color = { Open: "gray", Lead: "orange", Customer: "blue", Paid: "green", Declined: "red" }[data.status];
			return `<span class="indicator-pill ${color}">${esc(__(data.status))}</span>`;
		}
		if (column.fieldname === "source") return esc(__(value || ""));
		if (column.fieldtype === "Currency" && (value === null || value === undefined)) return "";
		return format_cell(value, row, column, data, standard);
	},
	onload(report) {
		report.page.main.on("click", "[data-rcrm-chain]", (e) => {
			e.preventDefault();
			relationship_crm.referrals.show_chain(e.currentTarget.dataset.rcrmChain);
		});
	},
};
