"""Who would be a member of a campaign today, and in which group. Read only; freezing writes it down, the form shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from relationship_crm import garbage
from relationship_crm.campaigns import consent, selection
from relationship_crm.campaigns.assignment import control_group
from relationship_crm.campaigns.people import Person, addresses, people
from relationship_crm.campaigns.standing import NOWHERE, Standing, standings
from relationship_crm.surveys.recipients import Key

CONTACTED, CONTROL, LEFT_OUT = "Contacted", "Control", "Left Out"


@garbage.put_off()
def of_list(target_list: Any) -> tuple[list[Person], dict[Key, Standing]]:
    """The people of a target list (its document) as they are now, and where their parties stand."""
    return listed(selection.Selection(selection.of_list(target_list)))


@garbage.put_off()
def members(campaign: Any) -> tuple[list[Person], dict[Key, Standing]]:
    """The people of a campaign's lists (its document) as they are now, and where their parties stand."""
    stages = [row.stage for row in campaign.stages]
    return listed(selection.of_campaign(campaign), campaign.name or "", stages)


def listed(
    found: selection.Selection, campaign: str = "", stages: Sequence[str] = ()
) -> tuple[list[Person], dict[Key, Standing]]:
    """The people of a selection; those outside of the stages, where some are named, have a reason."""
    standing = standings(found.parties)
    without = addresses(found.excluded) if found.excluded else ()
    persons = people(found.parties, standing, campaign, without)
    if not stages:
        return persons, standing
    return [_in_stage(person, standing.get(person.key, NOWHERE), stages) for person in persons], standing


def _in_stage(person: Person, standing: Standing, stages: Sequence[str]) -> Person:
    if person.reason or standing.stage in stages:
        return person
    return person._replace(reason=consent.OTHER_STAGE)


def arms(persons: Sequence[Person], standing: dict[Key, Standing], share: float, seed: str) -> dict[Key, str]:
    """The group of each party that has somebody to contact, drawn by party, stage by stage. The same seed, the same lot.

    `share`: the part in the control group, 0 to below 1; `seed`: hexadecimal digits.
    """
    keys = sorted({person.key for person in persons if not person.reason})
    if not keys:
        return {}
    stages = [standing.get(key, NOWHERE).stage_name for key in keys]
    left_out = control_group(stages, np.random.default_rng(int(seed, 16)), share)
    return {key: CONTROL if out else CONTACTED for key, out in zip(keys, left_out.tolist(), strict=True)}


def share_of(campaign: Any) -> float:
    """The part of a campaign's people that is left out by lot, 0 to below 1."""
    return (campaign.control_share or 0) / 100 if campaign.with_control_group else 0.0
