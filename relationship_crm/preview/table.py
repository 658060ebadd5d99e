"""One row a party, as CSV."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

from relationship_crm.engine.dimensions import COMPOSED, DIMENSIONS
from relationship_crm.engine.grid import day_of
from relationship_crm.preview.summary import Line, Summary

_FACTS = (
    "purchases",
    "purchases_12m",
    "first_purchase",
    "last_purchase",
    "revenue_12m",
    "revenue_total",
    "rhythm",
)
HEADER = [
    "party_type", "party", "title", "customer_group", "territory", "stage", "rung", "since", "previous_stage",
    "dissolution", *(f"{s}{suffix}" for s in (*DIMENSIONS, *COMPOSED) for suffix in ("", "_confidence")), *_FACTS,
    "at_risk",
]  # fmt: skip


def write_csv(path: Path, summary: Summary) -> None:
    """Write all parties, highest rung first; scores in points of 0..100, confidence 0..1, empty = not known."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for line in sorted(summary.lines, key=lambda x: (-x.rung, x.party_type, x.party)):
            writer.writerow([_safe(cell) for cell in _row(line)])


def _row(line: Line) -> list[Any]:
    row: list[Any] = [
        line.party_type, line.party, line.title, line.group, line.territory, line.stage, line.rung, line.since,
        line.previous_stage, int(line.dissolution),
    ]  # fmt: skip
    for score in (*DIMENSIONS, *COMPOSED):
        row += [_plain(line.scores[score], 9), _plain(line.confidence[score], 9)]
    row += [
        line.purchases,
        line.purchases_12m,
        *(_date(d) for d in (line.first_purchase, line.last_purchase)),
    ]
    row += [_plain(line.revenue_12m, 2), _plain(line.revenue_total, 2), _plain(line.rhythm, 3)]
    return [*row, "; ".join(line.reasons_at_risk)]


def _plain(value: float, digits: int) -> float | str:
    return "" if math.isnan(value) else round(value, digits)


def _date(day: float) -> str:
    return "" if math.isnan(day) else day_of(int(day)).isoformat()


def _safe(cell: Any) -> Any:
    """A name that a spreadsheet would run as a formula, as text."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell
