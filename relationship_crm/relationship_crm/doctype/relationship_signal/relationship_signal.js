const NUMERIC = ["Currency", "Int", "Long Int", "Float", "Percent", "Check", "Rating", "Duration"];

frappe.ui.form.on("Relationship Signal", {
	setup(frm) {
		frm.set_query("document_type", () => ({ filters: { istable: 0, issingle: 0, is_virtual: 0 } }));
	},

	async refresh(frm) {
		await set_fields(frm);
		draw_filters(frm);
		if (!frm.is_new()) {
			frm.add_custom_button(__("Test"), () => test_signal(frm));
		}
	},

	async document_type(frm) {
		["party_field", "date_field", "value_field"].forEach((field) => frm.set_value(field, null));
		frm.set_value("filters_json", "[]");
		await set_fields(frm);
		draw_filters(frm);
	},

	party_type: set_fields,
	value_type: set_fields,
});

async function set_fields(frm) {
	const { document_type, party_type, value_type } = frm.doc;
	if (!document_type) return;
	await frappe.model.with_doctype(document_type);
	const fields = frappe.get_meta(document_type).fields;
	const option = (df) => ({ value: df.fieldname, label: __(df.label || df.fieldname), description: df.fieldname });

	const parties = fields.filter(
		(df) => (df.fieldtype == "Link" && df.options == party_type) || df.fieldtype == "Dynamic Link"
	);
	const own = document_type == party_type ? [{ value: "name", label: __("The document itself") }] : [];
	set_options(frm, "party_field", [...own, ...parties.map(option)]);

	const dates = fields.filter((df) => ["Date", "Datetime"].includes(df.fieldtype));
	set_options(frm, "date_field", [...dates.map(option), { value: "creation", label: __("Created On") }]);

	const linear = value_type == "Linear between two bounds";
	const values = fields.filter((df) =>
		linear ? NUMERIC.includes(df.fieldtype) : frappe.model.is_value_type(df.fieldtype)
	);
	set_options(frm, "value_field", values.map(option));
}

function set_options(frm, fieldname, options) {
	frm.set_df_property(fieldname, "options", options);
	frm.get_field(fieldname).set_data?.(options);
	frm.refresh_field(fieldname);
}

function draw_filters(frm) {
	frm.get_field("filter_area").$wrapper.empty();
	if (!frm.doc.document_type) return;
	const editable = Boolean(frm.perm[0]?.write);
	relationship_crm.filters.draw(frm, {
		doctype: frm.doc.document_type,
		editable,
		none: editable ? __("All documents. Click to set filters.") : __("All documents."),
		changed: draw_filters,
	});
}

function test_signal(frm) {
	frappe.prompt(
		{
			fieldname: "party",
			fieldtype: "Link",
			options: frm.doc.party_type,
			label: __(frm.doc.party_type),
			reqd: 1,
		},
		async ({ party }) => {
			if (frm.is_dirty()) await frm.save();
			const events = await frappe.xcall("relationship_crm.api.test_signal", { signal: frm.doc.name, party });
			frappe.msgprint({
				title: __("{0}: {1}", [frm.doc.label, party]).replace(/</g, "&lt;"),
				message: events_table(events),
				wide: true,
			});
		},
		__("Test"),
		__("Show events")
	);
}

function events_table(events) {
	if (!events?.length) return `<p class="text-muted">${__("No events")}</p>`;
	const rows = events.map((event) => {
		const link = frappe.utils.get_form_link(event.voucher_type, event.voucher_no, true);
		return `<tr><td>${frappe.datetime.str_to_user(event.date)}</td>
			<td class="text-right">${format_number(event.value, null, 1)}</td>
			<td class="text-right">${format_number(event.weight, null, 2)}</td>
			<td>${frappe.utils.escape_html(__(event.voucher_type))} ${link}</td></tr>`;
	});
	return `<table class="table table-bordered"><thead><tr><th>${__("Date")}</th>
		<th class="text-right">${__("Score")}</th><th class="text-right">${__("Weight")}</th>
		<th>${__("Document")}</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}
