"""A survey as somebody will see it who is asked: mail and page, with nothing behind their links."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.utils import add_days, get_fullname, today

from relationship_crm.surveys import mail, wording
from relationship_crm.surveys.markup import render, style
from relationship_crm.surveys.page import Page

#: Where the links of a preview lead: nowhere.
NOWHERE = "#"


def preview(survey: Any, language: str) -> dict[str, Any]:
    """Subject and HTML of the mail, HTML of the page, and the languages there are."""
    invitation = frappe.get_doc(
        {
            "doctype": "Survey Invitation",
            "survey": survey.name,
            "channel": survey.channel,
            "language": language,
            "recipient_name": get_fullname(),
            "email": "customer@example.com",
            "company": frappe.defaults.get_user_default("Company") or "",
            "expires_on": add_days(today(), survey.expires_after_days),
        }
    )
    subject, html = mail.invitation_mail(invitation, NOWHERE)
    page = Page(invitation, survey, wording.choose(survey, language), NOWHERE)
    return {
        "subject": subject,
        "mail": html,
        "page": render("survey/questions.html", style=style(), **page.form({})),
        "sms": mail.invitation_sms(invitation, "…"),
        "languages": wording.languages(survey),
    }
