frappe.ui.form.on("Relationship Stage Change", {
	refresh(frm) {
		frm.disable_save();
		const color = frm.doc.direction == "Up" ? "green" : "orange";
		const from = frappe.utils.escape_html(__(frm.doc.from_stage) || __("nowhere"));
		const to = frappe.utils.escape_html(__(frm.doc.to_stage));
		frm.set_intro(__("From {0} to {1} on {2}", [from, to, frappe.datetime.str_to_user(frm.doc.changed_on)]), color);
	},
});
