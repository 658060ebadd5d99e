"""Touches: who is meant by an audience, once each; variants; what cannot be made, changed or deleted."""

from __future__ import annotations

from collections import Counter

import frappe
import pytest
from dispatching import statements
from frappe.utils import now_datetime
from responding import campaign
from waves import frozen, message, people, person, rows, send, statuses, wave

from relationship_crm.campaigns import touches
from relationship_crm.campaigns.responses import Answer, record

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
def spring(quiet):
    return frozen()


def meant(doc) -> set[str]:
    return {row["recipient_name"] for row in touches.audience(doc)}


def answered(doc, name: str, response: str = "Interested", **values) -> None:
    [row] = rows(doc, recipient_name=name)
    told = {
        "campaign": doc.campaign,
        "source": "Click",
        "moment": now_datetime(),
        "touch": row.name,
        **values,
    }
    record([Answer(response=response, **told)])


def test_made_twice_there_are_no_more(spring):
    people(spring, "Ada", "Bob")
    person(spring, "Cleo", arm="Control")
    doc = wave(spring)
    assert (touches.create(doc), touches.create(doc)) == (2, 0)
    assert statuses(doc) == {"Ada": "Waiting", "Bob": "Waiting"}


def test_making_goes_on_behind_a_member(spring, monkeypatch):
    monkeypatch.setattr(touches, "BATCH", 2)
    names = sorted(people(spring, "Ada", "Bob", "Cleo", "Dan", "Eve"))
    doc, heard = wave(spring), []
    assert touches.create(doc, heard.append) == 5
    assert heard == [names[1], names[3], names[4]]
    frappe.db.delete("Campaign Touch", {"activity": doc.name})
    assert touches.create(doc, after=names[1]) == 3


def test_the_number_of_statements_does_not_depend_on_the_number_of_people(spring):
    counts = []
    for number in (2, 20):
        people(spring, *(f"P{number}x{n}" for n in range(number)))
        doc = wave(spring)
        with statements() as seen:
            touches.create(doc)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_touch_takes_over_who_the_member_was(spring):
    person(
        spring, "Ada", stage_name="Client", rung=5, customer_group="Trade", territory="North", language="de"
    )
    doc = wave(spring, wave=3)
    touches.create(doc)
    [row] = rows(doc)
    assert (row.stage_name, row.rung, row.customer_group, row.territory) == ("Client", 5, "Trade", "North")
    assert (row.language, row.wave, row.company, row.channel) == ("de", 3, "RCRM House", "Email")


def test_who_did_not_respond(spring):
    people(spring, "Ada", "Bob", "Cleo", "Dan")
    first = wave(spring)
    send(first)
    answered(first, "Ada")
    # an order that names the campaign and no activity is a response as well
    party = {"party_type": "Customer", "party": "RCRM Bob"}
    order = {"touch": "", "source": "Sales Order", "voucher_type": "Sales Order", "voucher_no": "SO-1"}
    [member] = frappe.get_all("Campaign Member", {"campaign": spring, "party": "RCRM Bob"}, pluck="name")
    answered(first, "Bob", "Ordered", member=member, **party, **order)
    # Dan's mail could not be delivered
    frappe.db.set_value("Campaign Touch", {"recipient_name": "Dan"}, {"status": "Failed", "touched_on": None})
    person(spring, "Eve")
    silent = wave(spring, wave=2, audience="Those Who Did Not Respond")
    responded = wave(spring, wave=2, audience="Those Who Responded")
    unreached = wave(spring, wave=2, audience="Those Not Reached")
    assert meant(silent) == {"Cleo"}
    assert meant(responded) == {"Ada", "Bob"}
    assert meant(unreached) == {"Dan", "Eve"}


def test_of_an_activity_or_of_all_earlier_waves(spring):
    people(spring, "Ada", "Bob")
    first = wave(spring)
    send(first)
    answered(first, "Ada")
    second = wave(spring, wave=2)
    send(second)
    third = {"wave": 3, "audience": "Those Who Did Not Respond"}
    assert meant(wave(spring, **third)) == {"Bob"}
    assert meant(wave(spring, after_activity=second.name, **third)) == {"Ada", "Bob"}
    assert meant(wave(spring, wave=1, audience="Those Who Did Not Respond")) == set()


def test_who_still_waits_is_not_given_up(spring):
    people(spring, "Ada", "Bob")
    first = wave(spring)
    touches.create(first)
    frappe.db.set_value("Campaign Touch", {"recipient_name": "Bob"}, "status", "Left Out")
    assert meant(wave(spring, wave=2, audience="Those Not Reached")) == {"Bob"}


def test_variants_by_lot(spring):
    people(spring, *(f"P{n}" for n in range(40)))
    doc = wave(spring, message("<p>A</p>", share=1), message("<p>B</p>", share=1, variant="B"), ab_test=1)
    send(doc)
    found = Counter(row.variant for row in rows(doc))
    assert found["A"] + found["B"] == 40 and min(found.values()) >= 8
    texts = {row.name: row.variant for row in doc.messages}
    assert all(texts[row.message_row] == row.variant for row in rows(doc))
    one = wave(spring, message("<p>A</p>"), ab_test=0)
    touches.create(one)
    assert {row.variant for row in rows(one)} == {""}


def test_deleting_an_activity(spring):
    person(spring, "Ada")
    doc = wave(spring)
    touches.create(doc)
    doc.delete()
    assert not frappe.db.exists("Campaign Touch", {"campaign": spring})
    sent = wave(spring)
    send(sent)
    with pytest.raises(frappe.ValidationError, match="it cannot be deleted any more"):
        sent.delete()


def test_another_campaigns_people_are_not_meant(spring):
    people(spring, "Ada")
    people(campaign("RCRM Autumn"), "Bob")
    assert meant(wave(spring)) == {"Ada"}
