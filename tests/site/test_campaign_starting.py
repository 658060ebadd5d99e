"""What has to be there before an activity starts, and who may start it."""

from __future__ import annotations

import frappe
import pytest
from desk import MANAGER, USER, user
from frappe.utils import add_days, today
from waves import frozen, message, person, wave

from relationship_crm.campaigns import checks

pytestmark = pytest.mark.usefixtures("quiet")
CAMPAIGN = "Relationship Campaign"


@pytest.fixture
def spring(quiet):
    return frozen()


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("is_template", 1, "is a template"),
        ("status", "Cancelled", "is over: its status is Cancelled"),
        ("members_status", "Open", "is not frozen yet"),
        ("end_date", -1, "ended on"),
        ("start_date", 1, "lies before the campaign"),
    ],
)
def test_a_campaign_that_is_not_ready(spring, queued, field, value, told):
    person(spring, "Ada")
    doc = wave(spring)
    frappe.db.set_value(CAMPAIGN, spring, field, add_days(today(), value) if "date" in field else value)
    with pytest.raises(frappe.ValidationError, match=told):
        doc.start()
    assert queued == []


def test_a_list_that_is_not_frozen_is_told_apart(spring, queued):
    doc = wave(spring)
    frappe.db.set_value(CAMPAIGN, spring, "members_status", "Open")
    with pytest.raises(checks.ListNotFrozen):
        doc.start()


def test_every_stage_needs_a_message(spring, queued):
    person(spring, "Ada", stage_name="Client")
    person(spring, "Bob", stage_name="")
    doc = wave(spring, message(stage="Kotler-Client"))
    with pytest.raises(frappe.ValidationError, match="no message for: <strong>people without a stage"):
        doc.start()
    doc.append("messages", message())
    doc.save()
    doc.start()
    assert queued == [doc.name]


def test_nobody_to_send_to_and_nothing_to_say(spring, queued):
    doc = wave(spring)
    with pytest.raises(frappe.ValidationError, match="Nobody of the campaign belongs to this audience"):
        doc.start()
    person(spring, "Ada")
    for rows_, told in (([], "Write a message first"), ([message(subject="")], "needs a subject")):
        doc.set("messages", rows_)
        doc.save()
        with pytest.raises(frappe.ValidationError, match=told):
            doc.start()


def test_without_a_mail_account(spring, queued):
    person(spring, "Ada")
    doc = wave(spring)
    frappe.db.set_value("Email Account", {"name": ("!=", "")}, {"enable_outgoing": 0, "default_outgoing": 0})
    frappe.local.outgoing_email_account = {}
    with pytest.raises(frappe.ValidationError, match="no outgoing Email Account"):
        doc.start()


def test_only_managers_start(spring, queued):
    person(spring, "Ada")
    doc = wave(spring)
    seller = user("rcrm.seller@example.com", USER, "Sales User")
    boss = user("rcrm.boss@example.com", MANAGER, "Sales Manager")
    frappe.set_user(seller)
    with pytest.raises(frappe.PermissionError):
        doc.start()
    with pytest.raises(frappe.PermissionError):
        doc.stop()
    frappe.set_user(boss)
    doc.start()
    assert queued == [doc.name]
