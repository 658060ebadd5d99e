"""The one way into the ledger of uses. Append-only: what vanishes gets a reversal, what is new an entry.

Two people using the last hour at once: each locks the lines concerned before it looks what is left. Under REPEATABLE READ a
plain look would still show the past, and a locking look at all entries of a line would lock the gaps between lines too, where
others write. So entries are numbered by line, under its lock: the number seen in the past and the number read under the
lock tell which entries others wrote meanwhile, and these are read by name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.utils import now
from pypika import Case
from pypika.queries import QueryBuilder
from pypika.terms import Criterion

from relationship_crm.contracts import terms
from relationship_crm.contracts.deciding import Changed, decide
from relationship_crm.contracts.rules import Rule
from relationship_crm.contracts.terms import Promise
from relationship_crm.contracts.uses import Use, of_entry

ENTRY, LINE, HEAD = "Service Usage Entry", "Service Contract Line", "Service Contract"
COLUMNS = (
    *(
        "name",
        "contract",
        "line_key",
        "line_title",
        "customer",
        "company",
        "posting_date",
        "qty",
        "uom",
        "kind",
    ),
    *("is_cancelled", "voucher_type", "voucher_no", "voucher_detail", "item_code", "employee", "reversal_of"),
    *("agreed_by", "note"),
)
STAMPS = ("creation", "modified", "owner", "modified_by", "docstatus", "idx")
Voucher = tuple[str, str]
#: MariaDB's ER_CHECKREAD.
RECORD_CHANGED = 1020


@dataclass(frozen=True)
class Lock:
    """Rows of a line that are locked, and how many entries of it were written: as seen before, and as it is."""

    rows: tuple[str, ...]
    seen: int
    written: int


def sync(
    voucher_type: str,
    voucher_no: str,
    uses: Sequence[Use],
    agreed_by: str | None = None,
    promises: Mapping[str, Promise] | None = None,
) -> int:
    """Make the ledger say what a voucher uses now; the number of rows written.

    For submit, cancel, saving, deleting, moving to another line, adjusting. Raises Refused where a line's rule does not allow
    it, and Changed where somebody changed the contract meanwhile: then nothing is written. `promises`: lines that were read
    already.
    """
    voucher = (voucher_type, voucher_no)
    return _settle({voucher: uses}, standing_of(voucher), agreed_by, promises or {}, checked=True)


def put_right(wanted: Mapping[Voucher, Sequence[Use]], keys: Collection[str]) -> int:
    """Make the ledger of some lines say what all their vouchers use, whatever the rules say: it did happen."""
    standing = standing_on(keys)
    vouchers = {(entry.voucher_type, entry.voucher_no): () for entry in standing}
    return _settle({**vouchers, **wanted}, standing, None, {}, checked=False)


def _settle(
    wanted: Mapping[Voucher, Sequence[Use]],
    standing: list[frappe._dict],
    agreed_by: str | None,
    known: Mapping[str, Promise],
    checked: bool,
) -> int:
    gone, new = _differences(wanted, standing)
    if not gone and not new:
        return 0
    keys = {entry.line_key for entry in gone} | {use.line_key for _voucher, use in new}
    promises = {**known, **terms.of_lines(keys - known.keys())}
    locks = _lock(keys, promises)
    late = _late(locks)
    gone, new = _differences(wanted, _merged(standing, late))
    if checked:
        decide(gone, [use for _voucher, use in new], promises, late, agreed_by)
    return _write(gone, new, promises, locks, agreed_by)


def check(uses: Sequence[Use], promises: Mapping[str, Promise], agreed_by: str | None = None) -> None:
    """Whether uses would be allowed now; nothing is locked or written. Raises Refused."""
    decide([], uses, promises, [], agreed_by)


# what is and what should be


def standing_of(voucher: Voucher) -> list[frappe._dict]:
    """Entries of a voucher that stand."""
    entry = frappe.qb.DocType(ENTRY)
    return _standing((entry.voucher_type == voucher[0]) & (entry.voucher_no == voucher[1]))


def standing_on(keys: Collection[str]) -> list[frappe._dict]:
    """Entries on lines that stand."""
    return _standing(frappe.qb.DocType(ENTRY).line_key.isin(sorted(keys))) if keys else []


def _standing(criterion: Criterion) -> list[frappe._dict]:
    entry = frappe.qb.DocType(ENTRY)
    query = frappe.qb.from_(entry).select(*(entry[column] for column in COLUMNS))
    query = query.where(criterion & (entry.is_cancelled == 0)).orderby(entry.creation, entry.name)
    return query.run(as_dict=True)


def _differences(
    wanted: Mapping[Voucher, Sequence[Use]], standing: Sequence[frappe._dict]
) -> tuple[list[frappe._dict], list[tuple[Voucher, Use]]]:
    """Entries that should vanish, and uses that have none."""
    have: dict[tuple, list[frappe._dict]] = {}
    for entry in standing:
        have.setdefault(((entry.voucher_type, entry.voucher_no), of_entry(entry).same), []).append(entry)
    new = []
    for voucher, uses in wanted.items():
        for use in uses:
            found = have.get((voucher, use.same))
            found.pop() if found else new.append((voucher, use))
    return [entry for left in have.values() for entry in left], new


# the lock


def _lock(keys: set[str], promises: Mapping[str, Promise]) -> dict[str, Lock]:
    """Lock the rows of lines, the contract's and those of the contracts that it amends. Raises Changed."""
    row = frappe.qb.DocType(LINE)
    query = frappe.qb.from_(row).select(row.name, row.line_key, row.entries, row.parent)
    query = query.where((row.parenttype == HEAD) & row.line_key.isin(sorted(keys)) & (row.docstatus > 0))
    seen = query.run(as_dict=True)
    names = [found.name for found in seen]
    # by primary key: nothing but these rows is locked, and always in the same order
    query = frappe.qb.from_(row).select(row.name, row.entries, row.docstatus).where(row.name.isin(names))
    locked = {found.name: found for found in _now(query.orderby(row.name))} if names else {}
    locks = {}
    for key in keys:
        rows = [found for found in seen if found.line_key == key]
        for found in rows:
            if (
                key in promises
                and promises[key].contract == found.parent
                and locked[found.name].docstatus != 1
            ):
                frappe.throw(_("{0} was changed just now. Please try again.").format(found.parent), Changed)
        locks[key] = Lock(
            tuple(found.name for found in rows),
            max((found.entries for found in rows), default=0),
            max((locked[found.name].entries for found in rows), default=0),
        )
    return locks


def _now(query: QueryBuilder) -> list[frappe._dict]:
    """Rows as they are now, locked. Raises Changed."""
    try:
        return query.for_update().run(as_dict=True)
    except frappe.db.OperationalError as error:
        # MariaDB from 11.6 on shows nothing newer than the transaction knows, and rolls it back instead
        if error.args and error.args[0] == RECORD_CHANGED:
            frappe.throw(_("Somebody else used the same contract just now. Please try again."), Changed)
        raise


def _late(locks: Mapping[str, Lock]) -> list[frappe._dict]:
    """Entries that others wrote since this transaction began to look."""
    names = [_name(key, n) for key, lock in locks.items() for n in range(lock.seen + 1, lock.written + 1)]
    if not names:
        return []
    entry = frappe.qb.DocType(ENTRY)
    query = (
        frappe.qb.from_(entry).select(*(entry[column] for column in COLUMNS)).where(entry.name.isin(names))
    )
    return _now(query.orderby(entry.name))


def _merged(standing: Sequence[frappe._dict], late: Sequence[frappe._dict]) -> list[frappe._dict]:
    """A voucher's entries with what others wrote meanwhile."""
    vouchers = {(entry.voucher_type, entry.voucher_no) for entry in standing}
    reversed_ = {entry.reversal_of for entry in late if entry.reversal_of}
    added = [e for e in late if not e.is_cancelled and (e.voucher_type, e.voucher_no) in vouchers]
    return [entry for entry in standing if entry.name not in reversed_] + added


def _name(key: str, number: int) -> str:
    return f"{key}-{number:05d}"


# writing


def _write(
    gone: Sequence[frappe._dict],
    new: Sequence[tuple[Voucher, Use]],
    promises: Mapping[str, Promise],
    locks: Mapping[str, Lock],
    agreed_by: str | None,
) -> int:
    """Write reversals, then entries; the number of rows."""
    rows = [_reversal(entry) for entry in gone]
    rows += [_entry(voucher, use, promises[use.line_key], agreed_by) for voucher, use in new]
    written = {key: lock.written for key, lock in locks.items()}
    for row in rows:
        key = row["line_key"]
        written[key] += 1
        # a line that is gone with its contract counts no more
        row["name"] = _name(key, written[key]) if locks[key].rows else frappe.generate_hash(length=10)
    at, user = now(), frappe.session.user
    stamps = (at, at, user, user, 0, 0)
    values = [(*(row[column] for column in COLUMNS), *stamps) for row in rows]
    entry = frappe.qb.DocType(ENTRY)
    if gone:
        names = [found.name for found in gone]
        frappe.qb.update(entry).set(entry.is_cancelled, 1).where(entry.name.isin(names)).run()
    frappe.qb.into(entry).columns(*COLUMNS, *STAMPS).insert(*values).run()
    line, number = frappe.qb.DocType(LINE), Case()
    for key, count in written.items():
        number = number.when(line.line_key == key, count)
    names = [name for lock in locks.values() for name in lock.rows]
    if names:
        frappe.qb.update(line).set(line.entries, number).where(line.name.isin(names)).run()
    return len(rows)


def _reversal(entry: frappe._dict) -> dict[str, Any]:
    return {**entry, "qty": -entry.qty, "kind": "Reversal", "is_cancelled": 1, "reversal_of": entry.name}


def _entry(voucher: Voucher, use: Use, promise: Promise, agreed_by: str | None) -> dict[str, Any]:
    return {
        "contract": promise.contract,
        "line_key": promise.key,
        "line_title": promise.title,
        "customer": promise.head.customer,
        "company": promise.head.company,
        "posting_date": use.day,
        "qty": use.qty,
        "uom": promise.uom,
        "kind": use.kind,
        "is_cancelled": 0,
        "voucher_type": voucher[0],
        "voucher_no": voucher[1],
        "voucher_detail": use.detail,
        "item_code": use.item_code,
        "employee": use.employee,
        "reversal_of": None,
        "agreed_by": agreed_by if promise.rule is Rule.ASK else None,
        "note": use.note,
    }
