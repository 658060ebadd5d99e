frappe.ui.form.on("Relationship CRM Settings", {
	setup(frm) {
		frm.set_query("stage_model", () => ({ filters: { disabled: 0 } }));
		frm.set_query("scoring_model", () => ({ filters: { disabled: 0 } }));
	},

	refresh(frm) {
		if (!frm.perm[0]?.write) return;
		frm.add_custom_button(__("Restore defaults"), () => restore_defaults(frm));
		if (frm.doc.enabled) {
			frm.add_custom_button(__("Assess everybody"), () => assess_everybody(frm)).addClass("btn-primary");
		}
	},
});

async function assess_everybody(frm) {
	if (frm.is_dirty()) await frm.save();
	const name = await frappe.xcall("relationship_crm.api.start_assessment", { with_history: 1 });
	frappe.set_route("Form", "Process Relationship Assessment", name);
}

function restore_defaults(frm) {
	const question = __(
		"The ladders, the scoring model and the surveys that ship with the app will be put back as they came; triggers of those surveys are switched off. Your own models are not touched; stages you added to one of our ladders are kept in a disabled ladder of their own. Continue?"
	);
	frappe.confirm(question, async () => {
		const restored = await frappe.xcall("relationship_crm.api.restore_defaults");
		await frm.reload_doc();
		const names = (restored || []).map((name) => frappe.utils.escape_html(name)).join(", ");
		frappe.show_alert({ message: __("Restored: {0}", [names]), indicator: "green" });
	});
}
