"""What somebody who calls sees: who it is, what to say, what we know of the relationship, and what was said before.

Only what the user may read: callers may be given calls of customers they know nothing of.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, getdate

from relationship_crm.assessment.bulk import read_rows
from relationship_crm.campaigns import call_documents, calls, dialling, messages, outcomes, responses, rest
from relationship_crm.relationship_crm.report import rows

#: Earlier calls and responses shown.
SHOWN = 5
SCORES = ("satisfaction", "trust", "engagement")


def sheet(name: str) -> dict[str, Any]:
    """All that the form of a call shows, as plain data; the script is HTML with the person's words filled in.

    A fixed number of queries.
    """
    touch = frappe.get_doc(calls.TOUCH, name)
    reads = bool(touch.party) and frappe.has_permission(touch.party_type, "read", touch.party)
    activity = frappe.get_doc(calls.ACTIVITY, touch.activity)
    user = frappe.session.user
    return {
        "is_open": dialling.still_open(touch),
        "phones": phones(touch, reads),
        "script": script(touch, activity),
        "outcomes": possible_outcomes(),
        "relationship": relationship(touch) if reads else None,
        "documents": documents(touch) if reads else [],
        "calls": earlier_calls(touch) if reads else [],
        "responses": earlier_responses(touch),
        "can_make": call_documents.possible(touch, reads),
        "can_correct": bool(touch.before_outcome) and (_by(touch) == user or outcomes.is_manager()),
        "most_attempts": activity.most_attempts,
        "call_until": activity.call_until,
        "due": dialling.count_due(user),
    }


def script(touch: Any, activity: Any) -> str:
    """What is to be said, with the person's words filled in."""
    words = messages.words_of([touch.as_dict()], activity)[touch.name]
    return messages.fill_in(activity.script or "", words, escape_html)


def phones(touch: Any, reads: bool) -> list[str]:
    """Numbers of the person: the one on the list first, then those of the contact."""
    found = [touch.mobile_no]
    if touch.contact and reads:
        found += [number for (number,) in read_rows("Contact Phone", ("phone",), "parent", [touch.contact])]
    unlike = {rest.plain_number(number): number for number in reversed(found) if number}
    return [
        number
        for number in dict.fromkeys(found)
        if number and unlike.get(rest.plain_number(number)) == number
    ]


def possible_outcomes() -> list[dict[str, Any]]:
    """Outcomes in use: those with somebody on the phone first."""
    fields = ["name", "reached", "response", "closes", "next_days", "no_campaigns"]
    found = frappe.get_all(outcomes.OUTCOME, {"disabled": 0}, fields, order_by="creation, name")
    for row in found:
        row["label"] = _(row.name)
    return sorted(found, key=lambda row: not row.reached)


def relationship(touch: Any) -> dict[str, Any] | None:
    """Stage and scores of the party, as far as the user may see them; None where there is no relationship yet."""
    fields = ["name", "stage_name", "dissolution", "revenue_12m", "reporting_currency", "last_purchase"]
    for score in SCORES:
        fields += [score, f"{score}_confidence"]
    found = frappe.get_list("Relationship", _of_party(touch), fields, order_by="name", limit=1)
    if not found:
        return None
    row = found[0]
    hidden = rows.hidden_dimensions()
    scores = {
        score: rows.known(row[score], row[f"{score}_confidence"]) for score in SCORES if score not in hidden
    }
    kept = ("name", "stage_name", "dissolution", "revenue_12m", "reporting_currency", "last_purchase")
    return {**{field: row[field] for field in kept}, "scores": scores}


def documents(touch: Any) -> list[dict[str, Any]]:
    """Unpaid invoices, open orders, quotations and issues of a customer: how many, as far as the user may read them."""
    if not touch.customer:
        return []
    company = {"company": touch.company} if touch.company else {}
    of = {"customer": touch.customer, **company}
    wanted = (
        ("Sales Invoice", _("Unpaid Invoices"), {**of, "docstatus": 1, "outstanding_amount": (">", 0)}),
        (
            "Sales Invoice",
            _("Overdue Invoices"),
            {**of, "docstatus": 1, "outstanding_amount": (">", 0), "due_date": ("<", getdate())},
        ),
        (
            "Sales Order",
            _("Open Orders"),
            {**of, "docstatus": 1, "status": ("not in", ("Completed", "Closed"))},
        ),
        (
            "Issue",
            _("Open Issues"),
            {"customer": touch.customer, "status": ("in", ("Open", "Replied", "On Hold"))},
        ),
    )
    found = []
    for doctype, label, filters in wanted:
        if not frappe.has_permission(doctype, "read"):
            continue
        count = len(frappe.get_list(doctype, filters, pluck="name", order_by="name"))
        found.append({"doctype": doctype, "label": label, "filters": filters, "count": count})
    return found


def earlier_calls(touch: Any) -> list[dict[str, Any]]:
    """The last calls to the party, newest first."""
    filters = {
        "reference_doctype": touch.party_type,
        "reference_name": touch.party,
        "communication_medium": "Phone",
    }
    fields = ["communication_date", "content", "sender_full_name"]
    # whoever may read the party may read what was said to it
    found = frappe.get_all(
        outcomes.COMMUNICATION, filters, fields, order_by="communication_date desc", limit=SHOWN
    )
    return [
        {
            "called_on": row.communication_date,
            "by": row.sender_full_name,
            "text": messages.plain(row.content or ""),
        }
        for row in found
    ]


def earlier_responses(touch: Any) -> list[dict[str, Any]]:
    """The last responses of the party to any campaign, newest first."""
    fields = ["campaign", "response", "source", "responded_on", "note"]
    return frappe.get_list(
        responses.RESPONSE, _of_party(touch), fields, order_by="responded_on desc, name", limit=SHOWN
    )


def _of_party(touch: Any) -> dict[str, Any]:
    if touch.customer:
        return {"customer": touch.customer}
    return {"party_type": touch.party_type or "", "party": touch.party or ""}


def _by(touch: Any) -> str:
    return frappe.parse_json(touch.before_outcome)["by"]
