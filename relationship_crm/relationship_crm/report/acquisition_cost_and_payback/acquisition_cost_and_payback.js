frappe.query_reports["Acquisition Cost and Payback"] = {
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
			default: frappe.defaults.get_user_default("Company"),
			reqd: 1,
		},
		{
			fieldname: "campaign",
			label: __("Campaign"),
			fieldtype: "Link",
			options: "Relationship Campaign",
			get_query: () => ({ filters: { company: frappe.query_report.get_filter_value("company"), is_template: 0 } }),
		},
		{
			fieldname: "kind",
			label: __("Kind"),
			fieldtype: "Select",
			options: [
				{ value: "", label: "" },
				...["Acquisition", "Cross-Sell", "Up-Sell", "Retention", "Win-Back", "Referral", "Event", "Information"].map((kind) => ({
					value: kind,
					label: __(kind),
				})),
			],
		},
		{ fieldname: "as_of", label: __("As Of"), fieldtype: "Date" },
		{
			fieldname: "model",
			label: __("Credit"),
			fieldtype: "Select",
			options: [
				{ value: "", label: __("As Settings Say") },
				...["First Touch", "Last Touch", "Linear", "Position Based", "Time Decay"].map((model) => ({ value: model, label: __(model) })),
			],
		},
		{ fieldname: "all", label: __("Also Without Cost and Customers"), fieldtype: "Check" },
	],
	formatter(value, row, column, data, standard) {
		if (data && column.fieldname === "title") {
			return `<a href="${frappe.utils.escape_html(frappe.utils.get_form_link("Relationship Campaign", data.campaign))}">${frappe.utils.escape_html(value)}</a>`;
		}
		if (data && ["kind", "status", "customer_name"].includes(column.fieldname)) {
			return frappe.utils.escape_html(column.fieldname === "customer_name" ? value : __(value || ""));
		}
		if (data && ["month", "goal"].includes(column.fieldname) && !value) return "";
		if (data && column.fieldname === "customers" && value) {
			// one campaign, customer by customer
			const campaign = frappe.utils.escape_html(data.campaign);
			return `<a href="#" class="rcrm-campaign-customers" data-campaign="${campaign}">${cint(value)}</a>`;
		}
		return standard(value, row, column, data);
	},
	onload(report) {
		report.page.wrapper.on("click", ".rcrm-campaign-customers", async (event) => {
			event.preventDefault();
			const { campaign } = event.currentTarget.dataset;
			const row = report.data.find((one) => one.campaign === campaign);
			// a link shows its title at once where it is known; else the report would run before the filter is there
			frappe.utils.add_link_title("Relationship Campaign", campaign, row?.title || campaign);
			await report.get_filter("campaign").set_value(campaign);
			report.refresh();
		});
	},
};
