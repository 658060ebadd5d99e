"""Advocate and partner on real documents: reached by what customers do for us, lost when it is undone, on any day replayed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import erp
import frappe
import pytest
from desk import assess, relationship, scoring_weights_off
from erp import ADVICE

from relationship_crm.assessment.run import assessment_of

#: The eighth purchase was on 1 July and they buy every month: a supporter on these days by facts alone.
BEFORE, LATER = date(2024, 7, 10), date(2024, 7, 20)


@pytest.fixture
def supporter(house) -> str:
    """Eight purchases, the first 180 days and more ago; no score binds."""
    scoring_weights_off()
    customer = erp.customer("RCRM Supporter")
    for month in range(1, 7):
        erp.invoice(customer, f"2024-{month:02d}-01", [(ADVICE, 1, 100)])
    erp.invoice(customer, "2024-06-20", [(ADVICE, 1, 100)])
    erp.invoice(customer, "2024-07-01", [(ADVICE, 1, 100)])
    return customer


@pytest.fixture
def won(supporter) -> str:
    """A customer whom the supporter recommended."""
    customer = erp.customer("RCRM Won")
    refer(supporter, referred_customer=customer)
    return customer


def refer(referrer: str, **values: Any) -> Any:
    doc = {
        "doctype": "Customer Referral",
        "referrer": referrer,
        "referral_date": "2024-05-01",
        "source": "By Hand",
    }
    return frappe.get_doc({**doc, **values}).insert()


def look(customer: str, day: date | str, **known: Any) -> tuple[str, dict[str, int]]:
    """Stage and what they did for us, as of a day."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    assessment = assessment_of([("Customer", customer)], day, **known)
    place = assessment.parties.find("Customer", customer)
    detail = next(d for d in assessment.details() if d.start <= place < d.stop)
    p = place - detail.start
    deeds = {m: int(detail.measures[m][p, -1]) for m in ("paid_referrals", "testimonials", "realised_ideas")}
    return assessment.configuration.ladder.named(int(detail.rung[p, -1])), deeds


def stage(customer: str, day: date | str, **known: Any) -> str:
    return look(customer, day, **known)[0]


def entered(doc: Any, day: date | str) -> Any:
    """The document as if it had been entered on a day."""
    frappe.db.set_value(doc.doctype, doc.name, "creation", f"{day} 09:00:00", update_modified=False)
    return doc


# -- a referral


def test_a_supporter_without_deeds_is_a_supporter(supporter) -> None:
    assert look(supporter, LATER) == (
        "Supporter",
        {"paid_referrals": 0, "testimonials": 0, "realised_ideas": 0},
    )


def test_advocate_appears_when_the_invoice_is_paid_and_goes_when_it_is_returned(supporter, won) -> None:
    bill = erp.invoice(won, "2024-07-05", [(ADVICE, 1, 400)])
    assert stage(supporter, LATER) == "Supporter"
    erp.payment(bill, "2024-07-08", 150)
    assert stage(supporter, LATER) == "Supporter"  # a part is no paid invoice
    erp.payment(bill, "2024-07-10", 250)
    assert look(supporter, LATER) == (
        "Advocate",
        {"paid_referrals": 1, "testimonials": 0, "realised_ideas": 0},
    )
    erp.credit_note(bill, "2024-07-15")
    assert stage(supporter, LATER) == "Supporter"
    # replay: every day says what it said
    days = [date(2024, 7, 4) + timedelta(days=n) for n in range(16)]
    assert [stage(supporter, d) == "Advocate" for d in days] == [
        date(2024, 7, 10) <= d < date(2024, 7, 15) for d in days
    ]


def test_the_stored_stage_follows(supporter, won) -> None:
    """The same, written: today's stage, its history and its reason."""
    bill = erp.invoice(won, "2024-07-05", [(ADVICE, 1, 400)])
    erp.payment(bill, "2024-07-10", 400)
    assess(("Customer", supporter), as_of=LATER)
    row = relationship("Customer", supporter)
    assert (row.stage_name, row.paid_referrals) == ("Advocate", 1)
    move = frappe.get_doc("Relationship Stage Change", {"relationship": row.name, "to_stage": "Advocate"})
    assert move.from_stage == "Client"  # at the end of June: the eighth purchase was on 1 July
    assert any(reason.measure == "paid_referrals" for reason in move.reasons)
    erp.credit_note(bill, "2024-07-15")
    assess(("Customer", supporter), as_of=LATER)
    assert relationship("Customer", supporter).stage_name == "Supporter"


def test_another_paid_invoice_keeps_the_stage(supporter, won) -> None:
    first = erp.invoice(won, "2024-07-02", [(ADVICE, 1, 400)])
    erp.payment(first, "2024-07-04", 400)
    second = erp.invoice(won, "2024-07-02", [(ADVICE, 1, 50)])  # of the same day, still open
    erp.credit_note(first, "2024-07-10")
    assert [stage(supporter, d) for d in ("2024-07-09", "2024-07-10")] == ["Advocate", "Supporter"]
    erp.payment(second, "2024-07-12", 50)
    assert [stage(supporter, d) for d in ("2024-07-11", "2024-07-12")] == ["Supporter", "Advocate"]


def test_a_partial_return_leaves_a_paid_invoice(supporter, won) -> None:
    bill = erp.invoice(won, "2024-07-02", [(ADVICE, 2, 200)])
    erp.payment(bill, "2024-07-04", 400)
    erp.credit_note(bill, "2024-07-10", 1)
    assert stage(supporter, LATER) == "Advocate"


def test_cancelled_payments_and_invoices_pay_nothing(supporter, won) -> None:
    bill = erp.invoice(won, "2024-07-02", [(ADVICE, 1, 400)])
    paid = erp.payment(bill, "2024-07-04", 400)
    assert stage(supporter, LATER) == "Advocate"
    erp.cancel("Payment Entry", paid.name)
    assert stage(supporter, LATER) == "Supporter"
    erp.journal_payment(bill, "2024-07-06", 400)
    assert stage(supporter, "2024-07-05") == "Supporter" and stage(supporter, LATER) == "Advocate"


def test_a_payment_in_advance(supporter, won) -> None:
    """Paid with the order on the 1st, invoiced on the 8th: an invoice is paid on the 8th."""
    order = erp.order(won, "2024-07-01", [(ADVICE, 1, 400)], "2024-07-20")
    erp.payment(order, "2024-07-01", 400)
    bill = erp.invoice_of(order, "2024-07-08", [(0, 1)], submit=False)
    bill.allocate_advances_automatically = 1
    bill.set_advances()
    bill.save()
    bill.submit()
    assert erp.outstanding(bill.name) == 0
    assert [stage(supporter, d) for d in ("2024-07-07", "2024-07-08")] == ["Supporter", "Advocate"]


def test_a_sale_at_the_counter(supporter, won) -> None:
    sale = erp.pos_invoice(won, "2024-07-06", [(ADVICE, 1, 30)])
    assert [stage(supporter, d) for d in ("2024-07-05", "2024-07-06")] == ["Supporter", "Advocate"]
    erp.merge_pos([sale], "2024-07-06")  # one Sales Invoice more, no second payment
    assert look(supporter, LATER)[1]["paid_referrals"] == 1


def test_a_lead_that_became_a_customer(supporter) -> None:
    lead = erp.lead("RCRM Lea")
    refer(supporter, referred_lead=lead)
    customer = erp.customer("RCRM Lea's", lead_name=lead)
    erp.payment(erp.invoice(customer, "2024-07-02", [(ADVICE, 1, 400)]), "2024-07-04", 400)
    assert stage(supporter, LATER) == "Advocate"


def test_two_paid_referrals_make_a_partner(supporter, won) -> None:
    """Composite does not bind without evidence."""
    other = erp.customer("RCRM Won Too")
    refer(supporter, referred_customer=other)
    for customer, day in ((won, "2024-07-04"), (other, "2024-07-08")):
        erp.payment(erp.invoice(customer, "2024-07-02", [(ADVICE, 1, 400)]), day, 400)
    assert [stage(supporter, d) for d in ("2024-07-04", "2024-07-08")] == ["Advocate", "Partner"]


def test_known_on(supporter, won) -> None:
    """Paid on the 4th and entered on the 12th; returned on the 8th and entered on the 16th."""
    for doctype in ("Customer", "Sales Invoice", "Customer Referral", "Relationship Override"):
        frappe.db.sql(f"update `tab{doctype}` set creation = '2024-06-01 09:00:00'")
    bill = entered(erp.invoice(won, "2024-07-02", [(ADVICE, 1, 400)]), "2024-07-02")
    entered(erp.payment(bill, "2024-07-04", 400), "2024-07-12")
    entered(erp.credit_note(bill, "2024-07-08"), "2024-07-16")

    def known(as_of: str, known_on: str) -> int:
        return look(supporter, as_of, known_on=date.fromisoformat(known_on))[1]["paid_referrals"]

    assert known("2024-07-06", "2024-07-11") == 0
    assert known("2024-07-06", "2024-07-12") == 1
    assert known("2024-07-10", "2024-07-15") == 1  # nobody knew of the return
    assert known("2024-07-10", "2024-07-16") == 0
    assert known("2024-07-06", "2024-07-16") == 1
    assert look(supporter, "2024-07-10")[1]["paid_referrals"] == 0


# -- a testimonial, an idea


def respond(customer: str, moment: str, **values: Any) -> Any:
    survey = frappe.get_doc(
        {
            "doctype": "Relationship Survey",
            "survey_name": f"RCRM {frappe.generate_hash(length=6)}",
            "default_language": "en",
            "channel": "Email",
            "items": [{"item_key": "nps", "kind": "NPS", "question": "Would you recommend us?"}],
            "texts": [
                {"language": "en", "part": part, "text": part}
                for part in ("Mail Subject", "Mail Message", "Introduction", "Thank You")
            ],
        }
    ).insert()
    doc = {
        "doctype": "Survey Response",
        "survey": survey.name,
        "party_type": "Customer",
        "party": customer,
        "customer": customer,
        "answered_on": moment,
        "answers": [{"item_key": "nps", "kind": "NPS", "answered": 1, "score": 10, "value": 1}],
    }
    return frappe.get_doc({**doc, **values}).insert()


def test_a_testimonial_makes_an_advocate_while_the_consent_stands(supporter) -> None:
    answer = respond(
        supporter,
        "2024-07-05 10:00:00",
        testimonial_text="Fine people",
        testimonial_consent=1,
        testimonial_consent_on="2024-07-08 10:00:00",
    )
    assert [stage(supporter, d) for d in ("2024-07-07", "2024-07-08")] == ["Supporter", "Advocate"]
    frappe.db.set_value("Survey Response", answer.name, "testimonial_consent", 0)
    assert stage(supporter, LATER) == "Supporter"


def test_a_realised_idea_makes_an_advocate_a_partner(supporter) -> None:
    idea = frappe.get_doc(
        {
            "doctype": "Customer Idea",
            "title": "Smaller boxes",
            "customer": supporter,
            "submitted_on": "2024-07-01",
            "source": "By Hand",
            "status": "New",
        }
    ).insert()
    frappe.db.set_value("Customer Idea", idea.name, {"status": "Realised", "realised_on": "2024-07-09"})
    assert stage(supporter, LATER) == "Supporter"  # no advocate yet: rungs are cumulative
    respond(
        supporter, "2024-07-05 10:00:00", testimonial_consent=1, testimonial_consent_on="2024-07-05 10:00:00"
    )
    assert [stage(supporter, d) for d in ("2024-07-08", "2024-07-09")] == ["Advocate", "Partner"]


# -- cost


def test_the_number_of_statements_does_not_grow(supporter, won) -> None:
    def asked(customer: str) -> int:
        return assessment_of([("Customer", customer)], LATER).reader.ledger.count

    plain = asked(won)
    with_referral = asked(supporter)
    assert with_referral == plain + 1
    for number in range(3):
        refer(supporter, referred_customer=erp.customer(f"RCRM Friend {number}"))
    assert asked(supporter) == with_referral
