"""From a loaded book to what is told about it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from relationship_crm.assessment.compute import Assessment
from relationship_crm.assessment.configuration import Configuration, ModelChoice, model_of
from relationship_crm.assessment.everybody import assess_everybody
from relationship_crm.assessment.read import as_date
from relationship_crm.config.ladders import LADDERS
from relationship_crm.config.scoring import GROUP_WEIGHT, NEUTRAL, PRIOR_WEIGHT, STANDARD
from relationship_crm.engine.stages import Ladder
from relationship_crm.ledger.database import SqliteLedger
from relationship_crm.ledger.schema import COLUMNS
from relationship_crm.preview.complete import DATED
from relationship_crm.preview.summary import Summary, summarise
from relationship_crm.signals.standard import standard_signals

#: Names of --ladder.
LADDER_NAMES: dict[str, Ladder] = {ladder.name.split("-")[0].lower(): ladder for ladder in LADDERS}


@dataclass
class Result:
    """An assessment and its summary."""

    assessment: Assessment
    summary: Summary
    ledger: SqliteLedger
    silent: list[str]  # labels of signals without a source

    @property
    def configuration(self) -> Configuration:
        """What was assessed by."""
        return self.assessment.configuration


def default_configuration(ladder: Ladder, ledger: SqliteLedger) -> Configuration:
    """The app's defaults; purchases are counted on orders where there are no invoices."""
    signals = standard_signals()
    model = model_of(
        signals, STANDARD, prior_weight=PRIOR_WEIGHT, group_weight=GROUP_WEIGHT, neutral=NEUTRAL / 100
    )
    invoices = any(_any(ledger, doctype) for doctype in ("Sales Invoice", "POS Invoice"))
    return Configuration(
        ladder=ladder,
        models=(ModelChoice(model),),
        signals={signal.key: signal for signal in signals},
        purchase_basis="Sales Invoice" if invoices or not _any(ledger, "Sales Order") else "Sales Order",
    )


def _any(ledger: SqliteLedger, doctype: str) -> bool:
    return ledger.has(doctype) and bool(
        ledger.connection.execute(f'SELECT 1 FROM "tab{doctype}" LIMIT 1').fetchone()
    )


def last_day(connection: sqlite3.Connection) -> date | None:
    """The last date of a document in the book. Contracts begin after they were agreed, so they say nothing."""
    ledger, found = SqliteLedger(connection), []
    for doctype, column in DATED.items():
        if doctype != "Service Contract" and ledger.has(doctype) and column in COLUMNS[doctype]:
            value = connection.execute(f'SELECT MAX(DATE("{column}")) FROM "tab{doctype}"').fetchone()[0]
            if value:
                found.append(as_date(value))
    return max(found, default=None)


def entered(ledger: SqliteLedger) -> dict[tuple[str, str], date]:
    """The day on which each lead, prospect and customer was entered."""
    found = {}
    for doctype in ("Lead", "Prospect", "Customer"):
        if ledger.has(doctype):
            rows = ledger.connection.execute(
                f'SELECT name, creation FROM "tab{doctype}" WHERE creation IS NOT NULL'
            )
            found.update({(doctype, name): as_date(creation) for name, creation in rows})
    return found


def assess(
    connection: sqlite3.Connection,
    as_of: date,
    ladder: Ladder,
    progress: Callable[[int, int], None] | None = None,
) -> Result:
    """Assess everybody in the book as of a day."""
    started = time.perf_counter()
    ledger = SqliteLedger(connection)
    configuration = default_configuration(ladder, ledger)
    assessment = assess_everybody(ledger, configuration, as_of)
    summary = summarise(assessment, entered(ledger), progress)
    summary.seconds = time.perf_counter() - started
    silent = [s.label for s in configuration.signals.values() if not s.speaks(ledger.has)]
    return Result(assessment, summary, ledger, silent)
