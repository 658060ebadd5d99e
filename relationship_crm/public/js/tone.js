// Praise or displeasure: one click below a message, in the timeline of its party or on its own form.
import { esc } from "./panel/html";

const ABOUT = { Company: () => __("the company"), Employee: () => __("our employee") };

/** Draws the buttons of one message into $host; `mark` is what the server says of it. */
function draw($host, mark) {
	$host.addClass("rcrm rcrm-tone").html(mark.tone ? marked_html(mark) : buttons_html());
	$host.off("click").on("click", "button", async (e) => {
		const { tone, about, undo } = e.currentTarget.dataset;
		$host.find("button").prop("disabled", true);
		try {
			const method = undo ? "clear_tone" : "mark_tone";
			const args = undo ? {} : { tone, about };
			draw($host, await frappe.xcall(`relationship_crm.advocacy.tone.${method}`, { communication: mark.name, ...args }));
			$host.find("button").first().trigger("focus");
		} catch (error) {
			draw($host, mark);
		}
	});
}

function button(label, data, title) {
	const attributes = Object.entries(data).map(([key, value]) => `data-${key}="${esc(value)}"`);
	return `<button type="button" class="btn btn-xs btn-default" ${attributes.join(" ")} title="${esc(title || label)}">${esc(label)}</button>`;
}

function buttons_html() {
	return `<span class="rcrm-muted">${esc(__("How does this message sound?"))}</span>
		${button(__("Praise"), { tone: "Praise", about: "Company" }, __("The customer praises us. It counts as engagement."))}
		${button(__("Displeasure"), { tone: "Displeasure", about: "Company" }, __("The customer is displeased with us."))}`;
}

function marked_html(mark) {
	const tone = mark.tone === "Praise" ? __("Praise") : __("Displeasure");
	const other = mark.about === "Employee" ? "Company" : "Employee";
	const who = mark.by ? __("Marked by {0}, {1}", [mark.by, frappe.datetime.str_to_user(String(mark.on).slice(0, 10))]) : "";
	return `<span class="indicator-pill ${mark.tone === "Praise" ? "green" : "orange"}" title="${esc(who)}">
			${esc(__("{0}, about {1}", [tone, ABOUT[mark.about === "Employee" ? "Employee" : "Company"]()]))}</span>
		${button(__("About {0}", [ABOUT[other]()]), { tone: mark.tone, about: other })}
		${button(__("Undo"), { undo: 1 })}`;
}

/** The message's own form. */
export async function form(frm) {
	const field = frm.fields_dict.relationship_tone_html;
	if (!field || frm.is_new() || frm.doc.communication_type !== "Communication" || frm.doc.sent_or_received !== "Received") return;
	if (!frappe.model.can_read("Relationship")) {
		field.$wrapper.empty();
		return;
	}
	const { name, relationship_tone, relationship_tone_about, relationship_tone_by, relationship_tone_on } = frm.doc;
	draw(field.$wrapper, {
		name,
		tone: relationship_tone || "",
		about: relationship_tone_about || "",
		by: relationship_tone_by ? frappe.user.full_name(relationship_tone_by) : "",
		on: relationship_tone_on,
	});
}

/** The messages in the timeline of a customer, lead or prospect; also those that are loaded later. */
export function timeline(frm) {
	if (frm.is_new() || !frappe.model.can_read("Relationship")) return;
	const host = frm.timeline && frm.timeline.timeline_items_wrapper;
	if (!host || !host.length) return;
	if (frm.relationship_tone_observer) frm.relationship_tone_observer.disconnect();
	frm.relationship_tone_observer = new MutationObserver(frappe.utils.debounce(() => decorate(frm, host), 200));
	frm.relationship_tone_observer.observe(host[0], { childList: true });
	decorate(frm, host);
}

async function decorate(frm, host) {
	const info = frm.get_docinfo() || {};
	// the server knows which of them were received; the form does not
	const messages = new Set((info.communications || []).filter((c) => c.communication_type === "Communication").map((c) => c.name));
	const items = {};
	host.find('.timeline-item[data-doctype="Communication"]').each((_i, el) => {
		const name = el.dataset.name;
		if (messages.has(name) && !el.dataset.toneAsked) items[name] = el;
	});
	const names = Object.keys(items);
	if (!names.length) return;
	Object.values(items).forEach((el) => (el.dataset.toneAsked = "1"));
	const party = frm.doc.name;
	const marks = await frappe.xcall("relationship_crm.advocacy.tone.tones", { party_type: frm.doctype, party, communications: names });
	if (frm.doc.name !== party) return;
	Object.entries(marks || {}).forEach(([name, mark]) => {
		const $box = $(items[name]).find(".timeline-message-box");
		if ($box.length && !$box.find(".rcrm-tone").length) draw($("<div>").appendTo($box), mark);
	});
}
