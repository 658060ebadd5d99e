frappe.provide("relationship_crm.campaign");

frappe.ui.form.on("Relationship Campaign", {
	setup(frm) {
		const of_company = () => ({ company: frm.doc.company });
		frm.set_query("project", () => ({ filters: of_company() }));
		frm.set_query("cost_center", () => ({ filters: of_company() }));
		frm.set_query("account", "cost_plan", () => ({ filters: { ...of_company(), is_group: 0, root_type: "Expense" } }));
		frm.set_query("accounting_dimension", () => ({ filters: { disabled: 0 } }));
		frm.set_query("item_code", "cost_plan", () => ({ filters: { disabled: 0 } }));
	},

	onload(frm) {
		if (frm.is_new()) frm.trigger("start_date");
	},

	refresh(frm) {
		const { campaign } = relationship_crm;
		campaign.refresh(frm);
		for (const draw of ["draw_cost", "draw_people", "draw_result"]) campaign[draw]?.(frm);
	},

	async company(frm) {
		if (!frm.doc.company) return;
		frm.set_value("currency", frappe.get_doc(":Company", frm.doc.company)?.default_currency);
	},

	start_date(frm) {
		// a quarter unless it is told otherwise
		if (frm.doc.start_date && !frm.doc.end_date) frm.set_value("end_date", frappe.datetime.add_days(frappe.datetime.add_months(frm.doc.start_date, 3), -1));
	},
});

frappe.ui.form.on("Relationship Campaign Cost", {
	cost_plan_add(frm, doctype, name) {
		const row = frappe.get_doc(doctype, name);
		if (!row.cost_date) frappe.model.set_value(doctype, name, "cost_date", frm.doc.start_date);
	},
	amount: add_up,
	cost_plan_remove: add_up,
	item_code(frm, doctype, name) {
		const row = frappe.get_doc(doctype, name);
		if (row.item_code && !row.description) frappe.model.set_value(doctype, name, "description", row.item_code);
	},
	hours(frm, doctype, name) {
		if (frappe.get_doc(doctype, name).hours) frappe.model.set_value(doctype, name, { item_code: null, account: null });
	},
});

function add_up(frm) {
	frm.set_value(
		"planned_cost",
		(frm.doc.cost_plan || []).reduce((sum, row) => sum + flt(row.amount), 0)
	);
}
