// Service appointments: planning a year, dragging in the Gantt view, and confirming work on a holiday.
import { esc } from "./panel/html";

const APPOINTMENT = "Service Appointment";
const SERVER = "relationship_crm.contracts.proposals";
/** States of contracts under which something can be planned. */
const LIVING = ["Waiting", "Active", "In Notice"];

/** The button below "does not work on that day": the server names it with the message. */
export async function all_the_same(args) {
	frappe.hide_msgprint();
	const form = window.cur_frm;
	// a new one has no name yet that the server knows
	if (form && form.doctype === APPOINTMENT && (args.name ? form.docname === args.name : form.is_new())) {
		await form.set_value("works_on_holiday", 1);
		form.save();
		return;
	}
	await frappe.xcall("relationship_crm.contracts.planning.move", { ...args, works_on_holiday: 1 });
	frappe.show_alert({ message: __("Moved"), indicator: "green" });
	reload_list();
}

function reload_list() {
	const list = window.cur_list;
	if (!list || list.doctype !== APPOINTMENT) return;
	list.last_args = null; // Frappe reads the same list at most every three seconds
	list.refresh();
}

// the Gantt view

/** Whole days as bars, coloured as in the calendar; dragging one keeps its time of day. */
export function prepare_gantt(list) {
	if (list.view_name !== "Gantt" || list.relationship_ready) return;
	list.relationship_ready = true;
	const draw = list.render_gantt;
	list.render_gantt = async function () {
		const names = this.tasks.map((task) => task.id);
		const colours = await frappe.xcall("relationship_crm.contracts.planning.colours", { names });
		for (const task of this.tasks) dress(task, this.get_item(task.id), colours[task.id]);
		draw.call(this);
		this.gantt.options.on_date_change = (task, start) => drop(this, task.id, start);
		this.gantt.options.on_progress_change = () => {};
	};
}

function dress(task, row, colour) {
	const who = row.employee_name || row.employee || __("nobody yet");
	const done = row.status === "Done" ? "✓ " : "";
	task.name = esc(`${done}${row.starts_on.slice(11, 16)} ${who}: ${row.subject}`);
	task.start = row.starts_on.slice(0, 10);
	task.end = row.ends_on.slice(0, 10);
	task.progress = 0;
	task.custom_class = `color-${(colour || "#ffffff").slice(1)}`;
}

async function drop(list, name, start) {
	const row = list.get_item(name);
	const day = moment(start).add(12, "hours").startOf("day");
	const days = day.diff(moment(row.starts_on.slice(0, 10)), "days");
	const redraw = () => {
		list.prepare_tasks();
		list.render_gantt();
	};
	if (!days || !list.can_write) return redraw();
	const moved = (value) => moment(value).add(days, "days").format("YYYY-MM-DD HH:mm:ss");
	const times = { starts_on: moved(row.starts_on), ends_on: moved(row.ends_on) };
	try {
		await frappe.xcall("relationship_crm.contracts.planning.move", { name, ...times });
		Object.assign(row, times);
	} catch (error) {
		// the server said why; the bar goes back
	}
	redraw();
}

// planning a year

export function watch_contracts() {
	frappe.ui.form.on("Service Contract", {
		setup(frm) {
			frm.set_query("service_level_agreement", "lines", () => ({ filters: { document_type: "Issue", enabled: 1 } }));
		},

		refresh(frm) {
			if (!LIVING.includes(frm.doc.state) || !frappe.model.can_create(APPOINTMENT)) return;
			const { name: contract, customer, company } = frm.doc;
			frm.add_custom_button(__("Plan the Year"), () => plan_the_year(contract), __("Create"));
			frm.add_custom_button(__(APPOINTMENT), () => frappe.new_doc(APPOINTMENT, { contract, customer, company }), __("Create"));
		},
	});
}

/** Proposes appointments for what a promise owes; saves them once they were looked at. */
export async function plan_the_year(contract, line_key = null) {
	const promises = (await frappe.xcall(`${SERVER}.promises`, { contract })).filter((promise) => promise.plannable);
	if (!promises.length) {
		frappe.msgprint(__("This contract promises no number of visits or hours that could be planned."));
		return;
	}
	const chosen = promises.find((promise) => promise.line_key === line_key) || promises[0];
	const dialog = new frappe.ui.Dialog({
		title: __("Plan the Year"),
		size: "extra-large",
		fields: [
			{
				fieldname: "line_key",
				fieldtype: "Select",
				label: __("Promise"),
				reqd: 1,
				default: chosen.line_key,
				options: promises.map(({ line_key, title }) => ({ value: line_key, label: title })),
			},
			{ fieldname: "employee", fieldtype: "Link", options: "Employee", label: __("Employee"), get_query: () => ({ filters: { status: "Active" } }) },
			{ fieldtype: "Column Break" },
			{ fieldname: "from_date", fieldtype: "Date", label: __("From"), reqd: 1, default: frappe.datetime.get_today() },
			{ fieldname: "until", fieldtype: "Date", label: __("Periods That Begin Until"), reqd: 1, default: chosen.until },
			{ fieldtype: "Column Break" },
			{ fieldname: "at", fieldtype: "Time", label: __("At"), reqd: 1, default: "09:00:00" },
			{ fieldname: "hours", fieldtype: "Float", label: __("Hours"), reqd: 1, default: 2 },
			{ fieldtype: "Section Break" },
			{ fieldname: "told", fieldtype: "HTML" },
			{
				fieldname: "rows",
				fieldtype: "Table",
				label: __("Appointments"),
				in_place_edit: true,
				data: [],
				fields: [
					{ fieldname: "date", fieldtype: "Date", label: __("Date"), in_list_view: 1, columns: 2, reqd: 1 },
					{ fieldname: "time", fieldtype: "Time", label: __("At"), in_list_view: 1, columns: 1, reqd: 1 },
					{ fieldname: "hours", fieldtype: "Float", label: __("Hours"), in_list_view: 1, columns: 1, reqd: 1 },
					{ fieldname: "employee", fieldtype: "Link", options: "Employee", label: __("Employee"), in_list_view: 1, columns: 2 },
					{ fieldname: "works_on_holiday", fieldtype: "Check", label: __("Works on a Holiday"), in_list_view: 1, columns: 2 },
					{ fieldname: "note", fieldtype: "Data", label: __("Note"), in_list_view: 1, columns: 2, read_only: 1 },
				],
			},
		],
		primary_action_label: __("Save Appointments"),
		primary_action: () => save(dialog, contract),
	});
	for (const name of ["line_key", "employee", "from_date", "until", "at", "hours"]) {
		dialog.fields_dict[name].df.onchange = () => propose(dialog, contract);
	}
	dialog.show();
	propose(dialog, contract);
}

const propose = frappe.utils.debounce(async (dialog, contract) => {
	const values = Object.fromEntries(["line_key", "employee", "from_date", "until", "at", "hours"].map((name) => [name, dialog.get_value(name)]));
	if (!values.line_key || !values.from_date || !values.at || !values.hours) return;
	const rows = await frappe.xcall(`${SERVER}.propose`, { contract, ...values });
	const grid = dialog.fields_dict.rows;
	grid.df.data.splice(0, Infinity, ...rows.map((row, i) => ({ ...row, idx: i + 1, name: `row ${i + 1}` })));
	grid.grid.refresh();
	dialog.fields_dict.told.$wrapper.html(
		`<p class="text-muted">${esc(
			rows.length
				? __("{0} appointments are still to be planned. They are spread evenly over working days; change what does not suit.", [rows.length])
				: __("Everything that is promised in this time is delivered or planned.")
		)}</p>`
	);
}, 300);

async function save(dialog, contract) {
	const rows = (dialog.get_value("rows") || []).map(({ date, time, hours, employee, works_on_holiday }) => ({ date, time, hours, employee, works_on_holiday }));
	if (!rows.length) {
		dialog.hide();
		return;
	}
	const names = await frappe.xcall(`${SERVER}.plan`, { contract, line_key: dialog.get_value("line_key"), rows });
	dialog.hide();
	frappe.show_alert({ message: __("{0} appointments are planned.", [names.length]), indicator: "green" });
	frappe.set_route("List", APPOINTMENT, "Calendar", "default", { contract });
}

// done

/** Asks what was done and when; the voucher that it makes opens as a draft. */
export function finish(frm) {
	const { starts_on, ends_on, makes, notes } = frm.doc;
	const visit = makes === "Maintenance Visit";
	const sheet = makes === "Timesheet";
	const dialog = new frappe.ui.Dialog({
		title: __("The Appointment Took Place"),
		fields: [
			{ fieldname: "starts_on", fieldtype: "Datetime", label: __("From"), reqd: 1, default: starts_on },
			{ fieldname: "ends_on", fieldtype: "Datetime", label: __("To"), reqd: 1, default: ends_on },
			...(visit ? visit_fields() : []),
			...(sheet ? [{ fieldname: "activity_type", fieldtype: "Link", options: "Activity Type", label: __("Activity Type") }] : []),
			...(makes === "Nothing" ? [] : [{ fieldname: "work_done", fieldtype: "Small Text", label: __("What Was Done"), reqd: 1, default: notes }]),
		],
		primary_action_label: makes === "Nothing" ? __("Done") : __("Make {0}", [__(makes)]),
		async primary_action(values) {
			const made = await frappe.xcall("relationship_crm.contracts.completion.done", { appointment: frm.doc.name, ...values });
			dialog.hide();
			if (made.voucher_no) frappe.set_route("Form", made.voucher_type, made.voucher_no);
			else frm.reload_doc();
		},
	});
	dialog.show();
}

function visit_fields() {
	return [
		{
			fieldname: "completion_status",
			fieldtype: "Select",
			label: __("Completed"),
			reqd: 1,
			default: "Fully Completed",
			options: ["Fully Completed", "Partially Completed"].map((value) => ({ value, label: __(value) })),
		},
		{
			fieldname: "service_person",
			fieldtype: "Link",
			options: "Sales Person",
			label: __("Service Person"),
			description: __("Empty: the sales person that the employee is."),
			get_query: () => ({ filters: { is_group: 0, enabled: 1 } }),
		},
	];
}
