// Which promise of a service contract an ERPNext document is under: found by itself, explained, and chosen otherwise.
const CONTRACT = "relationship_contract";
const LINE = "relationship_contract_line";
const CHOICE = "relationship_contract_choice";
const CHOSEN = "Chosen";

/** By document: the table whose rows name the promise, and the fields that a match depends on. */
const DOCUMENTS = {
	Issue: { fields: ["customer", "company", "project", "opening_date"] },
	"Warranty Claim": { fields: ["customer", "company", "complaint_date", "serial_no", "item_code"] },
	"Maintenance Visit": { fields: ["customer", "company", "mntc_date"], rows: { "Maintenance Visit Purpose": ["item_code", "serial_no"] } },
	Timesheet: {
		fields: ["customer", "company", "parent_project"],
		table: "time_logs",
		rows: { "Timesheet Detail": ["from_time", "hours", "is_billable", "billing_hours", "project"] },
	},
	"Sales Order": { fields: ["customer", "delivery_date"], table: "items", rows: { "Sales Order Item": ["item_code", "qty", "uom"] } },
	"Delivery Note": { fields: ["customer", "posting_date"], table: "items", rows: { "Delivery Note Item": ["item_code", "qty", "uom"] } },
	"Sales Invoice": {
		fields: ["customer", "posting_date", "update_stock"],
		table: "items",
		rows: { "Sales Invoice Item": ["item_code", "qty", "uom"] },
	},
};

export function watch_documents() {
	for (const [doctype, own] of Object.entries(DOCUMENTS)) watch(doctype, own);
}

function watch(doctype, { fields, table, rows = {} }) {
	const handlers = {
		setup(frm) {
			frm.set_query(CONTRACT, () => ({ filters: { docstatus: 1, ...(frm.doc.customer ? { customer: frm.doc.customer } : {}) } }));
		},
		refresh(frm) {
			if (frm.doc.docstatus > 1) return;
			if (frm.doc[CHOICE]) look(frm, table, 0);
			else {
				offer(frm, table, []);
				if (!frm.is_new()) frm.page.add_menu_item(__("Service Contract"), () => reveal(frm, table));
			}
		},
		[CONTRACT](frm) {
			// typed by somebody: what is written by `look` triggers nothing
			frm.doc[CHOICE] = frm.doc[CONTRACT] ? CHOSEN : "";
			if (!table) frm.doc[LINE] = "";
			else (frm.doc[table] || []).forEach((row) => (row[LINE] = ""));
			look(frm, table);
		},
		[CHOICE]: (frm) => look(frm, table),
	};
	if (!table) {
		handlers[LINE] = (frm) => {
			frm.doc[CHOICE] = frm.doc[LINE] ? CHOSEN : "";
			frm.doc[CONTRACT] = "";
			look(frm, table);
		};
	}
	fields.forEach((field) => (handlers[field] = (frm) => look(frm, table)));
	frappe.ui.form.on(doctype, handlers);
	for (const [child, columns] of Object.entries(rows)) {
		const again = (frm) => frm.without_contracts !== key_of(frm) && look(frm, table);
		const of_rows = Object.fromEntries(columns.map((column) => [column, again]));
		if (table) {
			of_rows[LINE] = (frm) => {
				frm.doc[CHOICE] = CHOSEN;
				look(frm, table);
			};
		}
		frappe.ui.form.on(child, of_rows);
	}
}

/** Where a customer has no contract on a day, rows cannot change that. */
const key_of = ({ doc }) => [doc.name, doc.customer, doc.company, doc.posting_date, doc.delivery_date, doc.mntc_date].join("|");

/** Shows the section of a document that is under no contract, to choose one. */
function reveal(frm, table) {
	frm.doc.__under_contract = 1;
	frm.layout.refresh_dependency();
	frm.scroll_to_field(CONTRACT);
	look(frm, table, 0);
}

/** Asks a moment after the last change; of a draft it shows what was found. */
function look(frm, table, wait = 600) {
	clearTimeout(frm.contract_timer);
	if (!(frm.doc.customer || frm.doc.parent_project || frm.doc[table]?.some((row) => row.project)) || frm.doc.docstatus > 1) return;
	frm.contract_timer = setTimeout(async () => {
		const { name } = frm.doc;
		let found;
		try {
			found = await frappe.xcall("relationship_crm.contracts.api.preview", { doc: JSON.stringify(frm.doc) });
		} catch {
			return; // whoever may not write the document sees what is stored
		}
		if (frm.doc.name !== name) return;
		const { choices, ...values } = found;
		frm.without_contracts = choices.length || frm.doc.parent_project || !frm.doc.customer ? null : key_of(frm);
		offer(frm, table, choices);
		if (frm.doc.docstatus || !frm.is_dirty()) return;
		Object.assign(frm.doc, values);
		Object.keys(values).forEach((field) => frm.refresh_field(field));
	}, wait);
}

/** The promises that may be chosen, by their titles. */
function offer(frm, table, choices) {
	if (!table) {
		frm.fields_dict[LINE]?.set_data?.(choices);
		frm.refresh_field(LINE);
		return;
	}
	const grid = frm.fields_dict[table]?.grid;
	if (!grid) return;
	grid.update_docfield_property(LINE, "options", choices);
}
