frappe.ui.form.on("Service Usage Adjustment", {
	setup(frm) {
		frm.set_query("contract", () => ({ filters: { docstatus: 1 } }));
	},

	refresh: (frm) => offer(frm),

	async contract(frm) {
		frm.set_value("line_key", null);
		const choices = await offer(frm);
		if (choices.length === 1) frm.set_value("line_key", choices[0].value);
	},
});

/** The promises of the contract, with what remains. */
async function offer(frm) {
	const { contract } = frm.doc;
	const choices = contract ? await frappe.xcall("relationship_crm.contracts.api.promise_choices", { contract }) : [];
	if (frm.doc.contract !== contract) return [];
	frm.fields_dict.line_key.set_data?.(choices);
	frm.refresh_field("line_key");
	return choices;
}
