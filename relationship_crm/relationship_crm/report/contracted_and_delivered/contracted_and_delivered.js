frappe.query_reports["Contracted and Delivered"] = {
	filters: [
		{ fieldname: "as_of", label: __("As Of"), fieldtype: "Date", default: frappe.datetime.get_today() },
		{
			fieldname: "view",
			label: __("View", null, "Contracted and Delivered"),
			fieldtype: "Select",
			options: [
				{ value: "Line", label: __("By Line") },
				{ value: "Period", label: __("By Period") },
				{ value: "Contract", label: __("By Contract") },
				{ value: "Customer", label: __("By Customer") },
			],
			default: "Line",
		},
		{
			fieldname: "figures",
			label: __("Period"),
			fieldtype: "Select",
			options: [
				{ value: "Present Period", label: __("Present Period") },
				{ value: "Since the Start", label: __("Since the Start") },
			],
			default: "Present Period",
			depends_on: "eval:doc.view!='Period'",
		},
		{ fieldname: "company", label: __("Company"), fieldtype: "Link", options: "Company" },
		{ fieldname: "customer", label: __("Customer"), fieldtype: "Link", options: "Customer" },
		{
			fieldname: "contract",
			label: __("Service Contract"),
			fieldtype: "Link",
			options: "Service Contract",
			get_query: () => ({ filters: { docstatus: 1 } }),
		},
		{
			fieldname: "state",
			label: __("State", null, "Service Contract"),
			fieldtype: "Select",
			options: [
				{ value: "", label: __("In Force on the Day") },
				{ value: "Any", label: __("Any") },
				...["Active", "In Notice", "Expired", "Terminated", "Renewed"].map((state) => ({
					value: state,
					label: relationship_crm.contract_states.label_of(state),
				})),
			],
		},
		{
			fieldname: "counts",
			label: __("Counts", null, "Service Contract"),
			fieldtype: "Select",
			options: [
				{ value: "", label: "" },
				...["Hours", "Visits", "Incidents", "Quantity"].map((counts) => ({ value: counts, label: __(counts) })),
			],
		},
		{ fieldname: "item_group", label: __("Item Group"), fieldtype: "Link", options: "Item Group" },
	],
	formatter(value, row, column, data, standard) {
		const { esc, format_cell } = relationship_crm.report;
		if (data && column.fieldname === "used" && data.used !== null && data.used !== undefined) {
			const attributes = ["line_key", "contract", "customer", "period_start", "period_end"]
				.filter((key) => data[key])
				.map((key) => `data-${key}="${esc(data[key])}"`);
			const shown = format_number(data.used, null, 2);
			return `<a class="service-usage-link" style="display: block; text-align: end; text-decoration: underline dotted" ${attributes.join(" ")}>${esc(shown)}</a>`;
		}
		if (data && data.unlimited && ["included", "left"].includes(column.fieldname)) {
			return `<span class="text-muted" style="display: block; text-align: end">${__("unlimited")}</span>`;
		}
		if (data && column.fieldname === "share" && typeof data.share === "number") {
			const color = data.share >= 100 ? "var(--red-500)" : data.share >= 80 ? "var(--orange-500)" : "";
			return `<span style="display: block; text-align: end; ${color ? `color: ${color}; font-weight: 600` : ""}">${esc(format_number(data.share, null, 1))} %</span>`;
		}
		if (data && column.fieldname === "state" && data.state) {
			return relationship_crm.contract_states.state_pill(data.state);
		}
		if (["Float", "Percent"].includes(column.fieldtype) && (value === null || value === undefined)) return "";
		return format_cell(value, row, column, data, standard);
	},
	onload(report) {
		if (!report.page) return; // a chart's filter dialog
		report.page.wrapper.on("click", ".service-usage-link", (e) => {
			const of = (name) => $(e.currentTarget).attr(`data-${name}`);
			if (!of("line_key")) {
				// lines that were put together have periods of their own: first the lines, then their entries
				report.set_filter_value({ view: "Line", customer: of("customer"), contract: of("contract") || "" });
				return;
			}
			const until = report.get_filter_value("as_of") || frappe.datetime.get_today();
			const days = [of("period_start"), of("period_end") < until ? of("period_end") : until];
			frappe.set_route("List", "Service Usage Entry", {
				line_key: of("line_key"),
				is_cancelled: 0,
				posting_date: ["between", days],
			});
		});
	},
};
