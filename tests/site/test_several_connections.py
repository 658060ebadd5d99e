"""Reading everybody by several connections: none is left open when one of them fails, old settings may be missing."""

from __future__ import annotations

import threading
from typing import Any

import frappe
import pytest

from relationship_crm.ledger import several
from relationship_crm.ledger.dialect import Dialect, query, render, table

UNKNOWN_VARIABLE, GONE = 1193, 2006


class Cursor:
    """A cursor that refuses statements with certain words."""

    def __init__(self, cursor: Any, refused: dict[str, int], said: list[str]) -> None:
        self.cursor, self.refused, self.said = cursor, refused, said

    def execute(self, sql: str, values: Any = None) -> Any:
        self.said.append(sql)
        for word, code in self.refused.items():
            if word in sql:
                raise frappe.db.OperationalError(code, f"refused: {word}")
        return self.cursor.execute(sql, values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cursor, name)


class Connections:
    """The connections that were opened, each with what was said to it; `refused` are words of statements and error codes."""

    def __init__(self) -> None:
        self.open: list[Any] = []
        self.said: list[list[str]] = []
        self.refused: dict[int, dict[str, int]] = {}
        self.lacking: int | None = None
        self.really = frappe.db.get_connection

    def __call__(self) -> Any:
        if len(self.open) == self.lacking:
            raise frappe.db.OperationalError(1040, "Too many connections")
        connection, said = self.really(), []
        refused = self.refused.get(len(self.open), {})
        own = connection.cursor
        connection.cursor = lambda: Cursor(own(), refused, said)
        self.open.append(connection)
        self.said.append(said)
        return connection

    def closed(self) -> list[bool]:
        return [not connection.open for connection in self.open]


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> Connections:
    watched = Connections()
    monkeypatch.setattr(frappe.db, "get_connection", watched)
    return watched


def one() -> Any:
    """A query with one row."""
    c = table("Currency", "c")
    return render(query().from_(c).select(c.name).where(c.name == "USD"), Dialect.MARIADB)


def test_all_are_closed_at_the_end(connections: Connections) -> None:
    threads = threading.active_count()
    with several.SeveralConnections() as ledger:
        waiting = [ledger.begin(one(), {}) for _ in range(4)]
        assert [list(rows()) for rows in waiting] == [[("USD",)]] * 4
        assert connections.closed() == [False] * several.CONNECTIONS
    assert connections.closed() == [True] * several.CONNECTIONS
    assert threading.active_count() == threads
    assert list(ledger.begin(one(), {})()) == [("USD",)]  # afterwards by Frappe's own connection
    assert len(connections.open) == several.CONNECTIONS


def test_they_can_be_opened_again(connections: Connections) -> None:
    ledger = several.SeveralConnections()
    for _ in range(2):
        with ledger:
            assert list(ledger.begin(one(), {})()) == [("USD",)]
    assert connections.closed() == [True] * 2 * several.CONNECTIONS


@pytest.mark.parametrize("word", ["sort_buffer_size", "SNAPSHOT"])
def test_a_failing_statement_leaves_nothing_open(connections: Connections, word: str) -> None:
    connections.refused = {1: {word: GONE}}
    ledger = several.SeveralConnections()
    with pytest.raises(frappe.db.OperationalError, match=word), ledger:
        pytest.fail("must not be entered")
    assert connections.closed() == [True, True]
    assert ledger._pool is None


def test_a_connection_that_cannot_be_had_leaves_none_of_the_others_open(connections: Connections) -> None:
    connections.lacking = 1
    with pytest.raises(frappe.db.OperationalError, match="Too many"), several.SeveralConnections():
        pytest.fail("must not be entered")
    assert connections.closed() == [True]


def test_a_version_without_a_setting_does_without_it(connections: Connections) -> None:
    connections.refused = {n: {"max_length_for_sort_data": UNKNOWN_VARIABLE} for n in range(2)}
    with several.SeveralConnections() as ledger:
        assert list(ledger.begin(one(), {})()) == [("USD",)]
    for said in connections.said:  # the other setting and the snapshot all the same
        assert said[:3] == [*several.LARGE_SORTS, several.SNAPSHOT]
