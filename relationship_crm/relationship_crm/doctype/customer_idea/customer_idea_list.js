frappe.listview_settings["Customer Idea"] = {
	add_fields: ["status", "customer", "submitted_on"],
	hide_name_column: true,
	get_indicator(doc) {
		const colors = { New: "orange", "Under Review": "yellow", Planned: "blue", Realised: "green", Declined: "gray" };
		return [__(doc.status), colors[doc.status] || "gray", `status,=,${doc.status}`];
	},
};
