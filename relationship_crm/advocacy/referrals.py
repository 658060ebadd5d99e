"""Customer Referral: who recommended whom. The record is the truth; "Referred by" on Lead and Customer mirrors it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, get_link_to_form, getdate

from relationship_crm.advocacy.chain import closes_circle
from relationship_crm.advocacy.paid import CUSTOMER, DECLINED, LEAD, OPEN, PAID, REFERRAL, paid_on, state_of
from relationship_crm.advocacy.told import answer_to
from relationship_crm.assessment.outbox import mark

#: The field on Lead and Customer that says the same.
FIELD = "relationship_referred_by"
BY_HAND, SURVEY, FROM_LEAD = "By Hand", "Survey", "Lead"
CONTACT = ("contact_name", "contact_email", "contact_phone")
#: A chain that is longer is an import gone wrong.
LONGEST_CHAIN = 50
LONGEST_TITLE = 300


# the record's own events


def validate(doc: Any) -> None:
    """Somebody must have been recommended, once, by somebody else, and not in a circle."""
    _complete(doc)
    _check_somebody(doc)
    check(doc.referrer, doc.referred_customer)
    _check_once(doc)
    paid = paid_on([doc.referred_customer])
    doc.status, doc.first_paid_on = state_of(doc.status, doc.referred_lead, doc.referred_customer, paid)
    doc.title = _title(doc)


def _title(doc: Any) -> str:
    """Who recommended whom, as lists show it."""
    by = frappe.db.get_value("Customer", doc.referrer, "customer_name") or doc.referrer
    whom = (
        (doc.referred_customer and frappe.db.get_value("Customer", doc.referred_customer, "customer_name"))
        or (doc.referred_lead and frappe.db.get_value("Lead", doc.referred_lead, "lead_name"))
        or next((doc.get(field) for field in CONTACT if doc.get(field)), "")
    )
    return f"{by} → {whom}"[:LONGEST_TITLE]


def _complete(doc: Any) -> None:
    """A lead that became a customer is that customer."""
    if doc.referred_lead and not doc.referred_customer:
        doc.referred_customer = frappe.db.get_value("Customer", {"lead_name": doc.referred_lead})
    for field in CONTACT:
        doc.set(field, (doc.get(field) or "").strip() or None)


def _check_somebody(doc: Any) -> None:
    if not (doc.referred_lead or doc.referred_customer or any(doc.get(field) for field in CONTACT)):
        frappe.throw(_("Say who was recommended: a lead, a customer, or at least a name."))


def check(referrer: str | None, referred: str | None) -> None:
    """Refuse a customer who recommends themselves, and circles. Raises frappe.ValidationError."""
    if not referrer or not referred:
        return
    if referrer == referred:
        frappe.throw(_("{0} cannot recommend themselves.").format(_linked("Customer", referrer)))
    if closes_circle(referrer, referred, parents_of(referrer)):
        frappe.throw(
            _(
                "This would go round in a circle: {0} came to us through {1}, directly or through others."
            ).format(_linked("Customer", referrer), _linked("Customer", referred))
        )


def parents_of(customer: str) -> dict[str, list[str]]:
    """Who brought a customer, and those who brought them, and so on: one query a generation."""
    found: dict[str, list[str]] = defaultdict(list)
    asked, waiting = set(), {customer}
    for _generation in range(LONGEST_CHAIN):
        if not waiting:
            break
        rows = frappe.get_all(
            REFERRAL,
            {"referred_customer": ("in", sorted(waiting)), "status": ("!=", DECLINED)},
            ["referrer", "referred_customer"],
            order_by="creation asc",
        )
        for row in rows:
            found[row.referred_customer].append(row.referrer)
        asked |= waiting
        waiting = {row.referrer for row in rows} - asked
    return dict(found)


def _check_once(doc: Any) -> None:
    """One record for each who was recommended by the same customer."""
    by_whom = {"referrer": doc.referrer, "name": ("!=", doc.name or "")}
    if doc.referred_customer or doc.referred_lead:
        keys = [field for field in ("referred_customer", "referred_lead") if doc.get(field)]
    else:  # nothing but what the survey gave
        by_whom.update({"referred_lead": ("is", "not set"), "referred_customer": ("is", "not set")})
        keys = [next(field for field in ("contact_email", "contact_phone", "contact_name") if doc.get(field))]
    for field in keys:
        other = frappe.db.get_value(REFERRAL, {**by_whom, field: doc.get(field)})
        if other:
            frappe.throw(
                _("{0} has recommended {1} already: {2}.").format(
                    _linked("Customer", doc.referrer),
                    frappe.bold(frappe.utils.escape_html(doc.get(field))),
                    get_link_to_form(REFERRAL, other),
                ),
                frappe.DuplicateEntryError,
            )


def _linked(doctype: str, name: str) -> str:
    return get_link_to_form(doctype, name)


def saved(doc: Any) -> None:
    """Lead and customer say the same; the referrer has news."""
    before = doc.get_doc_before_save()
    for field, doctype in (("referred_lead", "Lead"), ("referred_customer", "Customer")):
        for name in dict.fromkeys((doc.get(field), before.get(field) if before else None)):
            mirror(doctype, name)
    for referrer in dict.fromkeys((doc.referrer, before.referrer if before else None)):
        mark(doc, "Customer", referrer, doc.referral_date, "referral")
    if doc.referred_customer:
        _tell_if_known_before(doc)


def deleted(doc: Any) -> None:
    """Lead and customer forget it; the referrer has news."""
    mirror("Lead", doc.referred_lead)
    mirror("Customer", doc.referred_customer)
    mark(doc, "Customer", doc.referrer, doc.referral_date, "referral deleted")


def _tell_if_known_before(doc: Any) -> None:
    if doc.first_paid_on and getdate(doc.first_paid_on) < getdate(doc.referral_date):
        frappe.msgprint(
            _("{0} had paid an invoice on {1} already, before the recommendation.").format(
                frappe.utils.escape_html(doc.referred_customer), frappe.format(doc.first_paid_on, "Date")
            ),
            indicator="orange",
            alert=True,
        )


def first_referrer(doctype: str, name: str) -> str | None:
    """Who is credited on a lead or customer: of several who recommended it the first."""
    field = "referred_lead" if doctype == "Lead" else "referred_customer"
    rows = frappe.get_all(
        REFERRAL,
        {field: name, "status": ("!=", DECLINED)},
        pluck="referrer",
        order_by="referral_date asc, creation asc",
        limit=1,
    )
    return rows[0] if rows else None


def mirror(doctype: str, name: str | None) -> None:
    """Writes the referrer on a lead or customer. `modified` moves: a form opened before must not write it back."""
    if not name or not frappe.db.has_column(doctype, FIELD):
        return
    now = frappe.db.get_value(doctype, name, FIELD, as_dict=True)
    referrer = first_referrer(doctype, name)
    if now is not None and (now[FIELD] or None) != referrer:
        frappe.db.set_value(doctype, name, FIELD, referrer)


# from a survey's answer


def create_referral_from_response(
    response: Any,
    contact_name: str = "",
    contact_email: str = "",
    contact_phone: str = "",
    *,
    item_key: str = "",
) -> str | None:
    """Record whom a customer named in a survey; the record's name. Called again it follows what was changed there.

    One record a question: a survey may ask for several names, and `item_key` says which one this is. None for answers
    without a customer, and where nobody was named. A lead is made later, by somebody who looks at it.
    """
    given = {
        "contact_name": (contact_name or "").strip()[:140],
        "contact_email": (contact_email or "").strip().lower()[:140],
        "contact_phone": (contact_phone or "").strip()[:140],
    }
    if response.get("anonymous") or not response.get("customer"):
        return None
    name = frappe.db.get_value(REFERRAL, answer_to(response, item_key))
    if not any(given.values()):
        return _withdrawn(name)
    doc = frappe.get_doc(REFERRAL, name) if name else frappe.new_doc(REFERRAL)
    if name and (doc.referred_lead or doc.referred_customer or doc.status == DECLINED):
        return name  # somebody is at work on it
    known = not name and _known(response.customer, given)
    if known:
        return known
    doc.update({"referrer": response.customer, "source": SURVEY, **given})
    doc.update({"response": response.name, "response_item": item_key})
    doc.referral_date = getdate(response.answered_on)
    doc.flags.ignore_permissions = True  # the one who answers is a guest
    doc.save()
    return doc.name


def _withdrawn(name: str | None) -> None:
    """Whoever takes the name back wants nobody to be written to."""
    if name and frappe.db.get_value(REFERRAL, name, "status") == OPEN:
        frappe.delete_doc(REFERRAL, name, ignore_permissions=True)  # the one who answers is a guest


def _known(referrer: str, given: dict[str, str]) -> str | None:
    """The same customer has named them before."""
    field = next(field for field in ("contact_email", "contact_phone", "contact_name") if given[field])
    return frappe.db.get_value(REFERRAL, {"referrer": referrer, field: given[field]})


# buttons


@frappe.whitelist(methods=["POST"])
def make_lead(referral: str) -> str:
    """A lead for whom a customer named; its name. A lead with the same e-mail is taken in place of a new one."""
    doc = frappe.get_doc(REFERRAL, referral)
    doc.check_permission("write")
    if doc.referred_lead or doc.referred_customer:
        frappe.throw(_("There is a lead or customer already."))
    lead = doc.contact_email and frappe.db.get_value("Lead", {"email_id": doc.contact_email})
    if lead:
        frappe.has_permission("Lead", "read", doc=lead, throw=True)
    else:
        frappe.has_permission("Lead", "create", throw=True)
        lead = _new_lead(doc)
    doc.reload()
    doc.referred_lead = lead
    doc.save()
    return lead


def _new_lead(doc: Any) -> str:
    values = {
        "lead_name": doc.contact_name or doc.contact_email or doc.contact_phone,
        "email_id": doc.contact_email,
        "mobile_no": doc.contact_phone,
        "lead_owner": frappe.session.user,
        FIELD: doc.referrer,
    }
    lead = frappe.get_doc({"doctype": "Lead", **values})
    lead.flags.relationship_referral = doc.name  # it has its record already
    return lead.insert().name


@frappe.whitelist(methods=["POST"])
def decline(referral: str, declined: int = 1) -> str:
    """Whoever was recommended is not interested, or is again; the new status."""
    doc = frappe.get_doc(REFERRAL, referral)
    doc.check_permission("write")
    if doc.status in (CUSTOMER, PAID):
        frappe.throw(_("They are a customer already."))
    doc.status = DECLINED if cint(declined) else LEAD if doc.referred_lead else OPEN
    doc.save()
    return doc.status
