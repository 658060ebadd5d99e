// The Relationship tab of Lead.
window.relationship_crm?.tab && frappe.ui.form.on("Lead", relationship_crm.tab.handlers());
