"""Links between documents that an export may lack, or carry one-sidedly."""

from __future__ import annotations

from typing import Any

from relationship_crm.preview.book import Book


def link_deliveries(book: Book, notes: list[str]) -> None:
    """Deliveries find their order lines by the line's ID, or by order and item.

    Where neither is exported the delivered lines are dropped: unmatched orders would all look undelivered.
    """
    lines = book.rows.get("Sales Order Item")
    if lines is None:
        return
    known = {row["name"] for row in lines}
    by_item: dict[tuple[Any, Any], str] = {}
    for row in lines:
        by_item.setdefault((row["parent"], row.get("item_code")), row["name"])
    for doctype, order_column in (("Delivery Note", "against_sales_order"), ("Sales Invoice", "sales_order")):
        rows = book.rows.get(f"{doctype} Item", ())
        matched = 0
        for row in rows:
            if row.get("so_detail") not in known:
                row["so_detail"] = by_item.get((row.get(order_column), row.get("item_code")))
            matched += row["so_detail"] is not None
        if doctype == "Delivery Note" and rows and not matched:
            book.rows.pop("Delivery Note Item")
            notes.append(
                "Delivery Note.csv does not say which order was delivered (Against Sales Order and Item): "
                "deliveries against the promised date are left out."
            )
    for doctype in ("Sales Order Item", "Delivery Note Item", "Sales Invoice Item"):
        for row in book.rows.get(doctype, ()):
            if row.get("stock_qty") is None:
                row["stock_qty"] = (row.get("qty") or 0) * (row.get("conversion_factor") or 1)


def open_neighbours(book: Book) -> None:
    """Empty tables that signals read beside their own, where their absence says nothing."""
    if "Sales Invoice" in book.rows or "Sales Order" in book.rows:
        book.open("Sales Order", "Sales Invoice")
        delivers = any(row.get("update_stock") for row in book.rows["Sales Invoice"])
        if not delivers:  # else goods went out by lines that are not here, and orders would look undelivered
            book.open("Sales Invoice Item")
    if "Communication" in book.rows:
        book.open("Communication Link")


def link_contracts(book: Book) -> None:
    """A contract that another one renews was renewed, be it that only the later one says so."""
    contracts = {
        row["name"]: row for row in book.rows.get("Service Contract", ()) if row.get("docstatus") == 1
    }
    for row in contracts.values():
        if before := contracts.get(row.get("renewed_from") or ""):
            before["renewed_into"] = before.get("renewed_into") or row["name"]


def link_payments(book: Book) -> None:
    """The payments that ledger entries name and no file holds, dated as their ledger entries."""
    entries = book.rows.get("Payment Ledger Entry")
    if entries is None:
        return
    book.open("Payment Entry", "Journal Entry")
    for doctype in ("Payment Entry", "Journal Entry"):
        known = {row["name"] for row in book.rows[doctype]}
        for row in entries:
            name = row.get("voucher_no")
            if row.get("voucher_type") == doctype and name not in known:
                known.add(name)
                book.add(
                    doctype,
                    name=name,
                    docstatus=0 if row.get("delinked") else 1,
                    posting_date=row.get("posting_date"),
                    creation=row.get("creation"),
                    party=row.get("party"),
                )
    for row in entries:
        if row.get("amount_in_account_currency") is None:
            row["amount_in_account_currency"] = row.get("amount")


def payment_ledger(book: Book, notes: list[str]) -> None:
    """The receivables ledger from invoices, credit notes and the references of payments and journal entries."""
    payments = {row["name"]: row for row in book.rows.get("Payment Entry", ())}
    journals = {row["name"]: row for row in book.rows.get("Journal Entry", ())}
    allocations = [("Payment Entry", payments, row) for row in book.rows.get("Payment Entry Reference", ())]
    allocations += [("Journal Entry", journals, row) for row in book.rows.get("Journal Entry Account", ())]
    if not allocations or "Sales Invoice" not in book.rows:
        return
    book.open("Payment Ledger Entry")
    notes.append(
        "No Payment Ledger Entry.csv: payments are taken from the references of payments and journal entries."
    )
    invoices = {row["name"]: row for row in book.rows["Sales Invoice"]}

    def enter(
        kind: str, voucher: dict[str, Any], invoice: dict[str, Any], amount: float, rate: float = 1
    ) -> None:
        book.add(
            "Payment Ledger Entry",
            name=f"{voucher['name']}/{book.count('Payment Ledger Entry') + 1}",
            company=invoice.get("company"),
            party=invoice.get("customer"),
            posting_date=voucher.get("posting_date"),
            due_date=invoice.get("due_date") if voucher is invoice else None,
            creation=voucher.get("creation"),
            voucher_type=kind,
            voucher_no=voucher["name"],
            against_voucher_type="Sales Invoice",
            against_voucher_no=invoice["name"],
            amount=amount * rate,
            amount_in_account_currency=amount,
        )

    for invoice in invoices.values():
        if invoice.get("docstatus") == 1:
            same = invoice.get("currency") == invoice.get("party_account_currency")
            amount = invoice["grand_total"] if same else invoice["base_grand_total"]
            enter(
                "Sales Invoice", invoice, invoices.get(invoice.get("return_against") or "", invoice), amount
            )
    for kind, vouchers, row in allocations:
        voucher, invoice = vouchers.get(row["parent"]), invoices.get(row.get("reference_name") or "")
        if voucher is None or invoice is None or voucher.get("docstatus") != 1:
            continue
        amount = (
            row.get("allocated_amount") or row.get("credit_in_account_currency") or row.get("credit") or 0
        )
        if amount:
            enter(kind, voucher, invoice, -amount, row.get("exchange_rate") or 1)
