"""Who sees which invitations and answers, what nobody sees, and who may send."""

from __future__ import annotations

import json

import erp
import frappe
import pytest
from answering import answered
from asking import ADA, DELIVERY, SURVEY, contact, days_ago, deliver, invitation, look, survey
from desk import user
from frappe.utils import today

pytestmark = pytest.mark.usefixtures("unasked")


# rows


@pytest.mark.parametrize("doctype", ["Survey Invitation", "Survey Response", "Survey Follow Up"])
def test_who_may_not_read_the_customer_sees_nothing_of_it(ada, doctype):
    bob = erp.customer("RCRM Bob", territory=erp.SOUTH)
    contact(bob, "bob@example.com")
    survey(trigger=DELIVERY)
    rows = {}
    for name in (ada, bob):
        if doctype == "Survey Invitation":
            deliver(name)
            look()
            rows[name] = invitation(party=name).name
        elif doctype == "Survey Response":
            rows[name] = answered(name)
        else:
            values = {
                "doctype": doctype,
                "party_type": "Customer",
                "party": name,
                "customer": name,
                "survey": SURVEY,
            }
            rows[name] = frappe.get_doc(values | {"due_date": today()}).insert().name
    north = user("north@example.com", "Relationship User", "Sales User", territory=erp.NORTH)
    everywhere = user("all@example.com", "Relationship User", "Sales User")
    nobody = user("none@example.com", "Relationship User")
    expected = {north: {ada}, everywhere: {ada, bob}, nobody: set()}
    for someone, visible in expected.items():
        frappe.set_user(someone)
        found = frappe.get_list(doctype, {"name": ("in", list(rows.values()))}, pluck="name")
        assert set(found) == {rows[name] for name in visible}, someone
        for name, row in rows.items():
            doc = frappe.get_doc(doctype, row)
            assert doc.has_permission("read") == (name in visible), (someone, name)
    frappe.set_user("Administrator")


def test_anonymous_answers_are_rows_for_nobody(ada):
    survey("RCRM Anonymous", anonymous=1, minimum_group=5)
    name = answered(None, "RCRM Anonymous", anonymous=1)
    shown = answered(ada, survey().name)
    for role in ("Relationship Manager", "Relationship Analyst", "Relationship User", "System Manager"):
        someone = user(f"{frappe.scrub(role)}@example.com", role, "Sales Manager")
        frappe.set_user(someone)
        assert frappe.get_list("Survey Response", pluck="name") == [shown], role
        assert not frappe.get_doc("Survey Response", name).has_permission("read"), role
        frappe.set_user("Administrator")


# secrets


@pytest.mark.parametrize("field", ["token_hash", "invitation_key"])
def test_secret_columns(ada, field):
    from frappe import client
    from frappe.desk import reportview
    from frappe.desk.form.load import getdoc

    survey(trigger=DELIVERY)
    deliver(ada)
    look()
    name = invitation().name
    for role in ("Relationship Manager", "Relationship Analyst", "System Manager"):
        someone = user(f"{frappe.scrub(role)}@example.com", role, "Sales Manager")
        frappe.set_user(someone)
        # lists and REST
        for row in frappe.get_list("Survey Invitation", fields=["*"]):
            assert not row.get(field), role
        for row in frappe.get_list("Survey Invitation", fields=["name", field]):
            assert not row.get(field), role
        # report view, its export, and the form
        secret = frappe.db.get_value("Survey Invitation", name, field)
        frappe.local.form_dict = frappe._dict(
            doctype="Survey Invitation", fields=json.dumps(["name", f"`tabSurvey Invitation`.`{field}`"])
        )
        shown = str(reportview.get())
        assert name in shown and secret not in shown, role
        frappe.local.form_dict.update(file_format_type="CSV", title="Survey Invitation")
        reportview.export_query()
        assert secret not in str(frappe.response), role
        getdoc("Survey Invitation", name)
        assert not frappe.response.docs[-1].as_dict().get(field), role
        assert not client.get("Survey Invitation", name).get(field), role
        frappe.set_user("Administrator")
    assert field not in [
        df.fieldname for df in frappe.get_meta("Survey Invitation").fields if not df.report_hide
    ]


# sending


def test_nobody_makes_an_invitation_by_hand(ada):
    survey()
    frappe.set_user(user("user@example.com", "Relationship User", "Sales User"))
    with pytest.raises(frappe.ValidationError):
        frappe.get_doc(
            {"doctype": "Survey Invitation", "survey": SURVEY, "party_type": "Customer", "party": ada}
        ).insert()


def test_sending_to_one_party_asks_for_permission(ada):
    from relationship_crm.surveys import desk

    survey()
    bob = erp.customer("RCRM Bob", territory=erp.SOUTH)
    contact(bob, "bob@example.com")
    frappe.set_user(user("north@example.com", "Relationship User", "Sales User", territory=erp.NORTH))
    name = desk.send_to_party(SURVEY, "Customer", ada)
    assert desk.send_to_party(SURVEY, "Customer", ada) == name  # twice a day is once
    with pytest.raises(frappe.PermissionError):
        desk.send_to_party(SURVEY, "Customer", bob)
    with pytest.raises(frappe.ValidationError):
        desk.send_to_party(SURVEY, "Supplier", ada)
    with pytest.raises(frappe.PermissionError):
        desk.send_to_customers(SURVEY, [ada])
    frappe.db.set_value("Survey Recipient", {"address": ADA}, "last_sent_on", f"{days_ago(5)} 08:00:00")
    with pytest.raises(frappe.ValidationError, match="asked on"):
        desk.send_to_party(SURVEY, "Customer", ada)
    desk.withdraw_invitation(name)
    frappe.set_user("Administrator")
    assert (invitation().status, invitation().withdrawn_reason) == ("Withdrawn", "Withdrawn by hand")
    frappe.set_user(user("analyst@example.com", "Relationship Analyst", "Sales User"))
    with pytest.raises(frappe.PermissionError):
        desk.send_to_party(SURVEY, "Customer", ada)


def test_a_run_sees_the_customers_its_user_sees(ada):
    from relationship_crm.surveys import bulk, desk

    survey()
    erp.customer("RCRM Bob", territory=erp.SOUTH)
    frappe.set_user(user("north@example.com", "Relationship Manager", "Sales User", territory=erp.NORTH))
    run = bulk.create_run(SURVEY, filters=[["Customer", "name", "like", "RCRM %"]])
    assert bulk.matching(run) == [ada]
    assert desk.count_customers([["Customer", "name", "like", "RCRM %"]]) == 1
    listed = bulk.create_run(SURVEY, [ada])
    assert bulk.matching(listed) == [ada] and bulk.matching(listed, after=ada) == []
