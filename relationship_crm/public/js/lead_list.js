// Adds the actions of target lists to ERPNext's Lead list; what ERPNext or another app set up stays.
(() => {
	const settings = (frappe.listview_settings.Lead = frappe.listview_settings.Lead || {});
	const onload = settings.onload;
	settings.onload = function (listview) {
		if (onload) onload.call(this, listview);
		window.relationship_crm?.campaign?.add_list_actions(listview);
	};
})();
