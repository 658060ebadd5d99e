"""Service contracts in the book: what is in force, what was decided, how likely the next renewals are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from relationship_crm.assessment.read import as_date
from relationship_crm.contracts.billing import anniversary
from relationship_crm.contracts.chains import BY_PROPOSAL, YEAR, Chance, Term, chains, chance, models, tenures
from relationship_crm.contracts.sbg import Unknown
from relationship_crm.ledger.database import SqliteLedger

#: Decisions of so many days ahead are listed.
AHEAD = 90
ROWS = 12
COLUMNS = (
    *(
        "name",
        "customer",
        "customer_name",
        "start_date",
        "end_date",
        "notice_date",
        "renewal",
        "renewal_months",
    ),
    *("yearly_value", "renewed_from", "renewed_on", "decided_on", "not_renewed_reason", "terminated_on"),
    *("terminated_per", "termination_reason", "renewed_into", "currency"),
)


@dataclass
class Due:
    """A contract about which it has to be decided soon."""

    title: str
    decide_by: date
    end: date
    value: float
    renewals: int
    chance: Chance


@dataclass
class Tenure:
    """Of contracts with so many renewals behind them: how many were asked, how many renewed, and what the model says."""

    renewals: int
    asked: int
    renewed: int
    chance: Chance


@dataclass
class Contracts:
    """Everything the report tells about them. Values are those of a year."""

    in_force: int = 0
    value: float = 0.0
    renewed: int = 0  # within twelve months
    refused: int = 0
    tenures: list[Tenure] = field(default_factory=list)
    unknown: str = ""
    currencies: int = 0
    due: list[Due] = field(default_factory=list)

    @property
    def expected(self) -> float:
        """What will be left of the value of the contracts that are due, as likely as they are."""
        return sum(due.value * (due.chance.value or 0) for due in self.due)


def contracts(ledger: SqliteLedger, as_of: date) -> Contracts | None:
    """None where the book holds none."""
    rows = _rows(ledger)
    if not rows:
        return None
    beyond = _beyond(ledger)
    terms = {row["name"]: _term(row, beyond) for row in rows}
    found = Contracts(currencies=len({row["currency"] for row in rows if row["currency"]}))
    started = {name: term for name, term in terms.items() if (term.agreed or term.start) <= as_of}
    since = anniversary(as_of, -1)
    for row in rows:
        term = terms[row["name"]]
        last = min(filter(None, (term.end, _day(row["terminated_per"]))))
        if term.start <= as_of <= last:
            found.in_force += 1
            found.value += row["yearly_value"] or 0
        found.renewed += bool(term.before and since < (term.agreed or term.start) <= as_of)
        found.refused += bool(term.refused and since < term.refused <= as_of)
    _probabilities(found, started, {row["name"]: row for row in rows}, as_of)
    return found


def _probabilities(
    found: Contracts, terms: dict[str, Term], rows: dict[str, dict[str, Any]], as_of: date
) -> None:
    whole = chains(terms.values(), as_of)
    fitted = models(whole)
    yearly = [chain for chain in whole if chain.months == YEAR]
    model = fitted.get(YEAR)
    if isinstance(model, Unknown):
        found.unknown = model.in_words()
    elif model:
        counted = tenures(yearly)
        for place, asked in enumerate(counted.asked):
            if not asked:
                break
            ended = int(counted.ended[place]) if place < len(counted.ended) else 0
            found.tenures.append(Tenure(place, int(asked), int(asked) - ended, chance(model, place)))
    for chain in whole:
        term, row = terms[chain.last], rows[chain.last]
        by = _day(row["notice_date"]) or term.end
        soon = as_of <= by <= as_of + timedelta(days=AHEAD)
        if soon and term.renewal == BY_PROPOSAL and not (term.refused and term.refused <= as_of):
            likely = chance(fitted[chain.months], chain.renewals)
            title = row["customer_name"] or row["customer"]
            found.due.append(Due(title, by, term.end, row["yearly_value"] or 0, chain.renewals, likely))
    found.due.sort(key=lambda due: (due.decide_by, due.title))


def _rows(ledger: SqliteLedger) -> list[dict[str, Any]]:
    if not ledger.has("Service Contract"):
        return []
    names = ", ".join(f'"{column}"' for column in COLUMNS)
    read = ledger.connection.execute(
        f'SELECT {names} FROM "tabService Contract" WHERE docstatus = 1 ORDER BY name'
    )
    return [dict(zip(COLUMNS, row, strict=True)) for row in read]


def _beyond(ledger: SqliteLedger) -> set[str]:
    """Reasons that are not the customer's choice."""
    if not ledger.has("Contract Ending Reason"):
        return set()
    rows = ledger.connection.execute(
        'SELECT name FROM "tabContract Ending Reason" WHERE not_customers_choice = 1'
    )
    return {name for (name,) in rows}


def _term(row: dict[str, Any], beyond: set[str]) -> Term:
    refused = [_day(row[column]) for column in ("decided_on", "terminated_on")]
    return Term(
        name=row["name"],
        start=as_date(row["start_date"]),
        end=as_date(row["end_date"]),
        renewal=row["renewal"] or BY_PROPOSAL,
        months=row["renewal_months"] or YEAR,
        before=row["renewed_from"] or "",
        agreed=_day(row["renewed_on"]),
        refused=None if row["renewed_into"] else min(filter(None, refused), default=None),
        customers_choice=not beyond.intersection((row["not_renewed_reason"], row["termination_reason"])),
    )


def _day(value: Any) -> date | None:
    return as_date(value) if value else None
