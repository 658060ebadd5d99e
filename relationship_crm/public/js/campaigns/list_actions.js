// Customers, leads and prospects chosen in their lists are put on a static target list, or taken off it.

/** The actions of the lists of Customer, Lead and Prospect. */
export function add_list_actions(listview) {
	if (!frappe.model.can_write("Campaign Target List")) return;
	listview.page.add_actions_menu_item(__("Add to target list"), () => choose(listview, "add_to_list"), false);
	listview.page.add_actions_menu_item(__("Remove from target list"), () => choose(listview, "remove_from_list"), false);
	listview.page.add_menu_item(__("Add all to target list"), () => choose(listview, "add_to_list", true));
}

function choose(listview, method, all = false) {
	const parties = all ? null : listview.get_checked_items(true);
	const filters = listview.filter_area.get().map((row) => row.slice(0, 4));
	const adds = method == "add_to_list";
	const dialog = new frappe.ui.Dialog({
		title: adds ? __("Add to target list") : __("Remove from target list"),
		fields: [
			{
				fieldname: "target_list",
				fieldtype: "Link",
				options: "Campaign Target List",
				label: __("Target List"),
				reqd: 1,
				get_query: () => ({ filters: { kind: "Static", disabled: 0 } }),
				get_route_options_for_new_doc: () => ({ kind: "Static" }),
			},
		],
		primary_action_label: adds ? __("Add") : __("Remove"),
		async primary_action({ target_list }) {
			dialog.hide();
			const number = await frappe.xcall(`relationship_crm.campaigns.lists.${method}`, {
				target_list,
				party_type: listview.doctype,
				...(all ? { filters } : { parties }),
			});
			const message = adds ? __("{0} were put on the list.", [number]) : __("{0} were taken off the list.", [number]);
			frappe.show_alert({ message, indicator: "green" });
		},
	});
	dialog.show();
}
