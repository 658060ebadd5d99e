"""What campaigns cost, whom they reached, who gets the credit for what was sold, and what they caused."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, fmt_money

from relationship_crm.campaigns import choosing, credits, outcome, performance
from relationship_crm.campaigns.attribution import Model
from relationship_crm.campaigns.credits import Book
from relationship_crm.campaigns.performance import Performance
from relationship_crm.campaigns.sight import Sight
from relationship_crm.relationship_crm.report import rows

CAMPAIGN, KIND = "Campaign", "Kind"
SHOWN_IN_CHART = 10
COST, CREDIT, MARGIN = "#e0703c", "#1f6b5c", "#d9a441"
#: Columns of the models' credit.
CREDITED = {model: f"credit_{frappe.scrub(model.value)}" for model in Model}
#: What is added up in the rows below the campaigns.
SUMMED = ("planned", "actual", "variance", "paid", "margin", *CREDITED.values())


def execute(filters: dict[str, Any] | None = None) -> tuple:
    """Columns, rows, message, chart, summary."""
    report = Report(frappe._dict(filters or {}))
    return report.columns(), report.lines(), report.message(), report.chart(), report.summary()


class Report:
    """The campaigns of a company that were asked for, with all that is told about them."""

    def __init__(self, filters: frappe._dict) -> None:
        company, as_of = choosing.company(filters), choosing.day(filters)
        self.view = filters.view if filters.view in (CAMPAIGN, KIND) else CAMPAIGN
        self.currency = frappe.get_cached_value("Company", company, "default_currency")
        self.sight = Sight()
        self.chosen = choosing.campaigns(filters)
        self.book: Book = credits.load(company, as_of, self.sight.customers())
        self.model = next((m for m in Model if m.value == filters.model), self.book.rules.model)
        self.found = performance.read(company, self.chosen, as_of, self.sight, self.book)
        self.pooled = outcome.pooled([one.outcome for one in self.found])
        self.rows = [self._row(row, one) for row, one in zip(self.chosen, self.found, strict=True)]

    # the table

    def lines(self) -> list[frappe._dict]:
        """Rows of the chosen view; below campaigns what is left of all invoices."""
        if self.view == KIND:
            return self._kinds()
        return [*self.rows, *self._below(self.rows)]

    def _row(self, campaign: frappe._dict, one: Performance) -> frappe._dict:
        steps, own = one.funnel.steps, one.credit[self.model]
        mean, rate = one.outcome.sentences()
        return frappe._dict(
            {name: campaign[name] for name in choosing.SHOWN},
            planned=float(one.cost.planned),
            actual=one.actual,
            variance=float(one.cost.variance),
            **{step: steps[step] for step in ("listed", "contacted", "reached", "responded")},
            response_rate=one.funnel.share("responded"),
            **{CREDITED[model]: money.amount for model, money in one.credit.items()},
            paid=own.paid,
            margin=own.margin,
            return_on_spend=one.return_on_spend(self.model),
            revenue_on_spend=one.revenue_on_spend(self.model),
            **_interval(one.outcome.mean),
            verdict=mean,
            rate_verdict=rate,
            currency=self.currency,
        )

    def _below(self, data: Sequence[frappe._dict]) -> list[frappe._dict]:
        """What the campaigns come to, credit of others, what nobody gets, and all that was invoiced net."""
        own = self._sum(data, _("These Campaigns"))
        others = frappe._dict(title=_("Other Campaigns"))
        nobody = frappe._dict(title=_("Not Attributed"))
        whole = frappe._dict(title=_("All Invoices, Net"), is_total=1)
        for model, field in CREDITED.items():
            sums = self.book.sums(model)
            credited = flt(float(self.book.money(int(sums.amount.sum()))), 9)
            others[field] = flt(credited - flt(own.get(field)), 2)
            nobody[field] = credits.not_attributed(self.book, model)
            whole[field] = float(self.book.money(self.book.total))
        found = [own] if data else []
        found += [others] if any(others[field] for field in CREDITED.values()) else []
        return [frappe._dict(row, currency=self.currency, is_sum=1) for row in (*found, nobody, whole)]

    def _kinds(self) -> list[frappe._dict]:
        """Campaigns of a kind together: added up, their effects pooled."""
        by_kind: dict[str, list[frappe._dict]] = defaultdict(list)
        for row in self.rows:
            by_kind[row.kind].append(row)
        data = []
        for kind, members in sorted(by_kind.items()):
            mean, rate = self.pooled[kind]
            row = self._sum(members, _(kind))
            for step in ("listed", "contacted", "reached", "responded"):
                row[step] = sum(member[step] for member in members)
            row.update(
                kind=kind,
                campaigns=len(members),
                pooled=mean.campaigns,
                response_rate=rows.share(row.responded, row.contacted) if row.contacted else None,
                **_interval(mean.shown),
                verdict=mean.in_words(self._written, _),
                rate_verdict=rate.in_words(self._written, _),
                currency=self.currency,
            )
            data.append(row)
        return data

    def _sum(self, data: Iterable[frappe._dict], title: str) -> frappe._dict:
        data = list(data)
        row = frappe._dict(
            {name: flt(sum(flt(one[name]) for one in data), 2) for name in SUMMED}, title=title
        )
        if row.actual and self.sight.whole:
            row.return_on_spend = 100 * (row.margin - row.actual) / row.actual
            row.revenue_on_spend = row[CREDITED[self.model]] / row.actual
        return row

    def _written(self, value: float) -> str:
        return fmt_money(value, currency=self.currency)

    # the columns

    def columns(self) -> list[dict[str, Any]]:
        """The columns of the chosen view."""
        column, money = rows.column, rows.money
        first = (
            [
                column("title", _("Campaign"), "Data", 210),
                column("status", _("Status"), "Data", 95),
                column("kind", _("Kind"), "Data", 105),
                column("start_date", _("Start Date"), "Date", 115),
                column("end_date", _("End Date"), "Date", 115),
            ]
            if self.view == CAMPAIGN
            else [
                column("title", _("Kind"), "Data", 140),
                column("campaigns", _("Campaigns"), "Int", 100),
                column("pooled", _("With a Control Group"), "Int", 160),
            ]
        )
        own = [self.model, *(model for model in Model if model is not self.model)]
        return [
            *first,
            money("planned", _("Planned"), 120),
            money("actual", _("Actual"), 120),
            money("variance", _("Variance"), 115),
            column("listed", _("Listed"), "Int", 80),
            column("contacted", _("Contacted"), "Int", 95),
            column("reached", _("Reached"), "Int", 95),
            column("responded", _("Responded"), "Int", 100),
            column("response_rate", _("Response Rate"), "Percent", 120),
            *[
                money(
                    CREDITED[model],
                    _("Credit: {0}").format(_(model.value)),
                    165 if model is self.model else 160,
                )
                for model in own
            ],
            money("paid", _("Of Which Paid"), 125),
            money("margin", _("Credited Margin"), 140),
            column("return_on_spend", _("Return on Spend"), "Percent", 135),
            column("revenue_on_spend", _("Revenue per Cost"), "Float", 140, precision=2),
            money("effect", _("Effect per Customer"), 150),
            money("low", _("From", context="Interval"), 110),
            money("high", _("To", context="Interval"), 110),
            column("verdict", _("What It Caused"), "Data", 430),
            column("rate_verdict", _("What It Caused: Buyers"), "Data", 430),
            column(
                "name", _("Name"), "Link", 120, options="Relationship Campaign", hidden=int(self.view == KIND)
            ),
            rows.currency_column(),
        ]

    # words, chart, summary

    def message(self) -> str | None:
        """What credit is not, how it was given, what is left out."""
        rules = self.book.rules
        how = _(
            "{0}: of the net amount of every posted invoice, over the touches of {1} days before the order. Paid and margin follow it."
        ).format(_(self.model.value), rules.look_back)
        return choosing.paragraphs(
            " ".join((_("Attribution says who gets the credit, not what was caused."), how)),
            self._together(),
            self.sight.note(),
        )

    def _together(self) -> str:
        """The pooled effect where all campaigns are of a kind."""
        if len(self.pooled) != 1 or self.view == KIND:
            return ""
        ((kind, (mean, _rate)),) = self.pooled.items()
        if mean.campaigns <= 1:
            return ""
        return _("{0} campaigns of the kind {1} together: {2}").format(
            mean.campaigns, _(kind), mean.in_words(self._written, _)
        )

    def chart(self) -> dict[str, Any]:
        """Cost, credit and margin of the campaigns with the largest credit or cost."""
        found = list(zip(self.chosen, self.found, strict=True))
        found.sort(key=lambda pair: (-max(pair[1].credit[self.model].amount, pair[1].actual), pair[0].name))
        if not (found := found[:SHOWN_IN_CHART]):
            return rows.no_bars()
        series = {
            _("Actual Cost"): [flt(one.actual, 2) for _row, one in found],
            _("Credited Revenue"): [flt(one.credit[self.model].amount, 2) for _row, one in found],
            _("Credited Margin"): [flt(one.credit[self.model].margin, 2) for _row, one in found],
        }
        return rows.bars(
            [row.title for row, _one in found],
            series,
            colors=(COST, CREDIT, MARGIN),
            fieldtype="Currency",
            options="currency",
            currency=self.currency,
        )

    def summary(self) -> list[dict[str, Any]]:
        """The figures above the chart."""
        whole = self._sum(self.rows, "")
        money = {"datatype": "Currency", "currency": self.currency}
        known = whole.get("return_on_spend")
        return [
            {"label": _("Planned Cost"), "value": whole.planned, **money},
            {"label": _("Actual Cost"), "value": whole.actual, **money},
            {"label": _("Credited Revenue"), "value": whole[CREDITED[self.model]], **money},
            {"label": _("Not Attributed"), "value": credits.not_attributed(self.book, self.model), **money},
            {
                "label": _("Return on Spend"),
                "value": "–" if known is None else rows.percent(known),
                "datatype": "Data",
                "indicator": "Grey" if known is None else "Green" if known >= 0 else "Red",
            },
        ]


def _interval(of: Any) -> dict[str, float | None]:
    """An effect with its interval, blank where it is not known."""
    values = {"effect": of.value, "low": of.low, "high": of.high}
    return {name: None if math.isnan(value) else value for name, value in values.items()}
