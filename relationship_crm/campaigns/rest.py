"""Nobody hears from us twice within the days of rest, whatever it is: mails, letters, text messages and calls of all campaigns,
and surveys.

Every sender locks the rows of the addresses it is about to write to (Survey Recipient, always in the same order), and looks only
then at when each was last contacted. A second sender waits for the first, and sees what it did. The lock goes with the transaction.

A person may have an e-mail address and a number. Both are looked at; the one that was used is what remembers, since a number may
belong to a whole office.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import frappe
from frappe.utils import cint, now

from relationship_crm.surveys.invitations import ensure_recipients
from relationship_crm.surveys.recipients import plain_number

RECIPIENT, SETTINGS = "Survey Recipient", "Relationship CRM Settings"


@dataclass(frozen=True)
class Known:
    """What is known of an address."""

    #: By a campaign or a survey.
    last_contacted_on: datetime | None = None
    #: Wants no campaigns.
    no_campaigns: bool = False
    #: By a survey.
    last_asked_on: datetime | None = None
    #: Wants no surveys.
    do_not_ask: bool = False


NOTHING = Known()


def rest_days() -> int:
    """Days between two messages, by the settings; 0: no rest."""
    return cint(frappe.get_cached_doc(SETTINGS).contact_rest_days)


def addresses_of(row: Mapping[str, Any]) -> list[str]:
    """The addresses of a person, the e-mail address first: small letters, or digits with a leading plus.

    A person who has neither is known by the party, as somebody who only gets letters.
    """
    found = [(row.get("email") or "").strip().lower(), plain_number(row.get("mobile_no") or "")]
    return [address for address in found if address] or [f"{row['party_type']}: {row['party']}"]


def address_used(row: Mapping[str, Any]) -> str:
    """The address a touch goes to: that of its channel, else the first the person has."""
    if row["channel"] in ("SMS", "Call") and (number := plain_number(row.get("mobile_no") or "")):
        return number
    return addresses_of(row)[0]


def known(addresses: Iterable[str]) -> dict[str, Known]:
    """Lock the rows of these addresses, making those that are not there; what is known of each."""
    wanted = sorted(set(addresses) - {""})
    if not wanted:
        return {}
    ensure_recipients(set(wanted))
    t = frappe.qb.DocType(RECIPIENT)
    rows = (
        frappe.qb.from_(t)
        .select(t.address, t.last_contacted_on, t.last_sent_on, t.no_campaigns, t.do_not_ask)
        .where(t.address.isin(wanted))
        .orderby(t.address)
        .for_update()
    ).run()
    return {
        # rows from before campaigns say when a survey was sent only
        address: Known(later(contacted, asked), bool(refused), asked, bool(silent))
        for address, contacted, asked, refused, silent in rows
    }


def lock(addresses: Iterable[str]) -> dict[str, tuple[datetime | None, bool]]:
    """The same, as (last contacted on, wants no campaigns)."""
    return {address: (one.last_contacted_on, one.no_campaigns) for address, one in known(addresses).items()}


def later(*moments: datetime | None) -> datetime | None:
    """The latest of those there are."""
    return max((moment for moment in moments if moment), default=None)


def is_resting(last: datetime | None, moment: datetime, days: int) -> bool:
    """Whether an address was contacted less than so many days ago, counted from day to day."""
    return bool(last) and (moment.date() - last.date()).days < days


def rested_on(last: datetime, days: int) -> date:
    """The first day on which an address may be contacted again."""
    return last.date() + timedelta(days=days)


def contacted(address: str | Sequence[str], moment: datetime | None) -> None:
    """Write down that an address, or several, are contacted at a moment; None where it turned out that they never were."""
    addresses = [address] if isinstance(address, str) else list(address)
    t = frappe.qb.DocType(RECIPIENT)
    query = frappe.qb.update(t).set(t.last_contacted_on, moment).set(t.modified, now())
    if addresses:
        query.where(t.address.isin(addresses)).run()


def contacted_by_survey(address: str, asked: datetime | None, contacted: datetime | None) -> None:
    """Write down when an address was last asked by a survey, and last contacted by anything."""
    t = frappe.qb.DocType(RECIPIENT)
    query = frappe.qb.update(t).set(t.last_sent_on, asked).set(t.last_contacted_on, contacted)
    query.where(t.address == address).run()
