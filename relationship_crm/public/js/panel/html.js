// Small helpers: everything that reaches the page goes through esc().

export const esc = (value) => frappe.utils.escape_html(value === null || value === undefined ? "" : String(value));

/** A number of points with its sign; minus is a real minus. */
export function signed(points, digits = 1) {
	const rounded = Number(points || 0).toFixed(digits);
	const zero = Number(rounded) === 0;
	return zero ? (0).toFixed(digits) : rounded.startsWith("-") ? "−" + rounded.slice(1) : "+" + rounded;
}

export const known = (value) => value !== null && value !== undefined && value !== "";

export const score = (value, digits = 0) => (known(value) ? Number(value).toFixed(digits) : "–");

export const day = (value) => (value ? frappe.datetime.str_to_user(String(value).slice(0, 10)) : "");

export const direction_class = (points) => (points > 0 ? "rcrm-up" : points < 0 ? "rcrm-down" : "rcrm-even");

/** Link to an ERP document; the text is escaped, the route is Frappe's own (v15 /app, v16 /desk). */
export function document_link(doctype, name) {
	if (!doctype || !name) return "";
	const href = frappe.utils.get_form_link(doctype, name);
	return `<a href="${esc(href)}">${esc(__(doctype))} ${esc(name)}</a>`;
}

/** A formatted fact; Frappe's formatter escapes nothing for plain text, so text is escaped here. */
export function fact_value(fact, currency) {
	if (!known(fact.value)) return "–";
	if (["Data", "Small Text", "Text", undefined, null, ""].includes(fact.fieldtype)) return esc(fact.value);
	if (fact.fieldtype === "Currency") return esc(format_currency(fact.value, currency));
	if (fact.fieldtype === "Float") return esc(format_number(fact.value, null, 1));
	const html = frappe.format(fact.value, { fieldtype: fact.fieldtype, options: fact.options }, { inline: true });
	return ["Int", "Percent", "Date", "Datetime"].includes(fact.fieldtype) ? html : esc(html);
}

export const plural = (n, one, many) => (Number(n) === 1 ? one : many);

/** In words what a confidence is worth; the threshold of a third is the engine's. */
export function confidence_words(confidence) {
	const c = Number(confidence || 0);
	if (c < 100 / 3) return __("not enough evidence");
	if (c < 60) return __("some evidence");
	if (c < 80) return __("good evidence");
	return __("strong evidence");
}

/** Only colours that are colours reach a style attribute. */
export const colour = (value, fallback = "var(--rcrm-accent)") =>
	/^#[0-9a-f]{3,8}$/i.test(value || "") ? value : fallback;
