frappe.listview_settings["Survey Sending"] = relationship_crm.run.list_settings();
