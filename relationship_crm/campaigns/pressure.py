"""How often customers hear from us in a year, against the plan of their stage. Arithmetic only: no Frappe.

The plan of a stage says how many touches a year there should be at least and at most. Somebody who has been in the book for
fewer than the year's days is held to the same share of it, rounded in their favour: at least 4 and at most 12 a year are at
least floor(4·90/365) = 0 and at most ceil(12·90/365) = 3 in the first 90 days.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from relationship_crm.contracts.words import Translate, untranslated

YEAR = 365


class Pressure(IntEnum):
    """How a customer is contacted, measured by the plan."""

    SILENCE = 0  # nobody hears from us, though they should
    LESS = 1  # less than planned
    AS_PLANNED = 2
    PESTERED = 3  # more than planned


@dataclass(frozen=True)
class Plan:
    """Touches a year by stage (positions 0..S-1), at least and at most; the most may be infinite."""

    least: np.ndarray
    most: np.ndarray


@dataclass(frozen=True)
class Frequency:
    """By stage: customers, touches, touches a customer and year (NaN without customers), and customers by pressure, S×4."""

    customers: np.ndarray
    touches: np.ndarray
    a_year: np.ndarray
    pressure: np.ndarray


def touches_of(
    customer: np.ndarray, day: np.ndarray, customers: int, as_of: int, days: int = YEAR
) -> np.ndarray:
    """Touches of each customer in the days up to `as_of`, that day included."""
    day = np.asarray(day)
    inside = (day > as_of - days) & (day <= as_of)
    return np.bincount(np.asarray(customer, dtype=np.int64)[inside], minlength=customers)


def classify(
    touches: np.ndarray, stage: np.ndarray, plan: Plan, known: np.ndarray | int = YEAR
) -> np.ndarray:
    """Pressure of each customer (as numbers), from touches in the last year, stage, and days in the book (at most a year)."""
    least, most = bounds(stage, plan, known)
    return np.select(
        [touches > most, touches >= least, touches > 0],
        [Pressure.PESTERED, Pressure.AS_PLANNED, Pressure.LESS],
        default=Pressure.SILENCE,
    )


def bounds(stage: np.ndarray, plan: Plan, known: np.ndarray | int = YEAR) -> tuple[np.ndarray, np.ndarray]:
    """At least and at most so many touches for each customer's stage and days in the book; without a limit infinite."""
    share = np.clip(np.asarray(known, dtype=float), 0, YEAR) / YEAR
    least = np.floor(np.asarray(plan.least, dtype=float)[stage] * share)
    limit = np.asarray(plan.most, dtype=float)[stage]
    most = np.ceil(np.where(np.isinf(limit), 0.0, limit) * share)
    return least, np.where(np.isinf(limit), np.inf, most)


def by_stage(touches: np.ndarray, stage: np.ndarray, plan: Plan, known: np.ndarray | int = YEAR) -> Frequency:
    """The table of a book: how often each stage is contacted, and how many are contacted too little or too much."""
    stages = len(plan.least)
    stage = np.asarray(stage, dtype=np.int64)
    years = np.broadcast_to(np.clip(np.asarray(known, dtype=float), 0, YEAR) / YEAR, stage.shape)
    customers, lived = np.bincount(stage, minlength=stages), np.bincount(stage, years, minlength=stages)
    total = np.bincount(stage, touches, minlength=stages).astype(np.int64)
    a_year = np.full(stages, np.nan)
    np.divide(total, lived, out=a_year, where=lived > 0)
    cell = stage * len(Pressure) + classify(touches, stage, plan, known)
    table = np.bincount(cell, minlength=stages * len(Pressure)).reshape(stages, len(Pressure))
    return Frequency(customers, total, a_year, table)


def in_words(pressure: Pressure, translate: Translate = untranslated) -> str:
    """A class as the report heads it, seen by the customers in it."""
    return {
        Pressure.SILENCE: translate("Nobody hears from us"),
        Pressure.LESS: translate("Less than planned"),
        Pressure.AS_PLANNED: translate("As planned"),
        Pressure.PESTERED: translate("We pester them"),
    }[pressure]
