frappe.listview_settings["Relationship Survey"] = {
	add_fields: ["enabled", "anonymous"],
	get_indicator(doc) {
		if (!doc.enabled) return [__("Disabled"), "gray", "enabled,=,0"];
		return doc.anonymous ? [__("Anonymous"), "blue", "anonymous,=,1"] : [__("Enabled"), "green", "enabled,=,1"];
	},
};
