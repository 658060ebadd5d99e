import { day, direction_class, document_link, esc, known, score, signed } from "./html";

/** The documents behind one dimension (or one signal in it), with a sum that adds up to the score. */
export async function show_documents(panel, dimension, signal) {
	const found = (list, key, value) => (list || []).find((x) => x[key] === value);
	const dimension_label = (found(panel.data.scores, "key", dimension) || {}).label || dimension;
	const signal_row = signal && found(panel.data.contributions.filter((c) => c.dimension === dimension), "signal", signal);
	const dialog = new frappe.ui.Dialog({
		title: signal_row ? `${dimension_label}: ${signal_row.label}` : dimension_label,
		size: "large",
		fields: [{ fieldtype: "HTML", fieldname: "body" }],
	});
	const $body = dialog.get_field("body").$wrapper.addClass("rcrm rcrm-dialog");
	$body.html(`<p class="rcrm-muted">${esc(__("Reading the documents…"))}</p>`);
	dialog.show();
	try {
		const result = await panel.ask("relationship_events", { dimension, signal: signal || null, as_of: panel.data.as_of });
		$body.html(documents_html(result, signal_row, dimension_label, panel.data));
	} catch (error) {
		$body.html(`<p>${esc(__("The documents could not be read. Close this window and try again."))}</p>`);
		return;
	}
	$body.find("[data-all]").on("click", () => {
		dialog.hide();
		show_documents(panel, dimension);
	});
	// following a document leaves the form: the dialog must not stay in front of it
	$body.on("click", "td a", (e) => !(e.ctrlKey || e.metaKey) && dialog.hide());
}

function documents_html(result, signal_row, dimension_label, data) {
	const events = result.events || [];
	const listed = events.reduce((sum, e) => sum + Number(e.points), 0);
	const rest = Number(result.rest || 0);
	const others = signal_row ? Number(result.score) - Number(result.prior) - listed - rest : 0;
	const lead = signal_row && signal_row.description ? `<p>${esc(signal_row.description)}</p>` : "";
	const column = signal_row ? "" : `<th>${esc(__("Signal"))}</th>`;
	const wide = signal_row ? 4 : 5;
	const body = events.map((e) => event_row(e, !signal_row)).join("");
	const sum_row = (label, points, style = "") =>
		`<tr class="${style}"><td colspan="${wide}">${label}</td><td class="rcrm-num">${points}</td></tr>`;
	const sums = [];
	if (known(result.rest) && Math.abs(rest) >= 0.005) {
		sums.push(sum_row(esc(__("Further documents, each with less effect")), esc(signed(rest, 2))));
	}
	if (signal_row && Math.abs(others) >= 0.005) {
		const all = `<button type="button" class="btn btn-xs btn-default" data-all>${esc(__("Show all of {0}", [dimension_label]))}</button>`;
		sums.push(sum_row(`${esc(__("Other signals of {0}", [dimension_label]))} ${all}`, esc(signed(others, 2))));
	}
	const sum_text = esc(__("{0} as of {1}", [dimension_label, day(result.as_of || data.as_of)]));
	const shown = data.scores.find((s) => s.key === result.dimension);
	const thin =
		shown && !shown.enough
			? `<p class="rcrm-small-print">${esc(__("There is not enough evidence yet to show this score: the figure is mostly its start."))}</p>`
			: "";
	return `${lead}
		<div class="rcrm-scroll"><table class="table table-sm rcrm-table">
			<thead><tr><th>${esc(__("Date"))}</th><th>${esc(__("Document"))}</th>${column}
				<th class="rcrm-num">${esc(__("Value"))}</th><th class="rcrm-num" title="${esc(__("How much the event counts while it is new; it fades with age"))}">${esc(__("Weight"))}</th>
				<th class="rcrm-num">${esc(__("Points"))}</th></tr></thead>
			<tbody>
				${sum_row(esc(__("Start: what is usual for comparable customers")), esc(score(result.prior, 2)), "rcrm-prior")}
				${body || `<tr><td colspan="${wide + 1}" class="rcrm-muted">${esc(__("No documents."))}</td></tr>`}
				${sums.join("")}
			</tbody>
			<tfoot>${sum_row(sum_text, esc(score(result.score, 2)), "rcrm-sum")}</tfoot>
		</table></div>
		<p class="rcrm-small-print">${esc(
			__("Start plus all points make the score. An event above the start lifts it, one below pulls it down; recent events count more.")
		)}</p>${thin}`;
}

function event_row(e, with_signal) {
	const signal = with_signal ? `<td>${esc(e.label)}</td>` : "";
	return `<tr>
		<td class="rcrm-nowrap">${esc(day(e.date))}</td>
		<td>${document_link(e.voucher_type, e.voucher_no)}</td>
		${signal}
		<td class="rcrm-num">${esc(score(e.value))}</td>
		<td class="rcrm-num">${esc(known(e.weight) ? Number(e.weight).toFixed(2) : "")}</td>
		<td class="rcrm-num ${direction_class(e.points)}">${esc(signed(e.points, 2))}</td>
	</tr>`;
}
