"""Moves from rung to rung: recorded with their reasons and the documents behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
import numpy as np

from relationship_crm.assessment import explain
from relationship_crm.assessment.bulk import write_rows
from relationship_crm.assessment.compute import Assessment, Detail
from relationship_crm.assessment.site import queries
from relationship_crm.engine.dimensions import ABOUT_EMPLOYEES

#: Moves of one chunk beyond which they are written in bulk: a changed ladder moves everybody, nobody wants the mails.
MANY_MOVES = 100
#: What is stored of a reason. Its sentence is made where it is read, in the reader's language.
REASON = (
    *("measure", "operator", "value_before", "value_after", "unknown", "threshold"),
    *("voucher_type", "voucher_no"),
)


@dataclass
class Move:
    """A party that stands on another rung than before."""

    party: int  # position in the detail
    relationship: str
    from_rung: int
    to_rung: int
    from_stage: str
    since: date | None
    day: date
    point: int = -1
    source: str = "Assessment"


def write_moves(assessment: Assessment, detail: Detail, moves: Sequence[Move]) -> None:
    """Moves of today as documents (notifications and assignment rules see them), past ones in bulk."""
    today = [m for m in moves if m.source != "History"]
    past = [m for m in moves if m.source == "History"]
    documents = {}
    if today and len(today) <= MANY_MOVES:
        documents = move_documents(assessment, detail, {m.party: m.to_rung > m.from_rung for m in today})
    if len(today) > MANY_MOVES:
        past, today = [*past, *today], []
    for move in today:
        doc = frappe.get_doc(
            {"doctype": "Relationship Stage Change", **_move_values(assessment, detail, move)}
        )
        for reason in _reasons(detail, move, documents):
            doc.append("reasons", reason)
        doc.insert(ignore_permissions=True)  # the system records what it computed, whoever caused it
    _bulk_moves(assessment, detail, past, documents)


def _bulk_moves(assessment: Assessment, detail: Detail, moves: Sequence[Move], documents: dict) -> None:
    rows, reasons = [], []
    for move in moves:
        name = frappe.generate_hash(length=10)
        values = _move_values(assessment, detail, move)
        rows.append((name, *values.values()))
        for idx, reason in enumerate(_reasons(detail, move, documents), start=1):
            reasons.append(
                (
                    frappe.generate_hash(length=12),
                    name,
                    "Relationship Stage Change",
                    "reasons",
                    idx,
                    *(reason[column] for column in REASON),
                )
            )
    if rows:
        write_rows("Relationship Stage Change", ("name", *_move_values(assessment, detail, moves[0])), rows)
    if reasons:
        write_rows(
            "Relationship Stage Change Reason",
            ("name", "parent", "parenttype", "parentfield", "idx", *REASON),
            reasons,
        )


def _move_values(assessment: Assessment, detail: Detail, move: Move) -> dict[str, Any]:
    parties, i = assessment.parties, detail.start + move.party
    return {
        "relationship": move.relationship,
        "party_type": parties.keys[i][0],
        "party": parties.keys[i][1],
        "party_title": parties.title[i],
        "from_stage": move.from_stage,
        "to_stage": assessment.configuration.ladder.named(move.to_rung),
        "from_rung": move.from_rung,
        "to_rung": move.to_rung,
        "direction": "Up" if move.to_rung > move.from_rung else "Down",
        "changed_on": move.day,
        "days_in_stage": (move.day - move.since).days if move.since else 0,
        "revenue_12m": float(detail.buying.revenue_12m[move.party, move.point]),
        "customer_group": parties.group[i],
        "territory": parties.territory[i],
        "source": move.source,
    }


def _reasons(detail: Detail, move: Move, documents: dict) -> list[dict[str, Any]]:
    if move.source == "Override":
        return []
    before = max(detail.grid.size + move.point if move.point < 0 else move.point, 1) - 1
    found = []
    for state in explain.move_reasons(detail, move.party, move.from_rung, move.to_rung, move.point):
        if state.criterion.measure in ABOUT_EMPLOYEES:  # these rows have no permission level of their own
            found.append(_without_values(state))
            continue
        voucher = documents.get((move.party, state.criterion.measure), ("", ""))
        value_before = float(detail.measures[state.criterion.measure][move.party, before])
        found.append(
            {
                "measure": state.criterion.measure,
                "operator": state.criterion.operator,
                "value_before": 0.0 if np.isnan(value_before) else value_before,
                "value_after": 0.0 if np.isnan(state.value) else state.value,
                "unknown": int(np.isnan(state.value)),
                "threshold": state.criterion.threshold,
                "voucher_type": voucher[0],
                "voucher_no": voucher[1],
            }
        )
    return found


def _without_values(state: explain.CriterionState) -> dict[str, Any]:
    """A reason that is a score about employees: which one, not how much."""
    return {
        "measure": state.criterion.measure,
        "operator": "",
        "value_before": 0.0,
        "value_after": 0.0,
        "unknown": 0,
        "threshold": state.criterion.threshold,
        "voucher_type": "",
        "voucher_no": "",
    }


def move_documents(
    assessment: Assessment, detail: Detail, upward: dict[int, bool]
) -> dict[tuple[int, str], tuple[str, str]]:
    """For each moved party (position in the detail: whether it rose) the document behind each score and the last invoice."""
    keys = [assessment.parties.keys[detail.start + p] for p in upward]
    small = Assessment(
        assessment.reader.ledger,
        assessment.configuration,
        assessment.as_of,
        queries=queries,
        only=keys,
        population=assessment.population,
    )
    place = dict(zip(keys, upward, strict=True))
    found: dict[tuple[int, str], tuple[str, str]] = {}
    for part in small.details():
        measures = {criterion.measure for _rung, criterion in part.fold.criteria}
        for dimension in sorted(measures & set(detail_dimensions(part))):
            events = explain.event_contributions(small, part, dimension)
            for i in range(part.start, part.stop):
                p = place.get(small.parties.keys[i])
                event = None if p is None else explain.strongest(events, i, upward[p])
                if event:
                    found[(p, dimension)] = (event.voucher_type, event.voucher_no)
    customers = {key[1]: p for key, p in place.items() if key[0] == "Customer"}
    for customer, name in last_invoices(list(customers), assessment.as_of).items():
        for measure in ("engaged", "purchases", "purchases_12m", "days_since_first_purchase", "rhythm"):
            found[(customers[customer], measure)] = ("Sales Invoice", name)
    return found


def detail_dimensions(detail: Detail) -> tuple[str, ...]:
    """The dimensions the detail's model weighs."""
    return tuple({term.dimension for term in detail.model.terms})


def last_invoices(customers: list[str], as_of: date) -> dict[str, str]:
    """The newest submitted Sales Invoice of each customer up to a day."""
    if not customers:
        return {}
    invoice = frappe.qb.DocType("Sales Invoice")
    rows = (
        frappe.qb.from_(invoice)
        .select(invoice.customer, invoice.name)
        .where(invoice.customer.isin(customers) & (invoice.docstatus == 1) & (invoice.posting_date <= as_of))
        .orderby(invoice.posting_date)
        .orderby(invoice.creation)
        .run()
    )
    return dict(rows)
