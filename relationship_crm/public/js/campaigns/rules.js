// The rules of a target list: each criterion shows the fields it uses, with its own choices.

let criteria;

/** The criteria, asked for once. */
async function all() {
	criteria ??= await frappe.xcall("relationship_crm.campaigns.lists.list_criteria");
	return criteria;
}

/** Makes the choices of each row those of its criterion. */
export async function prepare_rules(frm) {
	await all();
	frm.doc.rules?.forEach((row) => prepare_rule(frm, row));
}

/** A row whose criterion was chosen: what another criterion needed is emptied. */
export async function change_criterion(frm, row) {
	const found = (await all()).find(({ key }) => key == row.criterion);
	if (!found) return;
	await frappe.model.set_value(row.doctype, row.name, {
		reference_type: found.reference,
		reference: "",
		choice: found.choices[0]?.value || "",
		dimension: "",
		operator: found.operators[0],
		amount: 0,
		days: 0,
		day: null,
		sentence: "",
	});
	prepare_rule(frm, row);
	frm.refresh_field("rules");
	open_rule(frm, row);
}

/** Criterion and value are chosen below the table's row, where there is room. */
export function open_rule(frm, row) {
	const grid_row = frm.fields_dict.rules.grid.grid_rows_by_docname[row.name];
	if (grid_row && !grid_row.grid_form?.wrapper.is(":visible")) grid_row.toggle_view(true);
}

function prepare_rule(frm, row) {
	const found = criteria.find(({ key }) => key == row.criterion);
	if (!found) return;
	const set = (field, property, value) => frm.set_df_property("rules", property, value, frm.doc.name, field, row.name);
	set("operator", "options", found.operators);
	set("choice", "options", found.choices);
	set("dimension", "options", [{ value: "", label: __("Anything") }, ...found.dimensions]);
	set("reference", "reqd", found.reference && found.reference_needed ? 1 : 0);
}
