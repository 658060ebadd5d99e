// The form of a service contract: where its promises stand, and what can be done with it.
import { day, document_link, esc, known } from "./panel/html";

const API = "relationship_crm.contracts.api";

export function refresh(frm) {
	if (frm.is_new() || frm.doc.docstatus !== 1) return;
	draw_balance(frm);
	if (frm.perm[0]?.submit) add_acts(frm);
	if (frm.doc.terminated_per) {
		frm.set_intro(__("Terminated per {0}: {1}", [day(frm.doc.terminated_per), esc(__(frm.doc.termination_reason || ""))]), "orange");
	}
}

// -- balance

async function draw_balance(frm) {
	const $wrapper = frm.get_field("balance_html").$wrapper;
	const { name } = frm.doc;
	const lines = await frappe.xcall(`${API}.contract_balance`, { contract: name });
	if (frm.doc.name !== name) return;
	$wrapper.html(`<div class="rcrm">${lines.length ? lines.map(line_html).join("") : `<p class="rcrm-muted">${esc(__("Nothing is counted."))}</p>`}</div>`);
	$wrapper.find("[data-line]").on("click", (event) => {
		event.preventDefault();
		const { line, first, last } = event.currentTarget.dataset;
		show_entries(name, lines.find(({ line_key }) => line_key === line), first, last);
	});
}

function line_html(line) {
	const head = `<h5>${esc(line.promise)}${line.in_force ? "" : ` <span class="rcrm-muted">${esc(__("not in force"))}</span>`}</h5>`;
	const labels = [__("Period"), __("Included"), __("Carried Over"), __("Used"), __("Left"), __("Beyond")];
	return `<section class="rcrm-contract-line">${head}${bar(line)}
		<div class="rcrm-scroll"><table class="rcrm-table">
			<thead><tr>${labels.map((label, i) => `<th${i ? ' class="rcrm-num"' : ""}>${esc(label)}</th>`).join("")}</tr></thead>
			<tbody>${line.periods.map((period) => period_html(line, period)).join("")}</tbody>
		</table></div></section>`;
}

/** How much of the present period is used, and when it runs out. */
function bar(line) {
	if (!known(line.share)) return line.forecast ? `<p class="rcrm-small-print">${esc(line.forecast)}</p>` : "";
	const percent = Math.round(100 * line.share);
	const colour = percent >= 100 ? "var(--red-500)" : percent >= 80 ? "var(--orange-500)" : "var(--green-500)";
	return `<div class="rcrm-used" role="progressbar" aria-valuenow="${percent}" aria-valuemin="0" aria-valuemax="100"
			title="${esc(__("{0} % used", [percent]))}"><span style="width: ${Math.max(0, Math.min(100, percent))}%; background: ${colour}"></span></div>
		<p class="rcrm-small-print">${esc([__("{0} % used", [percent]), line.forecast].filter(Boolean).join(" · "))}</p>`;
}

function period_html(line, period) {
	const { start, end, included, carried, used, left, overage, now } = period;
	const beyond = overage > 0 ? `<span class="rcrm-down">${quantity(overage)}</span>` : "–";
	const behind = `<a href="#" data-line="${esc(line.line_key)}" data-first="${esc(start)}" data-last="${esc(end)}">${quantity(used)}</a>`;
	return `<tr${now ? ' class="rcrm-now"' : ""}>
		<td class="rcrm-nowrap">${day(start)} – ${day(end)}</td>
		<td class="rcrm-num">${quantity(included)}</td>
		<td class="rcrm-num">${carried ? quantity(carried) : "–"}</td>
		<td class="rcrm-num">${used ? behind : "–"}</td>
		<td class="rcrm-num">${quantity(left)} ${known(left) ? esc(line.unit) : ""}</td>
		<td class="rcrm-num">${beyond}</td>
	</tr>`;
}

/** A quantity with as many decimals as it needs. */
function quantity(value) {
	if (!known(value)) return esc(__("unlimited"));
	const rounded = Math.round(value * 1000) / 1000;
	return esc(format_number(rounded, null, Math.min((String(rounded).split(".")[1] || "").length, 3)));
}

async function show_entries(contract, line, first, last) {
	const rows = await frappe.xcall(`${API}.contract_entries`, { contract, line_key: line.line_key, first, last });
	const labels = [__("Date"), __("Document"), __("Quantity"), __("Included"), __("Beyond"), __("Note")];
	const dialog = new frappe.ui.Dialog({
		title: `${line.title}: ${day(first)} – ${day(last)}`,
		size: "large",
	});
	const html = rows.map((row) => {
		const notes = [row.item_code, row.note, row.agreed_by ? __("Agreed by {0}", [row.agreed_by]) : ""].filter(Boolean);
		return `<tr><td class="rcrm-nowrap">${day(row.day)}</td><td>${document_link(row.voucher_type, row.voucher_no)}</td>
			<td class="rcrm-num">${quantity(row.qty)}</td><td class="rcrm-num">${quantity(row.covered)}</td>
			<td class="rcrm-num">${row.overage ? quantity(row.overage) : "–"}</td><td>${esc(notes.join(", "))}</td></tr>`;
	});
	dialog.$body.html(`<div class="rcrm rcrm-scroll"><table class="rcrm-table" style="width: 100%">
		<thead><tr>${labels.map((label, i) => `<th${i > 1 && i < 5 ? ' class="rcrm-num"' : ""}>${esc(label)}</th>`).join("")}</tr></thead>
		<tbody>${html.join("")}</tbody></table></div>`);
	dialog.$body.on("click", "a", () => dialog.hide());
	dialog.show();
}

// -- acts

function add_acts(frm) {
	const { name, state, terminated_per } = frm.doc;
	const actions = __("Actions");
	if (terminated_per) {
		frm.add_custom_button(__("Withdraw Termination"), () => act(frm, "withdraw_termination", {}), actions);
	} else if (["Waiting", "Active", "In Notice"].includes(state)) {
		frm.add_custom_button(__("Terminate"), () => terminate(frm), actions);
	}
	if (frappe.model.can_create("Service Usage Adjustment")) {
		frm.add_custom_button(__("Usage Adjustment"), () => frappe.new_doc("Service Usage Adjustment", { contract: name }), __("Create"));
	}
	frm.add_custom_button(__("Repost Usage"), () => repost(frm), actions);
	frm.add_custom_button(__("Usage Entries"), () => frappe.set_route("List", "Service Usage Entry", { contract: name }), __("View"));
}

function terminate(frm) {
	const { notice_days, end_date, start_date } = frm.doc;
	const earliest = frappe.datetime.add_days(frappe.datetime.get_today(), cint(notice_days));
	const proposed = [earliest, end_date].sort()[0];
	const dialog = new frappe.ui.Dialog({
		title: __("Terminate"),
		fields: [
			{
				fieldname: "per",
				fieldtype: "Date",
				label: __("Last Day in Force"),
				reqd: 1,
				default: proposed < start_date ? start_date : proposed,
				description: __("With the notice period of {0} days from today it is {1}.", [cint(notice_days), day(earliest)]),
			},
			{ fieldname: "reason", fieldtype: "Link", options: "Contract Ending Reason", label: __("Reason"), reqd: 1, get_query: () => ({ filters: { enabled: 1 } }) },
			{ fieldname: "note", fieldtype: "Small Text", label: __("Note") },
		],
		primary_action_label: __("Terminate"),
		primary_action: async (values) => {
			dialog.hide();
			await act(frm, "terminate", values);
		},
	});
	dialog.show();
}

async function act(frm, method, args) {
	await frappe.xcall(`${API}.${method}`, { contract: frm.doc.name, ...args });
	frm.reload_doc();
}

function repost(frm) {
	frappe.confirm(__("Read all documents of this contract again and correct its usage entries where they differ?"), async () => {
		const written = await frappe.xcall(`${API}.repost`, { contract: frm.doc.name });
		frappe.show_alert(written ? __("{0} entries were written.", [written]) : __("All entries were right."));
		draw_balance(frm);
	});
}
