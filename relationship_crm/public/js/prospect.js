// The Relationship tab of Prospect.
window.relationship_crm?.tab && frappe.ui.form.on("Prospect", relationship_crm.tab.handlers());
