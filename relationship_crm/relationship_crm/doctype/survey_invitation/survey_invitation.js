/** Reasons as the server stores them. */
const reasons = () => ({
	"No address": __("No address"),
	"The document was cancelled": __("The document was cancelled"),
	"The document does not stand any more": __("The document does not stand any more"),
	"Does not want to be asked": __("Does not want to be asked"),
	"Customer is disabled": __("Customer is disabled"),
	"Asked too recently": __("Asked too recently"),
	"Withdrawn by hand": __("Withdrawn by hand"),
	"Asked about the document it replaces": __("Asked about the document it replaces"),
	"Personal data erased": __("Personal data erased"),
});

frappe.ui.form.on("Survey Invitation", {
	refresh(frm) {
		frm.disable_save();
		const { status, withdrawn_reason, voucher_type, voucher_no } = frm.doc;
		const why = reasons()[withdrawn_reason] || withdrawn_reason;
		if (status == "Withdrawn" && why) frm.set_intro(frappe.utils.escape_html(why), "orange");
		if (status == "Failed") frm.set_intro(__("It could not be sent; the reason stands below."), "red");
		if (voucher_type && voucher_no) {
			frm.add_custom_button(__("Open the document"), () => frappe.set_route("Form", voucher_type, voucher_no));
		}
		if (["Waiting", "Sent", "Failed"].includes(status) && frappe.model.can_write(frm.doctype)) {
			frm.add_custom_button(__("Withdraw"), () => withdraw(frm));
		}
	},
});

function withdraw(frm) {
	frappe.confirm(__("The link ends, and nothing more is sent. Continue?"), async () => {
		await frappe.xcall("relationship_crm.surveys.desk.withdraw_invitation", { invitation: frm.doc.name });
		frm.reload_doc();
	});
}
