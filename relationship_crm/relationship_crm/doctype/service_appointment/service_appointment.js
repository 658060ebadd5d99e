const KEPT = ["status", "starts_on", "ends_on", "employee", "customer", "contract", "line_key", "makes"];

frappe.ui.form.on("Service Appointment", {
	setup(frm) {
		frm.set_query("contract", () => ({ filters: { docstatus: 1, ...(frm.doc.customer ? { customer: frm.doc.customer } : {}) } }));
		frm.set_query("employee", () => ({ filters: { status: "Active" } }));
		frm.set_query("issue", () => ({ filters: frm.doc.customer ? { customer: frm.doc.customer } : {} }));
		for (const field of ["address", "contact"]) frm.set_query(field, erpnext.queries[`${field}_query`]);
	},

	onload(frm) {
		frappe.dynamic_link = { doc: frm.doc, fieldname: "customer", doctype: "Customer" };
	},

	refresh(frm) {
		frm.trigger("offer_promises");
		const { status, voucher_type, voucher_no } = frm.doc;
		// what was done does not change under its voucher
		const over = status === "Done" && Boolean(voucher_no);
		for (const field of KEPT) frm.set_df_property(field, "read_only", over ? 1 : 0);
		if (frm.is_new()) return;
		if (voucher_no) {
			frm.add_custom_button(__(voucher_type), () => frappe.set_route("Form", voucher_type, voucher_no), __("View"));
		}
		if (frm.doc.contract) {
			frm.add_custom_button(__("Service Contract"), () => frappe.set_route("Form", "Service Contract", frm.doc.contract), __("View"));
		}
		if (status === "Planned" && frm.doc.ends_on < frappe.datetime.now_datetime()) {
			frm.set_intro(__("It should have taken place already."), "orange");
		}
		if (status !== "Planned" || !frm.perm[0]?.write) return;
		frm.add_custom_button(__("Done"), () => finish(frm)).addClass("btn-primary");
		frm.add_custom_button(__("Cancel", null, "Service Appointment"), () => call_off(frm));
	},

	/** The promises of the contract by their titles; the first that fits is chosen. */
	async offer_promises(frm) {
		const { contract } = frm.doc;
		frm.promises = contract ? await frappe.xcall("relationship_crm.contracts.proposals.promises", { contract }) : [];
		if (frm.doc.contract !== contract) return;
		const titles = frm.promises.map(({ title }) => title);
		const options = frm.promises.map(({ line_key, title, open, period_end }) => ({
			value: line_key,
			// Frappe's list shows labels and descriptions as HTML, and finds values by labels
			label: (titles.filter((other) => other === title).length > 1 ? `${title} (${line_key.split("/").pop()})` : title).replace(/[<>&]/g, " "),
			description:
				open === null ? "" : __("{0} still to be planned until {1}", [format_number(open), frappe.datetime.str_to_user(period_end)]),
		}));
		// who may not read the contract sees what was chosen
		const { line_key, line_title } = frm.doc;
		if (line_key && !options.length) options.push({ value: line_key, label: line_title || line_key });
		frm.fields_dict.line_key.set_data(options);
		frm.refresh_field("line_key");
	},

	customer(frm) {
		frm.set_value({ contract: null, line_key: null, address: null, contact: null });
	},

	async contract(frm) {
		frm.set_value("line_key", null);
		await frm.events.offer_promises(frm);
		if (!frm.promises.length) return;
		const [{ customer, company }] = frm.promises;
		if (customer !== frm.doc.customer) {
			frm.doc.customer = customer; // without emptying the contract again
			frm.refresh_field("customer");
		}
		frm.set_value("company", company);
		const plannable = frm.promises.filter((promise) => promise.plannable);
		if (plannable.length === 1) frm.set_value("line_key", plannable[0].line_key);
	},

	line_key(frm) {
		const promise = (frm.promises || []).find(({ line_key }) => line_key === frm.doc.line_key);
		if (promise?.makes) frm.set_value("makes", promise.makes);
	},

	address(frm) {
		erpnext.utils.get_address_display(frm, "address", "address_display");
	},

	starts_on(frm) {
		forget_holiday(frm);
		const { starts_on, hours } = frm.doc;
		if (!starts_on) return;
		// another time keeps the length
		const end = moment(starts_on).add(hours || 1, "hours");
		frm.set_value("ends_on", end.format("YYYY-MM-DD HH:mm:ss"));
	},

	ends_on(frm) {
		const { starts_on, ends_on } = frm.doc;
		if (starts_on && ends_on > starts_on) frm.set_value("hours", moment(ends_on).diff(moment(starts_on), "minutes") / 60);
	},

	employee(frm) {
		forget_holiday(frm);
	},
});

/** Confirmed for one day and one employee, not for another. */
function forget_holiday(frm) {
	if (frm.doc.works_on_holiday) frm.set_value("works_on_holiday", 0);
}

async function finish(frm) {
	if (frm.is_dirty()) await frm.save();
	relationship_crm.planning.finish(frm);
}

async function call_off(frm) {
	await frm.set_value("status", "Cancelled");
	frm.save();
}
