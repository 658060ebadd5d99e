"""What the scheduler runs for contracts. Only these functions commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice

import frappe
from frappe.utils import getdate

from relationship_crm.contracts import billing_run, lifecycle, renewal, renewing, warnings
from relationship_crm.switches import is_enabled

#: Renewals opened before the work is saved and goes on.
BATCH = 50


def roll_service_contracts() -> None:
    """Every night: the states that dates give contracts, and what of their lines is nearly used up."""
    today = getdate()
    lifecycle.roll_states(today)
    _commit()
    if is_enabled():
        warnings.of_everybody(_commit, today)


def warn_about_service_usage() -> None:
    """Every few minutes: whoever wants to know hears that a line is nearly used up."""
    if is_enabled():
        warnings.after_use(_commit, getdate())


def renew_service_contracts() -> None:
    """Every night: open the renewals that are due, renew what renews itself, bring the figures of open ones up to date."""
    today = getdate()
    renewal.tidy()
    _commit()
    for names in _batches(renewal.due(today), BATCH):
        _try(lambda names=names: renewal.open_for(names, today), "renewals of " + ", ".join(names))
    for name in renewing.due(today):
        _try(lambda name=name: renewing.renew(name, today), f"renewal of {name}")
    names = frappe.get_all(renewal.RENEWAL, {"status": renewal.OPEN}, pluck="name", order_by="name asc")
    for some in _batches(names, 10 * BATCH):
        _try(lambda some=some: renewal.refresh(some, today), "figures of renewals")


def draft_due_service_invoices() -> None:
    """Every night: draft what contracts have to charge. Where nothing was due no run is kept."""
    if not is_enabled():
        return
    billing_run.resume_killed()
    _commit()
    run = frappe.get_doc({"doctype": billing_run.DOCTYPE, "day": getdate()}).insert()
    _commit()
    billing_run.execute(run.name)
    billing_run.forget_if_idle(run.name)
    _commit()


def _try(work: Callable[[], object], title: str) -> None:
    """One piece of a night's work: what it fails at is logged and does not keep the others."""
    try:
        work()
    except Exception:
        frappe.db.rollback()  # nosemgrep: a job's own transaction
        frappe.log_error(title=f"Relationship CRM: {title}"[:140])
    _commit()


def _batches(names: Iterable[str], size: int) -> Iterable[Sequence[str]]:
    iterator = iter(names)
    while batch := list(islice(iterator, size)):
        yield batch


def _commit() -> None:
    frappe.db.commit()  # nosemgrep: a job's own transaction; no document event reaches this
