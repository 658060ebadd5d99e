"""For other survey tools: their answers become Survey Responses here, each once.

The public page takes its posts itself (surveys/web.py). There is no other way in without logging in.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, get_datetime, now_datetime

from relationship_crm.permissions import PARTY_TYPES
from relationship_crm.surveys.answers import RESPONSE, SURVEY, external_key
from relationship_crm.surveys.reading import (
    LONGEST_EMAIL,
    LONGEST_NAME,
    LONGEST_PHONE,
    LONGEST_TEXT,
    Given,
    as_text,
    harmless,
)
from relationship_crm.surveys.scales import REFERRAL, is_scaled

#: What makes an answer unique must fit its fields.
LONGEST_ID = 140


@frappe.whitelist(methods=["POST"])
def record_response(
    survey: str,
    external_source: str,
    external_id: str,
    answers: dict[str, Any] | str,
    answered_on: str | None = None,
    party_type: str | None = None,
    party: str | None = None,
    email: str | None = None,
    contact: str | None = None,
    language: str | None = None,
    company: str | None = None,
    voucher_type: str | None = None,
    voucher_no: str | None = None,
) -> dict[str, Any]:
    """Store what somebody answered in another survey tool; name of the response, and whether it is new.

    `answers` are by the keys of the survey's questions: a number on a question's scale, or a text; of a referral an
    object with name, email and phone. `external_source` and `external_id` say which answer it is: sent again it is the
    same response, with what it says now. Without a party it is found by the e-mail address, if that is one party's.
    Answers to an anonymous survey are taken in the month in which they are given only.
    """
    frappe.has_permission(RESPONSE, "create", throw=True)
    frappe.has_permission(SURVEY, "read", doc=survey, throw=True)
    if (
        not external_source.strip()
        or not external_id.strip()
        or len(external_source + external_id) > LONGEST_ID
    ):
        frappe.throw(_("Say which tool the answer comes from and what its number is there."))
    rows = _rows(frappe.get_cached_doc(SURVEY, survey), frappe.parse_json(answers))
    party_type, party = _party(party_type, party, email)
    values = {
        "survey": survey,
        "external_source": external_source,
        "external_id": external_id,
        "answered_on": get_datetime(answered_on) if answered_on else None,
        "party_type": party_type,
        "party": party,
        "email": email,
        "contact": contact,
        "language": language,
        "company": company,
        "voucher_type": voucher_type,
        "voucher_no": voucher_no,
    }
    return _store({field: value for field, value in values.items() if value}, rows)


def _party(party_type: str | None, party: str | None, email: str | None) -> tuple[str | None, str | None]:
    """The party, which the user must be allowed to read; by the address only where that leaves no doubt."""
    if party or party_type:
        if party_type not in PARTY_TYPES or not party:
            frappe.throw(_("There are no relationships with {0}.").format(party_type), frappe.PermissionError)
        frappe.has_permission(party_type, "read", doc=party, throw=True)
        return party_type, party
    found = _parties_of((email or "").strip().lower()) if email else set()
    if len(found) == 1:
        (kind, name) = found.pop()
        if frappe.has_permission(kind, "read", doc=name):
            return kind, name
    return None, None


def _parties_of(email: str) -> set[tuple[str, str]]:
    """Customers whose contact has this address; without any, leads that have it."""
    address, link = frappe.qb.DocType("Contact Email"), frappe.qb.DocType("Dynamic Link")
    rows = (
        frappe.qb.from_(address)
        .join(link)
        .on((link.parent == address.parent) & (link.parenttype == "Contact"))
        .select(link.link_doctype, link.link_name)
        .where((address.email_id == email) & (link.link_doctype == "Customer"))
        .distinct()
    ).run()
    if rows:
        return {(kind, name) for kind, name in rows}
    leads = frappe.get_all("Lead", {"email_id": email}, pluck="name", order_by="creation asc", limit=2)
    return {("Lead", name) for name in leads}


def _rows(survey: Any, answers: Any) -> list[dict[str, Any]]:
    if not isinstance(answers, dict) or not answers:
        frappe.throw(_("The answers are an object: questions and what was answered."))
    items = {item.item_key: item for item in survey.items}
    rows = []
    for key, value in answers.items():
        if key not in items:
            frappe.throw(_("Survey {0} has no question {1}.").format(survey.name, key))
        if value is None or value == "":
            continue
        kind = items[key].kind
        rows.append(
            {"item_key": key, **({"score": value} if is_scaled(kind) else {"text": _text(key, kind, value)})}
        )
    return rows


def _text(key: str, kind: str, value: Any) -> str:
    if kind == REFERRAL and isinstance(value, dict):
        lengths = {"name": LONGEST_NAME, "email": LONGEST_EMAIL, "phone": LONGEST_PHONE}
        name, email, phone = (
            harmless(str(value.get(part) or ""))[:longest].replace("\n", " ")
            for part, longest in lengths.items()
        )
        return as_text(kind, Given(None, name, email, phone))
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        frappe.throw(
            _("The answer to {0} must be a text of at most {1} characters.").format(key, LONGEST_TEXT)
        )
    return value


def _store(values: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    key = external_key(values["external_source"], values["external_id"])
    name = frappe.db.get_value(RESPONSE, {"external_key": key}, "name")
    if not name:
        # One after the other: those who send the same answer at the same time must not wait for each other's locks.
        frappe.db.get_value(SURVEY, values["survey"], "name", for_update=True)
        point = "record_response"
        frappe.db.savepoint(point)
        try:
            doc = frappe.new_doc(RESPONSE)
            # Frappe proposes the default company; nobody said it was this one.
            doc.update({"answered_on": now_datetime(), "company": None, **values})
            doc.set("answers", rows)
            return {"name": doc.insert().name, "created": True}
        except (frappe.UniqueValidationError, frappe.DuplicateEntryError):
            # the tool sent it twice at the same time, and the other one came first
            frappe.db.rollback(save_point=point)
            frappe.clear_last_message() if frappe.message_log else None
            name = frappe.db.get_value(RESPONSE, {"external_key": key}, "name", for_update=True)
    return {"name": _change(name, values, rows), "created": False}


def _change(name: str, values: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    doc = frappe.get_doc(RESPONSE, name, for_update=True)
    if cint(doc.anonymous):
        return name  # an anonymous answer stays as it came
    doc.check_permission("read")
    if doc.survey != values["survey"]:
        frappe.throw(_("{0} is an answer to survey {1}.").format(values["external_id"], doc.survey))
    doc.update(values)
    doc.set("answers", rows)
    # Responses are nobody's to write by hand; the tool that sent this one corrects it.
    doc.flags.ignore_permissions = True
    doc.save()
    return name
