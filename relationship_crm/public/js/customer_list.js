// Adds the stage to ERPNext's Customer list; what ERPNext or another app set up stays.
(() => {
	const settings = (frappe.listview_settings.Customer = frappe.listview_settings.Customer || {});
	const before = settings.get_indicator;
	const onload = settings.onload;

	settings.add_fields = [
		...new Set([...(settings.add_fields || []), "disabled", "relationship_stage", "relationship_rung", "relationship_dissolution"]),
	];

	settings.get_indicator = function (doc) {
		const own = before && before.call(this, doc);
		if (own || Number(doc.disabled) || !doc.relationship_stage) return own || undefined;
		if (Number(doc.relationship_dissolution)) {
			return [__("{0}, dissolving", [__(doc.relationship_stage)]), "red", "relationship_dissolution,=,1"];
		}
		const tones = ["gray", "light-blue", "cyan", "blue", "green"];
		const tone = tones[Math.min(Math.max(Number(doc.relationship_rung) - 1, 0), tones.length - 1)];
		return [__(doc.relationship_stage), tone, `relationship_stage,=,${doc.relationship_stage}`];
	};

	settings.onload = function (listview) {
		if (onload) onload.call(this, listview);
		window.relationship_crm?.surveys?.add_list_actions(listview);
		window.relationship_crm?.campaign?.add_list_actions(listview);
		offer_stages(listview);
	};

	/** The standard filter "Relationship Stage" proposes the names of the ladder the company uses. */
	async function offer_stages(listview) {
		const field = listview.page.fields_dict && listview.page.fields_dict.relationship_stage;
		const names = (field && field.$input && (await window.relationship_crm?.report?.stage_names())) || [];
		if (!names.length) return;
		const list_id = "relationship-stage-names";
		const $list = $(`<datalist id="${list_id}"></datalist>`);
		names.forEach((name) => $("<option>").attr({ value: name, label: __(name) }).appendTo($list));
		field.$input.attr("list", list_id).attr("autocomplete", "off").after($list);
		// choosing from the list is a change, not a key press
		field.$input.on("input", () => names.includes(field.$input.val()) && field.$input.trigger("change"));
	}
})();
