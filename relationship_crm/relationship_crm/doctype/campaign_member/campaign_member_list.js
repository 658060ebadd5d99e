frappe.listview_settings["Campaign Member"] = {
	add_fields: ["arm", "left_out_reason"],
	hide_name_column: true,
	get_indicator({ arm }) {
		const colours = { Contacted: "blue", Control: "purple", "Left Out": "gray" };
		return [__(arm), colours[arm], `arm,=,${arm}`];
	},
	formatters: { left_out_reason: (reason) => frappe.utils.escape_html(__(reason || "")) },
};
