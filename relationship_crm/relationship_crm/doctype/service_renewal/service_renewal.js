frappe.ui.form.on("Service Renewal", {
	setup(frm) {
		frm.set_query("contract", () => ({ filters: { docstatus: 1, state: ["in", ["Waiting", "Active"]] } }));
	},

	refresh(frm) {
		relationship_crm.renewals.refresh(frm);
	},
});
