"""The mail that asks: one question to click, nothing to load, and a way out."""

from __future__ import annotations

import re
from typing import Any

import erp
import frappe
import pytest
import visitors
from frappe.email.email_body import get_formatted_html

from relationship_crm.surveys import mail

LINK = "https://example.com/s/" + "t" * 43


@pytest.fixture(autouse=True)
def survey(clean: None) -> None:
    visitors.survey(visitors.SURVEY)


def invitation(**values: Any) -> Any:
    return frappe.get_doc(
        {
            "doctype": "Survey Invitation",
            "survey": visitors.SURVEY,
            "recipient_name": "Maria Berger",
            "email": visitors.EMAIL,
            "language": "en",
            "company": erp.COMPANY,
            "voucher_type": "Delivery Note",
            "voucher_no": "DN-1",
            "expires_on": "2026-03-05",
            **values,
        }
    )


def test_the_mail() -> None:
    subject, body = mail.invitation_mail(invitation(), LINK)
    assert subject == "How was DN-1?"
    assert "Hello Maria Berger," in body and "How likely are you to recommend us?" in body
    assert re.findall(r'href="([^"]+)"', body) == [
        *(f"{LINK}?a={score}" for score in range(11)),
        LINK,
        f"{LINK}/stop",
    ]
    assert "0 = Not at all" in body and "10 = Very" in body and "open until March 5, 2026." in body
    assert erp.COMPANY in body
    assert 'aria-label="10 of 10, Very"' in body


def test_nothing_is_loaded_from_elsewhere() -> None:
    _subject, body = mail.invitation_mail(invitation(), LINK)
    whole = get_formatted_html("Subject", body)
    assert not re.search(r"<img|<link|<script|@import|url\(|background=", whole)


def test_without_a_name_without_a_question_without_an_address() -> None:
    survey = frappe.get_doc("Relationship Survey", visitors.SURVEY)
    survey.items[0].in_mail = 0
    survey.save()
    _subject, body = mail.invitation_mail(invitation(recipient_name="", email="", expires_on=None), LINK)
    assert "Hello," in body and "?a=" not in body and "/stop" not in body and "until" not in body


def test_languages_and_the_reminder() -> None:
    _subject, body = mail.invitation_mail(invitation(language="de"), LINK, reminder=True)
    assert 'lang="de"' in body and "Guten Tag Maria Berger," in body and "Empfehlen Sie uns weiter?" in body
    assert "Eine kurze Erinnerung" in body and "bis 5. März 2026 offen" in body and "0 = Nein" in body


def test_a_subject_is_one_line() -> None:
    subject, _body = mail.invitation_mail(invitation(voucher_no="1\r\nBcc: x@example.com"), LINK)
    assert subject == "How was 1 Bcc: x@example.com?"


def test_what_the_timeline_keeps_has_no_link() -> None:
    text = mail.message_text(invitation(recipient_name="<b>"), reminder=True)
    assert text.startswith("<p>A short reminder") and "How likely are you to recommend us?" in text
    assert "/s/" not in text and "http" not in text


def test_the_text_message() -> None:
    assert mail.invitation_sms(invitation(), LINK) == f"{erp.COMPANY}: How was DN-1?\n{LINK}"
