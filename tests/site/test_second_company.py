"""A second company that keeps its books in another currency: whom it asks, and what recommendations bring it.

The house has stored 1 EUR = 1.10 USD.
"""

from __future__ import annotations

from typing import Any

import erp
import frappe
import pytest
from answering import answer
from asking import (
    ADA,
    SURVEY,
    contact,
    days_ago,
    invitation,
    invitations,
    look,
    mails,
    send,
    settings,
    survey,
)
from desk import lines
from erp import ADVICE, COMPANY, COMPANY_EUR
from frappe.utils import getdate, today
from house import fiscal_year
from referring import records, refer

from relationship_crm.advocacy import paid, tree
from relationship_crm.advocacy.revenue import revenue_of
from relationship_crm.assessment.site import forget_configuration


def advise(customer: str, company: str, day: Any = None) -> Any:
    """A delivery by one of the companies, of something that needs no stock."""
    when = getdate(day or today())
    sold = erp.order(customer, when, [(ADVICE, 1, 100)], deliver=when, company=company)
    return erp.delivery(sold, when, [(0, 1)])


def bill(customer: str, day: str, amount: float, **values: Any) -> Any:
    """An invoice of one line."""
    fiscal_year(getdate(day).year)
    return erp.invoice(customer, day, [(ADVICE, 1, amount)], **values)


# whom it asks


def test_each_company_asks_about_its_own_deliveries(ada) -> None:
    settings(survey_rest_days=0)
    survey("RCRM House asks", trigger={"event": "Delivery", "company": COMPANY})
    survey("RCRM Haus asks", trigger={"event": "Delivery", "company": COMPANY_EUR})
    survey("RCRM Both ask", trigger={"event": "Delivery"})
    ours, theirs = advise(ada, COMPANY), advise(ada, COMPANY_EUR)
    look()
    assert {(i.survey, i.voucher_no, i.company) for i in invitations()} == {
        ("RCRM House asks", ours.name, COMPANY),
        ("RCRM Haus asks", theirs.name, COMPANY_EUR),
        ("RCRM Both ask", ours.name, COMPANY),
        ("RCRM Both ask", theirs.name, COMPANY_EUR),
    }


def test_the_rest_period_holds_over_both_companies(ada) -> None:
    """The customer is one person, whoever delivered."""
    survey("RCRM House asks", trigger={"event": "Delivery", "company": COMPANY})
    survey("RCRM Haus asks", trigger={"event": "Delivery", "company": COMPANY_EUR})
    advise(ada, COMPANY)
    advise(ada, COMPANY_EUR)
    look()
    counts = send()
    assert (counts.sent, counts.withdrawn) == (1, 1) and len(mails(ADA)) == 1


def test_an_invoice_paid_in_another_currency(ada) -> None:
    """Paid is paid in the currency of the invoice: 100 EUR, whatever they are worth in USD."""
    survey(trigger={"event": "Invoice Paid"})
    due = erp.invoice(ada, days_ago(5), [(ADVICE, 1, 100)], company=COMPANY_EUR, due=today())
    erp.payment(due, days_ago(4), 90)
    assert look() == 0
    erp.payment(due, days_ago(2), 10)
    assert look() == 1
    asked = invitation()
    assert (asked.voucher_no, asked.company, getdate(asked.send_on)) == (
        due.name,
        COMPANY_EUR,
        getdate(days_ago(2)),
    )


def test_results_of_each_company(ada) -> None:
    """The answer belongs to the company that delivered, not to the first in the list."""
    settings(survey_rest_days=0)
    survey(trigger={"event": "Delivery"})
    bob = erp.customer("RCRM Bob")
    contact(bob, "bob@example.com")
    advise(ada, COMPANY)
    advise(bob, COMPANY_EUR)
    look()
    send()
    for customer, score in ((ada, "5"), (bob, "1")):
        answer(invitation(party=customer).name, csat=score)

    def shown(**filters: Any) -> list[tuple[int, float]]:
        return [(row["answers"], row["value"]) for row in lines("Survey Results", survey=SURVEY, **filters)]

    assert shown() == [(2, 50)]
    assert shown(company=COMPANY) == [(1, 100)]
    assert shown(company=COMPANY_EUR) == [(1, 0)]


# what recommendations bring


@pytest.fixture
def brought(no_referrals) -> dict[str, str]:
    """Ada brought Bea, who buys from both companies."""
    ada, bea = erp.customer("RCRM Ada"), erp.customer("RCRM Bea")
    refer(ada, bea, referral_date="2024-01-02")
    return {"ada": ada, "bea": bea}


def test_revenue_of_both_companies_in_one_currency(brought) -> None:
    """First purchase 100 EUR on 1 Mar 2024 = 110 USD; 200 USD on 28 Feb 2025 are day 364, the last of the first 12 months;
    300 EUR on 1 Mar 2025 = 330 USD are day 365. First 12 months 310, in all 640. The year begins with the first purchase
    from either company.
    """
    bea = brought["bea"]
    bill(bea, "2024-03-01", 100, company=COMPANY_EUR)
    bill(bea, "2025-02-28", 200)
    bill(bea, "2025-03-01", 300, company=COMPANY_EUR)
    assert revenue_of([bea]) == {bea: (pytest.approx(310), pytest.approx(640))}
    (row,) = lines("Referrals")
    assert (row["revenue_12m"], row["revenue_total"], row["currency"]) == (
        pytest.approx(310),
        pytest.approx(640),
        "USD",
    )
    node = tree.referral_chain(brought["ada"])["children"][0]
    assert (node["revenue_12m"], node["revenue_total"]) == (pytest.approx(310), pytest.approx(640))


def billed_in_euros(customer: str, amount: float, rate: float) -> Any:
    """An invoice in EUR of the company that keeps its books in USD."""
    parent = frappe.db.get_value("Account", erp.account("Receivable"), "parent_account")
    debtors = {
        "doctype": "Account",
        "account_name": "RCRM Debtors EUR",
        "company": COMPANY,
        "parent_account": parent,
        "account_type": "Receivable",
        "account_currency": "EUR",
    }
    account = frappe.get_doc(debtors).insert().name
    values = {"currency": "EUR", "conversion_rate": rate, "plc_conversion_rate": rate, "debit_to": account}
    return bill(customer, "2024-03-01", amount, **values)


def paid_in_euros(due: Any, day: str, amount: float, rate: float) -> None:
    """A payment of some euros when they are worth another number of dollars."""
    money = erp.payment(due, day, amount, submit=False)
    money.update({"source_exchange_rate": rate, "received_amount": amount * rate})
    money.save()
    money.submit()


def test_an_invoice_in_a_foreign_currency_counts_at_its_own_rate(brought) -> None:
    """100 EUR billed by the company that keeps its books in USD, at the 1.25 on the invoice: 125, not 110."""
    billed_in_euros(brought["bea"], 100, rate=1.25)
    assert revenue_of([brought["bea"]]) == {brought["bea"]: (pytest.approx(125), pytest.approx(125))}


def test_an_invoice_in_a_foreign_currency_is_paid_when_nothing_is_owed_on_it(brought) -> None:
    """100 EUR billed at 1.20; 80 and 20 EUR come in when a euro is worth 1.50: the gain settles nothing."""
    due = billed_in_euros(brought["bea"], 100, rate=1.20)
    paid_in_euros(due, "2024-03-05", 80, rate=1.50)
    assert paid.refresh() == 0
    paid_in_euros(due, "2024-03-09", 20, rate=1.50)
    assert paid.refresh() == 1
    assert paid.paid_on([brought["bea"]]) == {brought["bea"]: getdate("2024-03-09")}


def test_what_is_given_back_in_another_currency(brought) -> None:
    """3 x 100 EUR less 1 x 100 EUR = 200 EUR = 220 USD."""
    sold = erp.invoice(brought["bea"], "2024-03-01", [(ADVICE, 3, 100)], company=COMPANY_EUR)
    erp.credit_note(sold, "2024-04-01", quantity=1)
    assert revenue_of([brought["bea"]]) == {brought["bea"]: (pytest.approx(220), pytest.approx(220))}


def test_another_reporting_currency(brought) -> None:
    """110 USD at 1/1.10 and 200 EUR: 300 EUR in all."""
    settings(reporting_currency="EUR")
    forget_configuration()
    bill(brought["bea"], "2024-03-01", 110)
    bill(brought["bea"], "2024-03-02", 200, company=COMPANY_EUR)
    (row,) = lines("Referrals")
    assert (row["revenue_total"], row["currency"]) == (pytest.approx(300), "EUR")


def test_a_company_without_a_rate_is_left_out(brought) -> None:
    """Better nothing than euros counted as dollars."""
    frappe.db.delete("Currency Exchange", {"from_currency": ("in", ["EUR", "USD"])})
    forget_configuration()
    bill(brought["bea"], "2024-03-01", 100, company=COMPANY_EUR)
    bill(brought["bea"], "2024-03-02", 70)
    assert revenue_of([brought["bea"]]) == {brought["bea"]: (pytest.approx(70), pytest.approx(70))}


def test_paid_to_the_second_company(brought) -> None:
    """100 EUR owed, 60 and 40 EUR paid; the credit note of another invoice takes nothing back."""
    first = bill(brought["bea"], "2024-03-01", 100, company=COMPANY_EUR)
    erp.payment(first, "2024-03-05", 60)
    assert paid.refresh() == 0
    erp.payment(first, "2024-03-09", 40)
    assert paid.refresh() == 1
    assert records()[0][3] == "Paid"
    assert paid.paid_on([brought["bea"]]) == {brought["bea"]: getdate("2024-03-09")}
    other = bill(brought["bea"], "2024-03-10", 50)
    erp.credit_note(other, "2024-03-11")
    assert paid.refresh() == 0
    erp.credit_note(first, "2024-03-12")
    assert paid.refresh() == 1 and records()[0][3] == "Customer"
