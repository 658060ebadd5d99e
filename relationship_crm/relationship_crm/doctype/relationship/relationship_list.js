frappe.listview_settings["Relationship"] = {
	add_fields: ["direction", "dissolution", "stage_name", "composite_confidence"],
	hide_name_column: true,
	get_indicator(doc) {
		if (doc.dissolution) return [__("Dissolving"), "red", "dissolution,=,1"];
		if (doc.direction == "Up") return [__("Moved up"), "green", "dissolution,=,0|direction,=,Up"];
		if (doc.direction == "Down") return [__("Moved down"), "orange", "dissolution,=,0|direction,=,Down"];
		return [__("Steady"), "gray", "dissolution,=,0|direction,=,"];
	},
	formatters: {
		// Without evidence there is no score; the zero in the column is none.
		composite: (value, df, doc) => (doc.composite_confidence ? format_number(value, null, 1) : "–"),
	},
};
