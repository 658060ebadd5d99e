"""Small things about text."""

from __future__ import annotations

import re


def scrub(text: str) -> str:
    """A label as Frappe makes a fieldname of it."""
    return re.sub(r"[\s\-]+", "_", text.strip()).lower()
