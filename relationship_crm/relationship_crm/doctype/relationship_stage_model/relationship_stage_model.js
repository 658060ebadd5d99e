frappe.ui.form.on("Relationship Stage Model", {
	async refresh(frm) {
		set_measures(frm);
		if (frm.is_new()) {
			frm.get_field("ladder_html").$wrapper.html(note(__("Save first; then add stages.")));
			return;
		}
		frm.add_custom_button(__("Add a stage"), () => {
			frappe.new_doc("Relationship Stage", { stage_model: frm.doc.name, rung: (frm.highest_rung || 0) + 1 });
		});
		await draw_ladder(frm);
	},
});

async function set_measures(frm) {
	const measures = await frappe.xcall("relationship_crm.api.measures");
	const labels = Object.fromEntries(measures.map((measure) => [measure.value, measure.label]));
	const grid = frm.fields_dict.dissolution_criteria.grid;
	grid.update_docfield_property("measure", "options", measures);
	grid.update_docfield_property("measure", "formatter", (key) => frappe.utils.escape_html(labels[key] || key || ""));
	grid.refresh();
}

async function draw_ladder(frm) {
	const rows = await frappe.db.get_list("Relationship Stage", {
		filters: { stage_model: frm.doc.name },
		fields: ["name", "stage_name", "rung", "color", "established", "description"],
		order_by: "rung desc",
		limit: 100,
	});
	frm.highest_rung = rows.length ? rows[0].rung : 0;
	const $wrapper = frm.get_field("ladder_html").$wrapper.empty();
	if (!rows.length) {
		$wrapper.html(note(__("This ladder has no stages yet.")));
		return;
	}
	rows.forEach((row) => $wrapper.append(draw_stage(row)));
}

function draw_stage(row) {
	const escape = frappe.utils.escape_html;
	const color = /^#[0-9a-f]{3,8}$/i.test(row.color || "") ? row.color : "var(--gray-400)";
	const established = row.established
		? `<span class="indicator-pill green no-indicator-dot">${__("Established")}</span>`
		: "";
	// A ladder narrows towards the top: the higher the rung, the further it is moved in.
	return $(`<a class="flex align-center" style="padding: 6px 0; color: inherit; margin-left: ${(row.rung - 1) * 12}px"
			href="${frappe.utils.get_form_link("Relationship Stage", row.name)}">
		<span style="flex: none; width: 26px; height: 26px; border-radius: 13px; margin-right: 10px; background: ${color};
			color: #fff; text-align: center; line-height: 26px; font-weight: 600">${cint(row.rung)}</span>
		<span><b>${escape(__(row.stage_name))}</b> ${established}
			<br><span class="text-muted small">${escape(__(row.description || ""))}</span></span>
	</a>`);
}

function note(text) {
	return `<p class="text-muted">${text}</p>`;
}
