frappe.ui.form.on("Relationship Scoring Model", {
	async refresh(frm) {
		const signals = await frappe.xcall("relationship_crm.api.signals");
		frm.signal_labels = Object.fromEntries(signals.map((signal) => [signal.value, signal.label]));
		frm.fields_dict.signals.grid.update_docfield_property("signal", "options", signals);
	},
});

frappe.ui.form.on("Relationship Scoring Model Signal", {
	signal(frm, doctype, name) {
		const row = frappe.get_doc(doctype, name);
		frappe.model.set_value(doctype, name, "label", frm.signal_labels?.[row.signal] || row.signal);
	},
});
