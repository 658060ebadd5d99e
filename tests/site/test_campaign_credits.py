"""Credit for real invoices: every model, to the cent, whatever happens to the documents afterwards."""

from __future__ import annotations

import pytest
from crediting import booked, campaign, response, touch
from erp import (
    ADVICE,
    COMPANY,
    COMPANY_EUR,
    amend,
    cancel,
    credit_note,
    customer,
    invoice,
    invoice_of,
    journal_payment,
    lead,
    order,
    payment,
)
from frappe.utils import flt, getdate

from relationship_crm.campaigns import credits
from relationship_crm.campaigns.attribution import Model
from relationship_crm.campaigns.credits import Money, by_campaign, load, not_attributed

SPRING, FAIR = "RC-T-Spring", "RC-T-Fair"


@pytest.fixture
def ana(clean):
    """A customer whom two campaigns reached: Spring on 1 and 11 March, the fair on 21 March."""
    name = customer("RCRM Ana")
    campaign("Spring")
    campaign("Fair")
    touch(SPRING, name, "2024-03-01")
    touch(SPRING, name, "2024-03-11")
    touch(FAIR, name, "2024-03-21")
    return name


def sold(who: str, day: str, amount: float, **values):
    return invoice(who, day, [(ADVICE, 1, amount)], **values)


def agrees() -> dict[str, float]:
    """Credits by campaign; under every model they are, with what is not attributed, what the general ledger has."""
    book = load(COMPANY)
    for each in Model:
        of = by_campaign(book, each)
        whole = flt(sum(money.amount for money in of.values()) + not_attributed(book, each), 2)
        assert whole == flt(booked(), 2), each
    return {name: money.amount for name, money in by_campaign(book).items()}


@pytest.mark.parametrize(
    ("model", "spring", "fair"),
    [
        (Model.FIRST, 100.00, 0),
        (Model.LAST, 0, 100.00),
        # 33.34 + 33.33
        (Model.LINEAR, 66.67, 33.33),
        # 40 + 20
        (Model.POSITION, 60.00, 40.00),
        # ages 20, 10, 0 days, half-life 10: 1/4, 1/2, 1 of 7/4
        (Model.DECAY, 42.86, 57.14),
    ],
)
def test_models(ana, model, spring, fair):
    sold(ana, "2024-03-21", 100)
    book = load(COMPANY, rules=credits.Rules(half_life=10))
    found = by_campaign(book, model)
    assert (found[SPRING].amount, found[FAIR].amount) == (spring, fair)


def test_life_of_the_documents(ana):
    """Two campaigns, an order before the last touch, returns, cancelling, amending, dating back."""
    other = customer("RCRM Bea")
    assert agrees() == {SPRING: 0, FAIR: 0}
    first = sold(ana, "2024-03-21", 100)
    assert agrees() == {SPRING: 66.67, FAIR: 33.33}
    # ordered before the fair: what counts is the day of the order
    early = order(ana, "2024-03-15", [(ADVICE, 2, 30)], "2024-03-30")
    later = invoice_of(early, "2024-03-30", [(0, 2)])
    assert agrees() == {SPRING: 126.67, FAIR: 33.33}
    sold(other, "2024-03-21", 77)  # nobody reached her
    assert agrees() == {SPRING: 126.67, FAIR: 33.33}
    # half of it back, after a touch that did not sell it
    touch(FAIR, ana, "2024-04-10")
    credit_note(later, "2024-04-12", 1)
    assert agrees() == {SPRING: 96.67, FAIR: 33.33}
    credit_note(later, "2024-04-13", 1)
    assert agrees() == {SPRING: 66.67, FAIR: 33.33}
    cancel("Sales Invoice", first.name)
    assert agrees() == {SPRING: 0, FAIR: 0}
    # once more, dated before the last two touches and so the first one's alone
    amend(first.reload(), posting_date="2024-03-05", due_date="2024-12-31", set_posting_time=1)
    assert agrees() == {SPRING: 100, FAIR: 0}
    # a credit note for no invoice is credited like an invoice, with its own day
    loose = invoice(ana, "2024-03-12", [(ADVICE, -1, 10)], is_return=1)
    assert agrees() == {SPRING: 90, FAIR: 0}
    cancel("Sales Invoice", loose.name)
    assert agrees() == {SPRING: 100, FAIR: 0}


def test_full_return_credits_nothing_and_debit_notes_count(ana):
    first = sold(ana, "2024-03-21", 100.01)
    sold(ana, "2024-03-22", 5, is_debit_note=1, return_against=first.name)
    assert agrees() == {SPRING: 70.01, FAIR: 35.00}
    credit_note(first, "2024-06-01")
    assert sum(agrees().values()) == pytest.approx(5.00)


def test_look_back(ana):
    """180 days before the order, both days included: 1 March to 28 August."""
    sold(ana, "2024-08-28", 90)
    assert by_campaign(load(COMPANY))[SPRING].amount == 60.00
    sold(ana, "2024-08-29", 90)
    assert by_campaign(load(COMPANY))[SPRING].amount == 105.00  # of the second only one of two touches
    assert by_campaign(load(COMPANY, rules=credits.Rules(look_back=0)))[SPRING].amount == 0


def test_touches_that_count(ana):
    """Leads' touches go with the customer; one a campaign and day; responses of those nobody wrote to; nothing waiting."""
    dora = lead("RCRM Dora Ltd")
    won = customer("RCRM Dora", lead_name=dora)
    touch(SPRING, dora, "2024-03-02", "Lead")
    touch(SPRING, won, "2024-03-02")  # a colleague, the same day
    response(FAIR, won, "2024-03-04")
    response(SPRING, won, "2024-03-05", touch="T00000001")  # of a touch that is counted already
    touch(FAIR, won, "2024-03-05", status="Waiting")
    touch(FAIR, won, "2024-03-05", status="Failed")
    touch(FAIR, won, "2024-03-06", status="Reached", channel="Call")
    sold(won, "2024-03-07", 90)
    found = by_campaign(load(COMPANY))
    assert (found[SPRING].amount, found[FAIR].amount) == (30.00, 60.00)


def test_paid_part(ana):
    first = sold(ana, "2024-03-21", 300)
    assert by_campaign(load(COMPANY))[SPRING] == Money(200, 0, 200)
    payment(first, "2024-04-02", 120)
    journal_payment(first, "2024-05-02", 60)
    assert by_campaign(load(COMPANY))[SPRING] == Money(200, 120, 200)
    assert by_campaign(load(COMPANY))[FAIR] == Money(100, 60, 100)
    # as of a day: the ledger up to then
    for day, paid in (("2024-04-01", 0), ("2024-04-02", 80), ("2024-05-01", 80), ("2024-05-02", 120)):
        assert by_campaign(load(COMPANY, getdate(day)))[SPRING] == Money(200, paid, 200), day
    assert by_campaign(load(COMPANY, getdate("2024-05-02")))[SPRING] == Money(200, 120, 200)


def test_what_is_to_be_paid_back_is_not_paid(ana):
    """300 of which 120 are paid; 200 come back, then the rest."""
    first = invoice(ana, "2024-03-21", [(ADVICE, 3, 100)])
    payment(first, "2024-04-02", 120)
    credit_note(first, "2024-06-01", 2)
    assert by_campaign(load(COMPANY))[SPRING] == Money(66.67, 66.67, 66.67)
    credit_note(first, "2024-06-02", 1)
    assert by_campaign(load(COMPANY))[SPRING] == Money(0, 0, 0)
    assert by_campaign(load(COMPANY, getdate("2024-05-31")))[SPRING] == Money(200, 80, 200)


def test_a_cancelled_payment_never_was(ana):
    first = sold(ana, "2024-03-21", 300)
    paid = payment(first, "2024-04-02", 120)
    assert by_campaign(load(COMPANY, getdate("2024-04-30")))[SPRING].paid == 80
    cancel("Payment Entry", paid.name)
    assert by_campaign(load(COMPANY, getdate("2024-04-30")))[SPRING].paid == 0
    assert by_campaign(load(COMPANY))[SPRING].paid == 0


def test_replay(ana):
    """As of a day neither later documents nor later touches are known."""
    first = sold(ana, "2024-03-21", 90)
    credit_note(first, "2024-04-01")
    assert by_campaign(load(COMPANY, getdate("2024-03-31")))[SPRING].amount == 60
    assert by_campaign(load(COMPANY, getdate("2024-04-01")))[SPRING].amount == 0
    assert by_campaign(load(COMPANY, getdate("2024-03-20")))[SPRING].amount == 0
    assert FAIR not in by_campaign(load(COMPANY, getdate("2024-03-20")))


def test_companies_keep_apart(ana):
    """Each company's campaigns get credit for its own invoices, in its own currency."""
    haus = campaign("Haus", COMPANY_EUR)
    touch(haus, ana, "2024-03-20")
    sold(ana, "2024-03-21", 90)
    invoice(ana, "2024-03-21", [(ADVICE, 1, 40)], company=COMPANY_EUR)
    assert by_campaign(load(COMPANY_EUR)) == {haus: Money(40, 0, 40)}
    assert set(by_campaign(load(COMPANY))) == {SPRING, FAIR}
    assert sum(money.amount for money in by_campaign(load(COMPANY)).values()) == pytest.approx(90)


def test_of_some_customers_only(ana):
    bea = customer("RCRM Bea")
    touch(FAIR, bea, "2024-03-20")
    sold(ana, "2024-03-21", 90)
    sold(bea, "2024-03-21", 50)
    book = load(COMPANY, customers=[bea])
    assert by_campaign(book) == {FAIR: Money(50, 0, 50)}
    assert book.total == 5000


def test_whoever_was_written_to_did_not_come_by_themselves(ana):
    """Her order names the spring campaign, which wrote to her: that is no further message. The fair's visitor came unasked."""
    response(SPRING, ana, "2024-03-25", "Ordered")
    walk_in = customer("RCRM Walker")
    response(FAIR, walk_in, "2024-03-25", "Attended")
    sold(ana, "2024-03-25", 90)
    sold(walk_in, "2024-03-25", 50)
    # spring twice, the fair once: 60 and 30; and 50 to the fair
    assert agrees() == {SPRING: 60.0, FAIR: 80.0}
