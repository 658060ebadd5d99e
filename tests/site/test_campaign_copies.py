"""Campaigns made of others and of templates: on other days, with plan, lists and activities, without results."""

from __future__ import annotations

from datetime import date

import frappe
import pytest
import spending
from erp import COMPANY_EUR, YEAR
from frappe.utils import get_datetime, getdate
from spending import FLYER, campaign, expense, line

from relationship_crm.campaigns import copying


@pytest.fixture
def spring(house):
    """A campaign of two waves and an event, with a plan, that has run."""
    spending.things()
    doc = campaign(
        "Spring",
        line(800, date(YEAR, 3, 1), item_code=FLYER),
        line(1500, date(YEAR, 4, 10), account=expense("RCRM Advertising")),
        line(90, date(YEAR, 4, 10), hours=1),
        project=spending.project("Spring"),
        control_share=15,
        outcome_days=30,
    )
    first = wave(doc, wave=1, title="Letter", channel="Letter", send_on=date(YEAR, 3, 4))
    wave(
        doc,
        wave=2,
        title="Call",
        channel="Call",
        send_on=date(YEAR, 3, 18),
        call_until=date(YEAR, 3, 29),
        audience="Those Who Did Not Respond",
        after_activity=first.name,
    )
    wave(
        doc,
        wave=3,
        title="Open day",
        channel="Event",
        send_on=date(YEAR, 4, 1),
        event_on=f"{YEAR}-05-03 10:00:00",
        event_until=f"{YEAR}-05-03 16:30:00",
    )
    doc.db_set({"status": "Completed", "members_status": "Frozen", "contacted_members": 7})
    frappe.db.set_value("Campaign Activity", first.name, {"status": "Completed", "total": 7, "done": 7})
    return frappe.get_doc(doc.doctype, doc.name)


def wave(doc, **values):
    message = {"variant": "A", "share": 1, "subject": "Hello", "message": "<p>Hello</p>"}
    base = {"doctype": "Campaign Activity", "campaign": doc.name, "company": doc.company}
    return frappe.get_doc({**base, "messages": [message], **values}).insert()


def copied(source, start=date(YEAR, 9, 1), title="Autumn", **values):
    return frappe.get_doc("Relationship Campaign", copying.make(source.name, title, str(start), **values))


def activities(doc) -> list:
    names = frappe.get_all("Campaign Activity", filters={"campaign": doc.name}, pluck="name", order_by="wave")
    return [frappe.get_doc("Campaign Activity", name) for name in names]


def test_days_move_with_the_start(spring):
    new = copied(spring)  # 184 days later
    assert (getdate(new.start_date), getdate(new.end_date)) == (date(YEAR, 9, 1), date(YEAR, 12, 1))
    assert [(row.amount, getdate(row.cost_date)) for row in new.cost_plan] == [
        (800, date(YEAR, 9, 1)),
        (1500, date(YEAR, 10, 11)),
        (90, date(YEAR, 10, 11)),
    ]
    letter, call, event = activities(new)
    assert getdate(letter.send_on) == date(YEAR, 9, 4)
    assert (getdate(call.send_on), getdate(call.call_until)) == (date(YEAR, 9, 18), date(YEAR, 9, 29))
    assert [get_datetime(day) for day in (event.event_on, event.event_until)] == [
        get_datetime(f"{YEAR}-11-03 10:00:00"),
        get_datetime(f"{YEAR}-11-03 16:30:00"),
    ]


def test_what_is_kept(spring):
    new = copied(spring)
    kept = ("kind", "company", "control_share", "outcome_days", "planned_cost", "cost_basis")
    assert {field: new.get(field) for field in kept} == {field: spring.get(field) for field in kept}
    letter, call, _event = activities(new)
    assert [row.subject for row in letter.messages] == ["Hello"]
    assert (call.audience, call.after_activity) == ("Those Who Did Not Respond", letter.name)


def test_nothing_of_the_results_is(spring):
    new = copied(spring)
    assert (new.status, new.members_status, new.contacted_members) == ("Planned", "Open", 0)
    assert not new.project and not new.erpnext_campaign
    assert [(row.status, row.total, row.done) for row in activities(new)] == [("Draft", 0, 0)] * 3


def test_a_template_and_a_campaign_of_it(spring):
    template = copied(spring, title="Every spring", as_template=1)
    assert template.is_template and len(activities(template)) == 3
    new = copied(template, start=date(YEAR + 1, 3, 1), title="Next spring")
    assert not new.is_template
    assert getdate(new.cost_plan[1].cost_date) == date(YEAR + 1, 4, 10)
    assert len(activities(new)) == 3


def test_in_another_company_its_accounts_are_left_out(spring):
    new = copied(spring, company=COMPANY_EUR)
    assert (new.company, new.currency) == (COMPANY_EUR, "EUR")
    assert [(row.item_code, row.hours, row.account) for row in new.cost_plan] == [
        (FLYER, 0, None),
        (None, 1, None),
    ]
    assert {row.company for row in activities(new)} == {COMPANY_EUR}


def test_copying_takes_the_right_to_read_and_to_create(spring):
    frappe.set_user("Guest")
    with pytest.raises(frappe.PermissionError):
        copying.make(spring.name, "Mine", str(date(YEAR, 9, 1)))


def test_a_copy_has_a_title(spring):
    with pytest.raises(frappe.ValidationError, match="title"):
        copying.make(spring.name, "  ", str(date(YEAR, 9, 1)))
