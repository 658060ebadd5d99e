"""The contract that renews another: the same promises at new prices, from the day after; and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, add_months, cint, flt, get_link_to_form, getdate, now_datetime

from relationship_crm.assessment.outbox import mark
from relationship_crm.assessment.site import stored_rate
from relationship_crm.contracts import offers, renewal
from relationship_crm.contracts.chains import YEAR
from relationship_crm.contracts.terms import of_contracts

CONTRACT = "Service Contract"
#: What a successor does not take over by being copied, and needs all the same.
CARRIED = ("subscription", "auto_repeat")


def draft(contract: str, prices: Mapping[str, Decimal | float], agreed: date | None = None) -> Any:
    """The successor of a contract as a document that is not stored. `prices` by line; a line that has one and is not
    among them was dropped. `agreed` is the day of the decision (default: today)."""
    old = frappe.get_doc(CONTRACT, contract)
    new = frappe.copy_doc(old)
    start = add_days(getdate(old.end_date), 1)
    months = cint(old.renewal_months) or YEAR
    new.update({field: old.get(field) for field in CARRIED})
    new.update(
        {
            "docstatus": 0,
            "renewed_from": old.name,
            "renewed_on": getdate(agreed),
            "renewal_entered_on": now_datetime(),
            "start_date": start,
            "end_date": add_days(add_months(start, months), -1),
            "signed_on": None,
            "template": None,
            "changes": [],
            "conversion_rate": _rate(old),
        }
    )
    new.set("lines", [_line(line, prices) for line in old.lines if _goes_on(old, line, prices)])
    if not new.lines:
        frappe.throw(_("Nothing of {0} is left to be renewed.").format(get_link_to_form(CONTRACT, contract)))
    if old.price_adjustment == "Index":
        first = of_contracts([contract], billing=True)[0]
        new.index_base_month = offers.base_month(first, start) or old.index_base_month
    return new


def _goes_on(contract: Any, line: Any, prices: Mapping[str, Any]) -> bool:
    if line.end_date and getdate(line.end_date) < getdate(contract.end_date):
        return False
    return not flt(line.price) or line.line_key in prices


def _line(line: Any, prices: Mapping[str, Any]) -> Any:
    """A promise for the whole of the new term."""
    new = frappe.copy_doc(line)
    new.update({"line_key": None, "start_date": None, "end_date": None})
    if flt(line.price):
        new.price = float(prices[line.line_key])
    return new


def _rate(old: Any) -> float:
    own = frappe.get_cached_value("Company", old.company, "default_currency")
    return stored_rate(old.currency, own) or flt(old.conversion_rate)


# -- what its documents' events do


def check(doc: Any) -> None:
    """A successor renews a contract of the same customer that nothing else renews."""
    if not doc.renewed_from:
        doc.renewed_on = doc.renewal_entered_on = None
        return
    old = _old(doc.renewed_from)
    if not old:
        frappe.throw(_("The contract that is renewed does not exist."))
    for field in ("customer", "company"):
        if old[field] != doc.get(field):
            frappe.throw(
                _("{0} is a contract of {1}.").format(get_link_to_form(CONTRACT, old.name), old[field])
            )
    if getdate(doc.start_date) <= getdate(old.start_date):
        frappe.throw(_("A successor begins after the contract that it renews."))


def submitted(doc: Any) -> None:
    """The contract before is renewed from now on."""
    if not doc.renewed_from:
        return
    old = _old(doc.renewed_from, lock=True)
    if old.docstatus != 1:
        frappe.throw(_("{0} is not submitted.").format(get_link_to_form(CONTRACT, old.name)))
    if old.renewed_into and old.renewed_into not in (doc.name, doc.amended_from):
        frappe.throw(
            _("{0} was renewed into {1} already.").format(
                get_link_to_form(CONTRACT, old.name), get_link_to_form(CONTRACT, old.renewed_into)
            )
        )
    day = getdate(doc.renewed_on)
    if not doc.renewed_on:
        doc.db_set({"renewed_on": day, "renewal_entered_on": now_datetime()}, update_modified=False)
    renewal.set_contract(
        old.name,
        {"renewed_into": doc.name, "decided_on": day, "not_renewed_reason": None, "ending_entered_on": None},
    )
    renewal.renewed(old.name, doc.name, day)
    mark(doc, "Customer", doc.customer, day, "renewed")


def cancelled(doc: Any) -> None:
    """The contract before is not renewed any more."""
    if not doc.renewed_from:
        return
    old = _old(doc.renewed_from, lock=True)
    if old and old.renewed_into == doc.name:
        renewal.set_contract(old.name, {"renewed_into": None, "decided_on": None})
        renewal.renewal_undone(old.name, doc.name)
    mark(doc, "Customer", doc.customer, doc.renewed_on, "cancelled")


def _old(name: str, lock: bool = False) -> Any:
    columns = ("name", "docstatus", "customer", "company", "start_date", "renewed_into")
    return frappe.db.get_value(CONTRACT, name, columns, as_dict=True, for_update=lock)
