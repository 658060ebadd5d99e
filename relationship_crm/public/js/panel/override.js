/** Sets the stage by hand, with a reason and an end; the computed stage runs on beside it. */
export function show_override(panel) {
	const data = panel.data;
	const stages = data.ladder.map((step) => step.name);
	const dialog = new frappe.ui.Dialog({
		title: __("Override the stage of {0}", [data.title || data.party]),
		fields: [
			{
				fieldtype: "Select",
				fieldname: "stage",
				label: __("Stage"),
				options: stages,
				default: data.stage,
				reqd: 1,
				description: __("The ledger says {0}. It goes on computing beside your choice.", [
					frappe.utils.escape_html(__(data.computed_stage || data.stage) || "–"),
				]),
			},
			{
				fieldtype: "Small Text",
				fieldname: "reason",
				label: __("Reason"),
				reqd: 1,
				description: __("What you know and the ledger does not."),
			},
			{
				fieldtype: "Date",
				fieldname: "until_date",
				label: __("Until"),
				default: frappe.datetime.add_months(frappe.datetime.get_today(), 3),
				reqd: 1,
			},
		],
		primary_action_label: __("Override"),
		primary_action: async (values) => {
			if (values.until_date < frappe.datetime.get_today()) {
				dialog.set_df_property("until_date", "description", __("The end cannot be in the past."));
				return;
			}
			dialog.disable_primary_action();
			try {
				await frappe.db.insert({
					doctype: "Relationship Override",
					relationship: data.relationship,
					kind: "Stage",
					stage: await stage_name(data, values.stage),
					reason: values.reason,
					responsible: frappe.session.user,
					from_date: frappe.datetime.get_today(),
					until_date: values.until_date,
				});
				dialog.hide();
				frappe.show_alert({ message: __("The stage is {0} until {1}.", [__(values.stage), frappe.datetime.str_to_user(values.until_date)]), indicator: "green" });
				panel.refresh_form();
			} catch (error) {
				dialog.enable_primary_action(); // Frappe has shown the reason
			}
		},
	});
	dialog.show();
}

/** The record behind a rung of the ladder the company uses. */
async function stage_name(data, name) {
	const step = data.ladder.find((s) => s.name === name);
	if (step.stage) return step.stage;
	const filters = { stage_name: name };
	if (data.stage_model) filters.stage_model = data.stage_model;
	else filters.stage_model = (await frappe.db.get_value("Relationship", data.relationship, "stage_model")).message.stage_model;
	const found = await frappe.db.get_value("Relationship Stage", filters, "name");
	return found.message.name;
}
