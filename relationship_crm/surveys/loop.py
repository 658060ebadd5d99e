"""Closing the loop: a low answer is looked after, by somebody, until a day, and ends with a cause and a measure.

What ISO 9001 asks of customer feedback: a nonconformity is reacted to (first contact), its cause is found, a corrective
action is taken, and its effect is looked at (asked again afterwards, scores before and after).
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, cint, date_diff, get_datetime, getdate, now

from relationship_crm.relationship_crm.report.rows import known
from relationship_crm.surveys.caretaker import caretaker
from relationship_crm.surveys.low import low_answers
from relationship_crm.surveys.scales import BOUNDS, is_scaled

FOLLOW_UP = "Survey Follow Up"
OPEN, CONTACTED, CLOSED = "Open", "Contacted", "Closed"
#: The event of an invitation that asks again afterwards.
EVENT = "Follow-up"
#: An answer that is older when it comes in (an import of past years) is for the statistics alone.
TOO_OLD_DAYS = 30
LONGEST_COMMENT = 2000
SCORES = ("composite", "satisfaction")


def response_stored(response: Any) -> str | None:
    """Opens a follow-up where an answer is low; its name, also where there is one already, None where all is well.

    To be called whenever a response was stored or changed. A changed answer never opens a second one.
    """
    if response.anonymous or not response.party_type or not response.party:
        return None
    survey = frappe.get_cached_doc("Relationship Survey", response.survey)
    low = low_answers([row.as_dict() for row in response.answers], survey.low_nps, survey.low_share)
    name = frappe.db.get_value(FOLLOW_UP, {"response": response.name})
    if name:
        _tell_of_change(name, response, low)
    elif low and date_diff(now(), response.answered_on) <= TOO_OLD_DAYS:
        name = _open(response, survey, low).name
    if name and response.follow_up != name:
        response.db_set("follow_up", name, update_modified=False)
    return name


def _open(response: Any, survey: Any, low: list[Any]) -> Any:
    doc = frappe.new_doc(FOLLOW_UP)
    doc.update(
        {
            "response": response.name,
            "survey": survey.name,
            "party_type": response.party_type,
            "party": response.party,
            "customer": response.customer,
            "assigned_to": caretaker(
                response.party_type, response.party, survey, response.get("sales_person") or ""
            ),
            "due_date": add_days(getdate(), cint(survey.follow_up_days)),
            **_said(response, low),
        }
    )
    doc.flags.ignore_permissions = True  # the one who answers is a guest
    return doc.insert()


def _said(response: Any, low: list[Any]) -> dict[str, str]:
    """The lowest answer and the free texts, as the customer gave them."""
    texts = [row.text.strip() for row in response.answers if row.kind == "Text" and (row.text or "").strip()]
    return {
        "lowest_answer": in_words(low[0]) if low else "",
        "comment": "\n\n".join(texts)[:LONGEST_COMMENT],
    }


def in_words(answer: Any) -> str:
    """A scaled answer with its question, e.g. "How satisfied are you? 2 of 5"."""
    if not is_scaled(answer["kind"]):
        return answer.get("question") or ""
    score = _("{0} of {1}", context="Answer on a scale").format(
        f"{answer['score']:g}", BOUNDS[answer["kind"]].high
    )
    return f"{answer.get('question') or ''} {score}".strip()


def _tell_of_change(name: str, response: Any, low: list[Any]) -> None:
    """The one who looks after it reads what is said now; a closed one stays as it was."""
    doc = frappe.get_doc(FOLLOW_UP, name)
    said = _said(response, low)
    if not low:
        said["lowest_answer"] = _("The customer has changed the answers: none is low any more.")
    if doc.status != CLOSED and any((doc.get(field) or "") != text for field, text in said.items()):
        doc.update(said)
        doc.flags.ignore_permissions = True  # the one who answers is a guest
        doc.save()


# the record's own events


def prepare(doc: Any) -> None:
    """Fills what a new follow-up begins with, be it opened by an answer or by hand."""
    doc.opened_on = doc.opened_on or now()
    doc.due_date = doc.due_date or add_days(getdate(), 2)
    if doc.party_type == "Customer" and doc.party:
        doc.customer = doc.party
    elif doc.customer and not doc.party:
        doc.party_type, doc.party = "Customer", doc.customer
    if doc.party_type and doc.party:
        title = frappe.get_meta(doc.party_type).get_title_field()
        doc.customer_name = frappe.db.get_value(doc.party_type, doc.party, title) or doc.party
        doc.update({f"{key}_before": value for key, value in scores_of(doc.party_type, doc.party).items()})


def validate(doc: Any) -> None:
    """The course of a follow-up: open, contacted, closed with cause and measure."""
    before = doc.get_doc_before_save()
    was = before.status if before else OPEN
    if was == CLOSED and doc.status != CLOSED:
        frappe.throw(
            _("A closed follow-up stays closed. Open a new one where the customer is still unhappy.")
        )
    if doc.status == OPEN and was == CONTACTED:
        doc.first_contact_on = None  # the contact was noted by mistake
    elif doc.status == OPEN and doc.first_contact_on:
        doc.status = CONTACTED
    elif doc.status != OPEN and not doc.first_contact_on:
        doc.first_contact_on = now()
    if doc.first_contact_on and get_datetime(doc.first_contact_on) < get_datetime(doc.opened_on):
        frappe.throw(_("The first contact cannot be before the answer that asked for it."))
    if doc.status == CLOSED:
        _check_result(doc)
        doc.closed_on = doc.closed_on or now()


def _check_result(doc: Any) -> None:
    """Without a cause and a measure nobody learns anything from it."""
    if not doc.cause:
        frappe.throw(_("Choose the cause before closing."), frappe.MandatoryError)
    if not (doc.measure or "").strip():
        frappe.throw(_("Say what was done about it before closing."), frappe.MandatoryError)


def saved(doc: Any) -> None:
    """Tasks follow the follow-up: passed on with it, done with it. After closing the customer is asked again."""
    before = doc.get_doc_before_save()
    if before and before.assigned_to and before.assigned_to != doc.assigned_to:
        _end_tasks(doc.name, "Cancelled", before.assigned_to)
    if doc.status == CLOSED and (not before or before.status != CLOSED):
        _end_tasks(doc.name, "Closed")
        _ask_again(doc)


def forget(doc: Any) -> None:
    """The response names its follow-up, which would keep it from being deleted."""
    frappe.db.set_value("Survey Response", {"follow_up": doc.name}, "follow_up", None, update_modified=False)


def _end_tasks(name: str, status: str, user: str | None = None) -> None:
    """Ends the open tasks of a follow-up, all of them or one user's."""
    wanted = {"reference_type": FOLLOW_UP, "reference_name": name, "status": "Open"}
    if user:
        wanted["allocated_to"] = user
    for task in frappe.get_all("ToDo", wanted, pluck="name", order_by="creation asc"):
        todo = frappe.get_doc("ToDo", task)
        todo.status = status
        todo.flags.ignore_permissions = True  # the tasks are ours, whoever ends the follow-up
        todo.save()


def _ask_again(doc: Any) -> None:
    """Invites the customer to say how it was dealt with, by the survey's own follow-up survey."""
    again = doc.survey and frappe.db.get_value("Relationship Survey", doc.survey, "follow_up_survey")
    if not again or not doc.party or doc.follow_up_invitation:
        return
    contact = doc.response and frappe.db.get_value("Survey Response", doc.response, "contact")
    from relationship_crm.surveys.invitations import invite

    invitation = invite(
        again,
        doc.party_type,
        doc.party,
        contact=contact,
        event=EVENT,
        voucher_type=FOLLOW_UP,
        voucher_no=doc.name,
    )
    if invitation:
        doc.db_set("follow_up_invitation", invitation, update_modified=False)


# buttons


@frappe.whitelist(methods=["POST"])
def note_contact(follow_up: str) -> str:
    """Somebody has been in touch with the customer, now; the new status."""
    doc = frappe.get_doc(FOLLOW_UP, follow_up)
    doc.check_permission("write")
    if doc.status == OPEN:
        doc.status = CONTACTED
        doc.save()
    return doc.status


@frappe.whitelist(methods=["POST"])
def close(follow_up: str, cause: str, measure: str) -> str:
    """Close a follow-up with its cause and what was done; the new status."""
    doc = frappe.get_doc(FOLLOW_UP, follow_up)
    doc.check_permission("write")
    doc.update({"status": CLOSED, "cause": cause, "measure": measure})
    doc.save()
    return doc.status


def scores_of(party_type: str, party: str) -> dict[str, float | None]:
    """The scores of a party as they are stored, None where there is not enough evidence."""
    fields = [field for score in SCORES for field in (score, f"{score}_confidence")]
    row = frappe.db.get_value("Relationship", {party_type.lower(): party}, fields, as_dict=True) or {}
    return {score: known(row.get(score), row.get(f"{score}_confidence")) for score in SCORES}
