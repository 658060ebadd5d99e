const UNDER_WAY = ["Queued", "Running"];
const RELOAD_EVERY = 4000;

frappe.ui.form.on("Process Relationship Assessment", {
	setup(frm) {
		frm.set_query("party_type", () => ({ filters: { name: ["in", ["Customer", "Lead", "Prospect"]] } }));
		frappe.realtime.on("relationship_assessment_progress", (data) => {
			if (data?.name == frm.doc.name || data?.doc == frm.doc.name) show_progress(frm, data);
		});
	},

	refresh(frm) {
		add_buttons(frm);
		show_progress(frm, frm.doc);
		show_summary(frm);
		watch(frm);
	},
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
	if (status == "Draft") button(__("Start"), "start").addClass("btn-primary");
	if (UNDER_WAY.includes(status)) button(__("Stop"), "stop");
	if (["Stopped", "Failed"].includes(status)) button(__("Resume"), "resume").addClass("btn-primary");
}

function show_progress(frm, { status, progress, done_parties, total_parties }) {
	const $wrapper = frm.get_field("progress_html").$wrapper;
	if (frm.is_new() || frm.doc.status == "Draft") {
		$wrapper.empty();
		return;
	}
	const color = { Failed: "var(--red-500)", Stopped: "var(--orange-500)", Completed: "var(--green-500)" };
	const percent = Math.max(0, Math.min(100, flt(progress)));
	$wrapper.html(`<div class="progress" style="height: 10px; margin-bottom: 6px">
			<div class="progress-bar" role="progressbar" aria-valuenow="${percent}" aria-valuemin="0" aria-valuemax="100"
				style="width: ${percent}%; background: ${color[status || frm.doc.status] || "var(--blue-500)"}"></div>
		</div>
		<p class="text-muted small">${__("{0} of {1} parties", [cint(done_parties), cint(total_parties)])}</p>`);
}

function show_summary(frm) {
	const $wrapper = frm.get_field("summary_html").$wrapper.empty();
	let rows = [];
	try {
		rows = JSON.parse(frm.doc.summary || "[]");
	} catch {
		return;
	}
	if (!Array.isArray(rows) || !rows.length) return;
	const most = Math.max(...rows.map((row) => row.count), 1);
	const lines = rows.map(
		(row) => `<tr><td style="width: 30%">${frappe.utils.escape_html(__(row.stage))}</td>
			<td class="text-right" style="width: 15%">${cint(row.count)}</td>
			<td><div style="height: 10px; border-radius: 5px; background: var(--blue-400);
				width: ${(100 * cint(row.count)) / most}%"></div></td></tr>`
	);
	$wrapper.html(`<table class="table table-bordered"><tbody>${lines.join("")}</tbody></table>`);
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
