frappe.ui.form.on("Relationship", {
	refresh(frm) {
		frm.disable_save();
		relationship_crm.shorten_numbers(frm);
		frm.add_custom_button(__("Open {0}", [__(frm.doc.party_type)]), () =>
			frappe.set_route("Form", frm.doc.party_type, frm.doc.party)
		);
		// The panel brings its own buttons: refresh, override, why it changed.
		const $wrapper = frm.get_field("panel_html").$wrapper;
		relationship_crm.panel.render(frm, $wrapper, frm.doc.party_type, frm.doc.party);
	},
});
