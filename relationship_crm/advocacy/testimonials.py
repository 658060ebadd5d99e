"""Praise that may be shown to others: offered by promoters, used with their consent, and no longer once it is taken back."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, format_date, get_fullname, getdate, now_datetime

RESPONSE = "Survey Response"
#: A promoter's answer (Reichheld 2003).
PROMOTER = 9
#: Who may note what a customer agreed to by mail or on the phone.
MAY_RECORD = ("Relationship Manager", "Relationship User", "System Manager")
HOW = ("E-mail", "Phone", "Meeting", "Letter", "Other")
LONGEST_TEXT = 5000
FIELDS = ("testimonial_text", "testimonial_consent", "testimonial_consent_on", "testimonial_consent_text")


def offered(response: Any) -> str:
    """What a promoter wrote and might be asked to let us show; '' where there is nothing to ask for."""
    if response.anonymous or not response.has_nps or response.nps < PROMOTER:
        return ""
    if response.testimonial_text:
        return response.testimonial_text
    texts = [row.text.strip() for row in response.answers if row.kind == "Text" and (row.text or "").strip()]
    return "\n\n".join(texts)


@frappe.whitelist()
def offer(response: str) -> dict[str, Any]:
    """What a response offers as a testimonial, and whether the user may record a consent; for its form."""
    doc = frappe.get_doc(RESPONSE, response)
    doc.check_permission("read")
    return {
        "text": offered(doc),
        "consent": bool(doc.testimonial_consent),
        "may_record": _may_record(),
    }


@frappe.whitelist(methods=["POST"])
def record_consent(response: str, text: str, given_by: str, given_on: str, how: str) -> None:
    """The customer agreed to be quoted: in which words, who said so, when and how."""
    doc = _mine(response)
    text, given_by, day = text.strip(), given_by.strip(), getdate(given_on)
    if doc.anonymous or not doc.party:
        frappe.throw(_("An anonymous answer can be nobody's testimonial."))
    if not text or not given_by or how not in HOW:
        frappe.throw(_("Say what may be quoted, who agreed, and how."), frappe.MandatoryError)
    if len(text) > LONGEST_TEXT:
        frappe.throw(_("A testimonial has at most {0} characters.").format(LONGEST_TEXT))
    if day > getdate() or day < getdate(doc.answered_on):
        frappe.throw(_("The consent was given after the answer and not later than today."))
    told = _("{0} agreed on {1} ({2}). Recorded by {3}.").format(
        given_by, format_date(day), _(how), get_fullname(frappe.session.user)
    )
    moment = now_datetime() if day == getdate() else f"{day} 12:00:00"
    _write(doc, (text, 1, moment, told))
    doc.add_comment("Info", escape_html(told))


@frappe.whitelist(methods=["POST"])
def withdraw_consent(response: str, reason: str = "") -> None:
    """The customer takes it back: the words may not be used any more. That it was given stays on record."""
    doc = _mine(response)
    if not doc.testimonial_consent:
        frappe.throw(_("There is no consent to take back."))
    told = _("Consent withdrawn on {0}. It was given on {1}: {2}").format(
        format_date(getdate()), format_date(doc.testimonial_consent_on), doc.testimonial_consent_text or "–"
    )
    _write(doc, (doc.testimonial_text, 0, None, None))
    doc.add_comment("Info", "<br>".join(escape_html(line) for line in (told, reason.strip()) if line))


def _mine(response: str) -> Any:
    """The response, for those who may record what its customer said. Raises frappe.PermissionError."""
    if not _may_record():
        raise frappe.PermissionError(_("You may not record what customers agreed to."))
    doc = frappe.get_doc(RESPONSE, response)
    doc.check_permission("read")
    return doc


def _may_record() -> bool:
    return bool(set(MAY_RECORD) & set(frappe.get_roles()))


def _write(doc: Any, values: tuple) -> None:
    """Only these fields: the answers stay as the customer gave them."""
    from relationship_crm.assessment.outbox import mark_party

    doc.db_set(dict(zip(FIELDS, values, strict=True)))
    mark_party(doc.party_type, doc.party, doc)
