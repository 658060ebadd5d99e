"""Answers to surveys, stored as the page stores them."""

from __future__ import annotations

from typing import Any

import frappe
from asking import ADA, SURVEY
from frappe.utils import getdate, now_datetime

from relationship_crm.surveys.scales import is_scaled

TEXTS = ("Mail Subject", "Mail Message", "Introduction", "Thank You")


def new_survey(name: str, *items: tuple[Any, ...], **values: Any) -> str:
    """A survey of items (key, kind, dimension[, question[, whether it is asked the other way round]]); its name."""
    rows = []
    for key, kind, dimension, *more in items:
        question, reverse = (*more, 0)[:2] if more else (f"About {key}?", 0)
        row = {"item_key": key, "kind": kind, "dimension": dimension}
        rows.append({**row, "question": question, "reverse": reverse})
    doc = {
        "doctype": "Relationship Survey",
        "survey_name": name,
        "default_language": "en",
        "channel": "Email",
        "items": rows,
        "texts": [{"language": "en", "part": part, "text": part} for part in TEXTS],
    }
    return frappe.get_doc({**doc, **values}).insert().name


def respond(
    survey: str, party: str | None, day: Any = None, party_type: str = "Customer", **given: Any
) -> Any:
    """A stored response of a day, or of now.

    `given` are answers by the keys of the survey's questions, figures or words, and other fields of the response.
    """
    answers = [
        {"item_key": item.item_key, "score" if is_scaled(item.kind) else "text": given.pop(item.item_key)}
        for item in frappe.get_doc("Relationship Survey", survey).items
        if item.item_key in given
    ]
    doc = {
        "doctype": "Survey Response",
        "survey": survey,
        "party_type": party_type if party else "",
        "party": party,
        "answered_on": f"{day} 10:00:00" if day else now_datetime(),
        "answers": answers,
    }
    values = {**doc, **given}
    if not frappe.db.get_value("Relationship Survey", survey, "anonymous"):
        return frappe.get_doc(values).insert(ignore_permissions=True)  # who answers is a guest
    # refused in other months than this one: so it is answered now, and time passes
    response = frappe.get_doc({**values, "answered_on": now_datetime()}).insert(ignore_permissions=True)
    day = getdate(values["answered_on"])
    response.db_set({"answered_on": day, "creation": day}, update_modified=False)
    return response


def answer(invitation: str, **given: str) -> Any:
    """The response to an invitation, by the way the page goes; `given` are answers by the keys of the questions."""
    from relationship_crm.surveys import answers
    from relationship_crm.surveys.reading import read

    doc = frappe.get_doc("Survey Invitation", invitation)
    survey = frappe.get_doc("Relationship Survey", doc.survey)
    found = read(survey.items, {f"q-{key}": [value] for key, value in given.items()})
    assert found.clean
    return answers.store(doc, survey, found.given, "en", [item.item_key for item in survey.items], "")


def answered(party: str | None, survey: str = SURVEY, **values: Any) -> str:
    """A low answer with its reason to the survey of asking.py; the response's name."""
    said = {"csat": 2, "reason": "The driver was late", "email": ADA if party else None}
    return respond(survey, party, **{**said, **values}).name
