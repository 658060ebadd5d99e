"""Replies by mail, read as Frappe reads them: a reply to a campaign's message is a response."""

from __future__ import annotations

from email.message import EmailMessage

import erp
import frappe
import pytest
import waves
from asking import ACCOUNT, contact, mailer
from frappe.email.receive import InboundMail
from frappe.utils import now_datetime
from responding import activity, campaign, member, no_campaigns, response, responses, touch
from test_statement_counts import heard

from relationship_crm.assessment.bulk import write_rows
from relationship_crm.campaigns import replies

ADA = "ada@example.com"


@pytest.fixture
def sent(clean):
    """A campaign's message to Ada as sending leaves it: mail in the queue, Communication, touch."""
    no_campaigns()
    mailer()
    ada = erp.customer("RCRM Ada", account_manager="Administrator")
    contact(ada, ADA)
    wave = activity(campaign())
    number = f"{frappe.generate_hash(length=12)}@{frappe.local.site}"
    written = {
        "name": frappe.generate_hash(length=16),
        "communication_type": "Automated Message",
        "communication_medium": "Email",
        "sent_or_received": "Sent",
        "communication_date": now_datetime(),
        "subject": "News",
        "recipients": ADA,
        "reference_doctype": "Customer",
        "reference_name": ada,
        "message_id": number,
    }
    write_rows("Communication", tuple(written), [tuple(written.values())])
    reached = touch(
        wave,
        member(wave.campaign, ada, email=ADA),
        communication=written["name"],
        message_id=number,
    )
    frappe.sendmail(
        recipients=[ADA],
        subject="News",
        message="News",
        reference_doctype="Campaign Activity",
        reference_name=wave.name,
        communication=written["name"],
        message_id=number,
    )
    return frappe._dict(
        campaign=wave.campaign, touch=reached, message_id=number, customer=ada, communication=written["name"]
    )


def arrives(to: str | None, words: str = "How much is it?", subject: str = "Re: News", sender: str = ADA):
    """A mail, as the mail server hands it over."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Ada <{sender}>", "surveys@example.com", subject
    mail["Message-ID"] = f"<{frappe.generate_hash(length=10)}@example.com>"
    if to:
        mail["In-Reply-To"] = f"<{to}>"
    mail.set_content(words)
    return InboundMail(mail.as_bytes(), frappe.get_doc("Email Account", ACCOUNT)).process()


def test_a_reply_is_a_question_until_somebody_says_otherwise(sent):
    letter = arrives(sent.message_id, "How much is it?\n\nOn Monday we wrote:\n> News\n> More news")
    row = response(campaign=sent.campaign)
    assert (row.response, row.source, row.note) == ("Question", "Reply", "How much is it?")
    assert (row.party, row.touch, row.email) == (sent.customer, sent.touch, ADA)
    assert (row.voucher_type, row.voucher_no) == ("Communication", letter.name)


def test_it_is_known_long_after_the_queue_forgot_it(sent):
    frappe.db.delete("Email Queue")
    frappe.db.delete("Email Queue Recipient")
    arrives(sent.message_id)
    assert response().touch == sent.touch


def test_each_reply_is_one_response_and_goes_with_its_mail(sent):
    first = arrives(sent.message_id, "How much?")
    arrives(sent.message_id, "And when?")
    replies.received(first)  # heard twice
    assert len(responses()) == 2
    frappe.delete_doc("Communication", first.name)
    assert response().note == "And when?"


def test_a_colleague_who_replies_answers_for_the_one_who_was_asked(sent):
    arrives(sent.message_id, sender="bob@example.com")
    assert response().email == ADA


@pytest.mark.parametrize(
    ("sender", "subject"),
    [
        ("MAILER-DAEMON@example.com", "Undelivered Mail Returned to Sender"),
        (ADA, "Automatic reply: News"),
        (ADA, "Out of Office: News"),
        (ADA, "Abwesenheitsnotiz: News"),
        (ADA, "Автоответ: News"),
    ],
)
def test_machines_do_not_respond(sent, sender, subject):
    arrives(sent.message_id, subject=subject, sender=sender)
    assert responses() == []


def test_other_mail_is_no_response_and_is_not_looked_up(sent):
    with heard() as said:
        alone = arrives(None, subject="Hello")
    assert responses() == []
    assert [text for text in said if "Campaign Touch" in text] == []
    with heard() as said:
        answer = arrives(alone.message_id, subject="Re: Hello")
    assert answer.in_reply_to == alone.name
    assert len([text for text in said if "Campaign Touch" in text]) == 1
    assert responses() == []


def test_a_reply_to_what_was_really_sent(clean):
    """From the wave to the response, with nothing put in place by hand; the queue is empty by then."""
    no_campaigns()
    mailer()
    of = waves.frozen()
    waves.people(of, "Ada")
    doc = waves.wave(of, waves.message())
    waves.send(doc)
    [row] = waves.rows(doc)
    assert row.status == "Sent"
    frappe.db.delete("Email Queue")
    frappe.db.delete("Email Queue Recipient")
    arrives(row.message_id, "Yes, please call me.", sender=row.email)
    found = response(campaign=of)
    assert (found.touch, found.member, found.note) == (row.name, row.member, "Yes, please call me.")


def test_words_between_the_lines_are_kept():
    assert replies.own_words("> News\nYes please\n> More") == "> News\nYes please\n> More"
    assert replies.own_words("Ja gern.\r\n\r\nAm 3. März schrieb News <n@x.de>:\r\n> News") == "Ja gern."
    assert len(replies.own_words("x" * 9000)) == replies.LONGEST
