frappe.ui.form.on("Relationship", {
	refresh(frm) {
		frm.disable_save();
		frm.add_custom_button(__("Refresh"), () => assess(frm));
		frm.add_custom_button(__("Open {0}", [__(frm.doc.party_type)]), () =>
			frappe.set_route("Form", frm.doc.party_type, frm.doc.party)
		);
		if (frappe.model.can_create("Relationship Override")) {
			frm.add_custom_button(__("Override"), () =>
				frappe.new_doc("Relationship Override", { relationship: frm.doc.name })
			);
		}
		draw(frm);
	},
});

function draw(frm) {
	const $wrapper = frm.get_field("panel_html").$wrapper;
	relationship_crm.panel.render(frm, $wrapper, frm.doc.party_type, frm.doc.party);
}

async function assess(frm) {
	const { party_type, party } = frm.doc;
	await frappe.xcall("relationship_crm.api.assess_party", { party_type, party });
	await frm.reload_doc();
	frappe.show_alert({ message: __("Assessed."), indicator: "green" });
}
