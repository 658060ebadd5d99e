"""What new customers cost and when their margin covered it, on real invoices and ledger entries, worked out by hand."""

from __future__ import annotations

from datetime import date

import erp
import frappe
import pytest
import spending
from crediting import touch
from erp import ADVICE, COMPANY, NORTH, SOUTH, WIDGET, YEAR, credit_note, customer, invoice
from spending import campaign, expense, journal, line

from relationship_crm.campaigns.acquisition import acquired, campaigns_of
from relationship_crm.relationship_crm.report.acquisition_cost_and_payback.acquisition_cost_and_payback import (
    execute,
)

JUNE = date(YEAR, 6, 30)


@pytest.fixture
def spring(house):
    """900.00 were spent. Three new customers, 300.00 each; a widget costs 5.00, advice nothing.

    Ada: March 150.00 by advice, April 40 widgets at 9.00 (margin 160.00). Ben: February (before he was reached) nothing,
    May 500.00, half of it returned in June. Cara: March 30.00. Dora bought before; Emil was never reached.
    """
    doc = campaign(
        "Spring",
        line(1000, date(YEAR, 3, 1), account=expense("RCRM Advertising")),
        project=spending.project("Spring 2024"),
        goal_customers=5,
    )
    journal(date(YEAR, 3, 5), 900, expense("RCRM Advertising"), project=doc.project)
    ada, ben, cara, dora, emil = (
        customer(f"RCRM {n}", territory=t)
        for n, t in (
            ("Ada N", NORTH),
            ("Ben N", NORTH),
            ("Cara S", SOUTH),
            ("Dora N", NORTH),
            ("Emil N", NORTH),
        )
    )
    invoice(dora, date(YEAR, 1, 10), [(ADVICE, 1, 70)])
    for who in (ada, ben, cara, dora):
        touch(doc.name, who, date(YEAR, 3, 2))
    invoice(ada, date(YEAR, 3, 20), [(ADVICE, 1, 150)])
    invoice(ada, date(YEAR, 4, 20), [(WIDGET, 40, 9)], update_stock=1)
    deal = invoice(ben, date(YEAR, 5, 2), [(ADVICE, 2, 250)])
    credit_note(deal, date(YEAR, 6, 3), 1)
    invoice(cara, date(YEAR, 3, 21), [(ADVICE, 1, 30)])
    invoice(dora, date(YEAR, 3, 22), [(ADVICE, 1, 999)])
    invoice(emil, date(YEAR, 3, 23), [(ADVICE, 1, 999)])
    return frappe._dict(doc=doc, name=doc.name, ada=ada, ben=ben, cara=cara)


def of(name: str, as_of=JUNE):
    campaigns = campaigns_of(COMPANY, name=name)
    return acquired(COMPANY, campaigns, as_of)[0]


def test_cost_per_new_customer(spring):
    found = of(spring.name)
    assert [won.customer for won in found.customers] == [spring.ada, spring.cara, spring.ben]
    assert (found.paid.cost, found.cost_per_customer) == (900, 300)
    assert [(won.day, won.amount) for won in found.customers] == [
        (date(YEAR, 3, 20), 150),
        (date(YEAR, 3, 21), 30),
        (date(YEAR, 5, 2), 250),
    ]


def test_payback_of_each_customer(spring):
    ada, cara, ben = [won.paid for won in of(spring.name).customers]
    # 150 in March, 160 in April: 310 covers 300 in the second month
    assert (ada.margin, ada.month, ada.day, ada.missing) == (310, 2, date(YEAR, 4, 1), 0)
    assert (cara.margin, cara.month, cara.missing) == (30, None, 270)
    # 500 would have covered it in May; what came back in June took that back
    assert (ben.margin, ben.month, ben.missing) == (250, None, 50)
    assert of(spring.name, date(YEAR, 5, 31)).customers[2].paid.month == 3


def test_payback_of_the_campaign(spring):
    found = of(spring.name)
    # March 180, April 160, May 500, June -250: 590 of 900
    assert found.cumulated == [180, 340, 840, 590]
    assert (found.paid.month, found.paid.missing) == (None, 310)
    invoice(spring.cara, date(YEAR, 7, 1), [(ADVICE, 1, 310)])
    found = of(spring.name, date(YEAR, 7, 31))
    assert (found.paid.month, found.paid.day, found.paid.missing) == (5, date(YEAR, 7, 1), 0)


def test_cancelled_documents_and_corrected_costs(spring):
    extra = journal(date(YEAR, 3, 9), 30, expense("RCRM Advertising"), project=spring.doc.project)
    assert of(spring.name).cost_per_customer == 310
    extra.cancel()
    first = frappe.get_all(
        "Sales Invoice", filters={"customer": spring.cara, "docstatus": 1}, pluck="name", order_by="name"
    )[0]
    erp.cancel("Sales Invoice", first)
    found = of(spring.name)
    assert [won.customer for won in found.customers] == [spring.ada, spring.ben]
    assert found.cost_per_customer == 450


def test_shares_of_the_cost_add_up_to_it(spring):
    journal(date(YEAR, 3, 9), 0.01, expense("RCRM Advertising"), project=spring.doc.project)
    found = of(spring.name)
    shares = [won.paid.cost for won in found.customers]
    assert sorted(shares) == [300, 300, 300.01]
    assert round(sum(shares), 2) == found.paid.cost == 900.01


def test_a_campaign_that_won_nobody(house):
    doc = campaign("Nothing", project=spending.project("Nothing 2024"))
    found = of(doc.name)
    assert (found.customers, found.paid.month) == ([], None)
    assert found.cost_per_customer != found.cost_per_customer  # NaN


def test_the_report(spring):
    columns, data, _message, chart, summary = execute({"company": COMPANY, "as_of": str(JUNE)})
    row = next(row for row in data if row.campaign == spring.name)
    assert (row.cost, row.customers, row.goal, row.cost_per_customer, row.margin) == (900, 3, 5, 300, 590)
    assert (row.month, row.missing) == (None, 310)
    assert {column["fieldname"] for column in columns} >= {"cost", "customers", "margin", "missing"}
    assert chart["data"]["datasets"][0]["values"] == [900]
    assert [one["value"] for one in summary[:4]] == [900, 3, 300, 590]


def test_the_report_of_one_campaign(spring):
    filters = {"company": COMPANY, "as_of": str(JUNE), "campaign": spring.name}
    _columns, data, _message, chart, _summary = execute(filters)
    assert [(row.customer_name, row.cost, row.margin, row.month) for row in data] == [
        ("RCRM Ada N", 300, 310, 2),
        ("RCRM Cara S", 300, 30, None),
        ("RCRM Ben N", 300, 250, None),
    ]
    assert [series["values"] for series in chart["data"]["datasets"]] == [[180, 340, 840, 590], [900] * 4]


def test_who_may_read_the_north_only_counts_the_north(spring):
    user = erp.ensure(
        "User",
        "acquirer@example.com",
        email="acquirer@example.com",
        first_name="North",
        send_welcome_email=0,
        roles=[{"role": role} for role in ("Relationship Manager", "Sales User")],
    )
    frappe.get_doc(
        {"doctype": "User Permission", "user": user, "allow": "Territory", "for_value": NORTH}
    ).insert(ignore_permissions=True)
    frappe.set_user(user)
    found = of(spring.name)
    assert [won.customer for won in found.customers] == [spring.ada, spring.ben]
    message = execute({"company": COMPANY})[2]
    assert "that you may read" in message


def test_the_number_of_queries_does_not_grow(spring):
    def statements() -> int:
        count, run = 0, frappe.db.sql

        def counted(*args, **kwargs):
            nonlocal count
            count += 1
            return run(*args, **kwargs)

        campaigns = campaigns_of(COMPANY, title=["like", "Spring%"])
        acquired(COMPANY, campaigns, JUNE)
        frappe.db.sql = counted
        try:
            acquired(COMPANY, campaigns, JUNE)
        finally:
            frappe.db.sql = run
        return count

    before = statements()
    for number in range(6):
        doc = campaign(f"Spring {number}", project=spending.project(f"Spring {number}"))
        new = customer(f"RCRM New {number}")
        touch(doc.name, new, date(YEAR, 3, 2))
        invoice(new, date(YEAR, 3, 4), [(ADVICE, 1, 10)])
        journal(date(YEAR, 3, 9), 5, expense("RCRM Advertising"), project=doc.project)
    assert statements() == before
