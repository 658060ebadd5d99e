"""Target lists by what was bought: net of returns, cancelled documents gone, two companies, the counter."""

from __future__ import annotations

import erp
import frappe
import pytest
from asking import settings
from campaigning import on, rule, target_list
from erp import ADVICE, COMPANY, COMPANY_EUR, GADGET, WIDGET
from frappe.utils import add_days, today

pytestmark = pytest.mark.usefixtures("unasked")


def ago(days: int) -> str:
    return add_days(today(), -days)


def bought(customer: str, days: int, qty: float = 1, rate: float = 100, item: str = ADVICE, **values):
    return erp.invoice(customer, ago(days), [(item, qty, rate)], due=ago(-60), **values)


def found(*rules, **values) -> set[str]:
    """Who is on a list of these rules."""
    return on(target_list(frappe.generate_hash(length=8), *rules, **values))


@pytest.fixture
def three(unasked) -> tuple[str, str, str]:
    """One who bought lately and often, one who bought once long ago, one who never did."""
    often, once, never = (erp.customer(f"RCRM {n}") for n in ("Often", "Once", "Never"))
    bought(often, 100, rate=300)
    bought(often, 20, rate=200)
    bought(once, 200, rate=50)
    return often, once, never


def test_last_and_first_purchase(three):
    often, once, _never = three
    assert found(rule("Last Purchase", "within days", days=20)) == {often}
    assert found(rule("Last Purchase", "within days", days=19)) == set()
    assert found(rule("Last Purchase", "not within days", days=20)) == {once}  # who never bought has none
    assert found(rule("First Purchase", "on or after", day=ago(100))) == {often}
    assert found(rule("First Purchase", "on or before", day=ago(100))) == {often, once}
    assert found(rule("Last Purchase", "on or before", day=ago(201))) == set()


def test_bought_anything(three):
    often, once, never = three
    assert found(rule("Bought Anything")) == {often, once}
    assert found(rule("Bought Anything", "is not")) == {never}
    assert found(rule("Bought Anything", "is not", days=150)) == {once, never}


def test_revenue_and_number_of_purchases(three):
    often, once, never = three
    assert found(rule("Revenue", "at least", amount=500)) == {often}
    assert found(rule("Revenue", "at least", amount=500.01)) == set()
    assert found(rule("Revenue", "at least", amount=200, days=30)) == {often}
    assert found(rule("Revenue", "at least", amount=201, days=30)) == set()
    assert found(rule("Revenue", "at most", amount=50)) == {once, never}  # nothing is at most 50, too
    assert found(rule("Purchases", "at least", amount=2)) == {often}
    assert found(rule("Purchases", "at most", amount=1)) == {once, never}


def test_what_was_given_back_was_not_bought(three):
    often, once, never = three
    original = bought(never, 10, 2, 100, WIDGET)
    assert found(rule("Bought Item", reference=WIDGET)) == {never}
    erp.credit_note(original, today(), 1)
    assert found(rule("Revenue", "at least", amount=100)) == {often, never}
    assert found(rule("Bought Item", reference=WIDGET)) == {never}
    erp.credit_note(original, today(), 1)
    assert found(rule("Bought Anything")) == {often, once}
    assert found(rule("Bought Item", reference=WIDGET)) == set()
    assert found(rule("Bought Item", "is not", reference=WIDGET)) == {often, once, never}
    assert found(rule("Last Purchase", "within days", days=15)) == set()


def test_a_return_in_the_window_of_something_older_takes_nothing_away():
    customer = erp.customer("RCRM Swap")
    old = bought(customer, 60, 1, 100, WIDGET)
    bought(customer, 5, 1, 100, WIDGET)
    erp.credit_note(old, today())
    assert found(rule("Bought Item", reference=WIDGET, days=10)) == {customer}
    assert found(rule("Bought Item", reference=WIDGET)) == {customer}


def test_cancelled_drafts_and_opening_invoices_are_nothing():
    customer = erp.customer("RCRM Void")
    erp.cancel("Sales Invoice", bought(customer, 10).name)
    erp.invoice(customer, ago(5), [(ADVICE, 1, 100)], due=ago(-60), submit=False)
    frappe.db.set_value("Sales Invoice", bought(customer, 4).name, "is_opening", "Yes")
    assert found(rule("Bought Anything")) == set()
    assert found(rule("Bought Item", reference=ADVICE)) == set()


def test_item_groups_with_what_is_below_them():
    customer = erp.customer("RCRM Goods")
    bought(customer, 5, item=GADGET)
    root = frappe.db.get_value("Item Group", f"{GADGET}s", "parent_item_group")
    assert found(rule("Bought Item Group", reference=f"{GADGET}s")) == {customer}
    assert found(rule("Bought Item Group", reference=root)) == {customer}
    assert found(rule("Bought Item Group", reference=f"{WIDGET}s")) == set()
    assert found(rule("Bought Item Group", "is not", reference=f"{GADGET}s")) == set()


def test_sales_at_the_counter():
    customer = erp.customer("RCRM Counter Customer")
    erp.pos_invoice(customer, today(), [(WIDGET, 2, 10)])
    assert found(rule("Bought Item", reference=WIDGET)) == {customer}
    assert found(rule("Revenue", "at least", amount=20)) == {customer}
    erp.close_till()  # the same sale is now in a Sales Invoice as well
    assert found(rule("Revenue", "at least", amount=20)) == {customer}
    assert found(rule("Revenue", "at least", amount=21)) == set()


def test_two_companies_and_currencies():
    """100 USD, and 100 EUR that are 110 USD by the stored rate."""
    customer = erp.customer("RCRM Abroad")
    bought(customer, 10)
    bought(customer, 5, company=COMPANY_EUR)
    assert found(rule("Revenue", "at least", amount=210)) == {customer}
    assert found(rule("Revenue", "at least", amount=211)) == set()
    assert found(rule("Revenue", "at least", amount=100), company=COMPANY_EUR) == {customer}
    assert found(rule("Revenue", "at least", amount=101), company=COMPANY_EUR) == set()
    assert found(rule("Last Purchase", "within days", days=6), company=COMPANY) == set()
    assert found(rule("Bought Item", reference=ADVICE, days=6), company=COMPANY) == set()
    assert found(rule("Bought Item", reference=ADVICE, days=6), company=COMPANY_EUR) == {customer}


def test_where_purchases_are_orders():
    settings(purchase_basis="Sales Order")
    customer = erp.customer("RCRM Orders")
    sold = erp.order(customer, ago(3), [(ADVICE, 2, 100)], deliver=today())
    assert found(rule("Bought Item", reference=ADVICE)) == {customer}
    assert found(rule("Revenue", "at least", amount=200, days=5)) == {customer}
    erp.cancel("Sales Order", sold.name)
    assert found(rule("Bought Item", reference=ADVICE)) == set()
    assert found(rule("Revenue", "at least", amount=1)) == set()
