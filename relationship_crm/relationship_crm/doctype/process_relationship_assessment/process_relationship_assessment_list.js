frappe.listview_settings["Process Relationship Assessment"] = relationship_crm.run.list_settings();
