// What the reports on campaigns share: filters, the title that opens the campaign.
import { choice, format_cell } from "../report";
import { esc } from "../panel/html";

const CAMPAIGN = "Relationship Campaign";

export const models = () => ({
	"First Touch": __("First Touch"),
	"Last Touch": __("Last Touch"),
	Linear: __("Linear"),
	"Position Based": __("Position Based"),
	"Time Decay": __("Time Decay"),
});

const KINDS = () => ({
	Acquisition: __("Acquisition"),
	"Cross-Sell": __("Cross-Sell"),
	"Up-Sell": __("Up-Sell"),
	Retention: __("Retention"),
	"Win-Back": __("Win-Back"),
	Referral: __("Referral"),
	Event: __("Event"),
	Information: __("Information"),
});

/** Filters on campaigns; with `company` one has to be chosen, with `campaign` a single one may be. */
export function report_filters({ company = false, campaign = false } = {}) {
	const found = [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
			default: company ? frappe.defaults.get_user_default("Company") : undefined,
			reqd: company ? 1 : 0,
		},
	];
	if (campaign) found.push({ fieldname: "campaign", label: __("Campaign"), fieldtype: "Link", options: CAMPAIGN });
	return [
		...found,
		choice("kind", __("Kind"), KINDS()),
		choice("status", __("Status"), {
			Planned: __("Planned"),
			Running: __("Running"),
			Completed: __("Completed"),
			Cancelled: __("Cancelled"),
		}),
		{ fieldname: "campaign_owner", label: __("Owner"), fieldtype: "Link", options: "User" },
		{ fieldname: "from_date", label: __("From Date"), fieldtype: "Date" },
		{ fieldname: "to_date", label: __("To Date"), fieldtype: "Date" },
	];
}

/** The title opens the campaign; sums stand out; words are shown whole on hovering. */
export function report_cell(value, row, column, data, standard) {
	if (!data) return format_cell(value, row, column, data, standard);
	const { fieldname } = column;
	if (fieldname === "title" && data.name && !data.is_sum) {
		return `<a href="${esc(frappe.utils.get_form_link(CAMPAIGN, data.name))}">${esc(value)}</a>`;
	}
	if (["status", "kind"].includes(fieldname) && value) value = __(value);
	if (["verdict", "rate_verdict"].includes(fieldname)) return `<span title="${esc(value)}">${esc(value)}</span>`;
	const cell = format_cell(value, row, column, data, standard);
	return data.is_total ? `<b>${cell}</b>` : cell;
}
