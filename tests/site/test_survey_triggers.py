"""What happens at a customer's, and whether and when it is asked about: triggers, from the event to the mail."""

from __future__ import annotations

from datetime import timedelta

import erp
import frappe
import pytest
from asking import (
    DELIVERY,
    SURVEY,
    advise,
    contact,
    days_ago,
    deliver,
    invitation,
    invitations,
    look,
    mails,
    send,
    settings,
    survey,
)
from contact import issue
from frappe.utils import add_days, getdate, now_datetime, today

from relationship_crm.surveys.token import hash_of, token_of

pytestmark = pytest.mark.usefixtures("unasked")


# the whole way


def test_a_delivery_is_asked_about(ada):
    survey(trigger=DELIVERY)
    note = deliver(ada, sales_team=[{"sales_person": erp.ANNA, "allocated_percentage": 100}])
    assert look() == 1
    asked = invitation()
    assert (asked.status, asked.party_type, asked.party, asked.customer) == ("Waiting", "Customer", ada, ada)
    assert (asked.email, asked.recipient_name, asked.channel) == ("ada@example.com", "Ada", "Email")
    assert (asked.voucher_type, asked.voucher_no, asked.trigger_event) == (
        "Delivery Note",
        note.name,
        "Delivery",
    )
    assert (asked.company, asked.customer_group, asked.territory) == (erp.COMPANY, erp.TRADE, erp.NORTH)
    assert (asked.sales_person, asked.account_manager, asked.item_group) == (
        erp.ANNA,
        "Administrator",
        f"{erp.WIDGET}s",
    )
    assert (getdate(asked.send_on), getdate(asked.expires_on)) == (getdate(), add_days(getdate(), 30))
    assert look() == 0 and len(invitations()) == 1

    assert send().sent == 1
    asked.reload()
    assert asked.status == "Sent" and asked.sent_on and getdate(asked.expires_on) == add_days(getdate(), 30)
    ((subject, html, row),) = mails("ada@example.com")
    token = token_of(asked.name)
    assert subject == "How was it?" and "How satisfied are you?" in html
    for score in range(1, 6):  # the question in the mail: a link for each answer
        assert f"/s/{token}?a={score}" in html
    assert f"/s/{token}/stop" in html
    assert (row.status, row.priority, row.reference_doctype) == ("Not Sent", 0, "Relationship Survey")
    assert asked.token_hash == hash_of(token)


def test_the_timeline_says_so_without_the_link(ada):
    survey(trigger=DELIVERY)
    deliver(ada)
    look()
    send()
    asked = invitation()
    comm = frappe.get_doc("Communication", asked.communication)
    assert (comm.reference_doctype, comm.reference_name) == ("Customer", ada)
    assert (comm.communication_type, comm.communication_medium, comm.sent_or_received) == (
        "Automated Message",
        "Email",
        "Sent",
    )
    assert "May we ask how it went?" in comm.content and comm.recipients == "ada@example.com"
    assert asked.contact in [link.link_name for link in comm.timeline_links]
    token = token_of(asked.name)
    for doctype in ("Communication", "Survey Invitation", "Comment", "Version", "Error Log", "Activity Log"):
        for found in frappe.get_all(doctype, fields=["*"]):
            assert token not in str(found), doctype


# when


def test_cancelling_withdraws(ada):
    survey(trigger=DELIVERY | {"wait_days": 3})
    note = deliver(ada)
    look()
    assert invitation().status == "Waiting"
    note.cancel()
    asked = invitation()
    assert (asked.status, asked.withdrawn_reason) == ("Withdrawn", "The document was cancelled")
    assert send(add_days(today(), 3)).all == 0 and mails("ada@example.com") == []


def test_the_sender_looks_at_the_document_itself(ada):
    survey(trigger=DELIVERY)
    note = deliver(ada)
    look()
    frappe.db.set_value("Delivery Note", note.name, "docstatus", 2)  # by SQL, without an event
    assert send().withdrawn == 1
    assert invitation().withdrawn_reason == "The document does not stand any more"


def test_it_waits_for_its_day(ada):
    survey(trigger=DELIVERY | {"wait_days": 3})
    deliver(ada, days_ago(2))
    look()
    assert getdate(invitation().send_on) == add_days(getdate(), 1)
    assert send().all == 0
    assert send(add_days(today(), 1)).sent == 1


@pytest.mark.parametrize("days, asked", [(17, 1), (18, 0)])
def test_old_documents_are_not_asked_about(ada, days, asked):
    """Three days of waiting and a fortnight."""
    survey(trigger=DELIVERY | {"wait_days": 3})
    deliver(ada, days_ago(days))
    assert look() == asked


def test_nothing_that_happened_long_ago_is_looked_at(ada):
    """A stopped scheduler brings no late questions."""
    survey(trigger=DELIVERY)
    deliver(ada, days_ago(15))
    assert look() == 0


def test_nothing_from_before_the_trigger(ada):
    asks = survey(trigger=DELIVERY)
    deliver(ada)
    asks.reload()
    asks.triggers[0].db_set("enabled_on", now_datetime() + timedelta(minutes=1))
    assert look() == 0


def test_a_trigger_notes_when_it_was_enabled():
    asks = survey(trigger=DELIVERY | {"enabled": 0})
    assert asks.triggers[0].enabled_on is None
    asks.reload()
    asks.triggers[0].enabled = 1
    asks.save()
    noted = asks.triggers[0].enabled_on
    assert noted is not None
    asks.save()
    assert asks.triggers[0].enabled_on == noted
    asks.enabled = 0
    asks.save()
    assert asks.triggers[0].enabled_on is None


def test_returns_and_drafts_are_no_deliveries(ada):
    survey(trigger=DELIVERY)
    note = deliver(ada)
    draft = deliver(ada, submit=False)
    from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_return

    back = make_sales_return(note.name)
    back.insert()
    back.submit()
    look()
    assert [i.voucher_no for i in invitations()] == [note.name] and draft.docstatus == 0


# which


def test_company_group_and_territory(ada):
    south = erp.customer("RCRM Bob", group=erp.CRAFT, territory=erp.SOUTH)
    contact(south, "bob@example.com")
    survey("RCRM North", trigger=DELIVERY | {"territory": erp.NORTH})
    survey("RCRM Craft", trigger=DELIVERY | {"customer_group": erp.CRAFT})
    survey(
        "RCRM Everywhere",
        trigger=DELIVERY | {"territory": erp.root("Territory") if hasattr(erp, "root") else ""},
    )
    survey("RCRM Haus only", trigger=DELIVERY | {"company": erp.COMPANY_EUR})
    deliver(ada)
    deliver(south)
    look()
    assert {(i.survey, i.party) for i in invitations()} == {
        ("RCRM North", ada),
        ("RCRM Craft", south),
        ("RCRM Everywhere", ada),
        ("RCRM Everywhere", south),
    }


def test_an_empty_scope_stays_empty():
    """Frappe would fill the company with the site's own."""
    frappe.db.set_default("company", erp.COMPANY)
    asks = survey(trigger=DELIVERY)
    assert not asks.triggers[0].company
    asks.append("triggers", {"event": "Issue Closed", "enabled": 1})
    asks.save()
    assert not asks.triggers[1].company


def test_sampling_is_a_fixed_draw(ada):
    from relationship_crm.surveys.triggers import in_sample

    survey(trigger=DELIVERY | {"sample_percent": 50})
    notes = [advise(ada).name for _ in range(12)]
    drawn = {name for name in notes if in_sample(SURVEY, name, 50)}
    look()
    assert {i.voucher_no for i in invitations()} == drawn
    assert 0 < len(drawn) < 12
    look()
    assert len(invitations()) == len(drawn)
    assert in_sample("S", "D", 100) and not in_sample("S", "D", 0)
    # CRC-32 of "S|D" is 0x29..., worked out by hand below
    from zlib import crc32

    share = crc32(b"S|D") % 10_000 / 100
    assert in_sample("S", "D", share + 0.01) and not in_sample("S", "D", share)


# other events than deliveries


def test_a_paid_invoice(ada):
    survey(trigger={"event": "Invoice Paid", "wait_days": 0})
    bill = erp.invoice(ada, days_ago(9), [(erp.ADVICE, 1, 100)], due=today())
    credited = erp.invoice(ada, days_ago(9), [(erp.ADVICE, 1, 70)], due=today())
    erp.credit_note(credited, days_ago(3))
    assert look() == 0
    erp.payment(bill, days_ago(5), 60)
    assert look() == 0
    last = erp.payment(bill, days_ago(2), 40)
    assert look() == 1
    asked = invitation()
    assert (asked.voucher_no, getdate(asked.send_on)) == (bill.name, getdate(days_ago(2)))
    last.cancel()
    assert send().withdrawn == 1


def test_a_closed_issue(ada):

    survey(trigger={"event": "Issue Closed"})
    name = issue(ada, today())
    assert look() == 0
    doc = frappe.get_doc("Issue", name)
    doc.status = "Closed"
    doc.save()
    assert look() == 1
    doc.reload()
    doc.status = "Open"
    doc.save()
    assert send().all == 0 and invitation().status == "Waiting"
    settings(survey_quiet_with_open_issue=0)
    assert send().all == 0  # the issue itself is open, however loud we may be
    doc.reload()
    doc.status = "Resolved"
    doc.save()
    assert send().sent == 1
    assert invitation().voucher_no == name


def test_a_stage_change(ada):
    from frappe.utils import now

    survey("RCRM Up", trigger={"event": "Stage Change", "direction": "Up"})
    survey("RCRM Any", trigger={"event": "Stage Change", "direction": "Any"})

    def moved(stage: str, direction: str, source: str) -> None:
        values = {"doctype": "Relationship Stage Change", "party_type": "Customer", "party": ada}
        values |= {"to_stage": stage, "direction": direction, "source": source, "changed_on": today()}
        frappe.get_doc(values | {"creation": now()}).insert()

    moved("Client", "Up", "Assessment")
    moved("Prospect", "Down", "Assessment")
    moved("Advocate", "Up", "History")
    look()
    assert {(i.survey, i.voucher_no) for i in invitations()} == {
        ("RCRM Up", f"{today()} Client"),
        ("RCRM Any", f"{today()} Client"),
        ("RCRM Any", f"{today()} Prospect"),
    }
    frappe.db.delete("Relationship Stage Change", {"party": ada})
    moved("Client", "Up", "Assessment")  # the same move, written anew
    assert look() == 0


def test_every_three_months(ada):
    """The day is drawn: CRC-32 of survey and customer gives the month modulo 3, and the day 1..28."""
    from zlib import crc32

    survey(trigger={"event": "Every N Months", "months": 3})
    frappe.db.set_value("Customer", ada, "creation", "2020-01-01 00:00:00")
    draw = crc32(f"{SURVEY}|{ada}".encode())
    day = getdate(f"2027-01-{draw // 3 % 28 + 1:02d}")
    while (day.year * 12 + day.month - 1) % 3 != draw % 3:
        day = getdate(add_days(day.replace(day=28), 4)).replace(day=day.day)
    assert look(add_days(day, -1)) == 0
    assert look(day) == 1
    assert look(add_days(day, 13)) == 0
    asked = invitation()
    assert (getdate(asked.send_on), asked.voucher_no) == (day, day.strftime("%Y-%m"))
    later = getdate(frappe.utils.add_months(day, 3))
    assert look(add_days(later, -1)) == 0
    assert look(add_days(later, 14)) == 1
    assert look(add_days(later, 15)) == 0
    assert [getdate(i.send_on) for i in invitations()] == [day, later]
