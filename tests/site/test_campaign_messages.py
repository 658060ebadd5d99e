"""Messages as they are saved: what they may say, to whom, and what cannot be changed any more."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_days, today
from waves import frozen, message, person, send, wave

from relationship_crm.campaigns.messages import Messages, fill_in, plain, unknown

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
def spring(quiet):
    return frozen()


def refused(told: str):
    return pytest.raises(frappe.ValidationError, match=told)


def test_words_that_are_filled_in():
    values = {"recipient_name": "Ada", "reward": "1 & 2"}
    assert fill_in("{{recipient_name}}: {{&nbsp;reward }}, {{ stage }}.", values) == "Ada: 1 & 2, ."
    assert fill_in("{{ reward }}", values, str.upper) == "1 & 2".upper()
    assert fill_in("{{ doc.name }} {% raw %}", values) == "{{ doc.name }} {% raw %}"
    assert unknown("{{ doc.name }} {{ reward }} {{ reward }} {{ x }}") == ["doc.name", "x"]


def test_what_is_filled_in_is_not_filled_in_again():
    assert (
        fill_in("{{ recipient_name }}", {"recipient_name": "{{ reward }}", "reward": "x"}) == "{{ reward }}"
    )


def test_a_message_as_plain_text():
    html = (
        '<div class="ql-editor read-mode"><p>One&nbsp;&amp; two</p><ul><li>three</li></ul>four<br>five</div>'
    )
    assert plain(html) == "One & two\nthree\nfour\nfive"


def test_words_nobody_knows_are_refused(spring):
    with refused(r"Row 1: <strong>\{\{ doc.owner \}\}</strong> cannot be filled in"):
        wave(spring, message("<p>{{ doc.owner }}</p>"))
    with refused(r"Row 1: <strong>\{\{ nam \}\}</strong> cannot be filled in"):
        wave(spring, message(subject="{{ nam }}"))


def test_a_message_says_something(spring):
    with refused("Row 1: the message is empty"):
        wave(spring, message("<p><br></p>"))
    assert wave(spring, message('<p><img src="/files/a.png"></p>')).name


def test_a_private_file_is_nothing_to_show(spring):
    with refused("shows a private file"):
        wave(spring, message('<p>x <img src="/private/files/a.png"></p>'))


def test_one_message_a_stage(spring):
    with refused("Row 2: there is a message for <strong>every stage</strong> already"):
        wave(spring, message(), message())
    with refused("Row 2: there is a message for <strong>Kotler-Client</strong> already"):
        wave(spring, message(stage="Kotler-Client"), message(stage="Kotler-Client", variant="B"))


def test_variants(spring):
    both = (message(stage="Kotler-Client"), message(stage="Kotler-Client", variant="b"))
    doc = wave(spring, *both, ab_test=1)
    assert [row.variant for row in doc.messages] == ["A", "B"]
    with refused("variant <strong>B</strong> already"):
        wave(spring, *both, message(stage="Kotler-Client", variant="B"), ab_test=1)
    with refused("one variant only; there is nothing to test"):
        wave(spring, *both, message(), ab_test=1)
    with refused("are all 0"):
        wave(spring, message(share=0), message(share=0, variant="B"), ab_test=1)


def test_a_stage_has_its_own_message_or_that_of_all(spring):
    doc = wave(spring, message("<p>own</p>", stage="Kotler-Client"), message("<p>all</p>"))
    messages = Messages(doc)
    assert (
        "own" in messages.choose("Client", "x").message and "all" in messages.choose("Advocate", "x").message
    )
    assert messages.stages_without(["Client", "", "Advocate", None]) == []
    assert Messages(wave(spring, message(stage="Kotler-Client"))).stages_without(
        ["Client", "", "Advocate"]
    ) == [
        "",
        "Advocate",
    ]


def test_what_was_started_stays_as_it_is(spring):
    person(spring, "Ada")
    doc = wave(spring)
    send(doc)
    doc.db_set("status", "Running")
    doc.reload()
    doc.title = "Another title"
    doc.save()
    doc.messages[0].subject = "Another subject"
    with refused("cannot be changed any more"):
        doc.save()
    doc.reload()
    doc.audience = "Those Who Responded"
    with refused("cannot be changed any more"):
        doc.save()


def test_dates_of_the_campaign(spring):
    with refused("lies after the campaign <strong>RCRM Spring</strong>"):
        wave(spring, send_on=add_days(today(), 21))
    with refused("lies before the campaign <strong>RCRM Spring</strong>"):
        wave(spring, send_on=add_days(today(), -11))


def test_another_activity_is_of_the_same_campaign(spring):
    other = wave(frozen("RCRM Autumn"))
    with refused("belongs to another campaign"):
        wave(spring, audience="Those Who Responded", after_activity=other.name)
    # it is not asked for where everybody is meant
    assert not wave(spring, after_activity=other.name).after_activity


def test_hours_and_events(spring):
    with refused("are the same"):
        wave(spring, in_window=1, send_from="09:00:00", send_until="09:00:00")
    # Frappe fills empty times with the time of day
    assert (wave(spring).send_from, wave(spring).send_until) == (None, None)
    with refused("The event ends before it begins"):
        wave(spring, channel="Event", event_on="2027-03-04 18:00:00", event_until="2027-03-04 17:00:00")
