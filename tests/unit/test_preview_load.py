"""CSV exports of ERPNext into SQLite."""

from __future__ import annotations

import gzip
import sqlite3
from pathlib import Path

import pytest

from relationship_crm.preview.headers import Place, read_header
from relationship_crm.preview.load import Loaded, Options, StrictError, load_folder

INVOICES = """\
ID,Customer,Date,Payment Due Date,Company,Net Total (Company Currency),Is Return (Credit Note),Status,ID (Items),Item Group (Items)
INV-1,Ada,2025-01-10,2025-02-09,Acme,100,0,Paid,row-a,Tea
,,,,,,,,row-b,Coffee
INV-2,Ada,2025-02-10,2025-03-12,Acme,"1,050.50",0,Draft,row-c,Tea
"""


def load(folder: Path, files: dict[str, str], **options: object) -> tuple[sqlite3.Connection, Loaded]:
    """The files as exports, loaded."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    connection = sqlite3.connect(":memory:")
    return connection, load_folder(connection, folder, Options.named("iso", **options))


def rows(connection: sqlite3.Connection, doctype: str, columns: str) -> list[tuple]:
    return connection.execute(f'SELECT {columns} FROM "tab{doctype}" ORDER BY name').fetchall()


def test_headers_in_all_writings() -> None:
    header = [
        "Sr", "ID", "Date", "Net Total (Company Currency)", "Item Group (Items)", "Item Group (Sales Invoice Item)",
        "items.so_detail", "customer", "Customer Name", "Letter Head",
    ]  # fmt: skip
    assert read_header("Sales Invoice", header) == [
        None,
        Place("Sales Invoice", "name"),
        Place("Sales Invoice", "posting_date"),
        Place("Sales Invoice", "base_net_total"),
        Place("Sales Invoice Item", "item_group"),
        Place("Sales Invoice Item", "item_group"),
        Place("Sales Invoice Item", "so_detail"),
        Place("Sales Invoice", "customer"),
        Place("Sales Invoice", "customer_name"),
        None,
    ]


def test_labels_and_child_rows_below_their_parent(tmp_path: Path) -> None:
    connection, loaded = load(tmp_path, {"Sales Invoice.csv": INVOICES})
    found = rows(
        connection,
        "Sales Invoice",
        "name, customer, posting_date, base_net_total, is_return, docstatus, is_opening",
    )
    assert found == [
        ("INV-1", "Ada", "2025-01-10", 100.0, 0, 1, "No"),
        ("INV-2", "Ada", "2025-02-10", 1050.5, 0, 0, "No"),  # a draft by its status
    ]
    items = rows(connection, "Sales Invoice Item", "name, parent, item_group, idx")
    assert items == [
        ("row-a", "INV-1", "Tea", 1),
        ("row-b", "INV-1", "Coffee", 2),
        ("row-c", "INV-2", "Tea", 1),
    ]
    assert not loaded.problems
    assert rows(connection, "Customer", "name") == [("Ada",)]  # known from its invoices


def test_report_view_repeats_the_parent_and_ends_in_a_total(tmp_path: Path) -> None:
    text = (
        "Sr,ID,Customer,Date,Net Total (Company Currency),Item Group (Sales Invoice Item)\n"
        "1,INV-1,Ada,2025-01-10,100,Tea\n2,INV-1,Ada,2025-01-10,100,Coffee\nTotal,,,,200,\n"
    )
    connection, loaded = load(tmp_path, {"sales_invoice.csv": text})
    assert rows(connection, "Sales Invoice", "name") == [("INV-1",)]
    assert rows(connection, "Sales Invoice Item", "parent, item_group") == [
        ("INV-1", "Tea"),
        ("INV-1", "Coffee"),
    ]
    assert not loaded.problems


def test_data_export_with_its_many_lines(tmp_path: Path) -> None:
    text = (
        'Data Import Template\nTable:,Sales Invoice\n""\n""\nNotes:\n""\n'
        "DocType:,Sales Invoice,,,,~,Sales Taxes and Charges,taxes,~,Sales Invoice Item,items\n"
        "Column Labels:,ID,Customer,Date,Net Total (Company Currency),,ID,Rate,,ID,Item Group\n"
        "Column Name:,name,customer,posting_date,base_net_total,~,name,rate,~,name,item_group\n"
        "Mandatory:,Yes,Yes,No,No,,Yes,No,,Yes,No\nType:,Data,Link,Date,Currency,,Data,Float,,Data,Link\n"
        "Info:,,Valid Customer,dd-mm-yyyy,,,,,,,\nStart entering data below this line\n"
        ',"""INV-1""",Ada,10-01-2025,100,,"""tax-1""",7,,"""row-a""",Tea\n'
        ',,,,,,,,,"""row-b""",Coffee\n'
    )
    (tmp_path / "Sales Invoice.csv").write_text(text)
    connection = sqlite3.connect(":memory:")
    loaded = load_folder(connection, tmp_path, Options.named("d/m/Y"))
    assert not loaded.problems
    assert rows(connection, "Sales Invoice", "name, customer, posting_date, base_net_total") == [
        ("INV-1", "Ada", "2025-01-10", 100.0)
    ]
    items = rows(connection, "Sales Invoice Item", "name, parent, item_group")
    assert items == [("row-a", "INV-1", "Tea"), ("row-b", "INV-1", "Coffee")]


def test_data_export_with_labels_only(tmp_path: Path) -> None:
    text = "Column Labels:,ID,Customer,Date,Net Total (Company Currency),,ID,Item Group\n,INV-1,Ada,2025-01-10,100,,row-a,Tea\n"
    connection, loaded = load(tmp_path, {"Sales Invoice.csv": text})
    assert not loaded.problems
    assert rows(connection, "Sales Invoice", "name") == [("INV-1",)]


def test_fieldnames_and_child_tables_in_files_of_their_own(tmp_path: Path) -> None:
    connection, _ = load(
        tmp_path,
        {
            "sales_order.csv": "name,customer,transaction_date,base_net_total,docstatus\nSO-1,Ada,2025-01-02,10,1\n",
            "sales_order_item.csv": "name,parent,qty,item_code,delivery_date\nline-1,SO-1,2,Tea,2025-01-09\n",
        },
    )
    assert rows(
        connection, "Sales Order Item", "name, parent, qty, stock_qty, parenttype, delivery_date"
    ) == [("line-1", "SO-1", 2.0, 2.0, "Sales Order", "2025-01-09")]


def test_bad_rows_are_named_counted_and_skipped(tmp_path: Path) -> None:
    text = (
        "ID,Customer,Date,Net Total (Company Currency),Remarks,Item Group (Items)\n"
        'INV-1,Ada,2025-01-10,100,"two\nlines",Tea\n'
        "INV-2,Ada,10 January,100,,Tea\n"
        ",,,,,Coffee\n"
        "INV-3,,2025-01-11,100,,Tea\n"
        "INV-4,Ada,2025-01-12,a lot,,Tea\n"
        ",Ada,2025-01-13,5,,Tea\n"
        "INV-6,Ada,2025-01-14,7,,Tea,one cell too many\n"
        "INV-7,Ada,2025-01-15,8,,Tea\n"
    )
    connection, loaded = load(tmp_path, {"Sales Invoice.csv": text})
    assert rows(connection, "Sales Invoice", "name") == [("INV-1",), ("INV-7",)]
    # the line below INV-2 belongs to it and goes with it
    assert rows(connection, "Sales Invoice Item", "parent") == [("INV-1",), ("INV-7",)]
    where = [(p.file, p.line, p.column) for p in loaded.problems]
    assert where == [
        ("Sales Invoice.csv", 4, "Date"),
        ("Sales Invoice.csv", 6, "Customer"),
        ("Sales Invoice.csv", 7, "Net Total (Company Currency)"),
        ("Sales Invoice.csv", 8, "ID"),
        ("Sales Invoice.csv", 9, ""),
    ]
    assert "'10 January' is not a date" in loaded.problems[0].reason
    assert str(loaded.problems[1]) == "Sales Invoice.csv, line 6, column Customer: empty"


def test_strict_stops_at_the_first_bad_row(tmp_path: Path) -> None:
    text = "ID,Customer,Date,Net Total\nINV-1,Ada,someday,100\n"
    with pytest.raises(StrictError, match=r"Sales Invoice\.csv, line 2, column Date: 'someday'"):
        load(tmp_path, {"Sales Invoice.csv": text}, strict=True)


def test_missing_files_are_said(tmp_path: Path) -> None:
    connection, loaded = load(tmp_path, {"Sales Invoice.csv": INVOICES, "Notes.csv": "a,b\n1,2\n"})
    assert "No Issue.csv: nothing is known about complaints." in loaded.notes
    assert any(note.startswith("No Payment Ledger Entry.csv or Payment Entry.csv") for note in loaded.notes)
    assert any(note.startswith("Notes.csv was left out") for note in loaded.notes)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert "tabIssue" not in tables  # an empty table would say: no complaints


def test_an_empty_file_means_that_there_were_none(tmp_path: Path) -> None:
    connection, loaded = load(
        tmp_path, {"Sales Invoice.csv": INVOICES, "Issue.csv": "ID,Customer,Opening Date\n"}
    )
    assert rows(connection, "Issue", "name") == []
    assert not any("complaints" in note for note in loaded.notes)


def test_a_missing_column_is_said_and_the_file_left_out(tmp_path: Path) -> None:
    _, loaded = load(tmp_path, {"Sales Invoice.csv": INVOICES, "Issue.csv": "ID,Customer\nISS-1,Ada\n"})
    assert [(p.file, p.column) for p in loaded.problems] == [("Issue.csv", "opening_date")]
    assert "No Issue.csv: nothing is known about complaints." in loaded.notes


def test_gz_semicolons_and_windows_letters(tmp_path: Path) -> None:
    text = "ID;Customer;Date;Net Total (Company Currency)\nINV-1;Café;10.01.2025;1.234,50\n"
    (tmp_path / "Sales Invoice.csv.gz").write_bytes(gzip.compress(text.encode("cp1252")))
    connection = sqlite3.connect(":memory:")
    load_folder(connection, tmp_path, Options.named("d/m/Y"))
    assert rows(connection, "Sales Invoice", "customer, posting_date, base_net_total") == [
        ("Café", "2025-01-10", 1234.5)
    ]


def test_receivables_from_payment_references(tmp_path: Path) -> None:
    payments = (
        "ID,Posting Date,Status,Party,Type (Payment References),Name (Payment References),Allocated (Payment References)\n"
        "PAY-1,2025-02-01,Submitted,Ada,Sales Invoice,INV-1,60\n,,,,Sales Invoice,INV-9,40\n"
    )
    connection, loaded = load(tmp_path, {"Sales Invoice.csv": INVOICES, "Payment Entry.csv": payments})
    found = rows(connection, "Payment Ledger Entry", "voucher_no, against_voucher_no, amount, posting_date")
    assert found == [("INV-1", "INV-1", 100.0, "2025-01-10"), ("PAY-1", "INV-1", -60.0, "2025-02-01")]
    assert any("payments are taken from the references" in note for note in loaded.notes)


BILLS = "ID,Customer,Date,Payment Due Date,Net Total,Grand Total,Status{header}\n"
#: Day, due day, paid on, outstanding today: three old ones paid before the payments' file begins, then two newer ones.
STORY = (
    ("2024-01-05", "2024-02-04", "2024-02-01", 0),
    ("2024-02-05", "2024-03-06", "2024-03-09", 0),
    ("2024-03-05", "2024-04-04", "2024-07-02", 0),
    ("2024-03-06", "2024-04-05", "", 100),
    ("2024-07-05", "2024-08-04", "2024-08-01", 0),
    ("2024-08-05", "2024-09-04", "", 100),
)


def story(folder: Path, *, since: str, outstanding: bool) -> tuple[sqlite3.Connection, Loaded]:
    """The story's exports, with the payments from a day on."""
    bills = BILLS.format(header=",Outstanding Amount" if outstanding else "")
    payments = (
        "ID,Posting Date,Status,Party,Type (Payment References),Name (Payment References),"
        "Allocated (Payment References)\n"
    )
    for n, (day, due, paid, left) in enumerate(STORY, 1):
        bills += f"INV-{n},Ada,{day},{due},100,100,Paid{f',{left}' if outstanding else ''}\n"
        if paid >= since and paid:
            payments += f"PAY-{n},{paid},Submitted,Ada,Sales Invoice,INV-{n},100\n"
    return load(folder, {"Sales Invoice.csv": bills, "Payment Entry.csv": payments})


def judged(connection: sqlite3.Connection) -> list[str]:
    found = rows(connection, "Payment Ledger Entry", "DISTINCT against_voucher_no")
    return sorted(name for (name,) in found)


@pytest.mark.parametrize("outstanding", [False, True])
def test_complete_payments_are_taken_as_they_are(tmp_path: Path, outstanding: bool) -> None:
    connection, loaded = story(tmp_path, since="2024-01-01", outstanding=outstanding)
    assert judged(connection) == [f"INV-{n}" for n in range(1, 7)]
    assert not any("payments begin" in note or "settled by" in note for note in loaded.notes)


def test_payments_that_begin_later_than_the_invoices(tmp_path: Path) -> None:
    """From July on: of the four older invoices the file holds one late payment. Left as they are, the two that were
    paid in time would look unpaid; without those two alone, late payers alone would remain. So all four are left out."""
    connection, loaded = story(tmp_path, since="2024-07-01", outstanding=False)
    assert judged(connection) == ["INV-5", "INV-6"]
    (note,) = (note for note in loaded.notes if "payments begin" in note)
    assert note.startswith("The payments begin on 2024-07-02, the invoices earlier: 4 invoices from before")


def test_what_erpnext_takes_for_settled_is_no_unpaid_invoice(tmp_path: Path) -> None:
    """Two paid ones are too few to say that the file begins late, but ERPNext's own outstanding amount tells of each."""
    connection, loaded = story(tmp_path, since="2024-07-01", outstanding=True)
    assert judged(connection) == ["INV-3", "INV-4", "INV-5", "INV-6"]
    assert any(note.startswith("2 invoices are settled by their Outstanding Amount") for note in loaded.notes)


def test_deliveries_find_their_order_by_item(tmp_path: Path) -> None:
    orders = (
        "ID,Customer,Date,Net Total,Delivery Date,ID (Items),Item Code (Items),Quantity (Items)\n"
        "SO-1,Ada,2025-01-02,10,2025-01-09,line-1,Tea,2\n"
    )
    notes = "ID,Customer,Date,Against Sales Order (Items),Item Code (Items),Quantity (Items)\nDN-1,Ada,2025-01-08,SO-1,Tea,2\n"
    notes = notes.replace("(Items)", "(Delivery Note Item)")
    connection, _ = load(tmp_path, {"Sales Order.csv": orders, "Delivery Note.csv": notes})
    assert rows(connection, "Delivery Note Item", "so_detail, stock_qty") == [("line-1", 2.0)]


def test_deliveries_without_orders_are_no_broken_promises(tmp_path: Path) -> None:
    orders = "ID,Customer,Date,Net Total,ID (Items)\nSO-1,Ada,2025-01-02,10,line-1\n"
    notes = "ID,Customer,Date,Item Code (Delivery Note Item)\nDN-1,Ada,2025-01-08,Tea\n"
    connection, loaded = load(tmp_path, {"Sales Order.csv": orders, "Delivery Note.csv": notes})
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert "tabDelivery Note Item" not in tables
    assert any("does not say which order was delivered" in note for note in loaded.notes)


def test_a_folder_without_exports(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(tmp_path, {})
    with pytest.raises(FileNotFoundError, match="Sales Invoice"):
        load(tmp_path, {"Something.csv": "a\n1\n"})


ANSWERS = """\
ID,Customer,Answered On,Customer Agrees to Its Use,Agreed On,Dimension (Answers),Value (Answers),Kind (Answers)
RESP-1,Ada,2025-01-10 10:00:00,1,2025-01-11 09:00:00,satisfaction,0.75,CSAT
,,,,,trust_company,0.5,CES
,,,,,,,Text
RESP-2,Bo,2025-02-10 10:00:00,0,,satisfaction,0,CSAT
"""


def test_answers_to_surveys(tmp_path: Path) -> None:
    connection, loaded = load(tmp_path, {"Survey Response.csv": ANSWERS})
    assert not loaded.problems
    assert rows(connection, "Survey Response", "party_type, party, answered_on, testimonial_consent_on") == [
        ("Customer", "Ada", "2025-01-10 10:00:00", "2025-01-11 09:00:00"),
        ("Customer", "Bo", "2025-02-10 10:00:00", None),
    ]
    found = rows(connection, "Survey Answer", "parent, kind, dimension, answered, value")
    assert found == [
        ("RESP-1", "CSAT", "satisfaction", 1, 0.75),
        ("RESP-1", "CES", "trust_company", 1, 0.5),
        ("RESP-1", "Text", None, 0, 0.0),
        ("RESP-2", "CSAT", "satisfaction", 1, 0.0),
    ]
    assert rows(connection, "Customer", "name") == [("Ada",), ("Bo",)]
    assert not any("what customers say" in note for note in loaded.notes)


def test_referrals_and_ideas(tmp_path: Path) -> None:
    connection, loaded = load(
        tmp_path,
        {
            "Customer Referral.csv": "ID,Recommended By,Recommended Customer,Recommended On\nCREF-1,Ada,Bo,2025-01-10\n",
            "Customer Idea.csv": "ID,Customer,Submitted On,Status,Realised On\nIDEA-1,Ada,2025-01-10,Realised,2025-03-01\n",
            "Customer.csv": "ID\nAda\nBo\n",
        },
    )
    assert not loaded.problems
    assert rows(connection, "Customer Referral", "referrer, referred_customer, referral_date") == [
        ("Ada", "Bo", "2025-01-10")
    ]
    assert rows(connection, "Customer Idea", "customer, submitted_on, status, realised_on") == [
        ("Ada", "2025-01-10", "Realised", "2025-03-01")
    ]


def test_marked_messages(tmp_path: Path) -> None:
    text = (
        "ID,Date,Sent or Received,Reference Document Type,Reference Name,Tone,Tone: About,Tone: Marked On\n"
        "COM-1,2025-01-10 10:00:00,Received,Customer,Ada,Praise,Employee,2025-01-12 10:00:00\n"
    )
    connection, loaded = load(tmp_path, {"Communication.csv": text})
    assert not loaded.problems
    found = rows(
        connection, "Communication", "relationship_tone, relationship_tone_about, relationship_tone_on"
    )
    assert found == [("Praise", "Employee", "2025-01-12 10:00:00")]
