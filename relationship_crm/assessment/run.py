"""Assessments of the site: one party, those with news, everybody. One path for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from datetime import date

import frappe

from relationship_crm.assessment import outbox
from relationship_crm.assessment.compute import Assessment, Detail
from relationship_crm.assessment.everybody import assess_everybody
from relationship_crm.assessment.lock import assessment_lock
from relationship_crm.assessment.parties import Key, Parties
from relationship_crm.assessment.population import Population
from relationship_crm.assessment.site import (
    queries,
    site_configuration,
    site_ledger,
    stored_population,
    today,
)
from relationship_crm.assessment.write import Counts, Writer
from relationship_crm.ledger.several import SeveralConnections

#: Parties assessed together in a drain.
DRAIN = 500
#: Parties written and committed together in a pass.
CHUNK = 500
#: Seconds one party waits for a drain to end.
PATIENCE = 1
#: How often a chunk is tried that lost a deadlock, e.g. with somebody who renames a customer.
ATTEMPTS = 3
#: Savepoint before a batch.
BATCH = "relationship_batch"


def assessment_of(keys: Iterable[Key], as_of: date | None = None, known_on: date | None = None) -> Assessment:
    """Read and compute some parties by the stored population figures. Writes nothing.

    With `known_on` everybody is in the result: a back-test must not use figures that later documents have changed, so
    the whole population is computed as it was known then.
    """
    as_of = as_of or today()
    configuration, ledger = site_configuration(), site_ledger()
    if known_on is not None:
        return assess_everybody(ledger, configuration, as_of, known_on=known_on, queries=queries)
    return Assessment(
        ledger, configuration, as_of, queries=queries, only=list(keys), population=_population_for
    )


def _population_for(parties: Parties) -> Population:
    """The stored population figures of the parties' groups."""
    return stored_population(parties.group, site_configuration().models[0].model.neutral)


def assess_parties(keys: Iterable[Key], as_of: date | None = None) -> Counts:
    """Assess some parties as of today and write them. The caller commits."""
    assessment = assessment_of(keys, as_of)
    writer = Writer(assessment, history_months=assessment.configuration.history_months)
    counts = Counts()
    for detail in assessment.details():
        counts.add(writer.write(detail))
    return counts


def assess_party(party_type: str, party: str, as_of: date | None = None) -> Counts:
    """Assess one party now; its waiting events are done with.

    Writes nothing while a pass or a drain goes on, nor where this transaction began before somebody else wrote the
    party: it would put an older state in place of a newer one. The events wait for the next drain then.
    """
    with assessment_lock(PATIENCE) as taken:
        if not taken or not _sees_newest(party_type, party):
            return Counts()
        batch = outbox.waiting([(party_type, party)])
        counts = assess_parties([(party_type, party), *batch.parties], as_of)
        outbox.done(batch)
    return counts


def _sees_newest(party_type: str, party: str) -> bool:
    """Whether this transaction sees a party's relationship as it was last committed."""
    relationship = frappe.qb.DocType("Relationship")
    query = frappe.qb.from_(relationship).select(relationship.name, relationship.modified)
    seen = query.where(relationship[party_type.lower()] == party).run()
    # by its name: a lock on the link would lock the place of new ones as well
    return not seen or query.where(relationship.name == seen[0][0]).for_update().run() == seen


def assess_relationship(name: str) -> Counts:
    """Assess the party of a relationship now."""
    party = frappe.db.get_value("Relationship", name, ["party_type", "party"])
    return assess_party(*party) if party else Counts()


def drain(
    commit: Callable[[], None], limit: int = 5000, before: Callable[[Sequence[Key]], None] | None = None
) -> int:
    """Assess the parties with news, in batches; the number of events done. `commit` ends each batch's transaction.

    `before` is told of the parties of each batch; what it marks is assessed too, in this drain or the next one.
    Does nothing while a pass is running: the events wait for the next drain.
    """
    total = 0
    with assessment_lock() as taken:
        commit()  # what this transaction read before it had the lock may be old
        while taken:
            batch = outbox.take(limit)
            if not batch.names:
                break
            if before:
                before(batch.parties)
                commit()
            for start in range(0, len(batch.parties), DRAIN):
                _assess_or_log(batch.parties[start : start + DRAIN], commit)
            outbox.done(batch)
            commit()
            total += len(batch.names)
            if len(batch.names) < limit:
                break
    return total


def _assess_or_log(keys: Sequence[Key], commit: Callable[[], None]) -> None:
    """Assess a batch; where it fails, its parties one by one, so that one bad party does not hold up the others.

    What still fails is logged and left to the nightly pass.
    """
    frappe.db.savepoint(BATCH)
    try:
        assess_parties(keys)
    except Exception as error:
        if is_lost_transaction(error):
            raise
        frappe.db.rollback(save_point=BATCH)
        if len(keys) == 1:
            frappe.log_error(title=f"Relationship CRM: {keys[0][0]} {keys[0][1]} could not be assessed")
        else:
            for key in keys:
                _assess_or_log([key], commit)
    commit()


def is_lost_transaction(error: Exception) -> bool:
    """Whether the database has already rolled everything back (deadlock), so that going on would lose rows."""
    return frappe.db.is_deadlocked(error) or frappe.db.is_timedout(error)


def write_everybody(
    as_of: date | None = None,
    *,
    history_months_back: int | None = None,
    only: Iterable[Key] | None = None,
    step: Callable[[int, int, Counts], bool] | None = None,
    failed: Callable[[Sequence[Key], Exception], None] | None = None,
) -> tuple[Assessment, Counts]:
    """Assess everybody (or the parties in `only`) as of a day and write them in chunks.

    `step(done, all, counts)` is called after every chunk; it commits, and returns False to stop; what the caller wrote
    before must be committed, for it is read by other connections. `failed(keys, error)`
    is told of a chunk that could not be written; without it the error rises. Past days get history only: the present
    stays what it is. Writing again what is written already changes nothing, so a run that was killed is run again.
    """
    as_of = as_of or today()
    if only is None:
        with SeveralConnections() if step else nullcontext(site_ledger()) as ledger:
            assessment = assess_everybody(
                ledger, site_configuration(), as_of, queries=queries, store=as_of >= today()
            )
    else:
        assessment = assessment_of(only, as_of)
    if history_months_back is None:
        history_months_back = assessment.configuration.history_months
    writer = Writer(assessment, history_months=history_months_back, present=as_of >= today())
    counts, total = Counts(), len(assessment.parties)
    for detail in assessment.details(CHUNK):
        try:
            counts.add(_write_chunk(writer, detail, ATTEMPTS if step else 1))
        except Exception as error:
            if failed is None or is_lost_transaction(error):
                raise
            frappe.db.rollback(save_point=BATCH)
            failed(assessment.parties.keys[detail.start : detail.stop], error)
        if step and not step(detail.stop, total, counts):
            break
    return assessment, counts


def _write_chunk(writer: Writer, detail: Detail, attempts: int) -> Counts:
    """Write a chunk, again where the database gave its transaction up. What went before it is committed."""
    frappe.db.savepoint(BATCH)
    try:
        return writer.write(detail)
    except Exception as error:
        if attempts <= 1 or not is_lost_transaction(error):
            raise
        # A deadlock leaves nothing of the transaction, not even the savepoint: this begins anew. Only a job, which
        # commits after every chunk, has attempts left.
        frappe.db.rollback()
        return _write_chunk(writer, detail, attempts - 1)
