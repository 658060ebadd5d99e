frappe.ui.form.on("Relationship Assessment", {
	async refresh(frm) {
		frm.disable_save();
		relationship_crm.shorten_numbers(frm);
		const contributions = { ...parse(frm.doc.contributions), ...parse(frm.doc.employee_contributions) };
		const labels = await get_labels();
		frm.get_field("contributions_html").$wrapper.html(draw(contributions, labels));
	},
});

/** By dimension: the mean it starts from, and what each signal adds to it, in points. */
function parse(text) {
	try {
		return JSON.parse(text || "{}") || {};
	} catch {
		return {};
	}
}

async function get_labels() {
	const methods = ["relationship_crm.api.measures"];
	if (frappe.model.can_read("Relationship Scoring Model")) methods.push("relationship_crm.api.signals");
	const rows = (await Promise.all(methods.map((method) => frappe.xcall(method)))).flat();
	return Object.fromEntries(rows.map((row) => [row.value, row.label]));
}

function draw(contributions, labels) {
	const dimensions = Object.entries(contributions);
	if (!dimensions.length) return `<p class="text-muted">${__("No evidence")}</p>`;
	const name = (key) => frappe.utils.escape_html(labels[key] || frappe.unscrub(key));
	const line = (label, points, style) =>
		`<tr class="${style}"><td>${label}</td><td class="text-right">${format_number(points, null, 2)}</td></tr>`;
	const body = dimensions.map(([dimension, { mean, signals }]) => {
		const parts = Object.entries(signals || {}).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
		const score = parts.reduce((sum, [, points]) => sum + points, mean);
		return [
			line(`<b>${name(dimension)}</b>`, score, "bold"),
			line(__("Usual for comparable customers"), mean, "text-muted"),
			...parts.map(([signal, points]) => line(name(signal), points, "")),
		].join("");
	});
	return `<table class="table table-bordered"><thead><tr><th>${__("Score and what it is made of")}</th>
		<th class="text-right">${__("Points")}</th></tr></thead><tbody>${body.join("")}</tbody></table>`;
}
