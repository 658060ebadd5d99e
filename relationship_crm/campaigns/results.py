"""The result tab of a campaign: credit by model, effect, funnel, waves and variants, as of today."""

from __future__ import annotations

import math
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from relationship_crm.campaigns import by_stage, credits, funnel, outcome, performance, reached
from relationship_crm.campaigns.attribution import Model
from relationship_crm.campaigns.credits import Book
from relationship_crm.campaigns.effect import Effect
from relationship_crm.campaigns.funnel import STEPS, Funnel
from relationship_crm.campaigns.performance import Performance
from relationship_crm.campaigns.sight import Sight

CAMPAIGN = "Relationship Campaign"


@frappe.whitelist()
def of_campaign(campaign: str) -> dict[str, Any]:
    """Everything the result tab shows of a campaign that the user may read."""
    doc = frappe.get_doc(CAMPAIGN, campaign)
    doc.check_permission("read")
    sight = Sight()
    rows = [{name: doc.get(name) for name in outcome.FIELDS}]
    customers = [name for name in reached.customers_in(doc.name) if sight.sees(("Customer", name))]
    book = credits.load(doc.company, customers=customers)
    one = performance.read(doc.company, rows, sight=sight, book=book)[0]
    people = by_stage.people([doc.name], sight=sight)
    titles = _titles(doc.name)
    return {
        "currency": one.outcome.currency,
        "note": sight.note(),
        "goals": goals_of(doc, one, book),
        "credit": _credit(one, book.rules.model),
        "look_back": book.rules.look_back,
        "cost": {"planned": float(one.cost.planned), "actual": one.actual},
        "effect": effect_of(one),
        "funnel": steps_of(one.funnel),
        "waves": [
            {"name": wave.key[1], "title": titles.get(wave.key[1], wave.key[1]), "steps": steps_of(wave)}
            for wave in funnel.read(rows, "Wave", sight=sight)
            if wave.key[1]
        ],
        "variants": variants_of(people, titles),
    }


def goals_of(campaign: Any, one: Performance, book: Book) -> list[dict[str, Any]]:
    """What the campaign (its document) was to reach, and how far it is; goals that nobody set are left out."""
    first = credits.first_purchases(campaign.company, None, book).values()
    won = sum(1 for purchase in first if purchase.campaign == campaign.name and purchase.day <= getdate())
    so_far = {
        "goal_responses": one.funnel.steps["responded"],
        "goal_customers": won,
        "goal_revenue": one.credit[book.rules.model].amount,
    }
    return [
        {
            "goal": name,
            "wanted": campaign.get(name),
            "reached": value,
            "share": 100 * value / campaign.get(name),
        }
        for name, value in so_far.items()
        if campaign.get(name)
    ]


def _credit(one: Performance, own: Model) -> list[dict[str, Any]]:
    return [
        {
            "model": model.value,
            "amount": money.amount,
            "paid": money.paid,
            "margin": money.margin,
            "return_on_spend": one.return_on_spend(model),
            "revenue_on_spend": one.revenue_on_spend(model),
            "own": model is own,
        }
        for model, money in one.credit.items()
    ]


def effect_of(one: Performance) -> dict[str, Any]:
    """The effect as the form draws it."""
    of = one.outcome
    mean, rate = of.sentences()
    return {
        "mean": {**_interval(of.mean), "sentence": mean},
        "rate": {**_interval(of.rate), "sentence": rate},
        "contacted": of.contacted.n,
        "control": of.control.n,
        "buyers": of.contacted.buyers,
        "control_buyers": of.control.buyers,
        "whole": whole_words(of),
        "until": of.until,
        "open": of.open,
    }


def whole_words(of: outcome.Outcome) -> str:
    """What the campaign brought altogether, "" where that cannot be told."""
    if not of.mean.told:
        return ""
    value, low, high = of.mean.for_all()
    text = (
        _("Altogether {0} more (95 % interval: {1} to {2}).")
        if value > 0
        else _("Altogether {0} less (95 % interval: {1} to {2}).")
    )
    bounds = sorted((abs(low), abs(high)))
    return text.format(of.written(abs(value)), *(of.written(bound) for bound in bounds))


def steps_of(one: Funnel) -> list[dict[str, Any]]:
    """Steps of a funnel: how many, in per cent of those contacted, and the money in it."""
    return [
        {"step": step, "count": one.steps[step], "share": one.share(step), "money": one.money.get(step)}
        for step in STEPS
    ]


def variants_of(people: list[by_stage.Person], titles: dict[str, str]) -> list[dict[str, Any]]:
    """Waves with variants: how each did, and each against the first in words."""
    found = []
    for (_campaign, activity), variants in by_stage.contests(people).items():
        first, *others = variants
        found.append(
            {
                "title": titles.get(activity, activity),
                "variants": [
                    {
                        "variant": name,
                        "contacted": tally.contacted,
                        "responded": tally.responded,
                        "rate": tally.rate.value,
                        "low": tally.rate.low,
                        "high": tally.rate.high,
                    }
                    for name, tally in variants.items()
                ],
                "sentences": [
                    by_stage.in_words(other, first, by_stage.compared(variants[other], variants[first]), _)
                    for other in others
                ],
            }
        )
    return found


def _interval(effect: Effect) -> dict[str, float | bool | None]:
    """An effect's numbers; what is not known is None, which JSON knows."""
    known = {name: getattr(effect, name) for name in ("value", "low", "high")}
    return {
        **{name: None if math.isnan(value) else value for name, value in known.items()},
        "told": effect.told,
    }


def _titles(campaign: str) -> dict[str, str]:
    """Titles of a campaign's activities by name."""
    rows = frappe.get_all(
        "Campaign Activity",
        filters={"campaign": campaign},
        fields=["name", "title"],
        order_by="wave asc, name asc",
    )
    return {row.name: row.title or row.name for row in rows}
