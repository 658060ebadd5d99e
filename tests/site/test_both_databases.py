"""Every signal and measure says the same on MariaDB and on SQLite, of the same documents."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import contact
import erp
import frappe
import pytest
from erp import ADVICE, WIDGET
from frappe.utils import getdate

from relationship_crm.ledger.dialect import render
from relationship_crm.measures.advocacy import advocacy_query
from relationship_crm.measures.pipeline import engaged_query
from relationship_crm.measures.purchases import BASES, purchase_rows_query
from relationship_crm.measures.referrals import paid_query
from relationship_crm.signals import Scope, standard_signals
from relationship_crm.signals.base import events_query

sys.path.insert(0, str(Path(__file__).parent.parent))
from both_databases import MariaLedger, copied, plain

ASKER, WON, LOST = "RCRM Both", "RCRM Both Won", "RCRM Both Lost"
MEASURES: dict[str, Callable[[Scope], Any]] = {
    "advocacy": advocacy_query,
    "paid": paid_query,
    "engaged": engaged_query,
    **{
        f"purchases by {basis}": lambda scope, basis=basis: purchase_rows_query(scope, basis)
        for basis in BASES
    },
}


@pytest.fixture(scope="module")
def ledgers(house):
    """The site in this transaction and a copy of it in SQLite; a story with a bit of everything."""
    from conftest import forget, prepare

    prepare()
    names = [erp.customer(name) for name in (ASKER, WON, LOST)]
    for month in (1, 2, 3):
        order = erp.order(ASKER, f"2024-0{month}-02", [(WIDGET, 2, 50), (ADVICE, 1, 70)], f"2024-0{month}-10")
        erp.delivery(order, f"2024-0{month}-{8 + 2 * month:02d}", [(0, 2)])
        erp.invoice_of(order, f"2024-0{month}-20", [(0, 2), (1, 1)])
    for customer, paid, back in ((WON, True, False), (LOST, True, True), (ASKER, True, False)):
        bill = erp.invoice(customer, "2024-04-05", [(ADVICE, 1, 400)], due="2024-04-20")
        if paid:
            erp.payment(bill, "2024-04-10", 150)
            erp.journal_payment(bill, "2024-04-28", 250)
        if back:
            erp.credit_note(bill, "2024-05-05")
    sale = erp.pos_invoice(WON, "2024-04-06", [(ADVICE, 1, 30)])
    assert sale.docstatus == 1
    contact.issue(ASKER, "2024-03-01")
    contact.warranty_claim(ASKER, "2024-03-02")
    for moment, sent in (
        ("2024-03-04 10:00:00", True),
        ("2024-03-05 09:00:00", False),
        ("2024-03-20 09:00:00", True),
    ):
        contact.message("Customer", ASKER, moment, sent)
    for about, tone in (("Company", "Praise"), ("Employee", "Displeasure")):
        name = contact.message("Customer", ASKER, "2024-03-06 09:00:00", sent=False)
        frappe.db.set_value(
            "Communication",
            name,
            {
                "relationship_tone": tone,
                "relationship_tone_about": about,
                "relationship_tone_on": "2024-03-07 09:00:00",
            },
        )
    contact.meeting("Customer", ASKER, "2024-03-08 10:00:00")
    erp.quotation("Customer", ASKER, "2024-03-10", [(ADVICE, 1, 70)])
    _voice()
    _campaigns()
    _contracts()
    for customer in (WON, LOST):
        frappe.get_doc(
            {
                "doctype": "Customer Referral",
                "referrer": ASKER,
                "referred_customer": customer,
                "referral_date": "2024-02-01",
            }
        ).insert()
    site = MariaLedger(frappe.db._conn)  # its own connection would not see what is not committed
    yield site, copied(site, names)
    forget()


@pytest.fixture(autouse=True)
def clean():
    """The module's story stands for all its tests."""
    yield


def _voice() -> None:
    dimensions = [signal.dimensions[0] for signal in standard_signals() if signal.key.startswith("survey_")]
    survey = frappe.get_doc(
        {
            "doctype": "Relationship Survey",
            "survey_name": "RCRM Both Databases",
            "default_language": "en",
            "channel": "Email",
            "items": [
                {"item_key": f"item_{n}", "kind": "Scale", "dimension": dimension, "question": "?"}
                for n, dimension in enumerate(dimensions)
            ],
            "texts": [
                {"language": "en", "part": part, "text": part}
                for part in ("Mail Subject", "Mail Message", "Introduction", "Thank You")
            ],
        }
    ).insert()
    for day, score in (("2024-03-04", 2), ("2024-04-04", 7)):
        answers = [{"item_key": item.item_key, "score": score} for item in survey.items]
        doc = {"doctype": "Survey Response", "survey": survey.name, "party_type": "Customer", "party": ASKER}
        response = frappe.get_doc({**doc, "answered_on": f"{day} 23:30:00", "answers": answers}).insert()
        frappe.db.set_value(
            "Survey Response",
            response.name,
            {"testimonial_consent": 1, "testimonial_consent_on": f"{day} 23:45:00"},
        )
    for status, realised in (("New", None), ("Realised", "2024-05-01")):
        idea = frappe.get_doc(
            {
                "doctype": "Customer Idea",
                "title": status,
                "customer": ASKER,
                "submitted_on": "2024-02-02",
                "source": "By Hand",
            }
        ).insert()
        frappe.db.set_value("Customer Idea", idea.name, {"status": status, "realised_on": realised})


def _campaigns() -> None:
    """One who answered, twice and too late once; one who was silent; an event that two people came to."""
    from responding import activity, campaign, member, touch

    from relationship_crm.campaigns.responses import Answer, record

    spring = campaign("RCRM Both Spring", start_date="2024-03-01", end_date="2024-03-31")
    waves = [activity(spring), activity(spring, "Event")]
    for customer in (ASKER, WON, LOST):
        who = member(spring, customer)
        for wave, moment in zip(waves, ("2024-03-04 23:30:00", "2024-03-18 00:00:00"), strict=True):
            touch(wave, who, moment)
    said = (
        (ASKER, "Interested", "2024-03-05 08:00:00"),
        (ASKER, "Question", "2024-03-31 23:59:59"),
        (WON, "Interested", "2024-04-01 00:00:00"),
        (ASKER, "Attended", "2024-03-20 18:00:00"),
        (ASKER, "Attended", "2024-03-20 19:00:00"),
    )
    record(
        [
            Answer(spring, what, "Import", datetime.fromisoformat(moment), party_type="Customer", party=party,
                   activity=waves[1].name if what == "Attended" else "", note=moment, contact=moment)
            for party, what, moment in said
        ]
    )  # fmt: skip


def _contracts() -> None:
    """One renewed, one decided against, one ended by us; a subscription that went on for a year and was cancelled."""
    from contracting import FEE, line, make_contract

    span = {"start_date": "2023-04-01", "end_date": "2024-03-31"}
    first, refused, closed = (make_contract(ASKER, line(FEE), **span) for _ in range(3))
    make_contract(ASKER, line(FEE), renewed_from=first.name, renewed_on="2024-02-10", start_date="2024-04-01",
                  end_date="2025-03-31")  # fmt: skip
    for contract, reason in ((refused, "Price"), (closed, "Ended by Us")):
        values = {"decided_on": "2024-02-20", "terminated_on": "2024-02-18", "termination_reason": reason}
        frappe.db.set_value(
            "Service Contract", contract.name, {**values, "ending_entered_on": "2024-02-21 10:00:00"}
        )
    columns = ("name", "creation", "party_type", "party", "start_date", "cancelation_date")
    values = ("RCRM-SUB-BOTH", "2023-02-01 08:00:00", "Customer", ASKER, "2023-02-01", "2024-04-15")
    frappe.db.bulk_insert("Subscription", columns, [values])
    for day in ("2024-02-01", "2024-03-01"):
        bill = erp.invoice(ASKER, day, [(ADVICE, 1, 40)])
        frappe.db.set_value("Sales Invoice", bill.name, "subscription", "RCRM-SUB-BOTH")


def rows(ledger: Any, statement: Any, customers: list[str], as_of: date) -> list[tuple]:
    if statement is None:
        return []
    arguments = {
        "as_of_next": as_of + timedelta(days=1),
        "known_next": as_of + timedelta(days=1),
        "customers": customers,
        "leads": [],
        "prospects": [],
    }
    found = [
        tuple(round(v, 9) if isinstance(v, float) else v for v in map(plain, row))
        for row in ledger.rows(render(statement, ledger.dialect), arguments)
    ]
    return sorted((tuple(map(_comparable, row)) for row in found), key=str)


def _comparable(value: Any) -> Any:
    """Numbers as numbers, moments without the fractions of a second that SQLite's text may carry."""
    if isinstance(value, (int, float)):
        return float(value)
    return value[:19] if isinstance(value, str) and value[:4].isdigit() and "." in value else value


@pytest.mark.parametrize("day", ["2024-03-05", "2024-04-30", "2024-12-31"])
@pytest.mark.parametrize("signal", standard_signals(), ids=lambda signal: signal.key)
def test_signals(ledgers, signal, day) -> None:
    site, copy = ledgers
    as_of = getdate(day)
    said = [
        rows(ledger, events_query(signal, Scope(ledger.has, restricted=True)), [ASKER, WON, LOST], as_of)
        for ledger in (site, copy)
    ]
    assert said[0] == said[1]


def test_the_story_lets_the_new_signals_speak(ledgers) -> None:
    site, _copy = ledgers
    silent = {
        "order_undelivered",
        "issue_outcome",
        "advance_payment",
        "manager_change_company",
        "manager_change_employee",
    }
    for signal in standard_signals():
        said = rows(
            site, events_query(signal, Scope(site.has, restricted=True)), [ASKER], getdate("2025-12-31")
        )
        assert said or signal.key in silent, signal.key


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("day", ["2024-04-06", "2024-04-30", "2024-12-31", "2027-12-31"])
@pytest.mark.parametrize("measure", MEASURES)
def test_measures(ledgers, measure, day, known) -> None:
    site, copy = ledgers
    said = [
        rows(
            ledger,
            MEASURES[measure](Scope(ledger.has, restricted=True, known=known)),
            [ASKER, WON, LOST],
            getdate(day),
        )
        for ledger in (site, copy)
    ]
    assert said[0] == said[1]


def test_paid_by_hand(ledgers) -> None:
    """The last part was paid on 28 April; what was lost came back on 5 May; the sale at the counter was paid on 6 April."""
    for ledger in ledgers:
        said = rows(
            ledger, paid_query(Scope(ledger.has, restricted=True)), [WON, LOST], getdate("2024-12-31")
        )
        assert said == [(LOST, "2024-04-28", "2024-05-05"), (WON, "2024-04-06", None)]
