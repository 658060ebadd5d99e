// The Relationship tab of Customer, and the chain of recommendations around them.
window.relationship_crm?.tab &&
	frappe.ui.form.on(
		"Customer",
		relationship_crm.tab.handlers((frm) => {
			if (frm.is_new() || !frappe.model.can_read("Customer Referral")) return;
			frm.add_custom_button(__("Referral Chain"), () => relationship_crm.referrals.show_chain(frm.doc.name), __("View"));
		})
	);
