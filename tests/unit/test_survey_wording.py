"""A survey's words in the language of who is asked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from relationship_crm.surveys import wording
from relationship_crm.surveys.wording import HIGH, INTRODUCTION, LOW, QUESTION, THANKS


class Row(SimpleNamespace):
    def get(self, field: str) -> Any:
        return getattr(self, field, None)


ITEM = Row(item_key="nps", question="Would you recommend us?", low_label="No", high_label="")


def survey(*texts: tuple[str, str, str, str]) -> Any:
    rows = [Row(language=a, part=b, item_key=c, text=d) for a, b, c, d in texts]
    return Row(default_language="en", items=[ITEM], texts=rows)


FULL = survey(
    ("de", QUESTION, "nps", "Empfehlen Sie uns?"),
    ("de", LOW, "nps", "Nein"),
    ("pt-BR", QUESTION, "nps", "Recomenda?"),
    ("en", INTRODUCTION, "", "Hello"),
    ("de", INTRODUCTION, "", "Hallo"),
    ("ru", INTRODUCTION, "", "Привет"),
    ("en", THANKS, None, "Thanks"),
)


def test_languages_are_those_with_questions():
    assert wording.languages(FULL) == ["en", "de", "pt-BR"]
    assert wording.languages(survey()) == ["en"]


@pytest.mark.parametrize(
    "wanted, found",
    [
        (["de"], "de"),
        (["de-AT"], "de"),
        (["pt"], "pt-BR"),
        (["fr", "de"], "de"),
        ([None, "", "fr"], "en"),
        (["ru"], "en"),
        ([], "en"),
    ],
)
def test_the_first_language_that_is_spoken(wanted, found):
    assert wording.choose(FULL, *wanted) == found


@pytest.mark.parametrize(
    "language, part, item, found",
    [
        ("de", QUESTION, ITEM, "Empfehlen Sie uns?"),
        ("en", QUESTION, ITEM, "Would you recommend us?"),
        ("de", LOW, ITEM, "Nein"),
        ("pt-BR", LOW, ITEM, "No"),  # said in the survey's own language
        ("de", HIGH, ITEM, ""),
        ("de", INTRODUCTION, None, "Hallo"),
        ("pt-BR", INTRODUCTION, None, "Hello"),
        ("de", THANKS, None, "Thanks"),
    ],
)
def test_a_part_of_the_wording(language, part, item, found):
    assert wording.text(FULL, language, part, item) == found
