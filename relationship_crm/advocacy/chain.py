"""Who brought whom, as a graph: circles, chains, and what a chain is worth. Plain Python, no Frappe.

An edge leads from the customer who recommended us to the customer who came. There are no circles (they are refused when
a referral is saved), but a customer may have been recommended by several.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

Edge = tuple[str, str]  # referrer, referred


def children_of(edges: Iterable[Edge]) -> dict[str, list[str]]:
    """The customers each customer brought, each once, in the order of the edges."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for referrer, referred in edges:
        found[referrer][referred] = None
    return {referrer: list(referred) for referrer, referred in found.items()}


def chain_of(customer: str, children: Mapping[str, list[str]]) -> set[str]:
    """Everybody a customer brought, directly or through others; without the customer."""
    found: set[str] = set()
    waiting = list(children.get(customer, ()))
    while waiting:
        one = waiting.pop()
        if one not in found and one != customer:
            found.add(one)
            waiting.extend(children.get(one, ()))
    return found


def closes_circle(referrer: str, referred: str, parents: Mapping[str, Iterable[str]]) -> bool:
    """Whether a recommendation would make somebody their own ancestor; `parents` are the referrers by customer."""
    seen: set[str] = set()
    waiting = [referrer]
    while waiting:
        one = waiting.pop()
        if one == referred:
            return True
        if one not in seen:
            seen.add(one)
            waiting.extend(parents.get(one, ()))
    return False


def first_year(rows: Iterable[tuple[str, int, float]], days: int = 365) -> dict[str, tuple[float, float]]:
    """Revenue of each customer in the first 12 months and in all, from rows (customer, day of the purchase, amount).

    The first 12 months begin with the customer's first purchase. A return counts at the day of the purchase it takes
    back, so a purchase of the first year that is returned later leaves the first year.
    """
    by_customer: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for customer, day, amount in rows:
        by_customer[customer].append((day, amount))
    found = {}
    for customer, purchases in by_customer.items():
        first = min(day for day, _amount in purchases)
        early = sum(amount for day, amount in purchases if day < first + days)
        found[customer] = (early, sum(amount for _day, amount in purchases))
    return found
