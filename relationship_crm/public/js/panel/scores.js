import { confidence_words, esc, known, score } from "./html";

const GROUPS = [
	{ key: "satisfaction", parts: [] },
	{ key: "trust", parts: ["trust_company", "trust_employee"] },
	{
		key: "engagement",
		parts: [
			"engagement_company_rational",
			"engagement_employee_rational",
			"engagement_company_emotional",
			"engagement_employee_emotional",
		],
	},
];

/** Under the heading of their group the parts need only their own name. */
const PART_LABELS = {
	trust_company: () => __("In the company"),
	trust_employee: () => __("In the employee"),
	engagement_company_rational: () => __("Company, rational"),
	engagement_company_emotional: () => __("Company, emotional"),
	engagement_employee_rational: () => __("Employee, rational"),
	engagement_employee_emotional: () => __("Employee, emotional"),
};

/** Composite first, then satisfaction, trust and engagement with what they are made of. */
export function scores_html(data) {
	const by_key = Object.fromEntries(data.scores.map((s) => [s.key, s]));
	const composite = by_key.composite ? composite_html(by_key.composite) : "";
	const groups = GROUPS.map((group) => {
		const parts = group.parts.filter((key) => by_key[key]).map((key) => row(by_key[key], by_key[group.key] ? "rcrm-part" : "rcrm-whole"));
		const head = by_key[group.key] ? row(by_key[group.key], "rcrm-whole") : "";
		return head || parts.length ? `<div class="rcrm-score-group">${head}${parts.length ? `<div class="rcrm-parts">${parts.join("")}</div>` : ""}</div>` : "";
	}).join("");
	return `${composite}${groups}${legend()}${employee_notice(data)}`;
}

function composite_html(s) {
	const value = s.enough
		? `<span class="rcrm-big">${esc(score(s.value))}</span><span class="rcrm-muted">${esc(__("of 100"))} · ${esc(confidence_words(s.confidence))}</span>`
		: `<span class="rcrm-unknown">${esc(__("Not enough evidence yet"))}</span>`;
	return `<div class="rcrm-composite"><span class="rcrm-label">${esc(s.label)}</span><span class="rcrm-composite-value">${value}</span>${bar(s)}</div>`;
}

function row(s, style) {
	const label = style === "rcrm-part" && PART_LABELS[s.key] ? PART_LABELS[s.key]() : s.label;
	const opens = !s.composed && s.events > 0;
	const tag = opens ? "button" : "div";
	const attributes = opens ? `type="button" data-dimension="${esc(s.key)}" title="${esc(__("Show the documents behind this score"))}"` : `title="${esc(tooltip(s))}"`;
	const value = s.enough
		? `<b>${esc(score(s.value))}</b>`
		: `<span class="rcrm-muted rcrm-words">${esc(Number(s.confidence) > 0 || s.events > 0 ? __("not enough evidence") : __("no evidence yet"))}</span>`;
	const evidence = s.enough ? `<span class="rcrm-evidence" title="${esc(tooltip(s))}">${esc(__("{0} % sure", [Math.round(s.confidence)]))}</span>` : "";
	return `<${tag} class="rcrm-score ${style} ${s.enough ? "" : "rcrm-thin"}" ${attributes}>
		<span class="rcrm-label" title="${esc(s.label)}">${esc(label)}</span>
		<span class="rcrm-value">${value}${evidence}</span>
		${bar(s)}
	</${tag}>`;
}

/** The band (80 %) as a light span, the score as a mark, the comparable customers as a tick. */
function bar(s) {
	const inside = [];
	const clip = (v) => Math.min(100, Math.max(0, Number(v)));
	if (known(s.low) && known(s.high) && known(s.value)) {
		const low = clip(s.low);
		const high = clip(s.high);
		inside.push(`<span class="rcrm-band" style="inset-inline-start:${low}%;width:${Math.max(high - low, 0.5)}%"></span>`);
	}
	if (known(s.group_mean)) inside.push(`<span class="rcrm-mean" style="inset-inline-start:${clip(s.group_mean)}%"></span>`);
	if (known(s.value) && s.enough) inside.push(`<span class="rcrm-mark" style="inset-inline-start:${clip(s.value)}%"></span>`);
	return `<span class="rcrm-bar" role="img" aria-label="${esc(tooltip(s))}" title="${esc(tooltip(s))}">${inside.join("")}</span>`;
}

function tooltip(s) {
	const lines = [];
	if (known(s.value) && known(s.low) && known(s.high)) {
		lines.push(__("{0}: {1}, with 80 % certainty between {2} and {3}", [s.label, score(s.value, 1), score(s.low), score(s.high)]));
	} else if (known(s.value)) {
		lines.push(`${s.label}: ${score(s.value, 1)}`);
	} else {
		lines.push(__("{0}: no evidence yet", [s.label]));
	}
	lines.push(__("Confidence {0} %", [Math.round(s.confidence || 0)]));
	if (known(s.group_mean)) lines.push(__("Comparable customers: {0}", [score(s.group_mean)]));
	if (s.events) lines.push(__("{0} events", [s.events]));
	return lines.join(" · ");
}

function legend() {
	return `<div class="rcrm-legend rcrm-muted">
		<span><i class="rcrm-key rcrm-key-mark"></i>${esc(__("score"))}</span>
		<span><i class="rcrm-key rcrm-key-band"></i>${esc(__("80 % band"))}</span>
		<span><i class="rcrm-key rcrm-key-mean"></i>${esc(__("comparable customers"))}</span>
	</div>`;
}

function employee_notice(data) {
	const about_employees = data.scores.some((s) => s.key.includes("_employee"));
	if (!about_employees || !data.may_see_employee_scores) return "";
	return `<p class="rcrm-small-print">${esc(
		__("Scores about employees help to look after the customer. They are no basis for personnel decisions.")
	)}</p>`;
}
