"""Where parties stand: stage and rung, group, territory and account manager. As members keep it on the day they are frozen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from relationship_crm.ledger.gathered import read_texts
from relationship_crm.surveys.recipients import NOBODY, Key, Recipient, writable_email

#: The party's own columns: title, group, territory, account manager. A lead has no group.
COLUMNS = {
    "Customer": ("customer_name", "customer_group", "territory", "account_manager"),
    "Lead": ("title", "", "territory", "lead_owner"),
    "Prospect": ("company_name", "customer_group", "territory", "prospect_owner"),
}
#: A customer's own address stands in the same row, which is read once.
OF_CUSTOMERS = ("email_id", "mobile_no", "language", "customer_primary_contact")


class Standing(NamedTuple):
    """A party as it is today."""

    title: str = ""
    customer_group: str = ""
    territory: str = ""
    account_manager: str = ""
    stage: str = ""
    stage_name: str = ""
    rung: int = 0
    #: A customer's own address, and its primary contact.
    itself: Recipient = NOBODY
    primary_contact: str = ""


NOWHERE = Standing()
NO_STAGE = ("", "", 0)


def standings(keys: Iterable[Key]) -> dict[Key, Standing]:
    """Each party's standing. Two queries a party type, three where there are very many."""
    found: dict[Key, Standing] = {}
    wanted: dict[str, list[str]] = {}
    for party_type, party in keys:
        wanted.setdefault(party_type, []).append(party)
    for party_type, parties in sorted(wanted.items()):
        stages = _stages(party_type, parties)
        columns = ("name", *(column for column in COLUMNS[party_type] if column))
        if party_type == "Customer":
            rows = read_texts(party_type, (*columns, *OF_CUSTOMERS), "name", parties)
            for name, title, group, territory, manager, email, mobile, language, primary in rows:
                itself = Recipient(title, "", writable_email(email), mobile, language)
                stage = stages.get(name, NO_STAGE)
                found[party_type, name] = Standing(title, group, territory, manager, *stage, itself, primary)
            continue
        for name, title, *group, territory, manager in read_texts(party_type, columns, "name", parties):
            stage = stages.get(name, NO_STAGE)
            found[party_type, name] = Standing(title, "".join(group), territory, manager, *stage)
    return found


def _stages(party_type: str, parties: list[str]) -> dict[str, tuple[str, str, int]]:
    """Stage, its name and rung of each party that has a relationship."""
    columns = ("party_type", "party", "stage", "stage_name", "rung")
    return {
        party: (stage, stage_name, int(rung or 0))
        for kind, party, stage, stage_name, rung in read_texts("Relationship", columns, "party", parties)
        if kind == party_type
    }
