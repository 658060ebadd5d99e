"""Runs of the assessment as documents: queued, watched, stopped, resumed. See Process Relationship Assessment."""

from __future__ import annotations

import json
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate, now

from relationship_crm.assessment.compute import Assessment
from relationship_crm.assessment.everybody import assess_everybody
from relationship_crm.assessment.lock import assessment_lock
from relationship_crm.assessment.parties import Key
from relationship_crm.assessment.run import write_everybody
from relationship_crm.assessment.site import queries, site_configuration, site_ledger, today
from relationship_crm.assessment.write import Counts
from relationship_crm.engine.grid import month_index

DOCTYPE = "Process Relationship Assessment"
#: Seconds a run waits for another one, or for a drain, to end.
PATIENCE = 600
#: Seconds the long queue gives a run.
TIMEOUT = 6 * 3600
PROGRESS = "relationship_assessment_progress"


def create_run(**values: Any) -> Any:
    """A new run of today over everybody, saved as a draft."""
    doc = frappe.get_doc(
        {"doctype": DOCTYPE, "as_of": today(), "scope": "Everybody", "with_history": 1, **values}
    )
    # the scheduler's user; the API checks the permission of people
    return doc.insert(ignore_permissions=True)


def start(name: str) -> None:
    """Queue a run. Raises frappe.ValidationError where it is under way already."""
    doc = frappe.get_doc(DOCTYPE, name)
    if doc.status in ("Queued", "Running") and _is_alive(doc):
        frappe.throw(_("The run is under way already."))
    doc.db_set({"status": "Queued", "error_count": 0, "errors": "", "messages": ""}, notify=True)
    frappe.enqueue(
        "relationship_crm.assessment.process.execute",
        queue="long",
        timeout=TIMEOUT,
        job_id=f"relationship_crm|{name}",
        enqueue_after_commit=True,
        name=name,
    )


def resume(name: str) -> None:
    """Go on with a run that was stopped, failed or killed. What is written stays; the rest is written."""
    start(name)


def stop(name: str) -> None:
    """Ask a run to stop; it does after the chunk it is writing."""
    frappe.db.set_value(DOCTYPE, name, "status", "Stopped")


def _is_alive(doc: Any) -> bool:
    """Whether a worker holds the assessment's lock; a run whose worker was killed may be started again."""
    if doc.status == "Queued":
        return False
    with assessment_lock() as taken:
        return not taken


def execute(name: str) -> None:
    """Carry out a run; commits after every chunk. Called by the queue and by the nightly task."""
    run = _Run(name)
    with assessment_lock(PATIENCE) as taken:
        if not taken:
            run.finish(
                "Failed", _("Another assessment was still running after {0} seconds.").format(PATIENCE)
            )
            return
        try:
            run.work()
        except Exception:
            frappe.db.rollback()  # nosemgrep: a job's own transaction
            run.finish("Failed", traceback.format_exc())
            frappe.log_error(title=f"{DOCTYPE} {name}")


class _Run:
    """One run under way: keeps its document in step with what is done."""

    def __init__(self, name: str) -> None:
        self.doc = frappe.get_doc(DOCTYPE, name)
        self.name = name
        self.began = time.monotonic()
        self.before = Counts(
            new=self.doc.new_relationships or 0,
            up=self.doc.stage_moves_up or 0,
            down=self.doc.stage_moves_down or 0,
            assessments=self.doc.assessments_written or 0,
        )
        self.errors: list[str] = []
        self.stopped = False

    def work(self) -> None:
        """Compute and write, or compute alone for a back-test."""
        doc = self.doc
        self._save(status="Running", started_on=doc.started_on or now(), finished_on=None)
        as_of = getdate(doc.as_of)
        if doc.known_on:
            assessment = assess_everybody(
                site_ledger(), site_configuration(), as_of, known_on=getdate(doc.known_on), queries=queries
            )
        else:
            months: int | None = 1
            if doc.with_history:
                months = None
                if doc.history_from:
                    months = max(month_index(as_of) - month_index(getdate(doc.history_from)), 1)
            assessment, _counts = write_everybody(
                as_of, history_months_back=months, only=self._scope(), step=self._step, failed=self._failed
            )
            if doc.scope == "Everybody" and as_of >= today() and not self.stopped:
                remove_absent(assessment)
                frappe.db.set_single_value(
                    "Relationship CRM Settings",
                    {"last_full_pass": now(), "last_as_of": as_of, "last_full_pass_run": self.name},
                )
        self._save(
            queries=assessment.reader.ledger.count,
            summary=json.dumps(stage_counts(assessment)),
            messages="\n".join(messages(assessment)),
            total_parties=len(assessment.parties),
        )
        self.finish("Stopped" if self.stopped else "Completed")

    def _scope(self) -> list[Key] | None:
        doc = self.doc
        if doc.scope == "Everybody":
            return None
        if doc.scope == "One party":
            return [(doc.party_type, doc.party)]
        tree, field = (
            ("Customer Group", "customer_group")
            if doc.scope == "Customer Group"
            else ("Territory", "territory")
        )
        nodes = [doc.get(field), *frappe.db.get_descendants(tree, doc.get(field))]
        return [
            ("Customer", n)
            for n in frappe.get_all("Customer", {field: ["in", nodes]}, pluck="name", order_by="name")
        ]

    def _step(self, done: int, total: int, counts: Counts) -> bool:
        self.stopped = frappe.db.get_value(DOCTYPE, self.name, "status") == "Stopped"
        self._save(
            done_parties=done,
            total_parties=total,
            progress=100 * done / total if total else 100,
            new_relationships=self.before.new + counts.new,
            stage_moves_up=self.before.up + counts.up,
            stage_moves_down=self.before.down + counts.down,
            assessments_written=self.before.assessments + counts.assessments,
        )
        return not self.stopped

    def _failed(self, keys: Sequence[Key], error: Exception) -> None:
        frappe.log_error(title=f"{DOCTYPE} {self.name}: a chunk could not be written")
        self.errors.append(f"{keys[0][1]} … {keys[-1][1]} ({len(keys)}): {error}")

    def _save(self, **values: Any) -> None:
        frappe.db.set_value(DOCTYPE, self.name, values)
        frappe.db.commit()  # nosemgrep: a job's own transaction, a chunk at a time
        shown = {
            k: v for k, v in values.items() if k in ("progress", "done_parties", "total_parties", "status")
        }
        if shown:
            frappe.publish_realtime(
                PROGRESS, {"name": self.name, **shown}, doctype=DOCTYPE, docname=self.name
            )

    def finish(self, status: str, error: str = "") -> None:
        """Close the run."""
        errors = [*self.errors, error] if error else self.errors
        self._save(
            status="Failed" if errors and status == "Completed" else status,
            finished_on=now(),
            seconds=time.monotonic() - self.began,
            error_count=len(errors),
            errors="\n".join(errors),
            **({"progress": 100} if status == "Completed" else {}),
        )


def stage_counts(assessment: Assessment) -> list[dict[str, Any]]:
    """How many parties stand on each rung, lowest first."""
    counts = Counter(assessment.standing.tolist())
    return [
        {"stage": rung.name, "count": counts.get(rung.rung, 0)}
        for rung in assessment.configuration.ladder.rungs
    ]


def messages(assessment: Assessment) -> list[str]:
    """What the reader of a run should know: companies whose currency has no stored rate."""
    configuration = assessment.configuration
    missing = sorted(
        {c for c in assessment.companies if configuration.rates and c not in configuration.rates}
    )
    return [
        _("{0}: no stored exchange rate into {1}; its revenue is not in the totals.").format(
            company, configuration.reporting_currency
        )
        for company in missing
    ]


def remove_absent(assessment: Assessment) -> None:
    """Remove the present state of parties that take part no longer; their history stays with the party's record."""
    from relationship_crm.assessment.stored import remove_rows

    relationship = frappe.qb.DocType("Relationship")
    rows = (
        frappe.qb.from_(relationship)
        .select(relationship.name, relationship.party_type, relationship.party)
        .run()
    )
    present = set(assessment.parties.keys)
    gone = [name for name, party_type, party in rows if (party_type, party) not in present]
    if gone:
        remove_rows(gone)
