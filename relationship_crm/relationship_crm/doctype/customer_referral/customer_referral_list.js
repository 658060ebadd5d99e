frappe.listview_settings["Customer Referral"] = {
	add_fields: ["status", "referred_lead", "referred_customer", "contact_name"],
	hide_name_column: true,
	get_indicator(doc) {
		return [__(doc.status), relationship_crm.referrals.COLOURS[doc.status] || "gray", `status,=,${doc.status}`];
	},
};
