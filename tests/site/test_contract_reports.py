"""Contracted and delivered, the register, the cards: the figures of docs/service-contracts.md on a site, and who sees which."""

from __future__ import annotations

from datetime import date
from typing import Any

import erp
import frappe
import pytest
from contracting import END, FEE, HOURS, INCIDENTS, PIECES, START, VISITS, entry, line, make_contract
from desk import user
from erp import SOUTH
from frappe.utils import add_days, add_months, flt, format_date, getdate
from test_reports import run

from relationship_crm import cards
from relationship_crm.contracts import overview, terms, usage

DELIVERED, REGISTER = "Contracted and Delivered", "Contract Register"
#: The documentation's year.
YEAR = (("2026-01-20", 12), ("2026-03-10", 3), ("2026-05-02", 10), ("2026-06-20", 18), ("2026-08-04", 2))
#: Days and hours behind its forecast.
PACE = (("2026-01-20", 2), ("2026-01-27", 3), ("2026-02-03", 1), ("2026-02-11", 2), ("2026-02-20", 4))


@pytest.fixture(autouse=True)
def bare(house) -> None:
    for doctype in ("Service Usage Entry", "Service Contract", "Service Contract Line"):
        frappe.db.delete(doctype)


def acme(uses: tuple = YEAR, **values: Any) -> Any:
    """The documentation's contract and what was used of its hours."""
    contract = make_contract(erp.customer("RCRM Acme"), line(HOURS), **values)
    for day, hours in uses:
        entry(contract, 0, day, hours)
    return contract


def shown(**filters: Any) -> list[dict[str, Any]]:
    """Rows of Contracted and Delivered."""
    return [row for row in run(DELIVERED, filters)["result"] if isinstance(row, dict)]


def figures(row: dict[str, Any]) -> tuple:
    names = ("included", "carried", "used", "left", "overage")
    return tuple(flt(row[name], 6) if row.get(name) is not None else None for name in names)


# contracted and delivered


def test_a_line_in_the_period_of_a_day(house) -> None:
    contract = acme()
    (row,) = shown(as_of="2026-06-30")
    assert figures(row) == (20, 5, 28, 0, 3)
    assert (row["contract"], row["line"], row["unit"]) == (contract.name, "Support hours", "Hour")
    assert (row["period_start"], row["period_end"]) == (date(2026, 4, 15), date(2026, 7, 14))
    assert flt(row["share"], 4) == 112.0  # 28 of 25
    assert (row["forecast"], getdate(row["runs_out"])) == ("used up", date(2026, 6, 30))


def test_entries_after_the_day_do_not_count(house) -> None:
    acme()
    (row,) = shown(as_of="2026-06-19")
    assert figures(row) == (20, 5, 10, 15, 0)


def test_every_period_of_the_documentation(house) -> None:
    acme()
    rows = shown(as_of="2026-12-01", view="Period")
    assert [figures(row) for row in rows] == [
        (20, 0, 15, 5, 0),
        (20, 5, 28, 0, 3),
        (20, 0, 2, 18, 0),
        (20, 10, 0, 30, 0),
    ]


def test_since_the_start(house) -> None:
    acme()
    (row,) = shown(as_of="2026-12-01", figures="Since the Start")
    assert figures(row) == (80, None, 45, 30, 3)
    assert row["period_start"] == START


def test_the_forecast_of_the_documentation(house) -> None:
    acme(PACE)
    (row,) = shown(as_of="2026-02-28")
    assert figures(row)[2:4] == (12, 8)
    assert getdate(row["runs_out"]) == date(2026, 3, 30)
    assert row["forecast"] == (
        f"will probably run out; between {format_date('2026-03-10')} and {format_date('2026-05-14')}"
    )


def test_little_use_foretells_nothing(house) -> None:
    acme(PACE[:2])
    (row,) = shown(as_of="2026-02-28")
    assert (row["forecast"], row["runs_out"]) == ("too little use to tell", None)


def test_the_chart_spreads_a_period_over_its_days(house) -> None:
    acme(PACE)
    chart = run(DELIVERED, {"as_of": "2026-03-15"})["chart"]
    contracted, delivered = chart["data"]["datasets"]
    assert contracted["values"] == [flt(20 * days / 90, 2) for days in (17, 28, 15)]
    assert delivered["values"] == [5, 7, 0]
    assert contracted["name"] == "Contracted, Hour"


def test_hours_and_visits_are_not_added_up(house) -> None:
    customer = erp.customer("RCRM Acme")
    one = make_contract(customer, line(HOURS), line(VISITS), line(FEE))
    two = make_contract(customer, line(HOURS, included_qty=30), line(INCIDENTS, unlimited=1))
    for contract, at, quantity in ((one, 0, 17), (one, 1, 1), (two, 0, 8), (two, 1, 5)):
        entry(contract, at, "2026-02-01", quantity)
    rows = {(row["unit"], row["unlimited"]): row for row in shown(as_of="2026-02-28", view="Customer")}
    assert set(rows) == {("Hour", 0), ("Visits", 0), ("Incidents", 1)}
    hours = rows["Hour", 0]
    assert figures(hours) == (50, 0, 25, 25, 0)
    assert (hours["lines"], hours["nearly"], hours["share"]) == (2, 1, 50.0)  # 17 of 20 are more than 80 %
    endless = rows["Incidents", 1]
    assert (endless["included"], endless["left"], endless["used"]) == (None, None, 5)
    by_contract = shown(as_of="2026-02-28", view="Contract", contract=two.name)
    assert {(row["contract"], row["unit"]) for row in by_contract} == {
        (two.name, "Hour"),
        (two.name, "Incidents"),
    }


def test_what_is_in_force_or_of_a_state(house) -> None:
    acme()
    assert len(shown(as_of=END)) == 1
    assert not shown(as_of=add_days(END, 1))
    assert not shown(as_of=add_days(START, -1), state="Any")
    (row,) = shown(as_of=add_days(END, 40), state="Any")  # as on its last day
    assert figures(row) == (20, 10, 0, 30, 0)
    assert (row["forecast"], row["runs_out"]) == ("", None)


def test_filters_narrow(house) -> None:
    acme()
    other = make_contract(erp.customer("RCRM Other"), line(PIECES), line(VISITS))
    group = frappe.db.get_value("Item", erp.WIDGET, "item_group")
    assert {row["contract"] for row in shown(as_of="2026-02-28", customer="RCRM Other")} == {other.name}
    assert {row["line"] for row in shown(as_of="2026-02-28", counts="Visits")} == {"Visits"}
    assert {row["line"] for row in shown(as_of="2026-02-28", item_group=group)} == {"Filters"}
    assert not shown(as_of="2026-02-28", company=erp.COMPANY_EUR)


def test_cancelled_and_reversed_entries_do_not_count(house) -> None:
    contract = acme(())
    gone = entry(contract, 0, "2026-01-20", 7, is_cancelled=1)
    entry(contract, 0, "2026-01-20", -7, is_cancelled=1, kind="Reversal", reversal_of=gone.name)
    entry(contract, 0, "2026-01-21", 3)
    (row,) = shown(as_of="2026-02-28")
    assert figures(row) == (20, 0, 3, 17, 0)
    contract.reload()
    contract.cancel()
    assert not shown(as_of="2026-02-28", state="Any")


def test_fast_and_slow_reading_are_the_same(house, monkeypatch) -> None:
    contract = acme()
    entry(contract, 0, "2026-05-02", 0.333333)
    entry(contract, 0, "2026-05-02", -1234567.000001, kind="Return")
    promises = terms.of_contracts([contract.name])
    whole = usage.figures(promises)
    slow = usage.book(promises)
    assert whole.usage.day.tolist() == slow.usage.day.tolist()
    assert sorted(whole.usage.quantity.tolist()) == sorted(slow.usage.quantity.tolist())
    # a database that cuts long texts: the line is read row by row
    frappe.db.sql("set session group_concat_max_len = 60")
    try:
        cut = usage.figures(promises, date(2026, 6, 30))
    finally:
        frappe.db.sql("set session group_concat_max_len = default")
    assert cut.usage.day.tolist() == [day for day in whole.usage.day.tolist() if day <= 20634]
    assert cut.usage.quantity.sum() == whole.usage.quantity.sum() - 2_000_000  # without that of 4 August


def test_text_with_the_separator_of_packed_rows_in_it(house) -> None:
    contract = make_contract(erp.customer("RCRM Acme"), line(HOURS, line_title="Sup\x1fport\x1f"))
    (promise,) = terms.of_contracts([contract.name])
    assert promise.title == "Sup port " and promise.row.included_qty == 20 and promise.row.idx == 1


def test_everybody_sees_their_customers_only(house) -> None:
    acme()
    south = make_contract(erp.customer("RCRM South Co", territory=SOUTH), line(HOURS))
    entry(south, 0, "2026-02-01", 5)
    frappe.set_user(user("rcrm.contracts@example.com", "Sales User", "Relationship User", territory=SOUTH))
    assert {row["contract"] for row in shown(as_of="2026-02-28")} == {south.name}
    assert {row["name"] for row in run(REGISTER, {"state": "Any"})["result"] if row.get("name")} == {
        south.name
    }
    assert run(DELIVERED, {"as_of": "2026-02-28"})["chart"]["data"]["datasets"][1]["values"] == [0, 5]


def test_few_and_many_contracts_are_read_alike(house, monkeypatch) -> None:
    acme()
    few = shown(as_of="2026-06-30")
    for module in (overview, usage):
        monkeypatch.setattr(module, "MANY", 0)
    assert shown(as_of="2026-06-30") == few


# the register


def test_the_register_says_what_until_when_and_what_it_is_worth(house) -> None:
    today = getdate()
    customer = erp.customer("RCRM Acme")
    start = add_months(today, -2)
    end = add_days(add_months(start, 12), -1)
    dollars = make_contract(customer, line(HOURS), line(FEE), start_date=start, end_date=end, notice_days=30)
    euros = make_contract(
        customer,
        line(VISITS, price=1000, price_per="Year"),
        **{"start_date": start, "end_date": end, "company": erp.COMPANY_EUR, "currency": "EUR"},
    )
    make_contract(customer, line(VISITS), start_date=add_months(start, -24), end_date=add_days(start, -1))
    rows = {row["name"]: row for row in run(REGISTER)["result"] if row.get("name")}
    assert set(rows) == {dollars.name, euros.name}
    # 4 × 1,200 and 12 × 100; euros at 1.10
    assert (rows[dollars.name]["yearly_value"], rows[dollars.name]["value"]) == (6000, 6000)
    assert (rows[euros.name]["yearly_value"], flt(rows[euros.name]["value"], 2)) == (1000, 1100)
    assert rows[dollars.name]["promises"] == "Support hours: 20 Hour a quarter; Hosting"
    assert rows[dollars.name]["notice_in"] == (add_days(end, -30) - today).days
    summary = {card["label"]: card["value"] for card in run(REGISTER)["report_summary"]}
    assert flt(summary["In Force: Value of a Year"], 2) == 7100
    assert flt(summary["A Month (MRR)"], 2) == 591.67
    ended = run(REGISTER, {"ends_until": add_days(end, -1), "state": "Any"})["result"]
    assert [row["state"] for row in ended if row.get("name")] == ["Expired"]
    soon = run(REGISTER, {"notice_until": add_days(end, -30)})["result"]
    assert {row["name"] for row in soon if row.get("name")} == {dollars.name, euros.name}
    later = run(REGISTER, {"notice_until": add_days(end, -31)})["result"]
    assert {row["name"] for row in later if row.get("name")} == {euros.name}  # 90 days of notice


# cards


def test_cards(house) -> None:
    today = getdate()
    customer = erp.customer("RCRM Acme")
    start = add_months(today, -2)
    values = {"start_date": start, "end_date": add_days(add_months(start, 12), -1), "notice_days": 300}
    full = make_contract(customer, line(HOURS), line(VISITS), **values)
    entry(full, 0, today, 16)  # 80 % of 20
    entry(full, 1, today, 3)  # 75 % of 4
    quiet = make_contract(customer, line(HOURS), **{**values, "notice_days": 0})
    entry(quiet, 0, today, 15.9)
    make_contract(customer, line(HOURS), start_date=add_days(today, 5), end_date=add_months(today, 12))
    assert cards.active_service_contracts()["value"] == 2
    assert flt(cards.service_contract_mrr()["value"], 2) == 800  # twice 4 × 1,200 a year
    assert cards.contract_lines_nearly_used_up()["value"] == 1
    assert cards.service_contracts_to_renew()["value"] == 1
    frappe.set_user(user("rcrm.cards@example.com", "Sales User", "Relationship User", territory=SOUTH))
    assert cards.active_service_contracts()["value"] == cards.contract_lines_nearly_used_up()["value"] == 0


# connections


def test_connections_count_what_belongs_to_a_contract_and_a_customer(house) -> None:
    from frappe.desk.notifications import get_open_count

    contract = acme()
    for doctype, name in (("Service Contract", contract.name), ("Customer", contract.customer)):
        meta = frappe.get_meta(doctype).get_dashboard_data()
        for group in meta.transactions:
            for connected in group["items"]:
                field = meta.non_standard_fieldnames.get(connected, meta.fieldname)
                assert frappe.get_meta(connected).has_field(field), (doctype, connected, field)
        counts = get_open_count(doctype, name)["count"]
        found = {row["doctype"]: row["count"] for row in counts["external_links_found"]}
        assert found["Service Usage Entry"] == len(YEAR), doctype
    assert found["Service Contract"] == 1
