"""Every event of an ERPNext document that matters marks its party by exactly one row, in the document's own transaction."""

from __future__ import annotations

import json
from collections import Counter

import contact
import erp
import frappe
import pytest
from desk import assess, empty_outbox, events, relationship
from erp import ADVICE, GADGET, WIDGET


@pytest.fixture
def customer(house) -> str:
    return erp.customer("RCRM Marked")


def marks(do, *parties: str) -> dict[str, int]:
    """Rows an action adds by kind of document; all of them name the expected parties."""
    empty_outbox()
    do()
    found = events()
    assert {party for _kind, party, _voucher in found} <= set(parties)
    return dict(Counter(voucher for _kind, _party, voucher in found))


def submitted_and_cancelled(draft, *parties: str) -> tuple[dict[str, int], dict[str, int]]:
    submitted = marks(draft.submit, *parties)
    again = frappe.get_doc(draft.doctype, draft.name)
    return submitted, marks(again.cancel, *parties)


def test_quotation(customer) -> None:
    draft = erp.quotation("Customer", customer, "2024-05-02", [(ADVICE, 1, 100)], submit=False)
    assert submitted_and_cancelled(draft, customer) == ({"Quotation": 1}, {"Quotation": 1})


def test_quotation_to_a_lead(house) -> None:
    lead = erp.lead("RCRM Marked Lead")
    draft = erp.quotation("Lead", lead, "2024-05-02", [(ADVICE, 1, 100)], submit=False)
    empty_outbox()
    draft.submit()
    assert ("Lead", lead, "Quotation") in events()
    assert [voucher for *_party, voucher in events()].count("Quotation") == 1


def test_sales_order(customer) -> None:
    draft = erp.order(customer, "2024-05-02", [(ADVICE, 1, 100)], "2024-05-10", submit=False)
    assert submitted_and_cancelled(draft, customer) == ({"Sales Order": 1}, {"Sales Order": 1})


def test_sales_order_items_updated(customer) -> None:
    from erpnext.controllers.accounts_controller import update_child_qty_rate

    order = erp.order(customer, "2024-05-02", [(WIDGET, 1, 100)], "2024-05-10")
    row = {
        "docname": order.items[0].name,
        "item_code": WIDGET,
        "qty": 2,
        "rate": 100,
        "delivery_date": "2024-05-20",
    }
    assert marks(lambda: update_child_qty_rate("Sales Order", json.dumps([row]), order.name), customer) == {
        "Sales Order": 1
    }


def test_sales_order_closed_and_reopened(customer) -> None:
    order = erp.order(customer, "2024-05-02", [(WIDGET, 1, 100)], "2024-05-10")
    assert marks(lambda: frappe.get_doc("Sales Order", order.name).update_status("Closed"), customer) == {
        "Sales Order": 1
    }
    assert marks(lambda: frappe.get_doc("Sales Order", order.name).update_status("Draft"), customer) == {
        "Sales Order": 1
    }
    # on hold is no news for anybody
    assert marks(lambda: frappe.get_doc("Sales Order", order.name).update_status("On Hold"), customer) == {}


def test_delivery_note(customer) -> None:
    order = erp.order(customer, "2024-05-02", [(WIDGET, 1, 100)], "2024-05-10")
    draft = erp.delivery(order, "2024-05-09", [(0, 1)], submit=False)
    assert submitted_and_cancelled(draft, customer) == ({"Delivery Note": 1}, {"Delivery Note": 1})


def test_sales_invoice(customer) -> None:
    """The invoice itself, and its row in the payment ledger (a reversing one on cancel)."""
    draft = erp.invoice(customer, "2024-05-02", [(ADVICE, 1, 100)], submit=False)
    expected = {"Sales Invoice": 1, "Payment Ledger Entry": 1}
    assert submitted_and_cancelled(draft, customer) == (expected, expected)


def test_credit_note(customer) -> None:
    sold = erp.invoice(customer, "2024-05-02", [(ADVICE, 2, 100)])
    assert marks(lambda: erp.credit_note(sold, "2024-05-09", 1), customer) == {
        "Sales Invoice": 1,
        "Payment Ledger Entry": 1,
    }


def test_pos_invoice_and_merge(customer) -> None:
    sales = []
    assert marks(
        lambda: sales.append(erp.pos_invoice(customer, "2024-05-02", [(GADGET, 1, 40)])), customer
    ) == {"POS Invoice": 1}
    merged = marks(lambda: erp.merge_pos(sales, "2024-05-02"), customer)
    assert merged.pop("Payment Ledger Entry") >= 1
    assert merged == {"Sales Invoice": 1}


def test_pos_closing_entry(customer) -> None:
    """A till is closed by the real document: two sales of a day become one invoice, counted once, before and after."""
    other = erp.customer("RCRM Marked too")
    for sold, amount in ((customer, 40), (customer, 25), (other, 10)):
        erp.pos_invoice(sold, "2024-05-02", [(GADGET, 1, amount)])
    assess(("Customer", customer))
    before = relationship("Customer", customer)
    assert (before.purchases, before.revenue_total) == (1, 65)
    entry = {}
    closed = marks(lambda: entry.update(doc=erp.close_till()), customer, other)
    assert closed.pop("Payment Ledger Entry") >= 2
    assert closed == {"Sales Invoice": 2}  # one a customer
    invoices = frappe.get_all(
        "Sales Invoice",
        filters={"customer": customer, "docstatus": 1},
        fields=["is_consolidated", "base_net_total"],
        order_by="name",
    )
    assert [(i.is_consolidated, i.base_net_total) for i in invoices] == [(1, 65)]
    assess(("Customer", customer))
    after = relationship("Customer", customer)
    assert (after.purchases, after.revenue_total) == (1, 65)
    with erp.without_commits():  # the till is opened again
        frappe.get_doc("POS Closing Entry", entry["doc"].name).cancel()
    assert not frappe.db.exists("Sales Invoice", {"customer": customer, "docstatus": 1})
    assess(("Customer", customer))
    again = relationship("Customer", customer)
    assert (again.purchases, again.revenue_total) == (1, 65)


def test_pos_invoice_cancelled(customer) -> None:
    sale = erp.pos_invoice(customer, "2024-05-02", [(GADGET, 1, 40)])
    assert marks(lambda: frappe.get_doc("POS Invoice", sale.name).cancel(), customer) == {"POS Invoice": 1}


def test_payment_entry(customer) -> None:
    sold = erp.invoice(customer, "2024-05-02", [(ADVICE, 1, 100)])
    draft = erp.payment(sold, "2024-05-09", 60, submit=False)
    assert submitted_and_cancelled(draft, customer) == (
        {"Payment Ledger Entry": 1},
        {"Payment Ledger Entry": 1},
    )


def test_journal_entry(customer) -> None:
    sold = erp.invoice(customer, "2024-05-02", [(ADVICE, 1, 100)])
    paid = []
    assert marks(lambda: paid.append(erp.journal_payment(sold, "2024-05-09", 60)), customer) == {
        "Payment Ledger Entry": 1
    }
    assert marks(lambda: frappe.get_doc("Journal Entry", paid[0].name).cancel(), customer) == {
        "Payment Ledger Entry": 1
    }


def reconcile(customer: str) -> None:
    tool = frappe.get_doc("Payment Reconciliation")
    tool.update(
        {
            "company": erp.COMPANY,
            "party_type": "Customer",
            "party": customer,
            "receivable_payable_account": erp.account("Receivable"),
        }
    )
    tool.get_unreconciled_entries()
    rows = {key: [row.as_dict() for row in tool.get(key)] for key in ("invoices", "payments")}
    tool.allocate_entries(frappe._dict(rows))
    tool.reconcile()


def test_payment_reconciliation_and_its_undoing(customer) -> None:
    sold = erp.invoice(customer, "2024-05-02", [(ADVICE, 1, 100)])
    paid = erp.payment_on_account(customer, "2024-05-09", 60)
    found = marks(lambda: reconcile(customer), customer)
    assert found.keys() == {"Payment Ledger Entry"}  # the ledger's rows are written anew
    assert erp.outstanding(sold.name) == 40

    undo = frappe.get_doc(
        {
            "doctype": "Unreconcile Payment",
            "company": erp.COMPANY,
            "voucher_type": "Payment Entry",
            "voucher_no": paid.name,
        }
    )
    undo.add_references()
    undo.insert()
    assert marks(undo.submit, customer) == {"Unreconcile Payment": 1}
    assert erp.outstanding(sold.name) == 100


def test_issue(customer) -> None:
    made = []
    assert marks(lambda: made.append(contact.issue(customer, "2024-05-02")), customer) == {"Issue": 1}
    doc = frappe.get_doc("Issue", made[0])
    doc.status = "Closed"
    assert marks(doc.save, customer) == {"Issue": 1}
    other = erp.customer("RCRM Marked Too")
    doc.customer = other
    assert marks(doc.save, customer, other) == {"Issue": 2}  # it was the one's and is the other's
    assert marks(lambda: frappe.delete_doc("Issue", doc.name), other) == {"Issue": 1}


def test_warranty_claim(customer) -> None:
    made = []
    assert marks(lambda: made.append(contact.warranty_claim(customer, "2024-05-02")), customer) == {
        "Warranty Claim": 1
    }
    doc = frappe.get_doc("Warranty Claim", made[0])
    doc.status = "Closed"
    assert marks(doc.save, customer) == {"Warranty Claim": 1}
    assert marks(lambda: frappe.delete_doc("Warranty Claim", doc.name), customer) == {"Warranty Claim": 1}


def test_communication(customer) -> None:
    made = []
    said = lambda: made.append(contact.message("Customer", customer, "2024-05-02 10:00:00", sent=True))  # noqa: E731
    assert marks(said, customer) == {"Communication": 1}
    assert marks(lambda: frappe.delete_doc("Communication", made[0]), customer) == {"Communication": 1}


def test_event(customer) -> None:
    """Frappe writes a communication of its own for every participant of an event; that is a document, too."""
    made = []
    met = lambda: made.append(contact.meeting("Customer", customer, "2024-05-02 10:00:00"))  # noqa: E731
    assert marks(met, customer) == {"Event": 1, "Communication": 1}
    doc = frappe.get_doc("Event", made[0])
    doc.status = "Cancelled"
    assert marks(doc.save, customer)["Event"] == 1
    assert marks(lambda: frappe.delete_doc("Event", doc.name), customer)["Event"] == 1


def test_lead_opportunity_prospect(house) -> None:
    made = []
    empty_outbox()
    made.append(erp.lead("RCRM Marked Lead"))
    assert events() == [("Lead", made[0], "Lead")]
    lead = frappe.get_doc("Lead", made[0])
    lead.status = "Replied"
    assert marks(lead.save, made[0]) == {"Lead": 1}
    talks = []
    assert (
        marks(lambda: talks.append(erp.opportunity("Lead", made[0], "2024-05-02")), made[0])["Opportunity"]
        == 1
    )
    assert marks(lambda: frappe.delete_doc("Opportunity", talks[0].name), made[0])["Opportunity"] == 1
    prospect = frappe.get_doc(
        {"doctype": "Prospect", "company_name": "RCRM Marked Prospect", "company": erp.COMPANY}
    )
    assert marks(prospect.insert, "RCRM Marked Prospect") == {"Prospect": 1}
    assert marks(prospect.save, "RCRM Marked Prospect") == {"Prospect": 1}


def test_customer(house) -> None:
    made = []
    assert marks(lambda: made.append(erp.customer("RCRM Marked")), "RCRM Marked") == {"Customer": 1}
    doc = frappe.get_doc("Customer", made[0])
    doc.customer_details = "Nice people."
    assert marks(doc.save, made[0]) == {}  # nothing an assessment reads
    doc.territory = erp.SOUTH
    assert marks(doc.save, made[0]) == {"Customer": 1}
    friend = erp.customer("RCRM Marked Too")
    doc.relationship_referred_by = friend
    # both: a referral changes the referrer too, once more by its record
    assert marks(doc.save, made[0], friend) == {"Customer": 2, "Customer Referral": 1}


def test_a_rollback_takes_the_mark_with_it(customer) -> None:
    draft = erp.invoice(customer, "2024-05-02", [(ADVICE, 1, 100)], submit=False)
    empty_outbox()
    frappe.db.savepoint("before_submit")
    draft.submit()
    assert events()
    frappe.db.rollback(save_point="before_submit")
    assert events() == []


def test_nothing_is_marked_while_the_site_is_being_built(customer) -> None:
    draft = erp.invoice(customer, "2024-05-02", [(ADVICE, 1, 100)], submit=False)
    for flag in ("in_install", "in_migrate", "in_patch"):
        frappe.flags[flag] = True
        try:
            empty_outbox()
            frappe.get_attr("relationship_crm.overrides.sales_invoice.on_submit")(draft)
            assert events() == []
        finally:
            frappe.flags[flag] = False
