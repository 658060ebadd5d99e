"""What an export leaves out and the ledger needs: worked out from what is there, assumed as ERPNext does, or said."""

from __future__ import annotations

from typing import Any

from relationship_crm.preview.book import Book
from relationship_crm.preview.links import (
    link_contracts,
    link_deliveries,
    link_payments,
    open_neighbours,
    payment_ledger,
)
from relationship_crm.preview.load import Loaded
from relationship_crm.preview.payment_gaps import leave_out_unknown_payments

#: What is not known without a file, by the files of which one would do.
EVIDENCE: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("Sales Invoice", "Sales Order"),
        "nothing is known about purchases, so nobody can stand above prospect",
    ),
    (("Sales Invoice",), "purchases are counted from the orders"),
    (("Delivery Note",), "nothing is known about deliveries against the promised date"),
    (
        ("Sales Order",),
        "nothing is known about promised dates, cancelled orders and changes of account manager",
    ),
    (
        ("Payment Ledger Entry", "Payment Entry", "Journal Entry"),
        "nothing is known about payments against the terms and about advances",
    ),
    (("Issue",), "nothing is known about complaints"),
    (("Warranty Claim",), "nothing is known about warranty claims"),
    (("Quotation",), "nothing is known about quotations"),
    (("Communication",), "nothing is known about answered mails and calls"),
    (("Event",), "nothing is known about meetings"),
    (("Survey Response",), "nothing is known about what customers say when they are asked"),
    (("Customer Referral", "Customer"), "nothing is known about referrals"),
    (("Service Contract", "Subscription"), "nothing is known about contracts that were renewed or ended"),
    (("Lead", "Prospect"), "leads and prospects are not on the ladder"),
    (("Opportunity",), "opportunities do not show who is in talks"),
    (("Customer",), "customers are taken from the documents; groups, territories and referrals are unknown"),
)
#: Child tables without which a file says less, and the header that brings them.
CHILD_EVIDENCE = (
    ("Sales Invoice", "Sales Invoice Item", "nothing is known about the breadth of what is bought; export the table Items too"),
    ("Sales Order", "Sales Order Item", "promised dates are unknown; export the table Items with its ID too"),
    ("Delivery Note", "Delivery Note Item", "deliveries cannot be held against orders; export the table Items too"),
    ("Sales Order", "Sales Team", "changes of account manager are unknown; export the table Sales Team too"),
    ("Survey Response", "Survey Answer", "answers are unknown; export the table Answers too"),
    ("Payment Entry", "Payment Entry Reference", "payments cannot be held against invoices; export the table Payment References too"),
)  # fmt: skip
#: Status texts that tell the docstatus where an export lacks it.
STATUS = {"Draft": 0, "Cancelled": 2}
SUBMITTABLE = (
    "Sales Invoice", "POS Invoice", "Sales Order", "Delivery Note", "Quotation", "Payment Entry", "Journal Entry",
    "Service Contract",
)  # fmt: skip
#: Our own documents call it a state.
STATE = {"Service Contract": "state"}
#: The document date that stands in for a missing creation.
DATED = {
    "Sales Invoice": "posting_date",
    "POS Invoice": "posting_date",
    "Delivery Note": "posting_date",
    "Payment Entry": "posting_date",
    "Journal Entry": "posting_date",
    "Payment Ledger Entry": "posting_date",
    "Sales Order": "transaction_date",
    "Quotation": "transaction_date",
    "Opportunity": "transaction_date",
    "Issue": "opening_date",
    "Warranty Claim": "complaint_date",
    "Communication": "communication_date",
    "Event": "starts_on",
    "Survey Response": "answered_on",
    "Customer Referral": "referral_date",
    "Customer Idea": "submitted_on",
    "Service Contract": "start_date",
    "Subscription": "start_date",
}
SUMS = {"Sales Invoice", "POS Invoice", "Sales Order"}


def complete(book: Book, loaded: Loaded) -> None:
    """Fill the gaps of an export in place and note them."""
    notes = loaded.notes
    for doctypes, sentence in EVIDENCE:
        if not any(doctype in book.rows for doctype in doctypes):
            names = " or ".join(f"{doctype}.csv" for doctype in doctypes)
            notes.append(f"No {names}: {sentence}.")
    for parent, child, sentence in CHILD_EVIDENCE:
        if parent in book.rows and child not in book.rows:
            notes.append(f"{parent}.csv without rows of {child}: {sentence}.")
    for doctype, rows in book.rows.items():
        if doctype in SUBMITTABLE:
            _docstatus(doctype, rows, notes)
        if doctype in SUMS:
            _amounts(doctype, rows, notes)
        _created(doctype, rows)
    _due_dates(book, notes)
    if "Payment Ledger Entry" not in book.rows:
        payment_ledger(book, notes)
    link_payments(book)
    leave_out_unknown_payments(book, notes)
    link_deliveries(book, notes)
    _item_groups(book, notes)
    _answers(book)
    link_contracts(book)
    open_neighbours(book)
    _currencies(book, notes)
    add_customers(book, notes)


def _currencies(book: Book, notes: list[str]) -> None:
    currencies = {
        row.get("default_currency") for row in book.rows.get("Company", ()) if row.get("default_currency")
    }
    if len(currencies) > 1:
        notes.append(
            f"The companies keep books in {', '.join(sorted(currencies))}: revenue is added up without rates; the stages do "
            "not depend on it."
        )


def _absent(rows: list[dict[str, Any]], column: str) -> bool:
    return bool(rows) and not any(column in row for row in rows)


def _docstatus(doctype: str, rows: list[dict[str, Any]], notes: list[str]) -> None:
    """Submitted, draft or cancelled by the status text, where the export lacks docstatus."""
    status = STATE.get(doctype, "status")
    if _absent(rows, "docstatus"):
        if _absent(rows, status):
            notes.append(f"{doctype}.csv has neither {status} nor docstatus: every row counts as submitted.")
        for row in rows:
            row["docstatus"] = STATUS.get(row.get(status), 1)


def _amounts(doctype: str, rows: list[dict[str, Any]], notes: list[str]) -> None:
    """Net and gross in company currency, from the document's currency or the gross where the export has no more."""
    stand_in = 0
    for row in rows:
        rate = row.get("conversion_rate") or 1
        net, gross = row.get("net_total", row.get("total")), row.get("grand_total")
        if row.get("base_net_total") is None and net is not None:
            row["base_net_total"] = net * rate
        if row.get("base_grand_total") is None and gross is not None:
            row["base_grand_total"] = gross * rate
        if row.get("base_net_total") is None:
            stand_in += 1
            row["base_net_total"] = row.get("base_grand_total") or 0.0
        if row.get("base_grand_total") is None:
            row["base_grand_total"] = row["base_net_total"]
        if gross is None:
            row["grand_total"] = row["base_grand_total"] / rate
    if stand_in:
        notes.append(f"{doctype}.csv: {stand_in} rows without a net total; the grand total stands in.")


def _created(doctype: str, rows: list[dict[str, Any]]) -> None:
    date = DATED.get(doctype)
    for row in rows:
        if row.get("creation") is None and date:
            row["creation"] = row.get(date)
        if row.get("modified") is None:
            row["modified"] = row.get("creation")


def _due_dates(book: Book, notes: list[str]) -> None:
    """Without due dates payments cannot be judged; a single missing one is the invoice's own date, as in ERPNext."""
    invoices = book.rows.get("Sales Invoice", [])
    if _absent(invoices, "due_date"):
        dropped = [
            book.rows.pop(doctype, None)
            for doctype in ("Payment Ledger Entry", "Payment Entry", "Journal Entry")
        ]
        if any(rows is not None for rows in dropped):
            notes.append(
                "Sales Invoice.csv has no Payment Due Date: nothing is known about payments against the terms."
            )
    for row in invoices:
        row.setdefault("due_date", row.get("posting_date"))


def _item_groups(book: Book, notes: list[str]) -> None:
    """Lines without an item group count by their item."""
    for doctype in ("Sales Invoice Item", "POS Invoice Item"):
        rows = book.rows.get(doctype, [])
        if _absent(rows, "item_group"):
            notes.append(f"{doctype} without Item Group: breadth counts items in place of item groups.")
            for row in rows:
                row["item_group"] = row.get("item_code")


def _answers(book: Book) -> None:
    """Who answered, where the export names only the customer; a value is an answer."""
    for row in book.rows.get("Survey Response", ()):
        if row.get("party") is None:
            row.update(party_type="Customer", party=row.get("customer"))
        elif row.get("party_type", "Customer") == "Customer":
            row.setdefault("customer", row["party"])
    for row in book.rows.get("Survey Answer", ()):
        row.setdefault("answered", int(row.get("value") is not None))


def add_customers(book: Book, notes: list[str]) -> None:
    """Customers that documents name and no Customer.csv does."""
    book.open("Customer")
    known = {row["name"] for row in book.rows["Customer"]}
    listed = bool(known)
    found: dict[str, dict[str, Any]] = {}
    for doctype in (
        "Sales Invoice",
        "POS Invoice",
        "Sales Order",
        "Delivery Note",
        "Issue",
        "Warranty Claim",
        "Survey Response",
        "Customer Idea",
        "Service Contract",
    ):
        for row in book.rows.get(doctype, ()):
            name = row.get("customer")
            if name and name not in known:
                new = found.setdefault(name, {"name": name, "customer_name": name})
                for column in ("customer_name", "customer_group", "territory"):
                    new[column] = row.get(column) or new.get(column)
    for row in found.values():
        book.add("Customer", **row)
    if found and listed:
        notes.append(
            f"{len(found)} customers of documents are not in Customer.csv; they take part without group and territory."
        )
