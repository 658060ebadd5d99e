"""What surveys say and how sure that is: by question, by month, by segment, with response rates and a sentence."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import format_date, getdate

from relationship_crm.engine.grid import month_end, month_index
from relationship_crm.relationship_crm.report import rows
from relationship_crm.surveys import results
from relationship_crm.surveys.results import BREAKDOWNS, Asked, Piece, Question
from relationship_crm.surveys.statistics import (
    Difference,
    Estimate,
    Kind,
    Tally,
    against_the_rest,
    change_in_words,
    difference,
    estimate,
    figure,
    group_in_words,
    rate,
    spread_in_words,
    summary_sentence,
)

MONTHS_BACK, MONTHS_SHOWN = 12, 36
#: Views beside the breakdowns.
QUESTION, SURVEY, MONTH = "Question", "Survey", "Month"
#: Figures in the order in which the report looks for one that was asked.
ORDER = (Kind.NPS, Kind.CSAT, Kind.CES, Kind.SCALE)


def execute(filters: dict[str, Any] | None = None) -> tuple:
    """Columns, rows, message, chart, summary."""
    filters = with_period(frappe._dict(filters or {}))
    report = Report(filters)
    return (
        columns(filters.view, report.kind),
        report.lines(),
        report.message(),
        report.chart(),
        report.summary(),
    )


def with_period(filters: frappe._dict) -> frappe._dict:
    """The last twelve months and the questions unless asked otherwise."""
    filters = rows.with_period(filters, months=MONTHS_BACK, days=1)
    filters.view = filters.view if filters.view in (QUESTION, SURVEY, MONTH, *BREAKDOWNS) else QUESTION
    return filters


class Report:
    """The answers of a period and of the one before, and all that is told about them."""

    def __init__(self, filters: frappe._dict) -> None:
        self.filters = filters
        days = (filters.to_date - filters.from_date).days + 1
        self.found = results.pieces(filters, filters.from_date, filters.to_date)
        self.before = results.pieces(
            filters, filters.from_date - timedelta(days=days), filters.from_date - timedelta(days=1)
        )
        self.sent = results.invitations(filters, filters.from_date, filters.to_date)
        self.kind = self._kind()
        self.own = [piece for piece in self.found if piece.question.kind is self.kind]
        self.own_before = [piece for piece in self.before if piece.question.kind is self.kind]

    def _kind(self) -> Kind | None:
        """The figure that was asked for, or the first that has answers."""
        asked = next((kind for kind in ORDER if kind.value == self.filters.figure), None)
        there = {piece.question.kind for piece in self.found}
        return asked or next((kind for kind in ORDER if kind in there), None)

    # the table

    def lines(self) -> list[dict[str, Any]]:
        """Rows of the chosen view."""
        if self.filters.view == QUESTION:
            return self._questions()
        if self.kind is None:
            return []
        if self.filters.view == MONTH:
            return self._months()
        if self.filters.view == SURVEY:
            return self._groups(lambda piece: piece.question.survey, lambda row: row.survey)
        field = BREAKDOWNS[self.filters.view]
        return self._groups(lambda piece: piece.groups.get(self.filters.view), lambda row: row[field] or "")

    def _questions(self) -> list[dict[str, Any]]:
        """Every question with its own figure, and whether it changed."""
        found = results.summed(self.found, lambda piece: piece.question)
        before = results.summed(self.before, lambda piece: piece.question)
        wordings = results.wordings()
        asked = results.asked(self.sent, lambda row: row.survey)
        data, told = [], set()
        for question in sorted(found, key=lambda q: _place(q, wordings)):
            tally, earlier = found[question], before.get(question, Tally())
            change = difference(question.kind, tally, earlier)
            line = {
                "group": question.survey,
                "question": wordings.get((question.survey, question.item_key), (0, question.item_key))[1],
                "kind": question.kind.value,
                **_figures(question.kind, estimate(question.kind, tally)),
                "before": _known(estimate(question.kind, earlier).value),
                "verdict": _sentence(summary_words(change, earlier)),
            }
            if question.survey not in told:  # the rate is the survey's, not the question's
                line.update(_rates(asked.get(question.survey)))
                told.add(question.survey)
            data.append(line)
        return data

    def _months(self) -> list[dict[str, Any]]:
        found = results.summed(self.own, lambda piece: piece.month)
        asked = results.asked(self.sent, lambda row: month_index(getdate(row.sent_on)))
        data = []
        for month in sorted({*found, *asked}, reverse=True):
            now, earlier = found.get(month, Tally()), found.get(month - 1, Tally())
            change = difference(self.kind, now, earlier)
            data.append(
                {
                    "group": _month_name(month),
                    "kind": self.kind.value,
                    **_figures(self.kind, estimate(self.kind, now)),
                    **_rates(asked.get(month)),
                    "verdict": _sentence(summary_words(change, earlier)) if now.n else "",
                }
            )
        return data

    def _groups(
        self, of_piece: Callable[[Piece], Any], of_row: Callable[[frappe._dict], Any]
    ) -> list[dict[str, Any]]:
        found, against = self._compared(of_piece)
        asked = results.asked(self.sent, of_row)
        data = []
        for name in sorted({*found, *asked}, key=lambda n: (-found.get(n, Tally()).n, n)):
            now = found.get(name, Tally())
            data.append(
                {
                    "group": _(name) if name else _("Not set"),
                    "kind": self.kind.value,
                    **_figures(self.kind, estimate(self.kind, now)),
                    **_rates(asked.get(name)),
                    "verdict": _sentence(group_in_words(against[name], _))
                    if now.n and len(found) > 1
                    else "",
                }
            )
        return data

    def _compared(self, key: Callable[[Piece], Any]) -> tuple[dict[Any, Tally], dict[Any, Difference]]:
        found = results.summed(self.own, key)
        return found, against_the_rest(self.kind, found)

    # words

    def message(self) -> str | None:
        """The result in sentences, and what was left out of it."""
        if self.kind is None:
            return _("Nobody has answered in this period, or nothing may be shown yet.") + self._privacy()
        now, before = (_whole(found) for found in (self.own, self.own_before))
        told = [
            summary_sentence(
                self.kind,
                estimate(self.kind, now),
                estimate(self.kind, before),
                difference(self.kind, now, before),
                _,
            )
        ]
        if self.filters.view in (SURVEY, *BREAKDOWNS):
            key = (
                (lambda piece: piece.question.survey)
                if self.filters.view == SURVEY
                else (lambda piece: piece.groups.get(self.filters.view))
            )
            found, against = self._compared(key)
            if len(found) > 1:
                named = {_(name) if name else _("Not set"): d for name, d in against.items()}
                told.append(_sentence(spread_in_words(named, _)))
        return frappe.utils.escape_html(" ".join(told)) + self._privacy()

    def _privacy(self) -> str:
        """How anonymous answers are shown, where a survey of the report promises it."""
        wanted = {"anonymous": 1, **({"name": self.filters.survey} if self.filters.survey else {})}
        surveys = frappe.get_list(
            results.SURVEY,
            ["name", "minimum_group", "anonymous_breakdown"],
            wanted,
            order_by="name asc",
            limit=5,
        )
        if not surveys:
            return ""
        parts = []
        for survey in surveys:
            least = results.promise(survey)
            if survey.anonymous_breakdown:
                text = _(
                    "{0} is anonymous: its answers are shown by whole months and by {1}, in groups of at least {2}, and by "
                    "nothing else."
                ).format(survey.name, _(survey.anonymous_breakdown), least)
            else:
                text = _(
                    "{0} is anonymous: its answers are shown by whole months, in groups of at least {1}, and by nothing else."
                ).format(survey.name, least)
            parts.append(frappe.utils.escape_html(text))
        return f'<div class="text-muted small mt-2">{"<br>".join(parts)}</div>'

    # the picture

    def chart(self) -> dict[str, Any] | None:
        """The figure by month with its interval."""
        if self.kind is None:
            return None
        found = results.summed(self.own, lambda piece: piece.month)
        if not found:
            return None
        months = list(range(max(min(found), max(found) - MONTHS_SHOWN + 1), max(found) + 1))
        shown = [(month, estimate(self.kind, found[month])) for month in months if month in found]
        short = {Kind.NPS: _("NPS"), Kind.CSAT: _("CSAT, %"), Kind.CES: _("CES")}
        return {
            "data": {
                "labels": [_month_name(month, "MMM yy") for month, _e in shown],
                "datasets": [
                    {"name": _("At most"), "values": [_rounded(e.high, e.value) for _m, e in shown]},
                    {
                        "name": short.get(self.kind, _("Mean")),
                        "values": [_rounded(e.value) for _m, e in shown],
                    },
                    {"name": _("At least"), "values": [_rounded(e.low, e.value) for _m, e in shown]},
                ],
            },
            "type": "line",
            "colors": ["#a9cdbf", "#1f6b5c", "#a9cdbf"],
            "lineOptions": {"hideDots": 0, "dotSize": 4},
            "axisOptions": {"xIsSeries": 1},
            "fieldtype": "Float",
        }

    def summary(self) -> list[dict[str, Any]]:
        """The figures above the chart."""
        tallies = results.summed(self.found, lambda piece: piece.question.kind)
        cards = [_card(kind, estimate(kind, tallies[kind])) for kind in ORDER[:3] if kind in tallies]
        if len(cards) < 3:
            answers = sum(len(piece.scores) for piece in self.found)
            cards.append(
                {"label": _("Answers", context="Survey Results"), "value": answers, "datatype": "Int"}
            )
        asked = results.asked(self.sent, lambda _row: None).get(None)
        if asked:
            of = rate(asked.answered, asked.delivered)
            label = _("Response Rate ({0} … {1})").format(rows.percent(of.low), rows.percent(of.high))
            cards.append({"label": label, "value": rows.percent(of.value), "datatype": "Data"})
        return cards


def columns(view: str, kind: Kind | None) -> list[dict[str, Any]]:
    """The report's columns."""
    first = _("Survey") if view in (QUESTION, SURVEY) else _("Month") if view == MONTH else _(view)
    found = [rows.column("group", first, "Data", 180)]
    if view == QUESTION:
        found.append(rows.column("question", _("Question"), "Data", 300))
    found += [
        rows.column("kind", _("Figure"), "Data", 75),
        rows.column("answers", _("Answers", context="Survey Results"), "Int", 85),
        rows.column("value", _("Result"), "Float", 80, precision=1),
        rows.column("low", _("At least"), "Float", 85, precision=1),
        rows.column("high", _("At most"), "Float", 85, precision=1),
    ]
    if view == QUESTION:
        found.append(rows.column("before", _("Before"), "Float", 80, precision=1))
    words = _("Against the Period Before") if view == QUESTION else _("Against the Month Before")
    found.append(
        rows.column("verdict", words if view in (QUESTION, MONTH) else _("Against the Rest"), "Data", 300)
    )
    return [
        *found,
        rows.column("asked", _("Asked", context="Survey Results"), "Int", 90),
        rows.column("rate", _("Response Rate"), "Percent", 130),
        rows.column("rate_low", _("Rate at Least"), "Percent", 120),
        rows.column("rate_high", _("Rate at Most"), "Percent", 120),
    ]


def summary_words(change: Difference, before: Tally) -> str:
    """What became of a figure since the period before."""
    return change_in_words(change, _) if before.n else _("nothing to compare with")


def _whole(found: list[Piece]) -> Tally:
    return results.summed(found, lambda _piece: "").get("", Tally())


def _place(question: Question, wordings: dict[tuple[str, str], tuple[int, str]]) -> tuple[str, int, str]:
    return (
        question.survey,
        wordings.get((question.survey, question.item_key), (999, ""))[0],
        question.item_key,
    )


def _figures(kind: Kind, of: Estimate) -> dict[str, Any]:
    return {
        "answers": of.n,
        "value": _known(of.value),
        "low": _known(of.low),
        "high": _known(of.high),
        "shown": figure(kind, of.value),
    }


def _rates(asked: Asked | None) -> dict[str, Any]:
    if not asked:
        return {}
    of = rate(asked.answered, asked.delivered)
    return {"asked": asked.delivered, "rate": of.value, "rate_low": of.low, "rate_high": of.high}


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _rounded(value: float, instead: float = 0.0) -> float:
    return round(instead if math.isnan(value) else value, 1)


def _card(kind: Kind, of: Estimate) -> dict[str, Any]:
    label = kind.value
    if not math.isnan(of.low):
        label += f" ({figure(kind, of.low)} … {figure(kind, of.high)})"
    return {"label": label, "value": figure(kind, of.value), "datatype": "Data"}


def _sentence(text: str) -> str:
    """A text with a capital."""
    return text[:1].upper() + text[1:]


def _month_name(month: int, form: str = "MMM yyyy") -> str:
    return format_date(month_end(month), form)
