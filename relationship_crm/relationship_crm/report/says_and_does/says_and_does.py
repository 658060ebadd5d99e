"""What customers say next to what the ledger says about them: who says satisfied and is badly served, and the reverse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Count, Max
from frappe.utils import cint, getdate

from relationship_crm.assessment.gap import Gap, Side, Verdict, gaps
from relationship_crm.assessment.run import assessment_of
from relationship_crm.engine.dimensions import DIMENSIONS, SATISFACTION
from relationship_crm.measures.registry import MEASURES
from relationship_crm.relationship_crm.report import rows

FIELDS = (
    *("party_type", "party", "party_title", "stage_name", "rung"),
    *("revenue_12m", "customer_group", "territory", "account_manager"),
)
#: Parties read at once.
CHUNK = 500
CONTRADICTIONS = (Verdict.SAYS_GOOD, Verdict.SAYS_BAD)
#: The order of the list: contradictions first, then what points their way.
ORDER = (*CONTRADICTIONS, Verdict.SAYS_MORE, Verdict.SAYS_LESS, Verdict.AGREE, Verdict.UNKNOWN)


def execute(filters: dict[str, Any] | None = None) -> tuple:
    """Columns, rows, message, chart, summary."""
    filters = frappe._dict(filters or {})
    dimension = chosen_dimension(filters)
    data = read(filters, dimension)
    counts = Counter(row.state for row in data)
    if cint(filters.only_contradictions):
        data = [row for row in data if row.state in {verdict.value for verdict in CONTRADICTIONS}]
    return columns(dimension), data, message(dimension), chart(counts), summary(counts)


def chosen_dimension(filters: frappe._dict) -> str:
    """The dimension that was asked for, satisfaction by default; those about employees only for who may see them."""
    wanted = filters.dimension or SATISFACTION
    if wanted not in DIMENSIONS or wanted in rows.hidden_dimensions():
        frappe.throw(
            _("You cannot see {0}.").format(_(MEASURES[wanted].label) if wanted in MEASURES else wanted)
        )
    return wanted


def read(filters: frappe._dict, dimension: str) -> list[frappe._dict]:
    """Everybody the user may see who answered about the dimension, contradictions first."""
    answered = answers(dimension)
    visible = {
        (row.party_type, row.party): row
        for row in rows.relationships(FIELDS, filters, [["rung", ">", 0]])
        if (row.party_type, row.party) in answered
    }
    words, currency = verdicts(dimension), rows.currency()
    found = []
    for key, gap in compared(sorted(visible), dimension):
        row = visible[key]
        count, last = answered[key]
        row.update(
            state=gap.verdict.value,
            verdict=words[gap.verdict],
            **_side("says", gap.says),
            **_side("does", gap.does),
            gap=100 * gap.distance if gap.does.amount else None,
            answers=count,
            last_answer=getdate(last),
            currency=currency,
        )
        found.append(row)
    places = {verdict.value: place for place, verdict in enumerate(ORDER)}
    return sorted(found, key=lambda row: (places[row.state], -abs(row.gap or 0), row.party_title or ""))


def answers(dimension: str) -> dict[tuple[str, str], tuple[int, Any]]:
    """Number of answers about a dimension and day of the last, by party."""
    r, a = frappe.qb.DocType("Survey Response"), frappe.qb.DocType("Survey Answer")
    found = (
        frappe.qb.from_(r)
        .join(a)
        .on(a.parent == r.name)
        .select(r.party_type, r.party, Count("*"), Max(r.answered_on))
        .where((r.anonymous == 0) & (a.answered == 1) & (a.dimension == dimension))
        .groupby(r.party_type, r.party)
        .run()
    )
    return {(party_type, party): (count, last) for party_type, party, count, last in found}


def compared(keys: list[tuple[str, str]], dimension: str) -> Iterator[tuple[tuple[str, str], Gap]]:
    """Both sides of each party, some hundreds at a time."""
    for start in range(0, len(keys), CHUNK):
        assessment = assessment_of(keys[start : start + CHUNK])
        for detail in assessment.details():
            for gap in gaps(detail, dimension):
                yield assessment.parties.keys[detail.start + gap.party], gap


def _side(name: str, side: Side) -> dict[str, Any]:
    if not side.amount:
        return {name: None, f"{name}_band": ""}
    return {name: 100 * side.value, f"{name}_band": f"{100 * side.low:.0f} – {100 * side.high:.0f}"}


def verdicts(dimension: str) -> dict[Verdict, str]:
    """How the two sides stand to each other, in words."""
    if dimension == SATISFACTION:
        good, bad = (
            _("Says satisfied, the ledger says otherwise"),
            _("Says dissatisfied, the ledger says otherwise"),
        )
    else:
        good, bad = _("Speaks well, the ledger says otherwise"), _("Speaks badly, the ledger says otherwise")
    return {
        Verdict.SAYS_GOOD: good,
        Verdict.SAYS_BAD: bad,
        Verdict.SAYS_MORE: _("Speaks better than the ledger"),
        Verdict.SAYS_LESS: _("Speaks worse than the ledger"),
        Verdict.AGREE: _("No difference that could be told from chance"),
        Verdict.UNKNOWN: _("The ledger knows too little"),
    }


def columns(dimension: str) -> list[dict[str, Any]]:
    """The report's columns."""
    return [
        rows.column("party_title", _("Name"), "Data", 200),
        rows.column("verdict", _("Verdict"), "Data", 320),
        rows.column("says", _("Says"), "Float", 90, precision=1),
        rows.column("says_band", _("80 % Band"), "Data", 110),
        rows.column("does", _("By the Ledger"), "Float", 90, precision=1),
        rows.column("does_band", _("80 % Band"), "Data", 110),
        rows.column("gap", _("Difference"), "Float", 110, precision=1),
        rows.column("answers", _("Answers", context="Survey Results"), "Int", 90),
        rows.column("last_answer", _("Last Answer"), "Date", 115),
        rows.column("stage_name", _("Stage"), "Data", 130),
        rows.money("revenue_12m", _("Revenue, 12 Months")),
        rows.column("account_manager", _("Account Manager"), "Data", 140),
        *rows.segment_columns(),
        rows.column("party_type", _("Type"), "Data", 90),
        rows.column("party", _("Party"), "Dynamic Link", 140, options="party_type"),
        rows.currency_column(),
    ]


def message(dimension: str) -> str:
    """What is held against what."""
    text = _(
        "{0} from survey answers alone next to the same from all other signals, each 0 to 100. The two differ where their "
        "distance is more than chance makes in four of five cases."
    )
    return text.format(_(MEASURES[dimension].label))


def chart(counts: Counter[str]) -> dict[str, Any] | None:
    """How many stand how."""
    labels = {
        Verdict.SAYS_GOOD: _("Says good", context="Says and Does"),
        Verdict.SAYS_BAD: _("Says bad", context="Says and Does"),
        Verdict.SAYS_MORE: _("Says better", context="Says and Does"),
        Verdict.SAYS_LESS: _("Says worse", context="Says and Does"),
        Verdict.AGREE: _("Agrees", context="Says and Does"),
        Verdict.UNKNOWN: _("Not known"),
    }
    if not counts:
        return None
    series = {_("Relationships"): [counts[verdict.value] for verdict in labels]}
    return rows.bars(list(labels.values()), series, colors=["#4a7fb5"], space=0.4)


def summary(counts: Counter[str]) -> list[dict[str, Any]]:
    """The figures above the chart."""
    good, bad = counts[Verdict.SAYS_GOOD.value], counts[Verdict.SAYS_BAD.value]
    return [
        {"label": _("Answered"), "value": sum(counts.values()), "datatype": "Int"},
        {
            "label": _("Says Good, the Ledger Says Otherwise"),
            "value": good,
            "datatype": "Int",
            "indicator": "Orange" if good else "Green",
        },
        {
            "label": _("Says Bad, the Ledger Says Otherwise"),
            "value": bad,
            "datatype": "Int",
            "indicator": "Red" if bad else "Green",
        },
        {"label": _("No Difference"), "value": counts[Verdict.AGREE.value], "datatype": "Int"},
    ]
