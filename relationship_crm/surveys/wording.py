"""A survey in one of its languages: what it asks, and how."""

from __future__ import annotations

from typing import Any

from relationship_crm.surveys.words import base

SUBJECT, MESSAGE, INTRODUCTION, THANKS = "Mail Subject", "Mail Message", "Introduction", "Thank You"
QUESTION, LOW, HIGH = "Question", "Low Label", "High Label"
#: Fields of a question in the survey's own language, by the part that translates them.
OWN_FIELDS = {QUESTION: "question", LOW: "low_label", HIGH: "high_label"}


def languages(survey: Any) -> list[str]:
    """The languages a survey can be answered in: its own, and those it has questions in."""
    found = {row.language: None for row in survey.texts if row.part == QUESTION}
    return list(dict.fromkeys([survey.default_language, *sorted(found)]))


def choose(survey: Any, *wanted: str | None) -> str:
    """The first wanted language that the survey speaks, exactly or by its base; else the survey's own."""
    spoken = languages(survey)
    for language in filter(None, wanted):
        if language in spoken:
            return language
        by_base = [one for one in spoken if base(one) == base(language)]
        if by_base:
            return by_base[0]
    return survey.default_language


def text(survey: Any, language: str, part: str, item: Any = None) -> str:
    """One part of the wording. What a language lacks is said in the survey's own."""
    key = item.item_key if item else ""
    for wanted in dict.fromkeys((language, survey.default_language)):
        if item and wanted == survey.default_language and item.get(OWN_FIELDS[part]):
            return item.get(OWN_FIELDS[part])
        for row in survey.texts:
            if (row.language, row.part, row.item_key or "") == (wanted, part, key) and row.text:
                return row.text
    return ""
