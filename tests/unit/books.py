"""A company's books in memory: writes ERPNext documents as submitting them would leave them, and asks signals about them.

    book = Book()
    order = book.sales_order("ACME", "2024-01-02", promise="2024-01-10", qty=10)
    book.delivery_note(order, "2024-01-12")
    book.events("delivery_promise", as_of="2024-12-31")

Dates are ISO text. A document is entered on its own date at nine o'clock unless `entered` says otherwise. Any column can be given by name.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from questions import FAR, SIGNALS, Event, Questions, day_after

from relationship_crm.ledger.database import SqliteLedger
from relationship_crm.ledger.schema import COLUMNS, create_tables

__all__ = ["FAR", "SIGNALS", "Book", "Document", "Event", "day_after"]


@dataclass
class Document:
    """A document in the book: its name, what it was made from, and the names of its lines."""

    doctype: str
    name: str
    customer: str = ""
    day: str = ""
    amount: float = 0.0
    lines: list[str] = field(default_factory=list)
    qty: list[float] = field(default_factory=list)


class Book(Questions):
    """An empty ledger with a builder for each kind of document; every builder returns the document or its name."""

    def __init__(self, doctypes: Iterable[str] | None = None) -> None:
        self.connection = sqlite3.connect(":memory:")
        create_tables(self.connection, doctypes)
        self.ledger = SqliteLedger(self.connection)
        self._numbers: dict[str, int] = {}

    # -- rows

    def add(self, doctype: str, prefix: str = "ROW", **values: Any) -> str:
        """A row; numbers nobody gives are 0, as ERPNext saves them. Returns its name."""
        name = values.setdefault("name", self._name(prefix))
        row = {c: 0 if kind != "TEXT" else None for c, kind in COLUMNS[doctype].items()} | values
        assert set(row) <= set(COLUMNS[doctype]), f"{doctype} has no {set(row) - set(COLUMNS[doctype])}"
        names = ", ".join(f'"{column}"' for column in row)
        marks = ", ".join("?" * len(row))
        self.connection.execute(f'INSERT INTO "tab{doctype}" ({names}) VALUES ({marks})', list(row.values()))
        return name

    def change(self, document: Document | str, doctype: str = "", **values: Any) -> None:
        """Change columns of a document that stands in the book."""
        name = document.name if isinstance(document, Document) else document
        doctype = document.doctype if isinstance(document, Document) else doctype
        columns = ", ".join(f'"{column}" = ?' for column in values)
        self.connection.execute(
            f'UPDATE "tab{doctype}" SET {columns} WHERE name = ?', [*values.values(), name]
        )

    def cancel(self, document: Document, on: str) -> None:
        """Cancel a document and its lines."""
        self.change(document, docstatus=2, modified=f"{on} 12:00:00")
        if f"{document.doctype} Item" in COLUMNS:
            self.connection.execute(
                f'UPDATE "tab{document.doctype} Item" SET docstatus = 2 WHERE parent = ?', [document.name]
            )

    def _name(self, prefix: str) -> str:
        self._numbers[prefix] = self._numbers.get(prefix, 0) + 1
        return f"{prefix}-{self._numbers[prefix]}"

    def _document(self, doctype: str, prefix: str, day: str, entered: str | None, **values: Any) -> str:
        moment = entered if entered and " " in entered else f"{entered or day} 09:00:00"
        return self.add(doctype, prefix, **{"creation": moment, "modified": moment, "docstatus": 1, **values})

    # -- parties

    def customer(self, name: str, group: str = "Retail", entered: str = "2020-01-01", **values: Any) -> str:
        """A customer; only needed where its group, referrer or lead matters."""
        return self._document(
            "Customer",
            "CUST",
            entered,
            None,
            name=name,
            customer_name=name,
            customer_group=group,
            docstatus=0,
            **values,
        )

    def lead(self, name: str, entered: str = "2020-01-01", **values: Any) -> str:
        """A lead."""
        return self._document("Lead", "LEAD", entered, None, name=name, lead_name=name, docstatus=0, **values)

    # -- selling

    def sales_order(
        self,
        customer: str,
        day: str,
        *,
        promise: str | None = None,
        qty: float | Iterable[float] = 1,
        net: float = 100.0,
        entered: str | None = None,
        persons: Iterable[str] = (),
        quotation: str | None = None,
        line: dict[str, Any] | None = None,
        **values: Any,
    ) -> Document:
        """An order with one line for each quantity; `line` gives columns of all lines."""
        defaults = {
            "delivery_date": promise,
            "status": "To Deliver and Bill",
            "company": "Probe",
            "base_net_total": net,
        }
        name = self._document(
            "Sales Order",
            "SO",
            day,
            entered,
            customer=customer,
            transaction_date=day,
            **{**defaults, **values},
        )
        order = Document("Sales Order", name, customer, day, net)
        for i, amount in enumerate([qty] if isinstance(qty, (int, float)) else qty, 1):
            given = {
                "delivery_date": promise,
                "is_stock_item": 1,
                "qty": amount,
                "stock_qty": amount,
                **(line or {}),
            }
            order.lines.append(
                self.add(
                    "Sales Order Item", name=f"{name}/{i}", parent=name, parenttype="Sales Order", idx=i,
                    docstatus=values.get("docstatus", 1), prevdoc_docname=quotation, **given,
                )
            )  # fmt: skip
            order.qty.append(amount)
        for person in persons:
            self.add("Sales Team", "TEAM", parent=name, parenttype="Sales Order", sales_person=person)
        return order

    def delivery_note(
        self,
        order: Document,
        day: str,
        *,
        qty: float | Iterable[float] | None = None,
        entered: str | None = None,
        doctype: str = "Delivery Note",
        **values: Any,
    ) -> Document:
        """Goods of an order: everything, or a quantity for each line (0 leaves a line out)."""
        wanted = order.qty if qty is None else [qty] if isinstance(qty, (int, float)) else list(qty)
        if doctype == "Sales Invoice":
            values = {"is_opening": "No", "update_stock": 1, **values}
        prefix = "DN" if doctype == "Delivery Note" else "SI"
        name = self._document(
            doctype,
            prefix,
            day,
            entered,
            customer=order.customer,
            company="Probe",
            posting_date=day,
            **values,
        )
        for line, amount in zip(order.lines, wanted, strict=False):
            if amount:
                self.add(
                    f"{doctype} Item",
                    "LINE",
                    parent=name,
                    so_detail=line,
                    stock_qty=amount,
                    qty=amount,
                    docstatus=1,
                )
                if values.get("docstatus", 1) == 1 and not values.get("is_return"):
                    self.connection.execute(
                        'UPDATE "tabSales Order Item" SET delivered_qty = delivered_qty + ? WHERE name = ?',
                        [amount, line],
                    )
        return Document(doctype, name, order.customer, day)

    def sales_invoice(
        self,
        customer: str,
        day: str,
        net: float = 100.0,
        *,
        due: str | None = None,
        groups: Iterable[str] = (),
        entered: str | None = None,
        against: Document | None = None,
        paid_at_counter: float = 0.0,
        **values: Any,
    ) -> Document:
        """An invoice over net = total, with a line for each item group and its row in the receivables ledger."""
        defaults: dict[str, Any] = {
            "company": "Probe",
            "is_opening": "No",
            "base_net_total": net,
            "base_grand_total": net,
        }
        if against:
            defaults |= {"is_return": 1, "return_against": against.name}
        name = self._document(
            "Sales Invoice", "CN" if against else "SI", day, entered,
            customer=customer, posting_date=day, due_date=due or day, **{**defaults, **values},
        )  # fmt: skip
        for group in groups:
            self.add("Sales Invoice Item", "LINE", parent=name, item_group=group, docstatus=1)
        invoice = Document("Sales Invoice", name, customer, day, net)
        self.receivable(against or invoice, invoice, day, net)
        if paid_at_counter:
            self.receivable(invoice, invoice, day, -paid_at_counter)
        return invoice

    def credit_note(self, invoice: Document, day: str, net: float, **values: Any) -> Document:
        """A return of an invoice over so much (a positive number)."""
        return self.sales_invoice(invoice.customer, day, -net, against=invoice, **values)

    def pos_invoice(
        self, customer: str, day: str, net: float = 100.0, *, entered: str | None = None, **values: Any
    ) -> Document:
        """A sale at the counter."""
        defaults = {"company": "Probe", "is_opening": "No", "base_net_total": net, "base_grand_total": net}
        name = self._document(
            "POS Invoice", "POS", day, entered, customer=customer, posting_date=day, **{**defaults, **values}
        )
        return Document("POS Invoice", name, customer, day, net)

    # -- payments

    def receivable(self, against: Document, voucher: Document, day: str, amount: float, **values: Any) -> str:
        """A row of the receivables ledger."""
        return self._document(
            "Payment Ledger Entry", "PLE", day, None, party_type="Customer", party=against.customer,
            account_type="Receivable", posting_date=day, voucher_type=voucher.doctype, voucher_no=voucher.name,
            against_voucher_type=against.doctype, against_voucher_no=against.name,
            amount=amount, amount_in_account_currency=amount, **values,
        )  # fmt: skip

    def payment(
        self,
        invoice: Document,
        day: str,
        amount: float | None = None,
        *,
        journal: str | None = None,
        entered: str | None = None,
        booked: str | None = None,
        **values: Any,
    ) -> Document:
        """A payment of an invoice, in full or in part, by Payment Entry or by a journal of a kind; `booked` dates its ledger row."""
        amount = invoice.amount if amount is None else amount
        doctype = "Journal Entry" if journal else "Payment Entry"
        own = {"voucher_type": journal} if journal else {"party_type": "Customer", "party": invoice.customer}
        name = self._document(
            doctype, "JE" if journal else "PE", day, entered, posting_date=day, **{**own, **values}
        )
        paid = Document(doctype, name, invoice.customer, day, amount)
        self.receivable(invoice, paid, booked or day, -amount)
        if values.get("docstatus") == 2:  # the immutable ledger takes a row back by another one
            self.receivable(invoice, paid, booked or day, amount)
        return paid

    # -- contact and service

    def issue(self, customer: str, day: str, *, entered: str | None = None, **values: Any) -> str:
        """An issue; `service_level_agreement` puts it under deadlines."""
        return self._document(
            "Issue", "ISS", day, entered, customer=customer, opening_date=day, docstatus=0, **values
        )

    def reopened(self, issue: str, moment: str, before: str = "Closed", after: str = "Open") -> None:
        """The version that Frappe keeps when an issue's status changes."""
        data = f'{{\n "changed": [\n  [\n   "status",\n   "{before}",\n   "{after}"\n  ]\n ]\n}}'
        self._document(
            "Version", "VER", moment[:10], moment, ref_doctype="Issue", docname=issue, data=data, docstatus=0
        )

    def message(
        self, party: str, moment: str, *, ours: bool = True, party_type: str = "Customer", linked: bool = True,
        referenced: bool = False, medium: str = "Email", kind: str = "Communication", entered: str | None = None,
    ) -> str:  # fmt: skip
        """A mail or call, ours or theirs, found by a link, by its reference, or by both."""
        about = {"reference_doctype": party_type, "reference_name": party} if referenced else {}
        name = self._document(
            "Communication", "COMM", moment[:10], entered or moment, communication_date=moment, docstatus=0,
            communication_type=kind, communication_medium=medium, sent_or_received="Sent" if ours else "Received", **about,
        )  # fmt: skip
        if linked:
            self.add(
                "Communication Link", "LINK", parent=name, parenttype="Communication", link_doctype=party_type,
                link_name=party, communication_date=moment,
            )  # fmt: skip
        return name

    def meeting(
        self,
        party: str,
        moment: str,
        *,
        status: str = "Completed",
        attending: str | None = None,
        party_type: str = "Customer",
    ) -> str:
        """A meeting in the calendar."""
        name = self._document("Event", "EV", moment[:10], None, starts_on=moment, status=status, docstatus=0)
        self.add(
            "Event Participants", "PART", parent=name, parenttype="Event", reference_doctype=party_type,
            reference_docname=party, attending=attending,
        )  # fmt: skip
        return name

    def quotation(
        self, party: str, day: str, *, valid_till: str | None = None, party_type: str = "Customer",
        entered: str | None = None, **values: Any,
    ) -> str:  # fmt: skip
        """A quotation."""
        return self._document(
            "Quotation", "QTN", day, entered, quotation_to=party_type, party_name=party, transaction_date=day,
            valid_till=valid_till, **values,
        )  # fmt: skip

    # -- what customers say and do for us

    def response(
        self, party: str, moment: str, answers: dict[str, float | Iterable[float]] | None = None, *,
        party_type: str = "Customer", entered: str | None = None, answered: int = 1, **values: Any,
    ) -> str:  # fmt: skip
        """Answers to a survey: value 0..1 (or several) by dimension."""
        customer = party if party_type == "Customer" else None
        name = self._document(
            "Survey Response", "RESP", moment[:10], entered or moment, party_type=party_type, party=party,
            answered_on=moment, docstatus=0, **{"customer": customer, **values},
        )  # fmt: skip
        for dimension, given in (answers or {}).items():
            for value in [given] if isinstance(given, (int, float)) else given:
                self.add(
                    "Survey Answer", "ANS", parent=name, parenttype="Survey Response", dimension=dimension,
                    answered=answered, value=value,
                )  # fmt: skip
        return name

    def marked(self, party: str, moment: str, tone: str, about: str | None = None, **values: Any) -> str:
        """A message from them that somebody marked as praise or displeasure, on the day it came unless `on` says otherwise."""
        on = values.pop("on", moment)
        name = self.message(party, moment, ours=False, **values)
        self.change(
            name,
            "Communication",
            relationship_tone=tone,
            relationship_tone_about=about,
            relationship_tone_on=on,
        )
        return name

    def referral(
        self, referrer: str, day: str, *, customer: str | None = None, lead: str | None = None,
        entered: str | None = None, **values: Any,
    ) -> str:  # fmt: skip
        """The record of a referral."""
        return self._document(
            "Customer Referral", "CREF", day, entered, referrer=referrer, referral_date=day, docstatus=0,
            referred_customer=customer, referred_lead=lead, **values,
        )  # fmt: skip

    def idea(self, customer: str, day: str, *, entered: str | None = None, **values: Any) -> str:
        """An idea of a customer."""
        return self._document(
            "Customer Idea", "IDEA", day, entered, customer=customer, submitted_on=day, docstatus=0,
            **{"status": "New", **values},
        )  # fmt: skip

    # -- campaigns

    def touch(
        self, campaign: str, party: str, day: str, *, party_type: str = "Customer", entered: str | None = None,
        **values: Any,
    ) -> str:  # fmt: skip
        """A message of a campaign that reached a party."""
        customer = party if party_type == "Customer" else None
        return self._document(
            "Campaign Touch", "TCH", day, entered, campaign=campaign, party_type=party_type, party=party,
            docstatus=0, **{"customer": customer, "status": "Sent", "touched_on": f"{day} 10:00:00", **values},
        )  # fmt: skip

    def campaign_response(
        self, campaign: str, party: str, day: str, *, party_type: str = "Customer", entered: str | None = None,
        **values: Any,
    ) -> str:  # fmt: skip
        """What a party answered to a campaign."""
        customer = party if party_type == "Customer" else None
        return self._document(
            "Campaign Response", "CRE", day, entered, campaign=campaign, party_type=party_type, party=party,
            docstatus=0,
            **{"customer": customer, "response": "Interested", "responded_on": f"{day} 23:30:00", **values},
        )  # fmt: skip

    # -- contracts

    def contract(
        self, customer: str, start: str, end: str, *, renews: str | None = None, agreed: str | None = None,
        entered: str | None = None, **values: Any,
    ) -> str:  # fmt: skip
        """A service contract; `renews` names the one before it, which then says so too."""
        name = self._document(
            "Service Contract", "SC", start, entered, customer=customer, start_date=start, end_date=end,
            renewed_from=renews, renewed_on=agreed,
            **{"renewal": "By Proposal", "renewal_months": 12, "notice_date": end, **values},
        )  # fmt: skip
        if renews:
            self.change(renews, "Service Contract", renewed_into=name, decided_on=agreed)
        return name

    def reason(self, name: str, *, not_customers_choice: int = 0) -> str:
        """Why a contract ended."""
        return self.add("Contract Ending Reason", name=name, not_customers_choice=not_customers_choice)

    def subscription(self, customer: str, start: str, *, entered: str | None = None, **values: Any) -> str:
        """A subscription; its invoices name it."""
        return self._document(
            "Subscription", "SUB", start, entered, party_type="Customer", party=customer, start_date=start, docstatus=0,
            **values,
        )  # fmt: skip

    def yardstick(self, kind: str, segment: str, month: int, value: float) -> None:
        """A figure of the population."""
        self.add("Relationship Yardstick", "YARD", kind=kind, segment=segment, month=month, value=value)
