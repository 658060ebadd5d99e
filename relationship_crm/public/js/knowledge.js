// Help Articles and issues: suggested while an issue is written, sent as a link, made of what solved it.
import { esc } from "./panel/html";

const SERVER = "relationship_crm.contracts.knowledge";
const SOLVED = ["Resolved", "Closed"];

export function watch_issues() {
	frappe.ui.form.on("Issue", {
		refresh(frm) {
			offer_suggestions(frm);
			offer_article(frm);
			if (frm.is_new() || !frappe.model.can_create("Service Appointment")) return;
			const { name, customer, company, subject, relationship_contract: contract } = frm.doc;
			const values = { issue: name, customer, company, subject, contract, makes: "Maintenance Visit" };
			frm.add_custom_button(__("Service Appointment"), () => frappe.new_doc("Service Appointment", values), __("Create"));
		},
		subject: (frm) => suggest(frm),
	});
}

// -- suggestions

function offer_suggestions(frm) {
	const { $input, $wrapper } = frm.fields_dict.subject;
	if (!frm.relationship_articles) {
		frm.relationship_articles = $('<div class="rcrm rcrm-articles" aria-live="polite"></div>').appendTo($wrapper);
		frm.relationship_articles.on("click", "button", (e) => insert_into_reply(frm, frm.relationship_found[e.currentTarget.dataset.at]));
		$input?.on("input", frappe.utils.debounce(() => suggest(frm, $input.val()), 400));
	}
	frm.relationship_asked = null;
	suggest(frm);
}

async function suggest(frm, text = frm.doc.subject) {
	const $box = frm.relationship_articles;
	if (!$box) return;
	const asked = SOLVED.includes(frm.doc.status) ? "" : (text || "").trim();
	if (asked === frm.relationship_asked) return;
	frm.relationship_asked = asked;
	const found = asked.length < 3 ? [] : await frappe.xcall(`${SERVER}.suggest`, { text: asked });
	if (asked !== frm.relationship_asked) return; // more was typed meanwhile
	frm.relationship_found = found;
	$box.html(found.length ? `<p class="rcrm-small-print">${esc(__("Help Articles that may answer it"))}</p>${found.map((one, at) => article_html(frm, one, at)).join("")}` : "");
}

function article_html(frm, { title, category, snippet, url }, at) {
	const insert = frm.is_new()
		? ""
		: `<button type="button" class="btn btn-default btn-xs" data-at="${at}">${esc(__("Insert into Reply"))}</button>`;
	return `<div class="rcrm-article"><div>
			<a href="${esc(url)}" target="_blank" rel="noopener">${esc(title)}</a> <span class="rcrm-muted">${esc(category)}</span>
			<div class="rcrm-muted rcrm-article-text">${esc(snippet)}</div></div>${insert}</div>`;
}

/** Opens Frappe's reply with the link above whatever was drafted. */
function insert_into_reply(frm, { title, url }) {
	const link = `<p><a href="${esc(url)}">${esc(title)}</a></p><p><br></p>`;
	const last_email = frm.timeline.get_last_email?.(true);
	class WithLink extends frappe.views.CommunicationComposer {
		async set_content(sender) {
			await super.set_content(sender);
			if (this.has_link) return;
			this.has_link = true;
			await this.dialog.set_value("content", link + (this.dialog.get_value("content") || ""));
		}
	}
	new WithLink({
		doc: frm.doc,
		frm,
		recipients: last_email?.sender || frm.doc.raised_by,
		subject: last_email?.subject || frm.doc.subject,
		is_a_reply: Boolean(last_email),
		last_email,
	});
}

// -- articles made of issues

async function offer_article(frm) {
	if (frm.is_new()) return;
	const { name, status } = frm.doc;
	if (!SOLVED.includes(status) || !frappe.model.can_read("Help Article")) return;
	const told = await frappe.xcall(`${SERVER}.draft`, { issue: name });
	if (frm.doc.name !== name) return;
	for (const { name: article, title, published } of told.articles) {
		const label = published ? title : __("{0} (draft)", [title]);
		frm.add_custom_button(esc(label), () => frappe.set_route("Form", "Help Article", article), __("View"));
	}
	if (told.may_create) frm.add_custom_button(__("Help Article"), () => create_article(frm, told), __("Create"));
}

function create_article(frm, { title, content }) {
	const dialog = new frappe.ui.Dialog({
		title: __("Create Help Article"),
		size: "large",
		fields: [
			{ fieldname: "title", fieldtype: "Data", label: __("Title"), reqd: 1, default: title },
			{ fieldname: "category", fieldtype: "Link", options: "Help Category", label: __("Category"), reqd: 1 },
			{ fieldtype: "Column Break" },
			{
				fieldname: "level",
				fieldtype: "Select",
				label: __("Level"),
				options: ["Beginner", "Intermediate", "Expert"].map((value) => ({ value, label: __(value) })),
				default: "Beginner",
			},
			{ fieldtype: "Section Break" },
			{
				fieldname: "content",
				fieldtype: "Text Editor",
				label: __("Content"),
				reqd: 1,
				default: content,
				description: __("Everybody will be able to read it: leave out names, numbers and passwords of customers."),
			},
		],
		primary_action_label: __("Create Draft"),
		async primary_action(values) {
			const article = await frappe.xcall(`${SERVER}.create_article`, { issue: frm.doc.name, ...values });
			dialog.hide();
			frappe.set_route("Form", "Help Article", article);
		},
	});
	dialog.show();
}
