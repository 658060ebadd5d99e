"""What a new customer cost, and when the customers' margin has paid for it. Arithmetic only: no Frappe.

    acquisition cost = actual cost / new customers
    paid back        in the first month from whose end on the cumulative margin stays at or above the cost

"Stays": a return in the fifth month takes back a payback of the third. Amounts are whole units of the currency (cents), so
that a margin equal to the cost covers it. A cohort is paid back as a whole: its margins added up, against the whole cost.
Months are those of the calendar from the first one on; they include what the campaign's customers bought later.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from relationship_crm.contracts.periods import month_number

#: The margin has not covered the cost.
NOT_YET = -1


@dataclass(frozen=True)
class Payback:
    """By customer or cohort: the month counted from 0 (NOT_YET where there is none), and what is still missing today."""

    month: np.ndarray
    missing: np.ndarray


def acquisition_cost(cost: float, new_customers: int) -> float:
    """Cost per new customer; NaN where nobody was won."""
    return cost / new_customers if new_customers else float("nan")


def monthly(
    customer: np.ndarray, day: np.ndarray, margin: np.ndarray, customers: int, first_day: int, months: int
) -> np.ndarray:
    """Margins (whole units) by customer and calendar month, K×M; the first month is that of `first_day`.

    What lies before the first month or after the last is left out.
    """
    month = month_number(day) - month_number(np.asarray(first_day))
    inside = (month >= 0) & (month < months)
    found = np.zeros((customers, months), dtype=np.int64)
    at = (np.asarray(customer)[inside], month[inside])
    np.add.at(found, at, np.asarray(margin, dtype=np.int64)[inside])
    return found


def payback(cost: np.ndarray, margin: np.ndarray) -> Payback:
    """Payback of each row of margins (K×M, whole units) against its cost (K)."""
    margin = np.atleast_2d(np.asarray(margin, dtype=np.int64))
    cost = np.broadcast_to(np.asarray(cost, dtype=np.int64), margin.shape[:1])
    if not margin.shape[1]:
        return Payback(np.full(len(cost), NOT_YET), np.maximum(cost, 0))
    gained = np.cumsum(margin, axis=1)
    # the lowest from each month on
    lowest = np.minimum.accumulate(gained[:, ::-1], axis=1)[:, ::-1]
    covered = lowest >= cost[:, None]
    month = np.where(covered[:, -1], np.argmax(covered, axis=1), NOT_YET)
    return Payback(month, np.maximum(cost - gained[:, -1], 0))


def cohort(cost: int, margin: np.ndarray) -> Payback:
    """Payback of all customers of a campaign together, against its whole cost."""
    return payback(np.array([cost]), np.asarray(margin, dtype=np.int64).sum(axis=0, keepdims=True))
