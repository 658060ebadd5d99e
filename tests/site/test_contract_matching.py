"""Which line a document is under: found by itself, explained, and chosen otherwise."""

from __future__ import annotations

from typing import Any

import contracting
import erp
import frappe
import pytest
from contracting import HOURS, INCIDENTS, PIECES, VISITS, line, refused
from house import root

from relationship_crm.contracts import entitlement, ledger
from relationship_crm.contracts.fields import CHOICE, CHOSEN, CONTRACT, FOUND, LINE, NONE, NOTE

DATES = {"start_date": "2024-01-15", "end_date": "2025-01-14"}
DAY = "2024-03-01"


@pytest.fixture
def acme() -> str:
    return erp.customer("Acme Match")


def contract(customer: str, *lines: dict[str, Any], **values: Any) -> Any:
    return contracting.make_contract(customer, *lines, **{**DATES, **values})


def keys(doc: Any, table: str = "items") -> list[str | None]:
    return [row.get(LINE) for row in doc.get(table)]


def serial(number: str) -> str:
    """A machine with a serial number."""
    item = erp.ensure(
        "Item",
        "RCRM Boiler",
        item_code="RCRM Boiler",
        item_group=f"{erp.WIDGET}s",
        stock_uom="Nos",
        has_serial_no=1,
    )
    return erp.ensure("Serial No", number, serial_no=number, item_code=item)


# equipment


def test_the_contract_that_covers_the_serial_number(acme: str) -> None:
    everything = contract(acme, line(INCIDENTS), end_date="2024-12-31")
    boiler = contract(
        acme, line(INCIDENTS), coverage=[{"serial_no": serial("B-1")}, {"serial_no": serial("B-2")}]
    )
    claim = contracting.claim(acme, DAY, serial_no="B-1", item_code="RCRM Boiler")
    assert (claim.get(CONTRACT), claim.get(LINE)) == (boiler.name, boiler.lines[0].line_key)
    assert claim.get(CHOICE) == FOUND
    assert claim.get(NOTE) == (
        f"Incidents ({boiler.name}): serial number B-1 is covered; 6 of 6 Incidents are left until 01-14-2025. "
        "This takes 1."
    )
    # another boiler is not covered by a list that does not have it
    assert contracting.claim(acme, DAY, serial_no=serial("B-3")).get(CONTRACT) == everything.name
    # what names no equipment belongs to the contract for everything
    assert contracting.issue(acme, DAY).get(CONTRACT) == everything.name
    visit = contracting.visit(acme, DAY, item="RCRM Boiler", serial_no="B-2")
    assert visit.get(CONTRACT) is None  # nobody promised visits
    assert visit.get(NOTE) is None


def test_equipment_that_nobody_covers(acme: str) -> None:
    boiler = contract(acme, line(INCIDENTS), line(VISITS), coverage=[{"serial_no": serial("B-1")}])
    claim = contracting.claim(acme, DAY, serial_no=serial("B-9"), item_code="RCRM Boiler")
    assert (claim.get(CONTRACT), claim.get(NOTE)) == (None, "No promise of the customer's contracts fits.")
    assert contracting.visit(acme, DAY, item="RCRM Boiler", serial_no="B-1").get(CONTRACT) == boiler.name
    # a boiler without its number may be the covered one; a widget is none
    assert contracting.visit(acme, DAY, item="RCRM Boiler").get(CONTRACT) == boiler.name
    assert contracting.visit(acme, DAY, item=erp.WIDGET).get(CONTRACT) is None


def test_visits_to_goods_and_visits_as_a_service(acme: str) -> None:
    widgets = contract(acme, line(VISITS, item_code=erp.WIDGET), line(VISITS, item_code=erp.ADVICE))
    assert contracting.visit(acme, DAY, item=erp.WIDGET).get(LINE) == widgets.lines[0].line_key
    # advice is what is done, whatever it is done to; widgets are something else than gadgets
    assert contracting.visit(acme, DAY, item=erp.GADGET).get(LINE) == widgets.lines[1].line_key


# items


def group(name: str, parent: str, is_group: int = 0) -> str:
    return erp.ensure("Item Group", name, item_group_name=name, parent_item_group=parent, is_group=is_group)


def test_the_item_before_its_group_before_anything(acme: str) -> None:
    machines = group("RCRM Machines", root("Item Group"), 1)
    pumps = group("RCRM Pumps", machines, 1)
    small = group("RCRM Small Pumps", pumps)
    for item in ("RCRM Pump A", "RCRM Pump B"):
        erp.ensure("Item", item, item_code=item, item_group=small, stock_uom="Nos", is_stock_item=0)
    given = [
        {"item_code": None},
        {"item_group": machines},
        {"item_group": pumps},
        {"item_code": "RCRM Pump A"},
    ]
    rows = [line(PIECES, **{"item_code": None, "uom": "Nos", **values}) for values in given]
    found = contract(acme, *rows)
    note = contracting.goods(
        acme, DAY, ("RCRM Pump A", 1, 5), ("RCRM Pump B", 1, 5), (erp.GADGET, 1, 5), submit=False
    )
    assert keys(note) == [found.lines[at].line_key for at in (3, 2, 0)]
    assert "RCRM Pump A is promised" in note.get(NOTE)
    assert "RCRM Pumps is promised" in note.get(NOTE)


def test_quantities_are_counted_in_the_unit_of_the_line(acme: str) -> None:
    item = frappe.get_doc("Item", erp.WIDGET)
    item.append("uoms", {"uom": "Box", "conversion_factor": 12})
    item.save()
    boxes = contract(acme, line(PIECES, uom="Box", included_qty=4, overage="Stop"))
    contracting.goods(acme, DAY, (erp.WIDGET, 30, 5))
    assert contracting.table(boxes) == [(4, 2.5, 0)]
    contracting.goods(acme, DAY, (erp.WIDGET, 1, 5, {"uom": "Box", "conversion_factor": 12}))
    assert contracting.table(boxes) == contracting.table(boxes, documents=True) == [(4, 3.5, 0)]
    with refused("Only 0.5 Box are left, 1 Box were asked for"):
        contracting.goods(acme, DAY, (erp.WIDGET, 12, 5))


def test_what_cannot_be_converted_is_not_what_was_promised(acme: str) -> None:
    contract(acme, line(PIECES, item_code=None, uom="Kg"))
    assert keys(contracting.goods(acme, DAY, (erp.WIDGET, 3, 5))) == [None]


# what is left


def test_what_has_enough_left_before_what_is_used_up_and_the_earlier_end_first(acme: str) -> None:
    late = contract(acme, line(HOURS, included_qty=50))
    early = contract(acme, line(HOURS, included_qty=5), end_date="2024-12-31")
    first = contracting.timesheet(acme, (DAY, 4))
    assert first.get(CONTRACT) == early.name
    # one hour is left there: two fit into the other only; a third hour into the one that ends first again
    rows = contracting.timesheet(acme, ("2024-03-02", 2), ("2024-03-03", 1), ("2024-03-04", 1))
    assert [row.get(CONTRACT) for row in rows.time_logs] == [late.name, early.name, late.name]
    assert rows.get(CONTRACT) is None
    assert contracting.table(early)[0] == (5, 5, 0)


def test_a_match_stays_where_it_was_counted(acme: str) -> None:
    early = contract(acme, line(INCIDENTS, included_qty=1), end_date="2024-12-31")
    contract(acme, line(INCIDENTS))
    issue = contracting.issue(acme, DAY)
    assert issue.get(CONTRACT) == early.name
    issue.update({"project": None, "opening_date": "2024-03-02"}).save()
    assert issue.get(CONTRACT) == early.name  # the only incident left there is its own


# hours


def project(name: str, customer: str) -> str:
    doc = {"doctype": "Project", "project_name": name, "customer": customer, "company": erp.COMPANY}
    return frappe.get_doc(doc).insert().name


def test_hours_of_a_project(acme: str) -> None:
    support, other = project("RCRM Support", acme), project("RCRM Build", acme)
    general, own = contract(acme, line(HOURS)), contract(acme, line(HOURS), project=support)
    rows = [(f"2024-03-0{n}", 1, {"project": name}) for n, name in ((1, support), (2, other))]
    found = contracting.timesheet(None, *rows, submit=False)
    assert [row.get(CONTRACT) for row in found.time_logs] == [own.name, general.name]
    assert "the contract is for this project" in found.get(NOTE)


def test_billable_hours(acme: str) -> None:
    found = contract(acme, line(HOURS, hours_counted="Billable"))
    rows = [(DAY, 5, {"is_billable": 1, "billing_hours": 3}), ("2024-03-02", 4)]
    contracting.timesheet(acme, *rows)
    assert contracting.table(found)[0] == contracting.table(found, documents=True)[0] == (20, 3, 0)


def test_only_on_days_in_force_and_of_the_company(acme: str) -> None:
    found = contract(acme, line(HOURS, end_date="2024-06-30"), line(INCIDENTS))
    days = ("2024-01-14", "2024-01-15", "2024-06-30", "2024-07-01")
    sheets = [contracting.timesheet(acme, (day, 1)) for day in days]
    assert [sheet.get(CONTRACT) for sheet in sheets] == [None, found.name, found.name, None]
    other = contracting.timesheet(acme, (DAY, 1), company=erp.COMPANY_EUR)
    assert other.get(CONTRACT) is None
    # customers do not ask which company they write to
    assert contracting.issue(acme, DAY, company=erp.COMPANY_EUR).get(CONTRACT) == found.name


# choosing


def test_another_line_is_chosen(acme: str) -> None:
    found = contract(acme, line(HOURS), line(HOURS, line_title="Night shift"))
    night = found.lines[1].line_key
    sheet = contracting.timesheet(acme, (DAY, 2, {LINE: night}), ("2024-03-02", 1), submit=False)
    assert (sheet.get(CHOICE), keys(sheet, "time_logs")) == (CHOSEN, [night, None])
    assert f"Night shift ({found.name}): chosen; 20 of 20 Hour are left until 04-14-2024." in sheet.get(NOTE)
    sheet.update({CHOICE: FOUND}).save()
    assert keys(sheet, "time_logs") == [night, found.lines[0].line_key]  # the one it had stays
    sheet.update({CHOICE: NONE}).save()
    assert (keys(sheet, "time_logs"), sheet.get(CONTRACT), sheet.get(NOTE)) == ([None, None], None, None)
    sheet.submit()
    assert contracting.table(found, 1)[0] == (20, 0, 0)


def test_a_contract_is_chosen_and_its_line_found(acme: str) -> None:
    contract(acme, line(HOURS), end_date="2024-12-31")
    late = contract(acme, line(VISITS), line(HOURS))
    sheet = contracting.timesheet(acme, (DAY, 2), submit=False, **{CONTRACT: late.name})
    assert (sheet.get(CHOICE), keys(sheet, "time_logs")) == (CHOSEN, [late.lines[1].line_key])
    issue_only = contract(acme, line(INCIDENTS))
    with pytest.raises(entitlement.NotTheirs, match=f"No promise of {issue_only.name} fits"):
        contracting.timesheet(acme, (DAY, 2), **{CONTRACT: issue_only.name})


def test_a_submitted_document_is_moved_to_another_contract(acme: str) -> None:
    first, second = contract(acme, line(HOURS)), contract(acme, line(HOURS))
    sheet = contracting.timesheet(acme, (DAY, 2), ("2024-05-02", 3))
    assert sheet.get(CONTRACT) == first.name
    sheet.reload()
    sheet.update({CONTRACT: second.name}).save()
    assert contracting.table(first) == [(20, 0, 0), (30, 0, 0), (30, 0, 0), (30, 0, 0)]
    assert contracting.table(second)[:2] == [(20, 2, 0), (30, 3, 0)]
    sheet.reload()
    sheet.update({CHOICE: NONE}).save()
    assert contracting.table(second)[0] == (20, 0, 0)
    assert not ledger.standing_of(("Timesheet", sheet.name))


def test_lines_of_others_cannot_be_chosen(acme: str) -> None:
    found = contract(acme, line(HOURS), line(VISITS))
    theirs = contract(erp.customer("Acme Match Other"), line(HOURS))
    for key in (theirs.lines[0].line_key, "SC-0000/1"):
        with pytest.raises(entitlement.NotTheirs, match="is no promise of a contract with Acme Match"):
            contracting.timesheet(acme, (DAY, 2, {LINE: key}))
    with pytest.raises(entitlement.NotTheirs, match="cannot be used by this document"):
        contracting.timesheet(acme, (DAY, 2, {LINE: found.lines[1].line_key}))


# orders, and what goes wrong


def test_an_order_shows_and_checks_and_uses_nothing(acme: str) -> None:
    found = contract(acme, line(PIECES, included_qty=10, overage="Stop"))
    order = erp.order(acme, DAY, [(erp.WIDGET, 8, 5)], "2024-04-01")
    assert "10 of 10 Nos are left" in order.get(NOTE)
    assert contracting.table(found) == [(10, 0, 0)]
    with refused("Only 10 Nos are left, 11 Nos were asked for"):
        erp.order(acme, DAY, [(erp.WIDGET, 11, 5)], "2024-04-01")
    erp.delivery(order, "2024-04-01", [(0, 8)])
    assert contracting.table(found) == contracting.table(found, documents=True) == [(10, 8, 0)]


def test_our_mistakes_stop_nothing(acme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = contract(acme, line(HOURS, overage="Stop"))

    def broken(*args: Any, **kwargs: Any) -> None:
        raise ValueError("broken")

    with monkeypatch.context() as patched:
        patched.setattr(entitlement, "find", broken)
        sheet = contracting.timesheet(acme, (DAY, 2))
        assert sheet.docstatus == 1
    with monkeypatch.context() as patched:
        patched.setattr(ledger, "decide", broken)
        sheet = contracting.timesheet(acme, (DAY, 2))
    assert sheet.docstatus == 1
    assert contracting.table(found)[0] == (20, 0, 0)
    assert frappe.db.count("Error Log", {"error": ("like", "%ValueError: broken%")}) >= 2
    # and what they left out is found again
    from relationship_crm.contracts.recompute import repost

    assert repost(found.name) == 1
    assert contracting.table(found)[0] == (20, 2, 0)


def test_what_customers_report_is_never_turned_away(acme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = contract(acme, line(INCIDENTS, included_qty=1, overage="Stop"))
    contracting.issue(acme, DAY)
    with refused("Only 0 Incidents are left, 1 Incidents were asked for"):
        contracting.issue(acme, DAY)
    # by mail there is nobody to be told
    monkeypatch.setattr(frappe.local, "job", frappe._dict(method="pull"), raising=False)
    issue = contracting.issue(acme, DAY)
    issue.reload()
    assert (issue.get(CONTRACT), issue.get(LINE)) == (None, None)
    assert "Only 0 Incidents are left" in issue.get(NOTE)
    assert contracting.table(found) == contracting.table(found, documents=True) == [(1, 1, 0)]
