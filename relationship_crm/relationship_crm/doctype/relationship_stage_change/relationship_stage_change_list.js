frappe.listview_settings["Relationship Stage Change"] = {
	add_fields: ["direction"],
	hide_name_column: true,
	get_indicator(doc) {
		return doc.direction == "Up"
			? [__("Up"), "green", "direction,=,Up"]
			: [__("Down"), "orange", "direction,=,Down"];
	},
};
