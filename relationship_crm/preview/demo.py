"""The demo company: three years of a wholesaler's documents, made up, with known behaviour behind them.

The seed fixes everything relative to the last day, so a run tomorrow shows the same company a day later.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from relationship_crm.preview import demo_profiles as cast
from relationship_crm.preview.book import Book
from relationship_crm.preview.demo_campaigns import run_campaigns
from relationship_crm.preview.demo_contact import contacts, quotation
from relationship_crm.preview.demo_contracts import sign
from relationship_crm.preview.demo_profiles import PROFILES, Profile
from relationship_crm.preview.demo_sales import sell
from relationship_crm.preview.demo_voice import speak
from relationship_crm.preview.values import month_end_before

SEED = 20250
YEARS = 3


class Demo:
    """The company while it is made up."""

    def __init__(self, as_of: date, seed: int) -> None:
        self.as_of = as_of
        self.start = as_of - timedelta(days=365 * YEARS)
        self.chance = random.Random(seed)
        self.book = Book()
        self.profiles: dict[str, str] = {}
        self.issued: list[tuple[str, date, str]] = []  # series, day, name

    def happens(self, share: float) -> bool:
        """True in that share of cases."""
        return self.chance.random() < share

    def day(self, before: float) -> date:
        """The day so many days before the last."""
        return self.as_of - timedelta(days=round(before))

    def past(self, day: date) -> bool:
        """Whether a day has been; what lies ahead is not in the books."""
        return day <= self.as_of

    def name(self, series: str, day: date) -> str:
        """A name of a series; in the end they are numbered by date, as ERPNext does."""
        key = f"{series}-{day.year}"
        name = f"{key}#{len(self.issued)}"
        self.issued.append((key, day, name))
        return name

    def number(self) -> None:
        """Give all documents of series their numbers, also where other documents name them."""
        numbers: dict[str, int] = {}
        final: dict[str, str] = {}
        for key, _day, name in sorted(self.issued, key=lambda issued: issued[1]):
            numbers[key] = numbers.get(key, 0) + 1
            final[name] = f"{key}-{numbers[key]:05d}"
        for rows in self.book.rows.values():
            for row in rows:
                for column, value in row.items():
                    if isinstance(value, str) and "#" in value:
                        series, _, number = value.partition("#")
                        number, dash, line = number.partition(
                            "-"
                        )  # of a line: its parent's name and its own number
                        row[column] = final[f"{series}#{number}"] + dash + line


def make_demo(
    connection: sqlite3.Connection,
    as_of: date | None = None,
    seed: int = SEED,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[date, dict[str, str]]:
    """Write the demo company's book; returns its last day and the profile of every customer by name."""
    demo = Demo(as_of or month_end_before(date.today()), seed)
    _masters(demo)
    customers = _customers(demo)
    for i, customer in enumerate(customers):
        live(demo, customer)
        if progress:
            progress(i + 1, len(customers))
    _leads(demo)
    speak(demo, customers, seed)
    sign(demo, customers, seed)
    run_campaigns(demo, customers, seed)
    demo.number()
    demo.book.write(connection)
    return demo.as_of, demo.profiles


def _masters(demo: Demo) -> None:
    book = demo.book
    book.open(
        "Issue",
        "Warranty Claim",
        "Version",
        "POS Invoice",
        "Journal Entry",
        "Relationship Yardstick",
        "POS Invoice Item",
    )
    book.add("Company", name=cast.COMPANY, default_currency=cast.CURRENCY)
    book.add("Customer Group", name="All Customer Groups", parent_customer_group="")
    for group in cast.CUSTOMER_GROUPS:
        book.add("Customer Group", name=group, parent_customer_group="All Customer Groups")
    book.add("Territory", name="All Territories", parent_territory="")
    for territory in cast.TERRITORIES:
        book.add("Territory", name=territory, parent_territory="All Territories")


def _titles(demo: Demo, count: int) -> list[tuple[str, str]]:
    """Distinct names of businesses with their customer group."""
    pairs = [(first, second) for first in cast.FIRST for second in ("", *cast.SECOND)]
    demo.chance.shuffle(pairs)
    groups, shares = zip(*cast.CUSTOMER_GROUPS.items(), strict=True)
    found, taken = [], set()
    while len(found) < count:
        first, second = pairs[len(found) % len(pairs)]
        group = demo.chance.choices(groups, shares)[0]
        title = f"{first} {demo.chance.choice(cast.KINDS[group])} {second}".strip()
        while title in taken:
            title += " II"
        taken.add(title)
        found.append((title, group))
    return found


def _customers(demo: Demo) -> list[dict[str, Any]]:
    """Customers with their profile, first and last day, in a random order."""
    kinds = [name for name, profile in PROFILES.items() for _ in range(profile.count)]
    demo.chance.shuffle(kinds)
    titles = _titles(demo, len(kinds) + cast.LEADS + cast.PROSPECTS)
    demo.spare = titles[len(kinds) :]
    customers = []
    for kind, (title, group) in zip(kinds, titles, strict=False):
        profile = PROFILES[kind]
        began = demo.day(demo.chance.uniform(*profile.first))
        person = demo.chance.choice(cast.SALES_PERSONS)
        row = demo.book.add(
            "Customer",
            name=title,
            customer_name=title,
            customer_group=group,
            territory=demo.chance.choice(cast.TERRITORIES),
            account_manager=None,
            creation=began,
            modified=began,
            kind=kind,
            began=began,
            ended=demo.day(demo.chance.uniform(*profile.last)) if profile.last[1] else demo.as_of,
            person=person,
            turned=demo.day(demo.chance.uniform(*profile.turns)) if profile.turns else None,
            items=demo.chance.sample(sorted(cast.ITEMS), demo.chance.randint(*profile.groups)),
        )
        demo.profiles[title] = kind
        customers.append(row)
    _referrals(demo, customers)
    return customers


def _referrals(demo: Demo, customers: list[dict[str, Any]]) -> None:
    """Champions and some loyal customers brought others in during the last two years."""
    recent = [c for c in customers if c["kind"] in ("newcomer", "one_off", "regular")]
    demo.chance.shuffle(recent)
    for customer in customers:
        mean = PROFILES[customer["kind"]].refers
        for _ in range(int(mean) + demo.happens(mean % 1)):
            if not recent:
                return
            brought = recent.pop()
            brought["relationship_referred_by"] = customer["name"]
            brought["began"] = max(brought["began"], demo.day(demo.chance.uniform(60, 720)))
            if brought["kind"] == "newcomer":
                brought["began"] = demo.day(demo.chance.uniform(30, 120))
            brought["creation"] = brought["modified"] = brought["began"]


def behaviour(demo: Demo, customer: dict[str, Any], day: date) -> Profile:
    """How a customer behaves, and is served, on a day."""
    profile = PROFILES[customer["kind"]]
    return cast.LATER[profile.later] if customer["turned"] and day >= customer["turned"] else profile


def person_on(customer: dict[str, Any], demo: Demo, day: date) -> str:
    """Who looks after a customer on a day: Bruno's customers went to Emma when he left."""
    if customer["person"] == cast.LEFT and day >= demo.day(cast.LEFT_BEFORE):
        return cast.SUCCESSOR
    return customer["person"]


def live(demo: Demo, customer: dict[str, Any]) -> None:
    """Everything that happens to one customer."""
    profile = PROFILES[customer["kind"]]
    usual = demo.chance.uniform(*profile.gap)
    limit = demo.chance.randint(*profile.orders) if profile.orders else 10**6
    day, orders = customer["began"], 0
    customer["account_manager"] = person_on(customer, demo, demo.as_of)
    while day <= customer["ended"] and orders < limit:
        now = behaviour(demo, customer, day)
        person = person_on(customer, demo, day)
        offer = None
        if demo.happens(now.quotations * now.accepts):
            offer = quotation(
                demo, "Customer", customer["name"], day - timedelta(days=demo.chance.randint(2, 9))
            )
        elif demo.happens(now.quotations * (1 - now.accepts)):
            quotation(demo, "Customer", customer["name"], day - timedelta(days=demo.chance.randint(2, 9)))
        sell(demo, customer, now, day, person, offer)
        orders += 1
        if now is not profile:
            usual = demo.chance.uniform(*now.gap)
        day += timedelta(days=max(2, round(demo.chance.gauss(usual, usual * 0.22))))
    contacts(demo, "Customer", customer, customer["began"], customer["ended"])


def _leads(demo: Demo) -> None:
    """People who have not bought: some answered, some have an offer in hand, some were never reached."""
    spare = iter(demo.spare)
    for i, (title, group) in enumerate(spare):
        met = demo.day(demo.chance.uniform(10, 800))
        if i < cast.PROSPECTS:
            kind = "Prospect"
            name = demo.book.add(
                "Prospect", name=title, company_name=title, customer_group=group, territory=demo.chance.choice(cast.TERRITORIES),
                creation=met, modified=met,
            )["name"]  # fmt: skip
        else:
            kind = "Lead"
            name = demo.book.add(
                "Lead", name=demo.name("CRM-LEAD", met), lead_name=f"Manager of {title}", company_name=title, status="Lead",
                territory=demo.chance.choice(cast.TERRITORIES), creation=met, modified=met,
            )["name"]  # fmt: skip
        warmth = demo.chance.random()
        party = {
            "name": name,
            "kind": None,
            "person": demo.chance.choice(cast.SALES_PERSONS),
            "warmth": warmth,
        }
        if warmth > 0.35:
            contacts(demo, kind, party, met, min(demo.as_of, met + timedelta(days=240)))
        if warmth > 0.6:
            when = met + timedelta(days=demo.chance.randint(3, 40))
            if demo.past(when):
                demo.book.add(
                    "Opportunity", name=demo.name("CRM-OPP", when), opportunity_from=kind, party_name=name,
                    transaction_date=when, creation=when, modified=when, status="Open",
                )  # fmt: skip
        if warmth > 0.8:
            quotation(demo, kind, name, met + timedelta(days=demo.chance.randint(10, 50)))
