"""Lead: the relationship before the first purchase."""

from __future__ import annotations

from typing import Any

from relationship_crm.assessment import lifecycle
from relationship_crm.assessment.outbox import mark
from relationship_crm.guard import never_in_the_way


@never_in_the_way
def on_update(doc: Any, method: str | None = None) -> None:
    """The party has news."""
    mark(doc, "Lead", doc.name, None, "saved")


def before_rename(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
    """Merging: fold the rows of the two relationships into one before Frappe rewrites the links."""
    if merge:
        lifecycle.merge("Lead", old, new)


def after_rename(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
    """Our rows name the party in plain text too."""
    lifecycle.rename("Lead", old, new)
    mark(doc, "Lead", new, None, "merged" if merge else "renamed")


def on_trash(doc: Any, method: str | None = None) -> None:
    """Remove our rows, or they would keep the document from being deleted."""
    lifecycle.remove(doc, "Lead", doc.name)
