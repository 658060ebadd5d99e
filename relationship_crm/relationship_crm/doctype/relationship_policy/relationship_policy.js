const WITHOUT_CHOICE = ["Table", "Table MultiSelect", "HTML", "Button", "Image", "Fold", "Heading"];

frappe.ui.form.on("Relationship Policy", {
	onload_post_render(frm) {
		// Empty means every company; Frappe would fill in the default one.
		const { company } = frm.doc;
		if (frm.is_new() && company && company == frappe.defaults.get_user_default("company")) {
			frm.set_value("company", "");
		}
	},

	async refresh(frm) {
		hint(frm);
		if (!frm.is_new()) {
			frm.add_custom_button(__("Dry run"), () => dry_run(frm));
		}
		await set_fields(frm);
	},

	enabled: hint,

	document_type(frm) {
		frm.set_value("target_field", null);
		set_fields(frm);
	},
});

/** A policy begins switched off: first see what it would have done. */
function hint(frm) {
	frm.set_intro("");
	if (frm.doc.enabled) return;
	const text = frm.is_new()
		? __("This policy does nothing yet. Save it, do the dry run, then tick Enabled.")
		: __("This policy does nothing yet. Do the dry run, then tick Enabled.");
	frm.set_intro(text, "orange");
}

async function set_fields(frm) {
	if (!frm.doc.document_type) return;
	await frappe.model.with_doctype("Relationship");
	await frappe.model.with_doctype(frm.doc.document_type);
	const asked = await frappe.xcall("relationship_crm.api.policy_fields");
	const relationship = choices("Relationship").filter((df) => !df.permlevel && asked.includes(df.fieldname));
	const document = choices(frm.doc.document_type);

	// One list serves the rows of both subjects; a field both have is named once, with both.
	const options = {};
	for (const [doctype, fields] of [["Relationship", relationship], [frm.doc.document_type, document]]) {
		for (const df of fields) {
			options[df.fieldname] ??= { value: df.fieldname, label: __(df.label || df.fieldname), of: [] };
			options[df.fieldname].of.push(__(doctype));
		}
	}
	const listed = Object.values(options).map(({ value, label, of }) => ({ value, label, description: of.join(", ") }));
	const grid = frm.fields_dict.conditions.grid;
	grid.update_docfield_property("field", "options", listed);
	grid.update_docfield_property("field", "formatter", (key) =>
		frappe.utils.escape_html(options[key]?.label || key || "")
	);
	grid.refresh();

	const targets = document
		.filter((df) => !df.permlevel)
		.map((df) => ({ value: df.fieldname, label: __(df.label || df.fieldname), description: df.fieldname }));
	if (frappe.meta.has_field(frm.doc.document_type, "sales_team")) {
		targets.push({ value: "sales_person", label: __("Sales Person"), description: __("First of the sales team") });
	}
	frm.set_df_property("target_field", "options", targets);
	frm.get_field("target_field").set_data?.(targets);
	frm.refresh_field("target_field");
}

function choices(doctype) {
	return frappe
		.get_meta(doctype)
		.fields.filter(
			(df) => frappe.model.is_value_type(df.fieldtype) && !WITHOUT_CHOICE.includes(df.fieldtype) && !df.is_virtual
		);
}

function dry_run(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Dry run"),
		size: "extra-large",
		fields: [
			{
				fieldname: "from_date",
				fieldtype: "Date",
				label: __("Documents From"),
				reqd: 1,
				default: frappe.datetime.add_months(frappe.datetime.get_today(), -3),
			},
			{ fieldtype: "Column Break" },
			{
				fieldname: "to_date",
				fieldtype: "Date",
				label: __("Until"),
				reqd: 1,
				default: frappe.datetime.get_today(),
			},
			{ fieldtype: "Section Break" },
			{ fieldname: "result", fieldtype: "HTML" },
		],
		primary_action_label: __("Try it on past documents"),
		async primary_action({ from_date, to_date }) {
			if (frm.is_dirty()) await frm.save();
			const result = await frappe.xcall("relationship_crm.api.policy_dry_run", {
				policy: frm.doc.name,
				from_date,
				to_date,
			});
			dialog.get_field("result").$wrapper.html(result_table(result));
		},
	});
	dialog.show();
}

function result_table({ columns, rows, checked, touched }) {
	const escape = (text) => frappe.utils.escape_html(String(text ?? ""));
	const summary = `<p>${__("{0} of {1} documents would have been touched.", [cint(touched), cint(checked)])}</p>`;
	if (!rows?.length) return summary;
	const label = (column) => (typeof column == "string" ? column : column.label);
	const cell = (row, column, i) => {
		const value = Array.isArray(row) ? row[i] : row[column.fieldname || column];
		if (column.fieldtype == "Link") return frappe.utils.get_form_link(column.options, value, true);
		return escape(column.fieldtype ? frappe.format(value, column, { only_value: true, inline: true }) : value);
	};
	const head = columns.map((column) => `<th>${escape(label(column))}</th>`).join("");
	const body = rows.map((row) => `<tr>${columns.map((column, i) => `<td>${cell(row, column, i)}</td>`).join("")}</tr>`);
	return `${summary}<div style="max-height: 50vh; overflow: auto"><table class="table table-bordered">
		<thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}
