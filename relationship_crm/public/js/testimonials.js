// The customer's consent to be quoted, on the form of a Survey Response.

const HOW = ["E-mail", "Phone", "Meeting", "Letter", "Other"];

/** Offers to record a consent, or to note that it was taken back. */
export async function buttons(frm) {
	if (frm.is_new() || frm.doc.anonymous) return;
	const name = frm.doc.name;
	const offer = await frappe.xcall("relationship_crm.advocacy.testimonials.offer", { response: name });
	if (frm.doc.name !== name || !offer.may_record) return;
	if (offer.consent) {
		frm.add_custom_button(__("Withdraw Consent"), () => withdraw(frm), __("Testimonial"));
	} else {
		frm.add_custom_button(__("Record Consent"), () => record(frm, offer), __("Testimonial"));
		if (offer.text) {
			frm.set_intro(__("A promoter with words of their own: ask whether we may quote them."), "green");
		}
	}
}

function record(frm, offer) {
	const dialog = new frappe.ui.Dialog({
		title: __("Record Consent"),
		fields: [
			{ fieldname: "text", fieldtype: "Text", label: __("What May Be Quoted"), reqd: 1, default: offer.text },
			{ fieldname: "given_by", fieldtype: "Data", label: __("Who Agreed"), reqd: 1 },
			{ fieldname: "given_on", fieldtype: "Date", label: __("When"), reqd: 1, default: frappe.datetime.get_today() },
			{
				fieldname: "how",
				fieldtype: "Select",
				label: __("How"),
				reqd: 1,
				options: HOW.map((value) => ({ value, label: __(value) })),
			},
		],
		primary_action_label: __("Record"),
		async primary_action(values) {
			await frappe.xcall("relationship_crm.advocacy.testimonials.record_consent", { response: frm.doc.name, ...values });
			dialog.hide();
			frm.reload_doc();
		},
	});
	dialog.show();
}

function withdraw(frm) {
	frappe.prompt(
		{ fieldname: "reason", fieldtype: "Small Text", label: __("What did the customer say?") },
		async ({ reason }) => {
			await frappe.xcall("relationship_crm.advocacy.testimonials.withdraw_consent", { response: frm.doc.name, reason: reason || "" });
			frm.reload_doc();
		},
		__("Withdraw Consent"),
		__("Withdraw", null, "Consent")
	);
}
