"""The relationship follows its party: conversion, rename, merge, deletion, a new group; overrides and recorded losses."""

from __future__ import annotations

import json
from datetime import date

import erp
import frappe
import pytest
from desk import assess, buyer, drained, events, override, relationship
from erp import ADVICE, CRAFT, TRADE
from frappe.utils import add_days, getdate

from relationship_crm import api
from relationship_crm.assessment.run import write_everybody


def history(name: str) -> list[tuple[date, str, str]]:
    """Stored assessments of a relationship: day, kind, stage."""
    fields = ["as_of", "kind", "stage_name"]
    rows = frappe.get_all(
        "Relationship Assessment",
        filters={"relationship": name},
        fields=fields,
        order_by="as_of asc, creation asc",
    )
    return [(r.as_of, r.kind, r.stage_name) for r in rows]


def moves(name: str) -> list[tuple[str, str, str]]:
    fields = ["from_stage", "to_stage", "source"]
    rows = frappe.get_all(
        "Relationship Stage Change",
        filters={"relationship": name},
        fields=fields,
        order_by="changed_on asc, creation asc",
    )
    return [(r.from_stage, r.to_stage, r.source) for r in rows]


# from lead to customer


def test_conversion_keeps_the_relationship_and_its_history(house) -> None:
    lead = erp.lead("RCRM Convert")
    erp.opportunity("Lead", lead, add_days(getdate(), -70))
    drained()
    first = relationship("Lead", lead)
    assert (first.party_type, first.stage_name) == ("Lead", "Prospect")
    before = history(first.name)
    assert before

    customer = erp.customer("RCRM Convert", lead_name=lead)
    erp.invoice(customer, getdate(), [(ADVICE, 1, 100)])
    drained()
    now = relationship("Customer", customer)
    assert now.name == first.name
    assert (now.party_type, now.party, now.lead, now.customer) == ("Customer", customer, lead, customer)
    assert (now.stage_name, now.previous_stage_name) == ("First-time Buyer", "Prospect")
    assert set(before) <= set(history(now.name))
    assert ("Prospect", "First-time Buyer", "Assessment") in moves(now.name)
    # asked for by its old name, it is the same
    assert api.relationship_panel("Lead", lead)["relationship"] == now.name


def test_a_lead_behind_a_prospect_is_the_same_relationship(house) -> None:
    lead = erp.lead("RCRM Behind")
    prospect = (
        frappe.get_doc(
            {
                "doctype": "Prospect",
                "company_name": "RCRM Behind",
                "company": erp.COMPANY,
                "leads": [{"lead": lead}],
            }
        )
        .insert()
        .name
    )
    drained()
    found = relationship("Prospect", prospect)
    assert (found.party_type, found.lead) == ("Prospect", lead)
    assert frappe.db.count("Relationship", {"lead": lead}) == 1


def test_both_had_rows_before_they_were_linked(house) -> None:
    lead, customer = erp.lead("RCRM Two"), buyer("RCRM Two")
    assess(("Lead", lead))
    assert relationship("Lead", lead).name != relationship("Customer", customer).name
    doc = frappe.get_doc("Customer", customer)
    doc.lead_name = lead
    doc.save()
    drained()
    assert relationship("Lead", lead).name == relationship("Customer", customer).name


# rename, merge, delete


def test_rename(house) -> None:
    customer = buyer("RCRM Old Name", purchases=2)
    before = relationship("Customer", customer)
    frappe.rename_doc("Customer", customer, "RCRM New Name")
    now = relationship("Customer", "RCRM New Name")
    assert (now.name, now.party, now.customer) == (before.name, "RCRM New Name", "RCRM New Name")
    for doctype in ("Relationship Assessment", "Relationship Stage Change", "Relationship Event"):
        assert not frappe.db.exists(doctype, {"party": customer})
    assert ("Customer", "RCRM New Name", "Customer") in events()
    drained()
    assert relationship("Customer", "RCRM New Name").stage_name == "Repeat Buyer"


def test_merge_folds_two_relationships_into_one(house) -> None:
    kept, gone = buyer("RCRM Kept"), buyer("RCRM Gone", purchases=2)
    one, other = relationship("Customer", kept), relationship("Customer", gone)
    past = len(history(one.name)) + len(history(other.name))
    override(other.name, days=5)
    frappe.rename_doc("Customer", gone, kept, merge=True)
    assert not frappe.db.exists("Relationship", other.name)
    assert len(history(one.name)) >= past
    assert frappe.db.count("Relationship Override", {"relationship": one.name}) == 1
    assert not frappe.db.exists("Customer", gone)
    drained()
    now = relationship("Customer", kept)
    assert now.purchases == 2  # one invoice of the kept one shares its day with one of the other
    assert now.stage_name == "Client"  # by the override that came along
    assert now.computed_rung == 4


def test_merge_where_only_one_was_assessed(house) -> None:
    kept, gone = erp.customer("RCRM Kept"), buyer("RCRM Gone")
    frappe.rename_doc("Customer", gone, kept, merge=True)
    drained()
    assert relationship("Customer", kept).stage_name == "First-time Buyer"
    assert frappe.db.count("Relationship", {"customer": kept}) == 1


def test_deleting_a_customer_takes_our_rows_along(house) -> None:
    customer = erp.customer("RCRM Delete")
    drained()
    name = relationship("Customer", customer).name
    override(name)
    frappe.delete_doc("Customer", customer)
    assert not frappe.db.exists("Relationship", name)
    for doctype in ("Relationship Assessment", "Relationship Stage Change", "Relationship Override"):
        assert frappe.db.count(doctype, {"relationship": name}) == 0
    assert frappe.db.count("Relationship Event", {"party": customer}) == 0


def test_deleting_a_customer_that_was_a_lead_gives_it_back(house) -> None:
    lead = erp.lead("RCRM Back")
    drained()
    name = relationship("Lead", lead).name
    customer = erp.customer("RCRM Back", lead_name=lead)
    drained()
    frappe.delete_doc("Customer", customer)
    drained()
    back = frappe.get_doc("Relationship", name)
    assert (back.party_type, back.party, back.customer) == ("Lead", lead, None)


def test_disabling_keeps_the_relationship(house) -> None:
    customer = buyer("RCRM Disable")
    doc = frappe.get_doc("Customer", customer)
    doc.disabled = 1
    doc.save()
    drained()
    assert (relationship("Customer", customer).disabled, relationship("Customer", customer).purchases) == (
        1,
        1,
    )


def test_a_new_group_is_the_present_and_not_the_past(house) -> None:
    customer = buyer("RCRM Group", group=TRADE)
    name = relationship("Customer", customer).name
    doc = frappe.get_doc("Customer", customer)
    doc.customer_group = CRAFT
    doc.save()
    drained()
    assert relationship("Customer", customer).customer_group == CRAFT
    groups = frappe.get_all(
        "Relationship Assessment", filters={"relationship": name}, pluck="customer_group", order_by="as_of"
    )
    assert TRADE in groups  # what was written then stays as it was


def test_whoever_leaves_the_circle_keeps_no_stale_stage(house) -> None:
    """A customer of an excluded group takes no part."""
    customer = buyer("RCRM Excluded", group=CRAFT)
    settings = frappe.get_single("Relationship CRM Settings")
    settings.append("excluded_customer_groups", {"customer_group": CRAFT})
    settings.save()
    shown = api.relationship_panel("Customer", customer)
    assert shown["takes_part"] is False and "stage" not in shown


# overrides


def test_an_override_holds_beside_the_computed_stage(house) -> None:
    customer = buyer("RCRM Override", purchases=2)
    name = relationship("Customer", customer).name
    made = override(name, stage="Kotler-Partner", days=30)
    now = relationship("Customer", customer)
    assert (now.stage_name, now.rung, now.computed_stage, now.computed_rung) == (
        "Partner",
        8,
        "Kotler-Repeat Buyer",
        4,
    )
    assert (now.override, now.disagreement) == (made.name, 1)
    assert made.disagrees == 1 and made.computed_stage_name == "Repeat Buyer"
    assert moves(name)[-1] == ("Repeat Buyer", "Partner", "Override")
    assert api.relationship_panel("Customer", customer)["override"]["reason"] == "We know better."
    assert frappe.db.get_value("Customer", customer, "relationship_stage") == "Partner"


def test_it_ends_on_its_day(house) -> None:
    customer = buyer("RCRM Override", purchases=2)
    override(relationship("Customer", customer).name, stage="Kotler-Partner", days=3)
    assess(("Customer", customer), as_of=add_days(getdate(), 3))
    assert relationship("Customer", customer).stage_name == "Partner"
    assess(("Customer", customer), as_of=add_days(getdate(), 4))
    now = relationship("Customer", customer)
    assert (now.stage_name, now.override, now.disagreement) == ("Repeat Buyer", None, 0)


def test_it_can_be_revoked_and_deleted(house) -> None:
    customer = buyer("RCRM Override", purchases=2)
    made = override(relationship("Customer", customer).name, stage="Kotler-Partner")
    made.revoked = 1
    made.save()
    assert (made.revoked_on, made.disagrees) == (getdate(), 0) or str(made.revoked_on) == str(getdate())
    assert relationship("Customer", customer).stage_name == "Repeat Buyer"
    again = override(relationship("Customer", customer).name, stage="Kotler-Client")
    assert relationship("Customer", customer).stage_name == "Client"
    again.delete()
    assert relationship("Customer", customer).stage_name == "Repeat Buyer"


def test_two_at_once_are_refused(house) -> None:
    name = relationship("Customer", buyer("RCRM Override")).name
    override(name)
    with pytest.raises(frappe.ValidationError):
        override(name, stage="Kotler-Partner")


def test_reasons_are_stored_as_data_and_read_in_the_language_of_the_reader(house, monkeypatch) -> None:
    """Stored: criterion and value. The run's language is nobody's business a year later."""
    from relationship_crm.relationship_crm.doctype.relationship import relationship as controller
    from relationship_crm.relationship_crm.doctype.relationship_stage_change_reason import (
        relationship_stage_change_reason as reason_controller,
    )

    customer = buyer("RCRM Words", purchases=1)
    erp.invoice(customer, getdate(), [(erp.ADVICE, 1, 100)])
    assess(("Customer", customer))
    now = relationship("Customer", customer)
    override(now.name, kind="Loss", days=100)
    now.reload()
    assert json.loads(now.dissolution_reason) == [
        {"measure": "recorded_loss", "operator": ">=", "threshold": 1.0, "value": 1.0}
    ]
    move = frappe.get_last_doc("Relationship Stage Change", {"relationship": now.name, "to_rung": 4})
    (row,) = move.reasons
    assert (row.measure, row.operator, row.threshold, row.value_after) == ("purchases", ">=", 2, 2)
    assert row.criterion == move.as_dict().reasons[0].criterion == "Purchases: 2 (at least 2)"

    words = {"Purchases": "Einkäufe", "Loss recorded": "Verlust vermerkt", "at least {0}": "mindestens {0}"}
    for module in (controller, reason_controller):
        monkeypatch.setattr(module, "_", lambda text: words.get(text, text))
    assert row.criterion == "Einkäufe: 2 (mindestens 2)"
    assert now.dissolution_text == "Verlust vermerkt: 1 (mindestens 1)"


@pytest.mark.parametrize("missing", ["reason", "until_date", "stage"])
def test_what_an_override_needs(house, missing) -> None:
    with pytest.raises(frappe.ValidationError):
        override(relationship("Customer", buyer("RCRM Override")).name, **{missing: None})


def test_a_recorded_loss_flags_dissolution(house) -> None:
    customer = buyer("RCRM Loss", purchases=2)
    name = relationship("Customer", customer).name
    lost = override(name, kind="Loss", days=100)
    now = relationship("Customer", customer)
    assert (now.dissolution, now.stage_name) == (1, "Repeat Buyer")  # a flag, not a rung
    assert now.dissolution_text == "Loss recorded: 1 (at least 1)"
    assert frappe.db.get_value("Customer", customer, "relationship_dissolution") == 1
    lost.revoked = 1
    lost.save()
    assert relationship("Customer", customer).dissolution == 0


# the history


def test_a_backdated_invoice_rewrites_no_row_but_adds_new_ones(house) -> None:
    customer = erp.customer("RCRM History")
    erp.invoice(customer, add_days(getdate(), -100), [(ADVICE, 1, 100)])
    assess(("Customer", customer))
    name = relationship("Customer", customer).name
    before = history(name)
    assert {stage for _day, _kind, stage in before} == {"First-time Buyer"}
    erp.invoice(customer, add_days(getdate(), -95), [(ADVICE, 1, 100)])
    drained()
    after = history(name)
    assert after != before and [row for row in before if row not in after] == []
    assert {stage for day, kind, stage in after[-1:]} == {"Repeat Buyer"}


def test_writing_again_writes_nothing(house) -> None:
    customer = buyer("RCRM Again", purchases=3)
    name = relationship("Customer", customer).name
    before = (history(name), moves(name))
    assess(("Customer", customer))
    assert (history(name), moves(name)) == before
    _assessment, counts = write_everybody()
    again = write_everybody()[1]
    assert counts.parties >= 1
    assert (again.new, again.up, again.down, again.assessments) == (0, 0, 0, 0)
