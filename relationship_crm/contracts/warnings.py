"""Mails when 80 % and 100 % of what a line has in its present period are used: once a line, period and threshold.

To the contract's contact, or whoever else is there for the customer, and to the account manager, as the contract says. A line
that goes from below 80 % to everything at once is told of once. What was told stays told: use that was taken back and comes
again in the same period is no news. The record of it is inserted before the mail is queued; its name tells line, period and
threshold, so that of two jobs at once one writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

import frappe
from frappe import _
from frappe.desk.doctype.notification_settings.notification_settings import is_email_notifications_enabled
from frappe.utils import add_to_date, now_datetime

from relationship_crm.assessment.bulk import read_rows
from relationship_crm.contracts import overview, terms, usage
from relationship_crm.contracts.overview import ALL, NEARLY, Standing
from relationship_crm.contracts.terms import Promise
from relationship_crm.contracts.warning_mail import HAIR, News, in_language, mail, name_of
from relationship_crm.surveys.recipients import Recipient, find_recipients
from relationship_crm.surveys.sending import has_outgoing_account

WARNING, CONTRACT, ENTRY = "Service Usage Warning", overview.CONTRACT, "Service Usage Entry"
THRESHOLDS = (ALL, NEARLY)
#: How far back the job of every few minutes looks for new entries; longer than a transaction lasts. The night looks at all.
LOOK_BACK = timedelta(hours=1)


# who is looked at


def after_use(checkpoint: Callable[[], None], today: date) -> int:
    """Look at the lines that were used lately; the number of mails."""
    entry = frappe.qb.DocType(ENTRY)
    since = add_to_date(now_datetime(), seconds=-int(LOOK_BACK.total_seconds()))
    keys = (
        frappe.qb.from_(entry)
        .select(entry.line_key)
        .distinct()
        .where(entry.creation >= since)
        .run(pluck=True)
    )
    return tell(list(terms.of_lines(keys).values()), today, checkpoint) if keys else 0


def of_everybody(checkpoint: Callable[[], None], today: date) -> int:
    """Look at all lines in force; the number of mails."""
    head = frappe.qb.DocType(CONTRACT)
    wanted = (head.warn_customer == 1) | (head.warn_manager == 1)
    return tell(terms.read(terms.in_force(today) & wanted), today, checkpoint)


def tell(promises: Sequence[Promise], today: date, checkpoint: Callable[[], None]) -> int:
    """Mail what is new about some lines, a contract at a time; the number of mails.

    Without an account for outgoing mail nothing is told nor recorded.
    """
    wanted = [p for p in promises if p.limited and (p.head.warn_customer or p.head.warn_manager)]
    if not wanted or not has_outgoing_account():
        return 0
    standing = overview.standing(usage.figures(wanted, today), today)
    found = news(standing)
    heads = {one.promise.contract: one.promise.head for one in found}
    customers, managers = _contacts(heads.values()), _managers(heads.values())
    mails = 0
    for contract, head in heads.items():
        own = [one for one in found if one.promise.contract == contract]
        people = (customers.get(contract), managers.get(head.account_manager) if head.warn_manager else None)
        if not any(people):
            continue
        try:
            mails += _tell(own, *people, standing)
        except frappe.DuplicateEntryError:
            frappe.db.rollback()  # nosemgrep: a job's own transaction; another job told it meanwhile
            frappe.clear_last_message()
        except Exception:
            frappe.db.rollback()  # nosemgrep: as above
            frappe.log_error(title=f"Relationship CRM: warning of {contract}")
        checkpoint()
    return mails


def news(standing: Standing) -> list[News]:
    """Lines that reached a threshold in their present period of which nobody was told, nor of a higher one."""
    found = [one for at in range(len(standing.promises)) if (one := _reached(standing, at))]
    names = (name_of(one.promise.key, one.start, round(100 * t)) for one in found for t in THRESHOLDS)
    told = {name for (name,) in read_rows(WARNING, ("name",), "name", names)}
    return [
        one
        for one in found
        if not any(
            name_of(one.promise.key, one.start, round(100 * t)) in told
            for t in THRESHOLDS
            if 100 * t >= one.percent
        )
    ]


def _reached(standing: Standing, at: int) -> News | None:
    share, period = standing.share[at] + HAIR, standing.period(at)
    highest = next((threshold for threshold in THRESHOLDS if share >= threshold), None)
    if highest is None or period is None or not standing.in_force[at]:
        return None
    state = standing.balances
    return News(
        standing.promises[at],
        round(100 * highest),
        *period,
        used=float(state.used[at]),
        available=float(state.included[at] + state.carried[at]),
        left=float(state.left[at]),
        overage=float(state.overage[at]),
        at=at,
    )


# who is told


def _contacts(heads: Iterable[frappe._dict]) -> dict[str, Recipient]:
    """Whom to write to at the customer, by contract; those who do not want it are left out."""
    wanted = [head for head in heads if head.warn_customer]
    own = _own_contacts(wanted)
    keys = {
        head.name: ("Customer", head.customer, head.contact if head.name in own else "") for head in wanted
    }
    people = find_recipients(list(dict.fromkeys(keys.values())))
    refused = _refused({person.email for person in people.values() if person.email})
    found = {}
    for head in wanted:
        person = people[keys[head.name]]
        refuses = {(person.email, head.customer), (person.email, "")} & refused
        if person.email and not person.unsubscribed and not refuses:
            found[head.name] = person
    return found


def _own_contacts(heads: Sequence[frappe._dict]) -> set[str]:
    """Contracts whose contact belongs to their customer."""
    named = sorted({head.contact for head in heads if head.contact})
    columns = ("parent", "link_doctype", "link_name", "parenttype")
    rows = read_rows("Dynamic Link", columns, "parent", named)
    linked = {
        (parent, customer) for parent, kind, customer, of in rows if (kind, of) == ("Customer", "Contact")
    }
    return {head.name for head in heads if (head.contact, head.customer) in linked}


def _refused(emails: set[str]) -> set[tuple[str, str]]:
    """Addresses that unsubscribed, with the customer whose contracts they mean; with nothing where they mean all mail."""
    if not emails:
        return set()
    t, head = frappe.qb.DocType("Email Unsubscribe"), frappe.qb.DocType(CONTRACT)
    # said of one contract it holds for those before and after it
    rows = (
        frappe.qb.from_(t)
        .left_join(head)
        .on((head.name == t.reference_name) & (t.reference_doctype == CONTRACT))
        .select(t.email, head.customer)
        .where(t.email.isin(sorted(emails)) & (head.customer.isnotnull() | (t.global_unsubscribe == 1)))
    ).run()
    return {(email.lower(), customer or "") for email, customer in rows}


def _managers(heads: Iterable[frappe._dict]) -> dict[str, Recipient]:
    """Account managers that can be written to, by user."""
    users = {head.account_manager for head in heads if head.warn_manager and head.account_manager}
    rows = read_rows("User", ("name", "full_name", "email", "language", "enabled"), "name", users)
    return {
        name: Recipient(full_name or name, email=email, language=language or "")
        for name, full_name, email, language, enabled in rows
        if enabled and email and is_email_notifications_enabled(name)
    }


# the mails


def _tell(
    found: list[News], customer: Recipient | None, manager: Recipient | None, standing: Standing
) -> int:
    """Record what is told of a contract, and queue the mails; their number."""
    for one in found:
        _record(one, customer, manager)
    if customer:
        _send(found, customer, standing, inside=False)
    if manager:
        _send(found, manager, standing, inside=True)
    return bool(customer) + bool(manager)


def _record(one: News, customer: Recipient | None, manager: Recipient | None) -> None:
    frappe.get_doc(
        {
            "doctype": WARNING,
            "name": one.name,
            "contract": one.promise.contract,
            "customer": one.promise.head.customer,
            "line_key": one.promise.key,
            "line_title": one.promise.title,
            "percent": one.percent,
            "period_start": one.start,
            "period_end": one.end,
            "used": one.used,
            "available": one.available,
            "uom": one.promise.uom,
            "told_customer": customer.email if customer else None,
            "told_manager": manager.email if manager else None,
        }
    ).insert(ignore_permissions=True)  # the job's user need not be allowed to write mails


def _send(found: list[News], person: Recipient, standing: Standing, inside: bool) -> None:
    """One mail in the language of whoever reads it."""
    head = found[0].promise.head
    with in_language(person.language):
        subject, message = mail(found, person.name, standing, inside)
        more = {} if inside else {"unsubscribe_message": _("Unsubscribe")}
        frappe.sendmail(
            recipients=[person.email],
            subject=subject,
            message=message,
            reference_doctype=CONTRACT,
            reference_name=head.name,
            **more,
        )


def forget(contract: str) -> None:
    """A contract is deleted: what was told of it goes with it."""
    frappe.db.delete(WARNING, {"contract": contract})
