"""Freezing a campaign's list: its people become members, and a part of them is left out by lot. Before the first message.

All of it is one transaction: a job that is killed leaves nothing, and the next one begins anew. The lot's seed is kept; a member
has but one name, made of campaign and person. So freezing twice, or twice at once, changes nothing.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils import now_datetime

from relationship_crm.assessment.bulk import write_rows
from relationship_crm.assessment.lock import LONGEST, named_lock
from relationship_crm.campaigns import selection
from relationship_crm.campaigns.listing import CONTACTED, CONTROL, LEFT_OUT, arms, members, share_of
from relationship_crm.campaigns.people import Person
from relationship_crm.campaigns.standing import NOWHERE, Standing

CAMPAIGN, MEMBER = "Relationship Campaign", "Campaign Member"
ACTIVITY, TOUCH = "Campaign Activity", "Campaign Touch"
OPEN, QUEUED, RUNNING, FROZEN, FAILED = "Open", "Queued", "Running", "Frozen", "Failed"
UNDER_WAY = (QUEUED, RUNNING)
PROGRESS = "campaign_freezing_progress"
#: Seconds the long queue gives a job.
TIMEOUT = 3600
#: Minutes without an end after which a job is looked at.
QUIET = 30
#: Members written between two reports of progress.
BATCH = 2000
COLUMNS = (
    *("name", "campaign", "arm", "left_out_reason", "assigned_on", "target_list"),
    *("party_type", "party", "customer", "recipient_name", "contact", "language", "email", "mobile_no"),
    *("stage_name", "rung", "customer_group", "territory", "account_manager", "person_key"),
)


def freeze(campaign: str, step: Callable[[float], None] | None = None) -> None:
    """Make the members of a campaign from its lists, once; a second call does nothing. Does not commit.

    `step` is told how far it is, in percent. Raises frappe.ValidationError where there is nobody to contact.
    """
    # whoever freezes the same campaign at the same time waits here, and then finds it frozen
    if frappe.db.get_value(CAMPAIGN, campaign, "members_status", for_update=True) == FROZEN:
        return
    doc = frappe.get_doc(CAMPAIGN, campaign)
    check(doc)
    persons, standing = members(doc)
    if all(person.reason for person in persons):
        frappe.throw(_("There is nobody on the lists whom the campaign may contact."))
    seed, moment = doc.lot_seed or secrets.token_hex(8), now_datetime()
    drawn = arms(persons, standing, share_of(doc), seed)
    for start in range(0, len(persons), BATCH):
        part = persons[start : start + BATCH]
        rows = [_row(doc.name, p, standing.get(p.key, NOWHERE), drawn, moment) for p in part]
        write_rows(MEMBER, COLUMNS, rows, update=("person_key",))
        if step:
            step(100 * (start + len(part)) / len(persons))
    counts = counted(doc.name)
    values = {
        "members_status": FROZEN,
        "frozen_on": moment,
        "lot_seed": seed,
        "lists_snapshot": _snapshot(doc),
        "contacted_members": counts[CONTACTED],
        "control_members": counts[CONTROL],
        "left_out_members": counts[LEFT_OUT],
        "members_error": "",
    }
    frappe.db.set_value(CAMPAIGN, campaign, values)


def unfreeze(campaign: str) -> None:
    """Open the list again; possible until the first touch. The lot is drawn anew next time."""
    if frappe.db.get_value(CAMPAIGN, campaign, "members_status", for_update=True) != FROZEN:
        frappe.throw(_("The list is not frozen."))
    sending = {"campaign": campaign, "status": ("in", UNDER_WAY)}
    if frappe.db.exists(TOUCH, {"campaign": campaign}) or frappe.db.exists(ACTIVITY, sending):
        frappe.throw(_("There are touches already: the list stays as it is."))
    frappe.db.delete(MEMBER, {"campaign": campaign})
    nothing = dict.fromkeys(("contacted_members", "control_members", "left_out_members"), 0)
    values = {"members_status": OPEN, "frozen_on": None, "lot_seed": "", "lists_snapshot": "", **nothing}
    frappe.db.set_value(CAMPAIGN, campaign, values)


def counted(campaign: str) -> Counter[str]:
    """Members by arm."""
    t = frappe.qb.DocType(MEMBER)
    query = frappe.qb.from_(t).select(t.arm, Count("*")).where(t.campaign == campaign).groupby(t.arm)
    return Counter(dict(query.run()))


def member_name(campaign: str, person_key: str) -> str:
    """The one name of a person in a campaign."""
    return hashlib.sha256(f"{campaign}\n{person_key}".encode()).hexdigest()[:20]


def _row(
    campaign: str, person: Person, standing: Standing, drawn: dict[Any, str], moment: datetime
) -> tuple[Any, ...]:
    """A member's columns. Empty links are stored as nothing, as Frappe does."""
    party_type, party = person.key
    who = person.recipient
    return (
        member_name(campaign, person.person_key),
        campaign,
        LEFT_OUT if person.reason else drawn[person.key],
        person.reason,
        moment,
        person.target_list,
        party_type,
        party,
        party if party_type == "Customer" else None,
        (who.name or standing.title or party)[:140],
        who.contact or None,
        who.language,
        who.email,
        who.mobile_no,
        standing.stage_name,
        standing.rung,
        standing.customer_group,
        standing.territory,
        standing.account_manager,
        person.person_key[:140],
    )


def _snapshot(campaign: Any) -> str:
    """The lists as they were used, with their rules in words."""
    found = []
    for row in campaign.lists:
        doc = frappe.get_doc(selection.LIST, row.target_list)
        rules = [
            {"effect": rule.effect, "alternative": rule.alternative, "sentence": rule.sentence}
            for rule in doc.rules
        ]
        found.append({"list": doc.name, "effect": row.effect, "kind": doc.kind, "rules": rules})
    return json.dumps(found, ensure_ascii=False)


def check(campaign: Any) -> None:
    """Raises frappe.ValidationError where a campaign's list (its document) cannot be frozen."""
    if campaign.is_template:
        frappe.throw(_("A template has no members. Make a campaign of it first."))
    if campaign.status in ("Completed", "Cancelled"):
        frappe.throw(_("This campaign is over."))
    if not any(row.effect == selection.INCLUDE for row in campaign.lists):
        frappe.throw(_("Name the target lists of the campaign first."))


# the job


def start(campaign: str) -> None:
    """Queue the job that freezes a campaign's list, as the session's user; again where one failed or was killed."""
    doc = frappe.get_doc(CAMPAIGN, campaign)
    if doc.members_status == FROZEN:
        frappe.throw(_("The list is frozen already."))
    if doc.members_status in UNDER_WAY and is_alive(doc):
        frappe.throw(_("The list is being frozen already."))
    check(doc)
    doc.db_set({"members_status": QUEUED, "members_error": ""}, notify=True)
    frappe.enqueue(
        "relationship_crm.campaigns.freezing.execute",
        queue="long",
        timeout=TIMEOUT,
        job_id=f"relationship_crm|{campaign}|freeze",
        enqueue_after_commit=True,
        campaign=campaign,
    )


def execute(campaign: str) -> None:
    """Freeze a campaign's list and commit; what fails is told on the campaign. Called by the queue."""
    with _job_lock(campaign) as taken:
        if not taken:
            return  # the same job, started twice
        if frappe.db.get_value(CAMPAIGN, campaign, "members_status") == FROZEN:
            return
        _say(campaign, members_status=RUNNING)
        try:
            freeze(campaign, lambda percent: _tell(campaign, percent))
            frappe.db.commit()  # nosemgrep: a job's own transaction
            _tell(campaign, 100)
        except Exception as error:
            frappe.db.rollback()  # nosemgrep: a job's own transaction
            said = isinstance(error, frappe.ValidationError | frappe.PermissionError)
            _say(
                campaign,
                members_status=FAILED,
                members_error=str(error) if said else traceback.format_exc()[-2000:],
            )
            _tell(campaign, 100)


def resume_killed() -> None:
    """Begin anew with lists whose job was killed, as by a restart of the server. As who asked for it."""
    filters = {
        "members_status": ("in", UNDER_WAY),
        "modified": ("<", now_datetime() - timedelta(minutes=QUIET)),
    }
    rows = frappe.get_all(CAMPAIGN, filters, ["name", "modified_by"], order_by="name")
    user = frappe.session.user
    for row in rows:
        if not is_alive(frappe.get_doc(CAMPAIGN, row.name)):
            frappe.set_user(row.modified_by)
            try:
                start(row.name)
            except frappe.ValidationError as error:  # the campaign is over by now
                values = {"members_status": FAILED, "members_error": str(error)}
                frappe.db.set_value(CAMPAIGN, row.name, values)
            finally:
                frappe.set_user(user)


def is_alive(campaign: Any) -> bool:
    """Whether a worker is at it."""
    if campaign.members_status != RUNNING:
        return False
    with _job_lock(campaign.name) as taken:
        return not taken


@contextmanager
def _job_lock(campaign: str) -> Iterator[bool]:
    with named_lock(f"freeze:{frappe.conf.db_name}:{campaign}"[-LONGEST:]) as taken:
        yield taken


def _say(campaign: str, **values: Any) -> None:
    frappe.db.set_value(CAMPAIGN, campaign, values)
    frappe.db.commit()  # nosemgrep: a job's own transaction; others see how far it is


def _tell(campaign: str, percent: float) -> None:
    message = {"name": campaign, "progress": percent}
    frappe.publish_realtime(PROGRESS, message, doctype=CAMPAIGN, docname=campaign)
