"""What became of referrals: a lead, a customer, a customer who has paid. Computed from the records and the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.utils import getdate

from relationship_crm.assessment.outbox import mark
from relationship_crm.assessment.read import as_date
from relationship_crm.assessment.site import queries, site_ledger, today
from relationship_crm.measures.referrals import paid_query
from relationship_crm.signals.base import LISTS, Scope

REFERRAL = "Customer Referral"
SAVEPOINT = "customer_referral"
OPEN, LEAD, CUSTOMER, PAID, DECLINED = "Open", "Lead", "Customer", "Paid", "Declined"


def paid_on(customers: Iterable[str]) -> dict[str, date]:
    """Since when each of these customers has had a paid invoice that was not given back; without those who have none.

    The same query as the measure that makes an advocate, so record and stage never contradict each other.
    """
    names = sorted({name for name in customers if name})
    ledger, scope = site_ledger(), Scope(site_ledger().has, restricted=True)
    rendered = queries.get(("paid", scope.known), lambda: paid_query(scope), ledger.dialect)
    if not names or rendered is None:
        return {}
    arguments: dict[str, Any] = {name: [] for name in LISTS.values()}
    arguments.update({"customers": names, "as_of_next": today() + timedelta(days=1)})
    found: dict[str, date] = {}
    for customer, paid, given_back in ledger.rows(rendered, arguments):
        if given_back is None:
            found[customer] = min(as_date(paid), found.get(customer, date.max))
    return found


def state_of(
    status: str | None, lead: str | None, customer: str | None, paid: dict[str, date]
) -> tuple[str, date | None]:
    """Status and first payment of a referral. A refusal stands until somebody becomes a customer all the same."""
    if customer:
        first = paid.get(customer)
        return (PAID, first) if first else (CUSTOMER, None)
    if status == DECLINED:
        return DECLINED, None
    return (LEAD, None) if lead else (OPEN, None)


def refresh_of(parties: Iterable[tuple[str, str]]) -> None:
    """Brings the referrals of customers with news up to date, before the drain assesses them.

    What fails is logged and left to the night: the assessment must not wait for it.
    """
    customers = sorted({name for kind, name in parties if kind == "Customer"})
    if not customers:
        return
    frappe.db.savepoint(SAVEPOINT)
    try:
        names = frappe.get_all(
            REFERRAL, {"referred_customer": ("in", customers)}, pluck="name", order_by="name"
        )
        if names:
            refresh(names)
    except Exception as error:
        if frappe.db.is_deadlocked(error) or frappe.db.is_timedout(error):
            raise
        frappe.db.rollback(save_point=SAVEPOINT)
        frappe.log_error(title="Relationship CRM: referrals could not be brought up to date")


def refresh(names: Iterable[str] | None = None) -> int:
    """Brings status and first payment of all referrals (or of some) up to date; how many changed.

    Three queries whatever their number. Who recommended a customer that has paid, or that gave everything back, has news:
    the stage follows with the next drain.
    """
    wanted = {"name": ("in", list(names))} if names is not None else {}
    fields = ["name", "referrer", "referred_lead", "referred_customer", "status", "first_paid_on"]
    rows = frappe.get_all(REFERRAL, filters=wanted, fields=fields, order_by="creation asc")
    paid = paid_on(row.referred_customer for row in rows if row.referred_customer)
    changed = 0
    for row in rows:
        status, first = state_of(row.status, row.referred_lead, row.referred_customer, paid)
        if (status, first) == (row.status, getdate(row.first_paid_on) if row.first_paid_on else None):
            continue
        values = {"status": status, "first_paid_on": first}
        frappe.db.set_value(REFERRAL, row.name, values, update_modified=False)
        mark(
            frappe._dict(doctype=REFERRAL, name=row.name),
            "Customer",
            row.referrer,
            None,
            f"referral {status}",
        )
        changed += 1
    return changed
