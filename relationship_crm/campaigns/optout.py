"""Who wants no more campaigns. Said once, it holds for every campaign, and for this person alone.

Surveys have a word of their own (surveys/optout.py), and messages about orders go on.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe.utils import getdate, now_datetime

from relationship_crm.campaigns.consent import OPTED_OUT, address
from relationship_crm.campaigns.fields import CONSENT, CONSENT_ON, CONSENT_SOURCE, GIVEN, REFUSED
from relationship_crm.surveys.recipients import plain_number

RECIPIENT, UNSUBSCRIBE, TOUCH = "Survey Recipient", "Email Unsubscribe", "Campaign Touch"
CAMPAIGN = "Relationship Campaign"
FIELDS = ("name", "campaign", "channel", "email", "mobile_no", "contact", "party_type", "party")


def stop(touch_or_row: Any, how: str = "") -> None:
    """The person behind a touch (its name, its row or its document) wants no more campaigns; a second time changes nothing.

    Kept with the address, where sending looks while it holds the row; on the contact or lead, where people look; and for
    the campaign at hand where Frappe's mailer looks. Open calls are withdrawn. `how` is how it was said.
    """
    row = touch_or_row
    if isinstance(row, str):
        row = frappe.db.get_value(TOUCH, row, FIELDS, as_dict=True)
    addresses = addresses_of(row) if row else []
    for one in addresses:
        _refuse(one)
        if "@" in one:
            _unsubscribe(one, row["campaign"])
    if addresses:
        _write_down(row, set(addresses), how)
        _withdraw_calls(row, addresses)


def consented(doc: Any) -> None:
    """A contact or lead (its document, being saved) agrees to campaigns from now on: what its addresses refused before is over.

    A refusal of all of Frappe's mail stays, and so does one on another record with the same address.
    """
    if doc.get(CONSENT) != GIVEN or not doc.has_value_changed(CONSENT):
        return
    addresses = sorted({(doc.email_id or "").strip().lower(), plain_number(doc.mobile_no or "")} - {""})
    if not addresses:
        return
    r, u = frappe.qb.DocType(RECIPIENT), frappe.qb.DocType(UNSUBSCRIBE)
    lifted = frappe.qb.update(r).set(r.no_campaigns, 0).set(r.no_campaigns_on, None)
    lifted.where(r.address.isin(addresses) & (r.no_campaigns == 1)).run()
    frappe.qb.from_(u).delete().where(u.email.isin(addresses) & (u.reference_doctype == CAMPAIGN)).run()


def dated(doc: Any) -> None:
    """When somebody said yes or no: today, unless whoever wrote it down knows better."""
    if not doc.get(CONSENT):
        doc.update({CONSENT_ON: None, CONSENT_SOURCE: None})
    elif not doc.get(CONSENT_ON) or (
        doc.has_value_changed(CONSENT) and not doc.has_value_changed(CONSENT_ON)
    ):
        doc.set(CONSENT_ON, getdate())


def is_stopped(row: Any) -> bool:
    """Whether the person behind a touch wants no campaigns."""
    addresses = addresses_of(row)
    stopped = [frappe.db.get_value(RECIPIENT, {"address": one}, "no_campaigns") for one in addresses]
    return bool(stopped) and all(stopped)


def address_of(row: Any) -> str:
    """The address that tells the person behind a touch from others: the e-mail address, else the number."""
    return address({"email": row.get("email"), "mobile_no": row.get("mobile_no")})


def addresses_of(row: Any) -> list[str]:
    """The addresses that stand for the person behind a touch, in a fixed order, for they are locked.

    The one that tells people apart, and the number a text message went to. Other numbers may belong to several people.
    """
    number = plain_number(row.get("mobile_no") or "") if row.get("channel") == "SMS" else ""
    return sorted({address_of(row), number} - {""})


def _refuse(address: str) -> None:
    name = frappe.db.get_value(RECIPIENT, {"address": address}, "name")
    doc = frappe.get_doc(RECIPIENT, name, for_update=True) if name else frappe.new_doc(RECIPIENT)
    if doc.get("no_campaigns"):
        return
    doc.update({"address": address, "no_campaigns": 1, "no_campaigns_on": now_datetime()})
    doc.flags.ignore_permissions = True  # who holds the link may speak for its address
    doc.save()


def _unsubscribe(email: str, campaign: str) -> None:
    of = {"email": email, "reference_doctype": CAMPAIGN, "reference_name": campaign}
    if not frappe.db.exists(UNSUBSCRIBE, of):
        doc = frappe.get_doc({"doctype": UNSUBSCRIBE, **of})
        doc.insert(ignore_permissions=True)  # as above


def _write_down(row: Any, addresses: set[str], how: str) -> None:
    """The consent on the person's own record. By a statement: an open form of it stays savable."""
    values = {CONSENT: REFUSED, CONSENT_ON: getdate(), CONSENT_SOURCE: (how or row["campaign"])[:140]}
    doctype, name = ("Contact", row.get("contact")) if row.get("contact") else ("Lead", row.get("party"))
    if not name or (doctype == "Lead" and row.get("party_type") != "Lead"):
        return
    # a contact may have been given another address since
    theirs = frappe.db.get_value(doctype, name, ["email_id", "mobile_no", CONSENT], as_dict=True)
    if theirs and theirs[CONSENT] != REFUSED:
        known = {(theirs.email_id or "").strip().lower(), plain_number(theirs.mobile_no or "")}
        if addresses & known:
            frappe.db.set_value(doctype, name, values, update_modified=False)


def _withdraw_calls(row: Any, addresses: list[str]) -> None:
    """Nobody calls them any more. Messages that wait are looked at when they are sent."""
    t = frappe.qb.DocType(TOUCH)
    email = (row.get("email") or "").strip()
    theirs = t.email == email if email else t.mobile_no.isin([*addresses, row.get("mobile_no") or ""])
    waiting = (t.channel == "Call") & (t.status == "Waiting") & theirs
    activities = frappe.qb.from_(t).select(t.activity).where(waiting).distinct().run(pluck=True)
    if not activities:
        return
    frappe.qb.update(t).set(t.status, "Withdrawn").set(t.reason, OPTED_OUT).where(waiting).run()
    from relationship_crm.campaigns import run

    for activity in sorted(activities):
        run.refresh(activity)
