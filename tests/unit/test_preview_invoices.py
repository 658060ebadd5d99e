"""A plain list of invoices."""

from __future__ import annotations

import gzip
import sqlite3
import warnings
from datetime import date
from pathlib import Path

import pytest

from relationship_crm.config.ladders import KOTLER
from relationship_crm.preview.invoices import Columns, load_invoices
from relationship_crm.preview.load import Options, StrictError
from relationship_crm.preview.run import assess, last_day

RETAIL = Path(__file__).resolve().parents[2].parent / "shared/data/online_retail_2/invoices_2009_2010.csv.gz"
COLUMNS = Columns("who", "when", "how much", "credit", "number")


def test_list_becomes_invoices(tmp_path: Path) -> None:
    path = tmp_path / "list.csv.gz"
    text = (
        "number,who,when,how much,credit\n1,Ada,2025-01-10 08:00:00,100,0\n2,Ada,2025-01-20,30,1\n"
        "3,Bob,2025-02-01,-5,0\n3,Bob,2025-02-02,50,\n4,,2025-02-03,1,0\n5,Cy,soon,1,0\n"
    )
    path.write_bytes(gzip.compress(text.encode()))
    connection = sqlite3.connect(":memory:")
    loaded = load_invoices(connection, path, COLUMNS, Options())
    found = connection.execute(
        'SELECT name, customer, posting_date, base_net_total, is_return FROM "tabSales Invoice" ORDER BY posting_date'
    ).fetchall()
    assert found == [
        ("1", "Ada", "2025-01-10", 100.0, 0),
        ("2", "Ada", "2025-01-20", -30.0, 1),
        ("3", "Bob", "2025-02-01", -5.0, 1),
        ("3 (2)", "Bob", "2025-02-02", 50.0, 0),
    ]
    assert [(p.line, p.column, p.reason.split(";")[0]) for p in loaded.problems] == [
        (6, "who", "empty"),
        (7, "when", "'soon' is not a date"),
    ]
    assert last_day(connection) == date(2025, 2, 2)


def test_strict_and_unknown_columns(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("who,when,how much\nAda,soon,1\n")
    with pytest.raises(StrictError):
        load_invoices(
            sqlite3.connect(":memory:"), path, Columns("who", "when", "how much"), Options(strict=True)
        )
    with pytest.raises(ValueError, match="it has: who, when, how much"):
        load_invoices(sqlite3.connect(":memory:"), path, COLUMNS, Options())


def test_nothing_but_the_known_is_judged(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    lines = [f"Ada,2025-{month:02d}-10,100" for month in range(1, 13)]
    path.write_text("\n".join(["who,when,how much", *lines]))
    connection = sqlite3.connect(":memory:")
    load_invoices(connection, path, Columns("who", "when", "how much"), Options())
    line = assess(connection, date(2025, 12, 31), KOTLER).summary.lines[0]
    assert line.purchases == 12
    assert line.confidence["satisfaction"] > 0  # no returns
    assert line.confidence["trust_company"] > 0  # length of the relationship
    assert line.confidence["trust_employee"] == 0
    assert line.scores["trust_employee"] != line.scores["trust_employee"]  # unknown, not bad


def test_a_wholesalers_year() -> None:
    if not RETAIL.exists():
        warnings.warn(f"NOT TESTED ON REAL DATA: {RETAIL} IS MISSING", stacklevel=1)
        pytest.skip(f"{RETAIL} is missing")
    connection = sqlite3.connect(":memory:")
    columns = Columns("customer_id", "invoice_date", "amount", "credit_note", "invoice")
    loaded = load_invoices(connection, RETAIL, columns, Options())
    assert loaded.rows["Sales Invoice"] == 22686
    assert not loaded.problems
    summary = assess(connection, date(2010, 11, 30), KOTLER).summary
    assert len(summary.lines) == 4336
    counts = summary.counts()
    assert sum(counts.values()) == 4336
    assert all(line.rung >= 3 for line in summary.lines if line.purchases)
    assert all(line.rung == 1 for line in summary.lines if not line.purchases)  # credit notes only
    # of whom nobody knows about referrals, nobody is an advocate
    assert counts[7] == counts[8] == 0
