"""What the forms of contracts and renewals, and the calendar, ask for."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, getdate

from relationship_crm.contracts import offers, quoting, renewing
from relationship_crm.contracts import renewal as renewals
from relationship_crm.contracts.renewal import CONTRACT, RENEWAL, UNDECIDED
from relationship_crm.contracts.tenure import tenure

#: Of a renewal in the calendar, by its status.
COLOURS = {"Open": "#f8c9a0", "Proposed": "#a8d1ff", "Renewed": "#a8e0b6", "Not Renewed": "#d5d9dc"}


@frappe.whitelist()
def lines(renewal: str) -> list[dict[str, Any]]:
    """Each line's price: now, as agreed, as proposed."""
    doc = _read(renewal)
    proposal = offers.proposals([doc.contract])[doc.contract]
    prices = proposal.shared(flt(doc.proposed_price))
    return [
        {
            "title": one.promise.title,
            "months": float(one.months),
            "now": float(one.now),
            "agreed": float(one.agreed),
            "certain": one.certain,
            "proposed": float(prices[one.promise.key]),
        }
        for one in proposal.offers
    ]


@frappe.whitelist()
def probability(contract: str) -> dict[str, Any]:
    """How likely a contract is renewed, in words; and its renewals."""
    frappe.has_permission(CONTRACT, "read", contract, throw=True)
    known = tenure().chance(contract)
    decided = frappe.db.get_value(
        CONTRACT, contract, ["renewed_into", "decided_on", "terminated_on"], as_dict=True
    )
    words = known.words if known else ""
    if decided.renewed_into:
        words = _("It was renewed.")
    elif decided.decided_on or decided.terminated_on:
        words = _("It is not renewed.")
    return {
        "value": 100 * known.value if known and known.value is not None else None,
        "words": words,
        "undecided": not any(decided.values()),
        "renewals": frappe.get_list(
            RENEWAL,
            filters={"contract": contract},
            fields=["name", "status", "decided_on", "quotation", "successor"],
            order_by="creation desc",
        ),
    }


@frappe.whitelist(methods=["POST"])
def open_renewal(contract: str) -> str:
    """The undecided renewal of a contract; opened where there is none."""
    frappe.has_permission(CONTRACT, "read", contract, throw=True)
    if found := frappe.db.get_value(RENEWAL, {"contract": contract, "status": ("in", UNDECIDED)}):
        return found
    return frappe.get_doc({"doctype": RENEWAL, "contract": contract}).insert().name


@frappe.whitelist(methods=["POST"])
def refresh(renewal: str) -> None:
    """Work the figures out anew."""
    doc = _write(renewal)
    renewals.refresh([doc.name])


@frappe.whitelist(methods=["POST"])
def make_quotation(renewal: str) -> str:
    """Draft the quotation; its name."""
    doc = _write(renewal)
    frappe.has_permission("Quotation", "create", throw=True)
    renewals.must_be(doc, UNDECIDED)
    return quoting.draft(doc)


@frappe.whitelist(methods=["POST"])
def accept(renewal: str) -> dict[str, Any]:
    """The customer agreed: make the successor at the prices of the quotation, else as proposed.

    It is submitted where the user may submit contracts, and waits as a draft otherwise.
    """
    doc = _write(renewal)
    successor = renewing.accept(doc, submit=bool(frappe.has_permission(CONTRACT, "submit")))
    return {"successor": successor.name, "submitted": successor.docstatus == 1}


@frappe.whitelist(methods=["POST"])
def not_renewed(renewal: str, reason: str, note: str | None = None) -> None:
    """The contract ends, and why."""
    renewals.decide_against(_write(renewal), reason, note)


@frappe.whitelist(methods=["POST"])
def undo(renewal: str) -> None:
    """It was decided too early."""
    renewals.undo(_write(renewal))


@frappe.whitelist()
def calendar(start: str, end: str, filters: str | list | dict | None = None) -> list[dict[str, Any]]:
    """Renewals by their last day of notice."""
    wanted = frappe.parse_json(filters) or []
    if isinstance(wanted, dict):
        wanted = [[RENEWAL, field, "=", value] for field, value in wanted.items()]
    wanted += [[RENEWAL, "notice_date", ">=", getdate(start)], [RENEWAL, "notice_date", "<=", getdate(end)]]
    fields = ["name", "customer_name", "contract", "status", "notice_date", "proposed_price", "currency"]
    rows = frappe.get_list(RENEWAL, filters=wanted, fields=fields, order_by="notice_date asc")
    return [
        {
            "doctype": RENEWAL,
            "name": row.name,
            "title": f"{row.customer_name or row.contract}: {_(row.status, context=RENEWAL)}",
            "start": row.notice_date,
            "end": row.notice_date,
            "all_day": 1,
            "color": COLOURS.get(row.status),
            # the day follows from the contract: Frappe lets submitted documents not be moved
            "docstatus": 1,
        }
        for row in rows
    ]


def _read(name: str) -> Any:
    doc = frappe.get_doc(RENEWAL, name)
    doc.check_permission("read")
    return doc


def _write(name: str) -> Any:
    doc = frappe.get_doc(RENEWAL, name)
    doc.check_permission("write")
    return doc
