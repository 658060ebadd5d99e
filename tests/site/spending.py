"""Campaigns and what is spent on them, for the tests: projects, purchases, journal entries, hours."""

from __future__ import annotations

from datetime import date
from typing import Any

import erp
import frappe
import pytest
from erp import COMPANY, YEAR

from relationship_crm.campaigns import costs
from relationship_crm.campaigns.variance import Compared

SUPPLIER = "RCRM Printer"
#: Things bought for campaigns: no stock is kept of them.
FLYER, STAMP = "RCRM Flyer", "RCRM Stamp"


def expense(name: str, company: str = COMPANY) -> str:
    """An expense account of its own under the company's root of expenses."""
    wanted = f"{name} - {erp.ABBR[company]}"
    parent = frappe.get_all(
        "Account",
        filters={"company": company, "root_type": "Expense", "is_group": 1, "parent_account": ["!=", ""]},
        pluck="name",
        order_by="lft",
        limit=1,
    )[0]
    values = {"account_name": name, "company": company, "parent_account": parent, "root_type": "Expense"}
    return erp.ensure("Account", wanted, **values)


def things() -> None:
    """The supplier and what it sells."""
    group = frappe.get_all("Supplier Group", pluck="name", order_by="lft", limit=1)[0]
    erp.ensure("Supplier", SUPPLIER, supplier_name=SUPPLIER, supplier_group=group)
    for item in (FLYER, STAMP):
        erp.ensure(
            "Item", item, item_code=item, item_group=f"{erp.ADVICE}s", stock_uom="Nos", is_stock_item=0
        )


def project(name: str, company: str = COMPANY) -> str:
    """A project by its name, which ERPNext has once."""
    return frappe.db.get_value("Project", {"project_name": name, "company": company}) or (
        frappe.get_doc({"doctype": "Project", "project_name": name, "company": company})
        .insert(ignore_permissions=True)
        .name
    )


def cost_center(name: str, parent: str | None = None, is_group: int = 0, company: str = COMPANY) -> str:
    if not parent:
        parent = frappe.get_all(
            "Cost Center", filters={"company": company, "is_group": 1}, pluck="name", order_by="lft", limit=1
        )[0]
    values = {"cost_center_name": name, "parent_cost_center": parent, "is_group": is_group}
    return erp.ensure("Cost Center", f"{name} - {erp.ABBR[company]}", company=company, **values)


def line(amount: float, day: date | str, **values: Any) -> dict[str, Any]:
    """A line of a cost plan; account, item_code or hours say what it is for."""
    return {"description": "Cost", "amount": amount, "cost_date": day, **values}


def campaign(title: str = "Spring", *plan: dict[str, Any], **values: Any) -> Any:
    """A campaign with a cost plan."""
    doc = {
        "doctype": "Relationship Campaign",
        "title": title,
        "kind": "Acquisition",
        "company": COMPANY,
        "campaign_owner": "Administrator",
        "start_date": date(YEAR, 3, 1),
        "end_date": date(YEAR, 5, 31),
        "cost_plan": list(plan),
    }
    return frappe.get_doc({**doc, **values}).insert()


def purchase(
    day: date | str, items: list[tuple], company: str = COMPANY, submit: bool = True, **values: Any
) -> Any:
    """A purchase invoice; items are (item, amount, account) or (item, amount, account, more fields of the row)."""
    things()
    rows = [
        {
            "item_code": item,
            "qty": 1,
            "rate": amount,
            "expense_account": on,
            "cost_center": frappe.get_cached_value("Company", company, "cost_center"),
            **(more[0] if more else {}),
        }
        for item, amount, on, *more in items
    ]
    doc = frappe.get_doc(
        {
            "doctype": "Purchase Invoice",
            "supplier": SUPPLIER,
            "company": company,
            "set_posting_time": 1,
            "posting_date": day,
            "due_date": f"{frappe.utils.getdate(day).year}-12-31",
            "bill_no": frappe.generate_hash(length=8),
            "currency": frappe.get_cached_value("Company", company, "default_currency"),
            "conversion_rate": 1,
            "disable_rounded_total": 1,
            "items": rows,
            **values,
        }
    ).insert()
    return doc.submit() or doc if submit else doc


def give_back(bought: Any, day: date | str, amount: float | None = None) -> Any:
    """A debit note for all of a purchase, or for so much of its first row."""
    from erpnext.accounts.doctype.purchase_invoice.purchase_invoice import make_debit_note

    doc = make_debit_note(bought.name)
    doc.update({"set_posting_time": 1, "posting_date": day, "due_date": day, "bill_no": None})
    if amount is not None:
        doc.set("items", doc.items[:1])
        doc.items[0].rate = amount
    doc.payment_schedule = []
    doc.insert().submit()
    return doc


def journal(day: date | str, amount: float, on: str, company: str = COMPANY, **values: Any) -> Any:
    """A journal entry of cash spent on an account; more fields of the row by name."""
    center = frappe.get_cached_value("Company", company, "cost_center")
    rows = [
        {"account": on, "debit_in_account_currency": amount, "cost_center": center, **values},
        {"account": erp.account("Cash", company), "credit_in_account_currency": amount},
    ]
    doc = frappe.get_doc(
        {
            "doctype": "Journal Entry",
            "voucher_type": "Journal Entry",
            "company": company,
            "posting_date": day,
            "accounts": rows,
        }
    ).insert()
    doc.submit()
    return doc


def hours(day: date | str, count: float, rate: float, company: str = COMPANY, **values: Any) -> Any:
    """A submitted timesheet of one row; project or relationship_campaign by name."""
    activity = erp.ensure(
        "Activity Type", "RCRM Phoning", activity_type="RCRM Phoning", costing_rate=0, billing_rate=0
    )
    row = {"activity_type": activity, "from_time": f"{day} 09:00:00", "hours": count, "costing_rate": rate}
    doc = frappe.get_doc(
        {"doctype": "Timesheet", "company": company, "time_logs": [{**row, **values}]}
    ).insert()
    doc.submit()
    return doc


def budget(against: str, value: str, amounts: dict[str, float], year: str, **more: Any) -> list[str]:
    """Submitted Budgets that stop bookings, amounts by account: one of several accounts, or where ERPNext has no such, one each."""
    head = {
        "doctype": "Budget",
        "budget_against": against,
        "company": COMPANY,
        frappe.scrub(against): value,
        "applicable_on_booking_actual_expenses": 1,
        "action_if_annual_budget_exceeded": "Stop",
        "action_if_accumulated_monthly_budget_exceeded": "Ignore",
    }
    rows = [{"account": account, "budget_amount": amount} for account, amount in amounts.items()]
    if frappe.get_meta("Budget").has_field("accounts"):
        docs = [{"fiscal_year": year, "accounts": rows}]
    else:
        docs = [{"from_fiscal_year": year, "to_fiscal_year": year, **row} for row in rows]
    made = [frappe.get_doc({**head, **doc, **more}).insert() for doc in docs]
    for doc in made:
        doc.submit()
    return [doc.name for doc in made]


def lines_of(budget: Any) -> list[Any]:
    """What in a Budget holds account and amount: its rows, or itself."""
    return budget.get("accounts") or [budget]


def ledger(column: str, *values: str, company: str = COMPANY) -> float:
    """What ERPNext's general ledger holds on expense accounts for values of a column: the figure to equal."""
    entries = frappe.db.sql(
        f"""select sum(g.debit - g.credit) from `tabGL Entry` g, tabAccount a where a.name = g.account
        and a.root_type = 'Expense' and g.is_cancelled = 0 and g.company = %s and g.{column} in %s""",
        (company, values),
    )
    return round(float(entries[0][0] or 0), 2)


# a campaign of three lines on a project, for tests of its cost

MARCH, APRIL = date(YEAR, 3, 1), date(YEAR, 4, 1)


def figures(name: str, as_of: date | None = None) -> Compared:
    return costs.compared([name], as_of)[name]


def table(found: Compared) -> list[tuple[str, str]]:
    """Planned and actual by line, then what was not planned."""
    rows = [*found.lines, *([found.unplanned] if found.unplanned else [])]
    return [(str(row.planned), str(row.actual)) for row in rows]


@pytest.fixture
def costed(house):
    """A campaign on a project: flyers, advertisements, postage."""
    things()
    on = project("Spring 2024")
    doc = campaign(
        "Spring",
        line(800, MARCH, item_code=FLYER),
        line(1500, APRIL, account=expense("RCRM Advertising")),
        line(250, date(YEAR, 4, 15), account=expense("RCRM Postage")),
        project=on,
    )
    return frappe._dict(
        doc=doc, name=doc.name, project=on, ads=expense("RCRM Advertising"), post=expense("RCRM Postage")
    )


def bought(costed, day=date(YEAR, 3, 12), **values):
    """Flyers for 612.40 and an advertisement for 1,623.10, on one account, so ERPNext books one entry."""
    row = {"project": costed.project}
    return purchase(day, [(FLYER, 612.40, costed.ads, row), (STAMP, 1623.10, costed.ads, row)], **values)
