"""The campaign itself: what it refuses, its states, its calendar, and what happens when it is deleted."""

from __future__ import annotations

from datetime import date

import erp
import frappe
import pytest
import spending
from erp import COMPANY_EUR, YEAR
from frappe.utils import add_days, getdate
from spending import campaign, expense, line

from relationship_crm.assessment.bulk import write_rows
from relationship_crm.campaigns import states

MARCH = date(YEAR, 3, 1)


@pytest.fixture
def ads(house):
    return expense("RCRM Advertising")


def refused(said: str, *plan, **values) -> None:
    with pytest.raises(frappe.ValidationError, match=said):
        campaign("Spring", *plan, **values)


def member(doc, name: str, **values) -> None:
    """A member and its touch as they are written in bulk."""
    write_rows("Campaign Member", ("name", "campaign", "arm"), [(name, doc.name, "Contacted")])
    row = {"campaign": doc.name, "member": name, "status": "Waiting", **values}
    write_rows("Campaign Touch", ("name", *row), [(f"t{name}", *row.values())])


def test_dates(house):
    refused("before it starts", end_date=date(YEAR, 2, 28))


def test_lines_of_the_plan(ads):
    refused("row 1: choose an item or an account", line(1, MARCH))
    refused("rows 1 and 2 are for the same", *[line(1, MARCH, account=ads)] * 2)
    refused("no expense account", line(1, MARCH, account=erp.account("Cash")))
    refused("is a group", line(1, MARCH, account=frappe.db.get_value("Account", ads, "parent_account")))
    refused("another company", line(1, MARCH, account=expense("RCRM Werbung", COMPANY_EUR)))
    doc = campaign("Spring", line(0.1, MARCH, account=ads), line(0.2, MARCH, hours=1, account=ads))
    assert doc.planned_cost == 0.3
    assert not doc.cost_plan[1].account  # hours are on no account
    assert doc.currency == "USD"


def test_what_the_cost_is_booked_on_is_of_the_company(house):
    refused("another company", project=spending.project("Frühling", COMPANY_EUR))
    center = spending.cost_center("RCRM Kampagnen", company=COMPANY_EUR)
    refused("another company", cost_basis="Cost Center", cost_center=center)
    refused("accounting dimension", cost_basis="Accounting Dimension")
    # what belongs to another kind of basis is emptied
    doc = campaign("Spring", project=spending.project("Spring"), cost_basis="Cost Center")
    assert not doc.project


def test_a_basis_of_two_campaigns_is_told(house):
    project = spending.project("Spring")
    first = campaign("Spring", project=project)
    frappe.local.message_log = []
    second = campaign("Summer", project=project)
    assert first.name in str(frappe.local.message_log)
    frappe.local.message_log = []
    second.save()
    assert not frappe.local.message_log


def test_control_share(house):
    for share in (0, 100, -5):
        refused("more than 0 % and less than 100 %", control_share=share)
    assert campaign("Spring", with_control_group=0, control_share=0).name


def test_what_people_were_drawn_by_stays(house):
    doc = campaign("Spring")
    doc.db_set("members_status", "Frozen")
    doc.reload()
    doc.control_share = 10
    with pytest.raises(frappe.ValidationError, match=r"Share Left Out.*frozen"):
        doc.save()
    doc.reload()
    doc.goal = "More"
    doc.save()


# states


def dated(first: int, last: int, **values):
    return campaign(
        "Spring",
        start_date=add_days(getdate(), first),
        end_date=add_days(getdate(), last),
        **values,
    )


def status(doc) -> str:
    return frappe.db.get_value(doc.doctype, doc.name, "status")


def test_campaigns_follow_their_dates(house):
    ahead, now, over = dated(1, 30), dated(0, 0), dated(-30, -1)
    template, called_off = dated(0, 5, is_template=1), dated(0, 5)
    states.act(called_off.name, "cancel")
    states.follow_dates()
    assert [status(doc) for doc in (ahead, now, over, template, called_off)] == [
        "Planned",
        "Running",
        "Completed",
        "Planned",
        "Cancelled",
    ]
    assert states.follow_dates() == {"Running": 0, "Completed": 0}


def test_acts(house):
    doc = dated(5, 30)
    assert states.act(doc.name, "start") == "Running"
    with pytest.raises(frappe.ValidationError, match="cannot be changed so"):
        states.act(doc.name, "start")
    assert states.act(doc.name, "complete") == "Completed"
    assert states.act(doc.name, "reopen") == "Planned"  # its first day lies ahead
    over = dated(-30, -1)
    states.act(over.name, "complete")
    with pytest.raises(frappe.ValidationError, match="Move the end"):
        states.act(over.name, "reopen")


def test_cancelling_withdraws_what_was_not_sent_and_reopening_brings_it_back(house):
    doc = dated(0, 30)
    member(doc, "m1")
    member(doc, "m2", status="Sent", touched_on=f"{getdate()} 09:00:00")
    member(doc, "m3", status="Withdrawn", reason="Opted Out")
    states.act(doc.name, "cancel")
    touches = lambda: frappe.get_all(  # noqa: E731
        "Campaign Touch", filters={"campaign": doc.name}, pluck="status", order_by="name"
    )
    assert touches() == ["Withdrawn", "Sent", "Withdrawn"]
    states.act(doc.name, "reopen")
    assert touches() == ["Waiting", "Sent", "Withdrawn"]


def test_acts_take_the_right_to_write(house):
    doc = dated(0, 30)
    frappe.set_user("Guest")
    with pytest.raises(frappe.PermissionError):
        states.act(doc.name, "start")


# deletion


def test_a_campaign_that_contacted_nobody_is_deleted_with_its_people(house):
    doc = dated(0, 30)
    member(doc, "m1")
    doc.delete()
    for doctype in ("Campaign Member", "Campaign Touch"):
        assert not frappe.db.exists(doctype, {"campaign": doc.name})


def test_what_was_sent_keeps_the_campaign(house):
    doc = dated(0, 30)
    member(doc, "m1", status="Sent", touched_on=f"{getdate()} 09:00:00")
    with pytest.raises(frappe.ValidationError, match="Cancel it instead"):
        doc.delete()
    assert frappe.db.exists("Campaign Member", "m1")
