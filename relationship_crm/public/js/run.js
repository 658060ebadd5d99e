// Documents that are runs: queued, watched while they go on, stopped and resumed. Their forms and lists.
//
// A form says what is its own about it:
//   event     the realtime event that tells of progress, with the run's name and its changed fields
//   start     the label of the button that starts it
//   resume    the method that goes on with it
//   sentence  the run's fields in words, below the progress bar
// and, where it wants to:
//   may_start    asked before it starts
//   quiet_after  minutes without a change after which the form asks no more; for runs that wait for days

const UNDER_WAY = ["Queued", "Running"];
const TO_RESUME = ["Stopped", "Failed"];
const RELOAD_EVERY = 4000;
const INDICATORS = {
	Draft: "gray",
	Queued: "yellow",
	Running: "blue",
	Completed: "green",
	Failed: "red",
	Stopped: "orange",
};
const BARS = { Failed: "var(--red-500)", Stopped: "var(--orange-500)", Completed: "var(--green-500)" };

/** Settings of a list of runs: the status as an indicator. */
export const list_settings = () => ({
	add_fields: ["status"],
	get_indicator: (doc) => [__(doc.status), INDICATORS[doc.status], `status,=,${doc.status}`],
});

export const may_work_on = (frm) => !frm.is_new() && Boolean(frm.perm[0]?.write);

/** Follows the progress of the run on the form. */
export function listen(frm, own) {
	frappe.realtime.on(own.event, (data) => {
		if (data?.name == frm.doc.name) show_progress(frm, own, { ...frm.doc, ...data });
	});
}

/** Buttons and progress bar of a run. */
export function refresh(frm, own) {
	add_buttons(frm, own);
	show_progress(frm, own, frm.doc);
	watch(frm, own);
}

function add_buttons(frm, { start, resume, may_start }) {
	if (!may_work_on(frm)) return;
	const { status } = frm.doc;
	const button = (label, method) =>
		frm.add_custom_button(label, async () => {
			if (frm.is_dirty()) await frm.save();
			if (method == "start" && may_start && !(await may_start(frm))) return;
			await frm.call(method);
			await frm.reload_doc();
		});
	if (status == "Draft") button(start, "start").addClass("btn-primary");
	if (UNDER_WAY.includes(status)) button(__("Stop"), "stop");
	if (TO_RESUME.includes(status)) button(__("Resume"), resume).addClass("btn-primary");
}

function show_progress(frm, { sentence }, values) {
	const $wrapper = frm.get_field("progress_html").$wrapper;
	if (frm.is_new() || frm.doc.status == "Draft") {
		$wrapper.empty();
		return;
	}
	const percent = Math.max(0, Math.min(100, flt(values.progress)));
	$wrapper.html(`<div class="progress" style="height: 10px; margin-bottom: 6px">
			<div class="progress-bar" role="progressbar" aria-valuenow="${percent}" aria-valuemin="0" aria-valuemax="100"
				style="width: ${percent}%; background: ${BARS[values.status] || "var(--blue-500)"}"></div>
		</div>
		<p class="text-muted small">${sentence(values)}</p>`);
}

/** The progress bar is fed by realtime events; where those do not arrive, the form asks every few seconds. */
function watch(frm, { quiet_after }) {
	clearTimeout(frm.reload_timer);
	if (frm.is_new() || !UNDER_WAY.includes(frm.doc.status)) return;
	const quiet = frappe.datetime.get_minute_diff(frappe.datetime.system_datetime(), frm.doc.modified);
	if (quiet_after && quiet >= quiet_after) return;
	frm.reload_timer = setTimeout(() => {
		const route = frappe.get_route();
		if (route[1] == frm.doctype && route[2] == frm.doc.name && !frm.is_dirty()) frm.reload_doc();
	}, RELOAD_EVERY);
}
