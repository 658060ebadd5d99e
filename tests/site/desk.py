"""What the tests of the app's own DocTypes share."""

from __future__ import annotations

import json
from typing import Any

import erp
import frappe
from frappe.utils import add_days, getdate

from relationship_crm.assessment.run import assess_parties, drain
from relationship_crm.assessment.site import forget_configuration

Key = tuple[str, str]
#: Roles of people in sales, and our own.
SALES = ("Sales User", "Sales Manager", "Sales Master Manager")
MANAGER, USER, ANALYST = "Relationship Manager", "Relationship User", "Relationship Analyst"


def events() -> list[tuple[str, str, str]]:
    """What waits in the outbox, oldest first: party type, party, kind of document."""
    rows = frappe.get_all(
        "Relationship Event",
        fields=["party_type", "party", "voucher_type"],
        order_by="creation asc, voucher_type asc",
    )
    return [(r.party_type, r.party, r.voucher_type) for r in rows]


def empty_outbox() -> None:
    frappe.db.delete("Relationship Event")


def drained() -> int:
    """The scheduler's drain, without its commit."""
    return drain(lambda: None)


def assess(*keys: Key, as_of: Any = None) -> None:
    assess_parties(keys, as_of)


def relationship(party_type: str, party: str) -> Any:
    """The stored relationship of a party as a document, None where there is none."""
    name = frappe.db.get_value("Relationship", {party_type.lower(): party})
    return frappe.get_doc("Relationship", name) if name else None


def buyer(name: str, purchases: int = 1, **values: Any) -> str:
    """A customer who bought on the first days of past months, lately, and is assessed."""
    customer = erp.customer(name, **values)
    for n in range(purchases, 0, -1):
        erp.invoice(
            customer, add_days(getdate(), -20 * n), [(erp.ADVICE, 1, 100)], due=add_days(getdate(), 60)
        )
    assess(("Customer", customer))
    return customer


def override(
    relationship: str, kind: str = "Stage", stage: str = "Kotler-Client", days: int = 30, **values: Any
) -> Any:
    doc = {
        "doctype": "Relationship Override",
        "relationship": relationship,
        "kind": kind,
        "reason": "We know better.",
        "responsible": frappe.session.user,
        "from_date": getdate(),
        "until_date": add_days(getdate(), days),
        "stage": stage if kind == "Stage" else None,
    }
    return frappe.get_doc({**doc, **values}).insert()


def user(email: str, *roles: str, territory: str = "") -> str:
    """A user with roles, limited to a territory where one is given."""
    doc = frappe.get_doc(
        {
            "doctype": "User",
            "email": email,
            "first_name": email.split("@")[0],
            "send_welcome_email": 0,
            "user_type": "System User",
            "roles": [{"role": role} for role in roles],
        }
    ).insert()
    if territory:
        frappe.get_doc(
            {"doctype": "User Permission", "user": doc.name, "allow": "Territory", "for_value": territory}
        ).insert()
    return doc.name


def scoring_weights_off(*keep: str) -> None:
    """Leaves only some signals in the standard model."""
    model = frappe.get_doc("Relationship Scoring Model", "Standard")
    for row in model.signals:
        row.enabled = int(row.signal in keep)
    model.save()
    forget_configuration()


def run_report(report: str, filters: dict[str, Any] | None = None, **more: Any) -> Any:
    """A report as the desk runs it: with the permissions of the session's user."""
    from frappe.desk.query_report import run

    chosen = json.dumps({**(filters or {}), **more}, default=str)
    return run(report, filters=chosen, ignore_prepared_report=True)


def lines(report: str, **filters: Any) -> list[dict[str, Any]]:
    """The rows of a report."""
    return [row for row in run_report(report, **filters)["result"] if isinstance(row, dict)]
