"""What documents call a campaign on ERPNext 15 and 16, and what becomes of it on the way from one to the other."""

from __future__ import annotations

import erp
import frappe
import pytest
from frappe.utils import today
from responding import THEIRS, campaign, campaign_of_erpnext, response, responses

from relationship_crm.campaigns import documents, naming, upgrade


@pytest.fixture
def spring(clean):
    return campaign_of_erpnext()


@pytest.fixture
def ada(spring):
    return erp.customer("RCRM Ada", account_manager="Administrator")


def sold(customer: str, **named: str):
    return erp.order(customer, today(), [(erp.ADVICE, 1, 100)], today(), **named)


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
        order = sold(ada, **erp.of_campaign("Sales Order", THEIRS))
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
        order = sold(ada, utm_campaign="rcrm-their-mailing")
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
        alone = campaign("RCRM Alone")
        assert (naming.value_of(alone), naming.values_of(alone)) == ("", [])


class TestUpgrade:
    """Version 15's column stays behind when version 16 gives a document its new field; played on a table of the test's own."""

    @pytest.fixture
    def ahead(self, spring):
        """The upgrade is still to come; on version 16 it was done long ago."""
        frappe.db.set_global(upgrade.DONE, None)
        yield
        frappe.db.rollback()
        frappe.clear_cache()

    @pytest.fixture
    def upgraded(self, ahead, monkeypatch):
        frappe.db._cursor.execute(  # a temporary table commits nothing
            "create temporary table `tabRCRM Sold` (name varchar(20), campaign varchar(140), utm_campaign varchar(140))"
        )
        frappe.db._cursor.execute("create temporary table `tabUTM Campaign` (name varchar(140))")
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

    def test_leads_go_on_naming_their_source(self, spring, monkeypatch):
        columns = "name varchar(20), source varchar(140), utm_source varchar(140)"
        frappe.db._cursor.execute(f"create temporary table `tabRCRM Asked` ({columns})")
        frappe.db._cursor.execute("create temporary table `tabUTM Source` (name varchar(140))")
        try:
            frappe.db.sql("insert into `tabUTM Source` values ('Fair')")
            frappe.db.sql(
                "insert into `tabRCRM Asked` values ('A', 'Fair', null), ('B', 'Fair', 'Own'), ('C', 'Gone', null)"
            )
            asked = frappe._dict(has_field=lambda name: name == "utm_source")
            monkeypatch.setattr(upgrade, "LEAD", "RCRM Asked")
            monkeypatch.setattr(frappe, "get_meta", lambda *args: asked)
            monkeypatch.setattr(frappe.db, "has_column", lambda *args: True)
            assert upgrade._copy_sources() == 1
            found = dict(frappe.db.sql("select name, utm_source from `tabRCRM Asked` order by name"))
            assert found == {"A": "Fair", "B": "Own", "C": None}
            monkeypatch.setattr(asked, "has_field", lambda name: True)
            assert upgrade._copy_sources() == 0
        finally:
            for table in ("RCRM Asked", "UTM Source"):
                frappe.db._cursor.execute(f"drop temporary table `tab{table}`")

    def test_a_field_that_is_still_there_is_left_alone(self, upgraded, monkeypatch):
        both = frappe._dict(get_field=lambda name: True)
        monkeypatch.setattr(frappe, "get_meta", lambda doctype, *more: both)
        assert upgrade.orphan("RCRM Sold") == ""

    def test_nothing_on_version_15(self, ahead, monkeypatch):
        fields(monkeypatch, "Campaign", "campaign", "campaign_name")
        assert [upgrade.orphan(doctype) for doctype in naming.DOCTYPES] == [""] * 7
        assert upgrade.carry_over() == 0
        # the upgrade may still come
        assert not frappe.db.get_global(upgrade.DONE)
