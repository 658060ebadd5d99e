const SCALED = ["NPS", "CSAT", "CES", "Scale"];

frappe.ui.form.on("Relationship Survey", {
	setup(frm) {
		frm.set_query("sender", () => ({ filters: { enable_outgoing: 1 } }));
		frm.set_query("escalate_to", () => ({ filters: { enabled: 1, user_type: "System User" } }));
		frm.set_query("follow_up_survey", () => ({ filters: { enabled: 1 } }));
	},

	refresh(frm) {
		if (frm.is_new()) return;
		frm.add_custom_button(__("Preview"), () => preview(frm));
		if (frm.doc.enabled && frappe.model.can_create("Survey Sending")) {
			frm.add_custom_button(__("Send to customers..."), () => send_to_customers(frm)).addClass("btn-primary");
		}
		tell_what_happens(frm);
	},
});

frappe.ui.form.on("Survey Item", {
	kind(frm, cdt, cdn) {
		const row = locals[cdt][cdn];
		if (SCALED.includes(row.kind)) return;
		["dimension", "low_label", "high_label"].forEach((field) => frappe.model.set_value(cdt, cdn, field, ""));
		["reverse", "in_mail"].forEach((field) => frappe.model.set_value(cdt, cdn, field, 0));
	},
});

/** One sentence on top: when this survey goes out by itself. */
function tell_what_happens(frm) {
	if (!frm.doc.enabled) {
		frm.set_intro(__("Disabled: nothing is sent. Links already sent out go on working."), "orange");
		return;
	}
	const on = (frm.doc.triggers || []).filter((row) => row.enabled);
	if (!on.length) {
		frm.set_intro(__("No trigger is enabled: this survey is sent by hand only."), "blue");
		return;
	}
	frm.set_intro(__("Sent by itself: {0}", [on.map((row) => __(row.event)).join(", ")]), "green");
}

function send_to_customers(frm) {
	frappe.new_doc("Survey Sending", { survey: frm.doc.name });
}

async function preview(frm) {
	if (frm.is_dirty()) await frm.save();
	const dialog = new frappe.ui.Dialog({
		title: __("Preview"),
		size: "extra-large",
		fields: [
			{ fieldname: "language", fieldtype: "Select", label: __("Language"), onchange: () => show(dialog, frm) },
			{ fieldtype: "Section Break" },
			{ fieldname: "mail", fieldtype: "HTML" },
			{ fieldtype: "Column Break" },
			{ fieldname: "page", fieldtype: "HTML" },
		],
	});
	dialog.show();
	await show(dialog, frm);
}

async function show(dialog, frm) {
	const language = dialog.get_value("language") || frm.doc.default_language;
	if (dialog.shown == language) return;
	dialog.shown = language;
	const found = await frappe.xcall("relationship_crm.surveys.desk.preview", { survey: frm.doc.name, language });
	if (!dialog.get_value("language")) {
		dialog.set_df_property("language", "options", found.languages);
		dialog.set_value("language", language);
	}
	const escape = frappe.utils.escape_html;
	const text = frm.doc.channel == "SMS" ? `<pre>${escape(found.sms)}</pre>` : "";
	const $mail = dialog.get_field("mail").$wrapper;
	$mail.html(`${text}<p>${__("Mail")}: <b>${escape(found.subject)}</b></p>`).append(frame(found.mail, __("Mail")));
	dialog.get_field("page").$wrapper.html(`<p>${__("Page")}</p>`).append(frame(found.page, __("Page")));
}

/** Shown as it is, and able to do nothing: no scripts, no forms, no way out. */
function frame(html, title) {
	const $frame = $("<iframe sandbox>").attr({ srcdoc: html, title });
	return $frame.css({ width: "100%", "max-width": "480px", height: "640px", border: "1px solid var(--border-color)" });
}
