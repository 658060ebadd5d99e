"""What renewals and earnings look like: two reports, the calendar, the printed contract."""

from __future__ import annotations

import importlib
from typing import Any

import erp
import frappe
import pytest
from contracting import FEE, HOURS, PIECES, VISITS, line, make_contract, timesheet
from frappe.utils import add_days, formatdate, getdate
from renewals import ACME, accepted, chains, contract, count, opened, today, user_with
from test_contract_profit import a_year, acme  # noqa: F401  (a fixture)

from relationship_crm.contracts import renewal_api, wording

REPORTS = "relationship_crm.relationship_crm.report"


def report(name: str, **filters: Any) -> tuple:
    return importlib.import_module(f"{REPORTS}.{name}.{name}").execute(filters)


# -- Contract Profitability


def profits(**filters: Any) -> tuple[list[frappe._dict], list[dict[str, Any]]]:
    _columns, data, _message, _chart, summary = report(
        "contract_profitability", company=erp.COMPANY, **filters
    )
    return data, summary


def test_each_contract_and_all_of_them(acme):  # noqa: F811
    a_year(acme)
    loser = erp.customer("RCRM Profit Loser")
    other = make_contract(loser, line(FEE), line(HOURS), start_date="2024-01-01", end_date="2024-12-31")
    timesheet(loser, ("2024-03-01", 10, {"costing_rate": 50}))
    data, _summary = profits(to_date="2025-01-14")
    data = [row for row in data if row.get("is_total") or row.name in (acme.name, other.name)]
    first, second = data[:2]
    assert (first.name, first.contribution, first.margin) == (other.name, -500, None)
    assert (second.name, second.revenue, second.hours_cost, second.parts_cost, second.visits_cost) == (
        *(acme.name, pytest.approx(5070), 1976, pytest.approx(310), 340),
    )
    assert second.contribution == pytest.approx(2444) and second.margin == pytest.approx(48.2, abs=0.01)
    assert second.currency == "USD"


def test_a_total_of_what_is_shown(acme):  # noqa: F811
    a_year(acme)
    data, summary = profits(customer=acme.customer)
    assert [row.get("is_total") for row in data] == [None, 1]
    assert data[1].revenue == pytest.approx(5070) and data[1].margin == pytest.approx(48.2, abs=0.01)
    figures = {one["label"]: one["value"] for one in summary}
    assert figures["Contribution"] == pytest.approx(2444)
    assert (figures["Margin"], figures["Cost More Than They Earn"]) == ("48 %", 0)


def test_a_period_of_it(acme):  # noqa: F811
    a_year(acme)
    (row, _total), _summary = profits(customer=acme.customer, from_date="2024-04-15", to_date="2024-07-14")
    assert (row.revenue, row.hours_cost) == (pytest.approx(1200), 1064)
    assert profits(customer=acme.customer, from_date="2023-01-01", to_date="2023-12-31")[0] == []


def test_hours_without_a_cost_are_said(acme):  # noqa: F811
    timesheet(acme.customer, ("2024-02-01", 5, {"costing_rate": 0}))
    message = report("contract_profitability", company=erp.COMPANY, customer=acme.customer)[2]
    assert message.startswith("5.0 hours count for nothing")


def test_contracts_without_anything_only_on_request(acme):  # noqa: F811
    assert profits(customer=acme.customer)[0] == []
    assert len(profits(customer=acme.customer, all=1)[0]) == 2


def test_it_asks_for_a_company_and_a_period_that_is_one():
    with pytest.raises(frappe.ValidationError, match="company"):
        report("contract_profitability")
    with pytest.raises(frappe.ValidationError, match="before"):
        profits(from_date="2024-02-01", to_date="2024-01-01")


def test_profits_follow_the_customer(acme):  # noqa: F811
    a_year(acme)
    user = user_with("Sales Manager", "Relationship Manager")
    other = erp.customer("RCRM Profit Other")
    frappe.get_doc(
        {"doctype": "User Permission", "user": user, "allow": "Customer", "for_value": other}
    ).insert()
    frappe.set_user(user)
    assert profits(all=1)[0] == []


def test_profits_take_as_many_queries_for_many(acme):  # noqa: F811
    a_year(acme)
    profits()
    few = count(lambda: profits(all=1))
    for number in range(4):
        name = erp.customer(f"RCRM Profit {number}")
        make_contract(name, line(FEE), start_date="2024-01-01", end_date="2024-12-31")
        timesheet(name, ("2024-03-01", 1, {"costing_rate": 50}))
    profits()
    assert count(lambda: profits(all=1)) == few


# -- Renewal Calendar


def dates(**filters: Any) -> list[frappe._dict]:
    return report("renewal_calendar", **filters)[1]


@pytest.mark.usefixtures("about_to_renew")
def test_the_calendar_lists_what_is_to_be_decided():
    due, later, automatic = contract(10), contract(100), contract(20, renewal="Renews Automatically")
    contract(15, renewal="Ends")
    contract(400)
    one = opened(due)
    rows = dates()
    assert [row.name for row in rows] == [due.name, automatic.name, later.name]
    first = rows[0]
    assert (first.decision, first.days_left, first.yearly_value) == ("To Decide", 10, 6000)
    assert (first.service_renewal, first.indexed_price, first.proposed_price) == (one.name, 6180, 6180)
    assert first.probability is None and first.probability_words.startswith("Unknown: 0 contracts")
    assert [row.name for row in dates(renewal="Ends")] != [row.name for row in rows]
    assert [row.name for row in dates(to_date=add_days(today(), 30))] == [due.name, automatic.name]


@pytest.mark.usefixtures("about_to_renew")
def test_decisions_are_told_and_added_up():
    stays, leaves, late = contract(5), contract(6), contract(-3)
    accepted(stays)
    renewal_api.not_renewed(opened(leaves).name, "Price")
    chains(40, 1, ended=True)
    chains(20, 2, ended=True)
    chains(40, 3, ended=False)
    since = add_days(today(), -30)
    _columns, rows, _message, chart, summary = report("renewal_calendar", from_date=since, customer=ACME)
    own = {row.name: row for row in rows if row.name in (stays.name, leaves.name, late.name)}
    assert [own[c.name].decision for c in (stays, leaves, late)] == ["Renewed", "Not Renewed", "To Decide"]
    assert own[late.name].days_left == -3
    # 40 and one of 100 and two refused the first renewal
    assert own[late.name].probability == pytest.approx(100 * 61 / 102, abs=0.1)
    assert [
        row.name for row in dates(from_date=since, decision="Not Renewed", to_date=add_days(today(), 20))
    ] == [leaves.name]
    figures = {one["label"]: one["value"] for one in summary}
    assert figures["Notice Date Missed"] >= 1
    values = {one["name"]: sum(one["values"]) for one in chart["data"]["datasets"]}
    assert (values["Renewed"], values["Not Renewed"]) == (6000, 6000)


@pytest.mark.usefixtures("about_to_renew")
def test_the_calendar_takes_as_many_queries_for_many():
    contract(10)
    dates()
    few = count(dates)
    for number in range(4):
        opened(contract(11 + number))
    assert count(dates) == few


# -- the printed contract


@pytest.fixture
def printed(about_to_renew) -> str:
    doc = make_contract(
        ACME,
        line(HOURS),
        line(VISITS),
        line(PIECES, overage="Free", carry_over="None"),
        line(FEE, line_title="<b>Hosting</b>"),
        start_date="2026-01-15",
        end_date="2027-01-14",
        price_adjustment="Fixed Percent",
        adjustment_percent=3,
        billing_period="Quarter",
        terms="<p>Court of <i>Vienna</i></p>",
        coverage=[{"item_code": erp.WIDGET}],
    )
    frappe.get_doc(
        {
            "doctype": "Address",
            "address_title": ACME,
            "address_line1": "Long Road 5",
            "city": "Vienna",
            "country": "Austria",
            "is_primary_address": 1,
            "links": [{"link_doctype": "Customer", "link_name": ACME}],
        }
    ).insert()
    return frappe.get_print("Service Contract", doc.name, "Service Contract Sheet")


def test_the_print_says_what_was_agreed(printed):
    for words in (
        *(ACME, "Long Road 5", erp.COMPANY, "Support hours", "20 Hour a quarter", "$ 1,200.00 a quarter"),
        *(
            "up to 10 goes over into the next period",
            "More at $ 90.00 each.",
            "4 Visits a year",
            "More is not included.",
        ),
        *("100 Nos in all", "More is free of charge.", "$ 100.00 a month", "$ 6,000.00", erp.WIDGET),
        *(
            "Charged quarterly in advance.",
            "Prices rise by 3 % at each anniversary.",
            "Court of <i>Vienna</i>",
        ),
        *(formatdate("2026-01-15"), formatdate("2027-01-14"), formatdate("2026-10-16")),
    ):
        assert words in printed, words


def test_the_print_escapes(printed):
    assert "Hosting" in printed and "<b>Hosting</b>" not in printed


@pytest.mark.parametrize(
    ("renewal", "words"),
    [
        ("Renews Automatically", "Renewed for another 12 months unless notice is given by"),
        ("By Proposal", "unless both sides renew it."),
        ("Ends", "Ends on"),
    ],
)
def test_how_it_goes_on(renewal, words):
    doc = frappe._dict(
        renewal=renewal, renewal_months=12, notice_date=getdate("2026-10-16"), end_date=getdate("2027-01-14")
    )
    assert words in wording.renewal(doc)


@pytest.mark.parametrize(
    ("carry", "words"),
    [
        ("All", "goes over into the following periods"),
        ("None", "lapses at the end of the period"),
        ("Next Period Only", "lapses at its end"),
    ],
)
def test_what_is_not_used(carry, words):
    assert words in wording.carried(frappe._dict(HOURS, carry_over=carry))


def test_words_of_odd_lines():
    fee, unlimited = frappe._dict(FEE), frappe._dict(HOURS, unlimited=1)
    assert wording.included(fee) == wording.carried(fee) == wording.beyond(fee, "USD") == ""
    assert wording.included(unlimited) == "Hours: unlimited"
    assert wording.beyond(frappe._dict(HOURS, overage="Ask", overage_rate=0), "USD") == "More by agreement."
    assert wording.price(frappe._dict(FEE, price_per="Contract"), "USD", "Month") == "$ 100.00 in all"
    assert wording.price(frappe._dict(FEE, price_per=""), "USD", "Quarter") == "$ 100.00 a quarter"
    line_of_days = frappe._dict(start_date=getdate("2026-03-01"), end_date=None)
    assert wording.life(line_of_days) == f"From {formatdate('2026-03-01')}."
