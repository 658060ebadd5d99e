frappe.ui.form.on("Customer Idea", {
	setup(frm) {
		frm.set_query("contact", () => ({
			query: "frappe.contacts.doctype.contact.contact.contact_query",
			filters: { link_doctype: "Customer", link_name: frm.doc.customer || "" },
		}));
	},

	refresh(frm) {
		const told = frm.doc.tell_customer && !frm.doc.contact;
		frm.set_intro(told ? __("There is no contact to tell: choose one.") : "", "orange");
	},

	tell_customer(frm) {
		frm.trigger("refresh");
	},
});
