"""The ledger from the documents alone: to compare, and to put right what was changed behind its back."""

from __future__ import annotations

from collections.abc import Sequence

from relationship_crm.contracts import counted, ledger, terms
from relationship_crm.contracts.ledger import Voucher
from relationship_crm.contracts.sources import Work
from relationship_crm.contracts.terms import Promise
from relationship_crm.contracts.usage import Book, book
from relationship_crm.contracts.uses import Use, origins_of, uses


def from_documents(promises: Sequence[Promise]) -> dict[Voucher, list[Use]]:
    """What standing documents use of lines, by document. A query or two for each kind of document."""
    by_key = {promise.key: promise for promise in promises}
    works = counted.counted_on(list(by_key))
    returned = origins_of(works)
    of_voucher: dict[Voucher, list[Work]] = {}
    for work in works:
        of_voucher.setdefault((work.voucher_type, work.voucher_no), []).append(work)
    return {voucher: uses(own, by_key, returned) for voucher, own in of_voucher.items()}


def book_from_documents(promises: Sequence[Promise]) -> Book:
    """Lines with the uses of their documents, folded, without a look at the ledger."""
    rows = [
        (str(use), use.line_key, use.day, use.qty)
        for found in from_documents(promises).values()
        for use in found
    ]
    return book(promises, sorted(rows, key=lambda row: (row[1], row[2], row[0])))


def repost(contract: str) -> int:
    """Make the ledger of a contract say what its documents say; the number of rows written."""
    promises = terms.of_contracts([contract])
    return ledger.put_right(from_documents(promises), {promise.key for promise in promises})
