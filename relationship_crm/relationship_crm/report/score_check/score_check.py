"""How well the figures of a past day foretold who would buy since, next to naive ones."""

from __future__ import annotations

from typing import Any

import frappe
import numpy as np
from frappe import _
from frappe.utils import cint, format_date, getdate

from relationship_crm.assessment.backtest import DAYS, NAIVE, Foretelling, foretell
from relationship_crm.assessment.site import queries, site_configuration, site_ledger
from relationship_crm.measures.registry import MEASURES
from relationship_crm.panel import visible_dimensions
from relationship_crm.relationship_crm.report import rows


def execute(filters: dict[str, Any] | None = None) -> tuple:
    """Columns, a row per figure, message, chart by stage."""
    filters = frappe._dict(filters or {})
    until = getdate(filters.until) if filters.until else getdate()
    days = min(max(cint(filters.days) or DAYS, 7), 730)
    found = foretell(site_ledger(), site_configuration(), until, days=days, queries=queries)
    found = found.only(visible(found))
    return columns(), figures(found), message(found), chart(found)


def visible(found: Foretelling) -> np.ndarray:
    """Which parties the user may see."""
    mine = {
        (r.party_type, r.party)
        for r in frappe.get_list("Relationship", fields=["party_type", "party"], limit=0)
    }
    return np.array([key in mine for key in found.keys], dtype=bool)


def figures(found: Foretelling) -> list[dict[str, Any]]:
    """A row per figure, the best first."""
    hidden = {key for key in MEASURES if "_employee" in key} - set(visible_dimensions())
    verdicts = {
        "foretells": _("foretells"),
        "contradicts": _("points the wrong way"),
        "chance": _("no better than chance"),
    }
    data = []
    for name, check in found.checks().items():
        if name in hidden or not check.parties:
            continue
        data.append(
            {
                "figure": label(name),
                "kind": _("naive") if name in NAIVE else _("ours"),
                "parties": check.parties,
                "bought": check.happened,
                "auc": None if np.isnan(check.auc) else 100 * check.auc,
                "error": None if np.isnan(check.error) else 100 * check.error,
                "verdict": verdicts[check.verdict],
            }
        )
    return sorted(data, key=lambda row: -(row["auc"] or 0))


def label(name: str) -> str:
    """A figure's name for people."""
    own = {
        "rung": _("Stage"),
        "recency": _("Days since the last purchase"),
        "frequency": _("Purchases in 12 months"),
        "revenue": _("Revenue of 12 months"),
    }
    return own.get(name) or _(MEASURES[name].label)


def columns() -> list[dict[str, Any]]:
    """The report's columns."""
    return [
        rows.column("figure", _("Figure"), "Data", 260),
        rows.column("kind", _("Kind"), "Data", 90),
        rows.column("parties", _("Known For"), "Int", 110),
        rows.column("bought", _("Bought Since"), "Int", 120),
        rows.column("auc", _("Foretold (50 = coin, 100 = always)"), "Float", 260, precision=1),
        rows.column("error", _("± (one standard error)"), "Float", 170, precision=1),
        rows.column("verdict", _("Verdict"), "Data", 200),
    ]


def message(found: Foretelling) -> str:
    """What was held against what."""
    text = _(
        "What was known on {0} about {1} buyers, against who bought until {2}. "
        "Documents entered later were not seen. Scores say how good a relationship is, not who buys next: "
        "a score near 50 may still be right."
    )
    return text.format(format_date(found.known_on), len(found.keys), format_date(found.until))


def chart(found: Foretelling) -> dict[str, Any] | None:
    """Share that bought, by stage."""
    shares = found.by_rung()
    if not shares:
        return None
    ladder = site_configuration().ladder
    return {
        "data": {
            "labels": [f"{_(ladder.named(rung))} ({count})" for rung, (count, _share) in shares.items()],
            "datasets": [
                {"name": _("Bought since, %"), "values": [round(100 * s, 1) for _n, s in shares.values()]}
            ],
        },
        "type": "bar",
        "colors": ["#2f9a80"],
    }
