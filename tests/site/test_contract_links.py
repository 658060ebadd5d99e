"""A service contract stands in nobody's way: what links it, and what it links, is saved, cancelled and deleted as before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import contracting
import erp
import frappe
import pytest
from contracting import HOURS, INCIDENTS, PIECES, VISITS, line

from relationship_crm.contracts import ledger
from relationship_crm.contracts.fields import CONTRACT, LINE

DATES = {"start_date": "2024-01-15", "end_date": "2025-01-14"}
H, V, P, N = range(4)


@pytest.fixture
def acme() -> str:
    return erp.customer("Acme Links")


def full(customer: str, **values: Any) -> Any:
    """A contract with a line of each kind."""
    rows = (line(HOURS), line(VISITS), line(PIECES), line(INCIDENTS))
    return contracting.make_contract(customer, *rows, **DATES, **values)


def used(contract: Any) -> dict[str, float]:
    """What stands in the ledger, by voucher type."""
    rows = ledger.standing_on([row.line_key for row in contract.lines])
    return {row.voucher_type: row.qty for row in rows}


def test_drafts_are_deleted(acme: str) -> None:
    contract = full(acme)
    drafts = [
        contracting.timesheet(acme, ("2024-02-01", 2), submit=False),
        contracting.visit(acme, "2024-02-01", submit=False),
        contracting.goods(acme, "2024-02-01", (erp.WIDGET, 3, 5), submit=False),
        erp.invoice(acme, "2024-02-01", [(erp.WIDGET, 3, 5)], submit=False, update_stock=1),
        erp.order(acme, "2024-02-01", [(erp.WIDGET, 3, 5)], "2024-03-01", submit=False),
    ]
    assert {doc.get(CONTRACT) for doc in drafts} == {contract.name}
    assert not used(contract)  # drafts use nothing
    issue, claim = contracting.issue(acme, "2024-02-01"), contracting.claim(acme, "2024-02-02")
    assert used(contract) == {"Issue": 1, "Warranty Claim": 1}
    for doc in (*drafts, issue, claim):
        frappe.delete_doc(doc.doctype, doc.name)
        assert not frappe.db.exists(doc.doctype, doc.name)
    assert not used(contract)


def test_documents_are_cancelled_and_deleted(acme: str) -> None:
    contract = full(acme)
    order = erp.order(acme, "2024-02-01", [(erp.WIDGET, 3, 5)], "2024-03-01")
    sold = erp.invoice(acme, "2024-02-01", [(erp.WIDGET, 3, 5)], update_stock=1)
    quoted = erp.quotation("Customer", acme, "2024-02-01", [(erp.WIDGET, 3, 5)])
    hours = contracting.timesheet(acme, ("2024-02-01", 2))
    assert used(contract) == {"Sales Invoice": 3, "Timesheet": 2}  # the order's delivery will count
    for doc in (order, sold, quoted, hours):
        erp.cancel(doc.doctype, doc.name)
    assert not used(contract)
    for doc in (order, quoted, hours):
        frappe.delete_doc(doc.doctype, doc.name)


def signed(customer: str) -> Any:
    """ERPNext's contract, with the text."""
    doc = frappe.get_doc(
        {
            "doctype": "Contract",
            "party_type": "Customer",
            "party_name": customer,
            "contract_terms": "We look after it.",
            "start_date": "2024-01-15",
        }
    ).insert()
    doc.submit()
    return doc


def framework(customer: str) -> Any:
    """A blanket order."""
    doc = frappe.get_doc(
        {
            "doctype": "Blanket Order",
            "blanket_order_type": "Selling",
            "customer": customer,
            "company": erp.COMPANY,
            "from_date": "2024-01-15",
            "to_date": "2025-01-14",
            "items": [{"item_code": erp.WIDGET, "qty": 100, "rate": 5}],
        }
    ).insert()
    doc.submit()
    return doc


def test_what_a_contract_links_is_cancelled_and_deleted(acme: str) -> None:
    text, blanket = signed(acme), framework(acme)
    project = frappe.get_doc(
        {"doctype": "Project", "project_name": "Acme Links", "customer": acme, "company": erp.COMPANY}
    ).insert()
    linked = {"contract": text.name, "blanket_order": blanket.name, "project": project.name}
    contract = full(acme, **linked)
    for doc in (text, blanket):
        erp.cancel(doc.doctype, doc.name)
    contract.reload()
    assert contract.docstatus == 1
    assert {field: contract.get(field) for field in linked} == linked
    for doc in (text, blanket, project):
        frappe.delete_doc(doc.doctype, doc.name)
    contract.reload()
    assert contract.docstatus == 1
    assert not any(contract.get(field) for field in linked)


def test_a_cancelled_contract_holds_no_document(acme: str) -> None:
    contract = full(acme)
    submitted = contracting.timesheet(acme, ("2024-02-01", 2))
    draft = contracting.timesheet(acme, ("2024-02-02", 3), submit=False)
    issue = contracting.issue(acme, "2024-02-01")
    order = erp.order(acme, "2024-02-01", [(erp.WIDGET, 3, 5)], "2024-03-01")
    frappe.get_doc("Service Contract", contract.name).cancel()
    for doc in (submitted, draft, issue, order):
        doc.reload()
        doc.save()
        assert not doc.get(CONTRACT)
    draft.reload()
    draft.submit()
    assert used(contract) == {"Timesheet": 2, "Issue": 1}
    erp.cancel("Timesheet", submitted.name)
    issue.delete()
    erp.cancel("Sales Order", order.name)
    assert not used(contract)


def test_an_amendment_is_named_again_by_all_its_documents(acme: str) -> None:
    contract = full(acme)
    hours, issue = contracting.timesheet(acme, ("2024-02-01", 2)), contracting.issue(acme, "2024-02-01")
    goods = contracting.goods(acme, "2024-02-01", (erp.WIDGET, 3, 5), (erp.GADGET, 1, 5))
    other = contracting.make_contract(acme, line(HOURS), **DATES)
    rows = [
        ("2024-02-03", 1, {LINE: contract.lines[H].line_key}),
        ("2024-02-04", 1, {LINE: other.lines[0].line_key}),
    ]
    both = contracting.timesheet(acme, *rows)
    assert not both.get(CONTRACT)
    given = contracting.adjustment(contract, V, "2024-02-05", 1)

    again = contracting.amend(contract)
    for doc in (hours, issue, goods, both, given):
        doc.reload()
    assert [doc.get(CONTRACT) for doc in (hours, issue, goods, both)] == [
        again.name,
        again.name,
        again.name,
        None,
    ]
    assert [row.get(CONTRACT) for row in goods.items] == [again.name, None]
    assert [row.get(CONTRACT) for row in both.time_logs] == [again.name, other.name]
    assert given.contract == again.name
    entries = frappe.get_all(
        "Service Usage Entry", {"line_key": ("like", f"{contract.name}/%")}, pluck="contract"
    )
    assert set(entries) == {again.name}
    # what was written under the old name is undone under the new
    for doc in (hours, goods, both):
        erp.cancel(doc.doctype, doc.name)
    issue.delete()
    erp.cancel("Service Usage Adjustment", given.name)
    assert not used(again)


def close_year(year: int) -> Any:
    """Close a year in the books."""
    equity = {"company": erp.COMPANY, "root_type": "Equity", "is_group": 0}
    account = frappe.get_all("Account", equity, pluck="name", order_by="name", limit=1)[0]
    doc = frappe.get_doc(
        {
            "doctype": "Period Closing Voucher",
            "company": erp.COMPANY,
            "transaction_date": f"{year}-12-31",
            "fiscal_year": frappe.db.get_value("Fiscal Year", {"year_start_date": f"{year}-01-01"}),
            "period_start_date": f"{year}-01-01",
            "period_end_date": f"{year}-12-31",
            "posting_date": f"{year}-12-31",
            "closing_account_head": account,
            "remarks": "Closed",
        }
    ).insert()
    doc.submit()
    return doc


def test_a_year_is_closed_and_what_was_used_in_it_is_still_reversed(acme: str) -> None:
    contract = full(acme)
    contracting.goods(acme, "2024-05-01", (erp.WIDGET, 3, 5))
    erp.invoice(acme, "2024-05-01", [(erp.ADVICE, 1, 100)])
    hours, visit = contracting.timesheet(acme, ("2024-05-01", 2)), contracting.visit(acme, "2024-05-02")
    issue = contracting.issue(acme, "2024-05-01")
    close_year(2024)
    frappe.db.set_single_value("Accounts Settings", "acc_frozen_upto", "2024-12-31")
    # nothing of this is in the books
    for doc in (hours, visit):
        erp.cancel(doc.doctype, doc.name)
    issue.delete()
    assert used(contract) == {"Delivery Note": 3}
    late = contracting.timesheet(acme, ("2024-06-01", 1))
    assert used(contract) == {"Delivery Note": 3, "Timesheet": 1}
    erp.cancel("Timesheet", late.name)
    contracting.amend(contract)


# what it costs where there is no contract


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Statements about contracts that are sent meanwhile, with their values."""
    sent: list[tuple[str, Any]] = []
    original = frappe.db.sql

    def noted(query: Any, values: Any = (), *args: Any, **kwargs: Any) -> Any:
        if "tabService" in str(query):
            sent.append((str(query), values))
        return original(query, values, *args, **kwargs)

    frappe.db.sql = noted
    try:
        yield sent
    finally:
        frappe.db.sql = original


def scanned(statement: tuple[str, Any]) -> list[str]:
    """Tables that a statement reads from end to end."""
    query, values = statement
    plan = frappe.db.sql(f"explain {query}", values, as_dict=True)
    return [row.table for row in plan if row.type in ("ALL", "index")]


def test_a_customer_without_contract_costs_one_statement(acme: str) -> None:
    for n in range(20):
        full(erp.customer(f"Acme Somebody Else {n}"))
    goods = [(erp.WIDGET, 3, 5), (erp.GADGET, 3, 5)]
    makers = {
        "Timesheet": lambda: contracting.timesheet(acme, ("2024-02-03", 2), ("2024-02-04", 2), submit=False),
        "Maintenance Visit": lambda: contracting.visit(acme, "2024-02-01", submit=False),
        "Delivery Note": lambda: contracting.goods(acme, "2024-02-01", *goods, submit=False),
        "Sales Order": lambda: erp.order(acme, "2024-02-01", goods, "2024-03-01", submit=False),
        "Sales Invoice": lambda: erp.invoice(acme, "2024-02-01", goods, submit=False, update_stock=1),
        "Issue": lambda: contracting.issue(acme, "2024-02-01"),
        "Warranty Claim": lambda: contracting.claim(acme, "2024-02-01"),
    }
    for doctype, make in makers.items():
        with statements() as sent:
            doc = make()
        assert len(sent) == 1, (doctype, sent)
        assert not scanned(sent[0]), doctype
        with statements() as sent:
            doc.save()
        assert len(sent) == 1, (doctype, sent)
        if doc.meta.is_submittable:
            with statements() as sent:
                doc.submit()
            assert len(sent) == 1, (doctype, sent)
            with statements() as sent:
                erp.cancel(doctype, doc.name)
            assert len(sent) <= 1, (doctype, sent)  # a visit or hours may have been planned


def test_the_number_of_statements_does_not_grow_with_the_rows(acme: str) -> None:
    full(acme)
    counts = []
    for rows in (1, 1, 12):  # the first one fills caches
        logs = [(f"2024-02-{day + 1:02d}", 1) for day in range(rows)]
        with statements() as sent:
            doc = contracting.timesheet(acme, *logs)
        drafted = len(sent)
        with statements() as sent:
            erp.cancel("Timesheet", doc.name)
        counts.append((drafted, len(sent)))
    assert counts[1] == counts[2]
