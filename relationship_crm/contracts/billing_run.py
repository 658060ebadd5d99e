"""Drafts what many contracts have to charge: in batches, stopped and resumed at any point. See Service Billing Run.

Each contract's invoices are committed with their charges, so a killed run goes on where it was and charges nothing twice;
running again what was run finds nothing left. A contract that fails is named with its reason and keeps no other.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate, now, now_datetime, strip_html

from relationship_crm.assessment.lock import LONGEST, named_lock
from relationship_crm.contracts import invoices, owing
from relationship_crm.contracts.invoice_plan import plan

DOCTYPE, CONTRACT = "Service Billing Run", "Service Contract"
UNDER_WAY = ("Queued", "Running")
#: Contracts that are looked at together.
BATCH = 200
#: Seconds the long queue gives a run.
TIMEOUT = 6 * 3600
PROGRESS = "service_billing_progress"
#: Minutes without progress after which a run is looked at.
QUIET = 30
#: Errors that are written out.
TOLD = 100


def start(name: str) -> None:
    """Queue a run, or go on with one that was stopped, failed or killed."""
    doc = frappe.get_doc(DOCTYPE, name)
    if doc.status in UNDER_WAY and is_alive(doc):
        frappe.throw(_("The run is under way already."))
    doc.db_set("status", "Queued", notify=True)
    frappe.enqueue(
        "relationship_crm.contracts.billing_run.execute",
        queue="long",
        timeout=TIMEOUT,
        job_id=f"relationship_crm|{name}",
        enqueue_after_commit=True,
        name=name,
    )


def stop(name: str) -> None:
    """Ask a run to stop; it does after the contract it is working on."""
    frappe.db.set_value(DOCTYPE, name, "status", "Stopped")


def resume_killed() -> None:
    """Go on with runs whose worker was killed, as by a restart of the server."""
    filters = {"status": ("in", UNDER_WAY), "modified": ("<", now_datetime() - timedelta(minutes=QUIET))}
    for doc in frappe.get_all(DOCTYPE, filters, ["name", "status"], order_by="name asc"):
        if not is_alive(doc):
            start(doc.name)


def forget_if_idle(name: str) -> None:
    """Delete a run that found nothing to do."""
    doc = frappe.get_doc(DOCTYPE, name)
    if doc.status == "Completed" and not doc.drafted and not doc.failed:
        doc.delete()


def is_alive(doc: Any) -> bool:
    """Whether a worker is at it; a run whose worker was killed may be started again."""
    if doc.status == "Queued":
        return False
    with _lock(doc.name) as taken:
        return not taken


def _lock(name: str) -> AbstractContextManager[bool]:
    """Yields whether nobody else works on this run."""
    return named_lock(f"billing:{frappe.conf.db_name}:{name}"[-LONGEST:])


def execute(name: str) -> None:
    """Carry out a run; commits after every contract that was charged. Called by the queue and by the nightly task."""
    with _lock(name) as taken:
        if not taken:
            return  # the same run, started twice
        run, user = _Run(name), frappe.session.user
        # whoever goes on with it, the run has the rights of whoever started it
        frappe.set_user(run.doc.owner)
        try:
            run.work()
        except Exception:
            frappe.db.rollback()  # nosemgrep: a job's own transaction
            run.save(status="Failed", finished_on=now(), errors=traceback.format_exc())
        finally:
            frappe.set_user(user)


def contracts_of(doc: Any, after: str = "", limit: int = 0) -> list[str]:
    """Contracts of a run that whoever started it may read, in the order of their names, after one of them."""
    filters = [["docstatus", "=", 1], ["billing", "!=", owing.NOT_BILLED]]
    filters += [[field, "=", doc.get(field)] for field in ("company", "customer") if doc.get(field)]
    filters += [["name", ">", after]] if after else []
    more = {"limit": limit} if limit else {}
    return frappe.get_list(CONTRACT, filters=filters, pluck="name", order_by="name asc", **more)


def due(names: Sequence[str], day: date) -> list[str]:
    """Which of these contracts have something to charge. A constant number of queries."""
    return [name for name, standing in owing.read(names).items() if plan(standing, day)]


class _Run:
    """One run under way: keeps its document in step with what is done."""

    def __init__(self, name: str) -> None:
        self.doc = frappe.get_doc(DOCTYPE, name)
        self.name, self.began = name, time.monotonic()
        self.day = getdate(self.doc.day)
        self.drafted, self.failed = self.doc.drafted or 0, self.doc.failed or 0
        self.errors = [self.doc.errors] if self.doc.errors else []
        self.stopped = False

    def work(self) -> None:
        """A batch of contracts at a time, in the order of their names."""
        last, done = self.doc.last_contract or "", self.doc.done_contracts or 0
        total = done + len(contracts_of(self.doc, last))
        self.save(
            status="Running", started_on=self.doc.started_on or now(), finished_on=None, total_contracts=total
        )
        while not self.stopped and (names := contracts_of(self.doc, last, BATCH)):
            for name in due(names, self.day):
                self._charge(name)
                if self.stopped:
                    break
            else:
                last, done = names[-1], done + len(names)
                self.save(last_contract=last, done_contracts=done, progress=100 * done / max(total, 1))
        self.save(
            status="Stopped" if self.stopped else "Completed",
            finished_on=now(),
            seconds=(self.doc.seconds or 0) + time.monotonic() - self.began,
            **({} if self.stopped else {"progress": 100}),
        )

    def _charge(self, contract: str) -> None:
        """One contract, in a transaction of its own."""
        frappe.db.commit()  # nosemgrep: the lock is taken and the ledger read in a new transaction
        try:
            self.drafted += len(invoices.make(contract, self.day, self.doc.what or invoices.BOTH))
        except Exception as error:
            frappe.db.rollback()  # nosemgrep: a job's own transaction
            frappe.local.message_log = []
            self.failed += 1
            if len(self.errors) < TOLD:
                self.errors.append(f"{contract}: {strip_html(str(error)) or type(error).__name__}")
            frappe.log_error(
                title=f"Relationship CRM: {contract} was not charged",
                reference_doctype=CONTRACT,
                reference_name=contract,
            )
        self.save(drafted=self.drafted, failed=self.failed, errors="\n".join(self.errors))

    def save(self, **values: Any) -> None:
        """Write how far the run is, commit, and see whether somebody stopped it."""
        if "status" not in values:
            self.stopped = frappe.db.get_value(DOCTYPE, self.name, "status", for_update=True) == "Stopped"
        frappe.db.set_value(DOCTYPE, self.name, values)
        frappe.db.commit()  # nosemgrep: a job's own transaction, a contract at a time
        frappe.publish_realtime(PROGRESS, {"name": self.name, **values}, doctype=DOCTYPE, docname=self.name)
