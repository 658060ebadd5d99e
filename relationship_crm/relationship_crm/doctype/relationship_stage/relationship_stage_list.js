frappe.listview_settings["Relationship Stage"] = {
	add_fields: ["rung", "established"],
	get_indicator(doc) {
		return doc.established
			? [__("Rung {0}, established", [doc.rung]), "green", `rung,=,${doc.rung}`]
			: [__("Rung {0}", [doc.rung]), "gray", `rung,=,${doc.rung}`];
	},
};
