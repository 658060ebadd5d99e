frappe.listview_settings["Campaign Activity"] = relationship_crm.run.list_settings();
