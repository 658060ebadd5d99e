const RUN = {
	event: "service_billing_progress",
	start: __("Make Invoices"),
	resume: "start",
	sentence: ({ done_contracts, total_contracts, drafted, failed }) => {
		const done = __("{0} of {1} contracts, {2} invoices made", [cint(done_contracts), cint(total_contracts), cint(drafted)]);
		return cint(failed) ? `${done}, ${__("{0} contracts failed", [cint(failed)])}` : done;
	},
};

frappe.ui.form.on("Service Billing Run", {
	setup(frm) {
		relationship_crm.run.listen(frm, RUN);
	},

	refresh(frm) {
		relationship_crm.run.refresh(frm, RUN);
		if (cint(frm.doc.drafted) && frm.doc.status != "Draft") {
			frm.add_custom_button(__("Drafts"), () =>
				frappe.set_route("List", "Sales Invoice", { docstatus: 0, relationship_contract: ["is", "set"] })
			);
		}
	},
});
