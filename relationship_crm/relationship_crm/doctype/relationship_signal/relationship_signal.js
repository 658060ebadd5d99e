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
	const $wrapper = frm.get_field("filter_area").$wrapper.empty();
	if (!frm.doc.document_type) return;
	const filters = JSON.parse(frm.doc.filters_json || "[]");
	const editable = Boolean(frm.perm[0]?.write);
	const rows = filters.map(([doctype, field, operator, value]) => {
		const label = __(frappe.meta.get_label(doctype, field));
		return `<tr>${[label, __(operator), value]
			.map((cell) => `<td>${frappe.utils.escape_html(String(cell ?? ""))}</td>`)
			.join("")}</tr>`;
	});
	const empty = editable ? __("All documents. Click to set filters.") : __("All documents.");
	const $table = $(`<table class="table table-bordered" style="margin: 0; cursor: ${editable ? "pointer" : "default"}">
		<thead><tr><th style="width: 30%">${__("Field")}</th><th style="width: 20%">${__("Condition")}</th>
			<th>${__("Value")}</th></tr></thead>
		<tbody>${rows.join("") || `<tr><td colspan="3" class="text-muted text-center">${empty}</td></tr>`}</tbody>
	</table>`).appendTo($wrapper);
	if (editable) $table.on("click", () => edit_filters(frm, filters));
}

function edit_filters(frm, filters) {
	const dialog = new frappe.ui.Dialog({
		title: __("Filters"),
		fields: [{ fieldtype: "HTML", fieldname: "filter_area" }],
		primary_action_label: __("Set"),
		primary_action() {
			// Frappe 15 gives a fifth element that nothing here needs.
			const rows = group.get_filters().map((row) => row.slice(0, 4));
			frm.set_value("filters_json", JSON.stringify(rows));
			dialog.hide();
			draw_filters(frm);
		},
	});
	const group = new frappe.ui.FilterGroup({
		parent: dialog.get_field("filter_area").$wrapper,
		doctype: frm.doc.document_type,
		on_change: () => {},
	});
	group.add_filters_to_filter_group(filters);
	dialog.show();
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
