import { day, direction_class, document_link, esc, known, score, signed } from "./html";

/** "Why did it change since …": stage and scores of two days, and the documents that made the difference. */
export function show_changes(panel) {
	const dialog = new frappe.ui.Dialog({
		title: __("Why did it change?"),
		size: "large",
		fields: [
			{
				fieldtype: "Date",
				fieldname: "since",
				label: __("Since"),
				default: frappe.datetime.add_months(frappe.datetime.get_today(), -3),
				reqd: 1,
				onchange: () => load(),
			},
			{ fieldtype: "HTML", fieldname: "body" },
		],
	});
	const $body = dialog.get_field("body").$wrapper.addClass("rcrm rcrm-dialog");
	let asked = null;
	const load = async () => {
		const since = dialog.get_value("since");
		if (!since || since === asked) return;
		asked = since;
		if (since >= frappe.datetime.get_today()) {
			$body.html(`<p>${esc(__("Choose a day before today."))}</p>`);
			return;
		}
		$body.html(`<p class="rcrm-muted">${esc(__("Comparing the two days…"))}</p>`);
		try {
			const result = await panel.ask("relationship_changes", { since });
			if (asked === since) $body.html(changes_html(result));
		} catch (error) {
			if (asked === since) $body.html(`<p>${esc(__("The two days could not be compared. Choose another day or try again."))}</p>`);
		}
	};
	$body.on("click", "a", (e) => !(e.ctrlKey || e.metaKey) && dialog.hide());
	dialog.show();
	load();
}

function changes_html(result) {
	const moved = result.stage_before !== result.stage_after;
	const stage = moved
		? `<p class="rcrm-change-stage">${esc(__(result.stage_before) || __("No stage"))} <span aria-hidden="true">→</span> <b>${esc(__(result.stage_after))}</b></p>`
		: `<p class="rcrm-change-stage">${esc(__("The stage stayed {0}.", [__(result.stage_after) || __("open")]))}</p>`;
	const criteria = (result.criteria || []).map((line) => `<li>${esc(line)}</li>`).join("");
	const dimensions = (result.dimensions || []).filter((d) => known(d.before) || known(d.after));
	return `<p class="rcrm-muted">${esc(__("{0} compared with {1}", [day(result.until), day(result.since)]))}</p>
		${stage}${criteria ? `<ul class="rcrm-lines">${criteria}</ul>` : ""}
		${dimensions.map(dimension_html).join("") || `<p class="rcrm-muted">${esc(__("There is no evidence on either day."))}</p>`}`;
}

function dimension_html(d) {
	const both = known(d.before) && known(d.after);
	const difference = both ? Number(d.after) - Number(d.before) : null;
	const still = both && Math.abs(difference) < 0.05;
	const change = both
		? `<span class="rcrm-num ${direction_class(still ? 0 : difference)}">${esc(signed(difference))}</span>`
		: `<span class="rcrm-muted">${esc(known(d.after) ? __("new", null, "Score") : __("no longer known"))}</span>`;
	const moved = d.signals || [];
	const explained = moved.reduce((sum, s) => sum + Number(s.points), 0);
	const usual = { label: __("What is usual for comparable customers"), points: both ? difference - explained : 0 };
	const signals = [...moved, usual].filter((s) => Math.abs(s.points) >= 0.05).map(
		(s) => `<li><span>${esc(s.label)}</span><span class="rcrm-num ${direction_class(s.points)}">${esc(signed(s.points))}</span></li>`
	);
	const documents = (d.documents || []).map(
		(x) => `<tr><td class="rcrm-nowrap">${esc(day(x.date))}</td><td>${document_link(x.voucher_type, x.voucher_no)}</td>
			<td class="rcrm-num ${direction_class(x.points)}">${esc(signed(x.points, 2))}</td></tr>`
	);
	const inside = `${signals.length ? `<ul class="rcrm-signal-changes">${signals.join("")}</ul>` : ""}
		${documents.length ? `<table class="table table-sm rcrm-table"><tbody>${documents.join("")}</tbody></table>` : ""}`;
	return `<details class="rcrm-change" ${still || !inside.trim() ? "" : "open"}>
		<summary><span>${esc(d.label)}</span><span class="rcrm-muted">${esc(score(d.before, 1))} → ${esc(score(d.after, 1))}</span>${change}</summary>
		${inside.trim() || `<p class="rcrm-muted">${esc(__("No document made a difference; older events faded."))}</p>`}
	</details>`;
}
