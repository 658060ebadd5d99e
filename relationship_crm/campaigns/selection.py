"""Which parties a target list, or a campaign's lists together, hold today: of those the user may read.

A dynamic list holds the parties that its rules find. Rules of the same number hold together, one number is enough, and a rule
that excludes always does. A static list holds who was put on it. One query a rule, however many parties.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

import frappe
from frappe.query_builder.functions import Coalesce

from relationship_crm.assessment.bulk import read_rows
from relationship_crm.campaigns import criteria
from relationship_crm.ledger import gathered
from relationship_crm.permissions import reads_every
from relationship_crm.surveys.recipients import Key

LIST, ENTRY = "Campaign Target List", "Campaign Target Entry"
STATIC, DYNAMIC = "Static", "Dynamic"
INCLUDE, EXCLUDE = "Include", "Exclude"
#: The list's tick for a party type, and which parties of it a dynamic list never holds: what became something else.
TICKS = {"Customer": "customers", "Prospect": "prospects", "Lead": "leads"}
ACTIVE: dict[str, dict[str, Any]] = {
    "Customer": {"disabled": 0, "is_internal_customer": 0},
    "Prospect": {},
    "Lead": {"status": ("!=", "Converted")},
}


@dataclass(frozen=True)
class Chosen:
    """How a party came to be chosen."""

    #: The first list that holds it.
    target_list: str
    #: All its contacts, not one.
    every: bool = False
    #: Only people who gave consent.
    only_with_consent: bool = False
    #: The contacts that were put on a static list by name.
    contacts: tuple[str, ...] = ()

    def joined(self, other: Chosen) -> Chosen:
        """The same party on another list: whom either list takes."""
        return replace(
            self,
            every=self.every or other.every,
            only_with_consent=self.only_with_consent and other.only_with_consent,
            contacts=tuple(dict.fromkeys(self.contacts + other.contacts))
            if self.contacts and other.contacts
            else (),
        )


@dataclass
class Selection:
    """The parties of several lists, and who is not to be among them."""

    parties: dict[Key, Chosen] = field(default_factory=dict)
    #: Parties on lists that are left out.
    excluded: set[Key] = field(default_factory=set)


def of_list(target_list: Any) -> dict[Key, Chosen]:
    """The parties of a target list (document), in the order of their names.

    Raises frappe.ValidationError where a rule cannot be read, frappe.PermissionError where one uses scores that the user may
    not see.
    """
    if target_list.kind == STATIC:
        return _entries(target_list)
    terms = Chosen(
        target_list.name or "", target_list.contacts == "All Contacts", bool(target_list.only_with_consent)
    )
    matching = _matching(target_list)
    return {(kind, name): terms for kind in sorted(matching) for name in sorted(matching[kind])}


def of_lists(rows: Iterable[tuple[Any, str]]) -> Selection:
    """The parties of some lists (document and effect): on one that is included, on none that is excluded."""
    found = Selection()
    for target_list, effect in rows:
        parties = of_list(target_list)
        if effect == EXCLUDE:
            found.excluded |= parties.keys()
            continue
        for key, terms in parties.items():
            there = found.parties.get(key)
            found.parties[key] = there.joined(terms) if there else terms
    for key in found.excluded & found.parties.keys():
        del found.parties[key]
    return found


def of_campaign(campaign: Any) -> Selection:
    """The parties of a campaign's lists (its document); disabled lists count for nothing."""
    return of_lists(
        (doc, row.effect)
        for row in campaign.lists
        if not (doc := frappe.get_doc(LIST, row.target_list)).disabled
    )


def readable(party_type: str, active: bool = True) -> list[str]:
    """Parties of a type that the session's user may read; `active`: without those no dynamic list holds. One query.

    A lead or prospect that became a customer is that customer.
    """
    if not frappe.has_permission(party_type, "read"):
        return []
    filters = ACTIVE[party_type] if active else {}
    if reads_every(party_type):  # no need to look at each
        return gathered.read_column(_names(party_type, filters))
    rows = frappe.get_list(party_type, filters=filters, fields=["name"], as_list=True, order_by="name asc")
    return [name for (name,) in rows]


def _names(party_type: str, filters: dict[str, Any]) -> Any:
    """The same as a query, for who may read everybody."""
    t = frappe.qb.DocType(party_type)
    query = frappe.qb.from_(t).select(t.name)
    for field_name, value in filters.items():
        unlike = isinstance(value, tuple)
        query = query.where(Coalesce(t[field_name], "") != value[1] if unlike else t[field_name] == value)
    return query


def _matching(target_list: Any) -> dict[str, set[str]]:
    """What the rules find among the parties ticked, by type."""
    everybody = {kind: set(readable(kind)) for kind, tick in TICKS.items() if target_list.get(tick)}
    if "Prospect" in everybody:  # its own record does not say that it was won
        everybody["Prospect"].difference_update(_won_prospects())
    scope = criteria.Scope(tuple(everybody), target_list.company or "", everybody)
    found = [(rule, criteria.find(rule, scope)) for rule in target_list.rules or ()]
    return {
        kind: _held(names, [(rule, parties.get(kind, set())) for rule, parties in found])
        for kind, names in everybody.items()
    }


def _held(names: set[str], found: Sequence[tuple[Any, Set[str]]]) -> set[str]:
    """Those of these names that the rules hold, by what each rule found."""
    alternatives: dict[int, Set[str]] = {}
    gone: set[str] = set()
    for rule, parties in found:
        if rule.effect == EXCLUDE:
            gone |= parties
        else:
            number = rule.alternative or 0
            alternatives[number] = alternatives[number] & parties if number in alternatives else parties
    included = set().union(*alternatives.values()) if alternatives else names
    return (included & names) - gone


def _won_prospects() -> list[str]:
    c = frappe.qb.DocType("Customer")
    return frappe.qb.from_(c).select(c.prospect_name).where(c.prospect_name != "").distinct().run(pluck=True)


def _entries(target_list: Any) -> dict[Key, Chosen]:
    """Who was put on a static list; a lead or prospect that became a customer meanwhile is that customer."""
    columns = ("party_type", "party", "contact")
    rows = read_rows(ENTRY, columns, "target_list", (target_list.name,))
    rows = _furthest(rows)
    allowed = {
        (kind, name) for kind in sorted({row[0] for row in rows}) for name in readable(kind, active=False)
    }
    terms = Chosen(
        target_list.name, target_list.contacts == "All Contacts", bool(target_list.only_with_consent)
    )
    found: dict[Key, Chosen] = {}
    for kind, party, contact in sorted(rows, key=lambda row: (row[0], row[1], row[2] or "")):
        key = (kind, party)
        if key in allowed:
            own = replace(terms, contacts=(contact,)) if contact else terms
            found[key] = found[key].joined(own) if key in found else own
    return found


def _furthest(rows: Sequence[tuple]) -> list[tuple]:
    """The same rows, with customers in place of the leads and prospects they were."""
    became: dict[Key, str] = {}
    for kind, column in (("Lead", "lead_name"), ("Prospect", "prospect_name")):
        parties = {party for party_type, party, _contact in rows if party_type == kind}
        for customer, party in read_rows("Customer", ("name", column), column, parties):
            became[kind, party] = customer
    return [
        ("Customer", became[kind, party], contact) if (kind, party) in became else (kind, party, contact)
        for kind, party, contact in rows
    ]
