"""The reports and number cards of campaigns, on real invoices and bookings."""

from __future__ import annotations

import frappe
import pytest
from crediting import booked, campaign, members, response, touch
from erp import ADVICE, COMPANY, COMPANY_EUR, account, customer, invoice, payment
from frappe.utils import add_days, getdate, now_datetime
from responding import activity

from relationship_crm.campaigns import cards
from relationship_crm.campaigns.attribution import Model
from relationship_crm.relationship_crm.report.campaign_funnel import campaign_funnel as funnel
from relationship_crm.relationship_crm.report.campaign_performance import campaign_performance as performance
from relationship_crm.relationship_crm.report.response_by_stage import response_by_stage as stages

SPRING, FAIR = "RC-T-Spring", "RC-T-Fair"


def sold(who: str, day: str, amount: float, **values):
    return invoice(who, day, [(ADVICE, 1, amount)], **values)


def spent(amount: float, day: str, project: str) -> None:
    """A journal entry books cost on a project."""
    expense = {
        "company": COMPANY,
        "root_type": "Expense",
        "is_group": 0,
        "account_name": "Marketing Expenses",
    }
    center = frappe.db.get_value("Company", COMPANY, "cost_center")
    rows = [
        {
            "account": frappe.db.get_value("Account", expense),
            "debit_in_account_currency": amount,
            "project": project,
            "cost_center": center,
        },
        {"account": account("Cash"), "credit_in_account_currency": amount},
    ]
    frappe.get_doc(
        {"doctype": "Journal Entry", "company": COMPANY, "posting_date": day, "accounts": rows}
    ).insert().submit()


@pytest.fixture
def two(clean):
    """Spring reached four customers with letters that cost 40, the fair two of them later; another company has its own."""
    project = (
        frappe.get_doc({"doctype": "Project", "project_name": "RCRM Letters", "company": COMPANY})
        .insert()
        .name
    )
    campaign("Spring", project=project)
    campaign("Fair", kind="Event")
    campaign("Haus", COMPANY_EUR)
    campaign("Pattern", is_template=1)
    people = [customer(f"RCRM P{i}") for i in range(6)]
    own = members(SPRING, "Contacted", people[:4], "2024-01-10")
    members(SPRING, "Control", people[4:], "2024-01-10")
    for i, who in enumerate(people[:4]):
        stage = ("Client", 5) if i else ("Suspect", 1)
        more = {"member": own[i], "stage_name": stage[0], "rung": stage[1], "channel": "Letter"}
        touch(SPRING, who, "2024-02-01", **more)
    for who in people[:2]:
        touch(FAIR, who, "2024-02-05")
    response(SPRING, people[1], "2024-02-03", member=own[1])
    spent(40, "2024-02-01", project)
    bill = sold(people[0], "2024-02-10", 100)
    sold(people[3], "2024-02-10", 50)
    sold(people[5], "2024-02-10", 70)
    payment(bill, "2024-02-20", 100)
    return people


def test_performance(two):
    """Linear: Spring 50 + 50, the fair 50; the sale to the control group is nobody's."""
    columns, data, message, chart, summary = performance.execute({"company": COMPANY})
    by_title = {row.title: row for row in data}
    spring, fair = by_title["Spring"], by_title["Fair"]
    assert set(by_title) == {"Spring", "Fair", "These Campaigns", "Not Attributed", "All Invoices, Net"}
    assert (spring.credit_linear, spring.paid, spring.margin) == (100, 50, 100)
    assert (spring.credit_first_touch, spring.credit_last_touch) == (150, 50)
    assert (fair.credit_linear, fair.credit_last_touch) == (50, 100)
    assert (spring.actual, spring.planned, spring.variance) == (40, 0, -40)
    assert (spring.return_on_spend, spring.revenue_on_spend) == (150, 2.5)
    assert fair.return_on_spend is None
    assert (spring.listed, spring.contacted, spring.reached, spring.responded) == (4, 4, 4, 1)
    assert spring.response_rate == 25
    # 100, 0, 0, 50 against 0, 70
    assert spring.effect == pytest.approx(37.5 - 35)
    assert spring.verdict.startswith("Too small")
    assert fair.effect is None and "no control group" in fair.verdict
    for model in Model:
        field = performance.CREDITED[model]
        whole = sum(by_title[name][field] for name in ("These Campaigns", "Not Attributed"))
        assert whole == by_title["All Invoices, Net"][field] == booked()
    assert "not what was caused" in message
    assert chart["data"]["labels"] == ["Spring", "Fair"]
    assert {row["label"]: row["value"] for row in summary}["Return on Spend"] == "275 %"  # (150 - 40)/40
    assert {column["fieldname"] for column in columns} >= {"verdict", "credit_time_decay", "currency"}


def test_performance_of_some(two):
    """What other campaigns get is told apart; another model; another day."""
    data = performance.execute({"company": COMPANY, "kind": "Event", "model": "Last Touch"})[1]
    by_title = {row.title: row for row in data}
    assert (by_title["Fair"].margin, by_title["Fair"].paid) == (100, 100)
    assert by_title["Other Campaigns"].credit_last_touch == 50
    assert by_title["Not Attributed"].credit_last_touch == 70
    before = performance.execute({"company": COMPANY, "as_of": "2024-02-15"})[1]
    assert {row.title: row.get("paid") for row in before}["Spring"] == 0
    assert (
        performance.execute({"company": COMPANY, "from_date": "2025-01-01"})[1][0].title == "Other Campaigns"
    )
    with pytest.raises(frappe.ValidationError, match="From Date must be before"):
        performance.execute({"company": COMPANY, "from_date": "2025-01-02", "to_date": "2025-01-01"})
    with pytest.raises(frappe.ValidationError, match="Choose a company"):
        performance.execute({})


def test_performance_by_kind(two):
    again = campaign("Again")
    members(again, "Contacted", two[:3], "2024-01-10")
    members(again, "Control", two[3:], "2024-01-10")
    data = performance.execute({"company": COMPANY, "view": "Kind"})[1]
    by_title = {row.title: row for row in data}
    assert set(by_title) == {"Cross-Sell", "Event"}
    row = by_title["Cross-Sell"]
    assert (row.campaigns, row.pooled, row.contacted, row.credit_linear) == (2, 2, 4, 100)
    assert row.verdict.startswith("Too small: these campaigns together")
    assert (
        "2 campaigns of the kind Cross-Sell together"
        in performance.execute({"company": COMPANY, "kind": "Cross-Sell"})[2]
    )


def test_funnel_report(two):
    found = funnel.execute({"company": COMPANY, "campaign": SPRING})
    (row,) = found[1]
    assert [row[step] for step in funnel.STEPS] == [4, 4, 4, 1, 0, 2, 2, 1]
    assert (row.invoiced_share, row.invoiced_money, row.paid_money) == (50, 150, 100)
    assert found[3]["data"]["datasets"][0]["values"] == [4, 4, 4, 1, 0, 2, 2, 1]
    assert [row.title for row in funnel.execute({"company": COMPANY})[1]] == ["Spring", "Fair"]
    # these touches belong to no wave
    assert funnel.execute({"company": COMPANY, "by": "Wave"})[1] == []


def test_stage_report(two):
    data, message, chart = stages.execute({"company": COMPANY})[1:4]
    # by rung; the fair's touches know no stage
    assert [(row.group, row.contacted, row.responded) for row in data] == [
        ("Not set", 2, 0),
        ("Suspect", 1, 0),
        ("Client", 3, 1),
    ]
    # Wilson for 1 of 3
    assert (round(data[2].low, 1), round(data[2].high, 1)) == (6.1, 79.2)
    assert "Stage" not in message and chart["data"]["labels"] == ["Not set", "Suspect", "Client"]
    kinds = stages.execute({"company": COMPANY, "view": "Kind"})[1]
    assert [(row.group, row.contacted) for row in kinds] == [("Cross-Sell", 4), ("Event", 2)]
    channels = stages.execute({"company": COMPANY, "view": "Channel", "channel": "Letter"})[1]
    assert [(row.group, row.contacted) for row in channels] == [("Letter", 4)]
    nothing = stages.execute({"company": COMPANY, "from_date": "2024-02-02", "campaign": SPRING})
    assert nothing[1] == [] and "Nobody was contacted" in nothing[2]


def test_variants_report(clean):
    campaign("Spring")
    people = [customer(f"RCRM P{i}") for i in range(4)]
    own = members(SPRING, "Contacted", people)
    for i, who in enumerate(people):
        touch(SPRING, who, "2024-02-01", activity="W1", variant="AB"[i % 2], member=own[i])
    data = stages.execute({"view": "Variant", "campaign": SPRING})[1]
    assert [(row.group, row.contacted) for row in data] == [("A", 2), ("B", 2)]
    assert "verdict" not in data[0] and data[1].verdict.startswith("B and A")


def test_cards(two):
    """This year: the tests' campaigns are of 2024."""
    campaign("Now", status="Running")
    caller = frappe.session.user
    # statements about a campaign's own rows; other campaigns of the site may be there too
    assert cards.running_campaigns()["value"] >= 4
    before = cards.credited_revenue()["value"]
    today = getdate()
    who = customer("RCRM Today")
    touch("RC-T-Now", who, add_days(today, -1), member="X")
    sold(who, str(today), 30)
    assert cards.credited_revenue()["value"] == before, "kept for some minutes"
    frappe.cache.delete_keys(cards.KEPT)
    assert cards.credited_revenue()["value"] - before == 30
    assert cards.campaign_response_rate()["value"].endswith("%")
    due = cards.calls_due_today()["value"]
    calls = activity("RC-T-Now", "Call").name
    waiting = {
        "activity": calls,
        "channel": "Call",
        "status": "Waiting",
        "assigned_to": caller,
        "touched_on": None,
    }
    touch("RC-T-Now", who, today, next_contact_on=now_datetime(), **waiting)
    touch("RC-T-Now", who, today, next_contact_on=add_days(now_datetime(), 1), **waiting)
    assert cards.calls_due_today()["value"] - due == 1
    project = (
        frappe.get_doc({"doctype": "Project", "project_name": "RCRM Now", "company": COMPANY}).insert().name
    )
    frappe.db.set_value("Relationship Campaign", "RC-T-Now", "project", project)
    cost = cards.actual_campaign_cost()["value"]
    spent(25, str(today), project)
    assert cards.actual_campaign_cost()["value"] - cost == 25
    assert cards.planned_campaign_cost()["fieldtype"] == "Currency"


def test_a_card_whose_money_has_no_rate_says_no_number(clean, monkeypatch):
    monkeypatch.setattr(cards, "company_rates", lambda _currency: {})
    first, last = cards._year()
    assert cards._money([(COMPANY, 0.0)], first, last)["value"] == 0
    assert cards._money([(COMPANY, 25.0)], first, last)["value"] == "–"
    monkeypatch.setattr(cards, "company_rates", lambda _currency: {COMPANY: 2.0})
    assert cards._money([(COMPANY, 25.0)], first, last)["value"] == 50


def test_charts_of_nothing_say_so(clean):
    """A dashboard would make a chart up of the columns where a report has none at all."""
    for report, filters in ((performance, {"company": COMPANY}), (stages, {"company": COMPANY})):
        assert report.execute({**filters, "from_date": "1990-01-01", "to_date": "1990-12-31"})[3] == {
            "data": {}
        }


def test_who_may_not_read_customers_counts_nobody(two):
    user = frappe.get_doc(
        {"doctype": "User", "email": "analyst@example.com", "first_name": "Ann", "send_welcome_email": 0}
    ).insert()
    user.add_roles("Relationship Analyst")
    for kind in ("Customer", "Lead", "Prospect"):
        assert not frappe.has_permission(kind, "read", user=user.name)
    frappe.set_user(user.name)
    found = performance.execute({"company": COMPANY})
    spring = next(row for row in found[1] if row.title == "Spring")
    assert (spring.credit_linear, spring.contacted, spring.return_on_spend) == (0, 0, None)
    assert "that you may read" in found[2]
