"""The report: one HTML file with everything in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from relationship_crm import __version__
from relationship_crm.engine.dimensions import DIMENSIONS
from relationship_crm.engine.scores import ENOUGH
from relationship_crm.preview import charts
from relationship_crm.preview.campaigns import campaigns
from relationship_crm.preview.contracts import AHEAD, contracts
from relationship_crm.preview.contracts import ROWS as ROWS_OF_CONTRACTS
from relationship_crm.preview.examples import examples
from relationship_crm.preview.load import Loaded
from relationship_crm.preview.run import Result
from relationship_crm.preview.summary import MONTHS_OF_MOVES, Summary
from relationship_crm.preview.voice import voice
from relationship_crm.preview.words import DIMENSION_LABELS, day_text, number, signed, since_text

ROWS_OF_MOVES, ROWS_AT_RISK, ROWS_OF_PROBLEMS = 12, 15, 50
HERE = Path(__file__).parent


def write_report(
    path: Path,
    result: Result,
    loaded: Loaded,
    company: str,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Write the report. Raises RuntimeError where jinja2 is not installed."""
    try:
        import jinja2
    except ImportError:
        raise RuntimeError("the report needs jinja2: pip install relationship_crm[preview]") from None
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.filters.update(number=number, day=day_text, since=since_text, signed=signed)
    summary, drawn = result.summary, charts.available()
    progress(0, 4)
    movement = charts.movement(summary) if drawn else ""
    progress(1, 4)
    spread = charts.distribution(summary.lines) if drawn else ""
    progress(2, 4)
    told = examples(result)
    said = voice(result)
    moves = summary.moved(MONTHS_OF_MOVES)
    progress(3, 4)
    page = environment.get_template("report.html").render(
        company=company,
        currency=_currency(result),
        summary=summary,
        ladder=ladder_rows(summary),
        headline=headline(summary),
        movement=movement,
        spread=spread,
        drawn=drawn,
        up=[m for m in moves if m.up],
        down=[m for m in moves if not m.up],
        rows_of_moves=ROWS_OF_MOVES,
        at_risk=summary.at_risk,
        rows_at_risk=ROWS_AT_RISK,
        examples=told,
        voice=said,
        voice_chart=charts.voice(said.quarters, said.figures) if drawn and said and said.figures else "",
        contracts=contracts(result.ledger, summary.as_of),
        ahead=AHEAD,
        rows_of_contracts=ROWS_OF_CONTRACTS,
        campaigns=campaigns(result.ledger, summary.as_of),
        evidence=_evidence(summary),
        labels=DIMENSION_LABELS,
        enough=ENOUGH,
        silent=result.silent,
        loaded=loaded,
        problems=loaded.problems[:ROWS_OF_PROBLEMS],
        signals=list(result.configuration.signals.values()),
        basis=result.configuration.purchase_basis,
        version=__version__,
        today=date.today(),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    progress(4, 4)


def headline(summary: Summary) -> str:
    """The report in two sentences."""
    buyers = [line for line in summary.lines if line.purchases]
    others = len(summary.lines) - len(buyers)
    high = [line for line in buyers if line.rung >= summary.ladder.established_rung]
    first = (
        f"{number(len(high))} of {number(len(buyers))} customers stand at {_established(summary)} or above"
    )
    if others:
        first += f", {number(others)} parties have not bought yet"
    risky = summary.at_risk
    second = "Nobody who bought within the last year shows signs of leaving."
    if risky:
        share = (
            sum(line.revenue_12m for line in risky) / summary.revenue_12m if summary.revenue_12m > 0 else 0
        )
        second = f"{number(len(risky))} customers are at risk; they brought {share * 100:.0f} % of the last twelve months' revenue."
    return f"{first}. {second}"


def _established(summary: Summary) -> str:
    rung = summary.ladder.established_rung
    return next((r.name.lower() for r in summary.ladder.rungs if r.rung == rung), "the top")


def ladder_rows(summary: Summary) -> list[dict[str, Any]]:
    """The rungs, highest first, with counts now and twelve months ago."""
    now, before = summary.counts(), summary.counts(summary.point_before(12))
    most = max([*now.values(), *before.values(), 1])
    revenue = dict.fromkeys(now, 0.0)
    for line in summary.lines:
        revenue[line.rung] += line.revenue_12m
    return [
        {
            "name": rung.name,
            "description": rung.description,
            "color": rung.color or "#888888",
            "ink": "#ffffff" if _dark(rung.color) else "#14201d",
            "now": now[rung.rung],
            "before": before[rung.rung],
            "change": now[rung.rung] - before[rung.rung],
            "width": round(100 * now[rung.rung] / most, 2),
            "ghost": round(100 * before[rung.rung] / most, 2),
            "share": revenue[rung.rung] / summary.revenue_12m if summary.revenue_12m > 0 else 0,
        }
        for rung in sorted(summary.ladder.rungs, key=lambda r: -r.rung)
    ]


def _currency(result: Result) -> str:
    """The companies' currency, where they have one."""
    if not result.ledger.has("Company"):
        return ""
    rows = result.ledger.connection.execute('SELECT DISTINCT default_currency FROM "tabCompany"').fetchall()
    return rows[0][0] or "" if len(rows) == 1 else ""


def _dark(color: str) -> bool:
    """Whether white is easier to read on a colour than black."""
    if len(color) != 7:
        return True
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 130


def _evidence(summary: Summary) -> list[dict[str, Any]]:
    """Of how many parties each score is known well enough."""
    count = max(len(summary.lines), 1)
    return [
        {
            "label": DIMENSION_LABELS[d],
            "enough": sum(line.confidence[d] >= ENOUGH for line in summary.lines) / count,
            "some": sum(0 < line.confidence[d] < ENOUGH for line in summary.lines) / count,
        }
        for d in DIMENSIONS
    ]
