// The chain of recommendations around a customer, as a tree in a dialog.
import { day, esc, known } from "./panel/html";

/** Indicators of a referral's status. */
export const COLOURS = { Open: "gray", Lead: "orange", Customer: "blue", Paid: "green", Declined: "red" };

export async function show_chain(customer) {
	const dialog = new frappe.ui.Dialog({
		title: __("Who Brought Whom"),
		size: "large",
		fields: [{ fieldtype: "HTML", fieldname: "body" }],
	});
	const $body = dialog.get_field("body").$wrapper.addClass("rcrm rcrm-dialog rcrm-chain");
	const load = async (name) => {
		$body.html(`<p class="rcrm-muted">${esc(__("Reading the chain…"))}</p>`);
		try {
			$body.html(chain_html(await frappe.xcall("relationship_crm.advocacy.tree.referral_chain", { customer: name })));
		} catch (error) {
			$body.html(`<p>${esc(__("The chain could not be read. Close this window and try again."))}</p>`);
		}
	};
	// following a document leaves the page: the dialog must not stay in front of it
	$body.on("click", "a[href]", (e) => !(e.ctrlKey || e.metaKey) && dialog.hide());
	$body.on("click", "[data-customer]", (e) => load(e.currentTarget.dataset.customer));
	dialog.show();
	await load(customer);
}

function chain_html(chain) {
	const money = (value) => (known(value) ? esc(format_currency(value, chain.currency)) : "");
	const above = chain.brought_by.map((one) =>
		one.hidden ? esc(__("a customer you may not see")) : `<button type="button" class="btn btn-link btn-xs" data-customer="${esc(one.customer)}">${esc(one.title)}</button>`
	);
	const through = above.length ? `<p class="rcrm-muted">${esc(__("Came to us through"))} ${above.join(" ← ")}</p>` : "";
	const sums = chain.chain_customers
		? __("{0} customers came through them, with {1} revenue in all.", [chain.chain_customers, format_currency(chain.chain_total, chain.currency)])
		: __("No customer has come through them yet.");
	return `${through}
		<div class="rcrm-chain-root"><a href="${esc(frappe.utils.get_form_link("Customer", chain.customer))}"><b>${esc(chain.title)}</b></a></div>
		${branches(chain.children, money)}
		<p class="rcrm-small-print">${esc(sums)}</p>`;
}

function branches(children, money) {
	if (!children.length) return "";
	return `<ul class="rcrm-chain-list">${children.map((node) => `<li>${node_html(node, money)}${branches(node.children, money)}</li>`).join("")}</ul>`;
}

function node_html(node, money) {
	const pill = `<span class="indicator-pill ${COLOURS[node.status] || "gray"}">${esc(__(node.status))}</span>`;
	const when = node.first_paid_on
		? __("recommended {0}, paid {1}", [day(node.referral_date), day(node.first_paid_on)])
		: __("recommended {0}", [day(node.referral_date)]);
	const worth = node.revenue_total ? `<span class="rcrm-num">${money(node.revenue_total)}</span>` : "";
	return `<div class="rcrm-chain-node">${name_html(node)} ${pill}
		<a class="rcrm-muted" href="${esc(frappe.utils.get_form_link("Customer Referral", node.referral))}">${esc(when)}</a>${worth}</div>`;
}

function name_html(node) {
	if (node.hidden) return `<i class="rcrm-muted">${esc(__("A customer you may not see"))}</i>`;
	const doctype = node.customer ? "Customer" : node.lead ? "Lead" : "";
	if (!doctype) return `<span>${esc(node.title)}</span>`;
	return `<a href="${esc(frappe.utils.get_form_link(doctype, node.customer || node.lead))}">${esc(node.title)}</a>`;
}
