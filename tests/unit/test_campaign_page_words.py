"""The words of a campaign's page: complete in every language of the house, with the same places to fill."""

from __future__ import annotations

import re

import pytest

from relationship_crm.campaigns import page_words


@pytest.mark.parametrize("language", sorted(page_words.OWN))
def test_every_language_has_every_word_and_every_place(language):
    own = page_words.OWN[language]
    assert own.keys() == page_words.ENGLISH.keys()
    assert all(text.strip() for text in own.values())
    for key, text in own.items():
        assert re.findall(r"\{\d\}", text) == re.findall(r"\{\d\}", page_words.ENGLISH[key]), key


def test_what_surveys_say_alike_is_said_alike():
    found = page_words.words("de-AT")
    assert found["yes"] == "Ich habe Interesse"
    assert found["too_many"] == "Bitte warten Sie etwas"
    assert set(page_words.SHARED) <= found.keys()
