const UNDER_WAY = ["Queued", "Running"];
const RELOAD_EVERY = 4000;

frappe.ui.form.on("Survey Sending", {
	setup(frm) {
		frm.set_query("survey", () => ({ filters: { enabled: 1 } }));
		frm.set_query("customer", "customers", () => ({ filters: { disabled: 0, is_internal_customer: 0 } }));
		frappe.realtime.on("survey_sending_progress", (data) => {
			if (data?.name == frm.doc.name) show_progress(frm, { ...frm.doc, ...data });
		});
	},

	refresh(frm) {
		add_buttons(frm);
		draw_filters(frm);
		show_progress(frm, frm.doc);
		watch(frm);
	},

	scope: draw_filters,
});

function add_buttons(frm) {
	if (frm.is_new() || !frm.perm[0]?.write) return;
	const { status } = frm.doc;
	const button = (label, method) =>
		frm.add_custom_button(label, async () => {
			if (frm.is_dirty()) await frm.save();
			await frm.call(method);
			await frm.reload_doc();
		});
	if (status == "Draft") button(__("Send"), "start").addClass("btn-primary");
	if (UNDER_WAY.includes(status)) button(__("Stop"), "stop");
	if (["Stopped", "Failed"].includes(status)) button(__("Resume"), "start").addClass("btn-primary");
	if (status != "Draft") {
		frm.add_custom_button(__("Invitations"), () =>
			frappe.set_route("List", "Survey Invitation", { sending: frm.doc.name })
		);
	}
}

/** The filters of the Customer list, and how many customers they find. */
async function draw_filters(frm) {
	const $area = frm.get_field("filter_area").$wrapper.empty();
	const $count = frm.get_field("matching_html").$wrapper.empty();
	if (frm.doc.scope != "Filtered Customers") return;
	await frappe.model.with_doctype("Customer");
	const filters = JSON.parse(frm.doc.filters_json || "[]");
	const editable = frm.is_new() || (frm.doc.status == "Draft" && frm.perm[0]?.write);
	const cell = (text) => `<td>${frappe.utils.escape_html(String(text ?? ""))}</td>`;
	const rows = filters.map((row) => {
		const [field, operator, value] = row.slice(-3);
		return `<tr>${cell(__(frappe.meta.get_label("Customer", field)))}${cell(__(operator))}${cell(value)}</tr>`;
	});
	const empty = editable ? __("All customers. Click to set filters.") : __("All customers.");
	const $table = $(`<table class="table table-bordered" style="margin: 0; cursor: ${editable ? "pointer" : "default"}">
		<thead><tr><th style="width: 30%">${__("Field")}</th><th style="width: 20%">${__("Condition")}</th>
		<th>${__("Value")}</th></tr></thead>
		<tbody>${rows.join("") || `<tr><td colspan="3" class="text-muted">${empty}</td></tr>`}</tbody></table>`).appendTo($area);
	if (editable) $table.on("click", () => edit_filters(frm, filters));
	const count = await frappe.xcall("relationship_crm.surveys.desk.count_customers", { filters });
	$count.html(`<p class="text-muted" style="margin-top: 8px">${__("{0} customers", [cint(count)])}</p>`);
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
		doctype: "Customer",
		on_change: () => {},
	});
	group.add_filters_to_filter_group(filters);
	dialog.show();
}

function show_progress(frm, { status, progress, done_customers, total_customers, sent }) {
	const $wrapper = frm.get_field("progress_html").$wrapper;
	if (frm.is_new() || frm.doc.status == "Draft") {
		$wrapper.empty();
		return;
	}
	const color = { Failed: "var(--red-500)", Stopped: "var(--orange-500)", Completed: "var(--green-500)" };
	const percent = Math.max(0, Math.min(100, flt(progress)));
	$wrapper.html(`<div class="progress" style="height: 10px; margin-bottom: 6px">
			<div class="progress-bar" role="progressbar" aria-valuenow="${percent}" aria-valuemin="0" aria-valuemax="100"
				style="width: ${percent}%; background: ${color[status] || "var(--blue-500)"}"></div>
		</div>
		<p class="text-muted small">${__("{0} of {1} customers, {2} sent", [
			cint(done_customers),
			cint(total_customers),
			cint(sent),
		])}</p>`);
}

/** The progress bar is fed by realtime events; where those do not arrive, the form asks every few seconds. */
function watch(frm) {
	clearTimeout(frm.reload_timer);
	if (frm.is_new() || !UNDER_WAY.includes(frm.doc.status)) return;
	frm.reload_timer = setTimeout(() => {
		const route = frappe.get_route();
		if (route[1] == frm.doctype && route[2] == frm.doc.name && !frm.is_dirty()) frm.reload_doc();
	}, RELOAD_EVERY);
}
