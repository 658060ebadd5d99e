frappe.listview_settings["Campaign Target List"] = {
	add_fields: ["kind", "disabled"],
	get_indicator({ kind, disabled }) {
		if (cint(disabled)) return [__("Disabled"), "gray", "disabled,=,1"];
		return [__(kind), kind == "Static" ? "blue" : "green", `kind,=,${kind}`];
	},
};
