"""Old runs go by Frappe's Log Settings; drafts and the last full run stay."""

from __future__ import annotations

import frappe
from frappe.utils import add_days, now_datetime

from relationship_crm.assessment.process import DOCTYPE, create_run


def run(days: int, status: str) -> str:
    """A run last touched so many days ago."""
    name = create_run().name
    values = {"status": status, "modified": add_days(now_datetime(), -days)}
    frappe.db.set_value(DOCTYPE, name, values, update_modified=False)
    return name


def test_old_runs_are_cleared_by_log_settings(house) -> None:
    frappe.db.delete(DOCTYPE)
    gone = [run(31, status) for status in ("Completed", "Failed", "Stopped", "Running")]
    kept = [run(29, "Completed"), run(400, "Draft"), run(400, "Completed")]
    frappe.db.set_single_value("Relationship CRM Settings", "last_full_pass_run", kept[-1])
    settings = frappe.get_doc("Log Settings")
    settings.add_default_logtypes()
    line = next(row for row in settings.logs_to_clear if row.ref_doctype == DOCTYPE)
    assert line.days == 30
    frappe.get_doc({"doctype": DOCTYPE, "as_of": frappe.utils.today()}).clear_old_logs(line.days)
    left = set(frappe.get_all(DOCTYPE, pluck="name", order_by="name"))
    assert left == set(kept) and not left & set(gone)
