"""Campaigns of the demo company: whom it wrote to, what that cost, who answered, and who was left out by lot."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from relationship_crm.campaigns.assignment import SHARE, control_group
from relationship_crm.preview import demo_profiles as cast
from relationship_crm.preview.demo_sales import sell

if TYPE_CHECKING:
    from relationship_crm.preview.demo import Demo

#: Accounts that campaigns are booked on.
PRINT, ADVERTISING, POSTAGE, EVENTS = (
    "Print and Stationery",
    "Marketing Expenses",
    "Postal Expenses",
    "Events",
)
OUTCOME_DAYS = 60


@dataclass(frozen=True)
class Wave:
    """A message to everybody who has not answered yet, so many days after the start."""

    after: int
    channel: str
    answers: float  # share of those who would answer at all that answer this wave


@dataclass(frozen=True)
class Plan:
    """A campaign: how many days ago it began, whom it aims at, what is planned, and what it changes."""

    title: str
    kind: str
    ago: int
    days: int
    silent: tuple[int, int]  # days since the last purchase
    least: int  # purchases before
    waves: tuple[Wave, ...]
    cost: tuple[tuple[str, str, float, float], ...]  # what, account, planned, and what it came to as a share
    answers: float  # share that answers
    buys: float  # share of those who answer that order because of it


PLANS = (
    Plan(
        "Autumn Catalogue", "Cross-Sell", 430, 45, (0, 200), 2,
        (Wave(0, "Letter", 0.5), Wave(14, "Email", 0.8)),
        (("Catalogue, 300 copies", PRINT, 1450, 1.06), ("Postage", POSTAGE, 420, 0.94)),
        answers=0.22, buys=0.45,
    ),
    Plan(
        "We Miss You", "Win-Back", 290, 60, (100, 900), 1,
        (Wave(0, "Email", 0.6), Wave(10, "Email", 0.5), Wave(24, "Call", 0.7)),
        (("Vouchers", ADVERTISING, 600, 0.71), ("Calls by an agency", ADVERTISING, 850, 1.0)),
        answers=0.45, buys=0.75,
    ),
    Plan(
        "Barista Evening", "Event", 150, 30, (0, 70), 6,
        (Wave(0, "Event", 0.9),),
        (("Hall and catering", EVENTS, 2200, 1.11), ("Invitations", PRINT, 180, 1.0)),
        answers=0.5, buys=0.1,
    ),
)  # fmt: skip


def run_campaigns(demo: Demo, customers: list[dict[str, Any]], seed: int) -> None:
    """All campaigns, oldest first. By dice of their own; what they sold is sold besides."""
    demo.book.open("Relationship Campaign", "Relationship Campaign Cost", "Campaign Member", "Campaign Touch")
    demo.book.open("Campaign Response", "GL Entry")
    usual, demo.chance = demo.chance, random.Random(f"campaigns {seed}")
    for plan in PLANS:
        _run(demo, customers, plan, seed)
    demo.chance = usual


def _run(demo: Demo, customers: list[dict[str, Any]], plan: Plan, seed: int) -> None:
    start = demo.day(plan.ago)
    end = start + timedelta(days=plan.days)
    campaign = demo.book.add(
        "Relationship Campaign", name=demo.name("RC", start), title=plan.title, kind=plan.kind, company=cast.COMPANY,
        start_date=start, end_date=end, outcome_days=OUTCOME_DAYS, project=plan.title, creation=start, modified=start,
    )["name"]  # fmt: skip
    _costs(demo, plan, campaign, start)
    members = _members(demo, customers, plan, start)
    strata = [stage for _customer, stage in members]
    left_out = control_group(strata, np.random.default_rng([seed, plan.ago]), SHARE)
    for (customer, stage), control in zip(members, left_out, strict=True):
        party = {"party_type": "Customer", "party": customer["name"], "customer": customer["name"]}
        demo.book.add(
            "Campaign Member", name=demo.name("CM", start), campaign=campaign, arm="Control" if control else "Contacted",
            **party, stage_name=stage, assigned_on=datetime.combine(start, time(7)), creation=start, modified=start,
        )  # fmt: skip
        if not control:
            _contact(demo, plan, customer, {**party, "campaign": campaign, "stage_name": stage}, start)


def _costs(demo: Demo, plan: Plan, campaign: str, start: date) -> None:
    """The plan, and what the general ledger says about it a few weeks later."""
    for place, (what, account, amount, share) in enumerate(plan.cost, start=1):
        demo.book.add(
            "Relationship Campaign Cost", name=f"{campaign}-{place}", parent=campaign, idx=place, description=what,
            account=account, cost_date=start, amount=amount,
        )  # fmt: skip
        booked = start + timedelta(days=demo.chance.randint(3, 25))
        if demo.past(booked):
            demo.book.add(
                "GL Entry", name=demo.name("GLE", booked), company=cast.COMPANY, posting_date=booked, account=account,
                debit=round(amount * share, 2), credit=0, project=plan.title, creation=booked, modified=booked,
            )  # fmt: skip


def _members(
    demo: Demo, customers: list[dict[str, Any]], plan: Plan, start: date
) -> list[tuple[dict[str, Any], str]]:
    """Customers who had bought often enough, the last time so many days before, with a stage for the lot."""
    bought: dict[str, list[date]] = defaultdict(list)
    for order in demo.book.rows["Sales Order"]:
        if order["transaction_date"] < start:
            bought[order["customer"]].append(order["transaction_date"])
    found = []
    for customer in customers:
        days = bought[customer["name"]]
        if len(days) >= plan.least and plan.silent[0] <= (start - max(days)).days <= plan.silent[1]:
            stage = "First-time Buyer" if len(days) == 1 else "Repeat Buyer" if len(days) < 4 else "Client"
            found.append((customer, stage))
    return found


def _contact(demo: Demo, plan: Plan, customer: dict[str, Any], common: dict[str, Any], start: date) -> None:
    """The waves to one customer, until an answer comes."""
    willing = demo.happens(plan.answers)
    for wave in plan.waves:
        at = datetime.combine(start + timedelta(days=wave.after), time(demo.chance.randint(9, 16)))
        if not demo.past(at.date()):
            return
        touch = demo.book.add(
            "Campaign Touch", name=demo.name("CT", at.date()), **common, activity=f"{plan.title}: {wave.channel}",
            channel=wave.channel, status="Reached" if wave.channel == "Call" else "Sent", touched_on=at,
            attendance="", creation=at, modified=at,
        )  # fmt: skip
        if willing and demo.happens(wave.answers):
            _answer(demo, plan, customer, common, touch, at)
            return


def _answer(
    demo: Demo,
    plan: Plan,
    customer: dict[str, Any],
    common: dict[str, Any],
    touch: dict[str, Any],
    at: datetime,
) -> None:
    """An answer some days later, perhaps with an order."""
    from relationship_crm.preview.demo import behaviour, person_on

    when = at if touch["channel"] == "Call" else at + timedelta(hours=demo.chance.randint(2, 140))
    if touch["channel"] == "Event":
        when = at + timedelta(days=plan.days - 5)
        touch["attendance"] = "Attended"
    if not demo.past(when.date()):
        return
    source = {"Call": "Call", "Event": "Attendance", "Letter": "By Hand"}.get(touch["channel"], "Click")
    demo.book.add(
        "Campaign Response", name=demo.name("CR", when.date()), **common, activity=touch["activity"], touch=touch["name"],
        responded_on=when, source=source, response="Attended" if source == "Attendance" else "Interested", creation=when,
        modified=when,
    )  # fmt: skip
    day = when.date() + timedelta(days=demo.chance.randint(1, 12))
    if demo.happens(plan.buys) and demo.past(day):
        sell(demo, customer, behaviour(demo, customer, day), day, person_on(customer, demo, day), None)
