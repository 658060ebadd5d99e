frappe.listview_settings["Relationship Campaign"] = {
	add_fields: ["title", "status", "start_date", "end_date", "is_template", "kind"],
	hide_name_column: true,
	filters: [
		["is_template", "=", 0],
		["status", "!=", "Cancelled"],
	],
	get_indicator(doc) {
		if (cint(doc.is_template)) return [__("Template"), "purple", "is_template,=,1"];
		return [__(doc.status), relationship_crm.campaign.COLOURS[doc.status] || "gray", `status,=,${doc.status}`];
	},
	refresh(list) {
		relationship_crm.campaign.prepare_gantt(list);
	},
	gantt_custom_popup_html(task, item) {
		const esc = frappe.utils.escape_html;
		const when = `${frappe.datetime.str_to_user(item.start_date)} – ${frappe.datetime.str_to_user(item.end_date)}`;
		return [item.title, __(item.kind), when, __(item.status)]
			.filter(Boolean)
			.map((text, i) => `<div class="${i ? "subtitle" : "title"}">${esc(text)}</div>`)
			.join("");
	},
};
