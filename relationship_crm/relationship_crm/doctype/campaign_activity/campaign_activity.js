const RUN = {
	event: "campaign_activity_progress",
	start: __("Start"),
	resume: "start",
	// it may wait for days: looked at only while something happens
	quiet_after: 2,
	may_start: (frm) => relationship_crm.activity.may_start(frm),
	sentence: ({ total, done, waiting, resting, left_out, failed }) =>
		[
			__("{0} of {1} people contacted", [cint(done), cint(total)]),
			cint(waiting) ? __("{0} waiting", [cint(waiting)]) : "",
			cint(resting) ? __("{0} of these contacted too recently", [cint(resting)]) : "",
			cint(left_out) ? __("{0} left out", [cint(left_out)]) : "",
			cint(failed) ? __("{0} failed", [cint(failed)]) : "",
		]
			.filter(Boolean)
			.join(" · "),
};

frappe.ui.form.on("Campaign Activity", {
	setup(frm) {
		const of_campaign = () => ({ filters: { campaign: frm.doc.campaign, name: ["!=", frm.doc.name || ""] } });
		frm.set_query("campaign", () => ({ filters: { status: ["in", ["Planned", "Running"]] } }));
		frm.set_query("after_activity", of_campaign);
		frm.set_query("sender", () => ({ filters: { enable_outgoing: 1 } }));
		frm.set_query("print_format", () => ({ filters: { doc_type: "Campaign Touch" } }));
		frm.set_query("letter_head", () => ({ filters: { disabled: 0 } }));
		frm.set_query("callers", () => ({ filters: { enabled: 1, user_type: "System User" } }));
		relationship_crm.run.listen(frm, RUN);
	},

	refresh(frm) {
		relationship_crm.run.refresh(frm, RUN);
		relationship_crm.activity.add_buttons(frm);
		relationship_crm.activity.draw_audience(frm);
	},

	async campaign(frm) {
		if (!frm.doc.campaign || !frm.is_new()) return;
		const { campaign } = frm.doc;
		const last = await frappe.db.get_list("Campaign Activity", { filters: { campaign }, fields: ["wave"], order_by: "wave desc", limit: 1 });
		frm.set_value("wave", cint(last[0]?.wave) + 1);
	},

	in_window(frm) {
		// Frappe fills empty times with the time of day
		if (frm.doc.in_window) frm.set_value({ send_from: "08:00:00", send_until: "18:00:00" });
	},
});
