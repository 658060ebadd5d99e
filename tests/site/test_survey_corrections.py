"""Documents that are corrected around a survey: amended, entered late, taken back. Nobody is asked twice about one thing."""

from __future__ import annotations

import erp
import frappe
import pytest
from answering import answer
from asking import (
    ADA,
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
from desk import assess
from frappe.utils import add_days, getdate, today

REPLACED = "Asked about the document it replaces"


@pytest.fixture(autouse=True)
def no_rest(unasked: None) -> None:
    """The rest period would keep a second question away, whatever its cause."""
    settings(survey_rest_days=0)


def asked() -> dict[str, str]:
    """Statuses of the invitations by document."""
    return {row.voucher_no: row.status for row in invitations()}


# amended


@pytest.mark.parametrize("status", ["Sent", "Partly Answered", "Answered", "Expired"])
def test_who_was_asked_about_a_delivery_is_not_asked_about_its_amendment(ada, status) -> None:
    survey(trigger=DELIVERY)
    note = advise(ada)
    look()
    assert send().sent == 1
    invitation().db_set("status", status)
    note.cancel()
    again = erp.amend(note)
    look()
    assert send().sent == 0
    assert asked() == {note.name: status, again.name: "Withdrawn"}
    assert invitation(voucher_no=again.name).withdrawn_reason == REPLACED
    assert len(mails(ADA)) == 1
    assert look() == 0  # and nobody looks again


@pytest.mark.parametrize("looks", [True, False])
def test_nor_about_the_amendment_of_an_amendment(ada, looks) -> None:
    """Whether or not anybody looked in between."""
    survey(trigger=DELIVERY)
    note = advise(ada)
    look()
    send()
    for _time in range(3):
        note.cancel()
        note = erp.amend(note)
        if looks:
            look()
    look()
    assert send().sent == 0 and len(mails(ADA)) == 1
    assert invitation(voucher_no=note.name).withdrawn_reason == REPLACED


def test_an_amendment_is_asked_about_where_nobody_was_asked_yet(ada) -> None:
    survey(trigger=DELIVERY | {"wait_days": 3})
    note = advise(ada)
    look()
    note.cancel()
    again = erp.amend(note)
    look()
    assert send(add_days(today(), 3)).sent == 1
    assert asked() == {note.name: "Withdrawn", again.name: "Sent"}
    assert len(mails(ADA)) == 1


def test_what_somebody_withdrew_stays_withdrawn(ada) -> None:
    from relationship_crm.surveys.desk import withdraw_invitation

    survey(trigger=DELIVERY)
    note = advise(ada)
    look()
    withdraw_invitation(invitation().name)
    note.cancel()
    erp.amend(note)
    look()
    assert send().all == 0 and mails(ADA) == []


def test_an_amendment_for_another_customer_is_another_question(ada) -> None:
    """The first was entered for the wrong customer."""
    bob = erp.customer("RCRM Bob")
    contact(bob, "bob@example.com")
    survey(trigger=DELIVERY)
    note = advise(ada)
    look()
    send()
    note.cancel()
    lines = [{"item_code": erp.ADVICE, "qty": 1, "rate": 100}]
    again = erp.amend(note, customer=bob, contact_person=None, items=lines)
    look()
    assert send().sent == 1
    assert asked() == {note.name: "Sent", again.name: "Sent"} and len(mails("bob@example.com")) == 1


def test_another_survey_may_ask_about_the_amendment(ada) -> None:
    survey(trigger=DELIVERY)
    note = advise(ada)
    look()
    send()
    survey("RCRM Second", trigger=DELIVERY)
    note.cancel()
    again = erp.amend(note)
    look()
    send()
    found = {(row.survey, row.voucher_no): row.status for row in invitations()}
    assert found == {
        (SURVEY, note.name): "Sent",
        (SURVEY, again.name): "Withdrawn",
        ("RCRM Second", again.name): "Sent",
    }


def test_a_customer_renamed_in_between_is_the_same(ada) -> None:
    survey(trigger=DELIVERY)
    note = advise(ada)
    look()
    send()
    frappe.rename_doc("Customer", ada, "RCRM Ada Ltd")
    note.reload()
    note.cancel()
    erp.amend(note)
    look()
    assert send().sent == 0 and len(mails(ADA)) == 1


def test_an_amended_invoice_that_is_paid_again(ada) -> None:
    survey(trigger={"event": "Invoice Paid"})
    bill = erp.invoice(ada, days_ago(2), [(erp.ADVICE, 1, 100)], due=today())
    money = erp.payment(bill, days_ago(1), 100)
    look()
    assert send().sent == 1
    money.cancel()
    bill.reload()
    bill.cancel()
    again = erp.amend(bill)
    erp.payment(again, today(), 100)
    look()
    assert send().sent == 0
    assert asked() == {bill.name: "Sent", again.name: "Withdrawn"} and len(mails(ADA)) == 1


def test_an_amended_document_prints_the_link_it_had(ada) -> None:
    from relationship_crm.surveys.printing import survey_link

    survey(trigger={"event": "Link on Print"})
    note = advise(ada)
    link = survey_link("Delivery Note", note.name)
    note.cancel()
    again = erp.amend(note)
    assert link and survey_link("Delivery Note", again.name) == link and len(invitations()) == 1
    invitation().db_set("expires_on", days_ago(1))  # a link that is closed is no use on paper
    fresh = survey_link("Delivery Note", again.name)
    assert fresh and fresh != link and invitation(voucher_no=again.name).status == "Sent"


# entered late


@pytest.mark.parametrize(("days", "sent"), [(0, 1), (3, 1), (16, 1), (17, 1), (18, 0), (400, 0)])
def test_a_delivery_entered_late(ada, days, sent) -> None:
    """Three days of waiting and a fortnight. Whoever is asked late has as long to answer as anybody."""
    survey(trigger=DELIVERY | {"wait_days": 3}, expires_after_days=5)
    advise(ada, days_ago(days))
    assert look() == sent
    day = getdate(add_days(today(), max(3 - days, 0)))
    assert send(day).sent == sent and len(mails(ADA)) == sent
    assert look(add_days(today(), 1)) == 0
    if sent:
        assert getdate(invitation().expires_on) == getdate(add_days(day, 5))


def test_it_expires_late_where_it_must_wait(ada) -> None:
    """Entered ten days late and held back by an open issue: its five days begin when it could have been sent."""
    from contact import issue

    from relationship_crm.surveys.invitations import expire

    survey(trigger=DELIVERY, expires_after_days=5)
    advise(ada, days_ago(10))
    look()
    issue(ada, today())
    assert send().all == 0
    assert expire(getdate(add_days(today(), 5)), 100) == 0
    assert expire(getdate(add_days(today(), 6)), 100) == 1


def test_dated_before_the_trigger_and_entered_after_it(ada) -> None:
    asks = survey(trigger=DELIVERY)
    asks.triggers[0].db_set("enabled_on", f"{days_ago(1)} 12:00:00")
    advise(ada, days_ago(10))
    assert look() == 1


def test_the_date_is_corrected_into_the_window(ada) -> None:
    survey(trigger=DELIVERY)
    note = advise(ada, days_ago(20))
    assert look() == 0
    note.cancel()
    again = erp.amend(note, posting_date=days_ago(2))
    assert look() == 1
    assert send().sent == 1 and asked() == {again.name: "Sent"}


def test_the_date_is_corrected_out_of_the_window(ada) -> None:
    survey(trigger=DELIVERY | {"wait_days": 3})
    note = advise(ada)
    assert look() == 1
    note.cancel()
    erp.amend(note, posting_date=days_ago(18))
    assert look() == 0
    assert send(add_days(today(), 3)).all == 0 and asked() == {note.name: "Withdrawn"}


# taken back


def sent_back(note: object) -> object:
    """The return of a whole delivery."""
    from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_return

    back = make_sales_return(note.name)
    back.insert()
    back.submit()
    return back


def test_a_return_after_the_answer_leaves_it_as_it_was(ada) -> None:
    """What the customer said about the delivery stays evidence; the goods that came back are another."""
    from relationship_crm.api import relationship_events

    survey(trigger=DELIVERY)
    note = deliver(ada)
    look()
    send()
    response = answer(invitation().name, csat="5")
    sent_back(note)
    assert look() == 0 and send().all == 0 and len(mails(ADA)) == 1
    assert invitation().status == "Answered"
    response.reload()
    assert (response.answers[0].score, response.answers[0].value) == (5, 1)
    assess(("Customer", ada))
    found = relationship_events("Customer", ada, "satisfaction")
    assert ("Survey Response", response.name) in {
        (row["voucher_type"], row["voucher_no"]) for row in found["events"]
    }


def test_goods_that_came_back_before_the_question_are_asked_about_once(ada) -> None:
    survey(trigger=DELIVERY | {"wait_days": 3})
    note = deliver(ada)
    look()
    sent_back(note)
    assert look() == 0
    assert send(add_days(today(), 3)).sent == 1
    assert asked() == {note.name: "Sent"}


def test_a_credit_note_after_the_question_is_no_second_one(ada) -> None:
    survey(trigger={"event": "Invoice Paid"})
    bill = erp.invoice(ada, days_ago(3), [(erp.ADVICE, 1, 100)], due=today())
    erp.payment(bill, days_ago(2), 100)
    look()
    send()
    erp.credit_note(bill, today())
    assert look() == 0
    assert send().all == 0 and asked() == {bill.name: "Sent"}
