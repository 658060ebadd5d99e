const FORM = "relationship_crm.contracts.api";

frappe.ui.form.on("Service Contract", {
	setup(frm) {
		// cancelling a contract, as amending does, cancels nothing else
		frm.ignore_doctypes_on_cancel_all = [
			...["Timesheet", "Maintenance Visit", "Sales Order", "Delivery Note", "Sales Invoice"],
			...["Service Usage Adjustment", "Service Contract"],
		];
		frm.set_query("template", () => ({ filters: { enabled: 1 } }));
		frm.set_query("contact", erpnext.queries.contact_query);
		frm.set_query("contract", () => ({ filters: { party_type: "Customer", party_name: frm.doc.customer } }));
		for (const field of ["project", "blanket_order"]) frm.set_query(field, () => ({ filters: { customer: frm.doc.customer } }));
		frm.set_query("subscription", () => ({ filters: { party_type: "Customer", party: frm.doc.customer } }));
		for (const field of ["cost_center", "taxes_and_charges"]) {
			frm.set_query(field, () => ({ filters: { company: frm.doc.company, ...(field === "cost_center" ? { is_group: 0 } : {}) } }));
		}
		frm.set_query("service_level_agreement", () => ({ filters: { document_type: "Issue", enabled: 1 } }));
		frm.set_query("serial_no", "coverage", () => ({ filters: { customer: ["in", [frm.doc.customer, ""]] } }));
	},

	onload(frm) {
		frappe.dynamic_link = { doc: frm.doc, fieldname: "customer", doctype: "Customer" };
	},

	refresh(frm) {
		frm.set_df_property("changes_from", "hidden", frm.doc.amended_from ? 0 : 1);
		relationship_crm.contract_form.refresh(frm);
		relationship_crm.contract_charges.refresh(frm);
		relationship_crm.renewals.refresh_contract(frm);
	},

	async template(frm) {
		if (!frm.doc.template) return;
		const { template, start_date, currency } = frm.doc;
		const values = await frappe.xcall(`${FORM}.template_values`, { template, start: start_date, currency });
		const { lines, ...terms } = values;
		if (frm.doc.end_date) delete terms.end_date;
		await frm.set_value(terms);
		frm.clear_table("lines");
		lines.forEach((line) => frm.add_child("lines", line));
		frm.refresh_field("lines");
	},

	async start_date(frm) {
		if (!frm.doc.start_date || frm.doc.end_date) return;
		// a year unless a template says otherwise
		const { message } = frm.doc.template ? await frappe.db.get_value("Service Contract Template", frm.doc.template, "duration_months") : {};
		const after = frappe.datetime.add_months(frm.doc.start_date, cint(message?.duration_months) || 12);
		frm.set_value("end_date", frappe.datetime.add_days(after, -1));
	},

	async company(frm) {
		if (!frm.doc.company || frm.doc.currency) return;
		frm.set_value("currency", frappe.get_doc(":Company", frm.doc.company)?.default_currency);
	},
});

frappe.ui.form.on("Service Contract Line", {
	counts(frm, doctype, name) {
		const line = frappe.get_doc(doctype, name);
		// what was chosen for another kind of promise makes no sense for this one
		if (!["Hours", "Quantity"].includes(line.counts) && line.uom) frappe.model.set_value(doctype, name, "uom", null);
	},
});
