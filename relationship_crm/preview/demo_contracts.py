"""Service contracts of the demo company: machines that are looked after for a year at a time, renewed or let go."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from relationship_crm.contracts.billing import anniversary
from relationship_crm.contracts.chains import AUTOMATIC, BY_PROPOSAL, ENDS, YEAR
from relationship_crm.preview import demo_profiles as cast
from relationship_crm.preview.demo_profiles import PROFILES

if TYPE_CHECKING:
    from relationship_crm.preview.demo import Demo


@dataclass(frozen=True)
class Habit:
    """How customers of one kind take contracts: shares 0..1, price of a year."""

    signs: float
    renews: float
    price: float


HABITS = {
    "champion": Habit(0.95, 0.98, 1800),
    "loyal": Habit(0.80, 0.96, 1200),
    "regular": Habit(0.60, 0.80, 780),
    "slipping": Habit(0.60, 0.95, 1250),
    "neglected": Habit(0, 0.30, 0),
    "lost": Habit(0.60, 0.40, 700),
    "newcomer": Habit(0.40, 0.85, 660),
    "complaining": Habit(0.70, 0.35, 900),
    "slow_payer": Habit(0.50, 0.70, 880),
}
#: Days of notice, and how long before the last day of notice it is decided.
NOTICE, DECIDED = 60, (3, 40)
#: Who goes on without being asked, and who has agreed from the beginning that one term is enough.
AUTOMATICALLY, ONCE = 0.2, 0.05
#: Who lets a contract run out without a word, of those who do not renew.
SILENTLY = 0.15
UPLIFT = 1.03
REASONS = ("The price", "Another supplier", "The service was not good enough", "No need any more")
CLOSED = "The business was closed"
#: Of those who stopped buying altogether, who closed.
CLOSING = 0.3
#: So long after their first order they sign, in days.
LATER = (20, 150)


def sign(demo: Demo, customers: list[dict[str, Any]], seed: int) -> None:
    """Contracts with their renewals. By dice of its own, so that nothing else falls otherwise."""
    dice = random.Random(f"contracts {seed}")
    demo.book.open("Service Contract")
    for reason in (*REASONS, CLOSED):
        demo.book.add(
            "Contract Ending Reason",
            name=reason,
            not_customers_choice=int(reason == CLOSED),
            creation=demo.start,
            modified=demo.start,
        )
    for customer in customers:
        habit = HABITS.get(customer["kind"])
        start = customer["began"] + timedelta(days=dice.randint(*LATER))
        if habit and dice.random() < habit.signs and demo.past(start) and start < customer["ended"]:
            price = round(habit.price * dice.uniform(0.7, 1.4), -1)
            mode = (
                ENDS if dice.random() < ONCE else AUTOMATIC if dice.random() < AUTOMATICALLY else BY_PROPOSAL
            )
            _term(demo, dice, customer, mode, start, price, None, start)


def _term(
    demo: Demo,
    dice: random.Random,
    customer: dict[str, Any],
    mode: str,
    start: date,
    price: float,
    before: dict[str, Any] | None,
    agreed: date,
) -> None:
    """One year of a contract, and what is decided about the next."""
    end = anniversary(start, 1) - timedelta(days=1)
    notice = end - timedelta(days=NOTICE)
    entered = datetime.combine(agreed, time(9 + dice.randint(0, 7)))
    row = demo.book.add(
        "Service Contract", name=demo.name("SC", agreed), customer=customer["name"], customer_name=customer["name"],
        company=cast.COMPANY, currency=cast.CURRENCY, start_date=start, end_date=end, notice_date=notice, renewal=mode,
        renewal_months=YEAR, yearly_value=price, creation=entered, modified=entered,
    )  # fmt: skip
    if before:
        row.update(renewed_from=before["name"], renewed_on=agreed, renewal_entered_on=entered)
        before.update(renewed_into=row["name"], decided_on=agreed)
    day = notice + timedelta(days=1) if mode == AUTOMATIC else notice - timedelta(days=dice.randint(*DECIDED))
    if mode == ENDS or not demo.past(day):
        return
    if dice.random() < _renews(demo, customer, day):
        _term(demo, dice, customer, mode, end + timedelta(days=1), round(price * UPLIFT, 2), row, day)
    else:
        _refuse(dice, customer, row, mode, day if mode == BY_PROPOSAL else notice - timedelta(days=1))


def _renews(demo: Demo, customer: dict[str, Any], day: date) -> float:
    from relationship_crm.preview.demo import behaviour

    if day > customer["ended"]:
        return 0.0
    changed = behaviour(demo, customer, day) is not PROFILES[customer["kind"]]
    return HABITS[PROFILES[customer["kind"]].later if changed else customer["kind"]].renews


def _refuse(dice: random.Random, customer: dict[str, Any], row: dict[str, Any], mode: str, day: date) -> None:
    closed = day > customer["ended"] and dice.random() < CLOSING
    reason = CLOSED if closed else dice.choice(REASONS)
    entered = datetime.combine(day, time(dice.randint(8, 17)))
    if mode == AUTOMATIC:
        row.update(terminated_on=day, terminated_per=row["end_date"], termination_reason=reason)
    elif dice.random() < SILENTLY:
        return
    else:
        row.update(decided_on=day, not_renewed_reason=reason)
    row["ending_entered_on"] = entered
