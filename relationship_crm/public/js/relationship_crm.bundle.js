// The panel of a relationship and what our reports share. Small: it is loaded with the desk.
import { render } from "./panel/panel";
import * as calling from "./calling";
import * as activity from "./campaigns/activity";
import * as campaign from "./campaigns/campaign";
import * as campaign_cost from "./campaigns/cost";
import * as campaign_lists from "./campaigns/list_actions";
import { draw_list, draw_people } from "./campaigns/people";
import * as campaign_reports from "./campaigns/reports";
import { change_criterion, open_rule, prepare_rules } from "./campaigns/rules";
import * as campaign_result from "./campaigns/result";
import * as contract_charges from "./contract_charges";
import { watch_documents } from "./contract_choice";
import * as contract_form from "./contract_form";
import * as contract_states from "./contract_states";
import { name_dimensions } from "./dimensions";
import * as filters from "./filters";
import { watch_issues } from "./knowledge";
import * as planning from "./planning";
import * as referrals from "./referrals";
import * as renewals from "./renewals";
import * as report from "./report";
import * as run from "./run";
import * as surveys from "./surveys";
import * as tab from "./tab";
import * as testimonials from "./testimonials";
import * as tone from "./tone";

frappe.provide("relationship_crm.panel");

relationship_crm.panel.render = render;

/** Scores are stored to the last digit, so that contributions add up; on a form one decimal is enough. */
relationship_crm.shorten_numbers = function (frm) {
	frm.meta.fields.filter((df) => df.fieldtype === "Float").forEach((df) => frm.set_df_property(df.fieldname, "precision", "1"));
};

relationship_crm.activity = activity;
relationship_crm.calling = calling;
Object.assign(frappe.provide("relationship_crm.campaign"), campaign, campaign_cost);
Object.assign(relationship_crm.campaign, campaign_lists, { change_criterion, draw_list, draw_people, open_rule, prepare_rules });
Object.assign(relationship_crm.campaign, campaign_reports, { draw_result: campaign_result.draw_result });
relationship_crm.contract_charges = contract_charges;
relationship_crm.contract_form = contract_form;
relationship_crm.contract_states = contract_states;
relationship_crm.filters = filters;
relationship_crm.planning = planning;
relationship_crm.referrals = referrals;
relationship_crm.renewals = renewals;
relationship_crm.report = report;
relationship_crm.run = run;
relationship_crm.surveys = surveys;
relationship_crm.tab = tab;
relationship_crm.testimonials = testimonials;
relationship_crm.tone = tone;

name_dimensions();
calling.watch_activities();
watch_documents();
watch_issues();
planning.watch_contracts();
