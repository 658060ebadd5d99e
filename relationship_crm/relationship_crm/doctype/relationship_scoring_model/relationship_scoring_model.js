frappe.ui.form.on("Relationship Scoring Model", {
	onload_post_render(frm) {
		if (!frm.is_new()) return;
		// Empty means everywhere; Frappe would fill in the site's defaults.
		["customer_group", "territory"].forEach((field) => {
			if (frm.doc[field] && frm.doc[field] == frappe.defaults.get_user_default(field)) frm.set_value(field, "");
		});
	},

	async refresh(frm) {
		const signals = await frappe.xcall("relationship_crm.api.signals");
		frm.signal_labels = Object.fromEntries(signals.map((signal) => [signal.value, signal.label]));
		const grid = frm.fields_dict.signals.grid;
		grid.update_docfield_property("signal", "options", signals);
		grid.refresh();
	},
});

frappe.ui.form.on("Relationship Scoring Model Signal", {
	signal(frm, doctype, name) {
		const row = frappe.get_doc(doctype, name);
		frappe.model.set_value(doctype, name, "label", frm.signal_labels?.[row.signal] || row.signal);
	},
});
