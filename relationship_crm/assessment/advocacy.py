"""What customers do for us, counted at every point of the grid: referrals that paid, testimonials, realised ideas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from relationship_crm.assessment.read import Reader, as_date
from relationship_crm.engine.grid import Grid, day_number
from relationship_crm.engine.purchases import FOREVER
from relationship_crm.measures.advocacy import ADVOCACY, PAID_REFERRALS, advocacy_query
from relationship_crm.measures.referrals import paid_query
from relationship_crm.signals.base import Scope

#: How long each counts towards advocate and partner.
COUNTS_FOR = 730
#: A day before all others, for a referral without a day of its own.
ALWAYS = -FOREVER
#: Days in which something holds: from the first to before the second.
Span = tuple[int, int]


class Advocacy:
    """What each party gave, with the days in which it counts as given."""

    def __init__(self, given: dict[tuple[str, int], list[list[Span]]]) -> None:
        #: By measure and party: one list a deed, of the spans in which it stands.
        self.given = given

    @classmethod
    def of(cls, reader: Reader) -> Advocacy:
        """Read it: one statement, and a second where anybody recommended us."""
        rows = reader.rows(("advocacy",), lambda: advocacy_query(reader.scope))
        referred: dict[tuple[int, str], int] = {}
        given: dict[tuple[str, int], list[list[Span]]] = defaultdict(list)
        for kind, party, subject, day in rows:
            place = reader.parties.find("Customer", party)
            if place < 0:
                continue
            since = ALWAYS if day is None else day_number(as_date(day))
            if kind == PAID_REFERRALS:  # told by several records perhaps: the earliest counts
                referred[place, subject] = min(since, referred.get((place, subject), FOREVER))
            elif day is not None:
                given[kind, place].append([(since, FOREVER)])
        paid = paid_spans(reader, {customer for _place, customer in referred})
        for (place, customer), since in referred.items():
            spans = [(max(start, since), end) for start, end in paid.get(customer, ())]
            if spans := [span for span in spans if span[0] < span[1]]:
                given[PAID_REFERRALS, place].append(spans)
        return cls(dict(given))

    def counts(self, start: int, stop: int, grid: Grid) -> dict[str, np.ndarray]:
        """How many of each the parties start..stop-1 gave within 24 months of each point: P×T by measure."""
        out = {measure: np.zeros((stop - start, grid.size)) for measure in ADVOCACY}
        for (measure, party), deeds in self.given.items():
            if start <= party < stop:
                for spans in deeds:
                    out[measure][party - start] += standing(spans, grid.days)
        return out


def paid_spans(reader: Reader, customers: Iterable[str]) -> dict[str, list[Span]]:
    """The days in which each of these customers has a paid invoice, by customer; they need not be the run's parties."""
    names = sorted(customers)
    if not names:
        return {}
    scope = Scope(reader.ledger.has, restricted=True, known=reader.scope.known)
    rendered = reader.queries.get(("paid", scope.known), lambda: paid_query(scope), reader.ledger.dialect)
    if rendered is None:
        return {}
    rows: Sequence[Sequence[Any]] = reader.ledger.rows(rendered, {**reader.arguments, "customers": names})
    found: dict[str, list[Span]] = defaultdict(list)
    for customer, paid_on, back_on in rows:
        end = FOREVER if back_on is None else day_number(as_date(back_on))
        found[customer].append((day_number(as_date(paid_on)), end))
    return dict(found)


def standing(spans: Iterable[Span], days: np.ndarray) -> np.ndarray:
    """Whether a deed counts at each day: something of it stands, and the oldest that stands is not older than 24 months."""
    first = np.full(len(days), FOREVER)
    for start, end in spans:
        first = np.where((start <= days) & (days < end), np.minimum(first, start), first)
    return (first != FOREVER) & (days < first + COUNTS_FOR)
