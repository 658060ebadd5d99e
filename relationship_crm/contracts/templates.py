"""A contract begins with what its template says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import frappe
from frappe.utils import add_days, add_months

if TYPE_CHECKING:
    from frappe.model.document import Document

TEMPLATE = "Service Contract Template"
#: What a template says for the whole contract.
TERMS = (
    *("periods_from", "broken_periods", "notice_days", "renewal", "renewal_months", "billing_period"),
    *("billing_in_advance", "billing_with_calendar", "overage_period", "price_adjustment"),
    *("adjustment_percent", "service_level_agreement", "tc_name"),
)
OWN_OF_A_ROW = ("name", "parent", "parenttype", "parentfield", "idx", "line_key", "start_date", "end_date")


def values(template: str, start: str | None = None, currency: str | None = None) -> dict[str, Any]:
    """What a template gives a contract that starts on a day: terms, lines, end, and the currency where none is chosen."""
    doc: Any = frappe.get_cached_doc(TEMPLATE, template)
    found: dict[str, Any] = {field: doc.get(field) for field in TERMS}
    if start and doc.duration_months:
        found["end_date"] = add_days(add_months(start, doc.duration_months), -1)
    if doc.currency and not currency:
        found["currency"] = doc.currency
    if doc.tc_name:
        found["terms"] = frappe.db.get_value("Terms and Conditions", doc.tc_name, "terms")
    columns = [df.fieldname for df in frappe.get_meta("Service Contract Line").fields]
    taken = [c for c in columns if c not in OWN_OF_A_ROW]
    found["lines"] = [{c: row.get(c) for c in taken if row.get(c) is not None} for row in doc.lines]
    return found


def fill(contract: Document) -> None:
    """Fill a contract that names a template and has no lines yet; an end that is set stays."""
    found = values(contract.template, contract.start_date, contract.currency)
    for field, value in found.items():
        if field == "lines":
            contract.set("lines", value)
        elif value not in (None, "") and not (field in ("end_date", "terms") and contract.get(field)):
            contract.set(field, value)
