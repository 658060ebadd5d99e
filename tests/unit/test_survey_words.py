"""The survey page in all its languages and colours: complete, with the same places to fill, and readable."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from relationship_crm.surveys.words import ENGLISH, OWN, base, direction, words

TEMPLATES = Path(__file__).resolve().parents[2] / "relationship_crm" / "templates"
STYLE = (TEMPLATES / "survey" / "page.css").read_text(encoding="utf-8")


def places(text: str) -> list[str]:
    return sorted(re.findall(r"{\d}", text))


@pytest.mark.parametrize("language", [language for language in OWN if language != "en"])
def test_each_language_says_everything(language):
    own = OWN[language]
    assert set(own) == set(ENGLISH)
    assert [key for key, text in own.items() if not text.strip()] == []
    assert [key for key in ENGLISH if places(own[key]) != places(ENGLISH[key])] == []
    same = {key for key in ENGLISH if own[key] == ENGLISH[key]}
    assert same <= {"name", "email"}


@pytest.mark.parametrize("language", ["ru", "uk"])
def test_no_latin_letters_in_cyrillic_words(language):
    for key, text in OWN[language].items():
        assert not re.search(r"[A-Za-z]", re.sub(r"{\d}", "", text)), key


def test_every_word_of_the_templates_exists():
    templates = [*(TEMPLATES / "survey").glob("*.html"), TEMPLATES / "emails" / "survey_invitation.html"]
    used = {key for path in templates for key in re.findall(r"\bw\.(\w+)", path.read_text(encoding="utf-8"))}
    assert used - set(ENGLISH) == set()


def test_every_word_is_used():
    package = TEMPLATES.parent / "surveys"
    files = [*package.glob("*.py"), TEMPLATES.parent / "public_page.py", *TEMPLATES.rglob("*.html")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in files if path.name != "words.py")
    messages = {"closed_text", "too_many_text", "busy_text"}  # their keys are put together
    assert {
        key for key in ENGLISH if not re.search(rf"""["']{key}["']|\bw\.{key}\b""", code)
    } - messages == set()


def test_regions_and_directions():
    assert base("pt-BR") == base("pt_BR") == "pt" and words("de-AT") is OWN["de"]
    assert (direction("ar"), direction("he-IL"), direction("de")) == ("rtl", "rtl", "ltr")


# colours: WCAG 2.2, 1.4.3 (text 4.5:1) and 1.4.11 (controls 3:1)


def colours(dark: bool) -> dict[str, str]:
    blocks = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    found = dict(re.findall(r"--([\w-]+): (#\w+)", blocks[0]))
    return {**found, **dict(re.findall(r"--([\w-]+): (#\w+)", blocks[1]))} if dark else found


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio as WCAG defines it: (lighter + .05) / (darker + .05)."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_reckoned_as_published():
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#767676", "#fff") == pytest.approx(
        4.54, abs=0.005
    )  # the well-known lightest grey on white


@pytest.mark.parametrize("dark", [False, True])
def test_text_and_controls_stand_out(dark):
    c = colours(dark)
    for text, ground in (
        *(("ink", "paper"), ("ink", "ground"), ("soft", "paper"), ("soft", "ground"), ("ink", "bad-tint")),
        *(("accent", "paper"), ("accent", "ground"), ("accent", "tint"), ("on-accent", "accent")),
        *(("bad", "paper"), ("bad", "bad-tint"), ("ink", "tint")),
    ):
        assert contrast(c[text], c[ground]) >= 4.5, (text, ground)
    for control, ground in (("edge", "paper"), ("accent", "paper"), ("bad", "bad-tint")):
        assert contrast(c[control], c[ground]) >= 3, (control, ground)
