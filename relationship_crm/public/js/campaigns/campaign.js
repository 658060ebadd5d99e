// The form of a campaign: its states, the documents around it, copies; and its Gantt view.
import * as calling from "../calling";
import { esc } from "../panel/html";
import { may_open } from "./result";

const CAMPAIGN = "Relationship Campaign";
const SERVER = "relationship_crm.campaigns";
export const COLOURS = { Planned: "blue", Running: "green", Completed: "gray", Cancelled: "red" };
/** As in campaigns/calendar.py. */
const BARS = { Planned: "#449cf0", Running: "#48bb74", Completed: "#98a1a9", Cancelled: "#e2e2e2" };

export function refresh(frm) {
	if (frm.is_new()) return;
	if (frm.doc.is_template) {
		frm.set_intro(__("A template: make campaigns of it. Nothing is sent."), "blue");
		frm.add_custom_button(__("Make Campaign"), () => copy(frm, 0)).addClass("btn-primary");
		return;
	}
	add_acts(frm);
	add_documents(frm);
}

// -- states

const ACTS = () => ({
	Planned: [
		["start", __("Start")],
		["cancel", __("Cancel Campaign"), __("Cancel this campaign? What was not sent yet is withdrawn.")],
	],
	Running: [
		["complete", __("Complete"), __("Complete this campaign?")],
		["cancel", __("Cancel Campaign"), __("Cancel this campaign? What was not sent yet is withdrawn.")],
	],
	Completed: [["reopen", __("Reopen")]],
	Cancelled: [["reopen", __("Reopen"), __("Reopen this campaign? What was withdrawn waits to be sent again.")]],
});

function add_acts(frm) {
	if (!frm.perm[0]?.write) return;
	for (const [action, label, question] of ACTS()[frm.doc.status] || []) {
		const act = async () => {
			await frappe.xcall(`${SERVER}.states.act`, { campaign: frm.doc.name, action });
			frm.reload_doc();
		};
		frm.add_custom_button(label, () => (question ? frappe.confirm(question, act) : act()), __("Actions"));
	}
	if (frm.doc.status == "Running" && frm.doc.contacted_members && calling.is_manager()) {
		frm.add_custom_button(__("Redistribute Calls"), () => calling.redistribute({ campaign: frm.doc.name }), __("Actions"));
	}
}

// -- documents around it

function add_documents(frm) {
	const { name: campaign, company } = frm.doc;
	const [create, view] = [__("Create"), __("View")];
	const of = (doctype) => () => frappe.set_route("List", doctype, { campaign });
	if (frappe.model.can_create("Campaign Activity")) {
		frm.add_custom_button(__("Activity"), () => frappe.new_doc("Campaign Activity", { campaign, company }), create);
	}
	if (frappe.model.can_create(CAMPAIGN)) {
		frm.add_custom_button(__("Copy"), () => copy(frm, 0), create);
		frm.add_custom_button(__("Template"), () => copy(frm, 1), create);
	}
	if (frm.perm[0]?.write && !frm.doc.erpnext_campaign && frappe.model.can_create("Campaign")) {
		frm.add_custom_button(__("ERPNext Campaign"), () => name_in_documents(frm), create);
	}
	if (frappe.model.can_create("Budget")) {
		frm.add_custom_button(__("Budget"), () => relationship_crm.campaign.make_budget(frm), create);
	}
	frm.add_custom_button(__("Activities"), of("Campaign Activity"), view);
	frm.add_custom_button(__("Members"), of("Campaign Member"), view);
	frm.add_custom_button(__("Responses"), of("Campaign Response"), view);
	const payback = "Acquisition Cost and Payback";
	if (!may_open(payback)) return;
	frm.add_custom_button(__(payback), () => frappe.set_route("query-report", payback, { company, campaign }), view);
}

async function name_in_documents(frm) {
	const name = await frappe.xcall(`${SERVER}.overview.make_erpnext_campaign`, { campaign: frm.doc.name });
	frappe.show_alert({ message: __("Documents that name {0} belong to this campaign now.", [esc(name)]), indicator: "green" });
	frm.reload_doc();
}

/** A copy, a template, or a campaign of a template: asks for title and start. */
export function copy(frm, as_template) {
	const { title, is_template, start_date } = frm.doc;
	const dialog = new frappe.ui.Dialog({
		title: as_template ? __("Make a Template") : __("Make a Campaign"),
		fields: [
			{ fieldname: "title", fieldtype: "Data", label: __("Title"), reqd: 1, default: is_template ? title : as_template ? title : __("{0} (copy)", [title]) },
			{
				fieldname: "start_date",
				fieldtype: "Date",
				label: __("Start Date"),
				reqd: 1,
				default: as_template ? start_date : frappe.datetime.get_today(),
				description: __("All days of the plan and of the activities move with it."),
			},
			{ fieldname: "company", fieldtype: "Link", options: "Company", label: __("Company"), reqd: 1, default: frm.doc.company },
		],
		primary_action_label: __("Make"),
		async primary_action(values) {
			dialog.disable_primary_action();
			try {
				const name = await frappe.xcall(`${SERVER}.copying.make`, { source: frm.doc.name, as_template, ...values });
				dialog.hide();
				frappe.set_route("Form", CAMPAIGN, name);
			} finally {
				dialog.enable_primary_action();
			}
		},
	});
	dialog.show();
}

// -- Gantt view

/** Whole days as bars, coloured by status; dragging asks the server, which may refuse. */
export function prepare_gantt(list) {
	if (list.view_name !== "Gantt" || list.relationship_ready) return;
	list.relationship_ready = true;
	const draw = list.render_gantt;
	list.render_gantt = function () {
		for (const task of this.tasks) dress(task, this.get_item(task.id));
		const chosen = this.view_user_settings.gantt_view_mode;
		draw.call(this);
		// campaigns last for months
		if (!chosen) this.gantt.change_view_mode("Month");
		this.gantt.options.on_date_change = (task, start, end) => drop(this, task.id, start, end);
		this.gantt.options.on_progress_change = () => {};
	};
}

function dress(task, row) {
	task.name = esc(row.title);
	task.progress = 0;
	task.custom_class = `color-${(BARS[row.status] || "#ffffff").slice(1)}`;
}

async function drop(list, name, start, end) {
	const row = list.get_item(name);
	const days = { start_date: moment(start).format("YYYY-MM-DD"), end_date: moment(end).format("YYYY-MM-DD") };
	const redraw = () => {
		list.prepare_tasks();
		list.render_gantt();
	};
	if (!list.can_write) return redraw();
	try {
		await frappe.xcall(`${SERVER}.calendar.move`, { name, ...days });
		Object.assign(row, days);
	} catch (error) {
		// the server said why; the bar goes back
	}
	redraw();
}
