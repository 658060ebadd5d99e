"""A contract is renewed: because the customer accepted, or because nobody gave notice in time."""

from __future__ import annotations

from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, get_link_to_form, getdate

from relationship_crm.contracts import offers, quoting, renewal, successor
from relationship_crm.contracts.chains import AUTOMATIC
from relationship_crm.contracts.renewal import CONTRACT, HEAD, RENEWAL, UNDECIDED
from relationship_crm.guard import database_errors, never_in_the_way

#: Nights that may have been missed: contracts that ran out before are history.
GRACE_DAYS = 31


def accept(doc: Any, submit: bool, order: Any = None, by_event: bool = False) -> Any:
    """Make the successor of a renewal's contract, at the prices of the order, of the quotation, or as proposed.

    Where a draft waits already it is submitted. `by_event`: it follows from a document, whatever its user may do.
    """
    renewal.must_be(doc, UNDECIDED)
    head = frappe.db.get_value(CONTRACT, doc.contract, HEAD, as_dict=True, for_update=True)
    renewal.be_undecided(head)
    if doc.successor:
        new = frappe.get_doc(CONTRACT, doc.successor)
    else:
        new = successor.draft(doc.contract, quoting.accepted_prices(doc, order))
        # who may submit an order that accepts the proposal accepts it
        new.insert(ignore_permissions=by_event)
        renewal.save(doc, successor=new.name)
    if submit:
        new.submit()
    return new


@never_in_the_way
def ordered(order: Any) -> None:
    """A submitted sales order accepts the proposals that it was made from. It stands, whatever becomes of them."""
    names = quoting.ordered(order)
    submit = bool(names) and bool(frappe.has_permission(CONTRACT, "submit"))
    for name in names:
        point = "relationship_crm_renewal"
        frappe.db.savepoint(point)
        try:
            new = accept(frappe.get_doc(RENEWAL, name), submit, order, by_event=True)
        except database_errors():
            raise
        except Exception as problem:
            frappe.db.rollback(save_point=point)  # nosemgrep: the order stands, half a contract does not
            frappe.clear_last_message() if frappe.message_log else None
            frappe.log_error(
                title=f"Relationship CRM: {name} was not renewed",
                reference_doctype=RENEWAL,
                reference_name=name,
            )
            frappe.msgprint(
                _("{0} could not be renewed by this order: {1}").format(
                    get_link_to_form(RENEWAL, name), problem
                ),
                indicator="orange",
            )
        else:
            frappe.msgprint(
                _("The contract is renewed into {0}.").format(get_link_to_form(CONTRACT, new.name)),
                indicator="green",
                alert=True,
            )


# -- by itself


def due(today: date) -> list[str]:
    """Contracts that renew themselves and whose last day of notice has passed without one."""
    contract, following = frappe.qb.DocType(CONTRACT), frappe.qb.DocType(CONTRACT).as_("following")
    query = (
        frappe.qb.from_(contract)
        .left_join(following)
        .on((following.renewed_from == contract.name) & (following.docstatus < 2))
        .select(contract.name)
        .where((contract.docstatus == 1) & (contract.renewal == AUTOMATIC) & following.name.isnull())
        .where((contract.notice_date < today) & (contract.end_date >= add_days(today, -GRACE_DAYS)))
        .where(
            contract.decided_on.isnull() & contract.terminated_on.isnull() & contract.terminated_per.isnull()
        )
        .orderby(contract.notice_date, contract.name)
    )
    return query.run(pluck=True)


def renew(contract: str, today: date | None = None) -> str:
    """Renew a contract as agreed, from the day after the last day of notice on; the successor's name."""
    if not renewal.of_contract(contract):
        renewal.open_for([contract], today)
    proposal = offers.proposals([contract])[contract]
    prices = {one.promise.key: one.agreed for one in proposal.offers}
    notice = frappe.db.get_value(CONTRACT, contract, "notice_date")
    new = successor.draft(contract, prices, add_days(getdate(notice), 1))
    new.flags.ignore_permissions = True  # a nightly task has no user to ask
    new.insert()
    new.submit()
    if not proposal.certain:
        new.add_comment(
            "Info",
            _("The index of the month of the start was not published yet; the price is by the last one."),
        )
    return new.name
