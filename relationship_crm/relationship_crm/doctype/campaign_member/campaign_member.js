frappe.ui.form.on("Campaign Member", {
	refresh(frm) {
		frm.disable_save();
		const said = {
			Contacted: [__("The campaign may contact this person."), "blue"],
			Control: [__("Left out by lot: the campaign never contacts this person, so that its effect can be seen."), "orange"],
			"Left Out": [__("Not contacted: {0}.", [frappe.utils.escape_html(__(frm.doc.left_out_reason || ""))]), "grey"],
		};
		frm.set_intro(...(said[frm.doc.arm] || [""]));
	},
});
