"""The scheduler's rounds over the follow-ups: hand out tasks, notice contacts, escalate, take the scores afterwards.

Each looks for what is due with one or two queries, whatever the number of follow-ups. What is handled is not found
again, so a round that was killed is simply done once more.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.desk.doctype.notification_log.notification_log import enqueue_create_notification
from frappe.desk.form import assign_to
from frappe.query_builder.functions import Coalesce, Min
from frappe.utils import add_days, add_to_date, cint, escape_html, get_datetime, getdate, now, now_datetime
from pypika.terms import ExistsCriterion

from relationship_crm.surveys.caretaker import manager
from relationship_crm.surveys.loop import CLOSED, CONTACTED, FOLLOW_UP, OPEN, SCORES, scores_of

#: Follow-ups handled in one round; the rest comes five minutes later.
AT_ONCE = 200
#: So long after closing the scores show whether it helped, where the customer does not answer sooner.
DAYS_AFTER = 30
SAVEPOINT = "survey_follow_up"


def rounds(commit: Callable[[], None]) -> None:
    """All rounds, with a commit after each follow-up: one that fails does not hold up the others."""
    for due, handle in (
        (unassigned, hand_out),
        (contacts, note_contact),
        (uncontacted, escalate),
        (to_be_scored, take_scores),
    ):
        for row in due():
            _one(handle, row)
            commit()


def _one(handle: Callable[[Any], None], row: Any) -> None:
    frappe.db.savepoint(SAVEPOINT)
    try:
        handle(row)
    except Exception as error:
        if frappe.db.is_deadlocked(error) or frappe.db.is_timedout(error):
            raise
        frappe.db.rollback(save_point=SAVEPOINT)
        frappe.log_error(title=f"Relationship CRM: {row.name} in {handle.__name__}")


# tasks


def unassigned() -> list[Any]:
    """Follow-ups under way whose caretaker never got a task."""
    f, todo = frappe.qb.DocType(FOLLOW_UP), frappe.qb.DocType("ToDo")
    has_task = (
        frappe.qb.from_(todo)
        .select(todo.name)
        .where((todo.reference_type == FOLLOW_UP) & (todo.reference_name == f.name))
        .where((todo.allocated_to == f.assigned_to) & (todo.status != "Cancelled"))
    )
    return (
        frappe.qb.from_(f)
        .select(
            f.name, f.assigned_to, f.due_date, f.customer_name, f.lowest_answer, f.comment, f.escalated_on
        )
        .where((f.status != CLOSED) & (Coalesce(f.assigned_to, "") != ""))
        .where(ExistsCriterion(has_task).negate())
        .orderby(f.creation)
        .limit(AT_ONCE)
        .run(as_dict=True)
    )


def hand_out(row: Any) -> None:
    """Gives the caretaker a task with the day and the text, and the right to open the follow-up."""
    said = "<br>".join(
        escape_html(text).replace("\n", "<br>") for text in (row.lowest_answer, row.comment) if text
    )
    task = {
        "assign_to": [row.assigned_to],
        "doctype": FOLLOW_UP,
        "name": row.name,
        "description": f"<b>{escape_html(row.customer_name or '')}</b><br>{said}",
        "date": row.due_date,
        "priority": "High" if row.escalated_on else "Medium",
    }
    if frappe.get_system_settings("disable_document_sharing") and not frappe.has_permission(
        FOLLOW_UP, "read", doc=row.name, user=row.assigned_to
    ):
        _plain_task(task)  # Frappe would refuse; the text is in the task
        return
    # the survey decides who looks after it, nobody is logged in here
    assign_to.add(task, ignore_permissions=True)


def _plain_task(task: dict[str, Any]) -> None:
    frappe.get_doc(
        {
            "doctype": "ToDo",
            "allocated_to": task["assign_to"][0],
            "reference_type": task["doctype"],
            "reference_name": task["name"],
            **{field: task[field] for field in ("description", "date", "priority")},
        }
    ).insert(ignore_permissions=True)  # as assign_to does


# first contact


def contacts() -> list[Any]:
    """Open follow-ups whose customer somebody has written to or called since, with the moment.

    Mails of our surveys are no contact; neither is what the system sends by itself.
    """
    found: dict[str, Any] = {}
    for linked in (True, False):
        for row in _contacts(linked):
            if row.name not in found or row.moment < found[row.name].moment:
                found[row.name] = row
    return list(found.values())


def _contacts(linked: bool) -> list[Any]:
    f, c = frappe.qb.DocType(FOLLOW_UP), frappe.qb.DocType("Communication")
    link, sent = frappe.qb.DocType("Communication Link"), frappe.qb.DocType("Survey Invitation")
    statement = frappe.qb.from_(f)
    if linked:
        of_party = (link.link_doctype == f.party_type) & (link.link_name == f.party)
        statement = statement.join(link).on(of_party & (link.communication_date > f.opened_on))
        statement = statement.join(c).on(c.name == link.parent)
    else:
        of_party = (c.reference_doctype == f.party_type) & (c.reference_name == f.party)
        of_ours = (c.reference_doctype == FOLLOW_UP) & (c.reference_name == f.name)
        statement = statement.join(c).on(of_party | of_ours)
    ours = (
        frappe.qb.from_(sent)
        .select(sent.name)
        .where((sent.party_type == f.party_type) & (sent.party == f.party) & (sent.communication == c.name))
    )
    return (
        statement.select(f.name, Min(c.communication_date).as_("moment"))
        .where(f.status == OPEN)
        .where((c.communication_type == "Communication") & (c.sent_or_received == "Sent"))
        .where(c.communication_date > f.opened_on)
        .where(ExistsCriterion(ours).negate())
        .groupby(f.name)
        .orderby(f.name)
        .run(as_dict=True)
    )


def note_contact(row: Any) -> None:
    """Notes the moment of the first contact."""
    doc = frappe.get_doc(FOLLOW_UP, row.name)
    doc.update({"status": CONTACTED, "first_contact_on": row.moment})
    doc.flags.ignore_permissions = True  # a message was sent; nobody is logged in here
    doc.save()


# escalation


def uncontacted() -> list[Any]:
    """Follow-ups nobody made contact for within the days the survey allows."""
    f, survey = frappe.qb.DocType(FOLLOW_UP), frappe.qb.DocType("Relationship Survey")
    rows = (
        frappe.qb.from_(f)
        .join(survey)
        .on(survey.name == f.survey)
        .select(f.name, f.opened_on, survey.escalate_after_days, survey.escalate_to)
        .where((f.status == OPEN) & f.escalated_on.isnull() & (survey.escalate_after_days > 0))
        .where(f.opened_on < add_days(getdate(), 1))
        .orderby(f.opened_on)
        .run(as_dict=True)
    )
    moment = now_datetime()
    return [
        row for row in rows if add_days(get_datetime(row.opened_on), cint(row.escalate_after_days)) <= moment
    ]


def escalate(row: Any) -> None:
    """Passes a follow-up on to whom the survey names, or to a manager; the one who had it is told."""
    doc = frappe.get_doc(FOLLOW_UP, row.name)
    before = doc.assigned_to
    to = row.escalate_to or manager(doc.party_type, doc.party, but=[before] if before else [])
    if not to:
        return
    doc.update({"escalated_on": now(), "escalated_to": to, "assigned_to": to})
    doc.flags.ignore_permissions = True  # the survey decides, nobody is logged in here
    doc.save()
    if before and before != to:
        _tell(before, doc, to)
    for waiting in unassigned():
        if waiting.name == doc.name:
            hand_out(waiting)


def _tell(user: str, doc: Any, to: str) -> None:
    language = frappe.db.get_value("User", user, "language")
    subject = _("{0}: passed on to {1}, as nobody has been in touch with the customer yet", lang=language)
    enqueue_create_notification(
        user,
        {
            "type": "Alert",
            "document_type": FOLLOW_UP,
            "document_name": doc.name,
            "subject": subject.format(
                f"<b>{escape_html(doc.customer_name or doc.name)}</b>",
                escape_html(frappe.utils.get_fullname(to)),
            ),
            "from_user": frappe.session.user,
        },
    )


# scores afterwards


def to_be_scored() -> list[Any]:
    """Closed follow-ups whose customer has answered again, or whose closing is long enough ago.

    A customer with news waiting is left for later: the answer is not in the scores yet.
    """
    f, again = frappe.qb.DocType(FOLLOW_UP), frappe.qb.DocType("Survey Response")
    event = frappe.qb.DocType("Relationship Event")
    waiting = (
        frappe.qb.from_(event)
        .select(event.name)
        .where((event.party_type == f.party_type) & (event.party == f.party))
    )
    long_ago: datetime = add_to_date(now_datetime(), days=-DAYS_AFTER)
    return (
        frappe.qb.from_(f)
        .left_join(again)
        .on(again.invitation == f.follow_up_invitation)
        .select(f.name, f.party_type, f.party)
        .where((f.status == CLOSED) & f.scored_on.isnull())
        .where((f.closed_on <= long_ago) | again.name.notnull())
        .where(ExistsCriterion(waiting).negate())
        .orderby(f.closed_on)
        .limit(AT_ONCE)
        .run(as_dict=True)
    )


def take_scores(row: Any) -> None:
    """Notes the scores as they are now."""
    after = scores_of(row.party_type, row.party) if row.party_type and row.party else dict.fromkeys(SCORES)
    values = {f"{score}_after": value or 0 for score, value in after.items()}
    frappe.db.set_value(FOLLOW_UP, row.name, {**values, "scored_on": getdate()}, update_modified=False)
