"""A wave under way: its touches made, then sent in batches, stopped and resumed at any point. See Campaign Activity.

An activity is *Running* from its start until nobody is waiting any more, which may take days: outside of its window, and for people
who were contacted a short time ago, it waits, and the scheduler goes on with it. So a killed worker needs no special care: what it had
committed is done, and the next round goes on from there. Touches have but one name, and only one worker is at an activity.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils import cint, getdate, now, now_datetime

from relationship_crm.assessment.lock import LONGEST, named_lock
from relationship_crm.campaigns import checks, consent, sending, touches
from relationship_crm.campaigns.touches import (
    ACTIVITY,
    CALL,
    FAILED,
    LEFT_OUT,
    LETTER,
    REACHED,
    RESTING,
    SENT,
    WAITING,
    WITHDRAWN,
)

QUEUED, RUNNING, STOPPED, FAILED_RUN, COMPLETED = "Queued", "Running", "Stopped", "Failed", "Completed"
UNDER_WAY = (QUEUED, RUNNING)
#: Seconds the long queue gives a run.
TIMEOUT = 6 * 3600
PROGRESS = "campaign_activity_progress"
#: Minutes after which a run that was queued and never began is begun by the scheduler.
QUIET = 15
#: Times a handful is tried again that the database gave up for another's sake.
TRIES = 5
#: Touches looked at between two commits where nothing is sent.
HANDFUL = 500


def start(name: str) -> None:
    """Queue an activity, or go on with one that was stopped, failed or killed. Checked first; says what is missing."""
    doc = frappe.get_doc(ACTIVITY, name)
    if doc.status in UNDER_WAY and is_alive(doc):
        frappe.throw(_("The activity is under way already."))
    if doc.status == COMPLETED:
        frappe.throw(_("Everybody has been seen to already."))
    checks.check_startable(doc)
    values = {"status": QUEUED, "error_count": 0, "errors": ""}
    doc.db_set(values | ({} if doc.started_on else {"started_by": frappe.session.user}), notify=True)
    enqueue(name)


def enqueue(name: str, deduplicate: bool = False) -> None:
    """Hand an activity to the long queue; with `deduplicate` only where it is not there yet."""
    frappe.enqueue(
        "relationship_crm.campaigns.run.execute",
        queue="long",
        timeout=TIMEOUT,
        job_id=f"relationship_crm|{name}",
        enqueue_after_commit=True,
        deduplicate=deduplicate,
        name=name,
    )


def stop(name: str) -> None:
    """Ask an activity to stop; it does after the handful it is working on. Who waits goes on waiting until it is resumed."""
    doc = frappe.get_doc(ACTIVITY, name)
    if doc.status not in UNDER_WAY:
        frappe.throw(_("The activity is not under way."))
    frappe.db.set_value(ACTIVITY, name, "status", STOPPED)


def withdraw(name: str) -> int:
    """Withdraw who is still waiting of an activity that is not at work; how many. Then it is completed."""
    doc = frappe.get_doc(ACTIVITY, name)
    if doc.status in UNDER_WAY:
        frappe.throw(_("Stop the activity first."))
    number = touches.withdraw(name)
    if doc.status in (STOPPED, FAILED_RUN) and doc.made:
        doc.status = RUNNING
    frappe.db.set_value(ACTIVITY, name, counted(doc))
    return number


def try_failed_again(name: str) -> int:
    """Let those wait again whose message could not be handed over, and go on; how many."""
    doc = frappe.get_doc(ACTIVITY, name)
    number = touches.retry(name)
    if not number:
        frappe.throw(
            _("There is nothing to try again. What waits in the mail queue is tried again by Frappe itself.")
        )
    if doc.status == COMPLETED:
        doc.db_set("status", STOPPED)
    if doc.status not in UNDER_WAY:
        start(name)
    return number


def is_alive(doc: Any) -> bool:
    """Whether a worker is at it."""
    with run_lock(doc.name) as taken:
        return not taken


@contextmanager
def run_lock(name: str) -> Iterator[bool]:
    """Yields whether nobody else works on this activity."""
    with named_lock(f"campaign:{frappe.conf.db_name}:{name}"[-LONGEST:]) as taken:
        yield taken


def to_go_on() -> list[str]:
    """Activities that have something to do now and may have nobody at it: begun ones, and queued ones that nobody began."""
    t, touch = frappe.qb.DocType(ACTIVITY), frappe.qb.DocType(touches.DOCTYPE)
    forgotten = (t.status == QUEUED) & (t.modified < now_datetime() - timedelta(minutes=QUIET))
    query = (
        frappe.qb.from_(t)
        .left_join(touch)
        .on((touch.activity == t.name) & (touch.status == WAITING) & (touch.send_on <= getdate()))
        .select(t.name)
        .where((t.channel != CALL) | (t.made == 0))
        .where(forgotten | ((t.status == RUNNING) & ((t.made == 0) | touch.name.isnotnull())))
        .groupby(t.name)
        .orderby(t.send_on)
        .orderby(t.name)
    )
    return query.run(pluck=True)


def execute(name: str, until: float | None = None) -> None:
    """Carry out an activity as far as it goes now; commits after every handful. Called by the queue and the scheduler.

    `until` is the moment, by the monotonic clock, at which it ends and leaves the rest to the next round.
    """
    with run_lock(name) as taken:
        if not taken or frappe.db.get_value(ACTIVITY, name, "status") not in UNDER_WAY:
            return  # the same run, started twice; or stopped before it began
        run = _Run(name, until)
        try:
            patiently(run.work)
        except frappe.ValidationError as error:  # said in the user's words
            frappe.db.rollback()  # nosemgrep: a job's own transaction
            run.finish(FAILED_RUN, _told(str(error)))
        except Exception:
            frappe.db.rollback()  # nosemgrep: a job's own transaction
            run.finish(FAILED_RUN, _told(traceback.format_exc()))


def refresh(name: str) -> None:
    """Count an activity's touches anew; one that is under way and has nobody waiting is completed. Commits nothing."""
    doc = frappe.get_doc(ACTIVITY, name)
    frappe.db.set_value(ACTIVITY, name, counted(doc))


def counted(doc: Any) -> dict[str, Any]:
    """The counts of an activity, and its status where it ends with them."""
    by_status = touches.counts(doc.name)
    total, waiting = sum(by_status.values()), by_status.get(WAITING, 0)
    values = {
        "total": total,
        "done": by_status.get(SENT, 0) + by_status.get(REACHED, 0),
        "waiting": waiting,
        "resting": _resting(doc.name) if waiting else 0,
        "left_out": by_status.get(LEFT_OUT, 0) + by_status.get(WITHDRAWN, 0),
        "failed": by_status.get(FAILED, 0),
        "progress": 100 * (total - waiting) / total if total else 0,
    }
    if doc.status == RUNNING and doc.made and not waiting and not _to_be_called_again(doc):
        values |= {"status": COMPLETED, "finished_on": now(), "progress": 100}
    return values


def _resting(name: str) -> int:
    t = frappe.qb.DocType(touches.DOCTYPE)
    resting = (t.activity == name) & (t.status == WAITING) & (t.reason == RESTING)
    return frappe.qb.from_(t).select(Count("*")).where(resting).run()[0][0]


def _to_be_called_again(doc: Any) -> bool:
    """Whether somebody who was reached is to be called once more."""
    again = {"activity": doc.name, "status": REACHED, "next_contact_on": ("is", "set")}
    return doc.channel == CALL and bool(frappe.db.exists(touches.DOCTYPE, again))


def patiently(work: Callable[[], None]) -> None:
    """Work again where the database gave up a handful for the sake of another sender: nothing of it was kept."""
    for attempt in range(TRIES):
        try:
            return work()
        except frappe.QueryDeadlockError:
            frappe.db.rollback()  # nosemgrep: a job's own transaction
            if attempt == TRIES - 1:
                raise
            time.sleep(0.2 * (attempt + 1))


def _told(text: str) -> str:
    """An error as the form shows it; links to people's pages do not belong there."""
    import re

    from relationship_crm.campaigns.token import LENGTH, PAGE

    return re.sub(rf"{PAGE}[\w-]{{{LENGTH}}}", f"{PAGE}…", text)


class _Run:
    """One activity under way: keeps its document in step with what is done."""

    def __init__(self, name: str, until: float | None) -> None:
        self.name, self.until = name, until
        self.began = time.monotonic()
        self.stopped = self.late = False
        self.doc = frappe.get_doc(ACTIVITY, name)
        self.total = self.before = self.sent_before = 0

    def work(self) -> None:
        """Make the touches, then see to those whose day has come."""
        if frappe.db.get_value(ACTIVITY, self.name, "status", for_update=True) not in UNDER_WAY:
            return
        self.doc = frappe.get_doc(ACTIVITY, self.name)
        self._save(status=RUNNING, started_on=self.doc.started_on or now(), finished_on=None)
        if checks.is_over(self.doc):
            touches.give_up(self.name)
        elif not self.doc.made:
            self._make()
        if not self.stopped and not self.late:
            self._count()
            self._send()
        self.finish(STOPPED if self.stopped else RUNNING)

    def _make(self) -> None:
        """The touches of everybody it is meant for, as of now."""
        touches.create(self.doc, lambda last: self._save(last_member=last), self.doc.last_member or "")
        if self.doc.channel == CALL:
            self._assign()
        self._save(made=1, last_member="")
        self.doc.made = 1

    def _assign(self) -> None:
        """Who does not want to be called is left out; the others are given to callers."""
        from relationship_crm.campaigns import calls

        waiting = {"activity": self.name, "status": WAITING}
        names = frappe.get_all(touches.DOCTYPE, waiting, pluck="name", order_by="name")
        for part in sending.handfuls(names, HANDFUL):
            rows = sending.lock(part)
            reasons = consent.unwilling(rows) | dict.fromkeys(sending.of_control_group(rows), touches.CONTROL)
            left_out = [row for row in rows if row["name"] in reasons]
            sending.write([row | {"status": LEFT_OUT, "reason": reasons[row["name"]]} for row in left_out])
            self._save()
        calls.assign(self.name)

    def _send(self) -> None:
        if self.doc.channel == LETTER:
            from relationship_crm.campaigns import letters

            letters.write_due(self.doc, self._commit, self._step)
        elif self.doc.channel != CALL:
            sending.send_due(self.doc, self._commit, self._step)

    def _step(self, counts: sending.Counts) -> bool:
        """After each handful."""
        self.late = bool(self.until) and time.monotonic() > self.until
        done = self.total - self.before + counts.all - counts.postponed
        self._save(progress=100 * done / max(self.total, 1), done=self.sent_before + counts.sent)
        return not self.stopped and not self.late

    def _count(self) -> None:
        values = counted(self.doc)
        self.total, self.before, self.sent_before = values["total"], values["waiting"], values["done"]

    def _commit(self) -> None:
        frappe.db.commit()  # nosemgrep: a job's own transaction, a handful at a time

    def _save(self, **values: Any) -> None:
        """Write how far it is, commit, and see whether somebody stopped it."""
        if "status" not in values:
            status = frappe.db.get_value(ACTIVITY, self.name, "status", for_update=True)
            self.stopped = status not in UNDER_WAY
        if values:
            frappe.db.set_value(ACTIVITY, self.name, values)
        self._commit()
        frappe.publish_realtime(PROGRESS, {"name": self.name, **values}, doctype=ACTIVITY, docname=self.name)

    def finish(self, status: str, error: str = "") -> None:
        """Write down where it stands."""
        now_is = frappe.db.get_value(ACTIVITY, self.name, "status", for_update=True)
        self.doc.status = STOPPED if now_is == STOPPED and status == RUNNING else status
        values = {
            "status": self.doc.status,
            "seconds": (self.doc.seconds or 0) + time.monotonic() - self.began,
            "error_count": cint(bool(error)),
            "errors": error,
        }
        self._save(**values | counted(self.doc))
