"""What recommendations bring: credited when an invoice is paid, worth what was bought since; who sees which figures."""

from __future__ import annotations

from typing import Any

import erp
import frappe
import pytest
from desk import SALES, USER, assess, empty_outbox, events, relationship, user
from erp import ADVICE, COMPANY_EUR, NORTH, SOUTH
from frappe.utils import add_days, getdate
from house import fiscal_year
from referring import paid_invoice, records, refer

from relationship_crm import api
from relationship_crm.advocacy import paid, referrals, tree
from relationship_crm.assessment.run import drain
from relationship_crm.relationship_crm.report.referrals import referrals as report

pytestmark = pytest.mark.usefixtures("no_referrals")


# paid


def test_paid_when_the_invoice_is(house) -> None:
    ada, bea = erp.customer("RCRM Ada"), erp.customer("RCRM Bea")
    record = refer(ada, bea)
    invoice = erp.invoice(bea, getdate(), [(ADVICE, 1, 100)], due=add_days(getdate(), 30))
    erp.payment(invoice, getdate(), 60)
    assert paid.refresh() == 0  # in part is not paid
    rest = erp.payment(invoice, getdate(), 40)
    empty_outbox()
    assert paid.refresh() == 1
    record.reload()
    assert (record.status, getdate(record.first_paid_on)) == ("Paid", getdate())
    assert events() == [("Customer", ada, "Customer Referral")]  # the referrer's stage follows
    assert paid.refresh() == 0
    rest.cancel()
    assert paid.refresh() == 1
    record.reload()
    assert (record.status, record.first_paid_on) == ("Customer", None)


def test_given_back_is_not_paid(house) -> None:
    ada, bea = erp.customer("RCRM Ada"), erp.customer("RCRM Bea")
    record = refer(ada, bea)
    invoice = paid_invoice(bea)
    paid.refresh()
    erp.credit_note(invoice, getdate())
    assert paid.refresh() == 1
    record.reload()
    assert (record.status, record.first_paid_on) == ("Customer", None)


def test_the_referrers_measure_follows_with_the_drain(house) -> None:
    ada, bea = erp.customer("RCRM Ada"), erp.customer("RCRM Bea")
    paid_invoice(ada)
    refer(ada, bea)
    scheduled()
    assert relationship("Customer", ada).paid_referrals == 0
    invoice = paid_invoice(bea)  # the outbox hears of Bea alone
    scheduled()
    assert (relationship("Customer", ada).paid_referrals, records()[0][3]) == (1, "Paid")
    erp.credit_note(invoice, getdate())
    scheduled()
    assert (relationship("Customer", ada).paid_referrals, records()[0][3]) == (0, "Customer")


def scheduled() -> None:
    """The scheduler's drain, twice: the referrer may come with the next one."""
    for _time in range(2):
        drain(lambda: None, before=paid.refresh_of)


def test_a_sale_costs_nothing_more(house) -> None:
    """The status is found out by the scheduler: a sale writes what it wrote before, one event each for invoice and payment."""
    ada, bea = erp.customer("RCRM Ada"), erp.customer("RCRM Bea")
    refer(ada, bea)
    empty_outbox()
    paid_invoice(bea)
    assert {party for _kind, party, _type in events()} == {bea}


def test_assessed_for_the_tests(house) -> None:
    """The story above leans on an assessment that reads Customer Referral; keep it honest."""
    ada, bea = erp.customer("RCRM Ada"), erp.customer("RCRM Bea")
    refer(ada, bea)
    paid_invoice(bea)
    assess(("Customer", ada))
    assert relationship("Customer", ada).paid_referrals == 1


def test_opening_the_customers_tab_tells_the_referrer(house) -> None:
    """Opening the tab deals with the customer's events: the drain will not hear of them."""
    ada, bea = erp.customer("RCRM Ada"), erp.customer("RCRM Bea")
    refer(ada, bea)
    paid_invoice(bea)
    empty_outbox()
    erp.invoice(bea, getdate(), [(ADVICE, 1, 1)], due=add_days(getdate(), 30))
    api.relationship_panel("Customer", bea)
    assert records()[0][3] == "Paid"
    assert ("Customer", ada, "Customer Referral") in events()


# what it is worth


@pytest.fixture
def chain(house) -> dict[str, str]:
    """Ada brought Bea and Eve, Bea brought Cid; a lead of Ada's is open.

    Bea: 300 on 10 Jan 2024, of which 100 come back on 1 Feb 2024; 50 on 9 Jan 2025 (day 365: the last of the first 12 months is day 364)
         -> first 12 months 200, in all 250
    Eve: 100 EUR on 1 Mar 2024 in the company that keeps its books in EUR, at 1.10 -> 110 and 110
    Cid: 1000 on 1 Apr 2024 -> 1000 and 1000
    Ada, direct: 310 and 360; the whole chain: 1310 and 1360. Bea: 1000 and 1000.
    """
    ada, bea, eve, cid = (erp.customer(f"RCRM {n}") for n in ("Ada", "Bea", "Eve", "Cid"))
    refer(ada, bea, referral_date="2024-01-02")
    refer(ada, eve, referral_date="2024-01-03")
    refer(bea, cid, referral_date="2024-01-04")
    refer(ada, lead=erp.lead("RCRM Lea"), referral_date="2024-01-05")
    first = erp.invoice(bea, "2024-01-10", [(ADVICE, 3, 100)])
    erp.credit_note(first, "2024-02-01", quantity=1)

    fiscal_year(2025)
    erp.invoice(bea, "2025-01-09", [(ADVICE, 1, 50)], due="2025-02-01")
    erp.invoice(eve, "2024-03-01", [(ADVICE, 1, 100)], company=COMPANY_EUR)
    erp.payment(erp.invoice(cid, "2024-04-01", [(ADVICE, 1, 1000)]), "2024-04-10", 1000)
    paid.refresh()
    return {"ada": ada, "bea": bea, "eve": eve, "cid": cid}


def test_the_report_by_referrer(chain) -> None:
    columns, data, message, chart, summary = report.execute({})
    found = {row.referrer: row for row in data}
    ada, bea = found[chain["ada"]], found[chain["bea"]]
    assert (ada.given, ada.customers, ada.paid) == (3, 2, 0)
    assert (bea.given, bea.customers, bea.paid) == (1, 1, 1)
    assert (ada.revenue_12m, ada.revenue_total) == (pytest.approx(310), pytest.approx(360))
    assert (ada.chain_customers, ada.chain_12m, ada.chain_total) == (
        3,
        pytest.approx(1310),
        pytest.approx(1360),
    )
    assert (bea.revenue_total, bea.chain_total) == (pytest.approx(1000), pytest.approx(1000))
    assert [row.referrer for row in data] == [chain["ada"], chain["bea"]]  # the dearest chain first
    figures = {row["label"]: row["value"] for row in summary}
    assert figures["Referrals"] == 4
    assert figures["Became Customers"] == 3
    assert figures["Paid"] == 1
    assert figures["Revenue They Brought"] == pytest.approx(1360)  # each customer once
    assert columns and chart and not message


def test_the_report_as_a_list_and_as_a_chain(chain) -> None:
    listed = report.execute({"view": "List"})[1]
    assert [(row.referrer, row.referred, row.status, row.revenue_total) for row in listed] == [
        (chain["ada"], "RCRM Lea", "Lead", None),
        (chain["bea"], chain["cid"], "Paid", pytest.approx(1000)),
        (chain["ada"], chain["eve"], "Customer", pytest.approx(110)),
        (chain["ada"], chain["bea"], "Customer", pytest.approx(250)),
    ]
    grown = report.execute({"view": "Chain"})[1]
    assert [(row.customer, row.indent, row.revenue_total, row.chain_total) for row in grown] == [
        (chain["ada"], 0, None, pytest.approx(1360)),
        (chain["bea"], 1, pytest.approx(250), pytest.approx(1000)),
        (chain["cid"], 2, pytest.approx(1000), 0),
        (chain["eve"], 1, pytest.approx(110), 0),
    ]


def test_filters_of_the_report(chain) -> None:
    def referred(**filters: Any) -> list[str]:
        return [row.referred for row in report.execute({"view": "List", **filters})[1]]

    assert referred(from_date="2024-01-04") == ["RCRM Lea", chain["cid"]]
    assert referred(to_date="2024-01-02") == [chain["bea"]]
    assert referred(status="Paid") == [chain["cid"]]
    assert referred(referrer=chain["bea"]) == [chain["cid"]]
    assert referred(territory=SOUTH) == []


def test_the_tree(chain) -> None:
    """From any customer: who brought them, and whom they brought."""
    shown = tree.referral_chain(chain["bea"])
    assert [row["customer"] for row in shown["brought_by"]] == [chain["ada"]]
    assert shown["customer"] == chain["bea"]
    assert [node["customer"] for node in shown["children"]] == [chain["cid"]]
    assert shown["children"][0]["status"] == "Paid"
    whole = tree.referral_chain(chain["ada"])
    assert [node["title"] for node in whole["children"]] == ["RCRM Bea", "RCRM Eve", "RCRM Lea"]
    assert (whole["chain_customers"], whole["chain_total"]) == (3, pytest.approx(1360))
    assert whole["children"][0]["children"][0]["revenue_total"] == pytest.approx(1000)


# who sees whom


def test_the_own_territory_only(house) -> None:
    north, south = erp.customer("RCRM N", territory=NORTH), erp.customer("RCRM S", territory=SOUTH)
    brought = erp.customer("RCRM Brought", territory=SOUTH)
    further = erp.customer("RCRM Further", territory=NORTH)
    mine, theirs = refer(north, brought), refer(south, further)
    refer(brought, erp.customer("RCRM Third", territory=NORTH))
    erp.invoice(brought, getdate(), [(ADVICE, 1, 500)], due=add_days(getdate(), 30))
    frappe.set_user(user("rcrm.ref.north@example.com", *SALES, USER, territory=NORTH))
    assert frappe.get_list("Customer Referral", pluck="name", order_by="name") == [mine.name]
    assert not frappe.has_permission("Customer Referral", "read", doc=theirs.name)
    for call in (referrals.make_lead, referrals.decline):
        with pytest.raises(frappe.PermissionError):
            call(theirs.name)
    with pytest.raises(frappe.PermissionError):
        refer(south, contact_name="Somebody")
    with pytest.raises(frappe.PermissionError):
        tree.referral_chain(south)
    row = report.execute({})[1][0]
    assert (row.given, row.revenue_total) == (1, 0)  # what they may not read brings no figures
    listed = report.execute({"view": "List"})[1][0]
    assert listed.revenue_total is None
    node = tree.referral_chain(north)["children"][0]
    assert (node["hidden"], node["customer"], node["revenue_total"], node["children"]) == (
        True,
        None,
        None,
        [],
    )


def test_nobody_without_a_role_of_ours(house) -> None:
    ada = erp.customer("RCRM Ada")
    record = refer(ada, contact_name="Lea")
    frappe.set_user(user("rcrm.ref.none@example.com", *SALES))
    for call in (
        lambda: referrals.make_lead(record.name),
        lambda: referrals.decline(record.name),
        lambda: tree.referral_chain(ada),
    ):
        with pytest.raises(frappe.PermissionError):
            call()


def test_a_clerk_without_our_role_may_still_say_who_recommended(house) -> None:
    """The field stands on ERPNext's own form: saving a customer must not fail for want of a role of ours."""
    ada = erp.customer("RCRM Ada")
    frappe.set_user(user("rcrm.ref.clerk@example.com", *SALES))
    bea = erp.customer("RCRM Bea", relationship_referred_by=ada)
    frappe.set_user("Administrator")
    assert records() == [(ada, None, bea, "Customer", "By Hand")]
