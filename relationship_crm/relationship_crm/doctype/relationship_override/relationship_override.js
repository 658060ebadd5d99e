frappe.ui.form.on("Relationship Override", {
	setup(frm) {
		frm.set_query("stage", () => ({ filters: frm.ladder ? { stage_model: frm.ladder } : {} }));
	},

	refresh(frm) {
		find_ladder(frm);
		if (!frm.is_new() && !frm.doc.revoked && frm.perm[0]?.write) {
			frm.add_custom_button(__("Revoke"), () => revoke(frm));
		}
	},

	relationship: find_ladder,
});

async function find_ladder(frm) {
	if (!frm.doc.relationship) return;
	const { message } = await frappe.db.get_value("Relationship", frm.doc.relationship, "stage_model");
	frm.ladder = message?.stage_model;
}

function revoke(frm) {
	frappe.confirm(__("The computed stage will stand again. Revoke this override?"), async () => {
		await frm.set_value("revoked", 1);
		await frm.save();
	});
}
