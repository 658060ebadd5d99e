frappe.ui.form.on("Relationship Assessment", {
	refresh(frm) {
		frm.disable_save();
		const rows = [frm.doc.contributions, frm.doc.employee_contributions].flatMap(parse);
		frm.get_field("contributions_html").$wrapper.html(contributions_table(rows));
	},
});

function parse(text) {
	try {
		const rows = JSON.parse(text || "[]");
		return Array.isArray(rows) ? rows : [];
	} catch {
		return [];
	}
}

function contributions_table(rows) {
	if (!rows.length) return `<p class="text-muted">${__("No evidence")}</p>`;
	const escape = (text) => frappe.utils.escape_html(String(text ?? ""));
	const lines = [...rows]
		.sort((a, b) => Math.abs(b.points) - Math.abs(a.points))
		.map(
			(row) => `<tr><td>${escape(__(row.label || row.signal))}</td>
				<td>${escape(__(row.dimension_label || frappe.unscrub(row.dimension || "")))}</td>
				<td class="text-right">${cint(row.events)}</td>
				<td class="text-right">${row.points > 0 ? "+" : ""}${format_number(row.points, null, 2)}</td></tr>`
		);
	return `<table class="table table-bordered"><thead><tr><th>${__("Signal")}</th><th>${__("Dimension")}</th>
		<th class="text-right">${__("Events")}</th><th class="text-right">${__("Points")}</th></tr></thead>
		<tbody>${lines.join("")}</tbody></table>`;
}
