"""The survey itself, what it may not be, links on prints, and what a rename or a deletion does to its records."""

from __future__ import annotations

import base64
import re

import erp
import frappe
import pytest
from answering import answered, respond
from asking import DELIVERY, SURVEY, deliver, invitation, invitations, look, send, survey
from frappe.utils import getdate

from relationship_crm.config.surveys import PLANS
from relationship_crm.surveys.token import hash_of, token_of

pytestmark = pytest.mark.usefixtures("unasked")


# the survey


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


# what ships with the app


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
    respond(PLANS[0].name, ada, nps=9)
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


def test_a_print_is_a_get(ada, monkeypatch):
    """Frappe keeps what a GET wrote only where it is told to."""
    from relationship_crm.surveys.printing import survey_link

    survey(trigger={"event": "Link on Print"})
    note = deliver(ada)
    monkeypatch.setattr(frappe.local, "request", frappe._dict(method="GET"), raising=False)
    monkeypatch.setattr(frappe.local.flags, "commit", False, raising=False)
    survey_link("Delivery Note", note.name)
    assert frappe.local.flags.commit
    frappe.local.flags.commit = False
    survey_link("Delivery Note", note.name)
    assert not frappe.local.flags.commit


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


# its records


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
