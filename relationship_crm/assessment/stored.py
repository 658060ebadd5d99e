"""What the site has stored about relationships so far, matched to the parties of a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from pypika.terms import Case

from relationship_crm.assessment.bulk import read_rows
from relationship_crm.assessment.parties import Parties


@dataclass
class Stored:
    """The stored state of one relationship; a new one has a name already, but no row."""

    name: str
    is_new: bool = False
    rung: int = 0
    stage_name: str | None = None
    stage_model: str | None = None
    stage_since: date | None = None
    previous_stage_name: str | None = None
    direction: str | None = None
    override: str | None = None
    history_digest: str | None = None
    state_digest: str | None = None
    state_changed: bool = True
    history_changed: bool = True


@dataclass(frozen=True)
class ActiveOverride:
    """A stage somebody answers for, while it is in force."""

    name: str
    stage: str


#: From the furthest party back.
LINKS = (("Customer", "customer"), ("Prospect", "prospect"), ("Lead", "lead"))
STATE = (
    *("name", "rung", "stage_name", "stage_model", "stage_since", "previous_stage_name"),
    *("direction", "override", "history_digest", "state_digest"),
)


def stored_relationships(parties: Parties, places: Iterable[int]) -> list[Stored]:
    """The stored relationship of each place; a party's earlier row (as a lead) becomes the row of what it is now.

    Where a lead and the customer it became both have a row, the customer's stays and takes over the lead's history.
    """
    places = list(places)
    names: dict[str, dict[str, int]] = {field: {} for _kind, field in LINKS}
    for i in places:
        kind, party = parties.keys[i]
        names[kind.lower()][party] = i
        if parties.lead[i]:
            names["lead"].setdefault(parties.lead[i], i)
        if parties.prospect[i]:
            names["prospect"].setdefault(parties.prospect[i], i)
    found: dict[int, list[dict[str, Any]]] = {}
    seen: set[str] = set()
    for _kind, field in LINKS:
        if not names[field]:
            continue
        folded = {name.casefold(): i for name, i in names[field].items()}
        for *state, link in read_rows("Relationship", (*STATE, field), field, names[field]):
            if state[0] not in seen:
                seen.add(state[0])
                found.setdefault(folded[link.casefold()], []).append(dict(zip(STATE, state, strict=True)))
    result = []
    for i in places:
        rows = found.get(i, [])
        if not rows:
            result.append(Stored(frappe.generate_hash(length=10), is_new=True))
            continue
        for other in rows[1:]:
            fold_into(rows[0]["name"], other["name"])
        result.append(Stored(**rows[0]))
    return result


def fold_into(kept: str, gone: str) -> None:
    """Give a relationship's history to another and remove it."""
    for doctype in ("Relationship Assessment", "Relationship Stage Change", "Relationship Override"):
        table = frappe.qb.DocType(doctype)
        frappe.qb.update(table).set(table.relationship, kept).where(table.relationship == gone).run()
    remove_rows([gone])


def remove_rows(names: Sequence[str]) -> None:
    """Remove relationships' own rows (not their history)."""
    for doctype, field in (("Relationship Company Fact", "parent"), ("Relationship", "name")):
        table = frappe.qb.DocType(doctype)
        frappe.qb.from_(table).delete().where(table[field].isin(list(names))).run()


def remove_history(names: Sequence[str]) -> None:
    """Remove what was stored about relationships over time."""
    change = frappe.qb.DocType("Relationship Stage Change")
    reason = frappe.qb.DocType("Relationship Stage Change Reason")
    changes = [
        row[0]
        for row in frappe.qb.from_(change)
        .select(change.name)
        .where(change.relationship.isin(list(names)))
        .run()
    ]
    if changes:
        frappe.qb.from_(reason).delete().where(reason.parent.isin(changes)).run()
    for doctype in ("Relationship Assessment", "Relationship Stage Change", "Relationship Override"):
        table = frappe.qb.DocType(doctype)
        frappe.qb.from_(table).delete().where(table.relationship.isin(list(names))).run()


def active_overrides(names: Sequence[str], as_of: date) -> dict[str, ActiveOverride]:
    """Stage overrides in force on a day by relationship."""
    override = frappe.qb.DocType("Relationship Override")
    rows = (
        frappe.qb.from_(override)
        .select(override.relationship, override.name, override.stage)
        .where(
            override.relationship.isin(list(names))
            & (override.kind == "Stage")
            & (override.revoked == 0)
            & (override.from_date <= as_of)
            & (override.until_date >= as_of)
        )
        .orderby(override.creation)
        .run()
    )
    return {relationship: ActiveOverride(name, stage) for relationship, name, stage in rows}


def refresh_computed(relationships: Sequence[str]) -> None:
    """Stores with the overrides of relationships what the ledger says now, and whether it disagrees."""
    if not relationships:
        return
    override = frappe.qb.DocType("Relationship Override")
    relationship = frappe.qb.DocType("Relationship")
    stage = frappe.qb.DocType("Relationship Stage")
    disagrees = (
        (override.kind == "Stage")
        & (override.revoked == 0)
        & relationship.computed_stage.notnull()
        & (relationship.computed_stage != override.stage)
    )
    (
        frappe.qb.update(override)
        .join(relationship)
        .on(relationship.name == override.relationship)
        .left_join(stage)
        .on(stage.name == relationship.computed_stage)
        .set(override.computed_stage_name, stage.stage_name)
        .set(override.disagrees, Case().when(disagrees, 1).else_(0))
        .where(override.relationship.isin(list(relationships)))
        .run()
    )
