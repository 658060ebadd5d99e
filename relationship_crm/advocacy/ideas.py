"""Customer Idea: from the desk, a survey or the portal; from being heard to being made; the customer is told."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.rate_limiter import rate_limit
from frappe.utils import cint, escape_html, getdate

from relationship_crm import portal
from relationship_crm.advocacy.told import answer_to
from relationship_crm.surveys.reading import harmless

IDEA = "Customer Idea"
NEW, REVIEW, PLANNED, REALISED, DECLINED = "New", "Under Review", "Planned", "Realised", "Declined"
BY_SURVEY, BY_PORTAL = "Survey", "Portal"
LONGEST_TITLE, LONGEST_TEXT = 140, 5000
#: Ideas from one address in an hour: more is no brainstorm.
MOST_AN_HOUR = 20
#: Ideas shown in the portal.
MOST_SHOWN = 200
PAGE = "/ideas"


# the record's own events


def validate(doc: Any) -> None:
    """A title; the day on which it was realised."""
    doc.title = harmless(" ".join((doc.title or "").split()))
    doc.description = harmless(doc.description) if doc.description else None
    if not doc.title:
        frappe.throw(_("Give the idea a title."), frappe.MandatoryError)
    if doc.status != REALISED:
        doc.realised_on = None
    elif not doc.realised_on:
        doc.realised_on = getdate()
    if doc.realised_on and getdate(doc.realised_on) < getdate(doc.submitted_on):
        frappe.throw(_("An idea cannot be realised before it was submitted."))


def saved(doc: Any) -> None:
    """The customer has news; where the status changed the contact is told, if that is wanted."""
    before = doc.get_doc_before_save()
    _mark(doc, before.customer if before else None)
    if before and before.status != doc.status and cint(doc.tell_customer):
        _tell(doc)


def deleted(doc: Any) -> None:
    """The customer has news."""
    _mark(doc)


def _mark(doc: Any, before: str | None = None) -> None:
    from relationship_crm.assessment.outbox import mark

    for customer in dict.fromkeys((doc.customer, before)):
        mark(doc, "Customer", customer, doc.submitted_on, "idea")


# telling the customer


def _tell(doc: Any) -> None:
    """Mails status and answer to the idea's contact, and keeps the mail on the customer."""
    person = _contact(doc)
    if not person:
        frappe.msgprint(
            _("Nobody was told: the idea has no contact with an e-mail address who wants mail from us."),
            indicator="orange",
        )
        return
    language = person.language or None
    subject = _("Your idea: {0}", lang=language).format(doc.title)
    message = _message(doc, person.name, language)
    try:
        frappe.sendmail(
            recipients=[person.email],
            subject=subject,
            message=message,
            reference_doctype=IDEA,
            reference_name=doc.name,
        )
    except frappe.OutgoingEmailError:
        frappe.clear_last_message()
        frappe.msgprint(_("Nobody was told: this site has no account for outgoing mail."), indicator="orange")
        return
    _keep(doc, person.email, subject, message)


def _contact(doc: Any) -> Any:
    """The idea's contact as a recipient, None where they cannot or must not be written to."""
    theirs = {"parenttype": "Contact", "link_doctype": "Customer", "link_name": doc.customer}
    if not doc.contact or not frappe.db.exists("Dynamic Link", {**theirs, "parent": doc.contact}):
        return None
    from relationship_crm.surveys.recipients import find_recipients

    key = ("Customer", doc.customer, doc.contact)
    person = find_recipients([key])[key]
    if person.contact != doc.contact or not person.email or person.unsubscribed:
        return None
    return person


def _message(doc: Any, name: str, language: str | None) -> str:
    sentences = {
        NEW: _("We have received your idea.", lang=language),
        REVIEW: _("We are looking into your idea.", lang=language),
        PLANNED: _("We plan to make your idea real.", lang=language),
        REALISED: _("Your idea has become real. Thank you!", lang=language),
        DECLINED: _("We will not take up your idea. Thank you for it all the same.", lang=language),
    }
    greeting = _("Hello {0},", lang=language).format(name) if name else _("Hello,", lang=language)
    paragraphs = [greeting, sentences[doc.status], doc.title, *(doc.answer or "").splitlines()]
    return "".join(f"<p>{escape_html(text)}</p>" for text in paragraphs if text.strip())


def _keep(doc: Any, email: str, subject: str, message: str) -> None:
    frappe.get_doc(
        {
            "doctype": "Communication",
            "communication_type": "Automated Message",
            "communication_medium": "Email",
            "sent_or_received": "Sent",
            "subject": subject,
            "content": message,
            "recipients": email,
            "reference_doctype": IDEA,
            "reference_name": doc.name,
            "timeline_links": [{"link_doctype": "Customer", "link_name": doc.customer}],
        }
    ).insert(ignore_permissions=True)  # who may answer the idea need not be allowed to write mails


# from a survey


def create_idea_from_response(response: Any, text: str, item_key: str = "") -> str | None:
    """Record an idea a customer wrote in a survey; the record's name. Called again it follows what was changed there.

    One record a question; `item_key` says which.
    """
    text = (text or "").strip()[:LONGEST_TEXT]
    if response.get("anonymous"):
        return None
    kept = frappe.db.get_value(IDEA, answer_to(response, item_key), ["name", "status"])
    name, status = kept or (None, None)
    if name and status != NEW:
        return name  # somebody is at work on it
    if not text:
        if name:
            frappe.delete_doc(IDEA, name, ignore_permissions=True)  # the one who takes it back is a guest
        return None
    doc = frappe.get_doc(IDEA, name) if name else frappe.new_doc(IDEA)
    doc.update(
        {
            "title": title_of(text),
            "description": text,
            "customer": response.get("customer"),
            "contact": response.get("contact"),
            "source": BY_SURVEY,
            "response": response.name,
            "response_item": item_key,
            "submitted_on": getdate(response.answered_on),
        }
    )
    doc.flags.ignore_permissions = True  # the one who answers is a guest
    doc.save()
    return doc.name


def title_of(text: str) -> str:
    """The first line, or as much of it as a title holds."""
    first = " ".join(text.strip().splitlines()[0].split())
    return first if len(first) <= LONGEST_TITLE else first[: LONGEST_TITLE - 1].rstrip() + "…"


# the portal


def portal_ideas(customers: list[str]) -> list[Any]:
    """What the portal shows of the ideas of some customers, the newest first."""
    if not customers:
        return []
    return frappe.get_all(
        IDEA,
        {"customer": ("in", customers)},
        ["title", "description", "customer", "submitted_on", "status", "realised_on", "answer"],
        order_by="submitted_on desc, creation desc",
        limit=MOST_SHOWN,
    )


@frappe.whitelist(methods=["POST"])
@rate_limit(limit=MOST_AN_HOUR, seconds=3600)
def submit_idea(title: str, description: str = "", customer: str = "") -> None:
    """An idea from the portal, for the customer the user belongs to; leads back to the page."""
    customers = portal.customers()
    customer = customer or next(iter(customers), "")
    if customer not in customers:
        raise frappe.PermissionError(_("You do not belong to this customer."))
    title, description = " ".join(title.split()), description.strip()
    if not title or len(title) > LONGEST_TITLE or len(description) > LONGEST_TEXT:
        _lead_back("new=1&problem=1")
        return
    doc = frappe.new_doc(IDEA)
    doc.update(
        {
            "title": title,
            "description": description,
            "customer": customer,
            "contact": _contact_of_user(customer),
            "source": BY_PORTAL,
            "submitted_on": getdate(),
        }
    )
    doc.flags.ignore_permissions = True  # users of the portal have no rights in the desk
    doc.insert()
    _lead_back("thanks=1")


def _lead_back(query: str) -> None:
    """After a post the browser opens the page by itself, so that reloading sends nothing twice."""
    frappe.local.response["type"] = "redirect"
    frappe.local.response["location"] = f"{PAGE}?{query}"


def _contact_of_user(customer: str) -> str | None:
    """The contact that the portal's user is at a customer."""
    link, contact = frappe.qb.DocType("Dynamic Link"), frappe.qb.DocType("Contact")
    user = frappe.session.user
    email = frappe.db.get_value("User", user, "email")
    rows = (
        frappe.qb.from_(link)
        .join(contact)
        .on(contact.name == link.parent)
        .select(contact.name)
        .where(
            (link.parenttype == "Contact") & (link.link_doctype == "Customer") & (link.link_name == customer)
        )
        .where((contact.user == user) | (contact.email_id == email))
        .orderby(contact.creation)
        .limit(1)
        .run()
    )
    return rows[0][0] if rows else None
