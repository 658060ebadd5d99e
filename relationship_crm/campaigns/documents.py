"""ERPNext's documents as responses: a lead, quotation or order that names the campaign.

ERPNext's campaign may stand behind several campaigns of ours, one after the other; the document's day and company decide which.
A document that names no campaign costs no statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import frappe
from frappe.utils import add_days, cint, getdate, now_datetime

from relationship_crm.assessment.bulk import read_rows
from relationship_crm.campaigns import naming, responses

#: What a document of a kind says.
RESPONSES = {"Lead": "Interested", "Quotation": "Interested", "Sales Order": "Ordered"}
#: Who a document is from: DocType or the field that holds it, the field of the name, of the person, of the address.
PEOPLE = {
    "Lead": ("Lead", "name", "", "email_id"),
    "Quotation": ("quotation_to", "party_name", "contact_person", "contact_email"),
    "Sales Order": ("Customer", "customer", "contact_person", "contact_email"),
}
#: What a document calls the person or the party, the nearest first.
NAMES = ("lead_name", "contact_display", "customer_name")
DAYS = {"Lead": "creation", "Quotation": "transaction_date", "Sales Order": "transaction_date"}
#: What is read of documents that stand already.
FIELDS = {
    doctype: tuple(dict.fromkeys(filter(None, ("name", "company", DAYS[doctype], *people, *NAMES))))
    for doctype, people in PEOPLE.items()
}


def saved(doc: Any) -> None:
    """A document stands, or has changed: its response is that of the campaign it names now, if any."""
    fieldname = naming.campaign_field(doc.doctype)
    named = doc.get(fieldname) if fieldname else None
    before = doc.get_doc_before_save()
    # of what is submitted just now, nothing was recorded while it was a draft
    known = bool(before) and before.docstatus == doc.docstatus
    named_before = before.get(fieldname) if known and fieldname else None
    if named == named_before or not (named or named_before):
        return
    if named_before:
        responses.forget(doc.doctype, doc.name)
    if named:
        record(doc, named)


def gone(doc: Any) -> None:
    """A document was cancelled or deleted."""
    fieldname = naming.campaign_field(doc.doctype)
    if fieldname and doc.get(fieldname):
        responses.forget(doc.doctype, doc.name)


def record(doc: Any, named: str) -> None:
    """Keep the response that a document is to the campaign of ERPNext it names."""
    campaign = _campaign_of(doc, _terms(naming.campaigns_of(named)))
    if campaign:
        responses.record([_answer(doc, campaign)])


def record_earlier(campaign: str) -> int:
    """Keep the responses that documents are which named a campaign of ERPNext before ours was linked to it; how many they are.

    In one go, however many documents there are.
    """
    named = naming.values_of(campaign)
    terms = _terms(naming.campaigns_of(named[0])) if named else []
    answers = []
    for doctype in RESPONSES if named else ():
        fieldname = naming.campaign_field(doctype)
        filters = {fieldname: ("in", named)} | ({} if doctype == "Lead" else {"docstatus": 1})
        fields = [
            f for f in FIELDS[doctype] if f in ("name", "creation") or frappe.get_meta(doctype).has_field(f)
        ]
        for doc in frappe.get_all(doctype, filters, fields, order_by="creation, name") if fieldname else ():
            doc.doctype = doctype
            if _campaign_of(doc, terms) == campaign:
                answers.append(_answer(doc, campaign))
    responses.record(answers)
    return len(answers)


def linked(doc: Any) -> None:
    """A Relationship Campaign was given a campaign of ERPNext: what named it before responds as well, in a job of its own."""
    before = doc.get_doc_before_save()
    if (
        doc.erpnext_campaign
        and not doc.is_template
        and (not before or before.erpnext_campaign != doc.erpnext_campaign)
    ):
        frappe.enqueue(
            "relationship_crm.campaigns.documents.record_earlier",
            queue="long",
            job_id=f"campaign-documents-{doc.name}",
            deduplicate=True,
            enqueue_after_commit=True,
            campaign=doc.name,
        )


def campaign_on(campaigns: Sequence[str], day: date, company: str | None = None, strict: bool = True) -> str:
    """Of these campaigns the one that a document of a day belongs to: the last to begin of those under way, empty if none is.

    A campaign is under way from its start until the days have passed in which its outcome is counted. Those of the
    document's company go before others; with `strict` the others are none.
    """
    return _choose(_terms(campaigns), day, company, strict)


def _terms(campaigns: Sequence[str]) -> list[tuple]:
    columns = ("start_date", "name", "end_date", "outcome_days", "company")
    return list(read_rows("Relationship Campaign", columns, "name", campaigns))


def _choose(terms: Sequence[tuple], day: date, company: str | None, strict: bool) -> str:
    under_way = [
        (not company or company == of, start, name)
        for start, name, end, days, of in terms
        if getdate(start) <= day <= getdate(add_days(end or start, cint(days)))
    ]
    own, _start, name = max(under_way, default=(False, None, ""))
    return name if own or not strict else ""


def _campaign_of(doc: Any, terms: Sequence[tuple]) -> str:
    # a lead's company is nobody's choice: ERPNext fills in the usual one
    return _choose(terms, _day(doc), doc.get("company"), strict=doc.doctype != "Lead")


def _answer(doc: Any, campaign: str) -> responses.Answer:
    party_type, party, contact, email = PEOPLE[doc.doctype]
    return responses.Answer(
        campaign=campaign,
        response=RESPONSES[doc.doctype],
        source=doc.doctype,
        moment=_moment(_day(doc)),
        party_type=doc.get(party_type) if party_type.islower() else party_type,
        party=doc.get(party),
        contact=(contact and doc.get(contact)) or "",
        email=doc.get(email) or "",
        voucher_type=doc.doctype,
        voucher_no=doc.name,
        name=next(filter(None, map(doc.get, NAMES)), ""),
    )


def _day(doc: Any) -> date:
    return getdate(doc.get(DAYS[doc.doctype]))


def _moment(day: date) -> datetime:
    """A document's day, with the time where it is today."""
    now = now_datetime()
    return now if day == now.date() else datetime.combine(day, time())
