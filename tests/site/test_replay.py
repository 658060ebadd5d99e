"""Any day can be replayed: what is said of a day later equals what was said on it, but for what the ledger corrected since."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta

import erp
import pytest
from arithmetic import EER, SAT, TC, TE, Event, day, picture, score
from erp import ADVICE
from events import ACME, BETA, TWIN
from story import BEFORE_MERGER, look
from test_scenario import ESTABLISHED, check_scores

from relationship_crm.assessment.explain import event_contributions
from relationship_crm.assessment.run import assessment_of


def span(first: str, end: str) -> set[date]:
    """The days from one to the day before another."""
    return {day(first) + timedelta(days=n) for n in range((day(end) - day(first)).days)}


#: Days of which the ledger says something else since, by what was cancelled or entered late.
PAYMENT_CANCELLED = span("06-14", "07-18")  # 50 of invoice 3, taken back on 18 July
OPENING_ENTERED = span("03-04", "07-20")  # the customer of January, known since 20 July
PAYMENT_BACKDATED = span("07-10", "09-16")  # 90 of invoice 3 of 10 July, entered on 16 September
INVOICE_CANCELLED = span("06-10", "06-12")  # invoice 4, cancelled and amended two days later
INVOICE_BACKDATED = span("06-28", "08-05")  # an invoice of 28 June, entered on 5 August
OTHER_TRUST = PAYMENT_CANCELLED | OPENING_ENTERED | PAYMENT_BACKDATED
OTHER_PURCHASES = INVOICE_CANCELLED | INVOICE_BACKDATED


def same(one: float | None, other: float | None) -> bool:
    return one == other if one is None or other is None else abs(one - other) <= 1e-9


def same_look(one, other, but: tuple[str, ...] = ()) -> bool:
    for field in fields(one):
        if field.name in but:
            continue
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, dict):
            if not all(same(a[key], b[key]) for key in a if key not in but):
                return False
        elif isinstance(a, float) or a is None or b is None:
            if not same(a, b):
                return False
        elif a != b:
            return False
    return True


TRUST = (TC, "trust", "composite", "early", "established")
PURCHASES = ("purchases", "stage", "composite")  # the stage chooses the weights of the composite


def test_every_day_is_there(told) -> None:
    assert min(told.days) == day("03-04") and max(told.days) == BEFORE_MERGER
    assert len(told.days) == len(told.replayed) == 252


def test_replay_equals_what_was_said_on_the_day(told) -> None:
    untouched = [past for past in told.days if past not in OTHER_TRUST | OTHER_PURCHASES]
    assert len(untouched) > 50
    assert [past for past in untouched if not same_look(told.days[past], told.replayed[past])] == []


def test_only_what_was_corrected_differs(told) -> None:
    for past in told.days:
        but = (TRUST if past in OTHER_TRUST else ()) + (PURCHASES if past in OTHER_PURCHASES else ())
        assert same_look(told.days[past], told.replayed[past], but), past


def test_the_difference_is_exactly_those_documents(told) -> None:
    """By hand: on the day with the events the ledger had then, in the replay with those it has now."""
    for past, then in told.days.items():
        check_scores(then, ACME, past, past, then.stage in ESTABLISHED)
        again = told.replayed[past]
        check_scores(again, ACME, past, BEFORE_MERGER, again.stage in ESTABLISHED)


@pytest.mark.parametrize(
    ("days", "purchases"),
    [(INVOICE_CANCELLED, -1), (INVOICE_BACKDATED, 1)],
    ids=["cancelled invoice", "backdated invoice"],
)
def test_purchases_differ_by_that_invoice(told, days, purchases) -> None:
    for past in days:
        assert told.replayed[past].purchases - told.days[past].purchases == purchases


def test_a_cancelled_invoice_takes_its_stage_with_it(told) -> None:
    assert told.days[day("06-09")].stage == "Repeat Buyer"
    assert [told.days[past].stage for past in sorted(INVOICE_CANCELLED)] == ["Client", "Client"]
    assert [told.replayed[past].stage for past in sorted(INVOICE_CANCELLED)] == [
        "Repeat Buyer",
        "Repeat Buyer",
    ]
    assert told.days[day("06-12")].stage == told.replayed[day("06-12")].stage == "Client"


def test_known_on_a_day_nothing_later_counts(told) -> None:
    """A back-test of a day, made on that day and again months later."""
    assert len(told.known_then) > 60
    for past, then in told.known_then.items():
        # what was cancelled since is gone: that payment and what it did to the group's mean, that invoice
        gone = (TRUST if past in PAYMENT_CANCELLED else ()) + (PURCHASES if past in INVOICE_CANCELLED else ())
        gone += ("means",) if gone else ()
        assert same_look(then, told.known_replayed[past], gone), past


def test_known_on_hides_what_was_backdated(told) -> None:
    past = day("07-29")  # the invoice of 28 June came on 5 August, the payment of 10 July on 16 September
    assert (
        told.known_replayed[past].purchases == told.days[past].purchases == told.replayed[past].purchases - 1
    )
    assert told.known_replayed[past].confidence[TC] < told.replayed[past].confidence[TC]
    past = day(
        "07-15"
    )  # the opening invoice came on 20 July: the relationship began in March, not in January
    hand = score(
        [e for e in ACME if e.seen(past, past) and e.on != "06-14"],
        TC,
        past,
        told.known_replayed[past].means[TC],
    )
    assert told.known_replayed[past].scores[TC] == pytest.approx(hand.value, abs=1e-9)


def test_one_party_and_the_full_pass_agree(told) -> None:
    assert told.full.keys() == told.single.keys() == {"acme", "twin", "beta"}
    for name, one in told.single.items():
        assert same_look(one, told.full[name]), name


#: A pass also knows the group's usual delay: the median of a year, taken at the close of the month before; what was
#: given up counts as 90 days late. At the end of June there was one, 8 days late, so 25 days late are 17 beyond what is
#: usual, and 90 are 82. At the end of August: 174 and 142 early, 8, 25 and 90 late, so 8 again.
USUALLY_LATE = {
    (e.on, e.signal): e
    for e in (
        Event("07-25", "payment", 1 / (1 + 17 / 15), 140 / 420),
        Event("07-31", "payment", 1 / (1 + 82 / 15), 75 / 180),
        Event("09-28", "payment", 1 / (1 + 82 / 15), 280 / 420),
    )
}


def test_group_means_by_hand(told) -> None:
    """All three customers are of one group, so its mean is m_all, shrunk once more to m_all with weight 20."""
    close = day("10-31")  # the month before the pass
    acme = [USUALLY_LATE.get((e.on, e.signal), e) for e in ACME]
    for dimension in (SAT, TC, TE, EER):
        known = []
        for events in (acme, TWIN, BETA):
            found = score([e for e in events if e.seen(close, BEFORE_MERGER)], dimension, close, 0.0)
            if found.evidence:  # with m = 0 the score is ΣA·V/(n + 2), so x = ΣA·V/n is
                known.append((found.confidence, found.value * (found.evidence + 2) / found.evidence))
        total, weighed = sum(c for c, _x in known), sum(c * x for c, x in known)
        everybody = (weighed + 20 * 0.5) / (total + 20)
        group = (weighed + 20 * everybody) / (total + 20)
        assert told.full["acme"].means[dimension] == pytest.approx(group, abs=1e-9)
    check_scores(told.full["acme"], acme, BEFORE_MERGER, BEFORE_MERGER, False, told.full["acme"].means)


def test_contributions_add_up_and_name_their_documents(house) -> None:
    customer = erp.customer("RCRM Sum")
    order = erp.order(customer, "2024-02-01", [(erp.WIDGET, 4, 25)], "2024-02-10")
    note = erp.delivery(order, "2024-02-12", [(0, 4)])
    sold = erp.invoice_of(order, "2024-02-12", [(0, 4)], due="2024-03-12")
    paid = erp.payment(sold, "2024-03-20", 70)
    assessment = assessment_of([("Customer", customer)], date(2024, 4, 15))
    detail = next(assessment.details())
    found = event_contributions(assessment, detail, TC)
    assert {(e.voucher_type, e.voucher_no) for e in found} == {
        ("Delivery Note", note.name),
        ("Payment Entry", paid.name),
        ("Sales Order", order.name),
    }
    d = detail.value[:, 0, -1]
    assert sum(e.contribution for e in found) + 0.5 == pytest.approx(float(d[2]), abs=1e-9)


def test_cancelling_the_last_invoice_restores_the_stage_before_it(house) -> None:
    """Up the ladder invoice by invoice, and down again by cancelling them."""
    customer, today = erp.customer("RCRM Stairs"), date(2024, 6, 30)
    key, seen, invoices = ("Customer", customer), [], []

    def now():
        return look(assessment_of([key], today), key)

    for month in range(1, 6):
        seen.append(now())
        invoices.append(erp.invoice(customer, date(2024, month, 10), [(ADVICE, 1, 100)]))
    assert [view.stage for view in seen] == [
        "Suspect",
        "First-time Buyer",
        "Repeat Buyer",
        "Repeat Buyer",
        "Client",
    ]
    for sold, before in zip(reversed(invoices), reversed(seen), strict=True):
        erp.cancel("Sales Invoice", sold.name)
        assert same_look(now(), before)


@pytest.mark.parametrize("returned", [date(2024, 3, 20), date(2024, 4, 20)], ids=["same month", "next month"])
def test_a_full_return_takes_the_purchase_back_from_its_day_on(house, returned) -> None:
    customer = erp.customer("RCRM Return")
    key = ("Customer", customer)
    sold = erp.invoice(customer, "2024-03-10", [(ADVICE, 2, 100)])
    erp.credit_note(sold, returned)
    days = (date(2024, 3, 9), date(2024, 3, 10), returned - timedelta(days=1), returned, date(2024, 5, 15))
    stages = [look(assessment_of([key], today), key).stage for today in days]
    assert stages == [
        "Suspect",
        "First-time Buyer",
        "First-time Buyer",
        "Prospect",
        "Prospect",
    ]  # a stranger no more


def test_the_arithmetic_knows_no_future() -> None:
    assert (
        picture([e for e in ACME if e.seen(day("03-07"), day("03-07"))], day("03-07")).scores[TE].value
        is None
    )
