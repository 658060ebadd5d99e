"""The field "Referred by" on Lead and Customer, and a lead's "From Customer": saving them makes or changes the record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import frappe
from frappe.utils import getdate
from pypika.terms import ExistsCriterion

from relationship_crm.advocacy import referrals
from relationship_crm.advocacy.paid import DECLINED, OPEN, REFERRAL
from relationship_crm.advocacy.referrals import BY_HAND, FIELD, FROM_LEAD, SURVEY
from relationship_crm.guard import never_in_the_way
from relationship_crm.switches import is_enabled

#: How a referral names a lead or customer.
LINKS = {"Lead": "referred_lead", "Customer": "referred_customer"}
#: Records made in one go for values that came past the forms.
AT_ONCE = 1000


@never_in_the_way
def fill(doc: Any) -> None:
    """Who recommended a lead recommended the customer it becomes; a lead's "From Customer" recommended it."""
    if not is_enabled():
        return
    before = doc.get_doc_before_save()
    origin = "customer" if doc.doctype == "Lead" else "lead_name"
    now, then = doc.get(origin) or None, (before.get(origin) or None) if before else None
    if now == then:
        return
    if doc.doctype == "Lead":
        if not doc.get(FIELD) or (then and doc.get(FIELD) == then):
            doc.set(FIELD, now)
            doc.flags.relationship_from_customer = bool(now)
    elif now and not doc.get(FIELD):
        referrer = referrals.first_referrer("Lead", now)
        if referrer != doc.name:
            doc.set(FIELD, referrer)


def check(doc: Any) -> None:
    """Refuse what somebody typed that cannot be: customers who recommend themselves, circles."""
    before = doc.get_doc_before_save()
    typed = doc.get(FIELD)
    if not typed or not is_enabled() or (before and before.get(FIELD) == typed):
        return
    if doc.doctype == "Customer":
        referrals.check(typed, None if doc.is_new() else doc.name)
    elif not doc.is_new():
        referrals.check(typed, frappe.db.get_value("Customer", {"lead_name": doc.name}))


@never_in_the_way
def follow(doc: Any) -> None:
    """The record follows what was saved."""
    if not is_enabled() or doc.flags.relationship_referral:
        return
    before = doc.get_doc_before_save()
    if doc.doctype == "Customer" and doc.lead_name and (not before or before.lead_name != doc.lead_name):
        _convert(doc.lead_name, doc.name)
    now, then = doc.get(FIELD) or None, (before.get(FIELD) or None) if before else None
    if now == then:
        return
    records = {row.referrer: row for row in _records(doc.doctype, doc.name)}
    if not now:
        _let_go(doc, records.get(then))
    elif now in records:
        _take_up(records[now])
    elif then in records and records[then].source != SURVEY:
        _pass_on(records[then].name, now)
    else:
        _let_go(doc, records.get(then))
        _record(doc.doctype, doc.name, now, doc.creation, bool(doc.flags.relationship_from_customer))


def _records(doctype: str, name: str) -> list[Any]:
    fields = ["name", "referrer", "source", "status"]
    return frappe.get_all(REFERRAL, {LINKS[doctype]: name}, fields, order_by="creation asc")


def _record(doctype: str, name: str, referrer: str, since: Any, from_customer: bool = False) -> None:
    """A new record; the recommendation is as old as the lead or customer, since nobody says when it was."""
    doc = frappe.new_doc(REFERRAL)
    doc.update(
        {
            "referrer": referrer,
            LINKS[doctype]: name,
            "referral_date": getdate(since),
            "source": FROM_LEAD if from_customer else BY_HAND,
        }
    )
    if doctype == "Customer":
        doc.referred_lead = frappe.db.get_value("Customer", name, "lead_name")
    _save(doc)


def _save(doc: Any) -> None:
    doc.flags.ignore_permissions = True  # who may save the lead or customer says who recommended it
    doc.save()


def _convert(lead: str, customer: str) -> None:
    """The lead became a customer."""
    waiting = {"referred_lead": lead, "referred_customer": ("is", "not set"), "referrer": ("!=", customer)}
    for name in frappe.get_all(REFERRAL, waiting, pluck="name", order_by="creation asc"):
        doc = frappe.get_doc(REFERRAL, name)
        doc.referred_customer = customer
        _save(doc)


def _take_up(row: Any) -> None:
    if row.status == DECLINED:
        doc = frappe.get_doc(REFERRAL, row.name)
        doc.status = OPEN
        _save(doc)


def _pass_on(name: str, referrer: str) -> None:
    doc = frappe.get_doc(REFERRAL, name)
    doc.referrer = referrer
    _save(doc)


def _let_go(doc: Any, row: Any) -> None:
    """Nobody recommended them after all. What a customer said in a survey stays, without the link."""
    if not row:
        return
    if row.source != SURVEY:
        frappe.delete_doc(REFERRAL, row.name, ignore_permissions=True)  # as in _save
        return
    record = frappe.get_doc(REFERRAL, row.name)
    record.update({"referred_lead": None, "referred_customer": None})
    record.contact_name = record.contact_name or doc.get_title()
    _save(record)


# what came past the forms


def adopt(commit: Callable[[], None]) -> int:
    """Makes the records of what imports and older versions wrote on leads and customers; how many.

    For the patch and for every night. Anti-joins: nothing to do costs three queries.
    """
    made = 0
    for lead, customer in _conversions():
        made += _one(lambda lead=lead, customer=customer: _convert(lead, customer), customer)
        commit()
    for doctype in LINKS:
        for name, referrer, creation in _unrecorded(doctype):
            args = (doctype, name, referrer, creation)
            made += _one(lambda args=args: _record(*args), name)
            commit()
    return made


def _one(make: Callable[[], None], name: str) -> int:
    frappe.db.savepoint("relationship_referral")
    try:
        make()
    except frappe.ValidationError:  # a circle, or themselves: nobody can be asked here
        frappe.db.rollback(save_point="relationship_referral")
        frappe.clear_last_message()
        frappe.log_error(title=f"Relationship CRM: referral of {name} was not recorded")
        return 0
    return 1


def _conversions() -> list[tuple[str, str]]:
    """Leads with a referral that became customers without it."""
    f, customer = frappe.qb.DocType(REFERRAL), frappe.qb.DocType("Customer")
    return (
        frappe.qb.from_(f)
        .join(customer)
        .on(customer.lead_name == f.referred_lead)
        .select(f.referred_lead, customer.name)
        .where(f.referred_customer.isnull() | (f.referred_customer == ""))
        .where(f.referrer != customer.name)
        .orderby(f.creation)
        .limit(AT_ONCE)
        .run()
    )


def _unrecorded(doctype: str) -> list[tuple[str, str, Any]]:
    """Leads or customers whose referrer has no record, with their day of creation."""
    party, f = frappe.qb.DocType(doctype), frappe.qb.DocType(REFERRAL)
    by = party[FIELD]
    recorded = frappe.qb.from_(f).select(f.name).where((f[LINKS[doctype]] == party.name) & (f.referrer == by))
    statement = (
        frappe.qb.from_(party)
        .select(party.name, by, party.creation)
        .where((by != "") & ExistsCriterion(recorded).negate())
    )
    if doctype == "Customer":
        statement = statement.where(by != party.name)
    return statement.orderby(party.creation).limit(AT_ONCE).run()
