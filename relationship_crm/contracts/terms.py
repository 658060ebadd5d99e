"""What submitted service contracts promise and charge, read for the arithmetic. One query for lines, one for their changes.

A line's life is its own dates within the contract's, cut off at the day to which the contract was terminated.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe.utils import getdate
from pypika.functions import Function
from pypika.terms import Criterion

from relationship_crm.contracts.periods import Carry, Line, Per
from relationship_crm.contracts.rules import Rule
from relationship_crm.ledger.dialect import UNIT, Packed

#: What a line counts, by the vouchers that feed it.
HOURS, VISITS, INCIDENTS, QUANTITY, NOTHING = "Hours", "Visits", "Incidents", "Quantity", "Nothing"
#: What comes in whole numbers.
WHOLE = (VISITS, INCIDENTS)

OF_CONTRACT = (
    *("customer", "customer_name", "company", "currency", "account_manager", "state", "project"),
    *("start_date", "end_date", "terminated_per", "periods_from", "broken_periods", "portal_visible"),
    *("warn_customer", "warn_manager", "contact"),
)
#: What only charges need of a contract.
OF_BILLING = (
    *("billing", "billing_period", "billing_in_advance", "billing_with_calendar", "draft_days_ahead"),
    *("submit_invoices", "defer_revenue", "overage_period", "price_adjustment", "adjustment_percent"),
    *("price_index", "index_base_month", "index_lag_months", "taxes_and_charges"),
    *("payment_terms_template", "cost_center", "subscription", "auto_repeat", "letter_head"),
)
OF_LINE = (
    *("line_key", "line_title", "item_code", "item_group", "revenue_type", "counts", "uom", "hours_counted"),
    *("start_date", "end_date", "included_qty", "unlimited", "period", "carry_over", "carry_limit"),
    *("overage", "overage_rate", "price", "price_per", "billing_item", "service_level_agreement", "idx"),
)
#: What is no text.
KINDS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("start_date", "end_date", "terminated_per", "index_base_month"), date.fromisoformat),
    **dict.fromkeys(("included_qty", "carry_limit", "overage_rate", "price", "adjustment_percent"), float),
    **dict.fromkeys(("unlimited", "idx", "portal_visible", "warn_customer", "warn_manager"), int),
    **dict.fromkeys(("billing_in_advance", "billing_with_calendar", "draft_days_ahead"), int),
    **dict.fromkeys(("submit_invoices", "defer_revenue", "index_lag_months"), int),
}


@dataclass(frozen=True)
class Promise:
    """One line of a contract: what it is called and counts, and its terms as the arithmetic takes them."""

    contract: str
    key: str
    title: str
    counts: str
    uom: str
    line: Line
    rule: Rule
    row: frappe._dict  # the line's columns
    head: frappe._dict  # the contract's columns

    @property
    def limited(self) -> bool:
        """Whether there is anything to run out of."""
        return self.counts != NOTHING and not self.line.unlimited


def of_contracts(contracts: Sequence[str], billing: bool = False) -> list[Promise]:
    """Lines of submitted contracts by name, in the order of the names and rows; `billing`: with what charges need."""
    return read(_head().name.isin(list(contracts)), billing) if contracts else []


def of_customer(customer: str, day: date | None = None) -> list[Promise]:
    """Lines of a customer's contracts; with a day, only those of contracts in force on it."""
    criterion = _head().customer == customer
    return read(criterion & in_force(day) if day else criterion)


def in_force(day: date) -> Criterion:
    """Contracts that are in force on a day, as a condition for `read`."""
    head = _head()
    return (
        (head.start_date <= day)
        & (head.end_date >= day)
        & (head.terminated_per.isnull() | (head.terminated_per >= day))
    )


def of_lines(keys: Iterable[str]) -> dict[str, Promise]:
    """Lines by key; keys of contracts that are no longer submitted are missing."""
    wanted = list(dict.fromkeys(key for key in keys if key))
    if not wanted:
        return {}
    return {promise.key: promise for promise in read(_line().line_key.isin(wanted))}


def read(criterion: Criterion | None = None, billing: bool = False) -> list[Promise]:
    """Lines of submitted contracts that fulfil a condition on `tabService Contract` or its lines, by contract and row."""
    head, line = _head(), _line()
    columns = ("name", *OF_CONTRACT, *(OF_BILLING if billing else ()))
    query = (
        frappe.qb.from_(line)
        .join(head)
        .on(head.name == line.parent)
        .select(_in_one(head, columns), _in_one(line, OF_LINE))
        .where((head.docstatus == 1) & (line.parenttype == "Service Contract"))
        .orderby(head.name, line.idx)
    )
    found = (query.where(criterion) if criterion is not None else query).run()
    heads = {text: _taken_apart(columns, text) for text in dict.fromkeys(text for text, _own in found)}
    rows = [(heads[text], _taken_apart(OF_LINE, own)) for text, own in found]
    changes = changes_of([head.name for head in heads.values()])
    return [
        promise_of(head.name, head, row, changes.get((head.name, row.line_key), ())) for head, row in rows
    ]


def _in_one(source: Any, columns: Sequence[str]) -> Packed:
    """Columns as one text: a cell costs a microsecond, and all contracts together have hundreds of thousands."""
    plain = (source[c] if c in KINDS else Function("REPLACE", source[c], UNIT, " ") for c in columns)
    return Packed(*plain)


def _taken_apart(columns: Sequence[str], text: str) -> frappe._dict:
    row = frappe._dict(zip(columns, [value or None for value in text.split(UNIT)], strict=True))
    for column in KINDS.keys() & row.keys():
        if row[column]:
            row[column] = KINDS[column](row[column])
    return row


def changes_of(contracts: Sequence[str]) -> dict[tuple[str, str], tuple[tuple[date, float], ...]]:
    """Quantities that amendments changed from a day on, by contract and line."""
    found: dict[tuple[str, str], list[tuple[date, float]]] = defaultdict(list)
    if not contracts:
        return {}
    change = frappe.qb.DocType("Service Contract Change")
    query = (
        frappe.qb.from_(change)
        .select(change.parent, change.line_key, change.from_date, change.included_before, change.included_qty)
        .orderby(change.parent, change.idx)
    )
    # a long list of names costs more than the whole table, which only amendments write
    many = len(set(contracts)) > 500
    rows = (query if many else query.where(change.parent.isin(sorted(set(contracts))))).run(as_dict=True)
    for row in rows:
        at = found[row.parent, row.line_key]
        if not at:
            at.append((date.min, row.included_before))
        at.append((getdate(row.from_date), row.included_qty))
    return {key: tuple(values) for key, values in found.items()}


def of_document(doc: Any) -> list[Promise]:
    """Lines of a contract as it stands on the form, stored or not."""
    head = frappe._dict({column: doc.get(column) for column in ("name", *OF_CONTRACT, *OF_BILLING)})
    changes: dict[str, list[tuple[date, float]]] = defaultdict(list)
    for row in doc.get("changes") or ():
        if not changes[row.line_key]:
            changes[row.line_key].append((date.min, row.included_before))
        changes[row.line_key].append((getdate(row.from_date), row.included_qty))
    return [
        promise_of(
            doc.name,
            head,
            frappe._dict({column: line.get(column) for column in OF_LINE}),
            tuple(changes.get(line.line_key or "", ())),
        )
        for line in doc.lines
    ]


def promise_of(
    contract: str, head: frappe._dict, row: frappe._dict, changes: tuple[tuple[date, float], ...] = ()
) -> Promise:
    """A line from its columns and its contract's. `changes` begins with the quantity before the first change."""
    return Promise(
        contract=contract,
        key=row.line_key or "",
        title=row.line_title or row.item_code or row.item_group or row.counts,
        counts=row.counts,
        uom=row.uom or "",
        line=line_of(head, row, changes),
        rule=Rule(row.overage or "Ask"),
        row=row,
        head=head,
    )


def line_of(head: frappe._dict, row: frappe._dict, changes: tuple[tuple[date, float], ...] = ()) -> Line:
    """The terms of a line for `contracts.periods`."""
    start, end = life(head, row)
    last = getdate(head.terminated_per) if head.terminated_per else None
    before = changes[0][1] if changes else row.included_qty
    return Line(
        start=start,
        end=end,
        included=before or 0.0,
        per=Per(row.period or "Contract"),
        unlimited=bool(row.unlimited),
        carry=Carry(row.carry_over or "None"),
        carry_limit=row.carry_limit or 0.0,
        last=min(last, end) if last else None,
        aligned=head.periods_from == "Calendar",
        whole=head.broken_periods == "The Whole Quantity",
        step=1.0 if row.counts in WHOLE else 0.0,
        changes=changes[1:],
    )


def life(head: frappe._dict, row: frappe._dict) -> tuple[date, date]:
    """First and last day of a line as agreed: its own dates within the contract's."""
    start, end = getdate(head.start_date), getdate(head.end_date)
    if row.start_date:
        start = max(start, getdate(row.start_date))
    if row.end_date:
        end = min(end, getdate(row.end_date))
    return start, end


def _head() -> Any:
    return frappe.qb.DocType("Service Contract")


def _line() -> Any:
    return frappe.qb.DocType("Service Contract Line")
