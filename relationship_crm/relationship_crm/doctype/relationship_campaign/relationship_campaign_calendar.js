frappe.views.calendar["Relationship Campaign"] = {
	field_map: { id: "name", start: "start_date", end: "end_date", title: "title", allDay: "allDay", color: "color", status: "status" },
	gantt: true,
	get_events_method: "relationship_crm.campaigns.calendar.get_events",
	update_event_method: "relationship_crm.campaigns.calendar.move_event",
	/** Days are days in every zone: no zone is converted, neither when they are shown nor when they were dragged. */
	get_system_datetime(date) {
		return moment(date).locale("en").format("YYYY-MM-DD");
	},
	get_update_args(event) {
		// the end that is drawn is the first day after
		const end = event.end ? moment(event.end).subtract(1, "day") : moment(event.start);
		return {
			args: { doctype: "Relationship Campaign", name: event.name, start_date: this.get_system_datetime(event.start), end_date: this.get_system_datetime(end) },
			field_map: this.field_map,
		};
	},
};
