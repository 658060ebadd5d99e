frappe.query_reports["Service Planning"] = {
	filters: [
		{ fieldname: "month", label: __("Month (Any Day)"), fieldtype: "Date", default: frappe.datetime.get_today(), reqd: 1 },
		{
			fieldname: "view",
			label: __("View", null, "Service Planning"),
			fieldtype: "Select",
			options: [
				{ value: "Obligations", label: __("Obligations") },
				{ value: "Load", label: __("Load", null, "Service Planning") },
			],
			default: "Obligations",
		},
		{
			fieldname: "counts",
			label: __("Promises Of"),
			fieldtype: "Select",
			options: [
				{ value: "", label: __("Visits and Hours") },
				{ value: "Visits", label: __("Visits") },
				{ value: "Hours", label: __("Hours") },
			],
			default: "Visits",
		},
		{ fieldname: "only_open", label: __("Only What Is to Be Planned"), fieldtype: "Check", default: 1 },
		{ fieldname: "company", label: __("Company"), fieldtype: "Link", options: "Company" },
		{ fieldname: "customer", label: __("Customer"), fieldtype: "Link", options: "Customer" },
		{ fieldname: "employee", label: __("Employee"), fieldtype: "Link", options: "Employee" },
		{ fieldname: "hours_a_day", label: __("Working Hours a Day"), fieldtype: "Float" },
	],
	onload(report) {
		report.page.add_inner_button(__("Calendar"), () => frappe.set_route("List", "Service Appointment", "Calendar", "default"));
		// the formatter writes what was clicked on; the report draws its rows anew whenever they are filtered
		report.$report.on("click", "[data-plan]", (e) => {
			const { plan, line } = e.currentTarget.dataset;
			relationship_crm.planning.plan_the_year(plan, line);
		});
	},
	formatter(value, row, column, data, standard) {
		const { esc, format_cell, pill } = relationship_crm.report;
		if (!data) return standard(value, row, column, data);
		if (column.fieldname === "customer" && value) {
			return `<a href="${esc(frappe.utils.get_form_link("Customer", value))}">${esc(data.customer_name || value)}</a>`;
		}
		if (column.fieldname === "employee" && value && frappe.model.can_read("Employee")) {
			return `<a href="${esc(frappe.utils.get_form_link("Employee", value))}">${esc(value)}</a>`;
		}
		if (column.fieldname === "open" && value > 0) {
			const due = data.period_end < frappe.datetime.add_days(frappe.datetime.get_today(), 31);
			const shown = pill(due ? "red" : "orange", format_number(value, null, value % 1 ? 2 : 0));
			if (!frappe.model.can_create("Service Appointment")) return shown;
			return `<button type="button" class="btn btn-link btn-xs" style="padding: 0" data-plan="${esc(data.contract)}"
				data-line="${esc(data.line_key)}" title="${esc(__("Plan the Year"))}">${shown}</button>`;
		}
		if (["included", "carried", "delivered", "planned"].includes(column.fieldname) && data.line_key) {
			return value ? format_number(value, null, value % 1 ? 2 : 0) : "–";
		}
		if (column.fieldname === "share" && value > 100) return pill("red", `${Math.round(value)} %`);
		return format_cell(value, row, column, data, standard);
	},
};
