"""How far campaigns came with those they were meant for: listed, contacted, reached, responded, quoted, ordered, invoiced, paid.

Customers, leads and prospects are counted, each once however many people, messages or documents: of a company with five
contacts one is won or none. The first four steps are the campaign's own rows. The others are documents from the day of the
first touch until the last day that counts for the campaign: they followed the contact, which is not to say that it caused them.

    listed      on the list and not in the control group; of a wave, whoever it was meant for
    contacted   a message was sent or a call reached somebody
    reached     handed over without an error, or spoken to; letters and messages by phone are taken to arrive
    responded   answered in any way
    quoted      was made a quotation that was submitted
    ordered     ordered, or was invoiced without an order
    invoiced    has bought, net of what came back, by the day of the order
    paid        has paid something of it

Steps need not contain each other: many order without a quotation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import frappe
import numpy as np
from frappe.query_builder.functions import Count, Function, Max, Min
from pypika.terms import Case

from relationship_crm.campaigns import posted, reached
from relationship_crm.campaigns.apportion import amounts, units
from relationship_crm.campaigns.outcome import last_day
from relationship_crm.campaigns.posted_queries import Range
from relationship_crm.campaigns.reached import COUNTED, EPOCH, REACHED, SENT, Party
from relationship_crm.campaigns.sight import Sight
from relationship_crm.campaigns.windows import Dated
from relationship_crm.engine.grid import day_number

STEPS = ("listed", "contacted", "reached", "responded", "quoted", "ordered", "invoiced", "paid")
#: What funnels are drawn by, with the columns that tell a campaign's touches and responses apart.
BY: dict[str, tuple[str, ...]] = {"Campaign": (), "Wave": ("activity",), "Variant": ("activity", "variant")}
#: Channels that do not say whether a message arrived.
SILENT_CHANNELS = ("Letter", "SMS")

Key = tuple[str, ...]  # campaign, and the columns of BY


@dataclass
class Funnel:
    """How many parties came to each step, and what was quoted, ordered, invoiced and paid (company currency)."""

    key: Key
    steps: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STEPS, 0))
    money: dict[str, float] = field(default_factory=dict)

    def share(self, step: str) -> float | None:
        """Percentage of those contacted, of those listed where the step is before; None of nobody."""
        base = self.steps["listed" if step in STEPS[:2] else "contacted"]
        return 100 * self.steps[step] / base if base else None


@dataclass
class _One:
    """A party in a funnel."""

    reached: bool = False
    responded: bool = False
    first: int | None = None  # day of the first touch


def read(
    campaigns: Sequence[Mapping[str, Any]],
    by: str = "Campaign",
    as_of: date | None = None,
    sight: Sight | None = None,
) -> list[Funnel]:
    """Funnels of campaigns (rows with `outcome.FIELDS`), by campaign, wave or variant; a constant number of queries a company.

    Sorted as the campaigns were given, then by key.
    """
    names = [row["name"] for row in campaigns]
    if not names:
        return []
    found = _people(names, BY[by], as_of, sight)
    order = {name: place for place, name in enumerate(names)}
    funnels = {key: Funnel(key) for key in found}
    if by == "Campaign":
        funnels = {(name,): Funnel((name,)) for name in names}
    for key, parties in found.items():
        steps = funnels[key].steps
        steps["listed"] = len(parties)
        steps["contacted"] = sum(one.first is not None for one in parties.values())
        steps["reached"] = sum(one.reached for one in parties.values())
        steps["responded"] = sum(one.responded for one in parties.values())
    by_company: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in campaigns:
        by_company[row["company"]].append(row)
    for company, rows in by_company.items():
        _documents(company, {row["name"]: last_day(row) for row in rows}, found, funnels, as_of)
    return sorted(funnels.values(), key=lambda one: (order[one.key[0]], one.key[1:]))


# -- the campaign's own rows


def _people(
    names: Sequence[str], by: tuple[str, ...], as_of: date | None, sight: Sight | None
) -> dict[Key, dict[Party, _One]]:
    touches, responses = _touches(names, by, as_of), _responses(names, by, as_of)
    listed = [] if by else _members(names)
    rows = [*touches, *responses, *listed]
    became = reached.customers_of({(row[1], row[2]) for row in rows if not row[0]})
    known: dict[tuple[Any, Any, Any], Party | None] = {}

    def party(row: Sequence[Any]) -> Party | None:
        key = (row[0], row[1], row[2])
        if key not in known:
            own = reached.party_of(*key, became)
            known[key] = own if own and (sight is None or sight.sees(own)) else None
        return known[key]

    found: dict[Key, dict[Party, _One]] = defaultdict(lambda: defaultdict(_One))
    for row in listed:
        if own := party(row):
            found[_key(row, 3, by)][own]
    for row in touches:
        if own := party(row):
            one = found[_key(row, 5, by)][own]
            one.reached |= bool(row[4])
            if row[3] is not None:
                one.first = row[3] if one.first is None else min(one.first, row[3])
    for row in responses:
        own, key = party(row), _key(row, 3, by)
        # who came without having been listed is no part of the funnel
        if own and own in found.get(key, {}):
            found[key][own].responded = True
    return found


def _key(row: Sequence[Any], start: int, by: tuple[str, ...]) -> Key:
    return tuple(value or "" for value in row[start : start + 1 + len(by)])


def _members(names: Sequence[str]) -> Sequence[tuple]:
    """Who is listed: customer, type and name of the party, campaign."""
    m = frappe.qb.DocType("Campaign Member")
    columns = (m.customer, m.party_type, m.party, m.campaign)
    wanted = m.campaign.isin(list(names)) & (m.arm != "Control")
    return frappe.qb.from_(m).select(*columns).where(wanted).groupby(*columns).run()


def _touches(names: Sequence[str], by: tuple[str, ...], as_of: date | None) -> Sequence[tuple]:
    """Customer, type and name of the party, day of the first touch, whether one arrived, campaign and what it is drawn by."""
    t = frappe.qb.DocType("Campaign Touch")
    counted = t.status.isin(COUNTED) & t.touched_on.isnotnull()
    if as_of is not None:
        counted = counted & (t.touched_on < frappe.utils.add_days(as_of, 1))
    arrived = (t.status == REACHED) | (
        (t.status == SENT) & ((t.delivery == SENT) | t.channel.isin(SILENT_CHANNELS))
    )
    keys = (t.campaign, *(t[column] for column in by))
    day = Function("TO_DAYS", Min(Case().when(counted, t.touched_on))) - EPOCH
    return (
        frappe.qb.from_(t)
        .select(
            t.customer, t.party_type, t.party, day, Max(Case().when(counted & arrived, 1).else_(0)), *keys
        )
        .where(t.campaign.isin(list(names)))
        .groupby(t.customer, t.party_type, t.party, *keys)
    ).run()


def _responses(names: Sequence[str], by: tuple[str, ...], as_of: date | None) -> Sequence[tuple]:
    r = frappe.qb.DocType("Campaign Response")
    columns = (r.customer, r.party_type, r.party, r.campaign, *(r[column] for column in by))
    query = frappe.qb.from_(r).select(*columns, Count("*")).where(r.campaign.isin(list(names)))
    if as_of is not None:
        query = query.where(r.responded_on < frappe.utils.add_days(as_of, 1))
    return query.groupby(*columns).run()


# -- documents


def _documents(
    company: str,
    until: Mapping[str, date],
    found: Mapping[Key, Mapping[Party, _One]],
    funnels: Mapping[Key, Funnel],
    as_of: date | None,
) -> None:
    """Quotations, orders and invoices of the contacted parties within the days that count."""
    keys = [key for key in funnels if key[0] in until and key in found]
    spans = [(i, own, one.first) for i, key in enumerate(keys) for own, one in found[key].items()]
    spans = [span for span in spans if span[2] is not None]
    if not spans:
        return
    place = {own: i for i, own in enumerate(dict.fromkeys(span[1] for span in spans))}
    row = np.array([span[0] for span in spans], dtype=np.int64)
    party = np.array([place[span[1]] for span in spans], dtype=np.int64)
    first = np.array([span[2] for span in spans], dtype=np.int64)
    last = np.array([day_number(until[keys[i][0]]) for i in row.tolist()], dtype=np.int64)
    of = Range(company, as_of, tuple(sorted(name for kind, name in place if kind == "Customer")))
    asked = Asked(of, place, int(first.min()), int(last.max()))
    invoices, customer = posted.read_of(of)
    families = invoices.families()
    names = np.array([place["Customer", name] for name in of.customers or ()], dtype=np.int64)
    buyer = names[customer[families.position]]
    bought = Dated(buyer, families.ordered, families.amount).within(party, first, last)
    paid = Dated(buyer, families.ordered, families.paid).within(party, first, last)
    ordered = asked.orders().within(party, first, last)
    quoted = asked.quotations().within(party, first, last)
    happened: dict[str, Callable[[], np.ndarray]] = {
        "quoted": lambda: quoted[1] > 0,
        "ordered": lambda: (ordered[1] > 0) | (bought[0] > 0),
        "invoiced": lambda: bought[0] > 0,
        "paid": lambda: paid[0] > 0,
    }
    totals = {"quoted": quoted[0], "ordered": ordered[0], "invoiced": bought[0], "paid": paid[0]}
    for step, which in happened.items():
        counts = np.bincount(row[which()], minlength=len(keys))
        whole = np.zeros(len(keys), dtype=np.int64)
        np.add.at(whole, row, totals[step])
        for key, count, total in zip(keys, counts.tolist(), amounts(whole, of.unit).tolist(), strict=True):
            funnels[key].steps[step] = count
            funnels[key].money[step] = total


@dataclass(frozen=True)
class Asked:
    """Reads documents of parties (place by party) of a company from a day to another."""

    range: Range
    place: Mapping[Party, int]
    first: int
    last: int

    def orders(self) -> Dated:
        """Submitted orders, by their date."""
        o = frappe.qb.DocType("Sales Order")
        query = self._query(o, o.transaction_date).where(o.is_internal_customer == 0).select(o.customer)
        if self.range.restricted:
            query = query.where(o.customer.isin(list(self.range.customers or ())))
        rows = query.run() if self.range.customers else ()
        return self._dated((day, net, ("Customer", name)) for day, net, name in rows)

    def quotations(self) -> Dated:
        """Submitted quotations to customers, leads and prospects; those to a lead are its customer's."""
        q = frappe.qb.DocType("Quotation")
        rows = self._query(q, q.transaction_date).select(q.quotation_to, q.party_name).run()
        became = reached.customers_of({(kind, name) for _day, _net, kind, name in rows if kind != "Customer"})
        return self._dated(
            (day, net, reached.party_of("", kind, name, became)) for day, net, kind, name in rows
        )

    def _query(self, document: Any, day: Any) -> Any:
        first, last = (str(np.datetime64(number, "D")) for number in (self.first, self.last))
        mine = (document.docstatus == 1) & (document.company == self.range.company)
        query = frappe.qb.from_(document).where(mine & (day >= first) & (day <= last))
        if self.range.as_of is not None:
            query = query.where(day <= self.range.as_of)
        return query.select(Function("TO_DAYS", day) - EPOCH, document.base_net_total)

    def _dated(self, rows: Iterable[tuple[int, Any, Party | None]]) -> Dated:
        mine = [(self.place[own], day, float(net or 0)) for day, net, own in rows if own in self.place]
        party, day, net = zip(*mine, strict=True) if mine else ((), (), ())
        return Dated(np.array(party), np.array(day), units(list(net), self.range.unit))
