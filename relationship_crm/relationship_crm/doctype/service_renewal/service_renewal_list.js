frappe.listview_settings["Service Renewal"] = {
	add_fields: ["status", "notice_date"],
	hide_name_column: true,
	get_indicator(doc) {
		const { color_of, label_of } = relationship_crm.renewals;
		return [label_of(doc.status), color_of(doc.status), `status,=,${doc.status}`];
	},
};
