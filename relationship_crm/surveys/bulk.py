"""A survey sent by hand to many customers: made and sent in batches, stopped and resumed at any point. See Survey Sending.

What is made is committed together with how far the run has come, and an invitation has but one name: a killed run goes on where it
was, and nobody is invited twice.
"""

from __future__ import annotations

import json
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils import getdate, now, now_datetime

from relationship_crm.assessment.lock import LONGEST, named_lock
from relationship_crm.surveys import invitations, sending
from relationship_crm.surveys.invitations import (
    BY_HAND,
    FAILED,
    NO_ADDRESS,
    SURVEY,
    WAITING,
    WITHDRAWN,
    Occasion,
)
from relationship_crm.surveys.recipients import OPTED_OUT

DOCTYPE = "Survey Sending"
LISTED = "Listed Customers"
UNDER_WAY = ("Queued", "Running")
#: Seconds the long queue gives a run.
TIMEOUT = 6 * 3600
PROGRESS = "survey_sending_progress"
#: Minutes without progress after which a run is looked at.
QUIET = 30
#: Percent of the progress bar that making the invitations takes; sending them takes the rest.
MAKING = 20


def create_run(
    survey: str, customers: Sequence[str] = (), filters: Any = None, send_on: date | None = None
) -> Any:
    """A new run for these customers, or for those that filters of the Customer list find; saved as a draft."""
    doc = frappe.new_doc(DOCTYPE)
    doc.update({"survey": survey, "send_on": send_on or getdate()})
    if filters is None:
        doc.set("customers", [{"customer": name} for name in customers])
    else:
        doc.update({"scope": "Filtered Customers", "filters_json": frappe.as_json(filters)})
    return doc.insert()


def start(name: str) -> None:
    """Queue a run, or go on with one that was stopped, failed or killed."""
    doc = frappe.get_doc(DOCTYPE, name)
    if doc.status in UNDER_WAY and is_alive(doc):
        frappe.throw(_("The run is under way already."))
    if not frappe.db.get_value(SURVEY, doc.survey, "enabled"):
        frappe.throw(_("Survey {0} is disabled.").format(frappe.bold(doc.survey)))
    doc.db_set({"status": "Queued", "error_count": 0, "errors": ""}, notify=True)
    frappe.enqueue(
        "relationship_crm.surveys.bulk.execute",
        queue="long",
        timeout=TIMEOUT,
        job_id=f"relationship_crm|{name}",
        enqueue_after_commit=True,
        name=name,
    )


def resume_killed() -> None:
    """Go on with runs whose worker was killed, as by a restart of the server."""
    quiet_since = now_datetime() - timedelta(minutes=QUIET)
    filters = {"status": ("in", UNDER_WAY), "modified": ("<", quiet_since)}
    for name in frappe.get_all(DOCTYPE, filters, pluck="name", order_by="name"):
        if not is_alive(frappe.get_doc(DOCTYPE, name)):
            start(name)


def stop(name: str) -> None:
    """Ask a run to stop; it does after the batch it is working on."""
    frappe.db.set_value(DOCTYPE, name, "status", "Stopped")


def matching(doc: Any, after: str = "", limit: int = 0) -> list[str]:
    """Customers of a run that whoever started it may read, in the order of their names, after one of them."""
    if doc.scope == LISTED:
        filters = [["name", "in", [row.customer for row in doc.customers] or [""]]]
    else:
        filters = [list(row) for row in json.loads(doc.filters_json or "[]")]
    filters += [["disabled", "=", 0], ["is_internal_customer", "=", 0]]
    filters += [["name", ">", after]] if after else []
    more = {"limit": limit} if limit else {}
    return frappe.get_list("Customer", filters, pluck="name", order_by="name", **more)


def is_alive(doc: Any) -> bool:
    """Whether a worker is at it; a run whose worker was killed may be started again."""
    if doc.status == "Queued":
        return False
    with run_lock(doc.name) as taken:
        return not taken


@contextmanager
def run_lock(name: str) -> Iterator[bool]:
    """Yields whether nobody else works on this run."""
    with named_lock(f"survey:{frappe.conf.db_name}:{name}"[-LONGEST:]) as taken:
        yield taken


def execute(name: str) -> None:
    """Carry out a run; commits after every batch. Called by the queue."""
    with run_lock(name) as taken:
        if not taken:
            return  # the same run, started twice
        run = _Run(name)
        try:
            run.work()
        except Exception:
            frappe.db.rollback()  # nosemgrep: a job's own transaction
            run.finish("Failed", traceback.format_exc())


class _Run:
    """One run under way: keeps its document in step with what is done."""

    def __init__(self, name: str) -> None:
        self.doc = frappe.get_doc(DOCTYPE, name)
        self.name = name
        self.began = time.monotonic()
        self.stopped = False
        self.total = self.before = 0

    def work(self) -> None:
        """Make the invitations, then send those whose day has come."""
        self._save(status="Running", started_on=self.doc.started_on or now(), finished_on=None)
        self._make()
        if not self.stopped:
            self.total, self.before = self._waiting(), self._status_counts()["Sent"]
            sending.send_due(self._commit, sending=self.name, step=self._sent)
        self.finish("Stopped" if self.stopped else "Completed")

    def _make(self) -> None:
        """Invitations, a batch of customers at a time."""
        survey, batch = frappe.get_cached_doc(SURVEY, self.doc.survey), sending.Rules.read().batch
        last, done, there = self.doc.last_customer or "", self.doc.done_customers, self.doc.invited_already
        total = done + len(matching(self.doc, last))
        while names := matching(self.doc, last, batch):
            day = getdate(self.doc.send_on)
            made = invitations.create(survey, [self._occasion(name, day) for name in names])
            last, done, there = names[-1], done + len(names), there + len(made.there_already)
            self._save(
                last_customer=last,
                done_customers=done,
                total_customers=total,
                invited_already=there,
                progress=MAKING * done / total,
            )
            if self.stopped:
                return

    def _occasion(self, customer: str, day: date) -> Occasion:
        return Occasion(BY_HAND, "Customer", customer, day, voucher_no=self.name, sending=self.name)

    def _sent(self, counts: sending.Counts) -> bool:
        """After each handful."""
        share = counts.all / max(self.total, 1)
        self._save(progress=MAKING + (100 - MAKING) * share, sent=self.before + counts.sent)
        return not self.stopped

    def _waiting(self) -> int:
        return frappe.db.count(invitations.DOCTYPE, {"sending": self.name, "status": WAITING})

    def _status_counts(self) -> Counter[str]:
        """Invitations of this run by status, those withdrawn by reason. What was answered was sent."""
        t = frappe.qb.DocType(invitations.DOCTYPE)
        query = (
            frappe.qb.from_(t).select(t.status, t.withdrawn_reason, Count("*")).where(t.sending == self.name)
        )
        counts: Counter[str] = Counter()
        for status, reason, number in query.groupby(t.status, t.withdrawn_reason).run():
            kept = status in (WAITING, WITHDRAWN, FAILED)
            counts[status if kept else "Sent"] += number
            if status == WITHDRAWN:
                counts[reason] += number
        return counts

    def _commit(self) -> None:
        frappe.db.commit()  # nosemgrep: a job's own transaction, a handful at a time

    def _save(self, **values: Any) -> None:
        """Write how far the run is, commit, and see whether somebody stopped it."""
        if "status" not in values:
            self.stopped = frappe.db.get_value(DOCTYPE, self.name, "status", for_update=True) == "Stopped"
        frappe.db.set_value(DOCTYPE, self.name, values)
        self._commit()
        frappe.publish_realtime(PROGRESS, {"name": self.name, **values}, doctype=DOCTYPE, docname=self.name)

    def finish(self, status: str, error: str = "") -> None:
        """Close the run."""
        counts = self._status_counts()
        known = counts[NO_ADDRESS], counts[OPTED_OUT], counts[sending.RESTING]
        self._save(
            status=status,
            finished_on=now(),
            seconds=(self.doc.seconds or 0) + time.monotonic() - self.began,
            invited=sum(counts[s] for s in (WAITING, WITHDRAWN, FAILED, "Sent")) - counts[NO_ADDRESS],
            sent=counts["Sent"],
            waiting=counts[WAITING],
            failed=counts[FAILED],
            without_address=known[0],
            opted_out=known[1],
            resting=known[2],
            withdrawn=counts[WITHDRAWN] - sum(known),
            error_count=int(bool(error)),
            errors=error,
            **({"progress": 100} if status == "Completed" else {}),
        )
