"""The portal's pages of contracts: a customer's own and nobody else's, the desk's figures, the entries behind them."""

from __future__ import annotations

import re
from typing import Any

import erp
import frappe
import pytest
from contracting import FEE, HOURS, INCIDENTS, PIECES, VISITS, amend, entry, line, make_contract
from desk import user
from erp import CRAFT
from frappe.utils import add_days, add_months, format_date, getdate, set_request
from frappe.website.serve import get_response
from test_ideas import portal_user

from relationship_crm import portal
from relationship_crm.contracts import portal as shown
from relationship_crm.contracts import terms, usage

XSS = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture(autouse=True)
def bare(house) -> None:
    for doctype in ("Service Usage Entry", "Service Contract", "Service Contract Line"):
        frappe.db.delete(doctype)


def this_year(customer: str, *lines: dict[str, Any], **values: Any) -> Any:
    """A contract that began 100 days ago, so that its second quarter has begun."""
    start = add_days(getdate(), -100)
    dates = {"start_date": start, "end_date": add_days(add_months(start, 12), -1)}
    return make_contract(customer, *(lines or (line(HOURS),)), **{**dates, **values})


def get(path: str, as_user: str) -> tuple[int, str]:
    """Status and text of a page as a user sees it."""
    frappe.set_user(as_user)
    frappe.local.form_dict = frappe._dict()
    set_request(method="GET", path=f"/{path}")  # addresses with a name in them are found by the request
    frappe.local.path, frappe.local.no_cache = path, False
    try:
        response = get_response(path)
    finally:
        del frappe.local.request
    return response.status_code, str(response.data, "utf-8")


def text(html: str) -> str:
    """What can be read, in one line."""
    body = re.sub(r"<(style|script).*?</\1>", " ", html, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


# whose


def test_two_customers_each_see_their_own(house) -> None:
    mine, theirs = erp.customer("RCRM Mine"), erp.customer("RCRM Theirs")
    own, other = this_year(mine), this_year(theirs, line(HOURS, line_title="Their secret hours"))
    entry(own, 0, getdate(), 3, voucher_type="Timesheet", voucher_no="TS-MINE")
    entry(other, 0, getdate(), 5, voucher_type="Timesheet", voucher_no="TS-THEIRS")
    me, them = portal_user(mine), portal_user(theirs, "other@rcrm.example.com")
    for email, yes, no, voucher, secret in (
        (me, own, other, "TS-MINE", "TS-THEIRS"),
        (them, other, own, "TS-THEIRS", "TS-MINE"),
    ):
        status, html = get("contracts", email)
        assert status == 200 and yes.name in html and no.name not in html
        status, html = get(f"contracts/{yes.name}", email)
        assert status == 200 and voucher in html and secret not in html
        status, html = get(f"contracts/{no.name}", email)
        assert status == 404 and "no such contract" in html
        assert secret not in html and "Their secret hours" not in html


def test_names_that_are_guessed(house) -> None:
    own = this_year(erp.customer("RCRM Mine"))
    other = this_year(erp.customer("RCRM Theirs"))
    me = portal_user("RCRM Mine")
    known = text(get(f"contracts/{other.name}", me)[1]).replace(other.name, "X")
    unknown = text(get("contracts/SC-1999-0001", me)[1]).replace("SC-1999-0001", "X")
    assert known == unknown  # nothing tells whether there is one
    for name in (
        "",
        " ",
        "%",
        "_" * len(own.name),
        f"{own.name}/",
        f"{own.name}'",
        "../" + own.name,
        "1 or 1=1",
    ):
        status, html = get(f"contracts/{name}", me)
        assert other.name not in html and (status == 404 or name.strip(" /.") in ("", own.name)), name
    # the page's own address, without a name and with one asked for by hand
    assert get("contract", me)[0] == 404
    assert shown.contract(other.name, {"RCRM Mine"}) is None
    assert shown.contract(other.name, ()) is None
    assert shown.contracts(()) == []


def test_an_address_that_was_missing_for_one_is_there_for_the_other(house, monkeypatch) -> None:
    own = this_year(erp.customer("RCRM Mine"))
    stranger = portal_user(erp.customer("RCRM Theirs"), "other@rcrm.example.com")
    me = portal_user("RCRM Mine")
    for setting in ("developer_mode", "disable_website_cache"):  # pages are kept, as on a site in use
        monkeypatch.setitem(frappe.conf, setting, 0)
    assert get(f"contracts/{own.name}", stranger)[0] == 404
    assert get(f"contracts/{own.name}", me)[0] == 200
    assert get(f"contracts/{own.name}", stranger)[0] == 404


def test_strangers(house) -> None:
    own = this_year(erp.customer("RCRM Mine"))
    clerk = user("rcrm.contracts.desk@example.com", "Sales User", "Sales Manager")
    for path in ("contracts", f"contracts/{own.name}"):
        status, html = get(path, "Guest")
        assert status == 403 and own.name not in text(html).replace(f"contracts/{own.name}", "")
    assert "belongs to no customer" in get("contracts", clerk)[1]
    assert get(f"contracts/{own.name}", clerk)[0] == 404


def test_portal_users_have_no_rights_on_the_desk(house) -> None:
    own = this_year(erp.customer("RCRM Mine"))
    made = entry(own, 0, getdate(), 3)
    frappe.set_user(portal_user("RCRM Mine"))
    for doctype, name in (("Service Contract", own.name), ("Service Usage Entry", made.name)):
        assert not frappe.has_permission(doctype, "read", doc=name)
        with pytest.raises(frappe.PermissionError):
            frappe.get_list(doctype, order_by="name")


def test_a_user_of_two_customers_and_one_who_left(house) -> None:
    one, two, third = (erp.customer(f"RCRM {name}") for name in ("One", "Two", "Third"))
    contracts = [this_year(customer) for customer in (one, two, third)]
    portal_user(one)
    me = portal_user(two)
    _status, html = get("contracts", me)
    assert all(contract.name in html for contract in contracts[:2]) and contracts[2].name not in html
    assert "RCRM One" in html and "RCRM Two" in html and "RCRM Third" not in html
    frappe.set_user("Administrator")
    left = frappe.get_doc("Customer", one)
    left.portal_users = []
    left.save()
    frappe.db.set_value("Customer", two, "disabled", 1)
    assert [get(f"contracts/{contract.name}", me)[0] for contract in contracts] == [404, 404, 404]


def test_drafts_cancelled_and_hidden_contracts_are_not_there(house) -> None:
    customer = erp.customer("RCRM Mine")
    draft = this_year(customer, submit=False)
    cancelled = this_year(customer)
    cancelled.cancel()
    hidden = this_year(customer, portal_visible=0)
    me = portal_user(customer)
    html = get("contracts", me)[1]
    for contract in (draft, cancelled, hidden):
        assert contract.name not in html
        assert get(f"contracts/{contract.name}", me)[0] == 404
    frappe.set_user("Administrator")
    hidden.reload()
    hidden.portal_visible = 1
    hidden.save()
    assert get(f"contracts/{hidden.name}", me)[0] == 200


def test_an_amended_contract_stands_under_its_new_name_with_all_that_was_used(house) -> None:
    customer = erp.customer("RCRM Mine")
    old = this_year(customer)
    entry(old, 0, getdate(), 3, voucher_type="Timesheet", voucher_no="TS-BEFORE")
    new = amend(old)
    me = portal_user(customer)
    assert get(f"contracts/{old.name}", me)[0] == 404
    status, html = get(f"contracts/{new.name}", me)
    assert (
        status == 200 and "TS-BEFORE" in html and "27 of 30 Hour left" in text(html)
    )  # 10 were carried over


# what


def test_the_figures_are_those_of_the_desk(house) -> None:
    today, customer = getdate(), erp.customer("RCRM Mine")
    contract = this_year(
        customer, line(HOURS), line(VISITS), line(PIECES), line(INCIDENTS, unlimited=1), line(FEE)
    )
    start = getdate(contract.start_date)
    second = getdate(add_months(start, 3))
    uses = ((0, start, 12.5), (0, second, 30), (0, add_days(second, 1), 2.25), (1, start, 1), (2, second, 40))
    for at, day, quantity in (
        *uses,
        (3, second, 2),
        (0, add_days(today, 3), 7),
    ):  # the last one is still to come
        entry(contract, at, day, quantity)
    for head in (shown.contracts([customer])[0], shown.contract(contract.name, [customer])):
        balances = usage.balance_of(terms.of_contracts([contract.name]), today)
        assert len(head.lines) == 5
        for on_portal, on_desk in zip(head.lines[:4], balances, strict=False):
            period = on_portal.period
            assert (period.start, period.end) == (on_desk["period_start"], on_desk["period_end"])
            for name in ("included", "used", "left", "overage"):
                assert getattr(period, name) == on_desk[name], name
            assert (period.carried or None) == (on_desk["carried"] or None)
            assert on_portal.share == on_desk["share"]
        assert head.lines[4].period is None
    hours = head.lines[0].period
    # by hand: 7.5 of the first quarter's 20 go over
    assert (hours.included, hours.carried, hours.used, hours.left, hours.overage) == (20, 7.5, 32.25, 0, 4.75)
    page = text(get(f"contracts/{contract.name}", portal_user(customer))[1])
    assert "0 of 27.5 Hour left" in page and "4.75 beyond the contract" in page
    assert "2 Incidents used" in page and "3 of 4 Visits left" in page and "60 of 100 Nos left" in page


def test_the_entries_behind_each_figure_add_up_to_it(house) -> None:
    customer = erp.customer("RCRM Mine")
    contract = this_year(customer)
    start = getdate(contract.start_date)
    second = getdate(add_months(start, 3))
    gone = entry(contract, 0, start, 9, is_cancelled=1, voucher_no="TS-GONE")
    entry(
        contract, 0, start, -9, is_cancelled=1, kind="Reversal", reversal_of=gone.name, voucher_no="TS-GONE"
    )
    for day, quantity in ((start, 15), (start, 9), (add_days(start, 4), -2), (second, 1.5)):
        entry(contract, 0, day, quantity)
    outside = entry(contract, 0, add_days(start, -1), 2, voucher_type="Timesheet", voucher_no="TS-EARLY")
    (hours,) = shown.contract(contract.name, [customer]).lines
    now, before = hours.periods
    assert [entry.qty for entry in now.entries] == [1.5]
    assert [(entry.qty, entry.covered, entry.overage) for entry in before.entries] == [
        (-2, 0, -2),
        (9, 5, 4),
        (15, 15, 0),
    ]
    assert (before.used, before.overage) == (22, 2)
    assert [entry.qty for entry in hours.outside] == [2]
    html = get(f"contracts/{contract.name}", portal_user(customer))[1]
    assert "TS-GONE" not in html and outside.voucher_no in html and "given back" in html


def test_what_colleagues_wrote_stays_inside(house) -> None:
    customer = erp.customer("RCRM Mine")
    contract = this_year(customer, ending_note="We do not like them.")
    entry(
        contract,
        0,
        getdate(),
        2,
        kind="Adjustment",
        note="They never noticed.",
        voucher_no="SUA-1",
        employee="E-7",
    )
    html = get(f"contracts/{contract.name}", portal_user(customer))[1]
    assert "Adjustment" in html
    for secret in ("never noticed", "do not like", "E-7"):
        assert secret not in html


def test_text_is_shown_as_text(house) -> None:
    customer = erp.customer("RCRM Mine")
    contract = this_year(customer, line(HOURS), line(PIECES))
    for row in contract.lines:
        frappe.db.set_value("Service Contract Line", row.name, {"line_title": f"T{XSS}", "uom": f"U{XSS}"})
    made = entry(contract, 0, getdate(), 2)
    raw = {"voucher_type": f"V{XSS}", "voucher_no": f"N{XSS}", "item_code": f"I{XSS}"}
    frappe.db.set_value("Service Usage Entry", made.name, raw)
    second = erp.customer("RCRM Second", group=CRAFT)
    this_year(second)
    portal_user(second)
    frappe.db.set_value("Customer", customer, "customer_name", f"C{XSS}")
    me = portal_user(customer)
    frappe.db.set_value("Customer", customer, "customer_name", f"C{XSS}")
    for path in ("contracts", f"contracts/{contract.name}"):
        html = get(path, me)[1]
        assert "&lt;script&gt;alert(1)" in html
        assert "<script>alert(1)" not in html and "<img src=x" not in html


def test_ended_and_coming_contracts(house) -> None:
    customer, today = erp.customer("RCRM Mine"), getdate()
    dates = {"start_date": add_months(today, -14), "end_date": add_days(add_months(today, -2), -1)}
    over = make_contract(customer, line(HOURS, period="Contract", carry_over="None"), **dates)
    entry(over, 0, add_months(today, -13), 5)
    coming = make_contract(
        customer, line(HOURS), start_date=add_days(today, 10), end_date=add_months(today, 12)
    )
    now = this_year(customer)
    heads = shown.contracts([customer])
    assert [head.name for head in heads] == [now.name, coming.name, over.name]
    assert heads[1].lines[0].period is None
    assert (heads[2].lines[0].period.used, heads[2].lines[0].forecast) == (5, "")
    me = portal_user(customer)
    assert "15 of 20 Hour left" in text(get(f"contracts/{over.name}", me)[1])
    assert get(f"contracts/{coming.name}", me)[0] == 200
    assert format_date(coming.start_date) in get("contracts", me)[1]


def test_the_portals_customers_are_those_who_name_the_user(house) -> None:
    customer = erp.customer("RCRM Mine")
    frappe.set_user(portal_user(customer))
    assert portal.customers() == {customer: "RCRM Mine"}
    frappe.set_user("Guest")
    assert portal.customers() == {}
    with pytest.raises(frappe.PermissionError):
        portal.only_for_users()
