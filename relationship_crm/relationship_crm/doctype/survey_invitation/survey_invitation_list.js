frappe.listview_settings["Survey Invitation"] = {
	add_fields: ["status"],
	hide_name_column: true,
	get_indicator(doc) {
		const colors = {
			Waiting: "yellow",
			Sent: "blue",
			"Partly Answered": "cyan",
			Answered: "green",
			Expired: "gray",
			Withdrawn: "orange",
			Failed: "red",
		};
		return [__(doc.status), colors[doc.status], `status,=,${doc.status}`];
	},
};
