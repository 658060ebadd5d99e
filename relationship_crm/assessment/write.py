"""From an assessment to the site's rows: the present, the history, the moves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import frappe
import numpy as np

from relationship_crm.assessment import explain, mirror
from relationship_crm.assessment.bulk import read_rows, write_rows
from relationship_crm.assessment.compute import Assessment, Detail
from relationship_crm.assessment.moves import Move, write_moves
from relationship_crm.assessment.rows import (
    SCORES,
    company_facts,
    contribution_texts,
    digest,
    fact_columns,
    score_columns,
    shown,
)
from relationship_crm.assessment.stored import (
    Stored,
    active_overrides,
    refresh_computed,
    stored_relationships,
)
from relationship_crm.engine.dimensions import ABOUT_EMPLOYEES
from relationship_crm.engine.grid import day_of, month_end

RELATIONSHIP_FACTS = (
    "purchases",
    "purchases_12m",
    "first_purchase",
    "last_purchase",
    "median_gap",
    "rhythm",
    "revenue_12m",
    "revenue_total",
    "paid_referrals",
)
FACT = "Relationship Company Fact"
FACT_COLUMNS = ("company", "currency", "revenue_12m", "revenue_total", "purchases", "last_purchase")
SCORE_FIELDS = tuple(f for s in SCORES for f in (s, f"{s}_confidence"))
ASSESSMENT_SCORES = tuple(f for f in SCORE_FIELDS if f not in ("trust_confidence", "engagement_confidence"))


@dataclass
class Counts:
    """What a write did."""

    parties: int = 0
    new: int = 0
    up: int = 0
    down: int = 0
    assessments: int = 0

    def add(self, other: Counts) -> None:
        """Add another write's counts."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))


class Writer:
    """Writes an assessment chunk by chunk. `present`: also the present state, not history alone."""

    def __init__(self, assessment: Assessment, *, history_months: int, present: bool = True) -> None:
        self.assessment = assessment
        self.present = present
        self.as_of = assessment.as_of
        ladder = assessment.configuration.ladder
        self.ladder = ladder
        self.stage_name = {rung.rung: rung.name for rung in ladder.rungs}
        self.stage_link = {rung: f"{ladder.name}-{name}" for rung, name in self.stage_name.items()}
        self.rung_of = {link: rung for rung, link in self.stage_link.items()}
        grid = assessment.grid
        ends = [t for t in range(grid.size) if grid.date(t) == month_end(int(grid.months[t]))]
        oldest = int(grid.months[-1]) - history_months
        self.month_ends = [t for t in ends if int(grid.months[t]) >= oldest]
        self._facts = company_facts(assessment)

    def write(self, detail: Detail) -> Counts:
        """Write one detail. The caller commits."""
        keys = self.assessment.parties.keys[detail.start : detail.stop]
        stored = stored_relationships(self.assessment.parties, range(detail.start, detail.stop))
        counts = Counts(parties=len(keys), new=sum(1 for s in stored if s.is_new))
        history = shown(detail, self.month_ends)
        if self.present:
            moves = self._present(detail, stored, history)
            counts.up = sum(1 for m in moves if m.to_rung > m.from_rung and m.source == "Assessment")
            counts.down = sum(1 for m in moves if m.to_rung < m.from_rung and m.source == "Assessment")
        counts.assessments = self._history(detail, stored, history)
        return counts

    # the present

    def _present(self, detail: Detail, stored: list[Stored], history: np.ndarray) -> list[Move]:
        overrides = active_overrides([s.name for s in stored], self.as_of)
        scores, facts = score_columns(detail, -1), fact_columns(detail, -1)
        events = self.assessment.event_counts(detail.start, detail.stop, detail.model).sum(axis=0)
        parties, moves, rows, present = self.assessment.parties, [], [], []
        for p, old in enumerate(stored):
            i = detail.start + p
            computed = int(detail.rung[p, -1])
            override = overrides.get(old.name)
            rung = self.rung_of.get(override.stage, computed) if override else computed
            since, previous, direction, moved = self._standing(detail, p, old, rung, bool(override))
            moves.extend(moved)
            dissolution = bool(detail.fold.dissolution[p, -1])
            state = self._digest(rung, dissolution, computed, events[p], facts["purchases"][p])
            old.state_changed = state != old.state_digest
            months = digest(history[p])
            old.history_changed = months != old.history_digest
            kind, party = parties.keys[i]
            composite = float(scores["composite"][p])
            present.append((kind, party, self.stage_name[rung], rung, composite, int(dissolution)))
            rows.append(
                (
                    old.name,
                    kind,
                    party,
                    parties.title[i],
                    party if kind == "Customer" else None,
                    parties.lead[i] or None,
                    parties.prospect[i] or None,
                    parties.group[i],
                    parties.territory[i],
                    parties.manager[i],
                    int(parties.disabled[i]),
                    self.ladder.name,
                    self.stage_link[rung],
                    self.stage_name[rung],
                    rung,
                    since,
                    previous,
                    direction,
                    self.stage_link[computed],
                    computed,
                    override.name if override else None,
                    int(bool(override) and rung != computed),
                    int(dissolution),
                    self._dissolution_reason(detail, p) if dissolution else "",
                    self.assessment.configuration.reporting_currency or None,
                    self.as_of,
                    frappe.utils.now(),
                    detail.model.name,
                    months,
                    state,
                    *(scores[f][p] for f in SCORE_FIELDS),
                    *(facts[f][p] for f in RELATIONSHIP_FACTS),
                )
            )
        columns = (
            *("name", "party_type", "party", "party_title", "customer", "lead", "prospect", "customer_group"),
            *(
                "territory",
                "account_manager",
                "disabled",
                "stage_model",
                "stage",
                "stage_name",
                "rung",
                "stage_since",
            ),
            *(
                "previous_stage_name",
                "direction",
                "computed_stage",
                "computed_rung",
                "override",
                "disagreement",
            ),
            *(
                "dissolution",
                "dissolution_reason",
                "reporting_currency",
                "as_of",
                "assessed_on",
                "scoring_model",
            ),
            *("history_digest", "state_digest", *SCORE_FIELDS, *RELATIONSHIP_FACTS),
        )
        write_rows("Relationship", columns, rows, update=columns[1:])
        self._write_company_facts(detail, stored)
        write_moves(self.assessment, detail, moves)
        refresh_computed([s.name for s in stored if s.override or s.name in overrides])
        mirror.update(present)
        return moves

    @staticmethod
    def _digest(*parts: Any) -> str:
        return hashlib.blake2b("|".join(map(str, parts)).encode(), digest_size=8).hexdigest()

    def _standing(
        self, detail: Detail, p: int, old: Stored, rung: int, overridden: bool
    ) -> tuple[date, str, str, list[Move]]:
        """Since when a party stands where it stands, where it came from, and its moves to record."""
        if not old.is_new and old.stage_model == self.ladder.name:
            if old.rung == rung:
                return old.stage_since or self.as_of, old.previous_stage_name or "", old.direction or "", []
            source = "Override" if overridden != bool(old.override) else "Assessment"
            move = Move(
                p, old.name, old.rung, rung, old.stage_name or "", old.stage_since, self.as_of, -1, source
            )
            return self.as_of, old.stage_name or "", "Up" if rung > old.rung else "Down", [move]
        moves = self._past_moves(detail, p, old.name) if old.is_new else []
        if overridden or not moves:
            return self._run_start(detail, p), "", "", moves
        last = moves[-1]
        return last.day, last.from_stage, "Up" if last.to_rung > last.from_rung else "Down", moves

    def _run_start(self, detail: Detail, p: int) -> date:
        rungs = detail.rung[p]
        same = np.flatnonzero(rungs != rungs[-1])
        point = int(same[-1]) + 1 if len(same) else self._first_point(detail, p)
        return detail.grid.date(min(point, detail.grid.size - 1))

    def _past_moves(self, detail: Detail, p: int, name: str) -> list[Move]:
        """Moves within the history, by the fold; the day is the grid point at which the move showed."""
        rungs, first = detail.rung[p], self.month_ends[0] if self.month_ends else detail.grid.size - 1
        moves: list[Move] = []
        since = detail.grid.date(min(self._first_point(detail, p), detail.grid.size - 1))
        for t in range(1, detail.grid.size):
            before, after = int(rungs[t - 1]), int(rungs[t])
            if before != after:
                day = detail.grid.date(t)
                if t > max(first, self._first_point(detail, p)):
                    moves.append(
                        Move(p, name, before, after, self.stage_name[before], since, day, t, "History")
                    )
                since = day
        return moves

    @staticmethod
    def _first_point(detail: Detail, p: int) -> int:
        """The first point at which anything is known about a party; past the grid where nothing is."""
        known = (detail.evidence.amount[:, p] > 0).any(axis=0) | (detail.measures["engaged"][p] > 0)
        return int(np.argmax(known)) if known.any() else detail.grid.size

    def _dissolution_reason(self, detail: Detail, p: int) -> str:
        return explain.stored(
            s
            for s in explain.criteria_at(detail, p)
            if not s.rung and s.holds and s.criterion.measure not in ABOUT_EMPLOYEES
        )

    def _write_company_facts(self, detail: Detail, stored: list[Stored]) -> None:
        """Write the facts by company anew where they are not those stored."""
        kept: dict[str, list[tuple]] = {}
        for parent, *fact in read_rows(
            FACT, ("parent", *FACT_COLUMNS), "parent", [s.name for s in stored if not s.is_new]
        ):
            kept.setdefault(parent, []).append(_rounded(fact))
        currencies = self.assessment.configuration.currencies
        rows, gone = [], []
        for p, old in enumerate(stored):
            facts = []
            for company, found in sorted(self._facts.get(detail.start + p, {}).items()):
                days = [day for day, amount in found["days"].items() if amount > 0.005]
                last = day_of(max(days)) if days else None
                facts.append(
                    (company, currencies.get(company), found["year"], found["total"], len(days), last)
                )
            if sorted(map(_rounded, facts)) == sorted(kept.get(old.name, ())):
                continue
            gone += [old.name] if old.name in kept else []
            rows += [
                (frappe.generate_hash(length=12), old.name, "Relationship", "company_facts", *fact)
                for fact in facts
            ]
        if gone:
            fact = frappe.qb.DocType(FACT)
            frappe.qb.from_(fact).delete().where(fact.parent.isin(gone)).run()
        write_rows(FACT, ("name", "parent", "parenttype", "parentfield", *FACT_COLUMNS), rows)

    # the history

    def _history(self, detail: Detail, stored: list[Stored], history: np.ndarray) -> int:
        chosen = self.month_ends
        today_is_end = bool(chosen) and chosen[-1] == detail.grid.size - 1
        changed = [p for p, s in enumerate(stored) if s.history_changed or not self.present]
        known = stored_months([stored[p].name for p in changed if not stored[p].is_new])
        wanted: list[tuple[int, int, str, str]] = []
        for p in changed:
            first = self._first_point(detail, p)
            for t, month in zip(chosen, map(digest, history[p]), strict=True):
                if t >= first and known.get((stored[p].name, detail.grid.date(t))) != month:
                    wanted.append((p, t, "Month end", month))
        if not today_is_end:
            last = detail.grid.size - 1
            wanted.extend(
                (p, last, "Change", "")
                for p, s in enumerate(stored)
                if s.state_changed and self._first_point(detail, p) <= last
            )
        rows = self._assessment_rows(detail, stored, wanted)
        return write_rows("Relationship Assessment", ASSESSMENT_COLUMNS, rows)

    def _assessment_rows(
        self, detail: Detail, stored: list[Stored], wanted: Iterable[tuple[int, int, str, str]]
    ) -> list[tuple]:
        columns: dict[int, tuple[dict, dict]] = {}
        parties, now, rows = self.assessment.parties, frappe.utils.now(), []
        for p, t, kind, month in wanted:
            if t not in columns:
                columns[t] = (score_columns(detail, t), fact_columns(detail, t))
            scores, facts = columns[t]
            i, rung = detail.start + p, int(detail.rung[p, t])
            rows.append(
                (
                    frappe.generate_hash(length=12),
                    stored[p].name,
                    *parties.keys[i],
                    kind,
                    detail.grid.date(t),
                    now,
                    month,
                    self.stage_name[rung],
                    rung,
                    int(detail.fold.dissolution[p, t]),
                    facts["purchases"][p],
                    facts["rhythm"][p],
                    facts["revenue_12m"][p],
                    parties.group[i],
                    parties.territory[i],
                    *contribution_texts(detail, p, t),
                    *(scores[f][p] for f in ASSESSMENT_SCORES),
                )
            )
        return rows


ASSESSMENT_COLUMNS = (
    *(
        "name",
        "relationship",
        "party_type",
        "party",
        "kind",
        "as_of",
        "computed_on",
        "digest",
        "stage_name",
        "rung",
    ),
    *("dissolution", "purchases", "rhythm", "revenue_12m", "customer_group", "territory", "contributions"),
    *("employee_contributions", *ASSESSMENT_SCORES),
)


def _rounded(fact: Sequence[Any]) -> tuple:
    """A fact by company as it compares with a stored one."""
    company, currency, year, total, purchases, last = fact
    return company, currency or "", round(year, 6), round(total, 6), purchases, str(last or "")


def stored_months(names: Sequence[str]) -> dict[tuple[str, date], str]:
    """The digest last stored for each relationship and month end."""
    if not names:
        return {}
    assessment = frappe.qb.DocType("Relationship Assessment")
    rows = (
        frappe.qb.from_(assessment)
        .select(assessment.relationship, assessment.as_of, assessment.digest)
        .where((assessment.kind == "Month end") & assessment.relationship.isin(list(names)))
        .orderby(assessment.computed_on)
        .run()
    )
    return {(name, day): digest for name, day, digest in rows}
