// Sending a survey from a customer, and to the customers chosen in a list.

/** The button on the forms of Customer, Lead and Prospect. */
export function add_button(frm) {
	// Frappe counts those who may create what has no New button among those who may write
	if (frm.is_new() || frm.doc.disabled || !frappe.model.can_write("Survey Invitation")) return;
	frm.add_custom_button(__("Send survey"), () => send_to_party(frm.doctype, frm.doc.name), __("Actions"));
}

/** The actions of the Customer list: for those chosen, and for all that its filters find. */
export function add_list_actions(listview) {
	if (!frappe.model.can_create("Survey Sending")) return;
	listview.page.add_actions_menu_item(__("Send survey"), () => send_to_list(listview), false);
	listview.page.add_menu_item(__("Send survey to this list"), () => send_to_list(listview, true));
}

/** Asks one party: which survey, and whom. */
function send_to_party(party_type, party) {
	const dialog = new frappe.ui.Dialog({
		title: __("Send survey"),
		fields: [
			survey_field(),
			{
				fieldname: "contact",
				fieldtype: "Link",
				options: "Contact",
				label: __("Contact"),
				description: __("Empty: the primary contact."),
				get_query: () => ({
					query: "frappe.contacts.doctype.contact.contact.contact_query",
					filters: { link_doctype: party_type, link_name: party },
				}),
			},
		],
		primary_action_label: __("Send"),
		async primary_action({ survey, contact }) {
			dialog.hide();
			const name = await frappe.xcall("relationship_crm.surveys.desk.send_to_party", {
				survey,
				party_type,
				party,
				contact,
			});
			const link = frappe.utils.get_form_link("Survey Invitation", name, true, __("Invitation"));
			frappe.show_alert({ message: __("It goes out within a few minutes: {0}", [link]), indicator: "green" }, 10);
		},
	});
	dialog.show();
}

/** Asks the chosen customers, or all that the list's filters find. */
function send_to_list(listview, all = false) {
	const chosen = all ? [] : listview.get_checked_items(true);
	const filters = listview.filter_area.get().map((row) => row.slice(0, 4));
	const whom = chosen.length
		? __("{0} customers", [chosen.length])
		: __("All customers that the list's filters find");
	const dialog = new frappe.ui.Dialog({
		title: __("Send survey"),
		fields: [
			{ fieldname: "whom", fieldtype: "HTML", options: `<p>${frappe.utils.escape_html(whom)}</p>` },
			survey_field(),
		],
		primary_action_label: __("Send"),
		async primary_action({ survey }) {
			dialog.hide();
			const name = await frappe.xcall("relationship_crm.surveys.desk.send_to_customers", {
				survey,
				...(chosen.length ? { customers: chosen } : { filters }),
			});
			frappe.set_route("Form", "Survey Sending", name);
		},
	});
	dialog.show();
}

function survey_field() {
	return {
		fieldname: "survey",
		fieldtype: "Link",
		options: "Relationship Survey",
		label: __("Survey"),
		reqd: 1,
		only_select: true,
		get_query: () => ({ filters: { enabled: 1 } }),
	};
}
