frappe.listview_settings["Survey Sending"] = {
	add_fields: ["status"],
	get_indicator(doc) {
		const colors = {
			Draft: "gray",
			Queued: "yellow",
			Running: "blue",
			Completed: "green",
			Failed: "red",
			Stopped: "orange",
		};
		return [__(doc.status), colors[doc.status], `status,=,${doc.status}`];
	},
};
