"""Answers grow old: after the months the settings allow, their free texts and the people behind them are forgotten.

The figures stay, and with them the statistics and what is left of their weight in the scores. A testimonial that may be used
stays as well. The customer stays too: it is the ledger's, and says who bought, not who spoke.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import frappe
from frappe.utils import add_days, add_months, cint, getdate
from pypika.terms import ExistsCriterion

from relationship_crm.surveys import privacy

SETTINGS = "Relationship CRM Settings"
BATCH = 500


def erase_old(checkpoint: Callable[[], Any], today: date | None = None) -> int:
    """Erase what is older than the settings allow, a batch at a time; the number of rows."""
    settings = frappe.get_cached_doc(SETTINGS)
    months, day, done = cint(settings.survey_retention_months), getdate(today), 0
    if not months:
        return 0
    limit = getdate(add_months(day, -months))
    for old, empty in (
        (_old_responses, _empty_responses),
        (_old_invitations, privacy.empty_invitations),
        (_old_referrals, privacy.empty_referrals),
    ):
        while names := old(limit):
            empty(names)
            checkpoint()
            done += len(names)
    rest = max(cint(settings.survey_rest_days), cint(settings.contact_rest_days))
    forget_addresses(getdate(add_days(day, -rest)), limit)
    checkpoint()
    return done


def forget_addresses(rested: date, limit: date) -> None:
    """Addresses that were last asked or contacted longer ago than both rest and retention.

    Who does not want to be asked, or wants no campaigns, stays known.
    """
    t, day = frappe.qb.DocType("Survey Recipient"), min(rested, limit)
    asked, contacted = t.last_sent_on < day, t.last_contacted_on < day
    old = (asked & (contacted | t.last_contacted_on.isnull())) | (contacted & t.last_sent_on.isnull())
    frappe.qb.from_(t).delete().where(old & (t.do_not_ask == 0) & (t.no_campaigns == 0)).run()


def _empty_responses(names: list[str]) -> None:
    privacy.empty_responses(names, with_testimonials=False)
    privacy.empty_follow_ups(names)


def _old_responses(limit: date) -> list[str]:
    t, answer = frappe.qb.DocType("Survey Response"), frappe.qb.DocType("Survey Answer")
    texts = (
        frappe.qb.from_(answer)
        .select(answer.name)
        .where((answer.parent == t.name) & (answer.text.isnotnull() | answer.email.isnotnull()))
    )
    known = t.contact.isnotnull() | t.email.isnotnull() | ExistsCriterion(texts)
    known |= t.testimonial_text.isnotnull() & (t.testimonial_consent == 0)
    query = frappe.qb.from_(t).select(t.name).where((t.answered_on < limit) & known)
    return query.limit(BATCH).run(pluck=True)


def _old_invitations(limit: date) -> list[str]:
    t = frappe.qb.DocType("Survey Invitation")
    known = (
        t.contact.isnotnull() | t.email.isnotnull() | t.mobile_no.isnotnull() | t.recipient_name.isnotnull()
    )
    return frappe.qb.from_(t).select(t.name).where((t.send_on < limit) & known).limit(BATCH).run(pluck=True)


def _old_referrals(limit: date) -> list[str]:
    """People who were named and never became a lead or customer."""
    t = frappe.qb.DocType("Customer Referral")
    known = t.contact_name.isnotnull() | t.contact_email.isnotnull() | t.contact_phone.isnotnull()
    nothing_came = t.referred_lead.isnull() & t.referred_customer.isnull()
    old = (t.referral_date < limit) & known & nothing_came
    return frappe.qb.from_(t).select(t.name).where(old).limit(BATCH).run(pluck=True)
