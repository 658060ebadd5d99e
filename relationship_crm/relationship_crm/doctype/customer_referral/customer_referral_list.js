frappe.listview_settings["Customer Referral"] = {
	add_fields: ["status", "referred_lead", "referred_customer", "contact_name"],
	hide_name_column: true,
	get_indicator(doc) {
		const colors = { Open: "gray", Lead: "orange", Customer: "blue", Paid: "green", Declined: "red" };
		return [__(doc.status), colors[doc.status] || "gray", `status,=,${doc.status}`];
	},
};
