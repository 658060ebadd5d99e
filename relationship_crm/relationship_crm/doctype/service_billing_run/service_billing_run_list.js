frappe.listview_settings["Service Billing Run"] = relationship_crm.run.list_settings();
