"""How a call ends: touch, note, response, the next call, a refusal; and taking it back."""

from __future__ import annotations

import calling
import frappe
import pytest
import waves
from asking import settings
from calling import ANNA, BORIS
from frappe.utils import add_days, getdate, now_datetime, today
from waves import quiet  # noqa: F401

from relationship_crm.campaigns import calls, dialling, outcomes, rest

pytestmark = pytest.mark.usefixtures("quiet")
OUTCOMES = {
    "RCRM Yes": {"reached": 1, "response": "Interested", "closes": 1},
    "RCRM No": {"reached": 1, "response": "Not Interested", "closes": 1},
    "RCRM Again": {"reached": 1, "closes": 0, "next_days": 3},
    "RCRM Nobody": {"reached": 0, "closes": 0, "next_days": 1},
    "RCRM Wrong": {"reached": 0, "closes": 1},
    "RCRM Never": {"reached": 1, "response": "Not Interested", "no_campaigns": 1},
}


@pytest.fixture
def call():
    """An open call of Ada's, given to Anna: the activity and the touch's name."""
    for outcome, values in OUTCOMES.items():
        frappe.get_doc({"doctype": "Campaign Call Outcome", "outcome": outcome, **values}).insert()
    for name in (ANNA, BORIS):
        calling.caller(name)
    spring = waves.frozen()
    calling.somebody(spring, "Ada")
    doc = calling.given_out(spring, ANNA, most_attempts=3)
    return doc, calling.touch(doc, "Ada").name


def responses(**filters):
    fields = ["response", "source", "party", "note", "activity", "responded_on"]
    return frappe.get_all("Campaign Response", filters, fields, order_by="response")


def notes(party):
    return frappe.get_all(
        "Communication",
        {"reference_doctype": "Customer", "reference_name": party, "communication_medium": "Phone"},
        ["name", "content", "sender", "sent_or_received"],
        order_by="creation",
    )


def known(row):
    return rest.known(rest.addresses_of(row))


def test_who_was_reached_is_a_touch_with_response_note_and_rest(call):
    doc, name = call
    frappe.set_user(ANNA)
    result = outcomes.record(name, "RCRM Yes", "Wants an offer & soon")
    row = calling.touch(doc, "Ada")
    assert (row.status, row.attempts, row.outcome, row.next_contact_on) == ("Reached", 1, "RCRM Yes", None)
    assert getdate(row.touched_on) == getdate() and row.note == "Wants an offer & soon"
    [response] = responses()
    assert (response.response, response.source, response.party) == ("Interested", "Call", "RCRM Ada")
    assert (response.note, response.activity) == ("Wants an offer & soon", doc.name)
    assert len(result.responses) == 1
    [note] = notes("RCRM Ada")
    assert note.content == "<p>Call: RCRM Yes</p><p>Wants an offer &amp; soon</p>"
    assert (note.sender, note.sent_or_received) == (ANNA, "Sent")
    contacted = known(row)[rest.address_used(row)].last_contacted_on
    assert contacted and contacted.date() == getdate()
    assert calls.load([ANNA]) == {ANNA: 0}


def test_a_note_is_no_markup(call):
    doc, name = call
    outcomes.record(name, "RCRM Yes", '"<script>alert(1)</script>"')
    kept = [calling.touch(doc, "Ada").note, responses()[0].note, notes("RCRM Ada")[0].content]
    assert all("<script" not in text and "alert(1)" in text for text in kept)


def test_a_call_that_is_done_with_is_not_made_twice(call):
    _doc, name = call
    outcomes.record(name, "RCRM Yes")
    with pytest.raises(frappe.ValidationError, match="done with"):
        outcomes.record(name, "RCRM No")
    assert [row.response for row in responses()] == ["Interested"]


def test_nobody_answers_three_times(call):
    doc, name = call
    for attempt, status in ((1, "Waiting"), (2, "Waiting"), (3, "Not Reached")):
        result = outcomes.record(name, "RCRM Nobody")
        row = calling.touch(doc, "Ada")
        assert (row.attempts, row.status, result.status) == (attempt, status, status)
        assert bool(row.next_contact_on) == (attempt < 3)
        if attempt < 3:
            assert row.next_contact_on == dialling.in_working_days(row.last_attempt_on, 1, doc.company)
    assert row.touched_on is None and not responses() and len(notes("RCRM Ada")) == 3
    # an attempt is no contact: others may write to Ada
    assert {one.last_contacted_on for one in known(row).values()} == {None}


def test_a_wrong_number_ends_the_calls_at_once(call):
    doc, name = call
    outcomes.record(name, "RCRM Wrong")
    row = calling.touch(doc, "Ada")
    assert (row.status, row.next_contact_on, row.touched_on) == ("Not Reached", None, None)


def test_a_call_back_is_a_touch_and_stays_open(call):
    doc, name = call
    outcomes.record(name, "RCRM Again")
    row = calling.touch(doc, "Ada")
    assert (row.status, bool(row.touched_on)) == ("Reached", True)
    assert row.next_contact_on == dialling.in_working_days(row.last_attempt_on, 3, doc.company)
    assert calls.load([ANNA]) == {ANNA: 1}
    # nobody answers afterwards: the touch of the first talk stays
    touched = row.touched_on
    for _attempt in range(2):
        outcomes.record(name, "RCRM Nobody")
    row = calling.touch(doc, "Ada")
    assert (row.status, row.touched_on, row.next_contact_on) == ("Reached", touched, None)


def test_the_day_agreed_on_counts(call):
    doc, name = call
    outcomes.record(name, "RCRM Again", next_on=calling.later(20))
    assert str(calling.touch(doc, "Ada").next_contact_on) == calling.later(20)
    with pytest.raises(frappe.ValidationError, match="future"):
        outcomes.record(name, "RCRM Again", next_on=calling.later(-1))


def test_there_is_no_next_call_after_the_activitys_days(call):
    doc, name = call
    frappe.db.set_value("Campaign Activity", doc.name, "call_until", add_days(today(), 5))
    outcomes.record(name, "RCRM Nobody", next_on=calling.later(6))
    assert waves.statuses(doc) == {"Ada": f"Not Reached: {dialling.TOO_LATE}"}


def test_the_last_word_counts(call):
    _doc, name = call
    frappe.db.set_value("Campaign Call Outcome", "RCRM Yes", {"closes": 0, "next_days": 1})
    frappe.clear_document_cache("Campaign Call Outcome", "RCRM Yes")
    outcomes.record(name, "RCRM Yes")
    outcomes.record(name, "RCRM No")
    assert [row.response for row in responses()] == ["Not Interested"]


def test_who_wants_no_campaigns_gets_none_and_others_do(call):
    doc, name = call
    spring, autumn = doc.campaign, waves.frozen("RCRM Autumn")
    ada = frappe.db.get_value("Campaign Touch", name, ["contact", "email", "mobile_no"], as_dict=True)
    for of, wave_of in ((autumn, "Ada"), (autumn, "Bea")):
        party = "RCRM Ada" if wave_of == "Ada" else calling.somebody(of, wave_of)
        if wave_of == "Ada":
            waves.member(of, party, recipient_name="Ada", person_key=ada.email, **ada)
    other = calling.given_out(autumn, ANNA)
    outcomes.record(name, "RCRM Never")
    row = calling.touch(doc, "Ada")
    assert (row.status, row.next_contact_on) == ("Reached", None)
    assert frappe.db.get_value("Survey Recipient", {"address": "ada@example.com"}, "no_campaigns") == 1
    assert frappe.db.get_value("Contact", row.contact, "relationship_marketing_consent") == "Refused"
    unsubscribed = {"email": "ada@example.com", "reference_name": spring}
    assert frappe.db.exists("Email Unsubscribe", unsubscribed)
    assert waves.statuses(other) == {"Ada": "Withdrawn: Does not want campaigns", "Bea": "Waiting"}
    # said by mistake
    outcomes.correct(name)
    assert frappe.db.get_value("Survey Recipient", {"address": "ada@example.com"}, "no_campaigns") == 0
    assert not frappe.db.get_value("Contact", row.contact, "relationship_marketing_consent")
    assert not frappe.db.exists("Email Unsubscribe", unsubscribed)
    assert waves.statuses(other) == {"Ada": "Waiting", "Bea": "Waiting"}
    assert dialling.open_call(calling.touch(other, "Ada").name) == ""


# taking back


def test_a_corrected_outcome_leaves_nothing_behind(call):
    doc, name = call
    before = calling.touch(doc, "Ada")
    outcomes.record(name, "RCRM Yes", "wrong button")
    outcomes.correct(name)
    row = calling.touch(doc, "Ada")
    changed = {column for column in row if row[column] != before[column]}
    assert changed <= {"modified", "modified_by"}
    assert not responses() and not notes("RCRM Ada")
    assert {one.last_contacted_on for one in known(row).values()} == {None}
    with pytest.raises(frappe.ValidationError, match="no outcome to correct"):
        outcomes.correct(name)


def test_only_the_last_outcome_is_taken_back(call):
    doc, name = call
    frappe.db.set_value("Campaign Call Outcome", "RCRM Yes", {"closes": 0, "next_days": 1})
    frappe.clear_document_cache("Campaign Call Outcome", "RCRM Yes")
    outcomes.record(name, "RCRM Yes", "first")
    first = calling.touch(doc, "Ada")
    outcomes.record(name, "RCRM No", "second")
    outcomes.correct(name)
    row = calling.touch(doc, "Ada")
    assert (row.outcome, row.note, row.attempts) == ("RCRM Yes", "first", 1)
    assert row.next_contact_on == first.next_contact_on and len(notes("RCRM Ada")) == 1
    assert [(r.response, r.note) for r in responses()] == [("Interested", "first")]


def test_what_was_sent_meanwhile_is_not_forgotten(call):
    doc, name = call
    outcomes.record(name, "RCRM Yes")
    address = rest.address_used(calling.touch(doc, "Ada"))
    sent = frappe.utils.add_to_date(now_datetime(), minutes=5)
    rest.contacted(address, sent)
    outcomes.correct(name)
    assert rest.known([address])[address].last_contacted_on == sent


def test_others_outcomes_are_corrected_by_managers(call):
    _doc, name = call
    frappe.set_user(ANNA)
    outcomes.record(name, "RCRM Yes")
    frappe.set_user(BORIS)
    with pytest.raises(frappe.PermissionError, match="or a manager"):
        outcomes.correct(name)
    frappe.set_user("Administrator")
    outcomes.correct(name)


# consent and rest


def test_without_a_check_somebody_who_opted_out_is_left_out(call):
    doc, name = call
    row = calling.touch(doc, "Ada")
    frappe.db.set_value("Contact", row.contact, "relationship_marketing_consent", "Refused")
    result = outcomes.record(name, "RCRM Yes")
    assert (result.status, result.reason) == ("Left Out", "Does not want campaigns")
    row = calling.touch(doc, "Ada")
    assert (row.status, row.touched_on, row.attempts) == ("Left Out", None, 0)
    assert not responses()


def test_opted_out_while_on_the_phone_what_was_said_is_kept_and_nobody_calls_again(call):
    doc, name = call
    assert dialling.open_call(name) == ""
    row = calling.touch(doc, "Ada")
    frappe.db.set_value("Contact", row.contact, "relationship_marketing_consent", "Refused")
    outcomes.record(name, "RCRM Again")
    assert bool(calling.touch(doc, "Ada").touched_on)
    assert dialling.open_call(name) == "Does not want campaigns"


def test_opted_out_while_nobody_answered_is_left_out(call):
    doc, name = call
    assert dialling.open_call(name) == ""
    frappe.db.set_value("Contact", calling.touch(doc, "Ada").contact, "unsubscribed", 1)
    assert outcomes.record(name, "RCRM Nobody").status == "Left Out"


def test_who_rests_is_not_called(call):
    doc, name = call
    settings(contact_rest_days=10)
    waves.contacted(["ada@example.com"], days_ago=3)
    with pytest.raises(frappe.ValidationError, match="may be called from"):
        outcomes.record(name, "RCRM Yes")
    waves.contacted(["ada@example.com"], days_ago=10)
    assert outcomes.record(name, "RCRM Yes").status == "Reached"
    assert calling.touch(doc, "Ada").touched_on


# the outcomes themselves


@pytest.mark.parametrize(
    "values", [{"reached": 0, "response": "Interested"}, {"reached": 0, "no_campaigns": 1}]
)
def test_outcomes_that_make_no_sense_are_refused(values):
    with pytest.raises(frappe.ValidationError):
        frappe.get_doc({"doctype": "Campaign Call Outcome", "outcome": "RCRM Odd", **values}).insert()


def test_an_outcome_that_is_not_in_use_is_refused(call):
    _doc, name = call
    frappe.db.set_value("Campaign Call Outcome", "RCRM Yes", "disabled", 1)
    frappe.clear_document_cache("Campaign Call Outcome", "RCRM Yes")
    with pytest.raises(frappe.ValidationError, match="not in use"):
        outcomes.record(name, "RCRM Yes")


def test_outcomes_ship_with_the_app_and_do_not_come_back():
    from relationship_crm import defaults
    from relationship_crm.config.campaigns import CALL_OUTCOMES

    frappe.db.delete("Campaign Call Outcome")
    defaults.insert_missing()
    there = frappe.get_all("Campaign Call Outcome", pluck="name", order_by="name")
    assert there == sorted(outcome.outcome for outcome in CALL_OUTCOMES)
    frappe.delete_doc("Campaign Call Outcome", "Complaint")
    defaults.insert_missing()
    assert not frappe.db.exists("Campaign Call Outcome", "Complaint")
