"""Who responded: the member of the campaign behind a touch, an address, a contact or a party, and what was so then.

A fixed number of queries, however many answers. Somebody who is not on the list may respond too: the party is found by
contact or address, and no member is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _

from relationship_crm.assessment.bulk import read_rows

if TYPE_CHECKING:
    from relationship_crm.campaigns.responses import Answer

MEMBER, TOUCH, CAMPAIGN = "Campaign Member", "Campaign Touch", "Relationship Campaign"
PARTY_TYPES = ("Customer", "Lead", "Prospect")
#: What members and touches know of a person, by the answer's name for it.
PERSON = {
    "party_type": "party_type",
    "party": "party",
    "contact": "contact",
    "email": "email",
    "name": "recipient_name",
}
#: What was so when the list was frozen; responses are counted by the same stage as the people who were asked.
THEN = ("stage_name", "rung", "customer_group", "territory", "account_manager")
Key = tuple[str, str]


def complete(answers: Sequence[Answer]) -> list[Answer]:
    """The answers with everything that their touch, their member, or the book knows about the person."""
    answers = [replace(answer, email=answer.email.strip().lower()) for answer in answers]
    touches = _rows(TOUCH, ("member", "activity", "variant", *PERSON.values()), _named(answers, "touch"))
    answers = [_filled(answer, touches.get(answer.touch)) for answer in answers]
    answers = _with_members(answers)
    members = _rows(MEMBER, tuple(PERSON.values()), _named(answers, "member"))
    answers = [_filled(answer, members.get(answer.member)) for answer in answers]
    return _with_parties(answers)


def facts(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """Of each answer: customer, company of the campaign, and stage, group, territory and account manager of then.

    Of members it is what was so when the list was frozen, of others what is so now.
    """
    from relationship_crm.surveys.snapshots import snapshots

    members = _rows(MEMBER, THEN, _named(answers, "member"))
    companies = dict(read_rows(CAMPAIGN, ("name", "company"), "name", _named(answers, "campaign")))
    others = [a for a in answers if a.member not in members and a.party]
    now = snapshots([(a.party_type, a.party, "", "") for a in others]) if others else []
    of_others = {(a.party_type, a.party): values for a, values in zip(others, now, strict=True)}
    customers = customers_of({(a.party_type, a.party) for a in answers})
    return [
        {
            "customer": customers.get((answer.party_type, answer.party)),
            "company": companies.get(answer.campaign),
            **_then(members.get(answer.member) or of_others.get((answer.party_type, answer.party)) or {}),
        }
        for answer in answers
    ]


def customers_of(parties: Iterable[Key]) -> dict[Key, str]:
    """The customer that each party is, or became."""
    parties = {key for key in parties if key[1]}
    found = {key: key[1] for key in parties if key[0] == "Customer"}
    for party_type, column in (("Lead", "lead_name"), ("Prospect", "prospect_name")):
        names = {name for kind, name in parties if kind == party_type}
        if names and frappe.get_meta("Customer").has_field(column):
            rows = read_rows("Customer", (column, "name"), column, names)
            found |= {(party_type, of): customer for of, customer in sorted(rows, reverse=True)}
    return found


def check_complete(answer: Answer) -> None:
    """Refuse a response that says nothing about who gave it."""
    if not (answer.touch or answer.member or answer.party or answer.contact or answer.email):
        frappe.throw(
            _("Say who responded: give a customer, lead or prospect, a contact, or an e-mail address.")
        )
    if answer.party and answer.party_type not in PARTY_TYPES:
        frappe.throw(
            _("{0} is a customer, a lead or a prospect: say which.").format(frappe.bold(answer.party))
        )


def check_found(answer: Answer) -> None:
    """Refuse a response of somebody who is in no book, or whom the user may not read."""
    if not answer.party:
        frappe.throw(
            _("Nobody in the book has {0}. Give the customer, lead or prospect that it belongs to.").format(
                frappe.bold(answer.email or answer.contact)
            )
        )
    if not frappe.db.exists(answer.party_type, answer.party):
        frappe.throw(_("There is no {0} {1}.").format(_(answer.party_type), frappe.bold(answer.party)))
    frappe.has_permission(answer.party_type, "read", answer.party, throw=True)


def _then(row: Mapping[str, Any]) -> dict[str, Any]:
    return {column: row.get(column) for column in THEN}


def _named(answers: Sequence[Answer], field: str) -> set[str]:
    return {getattr(answer, field) for answer in answers} - {""}


def _rows(doctype: str, columns: Sequence[str], names: Iterable[str]) -> dict[str, dict[str, Any]]:
    rows = read_rows(doctype, ("name", *columns), "name", names)
    return {row[0]: dict(zip(columns, row[1:], strict=True)) for row in rows}


def _filled(answer: Answer, row: Mapping[str, Any] | None) -> Answer:
    """What a touch or member adds to what the answer says itself. Who it is comes from one of them as a whole."""
    if not row:
        return answer
    own = bool(answer.party)
    more = {
        field: row[column] or ""
        for field, column in PERSON.items()
        if not getattr(answer, field) and not (own and field in ("party_type", "party"))
    }
    more |= {f: row[f] for f in ("member", "activity", "variant") if row.get(f) and not getattr(answer, f)}
    return replace(answer, **more)


def _with_members(answers: Sequence[Answer]) -> list[Answer]:
    """Name the member of the campaign: by address, else by contact, else by party or the customer it is."""
    open_ones = [a for a in answers if not a.member and not a.touch]
    if not open_ones:
        return list(answers)
    customers = customers_of({(a.party_type, a.party) for a in open_ones})
    found = _members_by("email", {a.email for a in open_ones})
    found |= _members_by("contact", {a.contact for a in open_ones})
    found |= _members_by("party", {a.party for a in open_ones})
    found |= _members_by("customer", set(customers.values()))

    def member(answer: Answer) -> str:
        if answer.member or answer.touch:
            return answer.member
        tried = [("email", answer.email), ("contact", answer.contact)]
        # With an address or a contact of its own it is somebody else of the same customer. A document is the customer's own.
        if answer.voucher_no or not (answer.email or answer.contact):
            customer = customers.get((answer.party_type, answer.party), "")
            tried += [("party", answer.party), ("customer", customer)]
        return next(filter(None, (found.get((answer.campaign, *by), "") for by in tried if by[1])), "")

    return [replace(answer, member=member(answer)) for answer in answers]


def _members_by(column: str, values: Iterable[str]) -> dict[tuple[str, str, str], str]:
    """Members by campaign, column and value; those who are contacted before those who are not, else the first by name."""
    rows = read_rows(MEMBER, ("campaign", column, "name", "arm"), column, set(values) - {"", None})
    found: dict[tuple[str, str, str], str] = {}
    for campaign, value, name, _arm in sorted(rows, key=lambda row: (row[3] != "Contacted", row[2])):
        found.setdefault((campaign, column, value.lower() if column == "email" else value), name)
    return found


def _with_parties(answers: Sequence[Answer]) -> list[Answer]:
    """Of those who are not on the list: the party of their contact, else that of their address."""
    homeless = [a for a in answers if not a.party and (a.contact or a.email)]
    if not homeless:
        return list(answers)
    contacts = _contacts_with({a.email for a in homeless if not a.contact})
    parties = _parties_of({a.contact for a in homeless} | set(contacts.values()))
    by_address = _parties_with({a.email for a in homeless})
    done = []
    for answer in answers:
        if not answer.party and (answer.contact or answer.email):
            contact = answer.contact or contacts.get(answer.email, "")
            party_type, party = parties.get(contact) or by_address.get(answer.email) or ("", "")
            answer = replace(answer, contact=contact, party_type=party_type, party=party)
        done.append(answer)
    return done


def _contacts_with(emails: set[str]) -> dict[str, str]:
    """The oldest contact with each address."""
    emails -= {""}
    rows = read_rows("Contact Email", ("email_id", "parent", "creation"), "email_id", emails)
    return {email.lower(): parent for email, parent, _creation in sorted(rows, key=_newest_first)}


def _newest_first(row: tuple) -> Any:
    return [-row[2].timestamp(), row[1]]


def _parties_of(contacts: set[str]) -> dict[str, Key]:
    """The customer a contact belongs to, else its prospect, else its lead."""
    names = contacts - {""}
    if not names:
        return {}
    t = frappe.qb.DocType("Dynamic Link")
    rows = (
        frappe.qb.from_(t)
        .select(t.parent, t.link_doctype, t.link_name)
        .where((t.parenttype == "Contact") & t.parent.isin(sorted(names)) & t.link_doctype.isin(PARTY_TYPES))
        .orderby(t.idx)
    ).run()
    return _furthest(rows)


def _parties_with(emails: set[str]) -> dict[str, Key]:
    """The customer with this address of its own, else the lead."""
    rows = []
    for party_type in ("Customer", "Lead"):
        found = read_rows(party_type, ("email_id", "name"), "email_id", emails - {""})
        rows += [(email.lower(), party_type, name) for email, name in sorted(found)]
    return _furthest(rows)


def _furthest(rows: Iterable[tuple[str, str, str]]) -> dict[str, Key]:
    order = {"Customer": 0, "Prospect": 1, "Lead": 2}
    found: dict[str, Key] = {}
    for of, party_type, party in sorted(rows, key=lambda row: order[row[1]]):
        found.setdefault(of, (party_type, party))
    return found
