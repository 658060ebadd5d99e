"""The translations are complete and keep placeholders and markup; texts that are data are in the template."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from relationship_crm.config.ladders import KOTLER, LADDERS
from relationship_crm.measures.registry import MEASURES
from relationship_crm.signals import standard_signals

LOCALE = Path(__file__).resolve().parents[2] / "relationship_crm/locale"
LANGUAGES = ("ru", "uk")
ENTRY = re.compile(r'^(msgctxt|msgid|msgstr) ((?:"(?:[^"\\]|\\.)*"\s*)+)', re.MULTILINE)
PLACEHOLDER = re.compile(r"\{\d*\}")
TAG = re.compile(r"</?[a-z][^<>]*>")

Message = tuple[str, str]


def entries(name: str) -> list[tuple[Message, str]]:
    """((context, text), translation) of every entry but the header; comments and obsolete entries are left out."""
    lines = (LOCALE / name).read_text(encoding="utf-8").splitlines()
    code = "\n".join(line for line in lines if not line.startswith("#"))
    found, entry = [], {"msgctxt": ""}
    for keyword, quoted in ENTRY.findall(code):
        entry[keyword] = "".join(ast.literal_eval(part) for part in quoted.splitlines() if part.strip())
        if keyword == "msgstr":
            found.append(((entry["msgctxt"], entry["msgid"]), entry["msgstr"]))
            entry = {"msgctxt": ""}
    assert found[0][0] == ("", ""), "the header comes first"
    return found[1:]


TEMPLATE = [message for message, _translation in entries("main.pot")]
TEXTS = {text for _context, text in TEMPLATE}


def of_language(language: str) -> dict[Message, str]:
    return dict(entries(f"{language}.po"))


def test_the_template_has_each_text_once():
    assert len(TEMPLATE) > 600
    assert [message for message, n in Counter(TEMPLATE).items() if n > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language):
    translations = of_language(language)
    assert [message for message in TEMPLATE if not translations.get(message, "").strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_left_over_or_doubtful(language):
    assert set(of_language(language)) - set(TEMPLATE) == set()
    source = (LOCALE / f"{language}.po").read_text(encoding="utf-8")
    assert not re.search(r"^#,.*\bfuzzy\b|^#~", source, re.MULTILINE)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("parts", [PLACEHOLDER, TAG], ids=["placeholders", "tags"])
def test_placeholders_and_tags_are_kept(language, parts):
    wrong = {
        text: translation
        for (_context, text), translation in of_language(language).items()
        if Counter(parts.findall(text)) != Counter(parts.findall(translation))
    }
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_surrounding_space_is_kept(language):
    def margins(text):
        return re.match(r"\s*", text).group(), re.search(r"\s*$", text).group()

    assert [
        m for m, translation in of_language(language).items() if margins(m[1]) != margins(translation)
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("ladder", LADDERS, ids=lambda ladder: ladder.name)
def test_stages_of_a_ladder_keep_names_of_their_own(language, ladder):
    translations = of_language(language)
    names = [translations["", rung.name] for rung in ladder.rungs]
    assert len(set(names)) == len(names)


def test_kotlers_ladder_has_eight_rungs_to_translate():
    assert len(KOTLER.rungs) == 8


def test_texts_of_signals_are_in_the_template():
    assert {text for s in standard_signals() for text in (s.label, s.description)} - TEXTS == set()


def test_texts_of_measures_are_in_the_template():
    assert {text for m in MEASURES.values() for text in (m.label, m.description)} - TEXTS == set()


def test_texts_of_ladders_are_in_the_template():
    rungs = [rung for ladder in LADDERS for rung in ladder.rungs]
    wanted = {text for rung in rungs for text in (rung.name, rung.description)}
    assert (wanted | {ladder.description for ladder in LADDERS}) - TEXTS == set()
