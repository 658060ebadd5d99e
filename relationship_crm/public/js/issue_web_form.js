// The portal's issue form: Help Articles that may answer the question before it is asked.
frappe.ready(() => {
	const field = frappe.web_form?.fields_dict?.subject;
	if (!field || !field.$input) return;
	const esc = frappe.utils.escape_html;
	const $box = $('<div class="rcrm-articles" aria-live="polite"></div>').appendTo(field.$wrapper);
	let asked = "";
	const suggest = async () => {
		const text = (field.$input.val() || "").trim();
		if (text === asked) return;
		asked = text;
		const found = text.length < 3 ? [] : await frappe.xcall("relationship_crm.contracts.knowledge.suggest", { text });
		if (text !== asked) return; // more was typed meanwhile
		const links = found.map((one) => `<li><a href="${esc(one.url)}" target="_blank" rel="noopener">${esc(one.title)}</a></li>`);
		$box.html(links.length ? `<p class="text-muted small mt-2 mb-1">${esc(__("These articles may answer it"))}</p><ul class="small pl-3">${links.join("")}</ul>` : "");
	};
	field.$input.on("input", frappe.utils.debounce(suggest, 400));
});
