frappe.listview_settings["Service Appointment"] = {
	add_fields: ["status", "starts_on", "ends_on", "employee", "employee_name", "color", "customer_name"],
	hide_name_column: true,
	filters: [["status", "!=", "Cancelled"]],
	get_indicator(doc) {
		const now = frappe.datetime.now_datetime();
		if (doc.status === "Planned" && doc.ends_on < now) return [__("Overdue"), "orange", `status,=,Planned|ends_on,<,${now}`];
		const colors = { Planned: "blue", Done: "green", Cancelled: "gray" };
		return [__(doc.status), colors[doc.status] || "gray", `status,=,${doc.status}`];
	},
	refresh(list) {
		relationship_crm.planning.prepare_gantt(list);
	},
	gantt_custom_popup_html(task, item) {
		const esc = frappe.utils.escape_html;
		const when = `${frappe.datetime.str_to_user(item.starts_on)} – ${frappe.datetime.str_to_user(item.ends_on)}`;
		return [item.employee_name, item.subject, item.customer_name, when, __(item.status)]
			.filter(Boolean)
			.map((text, i) => `<div class="${i ? "subtitle" : "title"}">${esc(text)}</div>`)
			.join("");
	},
};
