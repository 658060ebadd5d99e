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
CAMPAIGN = "Relationship Campaign"
#: For more people than these all is read that anybody said, instead of looking up each: few say anything.
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


Told = dict[str, set[str]]


class _Said:
    """What was said by the people of some rows, on every record that has their address."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        #: None stands for everybody.
        names: dict[str, set[str] | None] = dict.fromkeys(("Contact", "Lead", "Customer", "email", "address"))
        if len(rows) <= MANY:
            names = {
                "Contact": {row["contact"] for row in rows if row["contact"]},
                "Lead": {row["party"] for row in rows if row["party_type"] == "Lead"},
                "Customer": {row["customer"] for row in rows if row["customer"]},
                "email": {(row["email"] or "").lower() for row in rows} - {""},
                "address": {address(row) for row in rows} - {""},
            }
        #: Records that said no, or yes, by DocType; addresses under none.
        self.no: Told = {"Contact": set(), "Lead": set(), "": set()}
        self.yes: Told = {"Contact": set(), "Lead": set(), "": set()}
        for doctype in ("Contact", "Lead"):
            self._read(doctype, names[doctype], names["email"])
        #: Addresses with the one campaign they unsubscribed from.
        self.left: set[tuple[str, str]] = set()
        for email, everywhere, doctype, campaign in _unsubscribed(names["email"]):
            if everywhere:
                self.no[""].add(email.lower())
            elif doctype == CAMPAIGN:
                self.left.add((email.lower(), campaign))
        self.stopped = _stopped(names["address"])
        self.disabled = _disabled(names["Customer"])

    @property
    def anything(self) -> bool:
        """Whether there is a no among all this."""
        return any((*self.no.values(), self.left, self.stopped, self.disabled))

    def refused(self, row: Mapping[str, Any]) -> bool:
        """Whether the person of a row wants no campaigns, or not this one."""
        return (
            _is_among(self.no, row)
            or (bool(self.left) and ((row["email"] or "").lower(), row["campaign"]) in self.left)
            or (bool(self.stopped) and address(row) in self.stopped)
        )

    def agreed(self, row: Mapping[str, Any]) -> bool:
        """Whether the person of a row gave consent."""
        return _is_among(self.yes, row)

    def _read(self, doctype: str, names: set[str] | None, emails: set[str] | None) -> None:
        """Records by name and by address; most that are named have the address, too."""
        columns = ("name", "email_id", "unsubscribed", CONSENT, *(("status",) if doctype == "Lead" else ()))
        if names is None or emails is None:
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
            told[doctype].add(name)
            if email:
                told[""].add(email.lower())


def _is_among(told: Told, row: Mapping[str, Any]) -> bool:
    """Whether a record or the address that stands for the person of a row is among these."""
    return (
        row["contact"] in told["Contact"]
        or (row["email"] or "").lower() in told[""]
        or (row["party_type"] == "Lead" and row["party"] in told["Lead"])
    )


def _outspoken(doctype: str, columns: Sequence[str]) -> tuple[tuple, ...]:
    """All records on which something was said."""
    t = frappe.qb.DocType(doctype)
    said = (t.unsubscribed == 1) | t[CONSENT].isin([GIVEN, REFUSED])
    if "status" in columns:
        said |= t.status == DO_NOT_CONTACT
    return frappe.qb.from_(t).select(*(t[column] for column in columns)).where(said).run()


def _disabled(customers: set[str] | None) -> set[str]:
    """Those of these customers that are disabled."""
    rows = _flagged("Customer", "name", "disabled", customers)
    return {name for name, disabled in rows if disabled}


def _unsubscribed(emails: set[str] | None) -> Sequence[tuple]:
    """Who unsubscribed: the address, whether from all mail, else the kind and name of what it was."""
    columns = ("email", "global_unsubscribe", "reference_doctype", "reference_name")
    if emails is not None:
        return read_rows("Email Unsubscribe", columns, "email", emails)
    t = frappe.qb.DocType("Email Unsubscribe")
    return frappe.qb.from_(t).select(*(t[column] for column in columns)).where(t.email != "").run()


def _stopped(addresses: set[str] | None) -> set[str]:
    """Addresses whose owners said that they want no campaigns at all."""
    rows = _flagged("Survey Recipient", "address", "no_campaigns", addresses)
    return {address for address, stopped in rows if stopped}


def _flagged(doctype: str, column: str, flag: str, names: set[str] | None) -> Sequence[tuple]:
    """A column and a flag of some records; of everybody only where it is set."""
    if names is not None:
        return read_rows(doctype, (column, flag), column, names)
    t = frappe.qb.DocType(doctype)
    return frappe.qb.from_(t).select(t[column], t[flag]).where(t[flag] == 1).run()
