"""Posted invoices of a company as attribution reads them: net amount, day of the order, what is paid, what is returned.

Sales Invoices count where they are business of their own: submitted, no opening balance, no merged sales of a counter, not
internal. Those sales count as the POS Invoices they were made of. Cancelled documents are not read, so nothing has to be
taken back. Amounts are in the company's currency, rounded to what ERPNext keeps of it.

What is outstanding is in the currency of the receivable account, as is the total it is held against: so a change of the
exchange rate between invoice and payment leaves no part unpaid. Of a past day it is the sum of the payment ledger up to
then; today it is what the invoice says. An invoice and its returns together are paid by what came in for them, and by no more
than is left of them: what has to be paid back is not counted. Counter sales are paid as they say.

The number of queries does not depend on the number of invoices. Rows come as one text each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from relationship_crm.campaigns import posted_queries as queries
from relationship_crm.campaigns.apportion import units
from relationship_crm.campaigns.attribution import paid_part
from relationship_crm.campaigns.posted_queries import Range
from relationship_crm.ledger.dialect import union_all


@dataclass(frozen=True)
class Posted:
    """Invoices and returns, one position each; amounts in whole units of the currency, days since 1970-01-01."""

    kind: np.ndarray  # 0 Sales Invoice, 1 POS Invoice
    name: np.ndarray
    customer: np.ndarray  # names
    posted: np.ndarray
    ordered: np.ndarray  # day of the earliest order of an invoice's rows, else the day it was posted
    amount: np.ndarray
    paid: np.ndarray
    returns: np.ndarray  # position of the returned invoice, -1 for none
    debit: np.ndarray  # debit notes: revenue, but no purchase of their own

    def __len__(self) -> int:
        return len(self.name)

    @property
    def roots(self) -> np.ndarray:
        """The position of the invoice that began each family: of an invoice its own, of a return that of what it returns."""
        root = np.where(self.returns < 0, np.arange(len(self)), self.returns)
        while (root[root] != root).any():
            root = root[root]
        return root

    def families(self) -> Families:
        """Invoices net of their returns."""
        root = self.roots
        amount, paid = np.zeros((2, len(self)), dtype=np.int64)
        np.add.at(amount, root, self.amount)
        np.add.at(paid, root, self.paid)
        own = np.flatnonzero(root == np.arange(len(self)))
        return Families(own, self.ordered[own], amount[own], paid[own])


@dataclass(frozen=True)
class Families:
    """Invoices with all their returns, one position each: where the invoice is among those read, and what is left of it."""

    position: np.ndarray
    ordered: np.ndarray
    amount: np.ndarray
    paid: np.ndarray


def read(of: Range) -> Posted:
    """All invoices and returns of a range."""
    columns = of.columns(
        ("invoices",),
        lambda: union_all([queries.invoices_query(of, kind) for kind in (0, 1)]),
        queries.CUSTOMER,
    )
    if not columns:
        return _nothing()
    kind, name, customer, posted, net, total, outstanding, back, debit = columns
    unit = of.unit
    posted_on = np.array(posted, dtype=np.int64)
    amounts = np.array(net, dtype=float)
    place = {key: i for i, key in enumerate(zip(kind, name, strict=True))}
    ordered = posted_on.copy()
    for document_kind, document, day in of.rows(
        ("orders",), lambda: union_all([queries.orders_query(of, i) for i in (0, 1)])
    ):
        position = place.get((str(document_kind), document))
        if position is not None:
            ordered[position] = day
    returns = np.fromiter(
        (place.get(key, -1) if key[1] else -1 for key in zip(kind, back, strict=True)), np.int64, len(name)
    )
    part = paid_part(amounts, np.array(total, dtype=float), np.array(outstanding, dtype=float))
    found = Posted(
        np.array(kind, dtype=np.int8),
        np.array(name, dtype=object),
        np.array(customer, dtype=object),
        posted_on,
        np.where(returns >= 0, posted_on, ordered),
        units(amounts, unit),
        units(part, unit),
        returns,
        np.array(debit, dtype=np.int8) == 1,
    )
    return replace(found, paid=_at_most_the_rest(found))


def _at_most_the_rest(found: Posted) -> np.ndarray:
    """Paid parts, lowered by what was paid for goods that came back: it is to be paid back, or was.

    It is taken from the last document of the family, so that a family is never paid by more than is left of it.
    """
    root = found.roots
    amount, paid = np.zeros((2, len(found)), dtype=np.int64)
    np.add.at(amount, root, found.amount)
    np.add.at(paid, root, found.paid)
    order = np.lexsort((found.posted, found.returns >= 0, root))
    last = order[np.append(np.diff(root[order]) != 0, True)] if len(order) else order
    returned = last[found.returns[last] >= 0]
    much = np.maximum(paid[root[returned]] - np.maximum(amount[root[returned]], 0), 0)
    lowered = found.paid.copy()
    lowered[returned] -= much
    return lowered


def read_of(of: Range) -> tuple[Posted, np.ndarray]:
    """The invoices of a range's customers, and the place of each one's customer among them."""
    found = read(of)
    return found, positions(found.customer, {name: i for i, name in enumerate(of.customers or ())})


def net_total(of: Range) -> int:
    """Net amount of all invoices and returns of a range together, in whole units: one aggregate a kind of document."""
    rows = of.rows(("total",), lambda: union_all([queries.total_query(of, kind) for kind in (0, 1)]))
    return int(units([float(sum(Decimal(str(row[0] or 0)) for row in rows))], of.unit)[0])


def openings(of: Range) -> set[str]:
    """Customers with an opening invoice: they bought before the books begin."""
    return {row[0] for row in of.rows(("openings",), lambda: queries.openings_query(of))}


def _nothing() -> Posted:
    numbers, names = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=object)
    return Posted(
        numbers.astype(np.int8), names, names, numbers, numbers, numbers, numbers, numbers, numbers == 1
    )


def positions(names: np.ndarray, place: Mapping[str, int]) -> np.ndarray:
    """The positions of names, -1 of those that are not known."""
    return np.fromiter((place.get(name, -1) for name in names), np.int64, len(names))
