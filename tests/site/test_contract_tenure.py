"""Probability of renewal from the site's own contracts, and renewals as signals."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_days, getdate
from renewals import (
    ACME,
    accepted,
    chains,
    contract,
    events,
    opened,
    today,
)

from relationship_crm.contracts import acts, renewal_api
from relationship_crm.contracts.renewal import CONTRACT

pytestmark = pytest.mark.usefixtures("about_to_renew")


# -- probability


def test_unknown_until_enough_ended():
    doc = contract()
    chains(19, 2, ended=True)
    chains(20, 3, ended=False)
    found = renewal_api.probability(doc.name)
    assert found["value"] is None and found["undecided"]
    assert found["words"].startswith("Unknown: 19 contracts have ended without renewal, 20 are needed.")


def test_known_then_by_tenure():
    """40 of 100 refuse the first renewal, 20 of 60 the second: .6 and .667, which the model meets."""
    doc = contract()
    chains(40, 1, ended=True)
    chains(20, 2, ended=True)
    chains(40, 3, ended=False)
    one = opened(doc)
    assert one.probability == pytest.approx(60, abs=0.1)
    assert one.probability_note.startswith(
        "In its first term: 60 % of such contracts are renewed. 80 % interval: 5"
    )
    later = renewal_api.probability(renewal_api.accept(one.name)["successor"])
    assert later["value"] == pytest.approx(66.7, abs=0.1)
    assert renewal_api.probability(doc.name) | {"renewals": 0} == {
        "value": None,
        "words": "It was renewed.",
        "undecided": False,
        "renewals": 0,
    }


def test_other_terms_are_another_matter():
    chains(40, 1, ended=True)
    chains(20, 2, ended=True)
    chains(40, 3, ended=False)
    monthly = contract(renewal_months=1)
    assert renewal_api.probability(monthly.name)["words"].startswith("Unknown: 0 contracts")


def test_reasons_beyond_the_customer_do_notcount():
    frappe.db.set_value("Contract Ending Reason", "Price", "not_customers_choice", 1)
    doc = contract()
    chains(40, 1, ended=True)
    chains(20, 2, ended=True)
    chains(40, 3, ended=False)
    assert renewal_api.probability(doc.name)["words"].startswith("Unknown: 0 contracts")


# -- signals


def test_decisions_are_signals():
    stays, leaves, gone = contract(), contract(), contract()
    renewal_api.not_renewed(opened(leaves).name, "Price")
    acts.terminate(gone.name, getdate(gone.end_date), "Business Closed")
    new = accepted(stays)
    assert events("contract_renewed") == [(today(), 0.95, new.name)]
    assert events("contract_not_renewed") == [(today(), 0.10, leaves.name)]  # who closed does not judge us
    yesterday = add_days(today(), -1)
    assert events("contract_renewed", yesterday) == events("contract_not_renewed", yesterday) == []
    new.cancel()
    assert events("contract_renewed") == []


def test_a_back_test_does_not_know_what_was_entered_later():
    doc = contract()
    renewal_api.not_renewed(opened(doc).name, "Price")
    frappe.db.set_value(CONTRACT, doc.name, "decided_on", add_days(today(), -20))
    assert events("contract_not_renewed", known_on=add_days(today(), -1)) == []
    assert len(events("contract_not_renewed", add_days(today(), -10))) == 1
    assert len(events("contract_not_renewed", known_on=today())) == 1


def test_decisions_reach_the_score():
    """Of a customer nothing else is known of: three answers at .95 beside the two of the neutral mean."""
    from relationship_crm.assessment.run import assess_parties

    accepted(contract())
    assert frappe.db.exists("Relationship Event", {"party": ACME, "action": "renewed"})
    assess_parties([("Customer", ACME)])
    row = frappe.db.get_value(
        "Relationship", {"customer": ACME}, ["trust_company", "trust_company_confidence"], as_dict=True
    )
    weight = 6 * (1 - 2.718281828 ** (-3 / 6))
    assert row.trust_company_confidence == pytest.approx(100 * weight / (weight + 2))
    assert row.trust_company > 60
