"""Who responds: people by the stage they stood in when they were contacted, and variants of a message against each other.

People are counted, each once in a campaign (and variant) however many messages and answers. Shares come with Wilson's
interval, the difference of two variants with Newcombe's; where that holds zero, what is said is the least difference that
groups of this size can show. Variants are compared within a wave: they were drawn by lot there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import frappe
from frappe.query_builder.functions import Coalesce
from frappe.utils import add_days

from relationship_crm.campaigns import reached
from relationship_crm.campaigns.effect import Effect, Finding, points, rate_effect
from relationship_crm.campaigns.reached import COUNTED
from relationship_crm.campaigns.sight import Sight
from relationship_crm.contracts.words import Translate, untranslated
from relationship_crm.surveys.statistics import Estimate, rate

#: Responses that want more; the others say no, or complain.
WELCOME = ("Interested", "Question", "Registered", "Attended", "Ordered")


@dataclass(frozen=True)
class Person:
    """A person whom an activity contacted: as they stood then, whether they answered, and whether as one hoped."""

    campaign: str
    activity: str
    member: str
    variant: str
    stage: str
    rung: int
    channel: str
    responded: bool
    welcome: bool


@dataclass
class Tally:
    """People contacted, of them responded."""

    contacted: int = 0
    responded: int = 0
    welcome: int = 0
    rung: int = 0

    def add(self, one: Person) -> None:
        """Count one more."""
        self.contacted += 1
        self.responded += one.responded
        self.welcome += one.welcome
        self.rung = max(self.rung, one.rung)

    @property
    def rate(self) -> Estimate:
        """Share of those contacted who responded, in per cent."""
        return rate(self.responded, self.contacted)


def people(
    campaigns: Sequence[str],
    first: date | None = None,
    last: date | None = None,
    sight: Sight | None = None,
) -> list[Person]:
    """The people whom campaigns contacted between two days, once an activity; two queries, and those for leads.

    A response counts for the touch it answers, one that names none for the person's touches of its campaign.
    """
    if not campaigns:
        return []
    by_touch, by_member = _answers(campaigns)
    t = frappe.qb.DocType("Campaign Touch")
    query = (
        frappe.qb.from_(t)
        .select(t.name, t.member, t.customer, t.party_type, t.party, t.campaign, t.activity)
        .select(t.variant, t.stage_name, t.rung, t.channel)
        .where(t.campaign.isin(list(campaigns)) & t.status.isin(COUNTED) & t.touched_on.isnotnull())
        .orderby(t.name)
    )
    if first:
        query = query.where(t.touched_on >= first)
    if last:
        query = query.where(t.touched_on < add_days(last, 1))
    rows = query.run()
    hidden = sight is not None and not sight.whole
    became = reached.customers_of({(row[3], row[4]) for row in rows if not row[2]}) if hidden else {}
    found = []
    for name, member, customer, kind, party, campaign, activity, variant, stage, rung, channel in rows:
        if hidden:
            own = reached.party_of(customer, kind, party, became)
            if own is None or not sight.sees(own):
                continue
        said = by_touch.get(name, set()) | by_member.get((campaign, member), set())
        found.append(
            Person(
                campaign,
                activity or "",
                member or name,
                variant or "",
                stage or "",
                rung or 0,
                channel or "",
                bool(said),
                any(response in WELCOME for response in said),
            )
        )
    return found


def tallies(found: Sequence[Person], *by: str) -> dict[tuple[Any, ...], Tally]:
    """Sums by attributes of a person; who was contacted in several waves counts once in each sum."""
    once: dict[tuple[Any, ...], dict[tuple[str, str], Person]] = defaultdict(dict)
    for one in found:
        own, who = once[tuple(getattr(one, name) for name in by)], (one.campaign, one.member)
        before = own.get(who)
        if before:
            one = replace(
                before, responded=before.responded or one.responded, welcome=before.welcome or one.welcome
            )
        own[who] = one
    sums: dict[tuple[Any, ...], Tally] = {}
    for key, people in once.items():
        sums[key] = Tally()
        for one in people.values():
            sums[key].add(one)
    return sums


def compared(first: Tally, second: Tally) -> Effect:
    """The share that responded to the first variant less that to the second."""
    return rate_effect(first.responded, first.contacted, second.responded, second.contacted)


def in_words(one: str, other: str, effect: Effect, translate: Translate = untranslated) -> str:
    """How two variants compare, in a sentence."""
    if effect.finding is Finding.TOO_SMALL:
        text = translate(
            "{0} and {1}: too small, only a difference of {2} percentage points or more could be seen."
        )
        return text.format(one, other, points(effect.detectable))
    if not effect.told:
        return translate("{0} and {1}: nobody to compare.").format(one, other)
    text = (
        translate("{0} brought {2} percentage points more responses than {1} (95 % interval: {3} to {4}).")
        if effect.finding is Finding.MORE
        else translate(
            "{0} brought {2} percentage points fewer responses than {1} (95 % interval: {3} to {4})."
        )
    )
    bounds = sorted((abs(effect.low), abs(effect.high)))
    return text.format(one, other, points(abs(effect.value)), *(points(bound) for bound in bounds))


def contests(found: Sequence[Person]) -> dict[tuple[str, str], Mapping[str, Tally]]:
    """Waves (campaign, activity) with more than one variant: tallies by variant."""
    waves: dict[tuple[str, str], dict[str, Tally]] = defaultdict(dict)
    for (campaign, activity, variant), tally in sorted(
        tallies(found, "campaign", "activity", "variant").items()
    ):
        if variant:
            waves[campaign, activity][variant] = tally
    return {wave: variants for wave, variants in waves.items() if len(variants) > 1}


def _answers(campaigns: Sequence[str]) -> tuple[dict[Any, set[str]], dict[Any, set[str]]]:
    """Responses by touch; those without one by campaign and member."""
    r = frappe.qb.DocType("Campaign Response")
    rows = (
        frappe.qb.from_(r)
        .select(Coalesce(r.touch, ""), Coalesce(r.member, ""), r.campaign, r.response)
        .where(r.campaign.isin(list(campaigns)))
        .orderby(r.name)
    ).run()
    by_touch: dict[Any, set[str]] = defaultdict(set)
    by_member: dict[Any, set[str]] = defaultdict(set)
    for touch, member, campaign, response in rows:
        if touch:
            by_touch[touch].add(response)
        elif member:
            by_member[campaign, member].add(response)
    return by_touch, by_member
