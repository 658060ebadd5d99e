frappe.ui.form.on("Customer Referral", {
	setup(frm) {
		frm.set_query("referred_customer", () => ({ filters: { name: ["!=", frm.doc.referrer || ""] } }));
	},

	refresh(frm) {
		if (frm.is_new()) return;
		const { status, referrer, referred_lead, referred_customer } = frm.doc;
		frm.add_custom_button(__("Referral Chain"), () => relationship_crm.referrals.show_chain(referrer));
		if (!frm.perm[0]?.write || referred_customer) return;
		if (status === "Declined") {
			frm.add_custom_button(__("Interested Again"), () => decline(frm, 0));
			return;
		}
		if (!referred_lead && frappe.model.can_create("Lead")) {
			frm.add_custom_button(__("Make Lead"), () => make_lead(frm)).addClass("btn-primary");
		}
		frm.add_custom_button(__("Not Interested"), () => decline(frm, 1));
	},
});

async function make_lead(frm) {
	const lead = await frappe.xcall("relationship_crm.advocacy.referrals.make_lead", { referral: frm.doc.name });
	frappe.set_route("Form", "Lead", lead);
}

async function decline(frm, declined) {
	await frappe.xcall("relationship_crm.advocacy.referrals.decline", { referral: frm.doc.name, declined });
	frm.reload_doc();
}
