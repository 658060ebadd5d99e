frappe.ui.form.on("Relationship Stage", {
	setup(frm) {
		frm.set_query("stage_model", () => ({ filters: { disabled: 0 } }));
	},

	async refresh(frm) {
		const measures = await frappe.xcall("relationship_crm.api.measures");
		const labels = Object.fromEntries(measures.map((measure) => [measure.value, measure.label]));
		const grid = frm.fields_dict.criteria.grid;
		grid.update_docfield_property("measure", "options", measures);
		grid.update_docfield_property("measure", "formatter", (key) => frappe.utils.escape_html(labels[key] || key || ""));
		grid.refresh();
	},
});
