// The result tab of a campaign: who gets the credit, what it caused, how far it came, which variant did better.
import { day, esc, known } from "../panel/html";
import { models } from "./reports";

const API = "relationship_crm.campaigns.results.of_campaign";

export const STEPS = () => ({
	listed: __("Listed"),
	contacted: __("Contacted"),
	reached: __("Reached"),
	responded: __("Responded"),
	quoted: __("Quoted"),
	ordered: __("Ordered"),
	invoiced: __("Invoiced"),
	paid: __("Paid"),
});

/** Draws the result tab; what was drawn for another campaign meanwhile is left alone. */
export async function draw_result(frm) {
	const $wrapper = frm.get_field("result_html").$wrapper.empty();
	if (frm.is_new() || frm.doc.is_template) return;
	const { name } = frm.doc;
	if (!(frm.doc.contacted_members || frm.doc.control_members)) {
		$wrapper.html(`<div class="rcrm"><p class="rcrm-muted">${esc(__("Nobody was contacted yet: there is no result to show."))}</p></div>`);
		return;
	}
	$wrapper.html(`<div class="rcrm"><div class="rcrm-skeleton" style="height: 160px"></div></div>`);
	const found = await frappe.xcall(API, { campaign: name });
	if (frm.doc.name !== name) return;
	$wrapper.html(`<div class="rcrm rcrm-result">
		${found.note ? `<div class="rcrm-notice">${esc(found.note)}</div>` : ""}
		${goals(found)}${effect(found)}${credit(found)}${funnel(found)}${variants(found)}
		<p class="rcrm-small-print">${REPORTS.filter(may_open).map(link).join(" · ")}</p>
	</div>`);
	$wrapper.find("[data-report]").on("click", (event) => {
		event.preventDefault();
		frappe.set_route("query-report", event.currentTarget.dataset.report, { company: frm.doc.company, campaign: name });
	});
}

const REPORTS = ["Campaign Performance", "Campaign Funnel", "Response by Stage"];
export const may_open = (report) => Boolean(frappe.boot.user.all_reports?.[report]);
const link = (report) => `<a href="#" data-report="${esc(report)}">${esc(__(report))}</a>`;
const money = (value, currency) => esc(format_currency(value, currency));
const percent = (value, digits = 1) => (known(value) ? `${esc(format_number(value, null, digits))} %` : "–");
const count = (value) => esc(format_number(value, null, 0));

// -- goals

function goals({ goals: rows, currency }) {
	if (!rows.length) return "";
	const names = { goal_responses: __("Responded"), goal_customers: __("New Customers"), goal_revenue: __("Credited Revenue") };
	const lines = rows.map(({ goal, wanted, reached, share }) => {
		const written = (value) => (goal === "goal_revenue" ? money(value, currency) : count(value));
		const width = Math.max(0, Math.min(100, share)).toFixed(1);
		const bar = (style) => `<div style="height: 8px; border-radius: 4px; ${style}">`;
		return `<div style="margin-top: 10px"><div class="flex justify-between"><span>${esc(names[goal])}</span>
			<span class="rcrm-num">${__("{0} of {1}", [written(reached), written(wanted)])} <span class="rcrm-muted">${percent(share, 0)}</span></span></div>
			${bar("background: var(--rcrm-track)")}${bar(`background: var(--rcrm-accent); width: ${width}%`)}</div></div></div>`;
	});
	return `<div class="rcrm-card"><h5>${esc(__("Goals"))}</h5>${lines.join("")}</div>`;
}

// -- credit

function credit({ credit: rows, currency, look_back, cost }) {
	const names = models();
	const labels = [__("Attribution Model"), __("Credited Revenue"), __("Of Which Paid"), __("Credited Margin"), __("Return on Spend"), __("Revenue per Cost")];
	const lines = rows.map((row) => {
		const name = esc(names[row.model] || row.model);
		const cells = [
			money(row.amount, currency),
			money(row.paid, currency),
			money(row.margin, currency),
			percent(row.return_on_spend, 0),
			known(row.revenue_on_spend) ? esc(format_number(row.revenue_on_spend, null, 2)) : "–",
		];
		return `<tr${row.own ? ' style="font-weight: 600"' : ""}><td>${name}</td>${cells.map((cell) => `<td class="rcrm-num">${cell}</td>`).join("")}</tr>`;
	});
	const rule = __("Net amounts of posted invoices, less returns, over the touches of {0} days before the order. Bold: the model of the settings.", [look_back]);
	const spent = __("Cost: {0} planned, {1} actual.", [format_currency(cost.planned, currency), format_currency(cost.actual, currency)]);
	return `<div class="rcrm-card"><h5>${esc(__("Who Gets the Credit"))}</h5>
		<p>${esc(__("Attribution says who gets the credit, not what was caused."))}</p>
		${table(labels, lines)}
		<p class="rcrm-small-print">${esc(rule)} ${esc(spent)}</p></div>`;
}

function table(labels, lines) {
	const head = labels.map((label, i) => `<th${i ? ' class="rcrm-num"' : ""}>${esc(label)}</th>`).join("");
	return `<div class="rcrm-scroll"><table class="rcrm-table" style="width: 100%"><thead><tr>${head}</tr></thead><tbody>${lines.join("")}</tbody></table></div>`;
}

// -- effect

function effect({ effect: of, currency }) {
	const groups = __("{0} contacted, of them {1} bought; {2} in the control group, of them {3} bought.", [of.contacted, of.buyers, of.control, of.control_buyers]);
	const until = of.open ? __("What is ordered until {0} still counts.", [day(of.until)]) : __("What was ordered until {0} counts.", [day(of.until)]);
	return `<div class="rcrm-card"><h5>${esc(__("What It Caused"))}</h5>
		<div class="rcrm-two">
			${side(__("Revenue per Customer"), of.mean, (value) => format_currency(value, currency))}
			${side(__("Share of Buyers"), of.rate, (value) => __("{0} points", [format_number(100 * value, null, 1)]))}
		</div>
		${of.whole ? `<p style="margin-top: 10px"><b>${esc(of.whole)}</b></p>` : ""}
		<p class="rcrm-small-print">${esc(groups)} ${esc(until)} ${esc(__("Compared as drawn by lot, whether or not a message arrived."))}</p></div>`;
}

const side = (title, of, written) => `<div><h6>${esc(title)}</h6><p>${esc(of.sentence)}</p>${interval(of, written)}</div>`;

const [WIDTH, HEIGHT, EDGE] = [320, 58, 16];

/** The interval as a line, the effect as a point, no effect as a stroke across. */
function interval(of, written) {
	if (!known(of.low) || !known(of.high) || of.low === of.high) return "";
	const [low, high] = [Math.min(of.low, 0), Math.max(of.high, 0)];
	const at = (value) => EDGE + ((value - low) / (high - low)) * (WIDTH - 2 * EDGE);
	const tone = of.told ? (of.value > 0 ? "var(--rcrm-good)" : "var(--rcrm-bad)") : "var(--text-muted)";
	const [from, to, value, zero] = [of.low, of.high, of.value, 0].map((x) => at(x).toFixed(1));
	const text = (x, y, words, anchor) =>
		`<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="11" fill="var(--text-muted)">${esc(words)}</text>`;
	const label = `${written(of.value)} (${written(of.low)} – ${written(of.high)})`;
	return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" style="width: 100%; max-width: ${WIDTH}px; height: ${HEIGHT}px" role="img" aria-label="${esc(label)}">
		<line x1="${zero}" x2="${zero}" y1="6" y2="40" stroke="var(--text-muted)" stroke-dasharray="3 3"/>
		<line x1="${from}" x2="${to}" y1="23" y2="23" stroke="${tone}" stroke-width="3"/>
		<line x1="${from}" x2="${from}" y1="17" y2="29" stroke="${tone}" stroke-width="2"/>
		<line x1="${to}" x2="${to}" y1="17" y2="29" stroke="${tone}" stroke-width="2"/>
		<circle cx="${value}" cy="23" r="5" fill="${tone}"/>
		${text(EDGE, 54, written(low), "start")}${text(WIDTH - EDGE, 54, written(high), "end")}
	</svg>`;
}

// -- funnel

function funnel({ funnel: steps, waves, currency }) {
	const names = STEPS();
	const most = Math.max(...steps.map((step) => step.count), 1);
	const bars = steps
		.map(
			({ step, count: number, share, money: amount }) => `<tr>
			<td class="rcrm-nowrap" style="width: 1%">${esc(names[step])}</td>
			<td style="min-width: 90px"><div style="height: 14px; border-radius: 4px; background: var(--rcrm-accent); opacity: .75; width: ${((100 * number) / most).toFixed(1)}%; min-width: ${number ? 2 : 0}px"></div></td>
			<td class="rcrm-num" style="width: 1%">${count(number)}</td>
			<td class="rcrm-num rcrm-muted" style="width: 1%">${step === "listed" ? "" : percent(share)}</td>
			<td class="rcrm-num" style="width: 1%">${amount ? money(amount, currency) : ""}</td></tr>`
		)
		.join("");
	return `<div class="rcrm-card"><h5>${esc(__("How Far It Came"))}</h5>
		<div class="rcrm-scroll"><table class="rcrm-table" style="width: 100%"><tbody>${bars}</tbody></table></div>
		<p class="rcrm-small-print">${esc(__("Customers, leads and prospects, each once; per cent of those contacted. Documents follow the first touch; not all were caused by it."))}</p>
		${by_wave(waves)}</div>`;
}

function by_wave(waves) {
	if (waves.length < 2) return "";
	const names = STEPS();
	const lines = waves.map(
		({ name, title, steps }) =>
			`<tr><td><a href="${esc(frappe.utils.get_form_link("Campaign Activity", name))}">${esc(title)}</a></td>${steps
				.map((step) => `<td class="rcrm-num">${count(step.count)}</td>`)
				.join("")}</tr>`
	);
	return table([__("Wave"), ...Object.values(names)], lines);
}

// -- variants

function variants({ variants: waves }) {
	if (!waves.length) return "";
	const labels = [__("Variant"), __("Contacted"), __("Responded"), __("Response Rate"), __("95 % Interval")];
	const of_wave = ({ title, variants: found, sentences }) => {
		const lines = found.map(
			(row) => `<tr><td>${esc(row.variant)}</td><td class="rcrm-num">${count(row.contacted)}</td><td class="rcrm-num">${count(row.responded)}</td>
				<td class="rcrm-num">${percent(row.rate)}</td><td class="rcrm-num">${percent(row.low)} – ${percent(row.high)}</td></tr>`
		);
		return `<h6 style="margin-top: 10px">${esc(title)}</h6>${table(labels, lines)}${sentences.map((text) => `<p>${esc(text)}</p>`).join("")}`;
	};
	return `<div class="rcrm-card"><h5>${esc(__("Which Variant Did Better"))}</h5>${waves.map(of_wave).join("")}</div>`;
}
