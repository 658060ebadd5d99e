"""Texts are written here and translated by whoever shows them: on a site Frappe's `_` takes the place of `untranslated`."""

from __future__ import annotations

from collections.abc import Callable

Translate = Callable[[str], str]


def untranslated(text: str) -> str:
    """The text itself."""
    return text
