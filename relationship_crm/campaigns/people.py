"""The people at the parties of a list: whom to contact, once each, and why somebody is left out.

Of a customer one contact is taken (the primary one, else the oldest), or all of them. Who may not be contacted is passed over
where another may. A fixed number of queries, however many parties.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from relationship_crm.assessment.bulk import read_rows
from relationship_crm.campaigns import consent
from relationship_crm.campaigns.selection import Chosen
from relationship_crm.campaigns.standing import NOWHERE, Standing
from relationship_crm.surveys.recipients import (
    NOBODY,
    Key,
    Recipient,
    contacts_by_name,
    linked_contacts,
    own_addresses,
    plain_number,
)

#: Of two parties that name one person the first in this order keeps it.
ORDER = {"Customer": 0, "Prospect": 1, "Lead": 2}


class Person(NamedTuple):
    """Somebody at a party. Who may not be contacted has a reason."""

    key: Key
    recipient: Recipient
    target_list: str
    reason: str = ""
    #: An address that tells people apart; the party where there is none.
    person_key: str = ""


def people(
    chosen: dict[Key, Chosen], standings: dict[Key, Standing], campaign: str = "", without: Iterable[str] = ()
) -> list[Person]:
    """The people of the chosen parties, each address once; customers first, then by rung, the furthest first.

    `without`: addresses of people on lists that are left out; they do not appear. A party whose people are all members of
    other parties has one row without an address that says so.
    """
    order = sorted(chosen, key=lambda key: (ORDER[key[0]], -standings.get(key, NOWHERE).rung, key[1]))
    own = {
        key: (standing.itself, standing.primary_contact)
        for key, standing in standings.items()
        if key[0] == "Customer"
    }
    own |= own_addresses({key for key in order if key[0] != "Customer"})
    candidates = _candidates(order, chosen, own)
    unwilling = _unwilling(candidates, chosen, campaign)
    nowhere = {
        key for key, persons in candidates.items() if not (persons[0].email or any(map(address_of, persons)))
    }
    postal, gone = _with_postal_address(nowhere), set(without)
    found: list[Person] = []
    for key in order:
        for person, reason in _taken(candidates[key], unwilling.get(key, {}), chosen[key]):
            mark = address_of(person)
            if mark and mark in gone:
                continue
            if not mark and key not in postal:
                reason = reason or consent.NO_ADDRESS
            found.append(Person(key, person, chosen[key].target_list, reason, mark or ":".join(key)))
    return _once(found)


def addresses(keys: Iterable[Key]) -> set[str]:
    """The addresses of everybody at these parties."""
    order = sorted(set(keys))
    everybody = {key: Chosen("", every=True) for key in order}
    found = _candidates(order, everybody, own_addresses(set(order)))
    return {address_of(person) for persons in found.values() for person in persons} - {""}


def address_of(person: Recipient) -> str:
    """The address in small letters, else the plain phone number, else nothing."""
    return person.email or plain_number(person.mobile_no)


def _candidates(
    order: Sequence[Key], chosen: dict[Key, Chosen], own: dict[Key, tuple[Recipient, str]]
) -> dict[Key, list[Recipient]]:
    """Everybody at each party, in the order of preference: the primary contact, the others, the party's own address.

    `own`: the party's own address, and its primary contact.
    """
    linked = linked_contacts(set(order))
    contacts = contacts_by_name({name for rule in chosen.values() for name in rule.contacts})
    contacts |= {person.contact: person for persons in linked.values() for person in persons}
    found = {}
    for key in order:
        itself, primary = own.get(key, (NOBODY, ""))
        persons = linked.get(key, [])
        names = chosen[key].contacts
        if not names and primary and not (persons and persons[0].contact == primary):
            names = (primary, *(person.contact for person in persons))
        if names:
            persons = [contacts[name] for name in dict.fromkeys(names) if name in contacts]
        mark = address_of(itself)
        if mark and mark not in {address_of(person) for person in persons}:
            persons = [*persons, itself]
        if language := itself.language:
            persons = [person.speaking(language) for person in persons]
        found[key] = persons or [itself]
    return found


def _unwilling(
    candidates: dict[Key, list[Recipient]], chosen: dict[Key, Chosen], campaign: str
) -> dict[Key, dict[int, str]]:
    """Why candidates may not be contacted, by party and position."""
    rows: list[dict[str, Any]] = [
        {
            "name": (key, position),
            "campaign": campaign,
            "party_type": key[0],
            "party": key[1],
            "customer": key[1] if key[0] == "Customer" else "",
            "contact": person.contact,
            "email": person.email,
            "mobile_no": person.mobile_no,
        }
        for key, persons in candidates.items()
        for position, person in enumerate(persons)
    ]
    strict = [row["name"] for row in rows if chosen[row["name"][0]].only_with_consent]
    found: dict[Key, dict[int, str]] = {}
    for (key, position), reason in consent.unwilling(rows, strict).items():
        found.setdefault(key, {})[position] = reason
    return found


def _taken(persons: list[Recipient], unwilling: dict[int, str], rule: Chosen) -> list[tuple[Recipient, str]]:
    """Whom of the candidates the list takes, with the reason against each."""
    if len(persons) == 1:
        return [(persons[0], unwilling.get(0, ""))]
    marked = [(person, unwilling.get(position, "")) for position, person in enumerate(persons)]
    reachable = [pair for pair in marked if address_of(pair[0])]
    if rule.every or rule.contacts:
        people = [pair for pair in reachable if pair[0].contact]
        return people or reachable or marked[:1]
    # false comes before true: willing people, then those with mail; of equal ones the first
    return [min(reachable, key=lambda pair: (bool(pair[1]), not pair[0].email))] if reachable else marked[:1]


def _with_postal_address(keys: set[Key]) -> set[Key]:
    """Those of these parties that letters can be sent to."""
    columns = ("link_doctype", "link_name", "parenttype", "parent")
    links = [
        ((kind, party), address)
        for kind, party, parenttype, address in read_rows(
            "Dynamic Link", columns, "link_name", {party for _kind, party in keys}
        )
        if parenttype == "Address" and (kind, party) in keys
    ]
    rows = read_rows("Address", ("name", "disabled"), "name", {address for _key, address in links})
    usable = {name for name, disabled in rows if not disabled}
    return {key for key, address in links if address in usable}


def _once(found: Sequence[Person]) -> list[Person]:
    """Each person once. Those who may be contacted choose first: a disabled customer does not keep an active one's address."""
    holder = {person.person_key: person.key for person in found}
    if len(holder) == len(found):  # as nearly always
        return list(found)
    holder = {}
    for person in sorted(found, key=lambda p: bool(p.reason)):
        holder.setdefault(person.person_key, person.key)
    present = {person.key for person in found if holder[person.person_key] == person.key}
    kept: dict[tuple[Key, str], Person] = {}
    for person in found:
        if holder[person.person_key] == person.key:
            kept.setdefault((person.key, person.person_key), person)
        elif person.key not in present:
            mark = ":".join(person.key)
            kept.setdefault((person.key, mark), _without_address(person, mark))
    return list(kept.values())


def _without_address(person: Person, mark: str) -> Person:
    bare = person.recipient._replace(email="", mobile_no="")
    return person._replace(recipient=bare, person_key=mark, reason=person.reason or consent.SAME_PERSON)
