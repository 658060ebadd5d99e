const RUN = {
	event: "relationship_assessment_progress",
	start: __("Start"),
	resume: "resume",
	sentence: ({ done_parties, total_parties }) => __("{0} of {1} parties", [cint(done_parties), cint(total_parties)]),
};

frappe.ui.form.on("Process Relationship Assessment", {
	setup(frm) {
		frm.set_query("party_type", () => ({ filters: { name: ["in", ["Customer", "Lead", "Prospect"]] } }));
		relationship_crm.run.listen(frm, RUN);
	},

	refresh(frm) {
		relationship_crm.run.refresh(frm, RUN);
		show_summary(frm);
	},
});

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
