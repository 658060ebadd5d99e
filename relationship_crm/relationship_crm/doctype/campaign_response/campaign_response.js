frappe.ui.form.on("Campaign Response", {
	setup(frm) {
		frm.set_query("campaign", () => ({ filters: { is_template: 0 } }));
		frm.set_query("activity", () => ({ filters: { campaign: frm.doc.campaign || "" } }));
		frm.set_query("contact", () => {
			const { party_type, party } = frm.doc;
			return party ? { query: "frappe.contacts.doctype.contact.contact.contact_query", filters: linked(party_type, party) } : {};
		});
	},
	refresh(frm) {
		const { voucher_type, voucher_no, member, source } = frm.doc;
		if (frm.is_new()) {
			frm.set_intro(__("Give a contact, an e-mail address, or the customer, lead or prospect: the person is found on the list."));
			return;
		}
		if (!member) frm.set_intro(__("This person is not on the list of the campaign."), "orange");
		if (source == "Reply") frm.set_intro(__("A reply counts as a question. Say what it is when you have read it."), "blue");
		if (voucher_type && voucher_no) {
			frm.add_custom_button(__("Open the document"), () => frappe.set_route("Form", voucher_type, voucher_no));
		}
	},
});

const linked = (link_doctype, link_name) => ({ link_doctype, link_name });
