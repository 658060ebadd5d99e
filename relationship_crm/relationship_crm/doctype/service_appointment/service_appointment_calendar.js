frappe.views.calendar["Service Appointment"] = {
	field_map: { id: "name", start: "starts_on", end: "ends_on", title: "title", color: "color", status: "status" },
	gantt: true,
	get_events_method: "relationship_crm.contracts.planning.get_events",
	update_event_method: "relationship_crm.contracts.planning.move_event",
	/**
	 * The calendar shows times of the user's zone, whatever zone the browser is in. Frappe takes the browser's into account
	 * twice and moves what was dragged by hours, where the two differ.
	 */
	get_system_datetime(date) {
		return frappe.datetime.convert_to_system_tz(moment(date).locale("en").format("YYYY-MM-DD HH:mm:ss"));
	},
};
