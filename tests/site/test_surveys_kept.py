"""Surveys as records: who sees what, what is secret, what is erased, what goes with a customer; links on prints; ready surveys."""

from __future__ import annotations

import base64
import json
import re

import erp
import frappe
import pytest
from asking import (
    SURVEY,
    contact,
    days_ago,
    deliver,
    invitation,
    invitations,
    look,
    mailer,
    send,
    survey,
)
from frappe.utils import add_days, add_months, getdate, today

from relationship_crm.config.surveys import PLANS
from relationship_crm.surveys.token import hash_of, token_of

DELIVERY = {"event": "Delivery"}
ADA = "ada@example.com"


@pytest.fixture(autouse=True)
def post(clean):
    """Mail can be queued; nobody was asked yet."""
    mailer()
    frappe.db.set_value("Relationship Survey", {"name": ("!=", "")}, "enabled", 0)
    for doctype in (
        "Survey Invitation",
        "Survey Recipient",
        "Survey Response",
        "Survey Answer",
        "Survey Follow Up",
    ):
        frappe.db.delete(doctype)


@pytest.fixture
def ada() -> str:
    name = erp.customer("RCRM Ada")
    contact(name, ADA)
    return name


def answered(party: str | None, survey_name: str = SURVEY, **values) -> str:
    """A stored response with a text."""
    doc = frappe.get_doc(
        {
            "doctype": "Survey Response",
            "survey": survey_name,
            "answered_on": f"{today()} 10:00:00",
            "party_type": "Customer" if party else "",
            "party": party,
            "customer": party,
            "email": ADA if party else None,
            "answers": [
                {
                    "item_key": "csat",
                    "kind": "CSAT",
                    "score": 2,
                    "answered": 1,
                    "question": "?",
                    "value": 0.25,
                },
                {"item_key": "reason", "kind": "Text", "text": "The driver was late", "question": "Why?"},
            ],
            **values,
        }
    )
    return doc.insert(ignore_permissions=True).name


def person(email: str, *roles: str, territory: str | None = None) -> str:
    """A user with roles, perhaps only for a territory."""
    user = frappe.get_doc(
        {
            "doctype": "User",
            "email": email,
            "first_name": email,
            "send_welcome_email": 0,
            "user_type": "System User",
        }
    ).insert()
    user.add_roles(*roles)
    if territory:
        frappe.get_doc(
            {"doctype": "User Permission", "user": email, "allow": "Territory", "for_value": territory}
        ).insert()
    return email


# who sees what


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
    north = person("north@example.com", "Relationship User", "Sales User", territory=erp.NORTH)
    everywhere = person("all@example.com", "Relationship User", "Sales User")
    nobody = person("none@example.com", "Relationship User")
    expected = {north: {ada}, everywhere: {ada, bob}, nobody: set()}
    for user, visible in expected.items():
        frappe.set_user(user)
        found = frappe.get_list(doctype, {"name": ("in", list(rows.values()))}, pluck="name")
        assert set(found) == {rows[name] for name in visible}, user
        for name, row in rows.items():
            doc = frappe.get_doc(doctype, row)
            assert doc.has_permission("read") == (name in visible), (user, name)
    frappe.set_user("Administrator")


def test_anonymous_answers_are_rows_for_nobody(ada):
    survey("RCRM Anonymous", anonymous=1, minimum_group=5)
    name = answered(None, "RCRM Anonymous", anonymous=1)
    shown = answered(ada, survey().name)
    for role in ("Relationship Manager", "Relationship Analyst", "Relationship User", "System Manager"):
        user = person(f"{frappe.scrub(role)}@example.com", role, "Sales Manager")
        frappe.set_user(user)
        assert frappe.get_list("Survey Response", pluck="name") == [shown], role
        assert not frappe.get_doc("Survey Response", name).has_permission("read"), role
        frappe.set_user("Administrator")


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
        user = person(f"{frappe.scrub(role)}@example.com", role, "Sales Manager")
        frappe.set_user(user)
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


def test_nobody_makes_an_invitation_by_hand(ada):
    survey()
    frappe.set_user(person("user@example.com", "Relationship User", "Sales User"))
    with pytest.raises(frappe.ValidationError):
        frappe.get_doc(
            {"doctype": "Survey Invitation", "survey": SURVEY, "party_type": "Customer", "party": ada}
        ).insert()


def test_sending_to_one_party_asks_for_permission(ada):
    from relationship_crm.surveys import desk

    survey()
    bob = erp.customer("RCRM Bob", territory=erp.SOUTH)
    contact(bob, "bob@example.com")
    frappe.set_user(person("north@example.com", "Relationship User", "Sales User", territory=erp.NORTH))
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
    frappe.set_user(person("analyst@example.com", "Relationship Analyst", "Sales User"))
    with pytest.raises(frappe.PermissionError):
        desk.send_to_party(SURVEY, "Customer", ada)


def test_a_deleted_run_sends_nothing(ada):
    from relationship_crm.surveys import bulk
    from relationship_crm.surveys.invitations import BY_HAND, Occasion, create

    asks = survey()
    run = bulk.create_run(SURVEY, [ada])
    occasion = Occasion(BY_HAND, "Customer", ada, getdate(), voucher_no=run.name, sending=run.name)
    create(asks, [occasion])
    assert send().all == 0  # a run that is not completed sends its own
    frappe.delete_doc("Survey Sending", run.name)
    assert invitation().status == "Withdrawn"


def test_a_run_sees_the_customers_its_user_sees(ada):
    from relationship_crm.surveys import bulk, desk

    survey()
    erp.customer("RCRM Bob", territory=erp.SOUTH)
    frappe.set_user(person("north@example.com", "Relationship Manager", "Sales User", territory=erp.NORTH))
    run = bulk.create_run(SURVEY, filters=[["Customer", "name", "like", "RCRM %"]])
    assert bulk.matching(run) == [ada]
    assert desk.count_customers([["Customer", "name", "like", "RCRM %"]]) == 1
    listed = bulk.create_run(SURVEY, [ada])
    assert bulk.matching(listed) == [ada] and bulk.matching(listed, after=ada) == []


# what is erased


def test_personal_data_is_handed_out_and_erased(ada):
    from frappe.website.doctype.personal_data_download_request.personal_data_download_request import (
        get_user_data,
    )

    frappe.get_doc(
        {
            "doctype": "User",
            "email": ADA,
            "first_name": "Ada",
            "send_welcome_email": 0,
            "user_type": "Website User",
        }
    ).insert()
    survey(trigger=DELIVERY)
    deliver(ada)
    look()
    send()
    response = answered(ada, testimonial_text="Great people", testimonial_consent=1)
    other = answered(erp.customer("RCRM Bob"), email="bob@example.com")
    follow_up = frappe.get_doc(
        {
            "doctype": "Survey Follow Up",
            "response": response,
            "survey": SURVEY,
            "party_type": "Customer",
            "party": ada,
            "customer": ada,
            "due_date": today(),
            "comment": "The driver was late",
        }
    ).insert()
    task = frappe.get_doc(
        {
            "doctype": "ToDo",
            "description": "The driver was late",
            "reference_type": "Survey Follow Up",
            "reference_name": follow_up.name,
        }
    ).insert()

    found = json.loads(get_user_data(ADA))
    assert found["Survey Invitation"][0]["recipient_name"] == "Ada"
    assert found["Survey Response"][0]["testimonial_text"] == "Great people"
    assert "The driver was late" in {row["text"] for row in found["Survey Answer"]}
    assert found["Survey Recipient"][0]["address"] == ADA
    assert "bob@example.com" not in json.dumps(found)

    request = frappe.get_doc({"doctype": "Personal Data Deletion Request", "email": ADA}).insert()
    request.db_set("status", "Pending Approval")
    request.reload()
    request.trigger_data_deletion()  # runs at once under test
    request.reload()
    assert request.status == "Deleted"

    asked = invitation()
    assert not any((asked.email, asked.recipient_name, asked.mobile_no, asked.contact))
    doc = frappe.get_doc("Survey Response", response)
    assert not any((doc.email, doc.contact, doc.testimonial_text))
    assert [row.text for row in doc.answers] == [None, None] and doc.answers[0].score == 2
    assert not frappe.db.get_value("Survey Follow Up", follow_up.name, "comment")
    assert frappe.db.get_value("ToDo", task.name, "description") == follow_up.name
    assert not frappe.db.exists("Survey Recipient", {"address": ADA})
    kept = frappe.get_doc("Survey Response", other)
    assert kept.email == "bob@example.com" and kept.answers[1].text == "The driver was late"
    for doctype in (
        "Survey Invitation",
        "Survey Response",
        "Survey Answer",
        "Survey Recipient",
        "Survey Follow Up",
    ):
        assert ADA not in str(frappe.get_all(doctype, fields=["*"])), doctype


def test_what_was_waiting_is_not_sent_to_somebody_erased(ada):
    from relationship_crm.surveys.privacy import erase

    survey(trigger=DELIVERY)
    deliver(ada)
    look()
    erase("Ada@example.com")
    assert invitation().status == "Withdrawn"
    assert send().all == 0
    erase("")
    erase("nobody@example.com")


def test_retention(ada):
    from relationship_crm.surveys.retention import erase_old

    survey(trigger=DELIVERY)
    frappe.db.set_single_value("Relationship CRM Settings", "survey_retention_months", 36)
    frappe.clear_document_cache("Relationship CRM Settings", "Relationship CRM Settings")
    old, consented, young = (
        answered(ada, testimonial_text="Great", testimonial_consent=0),
        answered(ada, testimonial_text="Great", testimonial_consent=1),
        answered(ada),
    )
    limit = add_months(getdate(), -36)
    for name in (old, consented):
        frappe.db.set_value("Survey Response", name, "answered_on", add_days(limit, -1))
    frappe.db.set_value("Survey Response", young, "answered_on", limit)
    deliver(ada)
    look()
    send()
    frappe.db.set_value("Survey Invitation", invitation().name, "send_on", add_days(limit, -1))
    for address, last, refused in (("a@x.org", -1, 0), ("b@x.org", -1, 1), ("c@x.org", 1, 0)):
        values = {"doctype": "Survey Recipient", "address": address, "do_not_ask": refused}
        frappe.get_doc(values | {"last_sent_on": add_days(limit, last)}).insert()

    assert erase_old(lambda: None) == 3  # two responses, one invitation
    assert erase_old(lambda: None) == 0
    for name, text, testimonial in (
        (old, None, None),
        (consented, None, "Great"),
        (young, "The driver was late", None),
    ):
        doc = frappe.get_doc("Survey Response", name)
        assert (doc.answers[1].text, doc.testimonial_text) == (text, testimonial)
        assert bool(doc.email) == (name == young) and doc.customer == ada
        assert doc.answers[0].score == 2 and doc.answers[0].value == pytest.approx(0.25)
    asked = invitation()
    assert not any((asked.email, asked.recipient_name, asked.contact)) and asked.customer == ada
    left = set(frappe.get_all("Survey Recipient", pluck="address"))
    assert left == {"b@x.org", "c@x.org", ADA}

    frappe.db.set_single_value("Relationship CRM Settings", "survey_retention_months", 0)
    frappe.clear_document_cache("Relationship CRM Settings", "Relationship CRM Settings")
    assert erase_old(lambda: None, getdate(add_months(today(), 1000))) == 0


# what goes with a customer


def test_rename_and_merge(ada):
    survey(trigger=DELIVERY)
    deliver(ada)
    look()
    response = answered(ada)
    renamed = frappe.rename_doc("Customer", ada, "RCRM Ada Ltd")
    asked = invitation()
    assert (asked.customer, asked.party) == (renamed, renamed)
    assert look() == 0  # the delivery is known under the new name too
    bob = erp.customer("RCRM Bob")
    answered(bob)
    frappe.rename_doc("Customer", renamed, bob, merge=True)
    assert {i.party for i in invitations()} == {bob}
    assert frappe.db.get_value("Survey Response", response, ["customer", "party"]) == (bob, bob)
    assert frappe.db.count("Survey Response", {"customer": bob}) == 2
    assert look() == 0


def test_a_deleted_customer_takes_its_answers_along(ada):
    from relationship_crm.surveys.invitations import invite

    survey()
    bob = erp.customer("RCRM Bob")
    kept = answered(bob)
    invite(SURVEY, "Customer", ada)
    gone = answered(ada)
    run = frappe.get_doc(
        {"doctype": "Survey Sending", "survey": SURVEY, "customers": [{"customer": ada}, {"customer": bob}]}
    ).insert()
    for name in frappe.get_all("Contact", {"email_id": ADA}, pluck="name"):
        frappe.delete_doc("Contact", name)
    assert invitation().contact is None
    frappe.delete_doc("Customer", ada)
    assert not frappe.db.exists("Survey Response", gone) and not frappe.db.exists(
        "Survey Answer", {"parent": gone}
    )
    assert invitations() == [] and frappe.db.exists("Survey Response", kept)
    assert [row.customer for row in frappe.get_doc("Survey Sending", run.name).customers] == [bob]


def test_a_deleted_lead(ada):
    from relationship_crm.surveys.invitations import invite

    survey()
    lead = erp.lead("RCRM Lea", email_id="lea@example.com")
    invite(SURVEY, "Lead", lead)
    became = answered(ada)
    frappe.db.set_value("Survey Response", became, {"party_type": "Lead", "party": lead, "customer": ada})
    frappe.delete_doc("Lead", lead)
    assert invitations(party_type="Lead") == []
    assert frappe.db.get_value("Survey Response", became, ["party_type", "party"]) == ("Customer", ada)


# on paper


def test_a_link_for_prints(ada):
    survey(trigger={"event": "Link on Print"})
    note = deliver(ada)
    template = "{{ survey_link(doc.doctype, doc.name) }}|{{ survey_qr(doc.doctype, doc.name) }}"
    link, picture = frappe.render_template(template, {"doc": note}).split("|")
    asked = invitation()
    assert link == frappe.utils.get_url(f"/s/{token_of(asked.name)}")
    assert (asked.channel, asked.status, asked.trigger_event) == ("Link", "Sent", "Link on Print")
    assert (asked.party, asked.voucher_no, asked.token_hash) == (
        ada,
        note.name,
        hash_of(token_of(asked.name)),
    )
    data = re.fullmatch(
        r'<img src="data:image/png;base64,([^"]+)" width="120" height="120" alt="[^"]+">', picture
    )
    assert base64.b64decode(data[1]).startswith(b"\x89PNG")
    assert frappe.render_template(template, {"doc": note}).split("|")[0] == link and len(invitations()) == 1
    assert send().all == 0  # nothing is sent


def test_a_print_is_a_get(ada):
    """Frappe keeps what a GET wrote only where it is told to."""
    from relationship_crm.surveys.printing import survey_link

    survey(trigger={"event": "Link on Print"})
    note = deliver(ada)
    frappe.local.request, frappe.local.flags.commit = frappe._dict(method="GET"), False
    try:
        survey_link("Delivery Note", note.name)
        assert frappe.local.flags.commit
        frappe.local.flags.commit = False
        survey_link("Delivery Note", note.name)
        assert not frappe.local.flags.commit
    finally:
        frappe.local.request, frappe.local.flags.commit = None, False


def test_no_link_for_prints(ada):
    from relationship_crm.surveys.printing import survey_link, survey_qr

    note = deliver(ada)
    assert survey_link("Delivery Note", note.name) == survey_qr("Delivery Note", note.name) == ""
    survey(trigger={"event": "Link on Print", "territory": erp.SOUTH})
    assert survey_link("Delivery Note", note.name) == ""
    survey("RCRM North", trigger={"event": "Link on Print", "territory": erp.NORTH})
    assert survey_link("Delivery Note", note.name)
    assert survey_link("Delivery Note", deliver(ada, submit=False).name) == ""
    note.cancel()
    frappe.clear_document_cache("Delivery Note", note.name)
    assert survey_link("Delivery Note", note.name) == ""


# the survey itself


def test_what_a_survey_may_not_be():
    def refused(**values) -> None:
        frappe.db.savepoint("refused")
        with pytest.raises(frappe.ValidationError):
            survey("RCRM Refused", **values)
        frappe.db.rollback(save_point="refused")

    item = {"item_key": "a", "kind": "CSAT", "question": "?"}
    refused(items=[item | {"item_key": "A b"}], texts=[])
    refused(items=[item, item], texts=[])
    refused(items=[item | {"in_mail": 1}, item | {"item_key": "b", "in_mail": 1}], texts=[])
    text = {"language": "de", "part": "Question", "item_key": "a", "text": "?"}
    refused(items=[item], texts=[text | {"item_key": "zzz"}])
    refused(items=[item], texts=[text, text])
    refused(expires_after_days=0)
    refused(low_nps=11)
    refused(anonymous=1, minimum_group=2)
    refused(trigger={"event": "Delivery", "sample_percent": 101})
    refused(trigger={"event": "Every N Months", "months": 0})
    doc = survey(
        items=[item | {"kind": "Text", "dimension": "satisfaction", "in_mail": 1, "reverse": 1}], texts=[]
    )
    assert (doc.items[0].dimension, doc.items[0].in_mail, doc.items[0].reverse) == ("", 0, 0)


def test_a_promise_is_kept(ada):
    from relationship_crm.surveys.invitations import invite

    asks = survey()
    asks.anonymous = 1
    asks.save()
    asks.anonymous = 0
    asks.save()
    invite(SURVEY, "Customer", ada)
    send()
    asks.reload()
    asks.anonymous = 1
    with pytest.raises(frappe.ValidationError):
        asks.save()


def test_an_answered_question_keeps_its_scale(ada):
    asks = survey()
    answered(ada)
    asks.reload()
    asks.items[0].kind = "CES"
    with pytest.raises(frappe.ValidationError):
        asks.save()


def test_preview():
    from relationship_crm.surveys import desk

    survey()
    found = desk.preview(SURVEY, "de")
    assert found["subject"] == "Wie war es?" and "Wie zufrieden sind Sie?" in found["mail"]
    assert "<form" in found["page"] and "Wie zufrieden sind Sie?" in found["page"]
    assert found["languages"] == ["en", "de"]
    assert "/s/" not in found["mail"] and invitations() == []


def test_ready_surveys_come_once(ada):
    from relationship_crm import defaults

    for plan in PLANS:
        doc = frappe.get_doc("Relationship Survey", plan.name)
        assert [i.item_key for i in doc.items] == [i.key for i in plan.items]
        assert not any(row.enabled for row in doc.triggers) and doc.triggers
    asks = frappe.get_doc("Relationship Survey", PLANS[0].name)
    asks.items[0].question = "Ours"
    asks.enabled = 1
    asks.triggers[0].enabled = 1
    asks.save()
    frappe.delete_doc("Relationship Survey", PLANS[1].name)
    defaults.insert_missing()
    asks.reload()
    assert asks.items[0].question == "Ours" and asks.triggers[0].enabled
    assert frappe.db.exists("Relationship Survey", PLANS[1].name)
    answered(ada, PLANS[0].name, answers=[{"item_key": "nps", "kind": "NPS", "score": 9, "question": "?"}])
    assert set(defaults.restore_defaults()) >= {plan.name for plan in PLANS}
    asks.reload()
    assert asks.items[0].question.startswith("How likely is it") and asks.enabled
    assert not asks.triggers[0].enabled


def test_settings_that_came_later_get_their_defaults():
    from relationship_crm import defaults

    single = "Relationship CRM Settings"
    frappe.db.delete("Singles", {"doctype": single, "field": ("like", "survey_%")})
    frappe.clear_document_cache(single, single)
    defaults.insert_missing()
    found = frappe.get_single(single)
    values = (found.survey_rest_days, found.survey_quiet_with_open_issue, found.survey_retention_months)
    assert (*values, found.survey_batch_size) == (90, 1, 36, 500)
    found.survey_rest_days = 0
    found.save()
    defaults.insert_missing()
    assert frappe.get_single(single).survey_rest_days == 0


def test_nothing_that_happened_long_ago_is_looked_at(ada):
    """A stopped scheduler brings no late questions."""
    survey(trigger=DELIVERY)
    deliver(ada, days_ago(15))
    assert look() == 0
