"""What happened that a survey wants to know about. The scheduler asks; nothing hangs on ERPNext's own documents.

Each enabled trigger is a handful of queries: documents of the last days that have no invitation of this survey yet. A
document older than the waiting time and `WINDOW` is not asked about any more, so a scheduler that stood still, or a
backdated document, brings no late questions. What was entered before the trigger was enabled is never asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.query_builder.functions import Coalesce, Concat, Date, Max
from frappe.utils import getdate
from pypika import CustomFunction

from relationship_crm.surveys.invitations import DOCTYPE, SURVEY, Occasion

#: Days after the waiting time in which an event is still asked about.
WINDOW = 14
DELIVERY, PAID, ISSUE, VISIT = "Delivery", "Invoice Paid", "Issue Closed", "Maintenance Visit"
STAGE, PERIOD = "Stage Change", "Every N Months"
PAYMENTS = ("Payment Entry", "Journal Entry")
CLOSED = ("Closed", "Resolved")
#: A payment may be entered so long before its own date and still be seen.
POSTDATED = 60

crc32 = CustomFunction("CRC32", ["text"])
mod = CustomFunction("MOD", ["a", "b"])
floor = CustomFunction("FLOOR", ["a"])


@dataclass(frozen=True)
class Trigger:
    """An enabled trigger of a survey."""

    survey: str
    event: str
    wait_days: int
    sample_percent: float
    months: int
    direction: str
    enabled_on: Any
    company: str
    customer_group: str
    territory: str

    def first_day(self, today: date) -> date:
        """The earliest day of an event that is still asked about."""
        return today - timedelta(days=self.wait_days + WINDOW)


FIELDS = tuple(Trigger.__dataclass_fields__)[1:]


def enabled_triggers(*events: str, survey: str | None = None) -> list[Trigger]:
    """The triggers of all enabled surveys, in the order of their surveys; printed links only on demand."""
    t, s = frappe.qb.DocType("Survey Trigger"), frappe.qb.DocType(SURVEY)
    query = (
        frappe.qb.from_(t)
        .join(s)
        .on((s.name == t.parent) & (t.parenttype == SURVEY))
        .select(s.name, *(t[field] for field in FIELDS))
        .where((s.enabled == 1) & (t.enabled == 1))
        .where(t.event.isin(list(events or FINDERS)))
        .orderby(s.name, t.idx)
    )
    rows = (query.where(s.name == survey) if survey else query).run()
    return [
        Trigger(row[0], *(value or EMPTY[field] for field, value in zip(FIELDS, row[1:], strict=True)))
        for row in rows
    ]


EMPTY = dict.fromkeys(FIELDS, "") | {"wait_days": 0, "sample_percent": 0.0, "months": 0, "enabled_on": None}


def occasions(trigger: Trigger, today: date, limit: int) -> list[Occasion]:
    """Events of a trigger that have no invitation yet, at most about `limit`."""
    if trigger.enabled_on is None or trigger.sample_percent <= 0:
        return []
    return FINDERS[trigger.event](trigger, today, limit)


def _deliveries(trigger: Trigger, today: date, limit: int) -> list[Occasion]:
    """Goods that left: delivery notes, and invoices that move stock."""
    note, invoice = frappe.qb.DocType("Delivery Note"), frappe.qb.DocType("Sales Invoice")
    found = _documents(
        trigger, today, limit, note, note.posting_date, note.contact_person, note.is_internal_customer == 0
    )
    goods = (invoice.update_stock == 1) & (invoice.is_pos == 0) & (invoice.is_internal_customer == 0)
    goods &= (invoice.is_opening == "No") & (invoice.is_consolidated == 0)
    return found + _documents(
        trigger, today, limit, invoice, invoice.posting_date, invoice.contact_person, goods
    )


def _documents(
    trigger: Trigger, today: date, limit: int, t: Any, day: Any, contact: Any, more: Any
) -> list[Occasion]:
    """Submitted documents that are no returns."""
    query = (
        frappe.qb.from_(t)
        .where((t.docstatus == 1) & more)
        .where(day.between(trigger.first_day(today), today))
        .where(t.creation >= trigger.enabled_on)
    )
    if t._table_name != "tabMaintenance Visit":
        query = query.where(t.is_return == 0)
    return _read(trigger, query, t, day, contact, t.company, limit)


def _payments(trigger: Trigger, today: date, limit: int) -> list[Occasion]:
    """Invoices paid in full by a payment, on the day of the last one. A credit note is no payment."""
    p, t = frappe.qb.DocType("Payment Ledger Entry"), frappe.qb.DocType("Sales Invoice")
    first = trigger.first_day(today)
    entered = first - timedelta(days=POSTDATED)
    paid = (
        frappe.qb.from_(p)
        .select(
            p.against_voucher_no.as_("invoice"),
            Max(p.posting_date).as_("day"),
            Max(p.creation).as_("entered"),
        )
        .where((p.delinked == 0) & (p.account_type == "Receivable") & (p.amount < 0))
        .where((p.against_voucher_type == "Sales Invoice") & p.voucher_type.isin(PAYMENTS))
        # one of the two has an index, on ERPNext 15 or on 16; entries of a ledger are hardly ever modified
        .where((p.creation >= entered) & (p.modified >= entered))
        .groupby(p.against_voucher_no)
    ).as_("paid")
    query = (
        frappe.qb.from_(t)
        .join(paid)
        .on(paid.invoice == t.name)
        .where((t.docstatus == 1) & (t.is_return == 0) & (t.outstanding_amount <= 0))
        .where((t.is_opening == "No") & (t.is_consolidated == 0) & (t.is_internal_customer == 0))
        .where(paid.day.between(first, today) & (paid.entered >= trigger.enabled_on))
    )
    return _read(trigger, query, t, paid.day, t.contact_person, t.company, limit)


def _issues(trigger: Trigger, today: date, limit: int) -> list[Occasion]:
    """Issues resolved or closed."""
    t = frappe.qb.DocType("Issue")
    solved = t.sla_resolution_date  # kept where a service level agreement applies
    first = trigger.first_day(today)
    query = (
        frappe.qb.from_(t)
        .where(t.status.isin(CLOSED) & (t.modified >= first))
        .where(Date(Coalesce(solved, t.modified)).between(first, today))
        .where(Coalesce(solved, t.creation) >= trigger.enabled_on)
    )
    return _read(trigger, query, t, Date(Coalesce(solved, t.modified)), t.contact, t.company, limit)


def _visits(trigger: Trigger, today: date, limit: int) -> list[Occasion]:
    """Maintenance visits made."""
    t = frappe.qb.DocType("Maintenance Visit")
    return _documents(trigger, today, limit, t, t.mntc_date, t.contact_person, t.customer != "")


def _stage_changes(trigger: Trigger, today: date, limit: int) -> list[Occasion]:
    """Parties that moved on the ladder; moves that were worked out for the past are left alone.

    A change is known by party, day and stage: its row is written anew when the past is worked out again.
    """
    t, i = frappe.qb.DocType("Relationship Stage Change"), frappe.qb.DocType(DOCTYPE)
    about = Concat(t.changed_on, " ", t.to_stage)
    query = (
        frappe.qb.from_(t)
        .left_join(i)
        .on((i.voucher_no == about) & (i.party == t.party) & _same_cause(i, trigger))
        .select(t.party_type, t.party, t.changed_on, about)
        .where((t.source != "History") & (t.creation >= trigger.enabled_on) & i.name.isnull())
        .where(t.changed_on.between(trigger.first_day(today), today))
        .orderby(t.changed_on, t.name)
        .limit(limit)
    )
    if trigger.direction in ("Up", "Down"):
        query = query.where(t.direction == trigger.direction)
    if trigger.customer_group or trigger.territory:
        c = frappe.qb.DocType("Customer")
        query = _where_customer(
            query.join(c).on((t.party_type == "Customer") & (c.name == t.party)), c, trigger
        )
    rows = _sampled(query, trigger, Concat(t.party, " ", about)).run()
    return [
        Occasion(STAGE, kind, party, _send_on(trigger, day), voucher_no=text)
        for kind, party, day, text in rows
    ]


def _periodic(trigger: Trigger, today: date, limit: int) -> list[Occasion]:
    """Customers whose turn has come.

    Each customer has a day of its own in the period, drawn by its name: asked so spread over the months, never all at once, and
    again after exactly `months` calendar months. Its month m has (m - draw) divisible by `months`; its day is 1..28.
    """
    if trigger.months < 1:
        return []
    c, i = frappe.qb.DocType("Customer"), frappe.qb.DocType(DOCTYPE)
    draw = crc32(Concat(trigger.survey, "|", c.name))
    day = mod(floor(draw / trigger.months), 28) + 1
    found: list[Occasion] = []
    for first, last in _months(today - timedelta(days=WINDOW), today):
        number, text = first.year * 12 + first.month - 1, first.strftime("%Y-%m")
        query = (
            frappe.qb.from_(c)
            .left_join(i)
            .on((i.customer == c.name) & (i.voucher_no == text) & _same_cause(i, trigger))
            .select(c.name, day)
            .where((c.disabled == 0) & (c.is_internal_customer == 0) & i.name.isnull())
            .where((mod(draw, trigger.months) == number % trigger.months) & day.between(first.day, last.day))
            .where(c.creation <= first)  # nobody is asked in the month they came
            .orderby(c.name)
            .limit(limit)
        )
        rows = _sampled(_where_customer(query, c, trigger), trigger, Concat(c.name, " ", text)).run()
        found += [
            Occasion(PERIOD, "Customer", name, first.replace(day=int(number_of_day)), voucher_no=text)
            for name, number_of_day in rows
        ]
    return found


def _months(first: date, last: date) -> list[tuple[date, date]]:
    """The span of days, cut where months end."""
    if (first.year, first.month) == (last.year, last.month):
        return [(first, last)]
    begin = last.replace(day=1)
    return [*_months(first, begin - timedelta(days=1)), (begin, last)]


FINDERS: dict[str, Callable[[Trigger, date, int], list[Occasion]]] = {
    DELIVERY: _deliveries,
    PAID: _payments,
    ISSUE: _issues,
    VISIT: _visits,
    STAGE: _stage_changes,
    PERIOD: _periodic,
}


def _read(
    trigger: Trigger, query: Any, t: Any, day: Any, contact: Any, company: Any, limit: int
) -> list[Occasion]:
    """Documents of customers that match the trigger and have no invitation yet."""
    doctype = t._table_name.removeprefix("tab")
    replaced = (t.amended_from,) if frappe.get_meta(doctype).is_submittable else ()
    c, i = frappe.qb.DocType("Customer"), frappe.qb.DocType(DOCTYPE)
    query = (
        query.join(c)
        .on(c.name == t.customer)
        .left_join(i)
        .on((i.voucher_no == t.name) & (i.voucher_type == doctype) & _same_cause(i, trigger))
        .select(t.name, t.customer, day, contact, company, *replaced)
        .where((c.is_internal_customer == 0) & i.name.isnull())
        .orderby(day, t.name)
        .limit(limit)
    )
    if trigger.company:
        query = query.where(company == trigger.company)
    rows = _sampled(_where_customer(query, c, trigger), trigger, t.name).run()
    return [
        Occasion(
            trigger.event,
            "Customer",
            customer,
            _send_on(trigger, when),
            doctype,
            name,
            person or "",
            house or "",
            replaces=next(iter(before), None) or "",
        )
        for name, customer, when, person, house, *before in rows
    ]


def _same_cause(i: Any, trigger: Trigger) -> Any:
    return (i.survey == trigger.survey) & (i.trigger_event == trigger.event)


def _send_on(trigger: Trigger, day: Any) -> date:
    return getdate(day) + timedelta(days=trigger.wait_days)


def _where_customer(query: Any, c: Any, trigger: Trigger) -> Any:
    """Group and territory, with all below them."""
    for doctype, field, value in (
        ("Customer Group", c.customer_group, trigger.customer_group),
        ("Territory", c.territory, trigger.territory),
    ):
        if value:
            query = query.where(field.isin([value, *frappe.db.get_descendants(doctype, value)]))
    return query


def _sampled(query: Any, trigger: Trigger, about: Any) -> Any:
    """A fixed draw by survey and document: in or out, however often one asks. See `in_sample`."""
    if trigger.sample_percent >= 100:
        return query
    return query.where(
        mod(crc32(Concat(trigger.survey, "|", about)), 10_000) < round(100 * trigger.sample_percent)
    )


def in_sample(survey: str, about: str, percent: float) -> bool:
    """The same draw for one document: CRC-32 of "survey|document", modulo 10,000, below the percentage."""
    from zlib import crc32 as checksum

    return checksum(f"{survey}|{about}".encode()) % 10_000 < round(100 * percent)


def still_true(rows: Sequence[dict[str, Any]]) -> set[str]:
    """Names of those invitations whose document still says what it said: not cancelled, not deleted, not unpaid."""
    causes: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        causes.setdefault((row["voucher_type"] or "", row["trigger_event"] or ""), set()).add(
            row["voucher_no"]
        )
    standing: set[tuple[str, str, str]] = set()
    for (doctype, event), names in causes.items():
        if doctype in STANDING:
            t = frappe.qb.DocType(doctype)
            query = frappe.qb.from_(t).select(t.name).where(t.name.isin(sorted(names)) & STANDING[doctype](t))
            query = query.where(t.outstanding_amount <= 0) if event == PAID else query
            standing |= {(doctype, event, name) for name in query.run(pluck=True)}
    return {
        row["name"]
        for row in rows
        if row["voucher_type"] not in STANDING
        or (row["voucher_type"], row["trigger_event"], row["voucher_no"]) in standing
    }


#: When a document still stands. Others are asked about once and for all.
STANDING: dict[str, Callable[[Any], Any]] = {
    "Delivery Note": lambda t: t.docstatus == 1,
    "Sales Invoice": lambda t: t.docstatus == 1,
    "Maintenance Visit": lambda t: t.docstatus == 1,
    "Issue": lambda t: t.name.isnotnull(),  # one that was opened again waits, see sending
}
