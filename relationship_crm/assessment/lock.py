"""One writer at a time: passes and drains exclude each other, or a pass could overwrite what a drain knew better."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import frappe

NAME = "relationship_crm"


@contextmanager
def assessment_lock(timeout: int = 0) -> Iterator[bool]:
    """Yields whether the lock was taken within `timeout` seconds.

    A lock of the database connection: it goes with the connection, so a killed worker leaves nothing behind.
    """
    name = f"{NAME}:{frappe.conf.db_name}"[:64]
    taken = bool(frappe.db.sql("select get_lock(%s, %s)", (name, timeout))[0][0])
    try:
        yield taken
    finally:
        if taken:
            frappe.db.sql("select release_lock(%s)", (name,))
