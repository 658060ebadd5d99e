"""Stages, criteria and facts as sentences for people."""

from __future__ import annotations

from datetime import date

import numpy as np

from relationship_crm.engine.grid import day_of
from relationship_crm.engine.stages import Criterion, Fold

#: How a criterion's measure reads; {now} is its value, {limit} the threshold.
_HELD = {
    "engaged": "in talks: an opportunity, a quotation or an answered contact",
    "purchases": "{now} purchases",
    "purchases_12m": "{now} purchases in twelve months",
    "days_since_first_purchase": "customer for {now} days",
    "days_since_last_purchase": "last purchase {now} days ago",
    "rhythm": "silent for {now} times the usual gap",
    "paid_referrals": "{now} referrals that became paying customers",
    "testimonials": "{now} testimonials that may be shown",
    "realised_ideas": "{now} ideas that were realised",
    "recorded_loss": "a loss was recorded",
    "revenue_12m": "revenue of {now} in twelve months",
    "revenue_total": "revenue of {now}",
}
_ONE = {
    "purchases": "1 purchase",
    "paid_referrals": "1 referral that became a paying customer",
    "testimonials": "1 testimonial that may be shown",
    "realised_ideas": "1 idea that was realised",
}
DIMENSION_LABELS = {
    "satisfaction": "Satisfaction",
    "trust_employee": "Trust in the employee",
    "trust_company": "Trust in the company",
    "engagement_employee_rational": "Engagement with the employee, rational",
    "engagement_employee_emotional": "Engagement with the employee, emotional",
    "engagement_company_rational": "Engagement with the company, rational",
    "engagement_company_emotional": "Engagement with the company, emotional",
    "trust": "Trust",
    "engagement": "Engagement",
    "composite": "Composite",
}


def number(value: float, digits: int = 0) -> str:
    """A number with thin groups, a dash where nothing is known."""
    if value is None or np.isnan(value):
        return "–"
    return f"{value:,.{digits}f}".replace(",", "\u202f")


def signed(value: float, digits: int = 1) -> str:
    """A difference with its sign."""
    text = f"{abs(value):.{digits}f}"
    return f"±{text}" if float(text) == 0 else ("+" if value > 0 else "−") + text


def day_text(day: date) -> str:
    """A date as people write it, the same in every locale."""
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return f"{day.day} {months[day.month - 1]} {day.year}"


def criterion_text(criterion: Criterion, value: float, holds: bool) -> str:
    """Why a criterion holds or not, e.g. "satisfaction 48 (at least 55)"."""
    limit = number(criterion.threshold, 1 if criterion.threshold % 1 else 0)
    bound = f"at least {limit}" if criterion.operator == ">=" else f"at most {limit}"
    measure = criterion.measure
    if measure in _HELD:
        now = number(value, 1 if measure == "rhythm" else 0)
        if measure == "rhythm" and holds and criterion.operator == "<=":
            return "buys in rhythm"
        if holds and value == 1 and measure in _ONE:
            return _ONE[measure]
        if not holds and measure == "engaged":
            return "no longer in talks"
        if np.isnan(value):
            return f"{_HELD[measure].replace('{now} ', '')}: unknown"
        text = _HELD[measure].format(now=now)
    else:
        label = DIMENSION_LABELS.get(measure, measure.replace("_", " "))
        text = f"{label[0].lower()}{label[1:]} {number(value)}"
    return text if holds and criterion.threshold <= 1 else f"{text} ({bound})"


def move_reasons(fold: Fold, measures: dict[str, np.ndarray], party: int, before: int, now: int) -> list[str]:
    """Why a party moved between two points of the grid: what lifted it, or what no longer holds."""
    start, end = int(fold.rung[party, before]), int(fold.rung[party, now])
    low, high = sorted((start, end))
    found: dict[str, str] = {}
    for c, (rung, criterion) in enumerate(fold.criteria):
        held, holds = bool(fold.holds[c, party, before]), bool(fold.holds[c, party, now])
        if not (low < rung <= high and holds != held and holds == (end > start)):
            continue
        if (
            holds or criterion.measure not in found
        ):  # of one measure the highest that was lifted, the lowest that broke
            found[criterion.measure] = criterion_text(
                criterion, float(measures[criterion.measure][party, now]), holds
            )
    if "purchases" in found:
        found.pop("engaged", None)  # who buys is in talks
    return list(found.values())[:3] or ["the criteria of the stage"]


def since_text(day_number: float) -> str:
    """The date of a day number, a dash where there is none."""
    return "–" if np.isnan(day_number) else day_text(day_of(int(day_number)))
