"""Where parties stand: stage and rung, group, territory and account manager. As members keep it on the day they are frozen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from relationship_crm.assessment.packed import read_texts
from relationship_crm.surveys.recipients import Key

#: The party's own columns: title, group, territory, account manager. A lead has no group.
COLUMNS = {
    "Customer": ("customer_name", "customer_group", "territory", "account_manager"),
    "Lead": ("title", "", "territory", "lead_owner"),
    "Prospect": ("company_name", "customer_group", "territory", "prospect_owner"),
}


@dataclass(frozen=True)
class Standing:
    """A party as it is today."""

    title: str = ""
    customer_group: str = ""
    territory: str = ""
    account_manager: str = ""
    stage: str = ""
    stage_name: str = ""
    rung: int = 0


NOWHERE = Standing()


def standings(keys: Iterable[Key]) -> dict[Key, Standing]:
    """Each party's standing. Two queries a party type."""
    found: dict[Key, Standing] = {}
    wanted: dict[str, list[str]] = {}
    for party_type, party in keys:
        wanted.setdefault(party_type, []).append(party)
    for party_type, parties in sorted(wanted.items()):
        stages = {
            party: (stage, stage_name, int(rung or 0))
            for kind, party, stage, stage_name, rung in read_texts(
                "Relationship", ("party_type", "party", "stage", "stage_name", "rung"), "party", parties
            )
            if kind == party_type
        }
        columns = COLUMNS[party_type]
        there = ("name", *(column for column in columns if column))
        for name, *values in read_texts(party_type, there, "name", parties):
            own = dict(zip(there[1:], values, strict=True))
            texts = (own.get(column) or "" for column in columns)
            found[party_type, name] = Standing(*texts, *stages.get(name, ("", "", 0)))
    return found
