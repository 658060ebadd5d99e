// Praise or displeasure, marked on the message itself.
frappe.ui.form.on("Communication", {
	refresh(frm) {
		if (window.relationship_crm && relationship_crm.tone) relationship_crm.tone.form(frm);
	},
});
