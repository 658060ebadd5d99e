frappe.ui.form.on("Survey Follow Up", {
	refresh(frm) {
		frm.set_df_property("status", "read_only", frm.doc.status === "Closed" ? 1 : 0);
		if (frm.is_new()) return;
		const { status, due_date, party_type, party } = frm.doc;
		if (status === "Open" && due_date && due_date < frappe.datetime.get_today()) {
			frm.set_intro(__("Somebody should have been in touch by {0}.", [frappe.datetime.str_to_user(due_date)]), "red");
		}
		if (party) frm.add_custom_button(__(party_type), () => frappe.set_route("Form", party_type, party), __("View"));
		if (frm.doc.response) {
			frm.add_custom_button(__("Response"), () => frappe.set_route("Form", "Survey Response", frm.doc.response), __("View"));
		}
		if (status === "Closed" || !frm.perm[0]?.write) return;
		if (status === "Open") {
			frm.add_custom_button(__("Contact Made"), () => note_contact(frm)).addClass("btn-primary");
		}
		frm.add_custom_button(__("Close"), () => close(frm));
	},
});

async function note_contact(frm) {
	if (frm.is_dirty()) await frm.save();
	await frappe.xcall("relationship_crm.surveys.loop.note_contact", { follow_up: frm.doc.name });
	frm.reload_doc();
}

/** Without a cause and a corrective action there is nothing to learn from it: both are asked for. */
function close(frm) {
	const { cause, measure } = frm.doc;
	const dialog = new frappe.ui.Dialog({
		title: __("Close the Follow-up"),
		fields: [
			{ ...frappe.meta.get_docfield(frm.doctype, "cause"), reqd: 1, default: cause, depends_on: "", mandatory_depends_on: "" },
			{ ...frappe.meta.get_docfield(frm.doctype, "measure"), reqd: 1, default: measure, depends_on: "", mandatory_depends_on: "" },
		],
		primary_action_label: __("Close"),
		async primary_action(values) {
			await frappe.xcall("relationship_crm.surveys.loop.close", { follow_up: frm.doc.name, ...values });
			dialog.hide();
			frm.reload_doc();
		},
	});
	dialog.show();
}
