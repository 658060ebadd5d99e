"""What the demo company and its customers say to each other: mails, meetings, quotations."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from relationship_crm.preview.demo_profiles import PROFILES

if TYPE_CHECKING:
    from relationship_crm.preview.demo import Demo

MONTH = 30.44


def contacts(demo: Demo, party_type: str, party: dict[str, Any], start: date, end: date) -> None:
    """Mails and meetings between two days."""
    from relationship_crm.preview.demo import behaviour, person_on

    day = start + timedelta(days=demo.chance.randint(1, 20))
    while day <= end:
        now = behaviour(demo, party, day) if party["kind"] else None
        person = person_on(party, demo, day)
        rate = now.contacts if now else 0.8
        mail(demo, party_type, party["name"], person, day, now.answers if now else party["warmth"] - 0.3)
        if now and demo.happens(now.meetings / rate):
            meet(
                demo,
                party_type,
                party["name"],
                person,
                day + timedelta(days=3),
                kept=now is PROFILES[party["kind"]],
            )
        day += timedelta(days=max(1, round(demo.chance.expovariate(rate / MONTH))))


def mail(demo: Demo, party_type: str, party: str, person: str, day: date, answers: float) -> None:
    """A mail to a party, perhaps answered."""
    sent = datetime.combine(day, time(demo.chance.randint(8, 16)))
    _communication(demo, party_type, party, person, sent, "Sent")
    if demo.happens(answers):
        reply = sent + timedelta(hours=demo.chance.randint(1, 40))
    elif demo.happens(answers):
        reply = sent + timedelta(days=demo.chance.randint(3, 9))
    else:
        return
    if demo.past(reply.date()):
        _communication(demo, party_type, party, person, reply, "Received")


def _communication(
    demo: Demo, party_type: str, party: str, person: str, at: datetime, direction: str
) -> None:
    name = demo.name("COM", at.date())
    user = person.lower().replace(" ", ".") + "@brightwater.example"
    demo.book.add(
        "Communication", name=name, communication_date=at, sent_or_received=direction, reference_doctype=party_type,
        reference_name=party, user=user, sender=user if direction == "Sent" else "", creation=at, modified=at, owner=user,
    )  # fmt: skip
    demo.book.add(
        "Communication Link", name=f"{name}-1", parent=name, idx=1, link_doctype=party_type, link_name=party,
        communication_date=at, creation=at,
    )  # fmt: skip


def meet(demo: Demo, party_type: str, party: str, person: str, day: date, kept: bool) -> None:
    """A meeting that took place, or did not."""
    if not demo.past(day):
        return
    name, at = demo.name("EV", day), datetime.combine(day, time(10))
    kept = demo.happens(0.94 if kept else 0.3)
    demo.book.add(
        "Event", name=name, starts_on=at, status="Closed", event_category="Meeting", creation=at, modified=at
    )
    demo.book.add(
        "Event Participants", name=f"{name}-1", parent=name, idx=1, reference_doctype=party_type, reference_docname=party,
        attending="Yes" if kept else "No", creation=at,
    )  # fmt: skip


def quotation(demo: Demo, party_type: str, party: str, day: date) -> str | None:
    """An offer; whether it is ordered is up to the order that names it."""
    if not demo.past(day):
        return None
    name = demo.name("SAL-QTN", day)
    demo.book.add(
        "Quotation", name=name, quotation_to=party_type, party_name=party, transaction_date=day,
        valid_till=day + timedelta(days=30), status="Open", creation=day, modified=day,
    )  # fmt: skip
    return name
