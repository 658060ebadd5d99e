frappe.ui.form.on("Relationship Scoring Model", {
	onload_post_render(frm) {
		if (!frm.is_new()) return;
		// Empty means everywhere; Frappe would fill in the site's defaults.
		["customer_group", "territory"].forEach((field) => {
			if (frm.doc[field] && frm.doc[field] == frappe.defaults.get_user_default(field)) frm.set_value(field, "");
		});
	},

	async refresh(frm) {
		const [signals, measures] = await Promise.all([
			frappe.xcall("relationship_crm.api.signals"),
			frappe.xcall("relationship_crm.api.measures"),
		]);
		frm.signal_labels = labels_of(signals);
		const grid = frm.fields_dict.signals.grid;
		grid.update_docfield_property("signal", "options", signals);

		const names = labels_of(measures);
		const keys = frappe.meta.get_docfield("Relationship Scoring Model Signal", "dimension").options;
		const dimensions = options_of(keys, names);
		grid.update_docfield_property("dimension", "options", dimensions);
		grid.update_docfield_property("dimension", "formatter", (key) =>
			frappe.utils.escape_html(names[key] || key || "")
		);
		grid.refresh();
	},
});

frappe.ui.form.on("Relationship Scoring Model Signal", {
	signal(frm, doctype, name) {
		const row = frappe.get_doc(doctype, name);
		frappe.model.set_value(doctype, name, "label", frm.signal_labels?.[row.signal] || row.signal);
	},
});

function labels_of(rows) {
	return Object.fromEntries(rows.map((row) => [row.value, row.label]));
}

/** A Select's keys with readable labels; the keys are what is stored. */
function options_of(keys, labels) {
	if (typeof keys != "string") return keys;
	return keys.split("\n").map((key) => ({ value: key, label: labels[key] || key }));
}
