frappe.ui.form.on("Survey Response", {
	refresh(frm) {
		relationship_crm.testimonials.buttons(frm);
	},
});
