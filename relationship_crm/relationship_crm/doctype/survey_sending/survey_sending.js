const RUN = {
	event: "survey_sending_progress",
	start: __("Send"),
	resume: "start",
	sentence: ({ done_customers, total_customers, sent }) =>
		__("{0} of {1} customers, {2} sent", [cint(done_customers), cint(total_customers), cint(sent)]),
};

frappe.ui.form.on("Survey Sending", {
	setup(frm) {
		frm.set_query("survey", () => ({ filters: { enabled: 1 } }));
		frm.set_query("customer", "customers", () => ({ filters: { disabled: 0, is_internal_customer: 0 } }));
		relationship_crm.run.listen(frm, RUN);
	},

	refresh(frm) {
		relationship_crm.run.refresh(frm, RUN);
		if (frm.doc.status != "Draft" && relationship_crm.run.may_work_on(frm)) {
			frm.add_custom_button(__("Invitations"), () =>
				frappe.set_route("List", "Survey Invitation", { sending: frm.doc.name })
			);
		}
		draw_filters(frm);
	},

	scope: draw_filters,
});

/** The filters of the Customer list, and how many customers they find. */
async function draw_filters(frm) {
	frm.get_field("filter_area").$wrapper.empty();
	const $count = frm.get_field("matching_html").$wrapper.empty();
	if (frm.doc.scope != "Filtered Customers") return;
	await frappe.model.with_doctype("Customer");
	const editable = frm.is_new() || (frm.doc.status == "Draft" && Boolean(frm.perm[0]?.write));
	const filters = relationship_crm.filters.draw(frm, {
		doctype: "Customer",
		editable,
		none: editable ? __("All customers. Click to set filters.") : __("All customers."),
		changed: draw_filters,
	});
	const count = await frappe.xcall("relationship_crm.surveys.desk.count_customers", { filters });
	$count.html(`<p class="text-muted" style="margin-top: 8px">${__("{0} customers", [cint(count)])}</p>`);
}
