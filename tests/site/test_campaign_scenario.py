"""One campaign from plan to result: what was planned, spent, sent, answered, sold and given back, held against the ledgers after
every step. Amounts by hand."""

from __future__ import annotations

from collections import Counter

import campaign_story as story
import erp
import frappe
import pytest
import waves
from asking import settings
from calling import ANNA, caller
from crediting import booked
from erp import COMPANY
from frappe.utils import add_days, flt, today
from test_campaign_import import read
from test_campaign_replies import arrives
from waves import quiet  # noqa: F401

from relationship_crm.campaigns import calls, credits, outcomes, touches
from relationship_crm.campaigns.attendance import mark
from relationship_crm.campaigns.attribution import Model
from relationship_crm.campaigns.costs import compared
from relationship_crm.relationship_crm.report.campaign_performance import campaign_performance

pytestmark = pytest.mark.usefixtures("quiet")


def reconciles(name: str) -> dict[Model, float]:
    """Credited revenue by model. Under each, all credits and what nobody gets are what the general ledger has as income."""
    book = credits.load(COMPANY)
    found = {}
    for model in Model:
        of = credits.by_campaign(book, model)
        whole = sum(money.amount for money in of.values()) + credits.not_attributed(book, model)
        assert flt(whole, 2) == booked(COMPANY), model
        found[model] = flt(of[name].amount, 2) if name in of else 0.0
    return found


def spent(doc) -> tuple[float, float, float]:
    """Planned, actual, variance; actual is what the general ledger says."""
    total = compared([doc.name])[doc.name].total
    assert float(total.actual) == story.in_the_ledger(doc.project)
    return float(total.planned), float(total.actual), float(total.variance)


def sources(name: str) -> Counter:
    rows = frappe.get_all("Campaign Response", {"campaign": name}, pluck="source", order_by="name")
    return Counter(rows)


def in_the_control_group(name: str) -> set[str]:
    rows = frappe.get_all(
        "Campaign Member", {"campaign": name, "arm": "Control"}, pluck="email", order_by="name"
    )
    assert len(rows) == story.CONTROL
    return set(rows)


def nobody_left_out_by_lot_was_contacted(name: str) -> None:
    control = in_the_control_group(name)
    assert not control & set(waves.recipients())
    t, m = frappe.qb.DocType("Campaign Touch"), frappe.qb.DocType("Campaign Member")
    touched = frappe.qb.from_(t).join(m).on((m.campaign == t.campaign) & (m.email == t.email)).select(t.name)
    assert not touched.where((t.campaign == name) & (m.arm == "Control")).run()


def test_a_campaign_from_plan_to_result(quiet, monkeypatch):  # noqa: F811
    settings(attribution_model="Linear", attribution_look_back=180, attribution_half_life=30)
    monkeypatch.setattr("relationship_crm.surveys.limits.allowed", lambda _touch: True)
    story.customers()
    doc = story.planned()
    story.frozen(doc)
    assert (doc.contacted_members, doc.control_members, doc.left_out_members) == (500, 125, 0)
    spring = doc.name

    # cost: a purchase invoice, a journal entry, a part of the purchase given back, a journal entry taken back
    assert spent(doc) == (1050.0, 0.0, 1050.0)
    flyers = story.bought(612.40, _account(story.PRINT), doc.project)
    assert spent(doc) == (1050.0, 612.40, 437.60)
    story.journal(149.35, _account(story.POST), doc.project)
    wrong = story.journal(33.33, _account(story.POST), doc.project)
    assert spent(doc) == (1050.0, 795.08, 254.92)
    wrong.cancel()
    assert spent(doc) == (1050.0, 761.75, 288.25)

    # five hundred mails, one each
    mails = story.wave(doc)
    sent = waves.send(mails)
    assert (sent.sent, sent.left_out, sent.failed) == (500, 0, 0)
    assert set(waves.recipients().values()) == {1} and len(waves.recipients()) == 500
    nobody_left_out_by_lot_was_contacted(spring)
    reached = waves.rows(mails, status="Sent")
    people = iter(reached)

    # answers: a click (twice), a reply, an import, an order, a call, somebody who came
    clicked, replied, imported, ordered, called, came = (next(people) for _ in range(6))
    assert story.click(clicked.name) == story.click(clicked.name) == 303
    arrives(replied.message_id, "How much is it?", sender=replied.email)
    assert read(f"{spring},Interested,{today()} 12:00:00,{imported.email},,,,")[0][0]
    assert sources(spring) == {"Click": 1, "Reply": 1, "Import": 1}
    named = erp.order(
        ordered.customer,
        today(),
        [(erp.ADVICE, 1, 200)],
        add_days(today(), 3),
        **erp.of_campaign("Sales Order", story.ERPNEXT_CAMPAIGN),
    )
    caller(ANNA)
    frappe.db.set_value("Survey Recipient", {"address": ("is", "set")}, "last_contacted_on", None)
    phone = story.wave(doc, "Call", wave=2, audience="Those Who Did Not Respond", callers=[{"user": ANNA}])
    touches.create(phone)
    frappe.db.set_value(phone.doctype, phone.name, {"status": "Running", "made": 1})
    calls.assign(phone.name)
    waiting = {row.customer: row.name for row in waves.rows(phone)}
    assert len(waiting) == 500 - 4 and called.customer in waiting and clicked.customer not in waiting
    outcomes.record(waiting[called.customer], "Interested", "Wants an offer")
    evening = story.wave(doc, "Event", wave=3, event_on=f"{today()} 00:00:01", event_place="Hall")
    touches.create(evening)
    invitation = next(row for row in waves.rows(evening) if row.customer == came.customer)
    mark([invitation.name], "Attended")
    assert sources(spring) == {
        **{"Click": 1, "Reply": 1, "Import": 1, "Sales Order": 1, "Call": 1, "Attendance": 1}
    }
    nobody_left_out_by_lot_was_contacted(spring)

    # sales: three to people it reached, one to somebody of the control group, one to somebody it never meant
    base = reconciles(spring)
    assert set(base.values()) == {0.0}
    first = story.sell(clicked.customer, 1000)
    second = erp.invoice_of(named, today(), [(0, 1)])
    third = story.sell(replied.customer, 333.33)
    control = sorted(in_the_control_group(spring))[0]
    story.sell(frappe.db.get_value("Customer", {"email_id": control}), 70)
    story.sell(f"RCRM Story {story.LISTED:03d}", 80)
    # one campaign reached them, so every model gives it all: 1,000.00 + 200.00 + 333.33
    assert set(reconciles(spring).values()) == {1533.33}
    erp.credit_note(first, today())
    assert set(reconciles(spring).values()) == {533.33}
    erp.cancel("Sales Invoice", third.name)
    assert set(reconciles(spring).values()) == {200.0}
    erp.payment(second, today(), 50)

    # an order that falls takes its response with it; one that is amended has it again
    second.reload()
    for reference in frappe.get_all(
        "Payment Entry Reference", {"reference_name": second.name}, pluck="parent", order_by="name"
    ):
        erp.cancel("Payment Entry", reference)
    erp.cancel("Sales Invoice", second.name)
    erp.cancel("Sales Order", named.name)
    assert sources(spring)["Sales Order"] == 0
    again = erp.amend(named.reload())
    assert sources(spring)["Sales Order"] == 1
    fourth = erp.invoice_of(again, today(), [(0, 1)])
    erp.payment(fourth, today(), 50)
    assert set(reconciles(spring).values()) == {200.0}

    # the flyers are cancelled too: the books say 149.35
    erp.cancel("Purchase Invoice", flyers.name)
    assert spent(doc) == (1050.0, 149.35, 900.65)

    # and the report says all of it
    _columns, rows, *_rest = campaign_performance.execute({"company": COMPANY, "model": "Linear"})
    [row] = [row for row in rows if row.get("name") == spring]
    assert (row.planned, row.actual, row.variance) == (1050.0, 149.35, 900.65)
    # the mails still wait in the queue: what arrived for sure is the call and the evening
    assert (row.listed, row.contacted, row.reached, row.responded) == (500, 500, 2, 6)
    for model in Model:
        field = f"credit_{frappe.scrub(model.value)}"
        assert row[field] == 200.0
        others = sum(flt(line.get(field)) for line in rows if line.get("is_sum") and not line.get("is_total"))
        [whole] = [line[field] for line in rows if line.get("is_total")]
        assert flt(others, 2) == flt(whole, 2) == booked(COMPANY)
    assert row.paid == 50.0


def _account(name: str) -> str:
    return f"{name} - {erp.ABBR[COMPANY]}"
