frappe.listview_settings["Survey Follow Up"] = {
	add_fields: ["status", "due_date", "assigned_to", "escalated_on"],
	hide_name_column: true,
	filters: [["status", "!=", "Closed"]],
	get_indicator(doc) {
		const today = frappe.datetime.get_today();
		if (doc.status === "Open" && doc.due_date < today) return [__("Overdue"), "red", `status,=,Open|due_date,<,${today}`];
		const colors = { Open: "orange", Contacted: "blue", Closed: "green" };
		return [__(doc.status), colors[doc.status] || "gray", `status,=,${doc.status}`];
	},
};
