"""Contracts in the preview: read from a file, told by hand-worked figures."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import pytest
from books import SIGNALS, Book
from questions import Questions

from relationship_crm.ledger.database import SqliteLedger
from relationship_crm.ledger.schema import create_tables
from relationship_crm.preview.contracts import Contracts, contracts
from relationship_crm.preview.load import Loaded, Options, load_folder

DAY = date(2026, 6, 30)
EXPORT = """\
ID,Customer,Customer Name,Start,End,Notice Until,State,Renewal,Renewed For (Months),Value of a Year,Currency,Successor Of,Renewal Agreed On,Renewal Decided On,Not Renewed Because,Notice Given On,Terminated Per
SC-1,ada,Ada Ltd,2024-01-01,2024-12-31,2024-10-02,Renewed,By Proposal,12,1000,EUR,,,2024-09-10,,,
SC-2,ada,Ada Ltd,2025-01-01,2025-12-31,2025-10-02,Renewed,By Proposal,12,1100,EUR,SC-1,2024-09-10,2025-09-20,,,
SC-3,ada,Ada Ltd,2026-01-01,2026-12-31,2026-09-28,Active,By Proposal,12,1200,EUR,SC-2,2025-09-20,,,,
SC-4,bob,Bob,2025-04-01,2026-03-31,2026-01-01,Expired,By Proposal,12,400,EUR,,,2025-12-01,Price,,
SC-5,cat,Cat,2026-02-01,2027-01-31,2026-11-03,Terminated,By Proposal,12,600,EUR,,,,,2026-04-01,2026-05-31
SC-6,dan,Dan,2026-02-01,2027-01-31,2026-08-01,Draft,By Proposal,12,700,EUR,,,,,,
SC-7,eve,Eve,2026-02-01,2027-01-31,2026-07-31,Active,Renews Automatically,12,800,EUR,,,,,,
"""


class Export(Questions):
    """A loaded folder that can be asked."""

    def __init__(self, folder: Path, files: dict[str, str]) -> None:
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        self.connection = sqlite3.connect(":memory:")
        self.loaded: Loaded = load_folder(self.connection, folder, Options.named("iso"))
        self.ledger = SqliteLedger(self.connection)


@pytest.fixture
def export(tmp_path: Path) -> Export:
    return Export(tmp_path, {"Service Contract.csv": EXPORT})


def test_a_file_of_contracts_feeds_the_signals(export):
    assert not export.loaded.problems
    assert not any("contracts" in note for note in export.loaded.notes)
    assert [(e.party, e.date, e.voucher) for e in export.events("contract_renewed")] == [
        ("ada", "2024-09-10", "SC-2"),
        ("ada", "2025-09-20", "SC-3"),
    ]
    assert [(e.party, e.date, e.voucher) for e in export.events("contract_not_renewed")] == [
        ("bob", "2025-12-01", "SC-4"),
        ("cat", "2026-04-01", "SC-5"),
    ]


def test_without_the_file_it_is_said(tmp_path):
    export = Export(tmp_path, {"Issue.csv": "ID,Customer,Opening Date\nI-1,ada,2026-01-01\n"})
    note = "No Service Contract.csv or Subscription.csv: nothing is known about contracts that were renewed or ended."
    assert note in export.loaded.notes
    assert contracts(export.ledger, DAY) is None
    assert export.events("contract_renewed") == []


def test_figures_of_the_file(export):
    found = contracts(export.ledger, DAY)
    assert isinstance(found, Contracts)
    # SC-3 and SC-7; SC-5 ended in May, SC-6 is a draft
    assert (found.in_force, found.value, found.currencies) == (2, 2000, 1)
    # since 30 June 2025: SC-3 on 20 September; SC-4 in December, SC-5 in April
    assert (found.renewed, found.refused) == (1, 2)
    assert found.unknown.startswith("Unknown: 2 contracts have ended without renewal, 20 are needed.")
    assert found.tenures == []
    (due,) = found.due  # SC-7 goes on by itself; SC-3 has to be decided within 90 days
    assert (due.title, due.decide_by, due.value, due.renewals) == ("Ada Ltd", date(2026, 9, 28), 1200, 2)
    assert due.chance.value is None
    assert found.expected == 0


def test_figures_of_a_day_in_the_past(export):
    found = contracts(export.ledger, date(2025, 9, 1))
    # SC-2, SC-4; SC-3 was not agreed yet
    assert (found.in_force, found.value) == (2, 1500)
    assert (found.renewed, found.refused) == (1, 0)  # SC-2, on 10 September of the year before
    assert [due.title for due in found.due] == ["Ada Ltd"]


def test_probabilities_are_told_by_tenure():
    book = Book()
    for i in range(40):
        first = book.contract(f"C{i}", "2023-01-01", "2023-12-31", yearly_value=100)
        if i < 24:
            book.contract(
                f"C{i}", "2024-01-01", "2024-12-31", renews=first, agreed="2023-11-01", yearly_value=100
            )
        else:
            book.change(first, "Service Contract", decided_on="2023-11-01")
    # of the 24, eight let it run out, sixteen stay
    running = [row[0] for row in book.connection.execute(
        'SELECT name FROM "tabService Contract" WHERE renewed_from IS NOT NULL ORDER BY name')]  # fmt: skip
    for name in running[8:]:
        customer = book.connection.execute(
            'SELECT customer FROM "tabService Contract" WHERE name = ?', [name]
        ).fetchone()[0]
        book.contract(customer, "2025-01-01", "2025-12-31", renews=name, agreed="2024-11-01", yearly_value=100,
                      notice_date="2025-10-01")  # fmt: skip
    found = contracts(book.ledger, date(2025, 8, 1))
    assert [(t.renewals, t.asked, t.renewed) for t in found.tenures] == [(0, 40, 24), (1, 24, 16)]
    assert found.in_force == 16 and found.value == 1600
    assert len(found.due) == 16 and {due.renewals for due in found.due} == {2}
    (likely,) = {due.chance.value for due in found.due}
    # 24 of 40, then 16 of 24: the model lies on both, and goes on rising
    assert found.tenures[0].chance.value == pytest.approx(0.6, abs=1e-3)
    assert found.tenures[1].chance.value == pytest.approx(2 / 3, abs=1e-3)
    assert found.tenures[1].chance.value < likely < 1
    assert found.expected == pytest.approx(1600 * likely)


def test_books_from_before_contracts():
    connection = sqlite3.connect(":memory:")
    create_tables(connection, ["Customer"])
    assert contracts(SqliteLedger(connection), DAY) is None


def test_signals_are_among_the_standard_ones():
    assert {"contract_renewed", "contract_not_renewed"} <= set(SIGNALS)
