frappe.listview_settings["Relationship Override"] = {
	add_fields: ["revoked", "disagrees", "from_date", "until_date"],
	hide_name_column: true,
	get_indicator(doc) {
		const today = frappe.datetime.get_today();
		if (doc.revoked) return [__("Revoked"), "gray", "revoked,=,1"];
		if (doc.until_date < today) return [__("Ended"), "gray", `revoked,=,0|until_date,<,${today}`];
		if (doc.disagrees) return [__("Disagrees"), "orange", "revoked,=,0|disagrees,=,1"];
		return [__("In force"), "blue", `revoked,=,0|disagrees,=,0|until_date,>=,${today}`];
	},
};
