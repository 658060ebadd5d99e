frappe.listview_settings["Campaign Touch"] = {
	add_fields: ["status", "channel", "next_contact_on", "touched_on", "attendance"],
	hide_name_column: true,
	get_indicator(doc) {
		const { status, channel, next_contact_on, attendance } = doc;
		if (channel === "Event" && attendance) {
			const colors = { Registered: "blue", Declined: "gray", Attended: "green", "No Show": "red" };
			return [__(attendance), colors[attendance], `attendance,=,${attendance}`];
		}
		if (channel === "Call" && next_contact_on && ["Waiting", "Reached"].includes(status)) {
			const now = frappe.datetime.now_datetime();
			const due = next_contact_on <= now;
			return due
				? [__("Due"), "orange", `status,=,${status}|next_contact_on,<=,${now}`]
				: [__("Scheduled"), "yellow", `status,=,${status}|next_contact_on,>,${now}`];
		}
		const colors = {
			Waiting: "yellow",
			Sent: "blue",
			Reached: "green",
			"Not Reached": "gray",
			"Left Out": "orange",
			Failed: "red",
			Withdrawn: "gray",
		};
		return [__(status), colors[status], `status,=,${status}`];
	},
	onload(listview) {
		relationship_crm.calling.add_list_actions(listview);
	},
};
