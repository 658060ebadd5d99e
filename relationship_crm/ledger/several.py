"""The ledger of a Frappe site, read by several connections at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from queue import SimpleQueue
from types import TracebackType
from typing import Any

import frappe

from relationship_crm.guard import database_errors
from relationship_crm.ledger.dialect import Rendered
from relationship_crm.ledger.site import SiteLedger, bound

#: Half the wait on a database with two processors, and not so many that others feel it.
CONNECTIONS = 2
#: The database sorts whole rows, which by default it fetches a second time after sorting. Only for speed: a version
#: without one of the settings sorts as it does.
LARGE_SORTS = (
    "SET SESSION max_length_for_sort_data = 8388608",
    "SET SESSION sort_buffer_size = 33554432",
)
SNAPSHOT = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"
#: MariaDB's error for a variable it does not have.
UNKNOWN_SYSTEM_VARIABLE = 1193


class SeveralConnections(SiteLedger):
    """For jobs that read everybody: queries begun before are worked on side by side.

    Within the ``with`` block. Every connection reads what was committed when it was opened; what the job itself has not
    committed it does not see.
    """

    def __init__(self) -> None:
        super().__init__()
        self._exit = ExitStack()
        self._pool: ThreadPoolExecutor | None = None
        self._free: SimpleQueue[Any] = SimpleQueue()

    def __enter__(self) -> SeveralConnections:
        free: SimpleQueue[Any] = SimpleQueue()
        with ExitStack() as opened:  # when one cannot be had, those before it are closed again
            pool = opened.enter_context(ThreadPoolExecutor(CONNECTIONS))
            for _ in range(CONNECTIONS):
                connection = opened.enter_context(closing(frappe.db.get_connection()))
                with closing(connection.cursor()) as cursor:
                    _set_up(cursor)
                free.put(connection)
            self._exit = opened.pop_all()
        self._pool, self._free = pool, free
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool = None
        self._exit.close()

    def begin(self, rendered: Rendered, arguments: dict[str, Any]) -> Callable[[], Sequence[Sequence[Any]]]:
        if self._pool is None:  # what is asked afterwards is asked as always
            return super().begin(rendered, arguments)
        self.count += 1
        return self._pool.submit(self._read, rendered.sql, bound(rendered, arguments)).result

    def _read(self, sql: str, values: dict[str, Any]) -> Sequence[Sequence[Any]]:
        connection = self._free.get()
        try:
            with closing(connection.cursor()) as cursor:
                cursor.execute(sql, values)
                return cursor.fetchall()
        finally:
            self._free.put(connection)


def _set_up(cursor: Any) -> None:
    for statement in LARGE_SORTS:
        try:
            cursor.execute(statement)
        except database_errors() as error:
            if not error.args or error.args[0] != UNKNOWN_SYSTEM_VARIABLE:
                raise
    cursor.execute(SNAPSHOT)
