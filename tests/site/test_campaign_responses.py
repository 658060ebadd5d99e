"""Responses to campaigns are kept once for their cause, with the person, the day and the source."""

from __future__ import annotations

from datetime import datetime, timedelta

import erp
import frappe
import pytest
from asking import contact
from desk import MANAGER, SALES, user
from erp import NORTH, SOUTH
from frappe.utils import now_datetime
from responding import activity, campaign, member, no_campaigns, response, responses, touch
from test_statement_counts import heard

from relationship_crm.campaigns.responses import Answer, forget, record

ADA, NOON = "ada@example.com", datetime(2026, 3, 2, 12)


@pytest.fixture
def spring(clean):
    """A campaign, its wave, a customer who was reached."""
    no_campaigns()
    return campaign()


@pytest.fixture
def ada(spring):
    name = erp.customer("RCRM Ada", account_manager="Administrator")
    contact(name, ADA)
    return name


def clicked(of: str, reached: str, what: str = "Interested", moment: datetime = NOON, **more: str) -> Answer:
    return Answer(campaign=of, response=what, source="Click", moment=moment, touch=reached, **more)


def by_hand(of: str, **values):
    return frappe.get_doc(
        {"doctype": "Campaign Response", "campaign": of, "response": "Interested", **values}
    ).insert()


def test_a_click_says_who_it_was_and_what_was_so_when_they_were_asked(spring, ada):
    wave = activity(spring)
    reached = touch(wave, member(spring, ada, email=ADA, territory="Then"))
    frappe.db.set_value("Customer", ada, "territory", SOUTH)
    [name] = record([clicked(spring, reached)])
    row = response(campaign=spring)
    assert row.name == name
    assert (row.party_type, row.party, row.customer, row.email) == ("Customer", ada, ada, ADA)
    assert (row.activity, row.variant, row.company) == (wave.name, "A", erp.COMPANY)
    assert (row.stage_name, row.rung, row.territory) == ("Client", 5, "Then")
    assert (row.responded_on, row.recipient_name) == (NOON, "Ada")


def test_the_same_click_twice_is_one_response_with_the_first_moment(spring, ada):
    reached = touch(activity(spring), member(spring, ada, email=ADA))
    first = record([clicked(spring, reached), clicked(spring, reached, moment=NOON + timedelta(hours=1))])
    again = record([clicked(spring, reached, moment=NOON + timedelta(days=1))])
    assert first == [again[0], again[0]]
    assert response(campaign=spring).responded_on == NOON


def test_who_changes_their_mind_has_one_response_and_the_last_word_counts(spring, ada):
    reached = touch(activity(spring), member(spring, ada, email=ADA))
    record([clicked(spring, reached)])
    record([clicked(spring, reached, "Not Interested", NOON + timedelta(days=1))])
    row = response(campaign=spring)
    assert (row.response, row.responded_on) == ("Not Interested", NOON + timedelta(days=1))
    # what comes late, as from a slow phone, takes nothing back
    record([clicked(spring, reached, "Interested", NOON + timedelta(hours=1))])
    assert response(campaign=spring).response == "Not Interested"


def test_other_words_are_another_question(spring, ada):
    reached = touch(activity(spring), member(spring, ada, email=ADA))
    asked = [
        clicked(spring, reached, "Question", note=words) for words in ("How much?", "When?", "How much?")
    ]
    record([clicked(spring, reached), *asked])
    assert sorted(row.note or "" for row in responses(campaign=spring)) == ["", "How much?", "When?"]


def test_two_waves_two_responses(spring, ada):
    who = member(spring, ada, email=ADA)
    record([clicked(spring, touch(activity(spring), who)), clicked(spring, touch(activity(spring), who))])
    assert len({row.activity for row in responses(campaign=spring)}) == 2


def test_the_party_has_news(spring, ada):
    reached = touch(activity(spring), member(spring, ada, email=ADA))
    frappe.db.delete("Relationship Event")
    record([clicked(spring, reached)])
    record([clicked(spring, reached)])
    news = frappe.get_all("Relationship Event", fields=["party", "voucher_type"], order_by="name")
    assert [(row.party, row.voucher_type) for row in news] == [(ada, "Campaign Response")]


def test_a_document_that_fell_takes_its_response_along(spring, ada):
    told = Answer(
        spring, "Ordered", "Sales Order", NOON, party_type="Customer", party=ada, voucher_type="Sales Order",
        voucher_no="SO-1",
    )  # fmt: skip
    record([told])
    forget("Sales Order", "SO-2")
    assert response(campaign=spring).voucher_no == "SO-1"
    forget("Sales Order", "SO-1")
    assert responses(campaign=spring) == []


@pytest.mark.parametrize("few", [3])
def test_thirty_cost_as_many_statements_as_three(spring, few):
    def told(count: int, prefix: str) -> int:
        wave, answers = activity(spring), []
        for number in range(count):
            party = erp.customer(f"RCRM {prefix} {number}")
            answers.append(
                clicked(spring, touch(wave, member(spring, party, email=f"{prefix}{number}@x.de")))
            )
            lead = erp.lead(f"RCRM {prefix} Lead {number}", email_id=f"lead{prefix}{number}@x.de")
            answers.append(Answer(spring, "Interested", "Import", NOON, email=f"lead{prefix}{number}@x.de"))
            assert lead
        with heard() as said:
            assert len(set(record(answers))) == 2 * count
            # half of them change their minds at once
            record(
                [
                    clicked(spring, one.touch, "Not Interested", NOON + timedelta(1))
                    for one in answers
                    if one.touch
                ]
            )
        assert len(responses(activity=wave.name, response="Not Interested")) == count
        return len(said)

    told(1, "warm")
    assert told(few, "few") == told(10 * few, "many")


class TestByHand:
    def test_an_address_finds_the_member(self, spring, ada):
        who = member(spring, ada, email=ADA)
        doc = by_hand(spring, email="ADA@example.com ", note="At the fair")
        assert (doc.member, doc.party, doc.customer, doc.source) == (who, ada, ada, "By Hand")
        assert (doc.stage_name, doc.company) == ("Client", erp.COMPANY)

    def test_a_contact_or_a_customer_finds_the_member(self, spring, ada):
        person = frappe.db.get_value("Contact Email", {"email_id": ADA}, "parent")
        who = member(spring, ada, email=ADA, contact=person)
        assert by_hand(spring, contact=person).member == who
        assert by_hand(spring, party_type="Customer", party=ada, response="Question").member == who

    def test_a_colleague_of_a_member_is_not_the_member(self, spring, ada):
        member(spring, ada, email=ADA)
        other = contact(ada, "bob@example.com", is_primary_contact=0)
        doc = by_hand(spring, email="bob@example.com")
        assert (doc.member, doc.party, doc.contact) == (None, ada, other)
        assert "not on the list" in str(frappe.message_log)

    def test_who_is_in_no_book_is_refused_in_plain_words(self, spring):
        with pytest.raises(frappe.ValidationError, match=r"Nobody in the book has .*nobody@example.com"):
            by_hand(spring, email="nobody@example.com")
        with pytest.raises(frappe.ValidationError, match="Say who responded"):
            by_hand(spring)

    def test_the_same_of_the_same_day_is_kept_once(self, spring, ada):
        who = member(spring, ada, email=ADA)
        first = by_hand(spring, email=ADA)
        again = by_hand(spring, party_type="Customer", party=ada, note="Said it again")
        assert again.name == first.name and again.member == who
        assert not again.is_new() and not again.get("__unsaved")
        assert response(campaign=spring).note == "Said it again"
        earlier = by_hand(spring, email=ADA, responded_on=now_datetime() - timedelta(days=1))
        assert earlier.name != first.name

    def test_a_day_to_come_and_a_foreign_activity_are_refused(self, spring, ada):
        with pytest.raises(frappe.ValidationError, match="still to come"):
            by_hand(spring, party_type="Customer", party=ada, responded_on=now_datetime() + timedelta(days=2))
        other = activity(campaign("RCRM Other"))
        with pytest.raises(frappe.ValidationError, match="another campaign"):
            by_hand(spring, party_type="Customer", party=ada, activity=other.name)

    def test_nobody_makes_a_response_of_a_click_by_hand(self, spring, ada):
        reached = touch(activity(spring), member(spring, ada, email=ADA))
        doc = by_hand(spring, email=ADA, source="Click", touch=reached, voucher_type="Lead", voucher_no="L-1")
        assert (doc.source, doc.touch, doc.voucher_no) == ("By Hand", None, None)

    def test_only_for_parties_one_may_read(self, spring):
        user("rcrm.answers@example.com", *SALES, MANAGER, territory=NORTH)
        here, there = erp.customer("RCRM Here"), erp.customer("RCRM There", territory=SOUTH)
        contact(there, "there@example.com")
        frappe.set_user("rcrm.answers@example.com")
        assert by_hand(spring, party_type="Customer", party=here).customer == here
        with pytest.raises(frappe.PermissionError):
            by_hand(spring, email="there@example.com")
        frappe.set_user("Administrator")
        by_hand(spring, party_type="Customer", party=there)
        frappe.set_user("rcrm.answers@example.com")
        assert frappe.get_list("Campaign Response", pluck="customer", order_by="name") == [here]

    def test_the_response_can_be_corrected_but_not_given_to_somebody_else(self, spring, ada):
        doc = frappe.get_doc("Campaign Response", by_hand(spring, party_type="Customer", party=ada).name)
        doc.response = "Question"
        doc.save()
        doc.reload()
        doc.party = erp.customer("RCRM Bob")
        with pytest.raises(frappe.CannotChangeConstantError):
            doc.save()
