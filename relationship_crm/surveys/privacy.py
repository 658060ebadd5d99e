"""Free texts and identities: erased on request, and after the time the settings allow. Figures stay, they name nobody.

Frappe's requests for personal data find our rows by `user_data_fields` (hooks.py): each row carries the respondent's e-mail
address. Frappe's own erasure writes placeholders; ours empties the fields, the texts of answers and follow-ups with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import frappe

INVITATION, RESPONSE, ANSWER = "Survey Invitation", "Survey Response", "Survey Answer"
#: What is emptied, by DocType.
IDENTITY = {
    INVITATION: ("contact", "recipient_name", "email", "mobile_no"),
    RESPONSE: ("contact", "email"),
    ANSWER: ("text", "email"),
    "Survey Follow Up": ("comment", "lowest_answer"),
    "Customer Referral": ("contact_name", "contact_email", "contact_phone", "notes", "title"),
}
#: A testimonial goes with its author, unless it may be used.
TESTIMONIAL = ("testimonial_text", "testimonial_consent_text")


def erase(email: str) -> None:
    """Empty everything that says who somebody was or holds their words; they asked for it."""
    email = (email or "").strip()
    if not email:
        return
    invitations = _names(INVITATION, "email", [email])
    responses = sorted({*_names(RESPONSE, "email", [email]), *_names(RESPONSE, "invitation", invitations)})
    addresses = {email.lower(), *_phones(invitations)}
    empty_responses(responses, with_testimonials=True)
    empty_follow_ups(responses)
    empty_referrals(_names("Customer Referral", "contact_email", [email]))
    empty_referrals(_names("Customer Referral", "response", responses))
    empty_invitations(invitations)
    # an idea is the company's work by now; whose it was is forgotten
    _empty("Customer Idea", ("contact",), "response", responses)
    t = frappe.qb.DocType("Survey Recipient")
    frappe.qb.from_(t).delete().where(t.address.isin(sorted(addresses))).run()


def empty_responses(names: Sequence[str], with_testimonials: bool) -> None:
    """Texts and identities of responses."""
    _empty(ANSWER, IDENTITY[ANSWER], "parent", names)
    _empty(RESPONSE, IDENTITY[RESPONSE], "name", names)
    t = frappe.qb.DocType(RESPONSE)
    may_stay = [] if with_testimonials else [t.testimonial_consent == 0]
    _empty(RESPONSE, TESTIMONIAL, "name", names, *may_stay)


def empty_follow_ups(responses: Sequence[str]) -> None:
    """What a customer said, as quoted to whoever looks after it; in their tasks too."""
    names = _names("Survey Follow Up", "response", responses)
    _empty("Survey Follow Up", IDENTITY["Survey Follow Up"], "name", names)
    if names:
        t = frappe.qb.DocType("ToDo")
        tasks = (t.reference_type == "Survey Follow Up") & t.reference_name.isin(names)
        frappe.qb.update(t).set(t.description, t.reference_name).where(tasks).run()


def empty_referrals(names: Sequence[str]) -> None:
    """People who were named, but did not ask for it."""
    _empty("Customer Referral", IDENTITY["Customer Referral"], "name", names)


def empty_invitations(names: Sequence[str]) -> None:
    """Recipients. What was still waiting is not sent."""
    t = frappe.qb.DocType(INVITATION)
    if names:
        waiting = (
            frappe.qb.update(t).set(t.status, "Withdrawn").set(t.withdrawn_reason, "Personal data erased")
        )
        waiting.where(t.name.isin(list(names)) & (t.status == "Waiting")).run()
    _empty(INVITATION, IDENTITY[INVITATION], "name", names)


def _names(doctype: str, field: str, values: Sequence[str]) -> list[str]:
    if not values:
        return []
    t = frappe.qb.DocType(doctype)
    return frappe.qb.from_(t).select(t.name).where(t[field].isin(list(values))).run(pluck=True)


def _phones(invitations: Sequence[str]) -> set[str]:
    from relationship_crm.surveys.recipients import plain_number

    if not invitations:
        return set()
    t = frappe.qb.DocType(INVITATION)
    rows = frappe.qb.from_(t).select(t.mobile_no).where(t.name.isin(list(invitations))).run(pluck=True)
    return {plain_number(number) for number in rows if number} - {""}


def _empty(doctype: str, fields: Sequence[str], where: str, values: Sequence[str], *conditions: Any) -> None:
    if not values:
        return
    t = frappe.qb.DocType(doctype)
    query = frappe.qb.update(t).where(t[where].isin(list(values)))
    for field in fields:
        query = query.set(t[field], None)
    for condition in conditions:
        query = query.where(condition)
    query.run()
