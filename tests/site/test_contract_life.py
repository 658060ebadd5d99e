"""A contract's own life: what is checked and filled in, amendments, termination, states, its customer's name."""

from __future__ import annotations

from datetime import date
from typing import Any

import contracting
import erp
import frappe
import pytest
from contracting import FEE, HOURS, PIECES, VISITS, line
from frappe.utils import add_days, getdate

from relationship_crm.contracts import acts, lifecycle, states, templates
from relationship_crm.contracts.states import Facts

DATES = {"start_date": "2024-01-15", "end_date": "2025-01-14"}


@pytest.fixture
def acme() -> str:
    return erp.customer("Acme Life")


def draft(customer: str, *lines: dict[str, Any], **values: Any) -> Any:
    return contracting.make_contract(customer, *lines, submit=False, **{**DATES, **values})


# what is checked and filled in


def test_what_follows_is_filled_in(acme: str) -> None:
    doc = draft(
        acme, line(HOURS, line_title=None, uom=None), line(PIECES, line_title=None), line(VISITS, uom="Hour")
    )
    assert [row.line_title for row in doc.lines] == ["Hours", "RCRM Widget", "Visits"]
    assert [row.uom for row in doc.lines] == ["Hour", "Nos", None]
    assert [row.line_key for row in doc.lines] == [f"{doc.name}/{n}" for n in (1, 2, 3)]
    assert (doc.state, getdate(doc.notice_date), doc.title) == ("Draft", date(2024, 10, 16), "Acme Life")


def test_what_has_no_meaning_is_emptied(acme: str) -> None:
    unlimited = line(HOURS, unlimited=1, carry_over="All")
    fee = line(FEE, included_qty=5, period="Month", overage_rate=9, unlimited=1)
    once = line(HOURS, period="Contract", overage="Stop")
    doc = draft(acme, unlimited, fee, once)
    told = [
        (row.included_qty, row.unlimited, row.period, row.carry_over, row.overage_rate) for row in doc.lines
    ]
    assert told == [
        (0, 1, "Quarter", "None", 0),
        (0, 0, "Contract", "None", 0),
        (20, 0, "Contract", "None", 0),
    ]


@pytest.mark.parametrize(
    ("lines", "values", "told"),
    [
        ([line(HOURS)], {"end_date": "2024-01-14"}, "before it starts"),
        ([line(HOURS, start_date="2025-02-01")], {}, "Row 1: the line has no day within the contract"),
        ([line(HOURS, carry_limit=0)], {}, "Row 1: say up to which quantity is carried over"),
        ([line(VISITS, included_qty=1.5)], {}, "Row 1: Visits come in whole numbers"),
        ([line(HOURS, uom="Kg")], {}, "Row 1: there is no conversion from hours into Kg"),
        ([line(PIECES, uom="Kg")], {}, "Row 1: RCRM Widget has no conversion from Nos into Kg"),
        ([line(PIECES, item_code=None)], {}, "Row 1: say in which unit the quantity is counted"),
        (
            [line(HOURS)],
            {"coverage": [{"note": "the one in the cellar"}]},
            "Row 1 of the covered equipment names none",
        ),
        (
            [line(HOURS)],
            {"coverage": [{"item_code": erp.WIDGET}] * 2},
            "Row 2: RCRM Widget is covered already",
        ),
        ([line(HOURS)], {"currency": "CHF"}, "Enter the exchange rate from CHF to USD"),
    ],
)
def test_what_cannot_be(acme: str, lines: list[dict[str, Any]], values: dict[str, Any], told: str) -> None:
    with pytest.raises(frappe.ValidationError, match=told):
        draft(acme, *lines, **values)


def test_what_is_linked_is_of_the_same_customer(acme: str) -> None:
    other = erp.customer("Acme Life Other")
    project = frappe.get_doc(
        {"doctype": "Project", "project_name": "Theirs", "customer": other, "company": erp.COMPANY}
    ).insert()
    with pytest.raises(frappe.ValidationError, match="belongs to another customer"):
        draft(acme, project=project.name)
    with pytest.raises(frappe.ValidationError, match="belongs to another company"):
        draft(other, project=project.name, company=erp.COMPANY_EUR, currency="EUR")


def test_the_value_of_a_year(acme: str) -> None:
    # 100 a month, 250 a quarter, 60 a half-year's billing period, 500 once for the year, what ends early counts no more
    rows = [
        line(FEE, price=100, price_per="Month"),
        line(FEE, price=250, price_per="Quarter"),
        line(FEE, price=60, price_per="Billing Period"),
        line(FEE, price=500, price_per="Contract"),
        line(FEE, price=900, price_per="Year", end_date="2024-12-31"),
    ]
    doc = draft(acme, *rows, billing_period="Half Year")
    assert doc.yearly_value == 1200 + 1000 + 120 + 500
    doc.update({"end_date": "2026-01-14"}).save()
    assert doc.yearly_value == 1200 + 1000 + 120 + 250
    # 130 days, 500 for them are 1,403.85 a year; what is dated beyond the contract ends with it now
    doc.update({"end_date": "2024-05-23"}).save()
    assert doc.yearly_value == 1200 + 1000 + 120 + 1403.85 + 900


def test_the_rate_is_the_stored_one(acme: str) -> None:
    doc = draft(acme, currency="EUR")  # 1.10 in the house
    assert doc.conversion_rate == pytest.approx(1.1)
    doc.update({"conversion_rate": 1.2}).save()
    assert doc.conversion_rate == 1.2


def test_a_template_fills_what_is_open(acme: str) -> None:
    frappe.get_doc(
        {
            "doctype": "Service Contract Template",
            "template_name": "RCRM Gold",
            "duration_months": 24,
            "notice_days": 30,
            "billing_period": "Quarter",
            "currency": "EUR",
            "lines": [line(HOURS), line(FEE)],
        }
    ).insert()
    values = templates.values("RCRM Gold", "2024-01-31")
    assert (getdate(values["end_date"]), values["currency"], len(values["lines"])) == (
        date(2026, 1, 30),
        "EUR",
        2,
    )
    head = {"doctype": "Service Contract", "customer": acme, "company": erp.COMPANY, "template": "RCRM Gold"}
    doc = frappe.get_doc({**head, "start_date": "2024-01-15", "currency": "USD"}).insert()
    assert (getdate(doc.end_date), doc.currency, doc.notice_days) == (date(2026, 1, 14), "USD", 30)
    assert [row.line_key for row in doc.lines] == [f"{doc.name}/1", f"{doc.name}/2"]
    assert doc.billing_period == "Quarter"
    doc.lines[0].included_qty = 7
    doc.save()
    assert doc.lines[0].included_qty == 7  # the template is a beginning, no rule


# amendments


def test_keys_stay_and_are_never_given_twice(acme: str) -> None:
    first = contracting.make_contract(acme, line(HOURS), line(VISITS), **DATES)

    def other_line(doc: Any) -> None:
        doc.remove(doc.lines[1])
        doc.append("lines", line(VISITS, line_title="More visits"))

    second = contracting.amend(first, other_line)
    assert [row.line_key for row in second.lines] == [f"{first.name}/1", f"{first.name}/3"]
    third = contracting.amend(second, lambda doc: doc.append("lines", line(FEE)))
    assert [row.line_key for row in third.lines] == [f"{first.name}/{n}" for n in (1, 3, 4)]
    # a copy is a contract of its own
    copy = frappe.copy_doc(frappe.get_doc("Service Contract", third.name))
    copy.insert()
    assert [row.line_key for row in copy.lines] == [f"{copy.name}/{n}" for n in (1, 2, 3)]
    assert not copy.changes


def included(doc: Any) -> list[tuple[str, float, float]]:
    return [(str(row.from_date), row.included_before, row.included_qty) for row in doc.changes]


def to(quantity: float) -> Any:
    return lambda doc: doc.lines[0].update({"included_qty": quantity})


def test_changes_count_from_their_days(acme: str) -> None:
    first = contracting.make_contract(acme, line(HOURS), **DATES)
    corrected = contracting.amend(first, to(25))
    assert not corrected.changes  # it always was 25
    more = contracting.amend(corrected, to(30), changes_from="2024-03-01")
    assert included(more) == [("2024-03-01", 25, 30)]
    less = contracting.amend(more, to(10), changes_from="2024-07-15")
    assert included(less) == [("2024-03-01", 25, 30), ("2024-07-15", 30, 10)]
    again = contracting.amend(less, to(12))  # without a day: what was agreed last is corrected
    assert included(again) == [("2024-03-01", 25, 30), ("2024-07-15", 30, 12)]
    # first quarter (46·25 + 45·30)/91 = 27.472527; later ones as a whole
    assert [row[0] for row in contracting.table(again)] == [27.472527, 40, 22, 22]
    with pytest.raises(frappe.ValidationError, match="was changed from 07-15-2024 already"):
        contracting.amend(again, to(1), changes_from="2024-07-01")


def test_an_amendment_keeps_what_was_used(acme: str) -> None:
    contract = contracting.make_contract(
        acme, line(HOURS, overage="Stop", carry_over="None"), line(VISITS), **DATES
    )
    contracting.timesheet(acme, ("2024-02-01", 15))
    changes = {
        "Support hours was used: end it by a date": lambda doc: doc.remove(doc.lines[0]),
        "Row 1: Support hours was used already and stays in its unit": lambda doc: doc.lines[0].update(
            {"counts": "Visits", "included_qty": 20}
        ),
        "Support hours: 5 Hour of it were used already": to(10),
        "Customer stays the same": lambda doc: doc.update({"customer": erp.customer("Acme Life Other")}),
    }
    for told, change in changes.items():
        frappe.db.savepoint("amending")
        with pytest.raises(frappe.ValidationError, match=told):
            contracting.amend(contract, change)
        frappe.db.rollback(save_point="amending")
    unused = contracting.amend(contract, lambda doc: doc.remove(doc.lines[1]))
    assert contracting.table(unused)[0] == (20, 15, 0)
    contracting.amend(unused, to(15))


# termination and states


def test_terminated_before_its_time(acme: str) -> None:
    today = getdate()
    dates = {"start_date": add_days(today, -100), "end_date": add_days(today, 264)}
    contract = contracting.make_contract(acme, line(HOURS, period="Contract", carry_over="None"), **dates)
    reason = frappe.get_all("Contract Ending Reason", pluck="name", order_by="name", limit=1)[0]
    for day, why, told in ((add_days(today, 300), reason, "can end on a day from"), (today, "", "Say why")):
        with pytest.raises(frappe.ValidationError, match=told):
            acts.terminate(contract.name, getdate(day), why)
    assert acts.terminate(contract.name, getdate(add_days(today, 20)), reason, "They moved") == "In Notice"
    contract.reload()
    assert (contract.state, contract.termination_reason, contract.ending_note) == (
        "In Notice",
        reason,
        "They moved",
    )
    # 121 of 365 days: 20 · 121/365
    assert contracting.table(contract) == [(6.630137, 0, 0)]
    late = contracting.timesheet(acme, (add_days(today, 21), 1), submit=False)
    assert late.get("relationship_contract") is None
    assert acts.withdraw_termination(contract.name) == "Active"
    assert contracting.table(contract) == [(20, 0, 0)]
    with pytest.raises(frappe.ValidationError, match="is not terminated"):
        acts.withdraw_termination(contract.name)
    assert acts.terminate(contract.name, getdate(add_days(today, -1)), reason) == "Terminated"


START, END = date(2024, 1, 15), date(2025, 1, 14)


@pytest.mark.parametrize(
    ("values", "day", "state"),
    [
        ({"docstatus": 0}, START, "Draft"),
        ({"docstatus": 2}, START, "Cancelled"),
        ({}, date(2024, 1, 14), "Waiting"),
        ({}, START, "Active"),
        ({}, END, "Active"),
        ({}, date(2025, 1, 15), "Expired"),
        ({"not_renewed": True}, START, "In Notice"),
        ({"terminated_per": date(2024, 6, 30)}, date(2024, 6, 30), "In Notice"),
        ({"terminated_per": date(2024, 6, 30)}, date(2024, 7, 1), "Terminated"),
        ({"renewed_into": "SC-2"}, END, "Active"),
        ({"renewed_into": "SC-2"}, date(2025, 1, 15), "Renewed"),
        ({"renewed_into": "SC-2", "terminated_per": date(2024, 6, 30)}, date(2025, 1, 15), "Terminated"),
    ],
)
def test_states_and_their_nightly_roll(acme: str, values: dict[str, Any], day: date, state: str) -> None:
    assert states.state(Facts(**{"docstatus": 1, "start": START, "end": END, **values}), day) == state
    if "docstatus" in values:
        return
    contract = contracting.make_contract(acme, line(HOURS), **DATES)
    columns = {key: value for key, value in values.items() if key != "not_renewed"}
    columns |= {"decided_on": START} if values.get("not_renewed") else {}
    frappe.db.set_value(
        "Service Contract", contract.name, {**columns, "state": "Draft"}, update_modified=False
    )
    lifecycle.roll_states(day)
    assert frappe.db.get_value("Service Contract", contract.name, "state") == state


# the customer


def test_a_renamed_and_a_merged_customer(acme: str) -> None:
    contract = contracting.make_contract(acme, line(HOURS), **DATES)
    sheet = contracting.timesheet(acme, ("2024-02-01", 2))
    frappe.rename_doc("Customer", acme, "Acme Life Renamed")
    other = erp.customer("Acme Life Kept")
    for name in ("Acme Life Renamed", other):
        if name == other:
            frappe.rename_doc("Customer", "Acme Life Renamed", other, merge=True)
        contract.reload()
        shown = frappe.db.get_value("Customer", name, "customer_name")
        assert (contract.customer, contract.customer_name, contract.title) == (name, shown, shown)
        entries = frappe.get_all("Service Usage Entry", {"contract": contract.name}, pluck="customer")
        assert set(entries) == {name}
        assert contracting.table(contract)[0] == contracting.table(contract, documents=True)[0] == (20, 2, 0)
    erp.cancel("Timesheet", sheet.name)
    assert contracting.timesheet(other, ("2024-02-02", 3)).get("relationship_contract") == contract.name


def test_what_an_adjustment_has_to_say(acme: str) -> None:
    contract = contracting.make_contract(acme, line(HOURS), line(FEE), **DATES)
    other = contracting.make_contract(acme, line(HOURS), **DATES)
    for values in ({"line_key": other.lines[0].line_key}, {"line_key": contract.lines[1].line_key}):
        with pytest.raises(frappe.ValidationError, match=f"Choose one of the promises of {contract.name}"):
            contracting.adjustment(contract, 0, "2024-02-01", 1, **values)
    with pytest.raises(frappe.ValidationError, match="Enter a quantity"):
        contracting.adjustment(contract, 0, "2024-02-01", 0.0000001)
    made = contracting.adjustment(contract, 0, "2024-02-01", 2)
    assert (made.customer, made.line_title) == (acme, "Support hours")
    entry = frappe.get_all("Service Usage Entry", {"voucher_no": made.name}, ["kind", "qty", "note"])
    assert [(row.kind, row.qty, row.note) for row in entry] == [("Adjustment", 2, "Agreed on the phone")]
