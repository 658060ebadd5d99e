"""Error Log: what Frappe writes down of a failed request may hold a survey's link, and a link is a key."""

from __future__ import annotations

import re
from typing import Any

from relationship_crm.surveys.token import LENGTH

#: In an address; Frappe itself blots out variables that are called token.
LINK = re.compile(rf"/s/[A-Za-z0-9_-]{{{LENGTH}}}")


def before_insert(doc: Any, method: str | None = None) -> None:
    """The log says that it was a survey's page, not whose."""
    for field in ("method", "error"):
        if "/s/" in (doc.get(field) or ""):
            doc.set(field, LINK.sub("/s/…", doc.get(field)))
