frappe.listview_settings["Campaign Response"] = {
	add_fields: ["response", "source"],
	hide_name_column: true,
	get_indicator(doc) {
		const colors = {
			Interested: "blue",
			"Not Interested": "gray",
			Question: "orange",
			Registered: "cyan",
			Declined: "gray",
			Attended: "green",
			Ordered: "green",
			Complaint: "red",
		};
		return [__(doc.response), colors[doc.response] || "gray", `response,=,${doc.response}`];
	},
};
