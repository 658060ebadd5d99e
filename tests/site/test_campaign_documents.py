"""Leads, quotations and orders that name ERPNext's campaign are responses to ours."""

from __future__ import annotations

import erp
import frappe
import pytest
from asking import contact
from frappe.utils import add_days, getdate, now_datetime, today
from responding import campaign, member, no_campaigns, response, responses
from test_statement_counts import heard

from relationship_crm.campaigns import documents, lifecycle, naming, upgrade

ADVICE = [(erp.ADVICE, 1, 100)]
THEIRS = "RCRM Their Spring"


@pytest.fixture
def spring(clean):
    """A campaign with ERPNext's campaign behind it."""
    no_campaigns()
    frappe.get_doc({"doctype": "Campaign", "campaign_name": THEIRS}).insert()
    return campaign(erpnext_campaign=THEIRS)


@pytest.fixture
def ada(spring):
    name = erp.customer("RCRM Ada", account_manager="Administrator")
    contact(name, "ada@example.com")
    return name


def sold(customer: str, day: str | None = None, named: str | None = THEIRS, **values):
    campaign = erp.of_campaign("Sales Order", named) if named else {}
    return erp.order(customer, day or today(), ADVICE, day or today(), **campaign, **values)


def inquired(name: str = "RCRM Lead", **values) -> str:
    """A lead that names ERPNext's campaign."""
    return erp.lead(name, **erp.of_campaign("Lead", THEIRS), **values)


def offered(party_type: str, party: str):
    """A quotation that names it."""
    return erp.quotation(party_type, party, today(), ADVICE, **erp.of_campaign("Quotation", THEIRS))


def test_a_lead_a_quotation_and_an_order_respond(spring, ada):
    lead = inquired(email_id="lead@example.com")
    offer = offered("Lead", lead)
    order = sold(ada)
    found = {row.source: row for row in responses(campaign=spring)}
    assert {
        source: (row.response, row.party_type, row.party, row.voucher_no) for source, row in found.items()
    } == {
        "Lead": ("Interested", "Lead", lead, lead),
        "Quotation": ("Interested", "Lead", lead, offer.name),
        "Sales Order": ("Ordered", "Customer", ada, order.name),
    }
    assert found["Lead"].email == "lead@example.com"
    assert found["Sales Order"].customer == ada
    assert getdate(found["Sales Order"].responded_on) == getdate()


def test_an_order_is_the_members_whoever_signed_it(spring, ada):
    who = member(spring, ada, email="bob@example.com")
    sold(ada)
    assert response(source="Sales Order").member == who


def test_drafts_say_nothing_and_cancelled_documents_no_more(spring, ada):
    draft = sold(ada, submit=False)
    assert responses() == []
    draft.submit()
    assert response().voucher_no == draft.name
    erp.cancel("Sales Order", draft.name)
    assert responses() == []
    again = erp.amend(frappe.get_doc("Sales Order", draft.name))
    assert response().voucher_no == again.name
    offer = offered("Customer", ada)
    assert response(source="Quotation").voucher_no == offer.name
    offer.cancel()
    assert responses(source="Quotation") == []


def test_a_lead_responds_once_however_often_it_is_saved(spring):
    lead = frappe.get_doc("Lead", inquired())
    first = response()
    # somebody has read it and knows better
    frappe.db.set_value("Campaign Response", first.name, "response", "Question")
    lead.reload()
    lead.job_title = "Buyer"
    lead.save()
    assert (response().name, response().response) == (first.name, "Question")


def test_a_lead_that_names_another_campaign_responds_to_that_one(spring):
    frappe.get_doc({"doctype": "Campaign", "campaign_name": "RCRM Their Autumn"}).insert()
    autumn = campaign("RCRM Autumn", erpnext_campaign="RCRM Their Autumn")
    lead = frappe.get_doc("Lead", inquired())
    lead.reload()
    lead.update(erp.of_campaign("Lead", "RCRM Their Autumn"))
    lead.save()
    assert response().campaign == autumn
    lead.reload()
    lead.set(naming.campaign_field("Lead"), None)
    lead.save()
    assert responses() == []


def test_a_document_that_names_no_campaign_costs_no_statement(spring, ada):
    lead = frappe.get_doc("Lead", erp.lead("RCRM Lead"))
    offer = erp.quotation("Customer", ada, today(), ADVICE)
    order = sold(ada, named=None)
    customer = frappe.get_doc("Customer", ada)
    with heard() as said:
        for doc in (lead, offer, order):
            documents.saved(doc)
            documents.gone(doc)
        lifecycle.became(customer)
    assert said == []
    assert responses() == []


class TestWhichCampaign:
    def test_the_day_decides_between_several(self, spring, ada):
        before = campaign(
            "RCRM Winter",
            erpnext_campaign=THEIRS,
            start_date=add_days(today(), -200),
            end_date=add_days(today(), -150),
            outcome_days=30,
        )
        assert documents.campaign_on([spring, before], getdate()) == spring
        assert documents.campaign_on([spring, before], getdate(add_days(today(), -200))) == before
        # the outcome is counted for 30 days after the end
        assert documents.campaign_on([spring, before], getdate(add_days(today(), -120))) == before
        assert documents.campaign_on([spring, before], getdate(add_days(today(), -119))) == ""
        sold(ada, str(add_days(today(), -160)))
        assert response().campaign == before
        assert getdate(response().responded_on) == getdate(add_days(today(), -160))

    def test_of_two_under_way_the_last_to_begin(self, spring, ada):
        later = campaign("RCRM Later", erpnext_campaign=THEIRS, start_date=add_days(today(), -2))
        sold(ada)
        assert response().campaign == later

    def test_another_companys_order_is_not_ours(self, spring, ada):
        sold(ada, company=erp.COMPANY_EUR)
        assert responses() == []

    def test_a_leads_company_is_nobodys_choice_but_decides_between_two(self, spring):
        inquired(company=erp.COMPANY_EUR)
        assert response().campaign == spring
        theirs = campaign("RCRM Frühling", erpnext_campaign=THEIRS, company=erp.COMPANY_EUR)
        frappe.db.set_value("Relationship Campaign", theirs, "start_date", add_days(today(), -20))
        inquired("RCRM Lead 2", company=erp.COMPANY_EUR)
        assert response(campaign=theirs).source == "Lead"

    def test_templates_take_no_responses(self, spring, ada):
        frappe.db.set_value("Relationship Campaign", spring, "is_template", 1)
        sold(ada)
        assert responses() == []

    def test_documents_from_before_the_link_are_found_once_it_is_there(self, ada):
        frappe.db.set_value("Relationship Campaign", {"erpnext_campaign": THEIRS}, "erpnext_campaign", None)
        order = sold(ada)
        lead = inquired()
        mine = campaign("RCRM Late", erpnext_campaign=THEIRS)
        for _time in range(2):
            documents.record_earlier(mine)
        assert {row.voucher_no for row in responses(campaign=mine)} == {order.name, lead}

    def test_they_are_looked_for_when_the_link_is_made_and_only_then(self, spring, monkeypatch):
        asked = []
        monkeypatch.setattr(
            frappe, "enqueue", lambda method, **more: asked.append((method, more["campaign"]))
        )
        doc = frappe.get_doc("Relationship Campaign", campaign("RCRM Alone"))
        doc.save()
        assert asked == []
        doc.erpnext_campaign = THEIRS
        doc.save()
        assert asked == [("relationship_crm.campaigns.documents.record_earlier", doc.name)]
        doc.goal = "More"
        doc.save()
        assert len(asked) == 1


class Fields:
    """A DocType's fields, as if campaigns were named by one of them only."""

    def __init__(self, meta, fieldname: str, options: str) -> None:
        self.meta = meta
        self.own = frappe._dict(fieldname=fieldname, fieldtype="Link", options=options)

    def get_field(self, fieldname: str):
        if fieldname in naming.FIELDS:
            return self.own if fieldname == self.own.fieldname else None
        return self.meta.get_field(fieldname)

    def __getattr__(self, name: str):
        return getattr(self.meta, name)


def fields(monkeypatch, options: str, usual: str, of_leads: str) -> None:
    """Documents have the fields of one version, whichever this is."""
    real = frappe.get_meta

    def meta(doctype, *args, **more):
        found = real(doctype, *args, **more)
        if doctype not in naming.DOCTYPES:
            return found
        return Fields(found, of_leads if doctype == "Lead" else usual, options)

    monkeypatch.setattr(frappe, "get_meta", meta)


class TestNames:
    """Version 15: documents name the Campaign. Version 16: a UTM Campaign, which bears the Campaign's title."""

    @pytest.fixture
    def fifteen(self, spring, monkeypatch):
        frappe.db.set_value("Campaign", THEIRS, "campaign_name", "Spring 2026")
        fields(monkeypatch, "Campaign", "campaign", "campaign_name")
        return spring

    @pytest.fixture
    def sixteen(self, spring, monkeypatch):
        frappe.db.set_value("Campaign", THEIRS, "campaign_name", "Spring 2026")
        fields(monkeypatch, "UTM Campaign", "utm_campaign", "utm_campaign")
        return spring

    def test_of_version_15(self, fifteen):
        found = {doctype: naming.campaign_field(doctype) for doctype in naming.DOCTYPES}
        assert found.pop("Lead") == "campaign_name"
        assert set(found.values()) == {"campaign"}
        assert (naming.campaigns_of(THEIRS), naming.value_of(fifteen)) == ([fifteen], THEIRS)
        assert naming.values_of(fifteen) == [THEIRS]
        assert naming.campaigns_of("Spring 2026") == naming.campaigns_of(None) == []

    def test_of_version_16(self, sixteen):
        assert {naming.campaign_field(doctype) for doctype in naming.DOCTYPES} == {"utm_campaign"}
        assert naming.value_of(sixteen) == "Spring 2026"
        assert "Spring 2026" in naming.values_of(sixteen)
        assert naming.campaigns_of("Spring 2026") == [sixteen]
        assert naming.campaigns_of(None) == []

    def test_of_this_version(self, spring):
        for doctype in naming.DOCTYPES:
            assert frappe.db.has_column(doctype, naming.campaign_field(doctype)), doctype
        assert naming.campaign_field("Campaign") == naming.campaign_field("Issue") == ""
        assert naming.names_utm() == bool(frappe.db.exists("DocType", "UTM Campaign"))
        assert (naming.campaigns_of(THEIRS), naming.value_of(spring)) == ([spring], THEIRS)

    def test_a_renamed_campaign_is_still_the_one_documents_name(self, spring, ada):
        order = sold(ada)
        frappe.rename_doc("Campaign", THEIRS, "RCRM Their Own", show_alert=False)
        order.reload()
        assert naming.campaigns_of(order.get(naming.campaign_field("Sales Order"))) == [spring]

    def test_a_utm_campaign_that_is_linked_to_the_campaign_is_one_of_it(self, spring, ada):
        if not naming.names_utm():
            pytest.skip("documents name Campaigns here: there is no UTM Campaign to link")
        utm = {"doctype": "UTM Campaign", "name": "rcrm-their-mailing", "crm_campaign": THEIRS}
        frappe.get_doc(utm).insert()
        assert naming.campaigns_of("rcrm-their-mailing") == [spring]
        assert naming.values_of(spring) == [THEIRS, "rcrm-their-mailing"]
        order = erp.order(ada, today(), ADVICE, today(), utm_campaign="rcrm-their-mailing")
        assert response().voucher_no == order.name
        frappe.db.delete("Campaign Response")
        documents.record_earlier(spring)
        assert response().voucher_no == order.name

    def test_an_order_of_version_16_responds(self, sixteen, ada):
        order = frappe._dict(
            doctype="Sales Order", name="SO-16", docstatus=1, customer=ada, utm_campaign="Spring 2026",
            transaction_date=today(), company=erp.COMPANY, get_doc_before_save=lambda: None,
        )  # fmt: skip
        documents.saved(order)
        assert (response().campaign, response().voucher_no) == (sixteen, "SO-16")
        documents.gone(order)
        assert responses() == []

    def test_a_campaign_without_erpnexts_names_nothing(self, spring):
        assert naming.value_of(campaign("RCRM Alone")) == ""
        assert now_datetime()


class TestUpgrade:
    """Version 15's column stays behind when version 16 gives a document its new field; played on a table of the test's own."""

    @pytest.fixture
    def upgraded(self, spring, monkeypatch):
        frappe.db._cursor.execute(  # a temporary table commits nothing
            "create temporary table `tabRCRM Sold` (name varchar(20), campaign varchar(140), utm_campaign varchar(140))"
        )
        frappe.db._cursor.execute("create temporary table `tabUTM Campaign` (name varchar(140))")
        frappe.db.set_global(upgrade.DONE, None)  # where this is version 16, it was done long ago
        frappe.db.set_value("Campaign", THEIRS, "campaign_name", "Spring 2026")
        frappe.db.sql("insert into `tabUTM Campaign` values ('Spring 2026')")
        frappe.db.sql(
            "insert into `tabRCRM Sold` values ('A', %(old)s, null), ('B', %(old)s, ''), ('C', %(old)s, 'Own'),"
            " ('D', null, null), ('E', 'Gone', null)",
            {"old": THEIRS},
        )
        monkeypatch.setattr(upgrade, "DOCTYPES", ("RCRM Sold",))
        monkeypatch.setattr(upgrade, "campaign_field", lambda doctype: "utm_campaign")
        monkeypatch.setattr(
            frappe.db, "has_column", lambda doctype, column: column in ("campaign", "utm_campaign")
        )
        real = frappe.get_meta
        of_table = frappe._dict(get_field=lambda name: name == "utm_campaign")
        monkeypatch.setattr(
            frappe,
            "get_meta",
            lambda doctype, *more: of_table if doctype == "RCRM Sold" else real(doctype, *more),
        )
        yield
        frappe.db._cursor.execute("drop temporary table `tabRCRM Sold`")
        frappe.db._cursor.execute("drop temporary table `tabUTM Campaign`")
        frappe.db.rollback()
        frappe.cache.delete_value("defaults")

    def named(self) -> dict:
        return dict(frappe.db.sql("select name, utm_campaign from `tabRCRM Sold` order by name"))

    def test_documents_go_on_naming_their_campaigns(self, upgraded):
        assert upgrade.orphan("RCRM Sold") == "campaign"
        assert upgrade.carry_over() == 2
        expected = {"A": "Spring 2026", "B": "Spring 2026", "C": "Own", "D": None, "E": None}
        assert self.named() == expected
        # what somebody empties afterwards stays empty
        frappe.db.sql("update `tabRCRM Sold` set utm_campaign = null where name = 'A'")
        assert upgrade.carry_over() == 0
        assert self.named() == expected | {"A": None}

    def test_a_field_that_is_still_there_is_left_alone(self, upgraded, monkeypatch):
        both = frappe._dict(get_field=lambda name: True)
        monkeypatch.setattr(frappe, "get_meta", lambda doctype, *more: both)
        assert upgrade.orphan("RCRM Sold") == ""

    def test_nothing_on_version_15(self, spring, monkeypatch):
        frappe.db.set_global(upgrade.DONE, None)
        fields(monkeypatch, "Campaign", "campaign", "campaign_name")
        assert [upgrade.orphan(doctype) for doctype in naming.DOCTYPES] == [""] * 7
        assert upgrade.carry_over() == 0
        # the upgrade may still come
        assert not frappe.db.get_global(upgrade.DONE)
