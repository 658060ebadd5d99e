"""The surveys that ship: every text in every language, every dimension asked about, one question in each mail."""

from __future__ import annotations

import pytest

from relationship_crm.config.surveys import LANGUAGE, PLANS, WORDING
from relationship_crm.engine.dimensions import DIMENSIONS
from relationship_crm.surveys.scales import is_scaled

PAGE = ("Mail Subject", "Mail Message", "Introduction", "Thank You")


@pytest.mark.parametrize("language", WORDING)
@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_texts_are_complete(plan, language):
    words = WORDING[language][plan.name]
    assert set(words) == {*PAGE, *(item.key for item in plan.items)}
    for part in PAGE:
        assert isinstance(words[part], str) and words[part].strip()
    for item in plan.items:
        assert len(words[item.key]) == (3 if is_scaled(item.kind) else 1), item.key
        assert all(text.strip() for text in words[item.key])


def test_no_text_was_left_in_english():
    for language, surveys in WORDING.items():
        for name, words in surveys.items():
            for key, text in words.items():
                assert language == LANGUAGE or text != WORDING[LANGUAGE][name][key], (language, name, key)


def test_languages():
    assert set(WORDING) == {"en", "ru", "uk", "de"}


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_one_question_stands_in_the_mail(plan):
    chosen = [item for item in plan.items if item.in_mail]
    assert len(chosen) == 1 and is_scaled(chosen[0].kind)
    assert all(is_scaled(item.kind) == bool(item.dimension) for item in plan.items)


def test_the_relationship_scale_asks_about_all_seven():
    plan = next(plan for plan in PLANS if plan.name == "Relationship Quality")
    assert {item.dimension for item in plan.items} - {""} == {str(d) for d in DIMENSIONS}
