"""Static lists: put on by hand, from a list of customers, from another list, from a file; taken off again."""

from __future__ import annotations

import os

import erp
import frappe
import pytest
from asking import contact
from campaigning import entry, keys, on, rule, target_list

from relationship_crm.campaigns import lists

pytestmark = pytest.mark.usefixtures("unasked")


@pytest.fixture
def static(unasked):
    return target_list("RCRM Static", kind="Static")


def test_chosen_customers_once(static):
    one, two = erp.customer("RCRM One"), erp.customer("RCRM Two")
    assert lists.add_to_list(static.name, "Customer", [one, two, one, "RCRM Nobody"]) == 2
    assert lists.add_to_list(static.name, "Customer", f'["{one}"]') == 0
    assert on(static) == {one, two}
    assert lists.remove_from_list(static.name, "Customer", [one]) == 1
    assert on(static) == {two}


def test_all_that_the_filters_of_a_list_find(static):
    trade = erp.customer("RCRM One")
    erp.customer("RCRM Two", group=erp.CRAFT)
    filters = [["Customer", "customer_group", "=", erp.TRADE], ["Customer", "name", "like", "RCRM O%"]]
    assert lists.add_to_list(static.name, "Customer", filters=filters) == 1
    assert on(static) == {trade}


def test_leads_and_those_of_another_list(static):
    lead, customer = erp.lead("RCRM Lea"), erp.customer("RCRM One")
    lists.add_to_list(static.name, "Lead", [lead])
    other = target_list("RCRM Rules", rule("Customer Group", reference=erp.TRADE))
    assert lists.add_from_list(static.name, other.name) == 1
    assert keys(static) == {("Lead", lead), ("Customer", customer)}
    with pytest.raises(frappe.ValidationError, match="another list"):
        lists.add_from_list(static.name, static.name)


def test_by_what_people_call_it_or_by_address(static):
    """As a file has it: a customer's name where customers are numbered, or an e-mail address."""
    called = erp.customer("RCRM Called")
    frappe.db.set_value("Customer", called, "customer_name", "Called House")
    written = erp.customer("RCRM Written")
    person = contact(written, "written@example.com")
    lead = erp.lead("RCRM Lea", email_id="lea@example.com")
    assert entry(static, "Called House").party == called
    found = entry(static, "", "", email="Written@example.com")
    assert (found.party_type, found.party, found.contact) == ("Customer", written, person)
    assert not found.email
    assert entry(static, "", "", email="lea@example.com").party == lead
    assert keys(static) == {("Customer", called), ("Customer", written), ("Lead", lead)}


def test_bad_rows_are_told(static):
    name = erp.customer("RCRM One")
    stranger = contact(erp.customer("RCRM Two"), "two@example.com")
    for given, said in (
        ({"party": "RCRM Nobody"}, "There is no Customer"),
        ({"party": "", "email": "nobody@example.com"}, "Nobody has the address"),
        ({"party": ""}, "Name the party"),
        ({"party": name, "contact": stranger}, "does not belong"),
    ):
        with pytest.raises(frappe.ValidationError, match=said):
            entry(static, given.pop("party"), **given)
    entry(static, name)
    with pytest.raises(frappe.ValidationError, match="on the list already"):
        entry(static, name)


def test_nobody_is_put_on_a_list_of_rules():
    name, dynamic = erp.customer("RCRM One"), target_list()
    with pytest.raises(frappe.ValidationError, match="by rules"):
        lists.add_to_list(dynamic.name, "Customer", [name])
    with pytest.raises(frappe.ValidationError, match="by rules"):
        entry(dynamic, name)


def test_from_a_file(static):
    from frappe.core.doctype.data_import.importer import Importer

    one = erp.customer("RCRM One")
    contact(erp.customer("RCRM Two"), "two@example.com")
    rows = [
        ["Target List", "Party Type", "Party", "Email"],
        [static.name, "Customer", one, ""],
        [static.name, "", "", "two@example.com"],
    ]
    path = frappe.get_site_path("private", "files", "rcrm_entries.csv")
    with open(path, "w") as file:
        file.writelines(",".join(row) + "\n" for row in rows)
    commit = frappe.db.commit
    frappe.db.commit = lambda: None
    try:
        kind = {"reference_doctype": "Campaign Target Entry", "import_type": "Insert New Records"}
        doc = frappe.get_doc({"doctype": "Data Import", **kind}).insert()
        importer = Importer(
            "Campaign Target Entry",
            data_import=doc,
            file_path=path,
            import_type=doc.import_type,
            console=True,
        )
        importer.import_data()
    finally:
        frappe.db.commit = commit
        os.unlink(path)
    assert on(static) == {one, "RCRM Two"}


def test_a_list_goes_with_its_entries_unless_a_campaign_names_it(static):
    from campaigning import campaign

    entry(static, erp.customer("RCRM One"))
    campaign(other := target_list("RCRM Used"))
    frappe.delete_doc("Campaign Target List", static.name)
    assert not frappe.db.exists("Campaign Target Entry", {"target_list": static.name})
    with pytest.raises(frappe.LinkExistsError):
        frappe.delete_doc("Campaign Target List", other.name)
