"""Event: a meeting, kept or not."""

from __future__ import annotations

from typing import Any

from relationship_crm.assessment.outbox import mark
from relationship_crm.guard import never_in_the_way


def _mark_all(doc: Any, action: str) -> None:
    for row in doc.get("event_participants") or ():
        mark(doc, row.reference_doctype, row.reference_docname, doc.starts_on, action)


@never_in_the_way
def on_update(doc: Any, method: str | None = None) -> None:
    """The participants have news."""
    _mark_all(doc, "saved")


@never_in_the_way
def on_trash(doc: Any, method: str | None = None) -> None:
    """The participants have news."""
    _mark_all(doc, "deleted")
