frappe.listview_settings["Service Contract"] = {
	add_fields: ["state", "end_date", "notice_date", "docstatus"],
	has_indicator_for_draft: true,
	has_indicator_for_cancelled: true,
	get_indicator(doc) {
		const { color_of, label_of } = relationship_crm.contract_states;
		return [label_of(doc.state), color_of(doc.state), `state,=,${doc.state}`];
	},
};
