import { esc, plural, signed } from "./html";

const SHOWN = 6;
const TOO_SMALL = 0.05;

/** The largest contributions up and down; each is a button that opens its documents. */
export function contributions_html(data) {
	const all = data.contributions || [];
	const up = all.filter((c) => c.points > 0);
	const down = all.filter((c) => c.points < 0);
	const largest = Math.max(...all.map((c) => Math.abs(c.points)), 0.001);
	if (!all.length) {
		return `<p class="rcrm-muted">${esc(
			__("No document has moved a score yet. Scores start at what is usual for comparable customers.")
		)}</p>`;
	}
	return `<div class="rcrm-two">
		${column(__("Lifts the scores"), up, largest, __("Nothing lifts a score above what is usual."))}
		${column(__("Pulls them down"), down, largest, __("Nothing pulls a score below what is usual."))}
	</div>`;
}

function column(title, rows, largest, empty) {
	const folded = (c, i) => i >= SHOWN || Math.abs(c.points) < TOO_SMALL;
	const lines = rows.map((c, i) => line(c, largest, folded(c, i))).join("");
	const hidden = rows.filter(folded).length;
	const more = hidden
		? `<button type="button" class="btn btn-xs btn-default rcrm-more">${esc(__("Show {0} more", [hidden]))}</button>`
		: "";
	return `<div><h6>${esc(title)}</h6>${lines || `<p class="rcrm-muted">${esc(empty)}</p>`}${more}</div>`;
}

function line(c, largest, folded) {
	const up = c.points > 0;
	const width = Math.max(2, (100 * Math.abs(c.points)) / largest);
	return `<button type="button" class="rcrm-contribution ${up ? "rcrm-up" : "rcrm-down"} ${folded ? "rcrm-folded" : ""}"
			data-dimension="${esc(c.dimension)}" data-signal="${esc(c.signal)}" title="${esc(c.description)}">
		<span class="rcrm-contribution-name">${esc(c.label)}
			<span class="rcrm-muted">${esc(c.dimension_label)} · ${esc(c.events)} ${esc(plural(c.events, __("event"), __("events")))}</span></span>
		<span class="rcrm-points">${esc(signed(c.points))}</span>
		<span class="rcrm-weight"><span style="width:${width}%"></span></span>
	</button>`;
}
