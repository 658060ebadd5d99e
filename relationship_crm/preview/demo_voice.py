"""What the demo company's customers say when they are asked, and what they do for it unasked."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from relationship_crm.config.surveys.plan import PLANS
from relationship_crm.preview.demo_profiles import PROFILES
from relationship_crm.surveys.scales import BOUNDS, is_scaled, value_of

if TYPE_CHECKING:
    from relationship_crm.preview.demo import Demo


@dataclass(frozen=True)
class Voice:
    """How customers of one kind talk: 0..1."""

    opinion: float  # what they think, 1 = nothing could be better
    answers: float  # share of surveys answered
    praise: float = 0.0  # share of their messages that praise
    blame: float = 0.0  # … that complain
    testimonial: float = 0.0  # share of good answers with praise that may be shown
    ideas: float = 0.0  # mean number in three years


VOICES = {
    "champion": Voice(0.93, 0.62, praise=0.10, testimonial=0.12, ideas=0.7),
    "loyal": Voice(0.85, 0.48, praise=0.05, testimonial=0.03, ideas=0.12),
    "regular": Voice(0.74, 0.33, praise=0.02, blame=0.01, ideas=0.02),
    "slipping": Voice(0.80, 0.40, praise=0.03, blame=0.02),
    "neglected": Voice(0.36, 0.25, blame=0.22),
    "lost": Voice(0.48, 0.24, blame=0.10),
    "one_off": Voice(0.66, 0.22),
    "newcomer": Voice(0.80, 0.45, praise=0.04),
    "complaining": Voice(0.34, 0.50, blame=0.20),
    "slow_payer": Voice(0.70, 0.28, blame=0.02),
}
#: Some are too polite to say what they think, some never content; the report on what they say and do finds them.
POLITE, POLITE_BY, GRUMBLING, GRUMBLING_BY = 0.25, 0.60, 0.06, 0.45
#: Days in which nobody is asked twice.
REST = 90
#: Between a delivery and the answer, in days.
LATER = (3, 9)
#: The ready surveys' questions with a scale: kind and dimension.
ITEMS = {
    plan.name: tuple((item.kind, item.dimension) for item in plan.items if is_scaled(item.kind))
    for plan in PLANS
}
AFTER_DELIVERY, EFFORT, ONCE_A_YEAR = "NPS After Delivery", "Customer Effort", "Relationship Quality"
#: Share of those asked after a delivery who are asked for their effort instead.
EFFORT_SHARE = 0.2
#: How far answers stray from the opinion.
SPREAD = 0.13


def speak(demo: Demo, customers: list[dict[str, Any]], seed: int) -> None:
    """Surveys, marked messages, testimonials, ideas, referrals. By dice of its own, so that nothing else falls otherwise."""
    demo.book.open("Survey Response", "Survey Answer", "Customer Referral", "Customer Idea")
    dice = random.Random(f"voice {seed}")
    by_name = {customer["name"]: customer for customer in customers}
    delivered: dict[str, list[date]] = {}
    for note in demo.book.rows.get("Delivery Note", ()):
        delivered.setdefault(note["customer"], []).append(note["posting_date"])
    for customer in customers:
        _surveys(demo, dice, customer, sorted(delivered.get(customer["name"], ())))
        _ideas(demo, dice, customer)
    _tones(demo, dice, by_name)
    _referrals(demo, dice, customers)


def _voice(demo: Demo, customer: dict[str, Any], day: date) -> Voice:
    from relationship_crm.preview.demo import behaviour

    changed = behaviour(demo, customer, day) is not PROFILES[customer["kind"]]
    return VOICES[PROFILES[customer["kind"]].later if changed else customer["kind"]]


def _surveys(demo: Demo, dice: random.Random, customer: dict[str, Any], deliveries: list[date]) -> None:
    """A short survey after a delivery, a long one once a year, never twice within the rest period."""
    badly_served = customer["kind"] in ("complaining", "lost")
    bias = POLITE_BY if badly_served and dice.random() < POLITE else 0.0
    if not badly_served and dice.random() < GRUMBLING:
        bias = -GRUMBLING_BY
    asked: date | None = None
    yearly = customer["began"] + timedelta(days=dice.randint(120, 360))
    for day in deliveries:
        if asked and (day - asked).days < REST:
            continue
        asked = day
        voice = _voice(demo, customer, day)
        answered = day + timedelta(days=dice.randint(*LATER))
        if dice.random() > voice.answers or not demo.past(answered):
            continue
        if day >= yearly:
            yearly = day + timedelta(days=365)
            survey = ONCE_A_YEAR
        else:
            survey = EFFORT if dice.random() < EFFORT_SHARE else AFTER_DELIVERY
        respond(demo, dice, customer, answered, ITEMS[survey], voice, bias)


def respond(
    demo: Demo,
    dice: random.Random,
    customer: dict[str, Any],
    day: date,
    items: tuple[tuple[str, str], ...],
    voice: Voice,
    bias: float,
) -> None:
    """One response with its answers, perhaps with praise that may be shown."""
    name, at = demo.name("RESP", day), datetime.combine(day, time(dice.randint(7, 20), dice.randint(0, 59)))
    response = demo.book.add(
        "Survey Response", name=name, party_type="Customer", party=customer["name"], customer=customer["name"],
        answered_on=at, creation=at, modified=at, anonymous=0, testimonial_consent=0,
    )  # fmt: skip
    felt = dice.gauss(voice.opinion + bias, SPREAD / 2)
    values = []
    for i, (kind, dimension) in enumerate(items):
        bounds = BOUNDS[kind]
        share = min(max(dice.gauss(felt, SPREAD), 0.0), 1.0)
        score = bounds.low + round(share * (bounds.high - bounds.low))
        values.append(value_of(kind, score))
        demo.book.add(
            "Survey Answer", name=f"{name}-{i + 1}", parent=name, parenttype="Survey Response", idx=i + 1, kind=kind,
            dimension=dimension, answered=1, value=values[-1], creation=at,
        )  # fmt: skip
    if min(values) >= 0.75 and dice.random() < voice.testimonial:
        response.update(testimonial_consent=1, testimonial_consent_on=at)


def _ideas(demo: Demo, dice: random.Random, customer: dict[str, Any]) -> None:
    mean = VOICES[customer["kind"]].ideas
    for _ in range(int(mean) + (dice.random() < mean % 1)):
        life = (min(customer["ended"], demo.as_of) - customer["began"]).days
        if life < 60:
            return
        day = customer["began"] + timedelta(days=dice.randint(30, life))
        row = demo.book.add(
            "Customer Idea", name=demo.name("IDEA", day), customer=customer["name"], submitted_on=day, status="New",
            creation=day, modified=day,
        )  # fmt: skip
        realised = day + timedelta(days=dice.randint(60, 200))
        if dice.random() < 0.45 and demo.past(realised):
            row.update(status="Realised", realised_on=realised)


def _tones(demo: Demo, dice: random.Random, customers: dict[str, dict[str, Any]]) -> None:
    """What their readers marked as praise or displeasure."""
    for message in demo.book.rows.get("Communication", ()):
        customer = customers.get(message["reference_name"])
        if customer is None or message["sent_or_received"] != "Received":
            continue
        at = message["communication_date"]
        voice, cast = _voice(demo, customer, at.date()), dice.random()
        if cast >= voice.praise + voice.blame:
            continue
        message.update(
            relationship_tone="Praise" if cast < voice.praise else "Displeasure",
            relationship_tone_about="Employee" if dice.random() < 0.4 else "Company",
            relationship_tone_on=at + timedelta(minutes=dice.randint(5, 300)),
        )


def _referrals(demo: Demo, dice: random.Random, customers: list[dict[str, Any]]) -> None:
    """Records of the referrals that customers name, and of some that led to nothing yet."""
    for customer in customers:
        if by := customer.get("relationship_referred_by"):
            day = customer["began"] - timedelta(days=dice.randint(5, 30))
            _refer(demo, by, day, referred_customer=customer["name"])
    leads = [lead["name"] for lead in demo.book.rows.get("Lead", ())]
    champions = [customer for customer in customers if customer["kind"] == "champion"]
    for lead, champion in zip(dice.sample(leads, min(6, len(leads))), champions, strict=False):
        _refer(demo, champion["name"], demo.day(dice.uniform(20, 400)), referred_lead=lead)


def _refer(demo: Demo, referrer: str, day: date, **referred: str) -> None:
    demo.book.add(
        "Customer Referral", name=demo.name("CREF", day), referrer=referrer, referral_date=day, creation=day, modified=day,
        **referred,
    )  # fmt: skip
