"""The steps of the story, each a few real documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import contact
import erp
import frappe
from erp import ADVICE, COMPANY_EUR, GADGET, WIDGET

Key = tuple[str, str]
#: DocTypes whose entry dates the story sets.
ENTERED = (
    *(
        "Lead",
        "Opportunity",
        "Quotation",
        "Customer",
        "Sales Order",
        "Delivery Note",
        "Sales Invoice",
        "POS Invoice",
    ),
    *(
        "Payment Entry",
        "Journal Entry",
        "Payment Ledger Entry",
        "Issue",
        "Warranty Claim",
        "Communication",
        "Event",
    ),
)


@dataclass
class Step:
    """Something that happens on a day."""

    on: str
    title: str
    do: Callable[[Story], None]


@dataclass
class Story:
    """The documents by the names the steps give them."""

    acme: Key = ("", "")
    docs: dict[str, str] = field(default_factory=dict)
    day: str = ""

    def doc(self, name: str):
        doctype, found = self.docs[name].split("|")
        return frappe.get_doc(doctype, found)

    def keep(self, name: str, doc) -> None:
        self.docs[name] = f"{doc.doctype}|{doc.name}"

    @property
    def customer(self) -> str:
        return self.docs["customer"].split("|")[1]

    def stamp(self, started: str) -> None:
        """Everything entered or changed since `started` was so on this day."""
        noon = f"2024-{self.day} 12:00:00"
        for doctype in ENTERED:
            t = frappe.qb.DocType(doctype)
            for column in ("creation", "modified"):
                frappe.qb.update(t).set(t[column], noon).where(t[column] >= started).run()


def d(text: str) -> str:
    return f"2024-{text}"


def lead(s: Story) -> None:
    name = erp.lead("RCRM Acme")
    s.acme = ("Lead", name)
    s.docs["lead"] = f"Lead|{name}"


def opportunity(s: Story) -> None:
    erp.opportunity(*s.acme, d("03-06"))


def mail(s: Story) -> None:
    contact.message(*s.acme, d("03-07 10:00:00"), sent=True)


def answer(s: Story) -> None:
    contact.message(*s.acme, d("03-08 09:30:00"), sent=False)


def quotation(s: Story) -> None:
    s.keep(
        "quotation",
        erp.quotation(*s.acme, d("03-11"), [(WIDGET, 10, 30), (GADGET, 5, 40)], valid_till=d("04-30")),
    )


def order(s: Story) -> None:
    """The lead becomes a customer and orders what was offered, and advice besides."""
    s.docs["customer"] = "Customer|" + erp.customer("RCRM Acme", lead_name=s.acme[1])
    offered = {"prevdoc_docname": s.doc("quotation").name}
    items = [
        (WIDGET, 10, 30, offered),
        (GADGET, 5, 40, {**offered, "delivery_date": d("04-05")}),
        (ADVICE, 1, 100),
    ]
    s.keep("order", erp.order(s.customer, d("03-20"), items, d("03-29")))


def first_delivery(s: Story) -> None:
    erp.delivery(s.doc("order"), d("03-28"), [(0, 6)])


def first_invoice(s: Story) -> None:
    s.keep("invoice 1", erp.invoice_of(s.doc("order"), d("04-02"), [(0, 6)], due=d("05-02")))


def second_delivery(s: Story) -> None:
    erp.delivery(s.doc("order"), d("04-04"), [(0, 4), (1, 5)])


def meeting(s: Story) -> None:
    contact.meeting("Customer", s.customer, d("04-10 10:00:00"))


def second_invoice(s: Story) -> None:
    s.keep("invoice 2", erp.invoice_of(s.doc("order"), d("04-15"), [(0, 4), (1, 5), (2, 1)], due=d("06-30")))


def third_invoice(s: Story) -> None:
    s.keep("invoice 3", erp.invoice(s.customer, d("05-06"), [(WIDGET, 10, 30)]))


def part_payment(s: Story) -> None:
    erp.payment(s.doc("invoice 1"), d("05-10"), 105)


def part_return(s: Story) -> None:
    erp.credit_note(s.doc("invoice 3"), d("05-20"), 1)


def twin(s: Story) -> None:
    """Somebody enters the same customer a second time, and sells to it."""
    s.docs["twin"] = "Customer|" + erp.customer("RCRM Acme Branch")
    erp.invoice(s.doc("twin").name, d("05-28"), [(GADGET, 2, 40)])


def early_payment(s: Story) -> None:
    s.keep("early payment", erp.payment(s.doc("invoice 3"), d("06-14"), 50))


def early_payment_cancelled(s: Story) -> None:
    erp.cancel("Payment Entry", s.doc("early payment").name)


def second_order(s: Story) -> None:
    s.keep("order 2", erp.order(s.customer, d("06-03"), [(GADGET, 2, 40)], d("06-28")))


def second_order_amended(s: Story) -> None:
    old = erp.cancel("Sales Order", s.doc("order 2").name)
    s.keep("order 2", erp.amend(old, transaction_date=d("06-05")))


def fourth_invoice(s: Story) -> None:
    s.keep("invoice 4", erp.invoice(s.customer, d("06-10"), [(WIDGET, 2, 30)]))


def fourth_invoice_cancelled(s: Story) -> None:
    erp.cancel("Sales Invoice", s.doc("invoice 4").name)


def fourth_invoice_amended(s: Story) -> None:
    s.keep("invoice 4", erp.amend(s.doc("invoice 4"), posting_date=d("06-12")))


def third_order(s: Story) -> None:
    s.keep("order 3", erp.order(s.customer, d("06-17"), [(GADGET, 3, 40)], d("06-28")))


def third_order_cancelled(s: Story) -> None:
    erp.cancel("Sales Order", s.doc("order 3").name)


def third_delivery(s: Story) -> None:
    erp.delivery(s.doc("order 2"), d("06-27"), [(0, 2)])


def euro_invoice(s: Story) -> None:
    s.keep("euro invoice", erp.invoice(s.customer, d("07-01"), [(ADVICE, 10, 30)], company=COMPANY_EUR))


def euro_return(s: Story) -> None:
    erp.credit_note(s.doc("euro invoice"), d("07-29"), 1)


def at_the_counter(s: Story) -> None:
    s.keep("pos invoice", erp.pos_invoice(s.customer, d("07-15"), [(GADGET, 1, 40)]))


def counter_merged(s: Story) -> None:
    erp.merge_pos([s.doc("pos invoice")], d("07-16"))


def opening_invoice(s: Story) -> None:
    temporary = {"income_account": erp.account("Temporary")}
    erp.invoice(s.customer, d("01-15"), [(ADVICE, 1, 500, temporary)], due=d("02-15"), is_opening="Yes")


def internal_sale(s: Story) -> None:
    values = {
        "is_internal_customer": 1,
        "represents_company": COMPANY_EUR,
        "companies": [{"company": erp.COMPANY}],
    }
    s.docs["shop"] = "Customer|" + erp.customer("RCRM Haus as a customer", **values)
    erp.invoice(s.doc("shop").name, d("07-22"), [(ADVICE, 1, 900)])


def journal_payment(s: Story) -> None:
    erp.journal_payment(s.doc("invoice 2"), d("07-25"), 140)


def backdated_invoice(s: Story) -> None:
    s.keep("backdated", erp.invoice(s.customer, d("06-28"), [(ADVICE, 1, 100)]))


def advance(s: Story) -> None:
    s.keep("order 4", erp.order(s.customer, d("08-06"), [(ADVICE, 1, 150)], d("08-12")))
    s.keep("advance", erp.payment(s.doc("order 4"), d("08-08"), 50))


def invoice_with_advance(s: Story) -> None:
    paid = s.doc("advance")
    row = {
        "reference_type": "Payment Entry",
        "reference_name": paid.name,
        "reference_row": paid.references[0].name,
        "advance_amount": 50,
        "allocated_amount": 50,
        "ref_exchange_rate": 1,
    }
    erp.invoice_of(s.doc("order 4"), d("08-12"), [(0, 1)], advances=[row])


def complaint(s: Story) -> None:
    """Opened on 20 August, resolved on the 22nd, a day before its deadline; recorded when it was resolved."""
    s.docs["issue"] = "Issue|" + contact.issue(
        s.customer,
        d("08-20"),
        response_by=d("08-20 15:00:00"),
        sla_resolution_by=d("08-23 12:00:00"),
        first_responded_on=d("08-20 10:00:00"),
    )


def complaint_resolved(s: Story) -> None:
    frappe.db.set_value(
        "Issue", s.doc("issue").name, {"sla_resolution_date": d("08-22 11:00:00"), "status": "Resolved"}
    )


def ninth_invoice(s: Story) -> None:
    erp.invoice(s.customer, d("09-10"), [(WIDGET, 2, 30)])


def backdated_payment(s: Story) -> None:
    erp.payment(s.doc("invoice 3"), d("07-10"), 90)


def referral(s: Story) -> None:
    s.docs["beta"] = "Customer|" + erp.customer("RCRM Beta", relationship_referred_by=s.customer)
    s.keep("beta invoice", erp.invoice(s.doc("beta").name, d("10-01"), [(WIDGET, 1, 30)]))


def referral_paid(s: Story) -> None:
    erp.payment(s.doc("beta invoice"), d("10-04"), 30)


def last_order(s: Story) -> None:
    s.keep("order 5", erp.order(s.customer, d("10-07"), [(WIDGET, 3, 30)], d("10-10")))


def broken_service(s: Story) -> None:
    contact.issue(
        s.customer, d("10-08"), response_by=d("10-08 12:00:00"), sla_resolution_by=d("10-10 12:00:00")
    )


def claim(s: Story) -> None:
    contact.warranty_claim(s.customer, d("10-14"))


def much_too_late(s: Story) -> None:
    erp.delivery(s.doc("order 5"), d("10-25"), [(0, 3)])


def merger(s: Story) -> None:
    frappe.rename_doc("Customer", s.doc("twin").name, s.customer, merge=True)


def last_invoice(s: Story) -> None:
    s.keep("last invoice", erp.invoice(s.customer, d("11-18"), [(WIDGET, 1, 30)]))


def last_invoice_cancelled(s: Story) -> None:
    erp.cancel("Sales Invoice", s.doc("last invoice").name)


STEPS = [
    Step("03-04", "lead", lead),
    Step("03-06", "opportunity", opportunity),
    Step("03-07", "mail sent", mail),
    Step("03-08", "mail answered", answer),
    Step("03-11", "quotation", quotation),
    Step("03-20", "order of the new customer", order),
    Step("03-28", "part delivery in time", first_delivery),
    Step("04-02", "first invoice", first_invoice),
    Step("04-04", "part delivery, one line late", second_delivery),
    Step("04-10", "meeting", meeting),
    Step("04-15", "second invoice", second_invoice),
    Step("05-06", "third invoice", third_invoice),
    Step("05-10", "part payment, late", part_payment),
    Step("05-20", "part return", part_return),
    Step("05-28", "the customer entered twice", twin),
    Step("06-03", "second order", second_order),
    Step("06-05", "second order cancelled and amended", second_order_amended),
    Step("06-10", "fourth invoice", fourth_invoice),
    Step("06-12", "fourth invoice cancelled", fourth_invoice_cancelled),
    Step("06-12", "fourth invoice amended", fourth_invoice_amended),
    Step("06-14", "early payment", early_payment),
    Step("06-17", "third order", third_order),
    Step("06-20", "third order cancelled for good", third_order_cancelled),
    Step("06-27", "delivery of the amended order", third_delivery),
    Step("07-01", "invoice in euros", euro_invoice),
    Step("07-15", "sale at the counter", at_the_counter),
    Step("07-16", "counter sales merged", counter_merged),
    Step("07-18", "early payment cancelled", early_payment_cancelled),
    Step("07-20", "opening invoice of January", opening_invoice),
    Step("07-22", "sale to the sister company", internal_sale),
    Step("07-25", "payment by journal entry", journal_payment),
    Step("07-29", "return in euros", euro_return),
    Step("08-05", "backdated invoice of June", backdated_invoice),
    Step("08-08", "order and advance", advance),
    Step("08-12", "invoice with advance", invoice_with_advance),
    Step("08-20", "complaint", complaint),
    Step("08-22", "complaint resolved in time", complaint_resolved),
    Step("09-10", "ninth invoice", ninth_invoice),
    Step("09-16", "backdated payment of July", backdated_payment),
    Step("10-01", "referral buys", referral),
    Step("10-04", "referral pays", referral_paid),
    Step("10-07", "last order", last_order),
    Step("10-08", "complaint that nobody answers", broken_service),
    Step("10-14", "warranty claim", claim),
    Step("10-25", "delivery, much too late", much_too_late),
    Step("11-11", "merger with the second entry", merger),
    Step("11-18", "last invoice", last_invoice),
    Step("11-21", "last invoice cancelled", last_invoice_cancelled),
]
