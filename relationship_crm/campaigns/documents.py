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
DAYS = {"Lead": "creation", "Quotation": "transaction_date", "Sales Order": "transaction_date"}


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
    day = getdate(doc.get(DAYS[doc.doctype]))
    # a lead's company is nobody's choice: ERPNext fills in the usual one
    strict = doc.doctype != "Lead"
    campaign = campaign_on(naming.campaigns_of(named), day, doc.get("company"), strict)
    if not campaign:
        return
    party_type, party, contact, email = PEOPLE[doc.doctype]
    answer = responses.Answer(
        campaign=campaign,
        response=RESPONSES[doc.doctype],
        source=doc.doctype,
        moment=_moment(day),
        party_type=doc.get(party_type) if party_type.islower() else party_type,
        party=doc.get(party),
        contact=(contact and doc.get(contact)) or "",
        email=doc.get(email) or "",
        voucher_type=doc.doctype,
        voucher_no=doc.name,
        name=doc.get("lead_name") or doc.get("contact_display") or doc.get("customer_name") or "",
    )
    responses.record([answer])


def campaign_on(
    campaigns: Sequence[str], day: date, company: str | None = None, strict: bool = True
) -> str:
    """Of these campaigns the one that a document of a day belongs to: the last to begin of those under way, empty if none is.

    A campaign is under way from its start until the days have passed in which its outcome is counted. Those of the
    document's company go before others; with `strict` the others are none.
    """
    columns = ("start_date", "name", "end_date", "outcome_days", "company")
    rows = read_rows("Relationship Campaign", columns, "name", campaigns)
    under_way = [
        (not company or company == of, start, name)
        for start, name, end, days, of in rows
        if getdate(start) <= day <= getdate(add_days(end or start, cint(days)))
    ]
    own, _start, name = max(under_way, default=(False, None, ""))
    return name if own or not strict else ""


def record_earlier(campaign: str) -> int:
    """Keep the responses that documents are which named the campaign before it was linked; how many documents there are.

    Run where a campaign is given its campaign of ERPNext.
    """
    named = naming.value_of(campaign)
    found = 0
    for doctype in RESPONSES if named else ():
        fieldname = naming.campaign_field(doctype)
        if not fieldname:
            continue
        filters = {fieldname: named} | ({} if doctype == "Lead" else {"docstatus": 1})
        for row in frappe.get_all(doctype, filters, pluck="name", order_by="creation, name"):
            record(frappe.get_doc(doctype, row), named)
            found += 1
    return found


def _moment(day: date) -> datetime:
    """A document's day, with the time where it is today."""
    now = now_datetime()
    return now if day == now.date() else datetime.combine(day, time())
