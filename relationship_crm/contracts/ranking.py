"""How well articles fit a subject. Arithmetic only: no Frappe.

A word weighs more the fewer of N articles have it (n), and three times as much in the title as in the text:

    score = Σ w · (3 in the title + 1 in the text) / (4 · Σ w)        w = ln(1 + N/n), where none has it ln 2

A word that no article has weighs as little as one that all have: neither tells one article from another.
Words are compared by their beginnings, so that "printers" finds "printer" and inflected languages work too.
"""

from __future__ import annotations

import re
from math import log

#: Words shorter than this say too little; endings of this length are left out of the comparison.
SHORTEST, ENDING = 3, 2
#: What is left of a word at least, and how many words are compared.
LEAST, MOST = 4, 8
IN_TITLE, IN_TEXT = 3, 1


def stems_of(text: str) -> list[str]:
    """The beginnings of a text's words, each once, the longest words first: they tell the most."""
    words = dict.fromkeys(re.findall(r"\w+", (text or "").casefold()[:500]))
    told = sorted((word for word in words if len(word) >= SHORTEST), key=lambda word: (-len(word), word))
    return list(dict.fromkeys(stem(word) for word in told))[:MOST]


def stem(word: str) -> str:
    """A word without its ending, but four letters of it at least: "printers" and "printer" begin alike."""
    return word[: max(len(word) - ENDING, LEAST)]


def ranking(stems: list[str], articles: list[tuple[str, str]], total: int) -> list[float]:
    """How well articles (title, text) fit, 0 to 1, in their order. `total`: articles there are, for the weights of words."""
    words = [tuple(set(re.findall(r"\w+", part.casefold())) for part in article) for article in articles]
    hits = [[[_begins(part, stem) for part in parts] for stem in stems] for parts in words]
    having = [sum(any(article[at]) for article in hits) for at in range(len(stems))]
    weights = [log(1 + total / number) if number else log(2) for number in having]
    most = (IN_TITLE + IN_TEXT) * sum(weights)
    return [
        sum(
            weight * (IN_TITLE * in_title + IN_TEXT * in_text)
            for weight, (in_title, in_text) in zip(weights, article, strict=True)
        )
        / most
        for article in hits
    ]


def _begins(words: set[str], stem: str) -> bool:
    return any(word.startswith(stem) for word in words)
