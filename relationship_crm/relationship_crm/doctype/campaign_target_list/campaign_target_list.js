frappe.provide("relationship_crm.campaign");

frappe.ui.form.on("Campaign Target List", {
	onload_post_render(frm) {
		// Empty means every company; Frappe would fill in the default one.
		const { company } = frm.doc;
		if (frm.is_new() && company && company == frappe.defaults.get_user_default("company")) frm.set_value("company", "");
	},

	async refresh(frm) {
		const { campaign } = relationship_crm;
		campaign.draw_list(frm);
		add_buttons(frm);
		// A dynamic list has no entries: its rules say who is on it.
		frm.dashboard.transactions_area.find('.document-link[data-doctype="Campaign Target Entry"]').toggle(frm.doc.kind == "Static");
		await campaign.prepare_rules(frm);
	},
});

frappe.ui.form.on("Campaign Target Rule", {
	rules_add: (frm, doctype, name) => relationship_crm.campaign.open_rule(frm, frappe.get_doc(doctype, name)),
	criterion: (frm, doctype, name) => relationship_crm.campaign.change_criterion(frm, frappe.get_doc(doctype, name)),
	form_render: (frm) => relationship_crm.campaign.prepare_rules(frm),
});

function add_buttons(frm) {
	if (frm.is_new()) return;
	const { name, kind } = frm.doc;
	if (kind == "Static") {
		frm.add_custom_button(__("Entries"), () => frappe.set_route("List", "Campaign Target Entry", { target_list: name }));
		if (frm.perm[0]?.write) {
			frm.add_custom_button(__("Add from Another List"), () => add_from(frm), __("Actions"));
			frm.add_custom_button(__("Import"), () => frappe.new_doc("Data Import", { reference_doctype: "Campaign Target Entry" }), __("Actions"));
		}
	}
	if (frappe.model.can_create("Email Group Member")) {
		frm.add_custom_button(__("Export to Email Group"), () => export_to(frm), __("Actions"));
	}
}

function add_from(frm) {
	ask(__("Add from Another List"), { fieldname: "source", options: "Campaign Target List", label: __("Target List") }, __("Add"), async ({ source }) => {
		const number = await call("add_from_list", { target_list: frm.doc.name, source });
		frappe.show_alert({ message: __("{0} were put on the list.", [number]), indicator: "green" });
		frm.reload_doc();
	});
}

function export_to(frm) {
	ask(__("Export to Email Group"), { fieldname: "email_group", options: "Email Group", label: __("Email Group") }, __("Export"), async ({ email_group }) => {
		const number = await call("export_to_email_group", { target_list: frm.doc.name, email_group });
		frappe.show_alert({ message: __("{0} addresses are new in the group.", [number]), indicator: "green" });
	});
}

function ask(title, field, label, done) {
	frappe.prompt([{ fieldtype: "Link", reqd: 1, ...field }], done, title, label);
}

function call(method, args) {
	return frappe.xcall(`relationship_crm.campaigns.lists.${method}`, args);
}
