"""One writer at a time: passes and drains exclude each other, or a pass could overwrite what a drain knew better."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import frappe

NAME = "relationship_crm"
#: Letters that MariaDB takes of a lock's name.
LONGEST = 64


@contextmanager
def assessment_lock(timeout: int = 0) -> Iterator[bool]:
    """Yields whether the one lock of all passes and drains was taken within `timeout` seconds."""
    with named_lock(f"{NAME}:{frappe.conf.db_name}"[:LONGEST], timeout) as taken:
        yield taken


@contextmanager
def named_lock(name: str, timeout: int = 0) -> Iterator[bool]:
    """Yields whether a lock was taken within `timeout` seconds.

    A lock of the database connection: it goes with the connection, so a killed worker leaves nothing behind.
    """
    taken = bool(frappe.db.sql("select get_lock(%s, %s)", (name, timeout))[0][0])
    try:
        yield taken
    finally:
        if taken:
            frappe.db.sql("select release_lock(%s)", (name,))
