frappe.listview_settings["Relationship Assessment"] = {
	add_fields: ["kind", "dissolution", "composite_confidence"],
	hide_name_column: true,
	get_indicator(doc) {
		if (doc.dissolution) return [__("Dissolving"), "red", "dissolution,=,1"];
		return doc.kind == "Change"
			? [__("Change"), "blue", "kind,=,Change"]
			: [__("Month end"), "gray", "kind,=,Month end"];
	},
	formatters: {
		composite: (value, df, doc) => (doc.composite_confidence ? format_number(value, null, 1) : "–"),
	},
};
