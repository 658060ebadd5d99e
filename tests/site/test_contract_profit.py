"""What contracts earn: from real timesheets, deliveries, visits and invoices, against figures worked out by hand.

The example of docs/service-contracts.md: 4,800 a year and 270 of overage; 52 hours at 38, 62 filters at 5, four visits at 85.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import erp
import frappe
import pytest
from contracting import FEE, HOURS, PIECES, VISITS, goods, goods_back, line, make_contract, timesheet, visit
from frappe.utils import add_days

from relationship_crm.contracts import invoices, offers, profitability
from relationship_crm.contracts.profitability import Earned, earned

START, END = date(2024, 1, 15), date(2025, 1, 14)
ACME = "RCRM Profit Acme"


@pytest.fixture
def acme() -> Any:
    """The contract, 20 hours a quarter."""
    erp.customer(ACME)
    settings = frappe.get_single("Relationship CRM Settings")
    settings.update({"visit_cost": 85, "contract_margin": 40})
    settings.save()
    return make_contract(
        ACME, line(HOURS), line(VISITS), line(PIECES, overage="Free"), start_date=START, end_date=END
    )


def work(*rows: tuple, cost: float = 38, **values: Any) -> Any:
    """Hours at cost."""
    return timesheet(ACME, *[(day, hours, {"costing_rate": cost}) for day, hours in rows], **values)


def a_year(acme: Any) -> dict[str, Any]:
    """What was done and charged for it."""
    made = {
        # 12 + 3, 10 + 18 and 9 hours: 3 beyond the second quarter's 20 and 5 carried over
        "sheet": work(
            ("2024-01-20", 12), ("2024-03-10", 3), ("2024-05-02", 10), ("2024-06-20", 18), ("2024-08-04", 9)
        ),
        "visits": [visit(ACME, day) for day in ("2024-02-01", "2024-05-01", "2024-08-01", "2024-11-04")],
        "goods": goods(ACME, "2024-07-01", (erp.WIDGET, 70, 0)),
    }
    goods_back(made["goods"], "2024-07-05", 8)
    made["invoices"] = [
        frappe.get_doc("Sales Invoice", name) for name in invoices.make(acme.name, date(2024, 12, 31))
    ]
    for invoice in made["invoices"]:
        invoice.submit()
    return made


def of(contract: Any, *span: Any) -> Earned:
    return earned([contract.name], *span)[contract.name]


def test_the_example_of_the_documentation(acme):
    a_year(acme)
    found = of(acme)
    assert found.revenue == pytest.approx(5070)
    assert (found.hours, found.hours_cost, found.uncosted) == (52, 1976, 0)
    assert found.parts_cost == pytest.approx(310)
    assert (found.visits, found.visits_cost) == (4, 340)
    contribution = found.contribution
    assert contribution.costs.total == pytest.approx(2626)
    assert contribution.amount == pytest.approx(2444)
    assert contribution.margin == pytest.approx(0.482, abs=5e-4)


def test_a_period_has_its_share(acme):
    """The second quarter: 1,200 of the fee, the hours, visit and parts of its days. Overage counts when it is charged."""
    a_year(acme)
    found = of(acme, date(2024, 4, 15), date(2024, 7, 14))
    assert found.revenue == pytest.approx(1200)
    assert (found.hours, found.hours_cost) == (28, 1064)
    assert found.parts_cost == pytest.approx(310)
    assert (found.visits, found.visits_cost) == (1, 85)
    # charged by the month: one, and 16 of the 31 days of the next
    assert of(acme, date(2024, 4, 15), date(2024, 5, 30)).revenue == pytest.approx(400 + 400 * 16 / 31)
    # the halves of any year make the whole
    parts = [of(acme, None, date(2024, 5, 30)), of(acme, date(2024, 5, 31), None)]
    assert sum(one.revenue for one in parts) == pytest.approx(5070)
    assert sum(one.contribution.costs.total for one in parts) == pytest.approx(2626)


def test_what_is_cancelled_never_was(acme):
    made = a_year(acme)
    made["visits"][0].cancel()
    made["sheet"].cancel()
    for invoice in made["invoices"]:
        frappe.get_doc("Sales Invoice", invoice.name).cancel()
    found = of(acme)
    assert (found.revenue, found.hours, found.hours_cost) == (0, 0, 0)
    assert (found.visits, found.visits_cost) == (3, 255)


def test_drafts_cost_nothing(acme):
    work(("2024-02-01", 5), submit=False)
    visit(ACME, "2024-02-01", submit=False)
    assert of(acme) == Earned()


def test_a_visit_may_say_what_it_cost(acme):
    visit(ACME, "2024-02-01", relationship_visit_cost=240)
    visit(ACME, "2024-05-01")
    assert of(acme).visits_cost == 325


def test_visits_cost_in_the_companys_currency(acme):
    """85 USD at 1.10 USD to the euro."""
    own = make_contract(
        ACME, line(VISITS), company=erp.COMPANY_EUR, currency="EUR", start_date=START, end_date=END
    )
    visit(ACME, "2024-02-01", company=erp.COMPANY_EUR)
    assert of(own).visits_cost == pytest.approx(85 / 1.1)
    assert of(acme).visits == 0


def test_hours_without_a_rate_are_told(acme):
    work(("2024-02-01", 5), cost=0)
    work(("2024-02-02", 2))
    found = of(acme)
    assert (found.hours, found.uncosted, found.hours_cost) == (7, 5, 76)


def test_other_peoples_work_is_not_mixed_in(acme):
    other = erp.customer("RCRM Profit Beta")
    timesheet(other, ("2024-02-01", 5, {"costing_rate": 38}))
    work(("2023-12-01", 4))  # before the contract
    assert of(acme) == Earned()


def test_invoices_of_a_subscription_count(acme):
    """They name the contract as they are made."""
    contract = make_contract(ACME, line(FEE), start_date=START, end_date=END, billing="Subscription")
    frappe.db.set_value("Service Contract", contract.name, "subscription", "RCRM-SUB-1")
    for day, name in (("2024-02-01", "RCRM-SUB-1"), ("2024-03-01", "RCRM-SUB-1"), ("2024-03-01", None)):
        bill = erp.invoice(ACME, day, [(erp.ADVICE, 1, 100)], submit=False)
        bill.update({"subscription": name, "from_date": day, "to_date": add_days(day, 27)})
        bill.flags.ignore_links = True
        bill.submit()
    assert of(contract).revenue == pytest.approx(200)
    assert of(contract, date(2024, 2, 15), date(2024, 2, 28)).revenue == pytest.approx(50)


def test_bundles_cost_what_their_parts_do(acme):
    bundle = "RCRM Filter Set"
    erp.ensure(
        "Item",
        bundle,
        item_code=bundle,
        item_name=bundle,
        item_group=f"{erp.WIDGET}s",
        stock_uom="Nos",
        is_stock_item=0,
    )
    frappe.get_doc(
        {"doctype": "Product Bundle", "new_item_code": bundle, "items": [{"item_code": erp.WIDGET, "qty": 3}]}
    ).insert()
    row = {"relationship_contract_line": acme.lines[2].line_key}
    chosen = {"relationship_contract": acme.name, "relationship_contract_choice": "Chosen"}
    goods(ACME, "2024-07-01", (bundle, 2, 0, row), **chosen)
    assert of(acme).parts_cost == pytest.approx(30)


def test_many_contracts_take_no_more_queries(acme):
    a_year(acme)
    names = [acme.name, *(f"SC-NONE-{i}" for i in range(2000))]
    earned(names)  # reads what is kept
    few, many = count(lambda: earned([acme.name])), count(lambda: earned(names))
    assert few == many <= 10
    assert earned(names)[acme.name].revenue == pytest.approx(5070)


def count(work: Any) -> int:
    """Statements that something sends to the database."""
    sent = []
    original = frappe.db.sql

    def counted(*args: Any, **kwargs: Any) -> Any:
        sent.append(args[0])
        return original(*args, **kwargs)

    frappe.db.sql = counted
    try:
        work()
    finally:
        frappe.db.sql = original
    return len(sent)


# -- what the next year would be worth


def test_the_price_from_use(acme):
    """2,626 in 366 days are 2,618.83 a year; they leave 40 % of 4,364.71."""
    a_year(acme)
    head = frappe.get_doc("Service Contract", acme.name)
    use = offers.used({acme.name: head}, END)[acme.name]
    assert use.days == 366
    assert use.costs == pytest.approx(2626 * 365 / 366)
    assert use.price == pytest.approx(4364.71)
    assert use.margin == pytest.approx(2444 / 5070)
    # half way: the costs up to then, as of a year
    half = offers.used({acme.name: head}, date(2024, 7, 14))[acme.name]
    costs = 15 * 38 + 28 * 38 + 310 + 2 * 85
    assert half.days == 182
    assert half.costs == pytest.approx(costs * 365 / 182)


def test_in_another_currency(acme):
    """A contract in euro of a company that keeps its books in dollars."""
    frappe.db.set_value("Service Contract", acme.name, {"currency": "EUR", "conversion_rate": 1.05})
    work(("2024-02-01", 11), cost=100)
    head = frappe.get_doc("Service Contract", acme.name)
    use = offers.used({acme.name: head}, END)[acme.name]
    # 1,100 dollars at the stored 1.10, not at the 1.05 of the start
    assert use.costs == pytest.approx(1000 * 365 / 366)
    assert use.price == pytest.approx(round(1000 * 365 / 366 / 0.6, 2))


@pytest.mark.parametrize("margin", [-1, 100, 140])
def test_a_margin_has_to_make_sense(margin):
    settings = frappe.get_single("Relationship CRM Settings")
    settings.contract_margin = margin
    with pytest.raises(frappe.ValidationError):
        settings.save()


def test_scope_reads_everything_where_a_list_would_be_long():
    assert not profitability.Scope(["a"] * 10).many
    assert profitability.Scope(["a"] * 1000).many
