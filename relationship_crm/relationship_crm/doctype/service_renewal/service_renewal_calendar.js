frappe.views.calendar["Service Renewal"] = {
	field_map: { id: "name", start: "start", end: "end", title: "title", allDay: "all_day", color: "color" },
	gantt: false,
	get_events_method: "relationship_crm.contracts.renewal_api.calendar",
};
