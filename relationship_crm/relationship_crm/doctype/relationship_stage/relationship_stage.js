frappe.ui.form.on("Relationship Stage", {
	setup(frm) {
		frm.set_query("stage_model", () => ({ filters: { disabled: 0 } }));
	},

	async refresh(frm) {
		const measures = await frappe.xcall("relationship_crm.api.measures");
		frm.fields_dict.criteria.grid.update_docfield_property("measure", "options", measures);
	},
});
