"""Who gets the credit for an invoice: its net amount divided over the campaign touches before the order.

A touch is a campaign reaching a party on a day. Touches of the invoice's party count from `look_back` days before the order
up to the day of the order itself, both included. They share the invoice by one of these weights:

    first, last    all to the first, the last one
    linear         to all alike
    position       40 % to the first, 40 % to the last, 20 % to those between; 50 and 50 of two
    time decay     2^(-age/h), age in days before the order, h the half-life

Touches of one day stand in the order of their names. Amounts are whole units of the currency (cents), and the credits of an
invoice add up to it exactly, by largest remainders. An invoice without touches is credited to nobody (touch -1) and counts.

A return is credited to the touches of the invoice it returns. After each return the touches keep what the rest of the
invoice would give them; the return's credits are the difference. So a fully returned invoice has credited exactly nothing,
and what is left after several returns depends on their sum alone. A whole family (an invoice and all its returns) has to
be given at once.

What was paid is divided in the same way, beside it. Credit is not cause: `effect` says what a campaign caused.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

import numpy as np

from relationship_crm.campaigns.apportion import apportion, units
from relationship_crm.contracts.billing import CENT
from relationship_crm.contracts.periods import key

LOOK_BACK = 180
HALF_LIFE = 30.0
#: The first and the last touch get twice as much each as those between together: 40/20/40.
_END = 2
#: Who gets the credit where there was no touch.
NOBODY = -1


class Model(Enum):
    """How touches share an invoice."""

    FIRST = "First Touch"
    LAST = "Last Touch"
    LINEAR = "Linear"
    POSITION = "Position Based"
    DECAY = "Time Decay"


@dataclass(frozen=True)
class Touches:
    """Touches by party, day and name; `position` is the place of each in what was given."""

    party: np.ndarray
    day: np.ndarray
    position: np.ndarray

    @classmethod
    def of(cls, party: np.ndarray, day: np.ndarray, name: np.ndarray) -> Touches:
        """Touches in any order: parties as numbers from 0, days since 1970-01-01, names that tell touches of a day apart."""
        party, day = np.asarray(party, dtype=np.int64), np.asarray(day, dtype=np.int64)
        order = np.lexsort((np.asarray(name), day, party))
        return cls(party[order], day[order], order)


@dataclass(frozen=True)
class Invoices:
    """Invoices and returns, one position each; amounts in whole units, negative for returns.

    `day` is the day of the order (of the invoice where there was none), `returns` the position of the returned invoice, -1
    for invoices. Returns of one invoice count in the order of their days, then positions.
    """

    party: np.ndarray  # -1: unknown
    day: np.ndarray
    amount: np.ndarray
    paid: np.ndarray
    returns: np.ndarray

    @classmethod
    def of(
        cls,
        party: np.ndarray,
        day: np.ndarray,
        amount: np.ndarray,
        paid: np.ndarray | None = None,
        returns: np.ndarray | None = None,
        unit: Decimal = CENT,
    ) -> Invoices:
        """From net amounts and the paid parts of them, in the company's currency."""
        party = np.asarray(party, dtype=np.int64)
        nothing, nobody = np.zeros(len(party)), np.full(len(party), -1)
        return cls(
            party,
            np.asarray(day, dtype=np.int64),
            units(amount, unit),
            units(nothing if paid is None else paid, unit),
            np.asarray(nobody if returns is None else returns, dtype=np.int64),
        )


@dataclass(frozen=True)
class Credits:
    """Credit by invoice and touch, one row each: positions in what was given, amounts in whole units.

    `touch` is -1 for what is credited to nobody.
    """

    invoice: np.ndarray
    touch: np.ndarray
    amount: np.ndarray
    paid: np.ndarray


@dataclass(frozen=True)
class Sums:
    """Credit by campaign, and what was credited to nobody; whole units."""

    amount: np.ndarray
    paid: np.ndarray
    not_attributed: int
    not_attributed_paid: int

    @property
    def total(self) -> int:
        """All that was invoiced."""
        return int(self.amount.sum()) + self.not_attributed


def paid_part(net: np.ndarray, total: np.ndarray, outstanding: np.ndarray) -> np.ndarray:
    """The paid part of net amounts: net · (total - outstanding)/total, both with taxes; all of what totals nothing."""
    total = np.asarray(total, dtype=float)
    some = total != 0
    share = np.ones(len(total))
    share[some] = (total[some] - np.asarray(outstanding, dtype=float)[some]) / total[some]
    return np.asarray(net, dtype=float) * share


def attribute(
    invoices: Invoices,
    touches: Touches,
    model: Model,
    look_back: int = LOOK_BACK,
    half_life: float = HALF_LIFE,
) -> Credits:
    """Credits of all invoices under a model. Raises ValueError for days below 0 and returns that return each other."""
    if look_back < 0 or half_life <= 0:
        raise ValueError("the look-back is 0 days or more, the half-life more than 0")
    root = _roots(invoices.returns)
    first, stop = _window(invoices, touches, look_back)
    if model is Model.FIRST:
        stop = np.minimum(first + 1, stop)
    elif model is Model.LAST:
        first = np.maximum(stop - 1, first)
    touched = (stop > first)[root]
    document = _families(invoices, root)
    document = document[touched[document]]
    own = root[document]
    count = (stop - first)[own]
    row = np.repeat(np.arange(len(document)), count)
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    touch = np.repeat(first[own], count) + place
    age = np.repeat(touches.day[stop[own] - 1], count) - touches.day[touch] if model is Model.DECAY else place
    weight = _weights(model, place, count[row], age, half_life)
    later = np.append(False, own[1:] == own[:-1])[: len(own)]  # not the first document of its family
    alone = np.flatnonzero(~touched)
    return Credits(
        np.concatenate((document[row], alone)),
        np.concatenate((touches.position[touch], np.full(len(alone), NOBODY))),
        np.concatenate((_credit(invoices.amount[document], later, weight, count), invoices.amount[alone])),
        np.concatenate((_credit(invoices.paid[document], later, weight, count), invoices.paid[alone])),
    )


def by_campaign(credits: Credits, campaign: np.ndarray, campaigns: int) -> Sums:
    """Credits summed by campaign; `campaign` is the position 0..campaigns-1 of each touch's, in the order given."""
    given = credits.touch != NOBODY
    at = np.asarray(campaign, dtype=np.int64)[credits.touch[given]]
    amount, paid = np.zeros((2, campaigns), dtype=np.int64)
    np.add.at(amount, at, credits.amount[given])
    np.add.at(paid, at, credits.paid[given])
    return Sums(amount, paid, int(credits.amount[~given].sum()), int(credits.paid[~given].sum()))


def shares(model: Model, age: np.ndarray, half_life: float = HALF_LIFE) -> np.ndarray:
    """The shares of one invoice's touches, by their age in days before the order, oldest first."""
    age = np.asarray(age, dtype=np.int64)
    if not len(age):
        return np.zeros(0)
    place = np.arange(len(age))
    if model in (Model.FIRST, Model.LAST):
        return (place == (0 if model is Model.FIRST else len(age) - 1)).astype(float)
    weight = _weights(model, place, np.full(len(age), len(age)), age - age[-1], half_life)
    return weight / weight.sum()


def _roots(returns: np.ndarray) -> np.ndarray:
    """The invoice that began each family; a return of a return belongs to the same."""
    own = np.arange(len(returns))
    root = np.where(returns < 0, own, returns)
    for _step in range(64):
        further = root[root]
        if (further == root).all():
            break
        root = further
    if (returns[root] >= 0).any():
        raise ValueError("returns that return each other have no invoice")
    return root


def _window(invoices: Invoices, touches: Touches, look_back: int) -> tuple[np.ndarray, np.ndarray]:
    """First touch that counts for each invoice, and the one after the last."""
    by = key(touches.party, touches.day)
    first = np.searchsorted(by, key(invoices.party, invoices.day - look_back), side="left")
    stop = np.searchsorted(by, key(invoices.party, invoices.day), side="right")
    return first, np.where(invoices.party < 0, first, stop)


def _families(invoices: Invoices, root: np.ndarray) -> np.ndarray:
    """Positions with every invoice before its returns, and these by day."""
    own = np.arange(len(root))
    if (root == own).all():
        return own
    return np.lexsort((own, invoices.day, root != own, root))


def _weights(
    model: Model, place: np.ndarray, count: np.ndarray, age: np.ndarray, half_life: float
) -> np.ndarray:
    """Weight of each touch by its place among so many; ages in days before the last of them.

    Whole numbers where the model allows, so that shares are exact.
    """
    if model is Model.DECAY:
        return np.exp2(-age / half_life)
    if model is Model.POSITION:
        end = (place == 0) | (place == count - 1)
        return np.where(end & (count > 2), _END * (count - 2), 1).astype(float)
    return np.ones(len(place))


def _credit(amount: np.ndarray, later: np.ndarray, weight: np.ndarray, count: np.ndarray) -> np.ndarray:
    """What each document of a family adds: what is due after it less what was due before it."""
    if not later.any():
        return apportion(amount, weight, count)
    running = np.cumsum(amount)
    before = np.where(later, 0, running - amount)
    due = running - before[np.maximum.accumulate(np.where(later, 0, np.arange(len(later))))]
    credit = apportion(due, weight, count)
    row = np.flatnonzero(np.repeat(later, count))
    earlier = credit[row - np.repeat(count, count)[row]]
    credit[row] -= earlier
    return credit
