"""Whom to ask: the contact of a party, in the contact's language. A fixed number of queries, however many parties.

Of a customer's contacts the one on the document is asked; else the primary one, else any with an address. Contacts that
unsubscribed are passed over where there is another. A lead is asked itself; a prospect through its contacts or its leads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import frappe

from relationship_crm.assessment.bulk import read_rows
from relationship_crm.ledger import gathered
from relationship_crm.ledger.dialect import InList, Value, column, query, table

Key = tuple[str, str]
EMAIL, SMS, LINK = "Email", "SMS", "Link"
#: Reasons as stored on an invitation; its form translates them (survey_invitation.js).
OPTED_OUT = "Does not want to be asked"
DISABLED = "Customer is disabled"
#: Addresses that nobody can doubt.
PLAIN = re.compile(r"[a-z0-9_+-]+(\.[a-z0-9_+-]+)*@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")


class Recipient(NamedTuple):
    """A person with an address. Long lists have many: a tuple is made in a fifth of the time."""

    name: str = ""
    contact: str = ""
    email: str = ""
    mobile_no: str = ""
    language: str = ""
    unsubscribed: bool = False

    def speaking(self, language: str) -> Recipient:
        """The same person, in this language where none of its own is known."""
        return self if self.language or not language else Recipient(*self[:4], language, self.unsubscribed)

    def channel(self, wanted: str) -> str:
        """How to reach the person: as wanted, else by e-mail; empty where neither is possible."""
        if wanted == SMS and self.mobile_no:
            return SMS
        return EMAIL if self.email else ""


NOBODY = Recipient()


def address_of(invitation: Any) -> str:
    """The address an invitation goes to, as the rest period knows it: small letters, or digits with a leading plus."""
    if invitation.get("channel") == "SMS":
        return plain_number(invitation.get("mobile_no") or "")
    return (invitation.get("email") or "").strip().lower() or plain_number(invitation.get("mobile_no") or "")


def plain_number(number: str) -> str:
    """A phone number without what people put between the digits."""
    if not number:
        return ""
    digits = re.sub(r"\D", "", number)
    return f"+{digits}" if digits and number.strip().startswith("+") else digits


def find_recipients(
    wanted: Sequence[tuple[str, str, str]], channel: str = EMAIL
) -> dict[tuple[str, str, str], Recipient]:
    """The person to ask for each (party type, party, contact named by the document, or empty)."""
    keys = {(party_type, party) for party_type, party, _contact in wanted}
    own = own_addresses(keys)
    linked = linked_contacts(keys)
    contacts = contacts_by_name({contact for *_key, contact in wanted if contact})
    contacts |= {person.contact: person for people in linked.values() for person in people}
    found = {}
    for party_type, party, contact in wanted:
        key = (party_type, party)
        itself, primary = own.get(key, (NOBODY, ""))
        order = dict.fromkeys([contact, primary, *(person.contact for person in linked.get(key, ()))])
        people = [contacts[name] for name in order if name in contacts]
        found[party_type, party, contact] = _choose([*people, itself], channel, itself.language)
    return found


def _choose(people: Sequence[Recipient], channel: str, language: str) -> Recipient:
    """The first who can be reached and did not unsubscribe; else the first who can be reached, else the first."""
    able = [person for person in people if person.channel(channel) == channel] or [
        person for person in people if person.channel(channel)
    ]
    # a customer's own address is that of a contact, who may have unsubscribed
    refused = {person.email for person in people if person.unsubscribed}
    willing = [p for p in able if not p.unsubscribed and p.email not in refused - {""}]
    chosen = next(iter(willing or able or people), NOBODY)
    return chosen.speaking(language)


def own_addresses(keys: set[Key]) -> dict[Key, tuple[Recipient, str]]:
    """What the party's own record says, and its primary contact."""
    found: dict[Key, tuple[Recipient, str]] = {}
    customers = [party for kind, party in keys if kind == "Customer"]
    columns = ("name", "customer_name", "email_id", "mobile_no", "language", "customer_primary_contact")
    for name, title, email, mobile, language, primary in read_rows("Customer", columns, "name", customers):
        person = Recipient(title or "", "", writable_email(email), mobile or "", language or "")
        found["Customer", name] = (person, primary or "")
    leads = [party for kind, party in keys if kind == "Lead"]
    prospects = [party for kind, party in keys if kind == "Prospect"]
    members = read_rows("Prospect Lead", ("parent", "lead"), "parent", prospects)
    rows = _leads({*leads, *(lead for _prospect, lead in members)})
    for name in leads:
        found["Lead", name] = (rows.get(name, NOBODY), "")
    for prospect, lead in members:
        if lead in rows and (rows[lead].email or rows[lead].mobile_no):
            found.setdefault(("Prospect", prospect), (rows[lead], ""))
    return found


def _leads(names: set[str]) -> dict[str, Recipient]:
    columns = ("name", "lead_name", "email_id", "mobile_no", "phone", "language", "unsubscribed", "status")
    return {
        name: Recipient(
            title or "",
            "",
            writable_email(email),
            mobile or phone or "",
            language or "",
            bool(unsubscribed) or status == "Do Not Contact",
        )
        for name, title, email, mobile, phone, language, unsubscribed, status in read_rows(
            "Lead", columns, "name", names
        )
    }


def linked_contacts(keys: set[Key]) -> dict[Key, list[Recipient]]:
    """Contacts linked to the parties, primary ones first, then the oldest. Two queries."""
    if not keys:
        return {}
    link, contact = table("Dynamic Link", "l"), table("Contact", "c")
    columns = _contact_columns()
    statement = (
        query()
        .from_(link)
        .join(contact)
        .on(contact.name == link.parent)
        .where((link.parenttype == Value("Contact")) & InList(link.link_doctype, "kinds"))
        .select(link.link_doctype, link.link_name, contact.is_primary_contact, contact.creation)
        .select(*(column(contact, name) for name in columns))
    )
    kinds, parties = (set(part) for part in zip(*keys, strict=True))
    if not gathered.most(sorted(kinds), len(keys)):
        statement = statement.where(InList(link.link_name, "parties"))
    rows = gathered.read(statement, {"kinds": kinds, "parties": parties})
    users = _languages(row[-1] for row in rows)
    found: dict[Key, list[Sequence[str]]] = {}
    for row in rows:
        if (key := (row[0], row[1])) in keys:
            found.setdefault(key, []).append(row)
    return {key: _by_preference(rows, users) for key, rows in found.items()}


def _by_preference(rows: list[Sequence[str]], users: Mapping[str, str]) -> list[Recipient]:
    """The contacts of a party: whether each is the primary one, and since when it is there, come before its columns."""
    if len(rows) == 1:  # as nearly always
        return [_contact(rows[0][4:], users)]
    rows.sort(key=lambda row: (row[2] != "1", row[3], row[4:]))
    return list(dict.fromkeys(_contact(row[4:], users) for row in rows))


def contacts_by_name(names: set[str]) -> dict[str, Recipient]:
    """Contacts by name. Their language is that of their user, where they have one."""
    rows = gathered.read_texts("Contact", _contact_columns(), "name", names)
    users = _languages(row[-1] for row in rows)
    return {row[0]: _contact(row, users) for row in rows}


def _contact_columns() -> tuple[str, ...]:
    """What is read of a contact; the user comes last. Newer versions have a language."""
    own = ("language",) if frappe.get_meta("Contact").has_field("language") else ()
    columns = ("name", "first_name", "last_name", "email_id", "mobile_no", "phone", "unsubscribed")
    return (*columns, *own, "user")


def _contact(values: Sequence[str], users: Mapping[str, str]) -> Recipient:
    name, first, last, email, mobile, phone, unsubscribed, *own, user = values
    title = f"{first} {last}" if first and last else first or last or name
    language = (own[0] if own else "") or users.get(user, "")
    return Recipient(title, name, writable_email(email), mobile or phone, language, unsubscribed == "1")


def _languages(users: Iterable[str]) -> dict[str, str]:
    """Languages of users."""
    rows = read_rows("User", ("name", "language"), "name", set(users) - {""})
    return {name: language or "" for name, language in rows}


def writable_email(text: str | None) -> str:
    """An address that can be written to, in small letters, or nothing."""
    if not text:
        return ""
    email = text.strip().lower()
    # Frappe's own check takes most of the time of a long list; what is plainly an address need not wait for it
    return email if email and (PLAIN.fullmatch(email) or frappe.utils.validate_email_address(email)) else ""


def unwilling(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Invitations, by name, whose recipient wants no mail or whose party is not to be asked, with the reason.

    Looked up again at sending: people change their minds while an invitation waits. What stands on the locked Survey
    Recipient is not looked at here.
    """
    contacts, emails = _unsubscribed({row["contact"] for row in rows}, {row["email"] for row in rows})
    disabled = {
        name
        for name, flag in read_rows(
            "Customer", ("name", "disabled"), "name", {row["customer"] for row in rows if row["customer"]}
        )
        if flag
    }
    leads = _leads({row["party"] for row in rows if row["party_type"] == "Lead"})
    refused = _refusals({row["email"] for row in rows if row["email"]})
    found = {}
    for row in rows:
        if (
            row["contact"] in contacts
            or (row["email"] or "").lower() in emails
            or (row["party_type"] == "Lead" and leads.get(row["party"], NOBODY).unsubscribed)
            or refused.get((row["email"] or "").lower(), frozenset()) & {"", row["survey"]}
        ):
            found[row["name"]] = OPTED_OUT
        elif row["customer"] in disabled:
            found[row["name"]] = DISABLED
    return found


def _unsubscribed(names: set[str | None], addresses: set[str | None]) -> tuple[set[str], set[str]]:
    """Which of these contacts unsubscribed, and which of these addresses belong to a contact that did."""
    t = frappe.qb.DocType("Contact")
    rows = (
        frappe.qb.from_(t)
        .select(t.name, t.email_id)
        .where(t.unsubscribed == 1)
        .where(t.name.isin([*filter(None, names), ""]) | t.email_id.isin([*filter(None, addresses), ""]))
    ).run()
    return {name for name, _email in rows}, {(email or "").lower() for _name, email in rows} - {""}


def _refusals(emails: set[str]) -> dict[str, set[str]]:
    """Surveys each address unsubscribed from; an empty name stands for all mail."""
    if not emails:
        return {}
    t = frappe.qb.DocType("Email Unsubscribe")
    rows = (
        frappe.qb.from_(t)
        .select(t.email, t.global_unsubscribe, t.reference_name)
        .where(t.email.isin(list(emails)))
        .where((t.global_unsubscribe == 1) | (t.reference_doctype == "Relationship Survey"))
    ).run()
    found: dict[str, set[str]] = {}
    for email, everywhere, survey in rows:
        found.setdefault(email.lower(), set()).add("" if everywhere else survey)
    return found
