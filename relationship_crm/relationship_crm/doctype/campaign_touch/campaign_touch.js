const SERVER = "relationship_crm.campaigns.call_desk";

frappe.ui.form.on("Campaign Touch", {
	refresh(frm) {
		frm.disable_save();
		const { status, reason, channel } = frm.doc;
		if (reason) {
			const color = status === "Failed" ? "red" : "orange";
			frm.set_intro(frappe.utils.escape_html(relationship_crm.calling.reason(reason)), color);
		}
		if (channel === "Event") relationship_crm.calling.add_attendance_buttons(frm);
		if (channel === "Call") show_call(frm);
	},
});

/** Whoever has the call takes it up by opening it; others look on, and may take it up by a button. */
async function show_call(frm) {
	const name = frm.doc.name;
	const mine = frm.doc.assigned_to === frappe.session.user;
	const may_call = Boolean(frm.perm[0]?.write) && is_open(frm.doc);
	const taken = may_call && (mine || frm.taken_up === name);
	const sheet = await frappe.xcall(`${SERVER}.${taken ? "open_call" : "sheet"}`, { touch: name });
	if (frm.doc.name !== name) return;
	if (sheet.barred && sheet.is_open === false && is_open(frm.doc)) return frm.reload_doc();
	add_buttons(frm, sheet, { may_call, taken });
	relationship_crm.calling.draw_sheet(frm, sheet, {
		may_call: taken && sheet.is_open && !sheet.barred,
		record: (outcome, note, next_on) => record(frm, outcome, note, next_on),
	});
}

const is_open = ({ status, next_contact_on }) => ["Waiting", "Reached"].includes(status) && Boolean(next_contact_on);

function add_buttons(frm, sheet, { may_call, taken }) {
	if (may_call && !taken) {
		frm.add_custom_button(__("Take This Call"), () => {
			frm.taken_up = frm.doc.name;
			frm.refresh();
		}).addClass("btn-primary");
	}
	if (frappe.model.can_write(frm.doctype)) {
		const label = sheet.due ? __("Next Call ({0} due)", [sheet.due]) : __("Next Call");
		frm.add_custom_button(label, () => relationship_crm.calling.open_next(frm.doc.name));
	}
	if (sheet.can_correct) frm.add_custom_button(__("Correct the Last Outcome"), () => correct(frm));
	sheet.can_make.forEach((doctype) => {
		frm.add_custom_button(__(doctype), () => make(frm, doctype), __("Create"));
	});
}

async function record(frm, outcome, note, next_on) {
	frappe.dom.freeze();
	try {
		const done = await frappe.xcall(`${SERVER}.record_outcome`, { touch: frm.doc.name, outcome, note, next_on });
		say(done);
		frappe.model.remove_from_locals(frm.doctype, frm.doc.name);
		done.next ? frappe.set_route("Form", frm.doctype, done.next) : finish(frm);
	} finally {
		frappe.dom.unfreeze();
	}
}

function say({ status, reason, next_contact_on }) {
	if (status === "Left Out") {
		const message = __("Left out: {0}", [frappe.utils.escape_html(relationship_crm.calling.reason(reason))]);
		return frappe.show_alert({ message, indicator: "orange" }, 7);
	}
	const when = next_contact_on && frappe.datetime.str_to_user(next_contact_on);
	const message = when ? __("Saved. Next call on {0}.", [when]) : __("Saved.");
	frappe.show_alert({ message, indicator: "green" });
}

function finish(frm) {
	frappe.show_alert({ message: __("No more calls are due."), indicator: "blue" });
	frm.reload_doc();
}

function correct(frm) {
	const text = __("The outcome, its response and the note on the timeline are taken back. The call is open again. Continue?");
	frappe.confirm(text, async () => {
		await frappe.xcall(`${SERVER}.correct_outcome`, { touch: frm.doc.name });
		frm.reload_doc();
	});
}

/** A new document as ERPNext makes it of the party; it names the campaign. */
async function make(frm, doctype) {
	const made = await frappe.xcall(`${SERVER}.make_document`, { touch: frm.doc.name, doctype });
	const [doc] = frappe.model.sync(made);
	frappe.set_route("Form", doc.doctype, doc.name);
}
