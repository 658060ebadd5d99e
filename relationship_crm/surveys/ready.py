"""The ready surveys as documents; what they say is data in config/surveys."""

from __future__ import annotations

from typing import Any

from relationship_crm.config.surveys import ITEM_PARTS, LANGUAGE, WORDING, Item, Plan

#: Fields of an item in the survey's own language, in the order of `ITEM_PARTS`.
ITEM_FIELDS = ("question", "low_label", "high_label")


def survey_values(plan: Plan) -> dict[str, Any]:
    """Fields of a Relationship Survey: its items in English, all its words by language, its triggers disabled."""
    return {
        "survey_name": plan.name,
        "description": plan.description,
        "default_language": LANGUAGE,
        "channel": "Email",
        "items": [_item(plan, item) for item in plan.items],
        "texts": [row for language in WORDING for row in _texts(plan, language)],
        "triggers": [
            {"event": event, "enabled": 0, "wait_days": days, "months": months, "sample_percent": 100}
            for event, days, months in plan.triggers
        ],
    }


def _item(plan: Plan, item: Item) -> dict[str, Any]:
    words = WORDING[LANGUAGE][plan.name][item.key]
    own = dict(zip(ITEM_FIELDS, (*words, "", ""), strict=False))
    return {
        "item_key": item.key,
        "kind": item.kind,
        "dimension": item.dimension,
        "in_mail": int(item.in_mail),
        **own,
    }


def _texts(plan: Plan, language: str) -> list[dict[str, str]]:
    """Mail and page in any language, the questions in those the items themselves do not speak."""
    rows = []
    for key, words in WORDING[language][plan.name].items():
        if isinstance(words, str):
            rows.append({"language": language, "part": key, "text": words})
        elif language != LANGUAGE:
            parts = zip(ITEM_PARTS, words, strict=False)
            rows += [
                {"language": language, "part": part, "item_key": key, "text": text} for part, text in parts
            ]
    return rows
