"""What the forms show of a list before it is used: how many, by stage, who is left out and why, a sample, and what the size can see."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import frappe
from frappe import _
from frappe.utils import date_diff

from relationship_crm.campaigns import consent, criteria, listing
from relationship_crm.campaigns.criteria.purchases import buyers_since
from relationship_crm.campaigns.people import Person
from relationship_crm.campaigns.sample_size import detectable_rate, for_rates
from relationship_crm.campaigns.standing import NOWHERE, Standing
from relationship_crm.surveys.recipients import Key

SAMPLE = 20
#: The rise that the sample-size helper speaks of: a fifth more buyers.
LIFT = 0.2
#: The lot shown before it is drawn; the one that counts has a seed of its own.
ANY_SEED = "0"


def of_list(target_list: Any) -> dict[str, Any]:
    """What a target list (its document) holds today, and its rules in words."""
    persons, standing = listing.of_list(target_list)
    return {
        **_counted(persons, standing),
        "parties": len(standing),
        "rules": rules_in_words(target_list),
    }


def of_campaign(campaign: Any) -> dict[str, Any]:
    """What the lists of a campaign (its document) hold together today, with the groups as a lot might draw them."""
    persons, standing = listing.members(campaign)
    arms = listing.arms(persons, standing, listing.share_of(campaign), ANY_SEED)
    groups = Counter(arms[person.key] for person in persons if not person.reason)
    parties = Counter(arms.values())
    return {
        **_counted(persons, standing),
        "parties": len(standing),
        "contacted": groups[listing.CONTACTED],
        "control": groups[listing.CONTROL],
        "size": size(campaign, arms, parties[listing.CONTACTED], parties[listing.CONTROL]),
    }


def size(
    campaign: Any, parties: Sequence[Key] | dict[Key, str], contacted: int, control: int
) -> dict[str, Any] | None:
    """What groups of this size can see, by the share of these parties that bought in as many days before; None without a
    control group.

    `base` and `least` are shares; `least` is the least rise that would be noticed, None where none would.
    """
    share = listing.share_of(campaign)
    if not share or not parties:
        return None
    days = max(date_diff(campaign.end_date, campaign.start_date), 0) + 1 + (campaign.outcome_days or 0)
    bought = buyers_since(days, campaign.company)
    base = sum(party in bought.get(kind, ()) for kind, party in parties) / len(parties)
    least = detectable_rate(base, contacted, control)
    wanted = for_rates(base, LIFT, share) if base > 0 and base * (1 + LIFT) <= 1 else None
    return {
        "base": base,
        "days": days,
        "contacted": contacted,
        "control": control,
        "least": None if math.isinf(least) else least,
        "lift": LIFT,
        "wanted": wanted.total if wanted else None,
        "saying": _saying(base, days, least, contacted + control, wanted.total if wanted else 0),
    }


def _saying(base: float, days: int, least: float, there: int, wanted: int) -> str:
    parts = [_("{0} % of them bought in the last {1} days.").format(_percent(base), days)]
    if math.isinf(least):
        parts.append(_("Too small: groups of this size can see no change."))
    else:
        text = _("Groups of this size can only see a change of {0} percentage points or more.")
        parts.append(text.format(_percent(least)))
    if wanted > there:
        text = _("To see a fifth more buyers it takes {0} parties; there are {1}.")
        parts.append(text.format(wanted, there))
    return " ".join(parts)


def _percent(share: float) -> str:
    return frappe.format(round(100 * share, 1), {"fieldtype": "Float", "precision": 1})


def rules_in_words(target_list: Any) -> list[dict[str, Any]]:
    """Rules as sentences in the reader's language: effect, number, words."""
    return [
        {
            "effect": rule.effect,
            "alternative": rule.alternative or 0,
            "sentence": criteria.sentence(rule, target_list.company or ""),
        }
        for rule in target_list.rules
    ]


def _counted(persons: Sequence[Person], standing: dict[Key, Standing]) -> dict[str, Any]:
    """People and why some are left out, stages, and the first ones by name."""
    words = consent.reasons()
    open_to = [person for person in persons if not person.reason]
    left_out = Counter(words.get(person.reason, person.reason) for person in persons if person.reason)
    stages = Counter(
        (standing.get(person.key, NOWHERE).rung, standing.get(person.key, NOWHERE).stage_name)
        for person in open_to
    )
    return {
        "people": len(open_to),
        "with_email": sum(bool(person.recipient.email) for person in open_to),
        "left_out": left_out.most_common(),
        "stages": [
            {"stage": _(name) if name else _("No stage yet"), "people": number}
            for (_rung, name), number in sorted(stages.items())
        ],
        "sample": [_shown(person, standing.get(person.key, NOWHERE)) for person in open_to[:SAMPLE]],
    }


def _shown(person: Person, standing: Standing) -> dict[str, str]:
    kind, party = person.key
    return {
        "party_type": kind,
        "party": party,
        "title": standing.title or party,
        "name": person.recipient.name,
        "address": person.recipient.email or person.recipient.mobile_no,
        "stage": _(standing.stage_name) if standing.stage_name else "",
    }


def of_members(campaign: str) -> list[dict[str, Any]]:
    """Members of a frozen campaign that the user may read: how many of each stage in each group, and why left out."""
    rows = frappe.get_list(
        "Campaign Member",
        {"campaign": campaign},
        ["arm", "stage_name", "rung", "left_out_reason"],
        order_by="rung asc, stage_name asc",
    )
    counts = Counter((row.rung, row.stage_name or "", row.arm, row.left_out_reason or "") for row in rows)
    words = consent.reasons()
    return [
        {
            "stage": _(stage) if stage else _("No stage yet"),
            "stage_name": stage,
            "arm": arm,
            "reason": words.get(reason, reason),
            "people": number,
        }
        for (_rung, stage, arm, reason), number in sorted(counts.items())
    ]
