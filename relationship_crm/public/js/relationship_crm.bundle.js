// The panel of a relationship and what our reports share. Small: it is loaded with the desk.
import { Panel } from "./panel/panel";
import { name_dimensions } from "./dimensions";
import * as referrals from "./referrals";
import * as report from "./report";
import * as surveys from "./surveys";
import * as testimonials from "./testimonials";
import * as tone from "./tone";

frappe.provide("relationship_crm.panel");

/**
 * Draws the relationship of a party into $wrapper and returns the panel.
 * A second call for the same party and wrapper only reads the figures anew.
 */
relationship_crm.panel.render = function (frm, $wrapper, party_type, party) {
	const $host = $($wrapper);
	const known = $host.data("relationship-panel");
	if (known && known.party_type === party_type && known.party === party) {
		known.frm = frm;
		known.load();
		return known;
	}
	const panel = new Panel(frm, $host, party_type, party);
	$host.data("relationship-panel", panel);
	panel.load();
	return panel;
};

/** Scores are stored to the last digit, so that contributions add up; on a form one decimal is enough. */
relationship_crm.shorten_numbers = function (frm) {
	frm.meta.fields.filter((df) => df.fieldtype === "Float").forEach((df) => frm.set_df_property(df.fieldname, "precision", "1"));
};

relationship_crm.report = report;
relationship_crm.referrals = referrals;
relationship_crm.surveys = surveys;
relationship_crm.testimonials = testimonials;
relationship_crm.tone = tone;

name_dimensions();
