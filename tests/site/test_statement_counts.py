"""The number of statements does not depend on the number of customers: three or twelve, the database is asked as often.

The same town is built with three and with twelve customers of everything: sales, deliveries, answers, follow-ups,
recommendations, messages. What there is to do for single ones (a task to hand out, a follow-up to escalate) is the same
in both, so it must cost the same, however many others there are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import contact
import erp
import frappe
import pytest
from answering import new_survey, respond
from asking import DELIVERY, advise, look, settings, survey
from asking import contact as person
from caring import make_rounds, quiet
from conftest import forget, prepare
from desk import MANAGER, SALES, assess, drained, run_report, user
from erp import NORTH
from frappe.utils import add_days, add_to_date, getdate, now_datetime, today
from referring import refer

from relationship_crm import api, cards
from relationship_crm.advocacy import paid, tone, tree
from relationship_crm.assessment.run import assess_parties, write_everybody
from relationship_crm.surveys import desk, loop

FEW, MANY = 3, 12
#: Written row by row, so that no sale has to wait (outbox.done, mirror.update): as many as there are news.
ROW_BY_ROW = (
    "delete from `tabRelationship Event` where name",
    *(f"UPDATE `tab{party}` SET `relationship_stage`" for party in ("Customer", "Lead", "Prospect")),
)
CLERK = "rcrm.counts@example.com"
#: Customers that are there in any case: one who recommends the others, and those for whom something is due.
ROOT, DUE = "RCRM Root", ("To Hand Out", "To Escalate", "Written To", "To Score")


# the town


class Town:
    """Some customers of everything."""

    def __init__(self, size: int) -> None:
        quiet()
        settings(survey_rest_days=0)
        frappe.db.set_value("Relationship Survey", {"name": ("!=", "")}, "enabled", 0)
        for doctype in ("Customer Referral", "Survey Response", "Survey Answer", "Survey Follow Up"):
            frappe.db.delete(doctype)
        user(CLERK, *SALES, MANAGER, territory=NORTH)
        items = (("nps", "NPS", "satisfaction"), ("why", "Text", ""))
        self.asks = new_survey("RCRM Counts", *items, escalate_after_days=5)
        survey(trigger=DELIVERY)
        self.root = erp.customer(ROOT)
        self.names = [self._customer(number) for number in range(size)]
        make_rounds()
        for name in DUE:
            self._something_due(name)
        paid.refresh()
        assess(*(("Customer", name) for name in self.names))
        frappe.db.set_value("Relationship", {"customer": ("in", self.names)}, "dissolution", 1)
        frappe.db.delete("Relationship Event")
        for name in self.names:
            frappe.get_doc("Customer", name).run_method("after_insert")  # news of each

    def _customer(self, number: int) -> str:
        name = erp.customer(f"RCRM Count {number:02d}", account_manager="Administrator")
        person(name, f"count{number}@example.com")
        erp.payment(
            erp.invoice(name, add_days(today(), -40), [(erp.ADVICE, 1, 100)], due=today()), today(), 100
        )
        advise(name)
        refer(self.root, name)
        refer(self.root, lead=erp.lead(f"RCRM Count Lead {number:02d}"))
        letter = contact.message("Customer", name, f"{add_days(today(), -3)} 10:00:00", sent=False)
        tone.mark_tone(letter, "Praise")
        contact.issue(name, add_days(today(), -30))
        frappe.db.set_value("Issue", {"customer": name}, "status", "Closed")
        respond(self.asks, name, nps=10, why="Great people", testimonial_text="Great", testimonial_consent=1)
        respond(self.asks, name, nps=1, why="Late")
        return name

    def _something_due(self, name: str) -> None:
        """One follow-up for each of the rounds to deal with."""
        customer = erp.customer(f"RCRM {name}", account_manager="Administrator")
        response = respond(self.asks, customer, nps=1)
        follow_up = frappe.db.get_value("Survey Follow Up", {"response": response.name})
        if name == "To Hand Out":
            return
        make_rounds()
        if name == "To Escalate":
            long_ago = add_days(now_datetime(), -6)
            frappe.db.set_value("Survey Follow Up", follow_up, "opened_on", long_ago)
        elif name == "Written To":
            contact.message("Customer", customer, add_to_date(now_datetime(), hours=1), sent=True)
        else:
            loop.close(follow_up, "Product", "Repaired.")
            long_ago = add_days(now_datetime(), -31)
            frappe.db.set_value("Survey Follow Up", follow_up, "closed_on", long_ago)
            frappe.db.delete("Relationship Event", {"party": customer})


# what must cost the same

Work = Callable[[Town], Any]


def report(name: str, **filters: Any) -> Work:
    """A report, for somebody who sees one territory. Dates are given as days before today."""

    def work(town: Town) -> Any:
        chosen = {k: add_days(today(), -v) if k in DATES else v for k, v in filters.items()}
        return as_clerk(lambda: run_report(name, chosen)["result"])

    return work


def listed(doctype: str, *fields: str) -> Work:
    """A list, as the desk asks for it."""
    return lambda town: as_clerk(lambda: frappe.get_list(doctype, fields=["name", *fields], limit=0))


def as_clerk(work: Callable[[], Any]) -> Any:
    frappe.set_user(CLERK)
    try:
        return work()
    finally:
        frappe.set_user("Administrator")


DATES = ("from_date", "to_date", "as_of")
PERIOD = {"from_date": 400, "to_date": 0}
WORKS: dict[str, Work] = {
    "a pass over everybody": lambda town: write_everybody(),
    "a pass over a past day": lambda town: write_everybody(getdate(add_days(today(), -60))),
    "the parties with news": lambda town: drained(),
    "some parties": lambda town: assess_parties([("Customer", name) for name in town.names]),
    "invitations of a batch of events": lambda town: look(),
    "tending follow-ups": lambda town: make_rounds(),
    "status of referrals": lambda town: paid.refresh(),
    "ladder": report("Relationship Ladder"),
    "ladder of a past day": report("Relationship Ladder", as_of=10),
    "movements": report("Stage Movements", **PERIOD, view="List"),
    "movements as a matrix": report("Stage Movements", **PERIOD, view="Matrix"),
    "scores": report("Relationship Scores"),
    "customers at risk": report("Customers at Risk"),
    "score check": report("Score Check"),
    "says and does": report("Says and Does"),
    "results": report("Survey Results", **PERIOD),
    "results by month": report("Survey Results", **PERIOD, view="Month"),
    "results by territory": report("Survey Results", **PERIOD, view="Territory"),
    "feedback loop": report("Feedback Loop", **PERIOD),
    "feedback loop by person": report("Feedback Loop", **PERIOD, view="By Person"),
    "testimonials": report("Testimonials"),
    "referrals": report("Referrals"),
    "referrals as a list": report("Referrals", view="List"),
    "referrals as chains": report("Referrals", view="Chain"),
    "the chain of a customer": lambda town: as_clerk(lambda: tree.referral_chain(town.root)["children"]),
    "marks of a timeline": lambda town: as_clerk(
        lambda: tone.tones("Customer", town.names[0], frappe.get_all("Communication", pluck="name"))
    ),
    "relationships": listed("Relationship", "party_title", "composite", "stage_name"),
    "invitations": listed("Survey Invitation", "party", "status"),
    "responses": listed("Survey Response", "party", "nps"),
    "follow-ups": listed("Survey Follow Up", "party", "status"),
    "how many customers a run finds": lambda town: as_clerk(
        lambda: [desk.count_customers([["Customer", "name", "like", "RCRM Count%"]])]
    ),
    "the panel of one": lambda town: as_clerk(
        lambda: api.relationship_panel("Customer", town.names[0]) and None
    ),
    **{
        f"card: {card.__name__}": lambda town, card=card: as_clerk(card) and None
        for card in (
            *(cards.relationships_assessed, cards.moved_up_this_month, cards.customers_at_risk),
            *(cards.revenue_at_risk, cards.average_confidence),
            *(cards.nps_of_90_days, cards.survey_response_rate),
        )
    },
}
#: These show a row for each customer, so that there is something to count.
SHOWN = {
    *("scores", "customers at risk", "says and does", "testimonials", "referrals as a list"),
    *("referrals as chains", "the chain of a customer", "relationships", "responses"),
    *("follow-ups", "feedback loop"),
}


@contextmanager
def heard() -> Iterator[list[str]]:
    """The statements that are said to the database, without those that are meant to be one a row."""
    said: list[str] = []
    ask = frappe.db.sql

    def listen(query: Any, *args: Any, **more: Any) -> Any:
        if not str(query).startswith(ROW_BY_ROW):
            said.append(str(query))
        return ask(query, *args, **more)

    frappe.db.sql = listen
    try:
        yield said
    finally:
        frappe.db.sql = ask


def measured(town: Town, work: Work) -> tuple[list[str], int]:
    """What one piece of work says when caches are warm, and how many rows it shows; undone again."""
    for _time in range(2):
        frappe.db.savepoint("measured")
        with heard() as said:
            found = work(town)
        frappe.db.rollback(save_point="measured")
        frappe.db.value_cache.clear()
    return said, len(found) if isinstance(found, list) else 0


@pytest.fixture(scope="module")
def said(house) -> dict[int, dict[str, tuple[list[str], int]]]:
    """What every piece of work says in the two towns."""
    found = {}
    for size in (FEW, MANY):
        prepare()
        try:
            town = Town(size)
            found[size] = {name: measured(town, work) for name, work in WORKS.items()}
        finally:
            forget()
    return found


def shape(statement: str) -> str:
    """A statement without its values, to tell what there is more of."""
    plain = re.sub(r"%\(?\w*\)?s|'[^']*'", "?", " ".join(statement.split()))
    return re.sub(r"\?(?:, ?\?)+", "?", plain)


@pytest.mark.parametrize("work", WORKS)
def test_it_costs_the_same_for_three_and_for_twelve(said, work) -> None:
    (few, shown_few), (many, shown_many) = said[FEW][work], said[MANY][work]
    assert few
    more = Counter(map(shape, many)) - Counter(map(shape, few))
    assert len(few) == len(many), "\n".join(f"{n} more: {text[:500]}" for text, n in more.items())
    if work in SHOWN:
        assert shown_many - shown_few >= MANY - FEW
