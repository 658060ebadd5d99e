"""What the survey's public page makes of answers: stored, changed, completed, looked after; nobody's where that was promised."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import frappe
import pytest
import visitors
from committed import fresh, keep
from frappe.utils import add_days, now_datetime, today
from visitors import ANONYMOUS, CUSTOMER, EMAIL, SURVEY, Visitor, fields, invited, response_to, rows, state

from relationship_crm.surveys import answers

pytestmark = [pytest.mark.committed, pytest.mark.usefixtures("public", "uncounted")]


# answering


def test_answers_are_stored_with_what_they_are_worth(guest: Visitor) -> None:
    name, token = invited()
    sent = guest.post(
        f"/s/{token}", fields(recommend="9", late="2", easy="7", comment=" Label the boxes.\r\nPlease. ")
    )
    assert (sent.status, sent.location) == (303, f"/s/{token}?done=1")
    doc = response_to(name)
    found = {
        row.item_key: (row.kind, row.dimension, row.score, row.value, row.answered, row.text)
        for row in doc.answers
    }
    assert found == {
        "recommend": ("NPS", "satisfaction", 9, 0.9, 1, None),
        "late": ("CSAT", "trust_company", 2, 0.75, 1, None),  # reversed: 1 - (2-1)/4
        "easy": ("CES", "trust_company", 7, 1, 1, None),
        "comment": ("Text", "", 0, 0, 0, "Label the boxes.\nPlease."),
    }
    assert doc.answers[0].question == "How likely are you to recommend us?"
    assert (doc.party_type, doc.party, doc.customer, doc.email) == ("Customer", CUSTOMER, CUSTOMER, EMAIL)
    assert (doc.has_nps, doc.nps, doc.complete, doc.anonymous, doc.owner) == (1, 9, 1, 0, "Guest")
    assert doc.voucher_type == "Delivery Note" and doc.company and doc.territory and doc.customer_group
    invitation = frappe.get_doc("Survey Invitation", name)
    assert (invitation.status, invitation.answered_on) == ("Answered", doc.answered_on)
    marked = frappe.get_all(
        "Relationship Event", {"voucher_no": doc.name}, ["party_type", "party"], order_by="name"
    )
    assert [(row.party_type, row.party) for row in marked] == [("Customer", CUSTOMER)]
    thanks = guest.get(sent.location).text
    assert "We read every answer." in thanks and "9 of 10" in thanks and "Label the boxes." in thanks


def test_partial_answers_are_kept(guest: Visitor) -> None:
    name, token = invited()
    sent = guest.post(f"/s/{token}", fields(recommend="", easy="6", comment="More later"))
    assert sent.location == f"/s/{token}?missing=1"
    doc = response_to(name)
    assert [row.item_key for row in doc.answers] == ["easy", "comment"] and not doc.complete
    assert frappe.db.get_value("Survey Invitation", name, "status") == "Partly Answered"
    page = guest.get(sent.location).text
    assert "These questions still need an answer:" in page and 'href="#q-recommend"' in page
    assert 'value="6" checked' in page and "More later" in page and 'aria-invalid="true"' in page
    guest.post(f"/s/{token}", fields(recommend="8", easy="6", comment="More later"))
    assert response_to(name).name == doc.name and response_to(name).complete == 1
    assert frappe.db.get_value("Survey Invitation", name, "status") == "Answered"


def test_one_click_and_one_more(guest: Visitor) -> None:
    name, token = invited()
    sent = guest.post(f"/s/{token}", {**fields(recommend="9", easy=""), "one": "1"})
    assert sent.location.endswith("?done=1") and response_to(name).complete == 1
    thanks = guest.get(sent.location).text
    assert "Answered so far: 1 of 5." in thanks and f'href="/s/{token}#q-late"' in thanks


def test_answers_change_until_the_link_expires(guest: Visitor) -> None:
    name, token = invited()
    guest.post(f"/s/{token}", fields(recommend="2", easy="1", comment="Bad"))
    first = response_to(name)
    guest.post(f"/s/{token}", fields(recommend="8", easy="", comment=""))
    doc = response_to(name)
    assert (doc.name, doc.creation) == (first.name, first.creation)
    assert [(row.item_key, row.score) for row in doc.answers] == [("recommend", 8)]
    assert frappe.db.count("Survey Answer", {"parent": doc.name}) == 1
    frappe.db.set_value("Survey Invitation", name, "expires_on", add_days(today(), -1))
    keep()
    assert guest.post(f"/s/{token}", fields(recommend="0")).status == 404
    assert response_to(name).nps == 8


def test_two_posts_at_once_make_one_response() -> None:
    name, token = invited()
    several = [Visitor() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        found = list(
            pool.map(lambda v: v.post(f"/s/{token}", fields(recommend="9", comment="Once")), several)
        )
    assert [one.status for one in found] == [303] * 4
    fresh()
    assert frappe.db.count("Survey Response", {"invitation": name}) == 1
    assert len(response_to(name).answers) == 2
    for visitor in several:
        visitor.close()


def test_several_people_at_once() -> None:
    links = [invited() for _ in range(24)]
    several = [Visitor() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        jobs = [(several[n % 8], token) for n, (_name, token) in enumerate(links)]
        sent = fields(recommend="3", easy="7", comment="So so")  # low: each opens a follow-up, too
        found = list(pool.map(lambda job: job[0].post(f"/s/{job[1]}", sent), jobs))
    assert [one.status for one in found] == [303] * len(links)
    docs = [response_to(name) for name, _token in links]
    assert all(doc.nps == 3 and doc.follow_up for doc in docs)
    for visitor in several:
        visitor.close()


def test_a_question_that_was_dropped_keeps_its_answer(guest: Visitor) -> None:
    name, token = invited()
    guest.post(f"/s/{token}", fields(recommend="9", late="1"))
    survey = frappe.get_doc("Relationship Survey", SURVEY)
    dropped = next(item for item in survey.items if item.item_key == "late")
    try:
        survey.remove(dropped)
        survey.save()
        keep()
        page = guest.post(f"/s/{token}", fields(recommend="8", late="5"))  # the page was open before
        assert page.status == 422 and "has changed since you opened it" in page.text
        assert 'value="8" checked' in page.text  # what was typed is still there
        assert guest.post(f"/s/{token}", fields(recommend="8")).status == 303
        assert {row.item_key: (row.score, row.value) for row in response_to(name).answers} == {
            "recommend": (8, 0.8),
            "late": (1, 1),
        }
    finally:
        fresh()
        survey = frappe.get_doc("Relationship Survey", SURVEY)
        survey.append("items", {**dropped.as_dict(no_default_fields=True), "idx": 2})
        survey.items.sort(key=lambda item: [row[0] for row in visitors.ITEMS].index(item.item_key))
        for place_, item in enumerate(survey.items, 1):
            item.idx = place_
        survey.save()
        keep()


def test_a_question_that_is_asked_in_another_way(guest: Visitor) -> None:
    name, token = invited()
    guest.post(f"/s/{token}", fields(recommend="9", easy="7"))
    frappe.db.sql(
        "update `tabSurvey Answer` set kind = 'NPS', score = 10 where parent = %s and item_key = 'easy'",
        response_to(name).name,
    )
    keep()
    for path in ("", "?done=1"):
        assert guest.get(f"/s/{token}{path}").status == 200
    assert guest.post(f"/s/{token}", {"step": "offer", **fields(quote="Good")}).status == 303
    assert [row.item_key for row in response_to(name).answers] == ["recommend", "quote"]


# contributions


def test_offers_are_made_to_those_who_are_content(guest: Visitor) -> None:
    _name, token = invited()
    content = guest.post(f"/s/{token}", fields(recommend="9", late="1"))
    assert "Whom may we ask?" in guest.get(content.location).text
    _name, token = invited()
    unhappy = guest.post(f"/s/{token}", fields(recommend="9", late="5"))
    assert "Whom may we ask?" not in guest.get(unhappy.location).text


def test_a_testimonial_is_kept_with_the_consent_in_its_words(guest: Visitor) -> None:
    name, token = invited()
    guest.post(f"/s/{token}", fields(recommend="10", comment="Stays"))
    offer = {
        "step": "offer",
        **fields(quote="They keep their word.", quote__agreed="1", friend="", friend__email=""),
    }
    assert guest.post(f"/s/{token}", offer).location == f"/s/{token}?done=1"
    doc = response_to(name)
    assert (doc.testimonial_text, doc.testimonial_consent) == ("They keep their word.", 1)
    assert "may publish these words with my name" in doc.testimonial_consent_text
    assert str(doc.company) in doc.testimonial_consent_text
    assert (now_datetime() - doc.testimonial_consent_on).total_seconds() < 60
    # the offer did not take the answers away, and is not made again
    assert [row.item_key for row in doc.answers] == ["recommend", "comment", "quote"]
    thanks = guest.get(f"/s/{token}?done=1").text
    assert (
        'name="q-quote"' not in thanks and 'name="q-friend"' in thanks and "They keep their word." in thanks
    )
    # sending the questions again leaves the consent alone
    guest.post(f"/s/{token}", fields(recommend="9", comment="Stays"))
    again = response_to(name)
    assert (again.testimonial_consent, again.testimonial_consent_on) == (1, doc.testimonial_consent_on)
    # taken back
    assert 'name="q-quote-agreed" value="1" checked' in guest.get(f"/s/{token}?done=1&offers=1").text
    guest.post(f"/s/{token}", {"step": "offer", **fields(quote="They keep their word.")})
    doc = response_to(name)
    assert (doc.testimonial_text, doc.testimonial_consent) == ("They keep their word.", 0)
    assert (doc.testimonial_consent_on, doc.testimonial_consent_text) == (None, None)


def test_a_referral_becomes_a_record(guest: Visitor) -> None:
    name, token = invited()
    guest.post(f"/s/{token}", fields(recommend="10"))
    person = fields(friend="Ada Lovelace", friend__email="Ada@Example.com", friend__phone="+44 20 1234")
    refused = guest.post(f"/s/{token}", {"step": "offer", **person})
    assert (
        refused.status == 422 and "ask this person first" in refused.text and "Ada Lovelace" in refused.text
    )
    assert guest.post(f"/s/{token}", {"step": "offer", **person, **fields(friend__agreed="1")}).status == 303
    doc = response_to(name)
    assert doc.answers[-1].text == "Ada Lovelace\nAda@Example.com\n+44 20 1234"
    made = frappe.get_all("Customer Referral", {"response": doc.name}, "*", order_by="name")
    assert [(one.referrer, one.contact_name, one.contact_email, one.contact_phone) for one in made] == [
        (CUSTOMER, "Ada Lovelace", "ada@example.com", "+44 20 1234")
    ]
    guest.post(f"/s/{token}", {"step": "offer", **fields(friend="", friend__email="", friend__phone="")})
    fresh()
    assert not frappe.db.exists("Customer Referral", {"response": doc.name})


def test_an_idea_becomes_a_record(guest: Visitor) -> None:
    name, token = invited()
    guest.post(f"/s/{token}", fields(recommend="3", idea="A blue one"))
    doc = response_to(name)
    made = frappe.get_all("Customer Idea", {"response": doc.name}, "*", order_by="name")
    assert [(one.customer, one.description) for one in made] == [(CUSTOMER, "A blue one")]


# anonymous


def test_an_anonymous_answer_leads_to_nobody(guest: Visitor) -> None:
    name, token = invited(ANONYMOUS)
    page = guest.get(f"/s/{token}").text
    assert "This survey is anonymous." in page
    assert (
        guest.post(f"/s/{token}", fields(easy="3")).status == 422
    )  # cannot be completed later: nothing stored
    before = set(frappe.get_all("Survey Response", pluck="name", order_by="name"))
    assert guest.post(f"/s/{token}", fields(recommend="1", comment="Bad")).status == 303
    fresh()
    (new,) = set(frappe.get_all("Survey Response", pluck="name", order_by="name")) - before
    doc = frappe.get_doc("Survey Response", new)
    assert not any(doc.get(field) for field in answers.IDENTITY) and doc.anonymous
    midnight = f"{today()} 00:00:00"
    for one in (doc, *doc.answers):
        assert (str(one.creation), str(one.modified), one.owner, one.modified_by) == (
            midnight,
            midnight,
            "Guest",
            "Guest",
        )
        assert len(one.name) == 16  # not one of Frappe's, which begin with the time
        assert not one.get("email")
    assert str(doc.answered_on) == midnight and doc.territory and doc.nps == 1
    assert not frappe.db.exists("Relationship Event", {"voucher_no": new})
    assert not frappe.db.exists("Survey Follow Up", {"response": new}) and not doc.follow_up
    invitation = frappe.get_doc("Survey Invitation", name)
    assert invitation.status == "Answered" and str(invitation.answered_on) == midnight
    # nothing is shown and nothing changes
    again = state()
    for path in ("", "?done=1", "?a=9"):
        shown = guest.get(f"/s/{token}{path}")
        assert shown.status == 200 and "neither shown nor changed" in shown.text and "Bad" not in shown.text
    assert guest.post(f"/s/{token}", fields(recommend="9")).status == 303
    assert state() == again


# our own mistakes


def test_a_mistake_in_what_follows_does_not_lose_the_answer(
    guest: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any) -> None:
        frappe.get_doc({"doctype": "ToDo", "description": "RCRM half done"}).insert(ignore_permissions=True)
        raise ZeroDivisionError

    monkeypatch.setattr(answers, "_look_after", broken)
    name, token = invited()
    assert guest.post(f"/s/{token}", fields(recommend="2")).status == 303
    assert response_to(name).nps == 2
    assert not frappe.db.exists("ToDo", {"description": "RCRM half done"})
    assert frappe.db.exists("Error Log", {"method": ("like", "Survey Response: broken%")})
    frappe.db.delete("Error Log", {"method": ("like", "Survey Response: broken%")})
    keep()


def test_whatever_goes_wrong_is_a_page(guest: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    _name, token = invited()
    before = rows()
    for error, status in ((ValueError(), 500), (frappe.QueryDeadlockError(1213, "Deadlock"), 503)):

        def fail(*_args: Any, wrong: Exception = error) -> None:
            frappe.get_doc({"doctype": "ToDo", "description": "RCRM half done"}).insert(
                ignore_permissions=True
            )
            raise wrong

        monkeypatch.setattr(answers, "store", fail)
        page = guest.post(f"/s/{token}", fields(recommend="2"))
        assert page.status == status and "Please try once more" in page.text
    assert rows() == before and not frappe.db.exists("ToDo", {"description": "RCRM half done"})
