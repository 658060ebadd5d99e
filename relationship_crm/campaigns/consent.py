"""Who may not be contacted by a campaign, and why. Looked up again at every sending: people change their minds.

A person is an address: what was said on one record of it (contact, lead) holds on the others. A refusal is stronger than a
consent, wherever either stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import frappe
from frappe import _

from relationship_crm.assessment.bulk import read_rows
from relationship_crm.campaigns.fields import CONSENT, GIVEN, REFUSED
from relationship_crm.surveys.recipients import DISABLED, plain_number

#: Reasons as stored; `reasons` translates them.
OPTED_OUT, NO_CONSENT = "Does not want campaigns", "No consent"
NO_ADDRESS, SAME_PERSON = "No address", "Same address as another member"
OTHER_STAGE = "Not in a stage the campaign aims at"
MERGED = "Merged with a customer who was contacted"
#: Setting: whether somebody who said nothing may be contacted.
ONLY_WHEN_GIVEN = "Only When Given"
DO_NOT_CONTACT = "Do Not Contact"
#: Of more records than these only those are read on which something was said: few say anything.
MANY = 2000


def needs_consent() -> bool:
    """Whether the settings ask for consent before anybody is contacted."""
    return frappe.db.get_single_value("Relationship CRM Settings", "campaign_consent") == ONLY_WHEN_GIVEN


def unwilling(rows: Sequence[Mapping[str, Any]], only_with_consent: Iterable[str] = ()) -> dict[str, str]:
    """Those of these members or touches, by name, who may not be contacted now, with the reason.

    Rows have name, campaign, party_type, party, customer, contact, email and mobile_no; `only_with_consent` names those that
    need a consent whatever the settings say. A fixed number of queries, however many rows.
    """
    if not rows:
        return {}
    said = _Said(rows)
    strict, everywhere = set(only_with_consent), needs_consent()
    found = {}
    if not (said.anything or strict or everywhere):
        return found
    for row in rows:
        if said.refused(row):
            found[row["name"]] = OPTED_OUT
        elif row["customer"] in said.disabled:
            found[row["name"]] = DISABLED
        elif (everywhere or row["name"] in strict) and not said.agreed(row):
            found[row["name"]] = NO_CONSENT
    return found


def address(row: Mapping[str, Any]) -> str:
    """What tells people apart: the e-mail address in small letters, else the plain phone number, else nothing."""
    return (row["email"] or "").strip().lower() or plain_number(row["mobile_no"] or "")


def reasons() -> dict[str, str]:
    """Each reason in the reader's language."""
    return {
        OPTED_OUT: _("Does not want campaigns"),
        NO_CONSENT: _("No consent"),
        NO_ADDRESS: _("No address"),
        SAME_PERSON: _("Same address as another member"),
        OTHER_STAGE: _("Not in a stage the campaign aims at"),
        MERGED: _("Merged with a customer who was contacted"),
        DISABLED: _("Customer is disabled"),
    }


class _Said:
    """What was said by the people of some rows, on every record that has their address."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        emails = {(row["email"] or "").lower() for row in rows} - {""}
        contacts = {row["contact"] for row in rows if row["contact"]}
        leads = {row["party"] for row in rows if row["party_type"] == "Lead"}
        customers = {row["customer"] for row in rows if row["customer"]}
        #: Names of records and addresses that said no, or yes.
        self.no: set[tuple[str, str]] = set()
        self.yes: set[tuple[str, str]] = set()
        self._read("Contact", contacts, emails, ())
        self._read("Lead", leads, emails, ("status",))
        self.unsubscribed = _unsubscribed(emails)
        self.stopped = _stopped({address(row) for row in rows} - {""})
        self.disabled = _disabled(customers)

    @property
    def anything(self) -> bool:
        """Whether there is a no among all this."""
        return bool(self.no or self.unsubscribed or self.stopped or self.disabled)

    def refused(self, row: Mapping[str, Any]) -> bool:
        """Whether the person of a row wants no campaigns, or not this one."""
        return bool(
            self.no & _marks(row)
            or self.unsubscribed.get((row["email"] or "").lower(), frozenset()) & {"", row["campaign"]}
            or address(row) in self.stopped
        )

    def agreed(self, row: Mapping[str, Any]) -> bool:
        """Whether the person of a row gave consent."""
        return bool(self.yes & _marks(row))

    def _read(self, doctype: str, names: set[str], emails: set[str], more: tuple[str, ...]) -> None:
        """Records by name and by address; most that are named have the address, too."""
        columns = ("name", "email_id", "unsubscribed", CONSENT, *more)
        if len(names) + len(emails) > MANY:
            rows = _outspoken(doctype, columns)
        else:
            by_name = read_rows(doctype, columns, "name", names)
            rows = (*by_name, *read_rows(doctype, columns, "email_id", emails))
        for name, email, unsubscribed, consent, *status in rows:
            if unsubscribed or consent == REFUSED or DO_NOT_CONTACT in status:
                told = self.no
            elif consent == GIVEN:
                told = self.yes
            else:
                continue
            told.add((doctype, name))
            if email:
                told.add(("", email.lower()))


def _marks(row: Mapping[str, Any]) -> set[tuple[str, str]]:
    """The records and the address that stand for the person of a row."""
    marks = {("", (row["email"] or "").lower()), ("Contact", row["contact"] or "")}
    if row["party_type"] == "Lead":
        marks.add(("Lead", row["party"]))
    return marks


def _outspoken(doctype: str, columns: Sequence[str]) -> tuple[tuple, ...]:
    """All records on which something was said."""
    t = frappe.qb.DocType(doctype)
    said = (t.unsubscribed == 1) | t[CONSENT].isin([GIVEN, REFUSED])
    if "status" in columns:
        said |= t.status == DO_NOT_CONTACT
    return frappe.qb.from_(t).select(*(t[column] for column in columns)).where(said).run()


def _disabled(customers: set[str]) -> set[str]:
    """Those of these customers that are disabled."""
    if len(customers) > MANY:
        t = frappe.qb.DocType("Customer")
        return set(frappe.qb.from_(t).select(t.name).where(t.disabled == 1).run(pluck=True))
    return {name for name, flag in read_rows("Customer", ("name", "disabled"), "name", customers) if flag}


def _unsubscribed(emails: set[str]) -> dict[str, set[str]]:
    """Campaigns each address unsubscribed from; an empty name stands for all mail."""
    found: dict[str, set[str]] = {}
    columns = ("email", "global_unsubscribe", "reference_doctype", "reference_name")
    for email, everywhere, doctype, name in read_rows("Email Unsubscribe", columns, "email", emails):
        if everywhere or doctype == "Relationship Campaign":
            found.setdefault(email.lower(), set()).add("" if everywhere else name)
    return found


def _stopped(addresses: set[str]) -> set[str]:
    """Addresses whose owners said that they want no campaigns at all."""
    rows = read_rows("Survey Recipient", ("address", "no_campaigns"), "address", addresses)
    return {found for found, stopped in rows if stopped}
