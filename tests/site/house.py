"""The house all tests live in: two companies, their goods and a counter. Made once a site, committed, found again."""

from __future__ import annotations

import frappe
from erp import (
    ABBR,
    ADVICE,
    ANNA,
    BORIS,
    COMPANY,
    COMPANY_EUR,
    CRAFT,
    GADGET,
    NORTH,
    PREPAID,
    PRICES,
    PROFILE,
    SOUTH,
    TRADE,
    WALK_IN,
    WIDGET,
    YEAR,
    account,
    customer,
    ensure,
    warehouse,
)
from frappe.utils import getdate


def build_house() -> None:
    """What ERPNext's setup leaves out on a fresh site, then everything the tests share."""
    if not frappe.db.a_row_exists("Company"):
        _setup()
    for year in sorted({YEAR, getdate().year}):
        fiscal_year(year)
    for group in (TRADE, CRAFT):
        ensure(
            "Customer Group", group, customer_group_name=group, parent_customer_group=root("Customer Group")
        )
    for territory in (NORTH, SOUTH):
        ensure("Territory", territory, territory_name=territory, parent_territory=root("Territory"))
    for person in (ANNA, BORIS):
        ensure("Sales Person", person, sales_person_name=person, parent_sales_person=root("Sales Person"))
    ensure("UOM", "Nos", uom_name="Nos")
    for price_list, currency in PRICES.values():
        ensure("Price List", price_list, price_list_name=price_list, currency=currency, selling=1, enabled=1)
    ensure(
        "Company",
        COMPANY,
        company_name=COMPANY,
        abbr=ABBR[COMPANY],
        default_currency="USD",
        country="Ecuador",
        chart_of_accounts="Standard",
    )
    ensure(
        "Company",
        COMPANY_EUR,
        company_name=COMPANY_EUR,
        abbr=ABBR[COMPANY_EUR],
        default_currency="EUR",
        country="Germany",
        chart_of_accounts="Standard",
    )
    _exchange("EUR", "USD", 1.10)
    _items()
    _terms()
    _opening_stock()
    customer(WALK_IN, only_missing=True)
    _counter()


def _setup() -> None:
    from frappe.desk.page.setup_wizard.setup_wizard import setup_complete

    year = getdate().year
    setup_complete(
        {
            "currency": "USD",
            "country": "United States",
            "timezone": "America/New_York",
            "language": "english",
            "full_name": "Test User",
            "email": "setup@example.com",
            "password": "a fine day in May",
            "company_name": "RCRM Setup",
            "company_abbr": "RS",
            "industry": "Manufacturing",
            "company_tagline": "Testing",
            "chart_of_accounts": "Standard",
            "fy_start_date": f"{year}-01-01",
            "fy_end_date": f"{year}-12-31",
        }
    )


def root(doctype: str) -> str:
    """The root of a tree."""
    field = f"parent_{frappe.scrub(doctype)}"
    found = frappe.get_all(
        doctype, filters={"is_group": 1, field: ["in", ["", None]]}, pluck="name", order_by="lft", limit=1
    )
    return (
        found[0]
        if found
        else frappe.get_all(doctype, filters={"is_group": 1}, pluck="name", order_by="lft", limit=1)[0]
    )


def fiscal_year(year: int) -> None:
    day = f"{year}-07-01"
    if not frappe.db.exists(
        "Fiscal Year", {"year_start_date": ["<=", day], "year_end_date": [">=", day], "disabled": 0}
    ):
        ensure(
            "Fiscal Year",
            str(year),
            year=str(year),
            year_start_date=f"{year}-01-01",
            year_end_date=f"{year}-12-31",
        )
        frappe.cache.delete_value("fiscal_years")


def _exchange(source: str, target: str, rate: float) -> None:
    if not frappe.db.exists("Currency Exchange", {"from_currency": source, "to_currency": target}):
        frappe.get_doc(
            {
                "doctype": "Currency Exchange",
                "date": f"{YEAR}-01-01",
                "from_currency": source,
                "to_currency": target,
                "exchange_rate": rate,
                "for_buying": 1,
                "for_selling": 1,
            }
        ).insert()


def _items() -> None:
    for item, stock in ((WIDGET, 1), (GADGET, 1), (ADVICE, 0)):
        group = f"{item}s"
        ensure("Item Group", group, item_group_name=group, parent_item_group=root("Item Group"))
        ensure(
            "Item",
            item,
            item_code=item,
            item_name=item,
            item_group=group,
            stock_uom="Nos",
            is_stock_item=stock,
            valuation_rate=5 if stock else 0,
        )


def _terms() -> None:
    ensure(
        "Payment Term",
        PREPAID,
        payment_term_name=PREPAID,
        invoice_portion=100,
        due_date_based_on="Day(s) after invoice date",
        credit_days=3,
    )
    ensure(
        "Payment Terms Template",
        PREPAID,
        template_name=PREPAID,
        terms=[
            {
                "payment_term": PREPAID,
                "invoice_portion": 100,
                "due_date_based_on": "Day(s) after invoice date",
                "credit_days": 3,
            }
        ],
    )


def _opening_stock() -> None:
    if frappe.db.exists(
        "Stock Ledger Entry", {"item_code": WIDGET, "warehouse": warehouse(COMPANY), "is_cancelled": 0}
    ):
        return
    entry = frappe.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Material Receipt",
            "purpose": "Material Receipt",
            "company": COMPANY,
            "set_posting_time": 1,
            "posting_date": f"{YEAR}-01-01",
            "posting_time": "08:00:00",
            "items": [
                {"item_code": item, "qty": 100000, "t_warehouse": warehouse(COMPANY), "basic_rate": 5}
                for item in (WIDGET, GADGET)
            ],
        }
    ).insert()
    entry.submit()


def _counter() -> None:
    if frappe.db.exists("POS Profile", PROFILE):
        return
    cash = frappe.get_doc("Mode of Payment", "Cash")
    if COMPANY not in [row.company for row in cash.accounts]:
        cash.append("accounts", {"company": COMPANY, "default_account": account("Cash")})
        cash.save()
    expense = frappe.db.get_value("Company", COMPANY, "default_expense_account")
    frappe.get_doc(
        {
            "doctype": "POS Profile",
            "name": PROFILE,
            "company": COMPANY,
            "customer": WALK_IN,
            "currency": "USD",
            "warehouse": warehouse(COMPANY),
            "selling_price_list": PRICES[COMPANY][0],
            "write_off_account": expense,
            "write_off_cost_center": frappe.db.get_value("Company", COMPANY, "cost_center"),
            "write_off_limit": 1,
            "payments": [{"mode_of_payment": "Cash", "default": 1}],
            "disable_rounded_total": 1,
        }
    ).insert()
