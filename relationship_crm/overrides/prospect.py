"""Prospect: the relationship before the first purchase."""

from __future__ import annotations

from typing import Any

from relationship_crm.assessment import lifecycle
from relationship_crm.assessment.outbox import mark
from relationship_crm.campaigns import lifecycle as campaigns
from relationship_crm.guard import never_in_the_way
from relationship_crm.surveys import lifecycle as surveys


@never_in_the_way
def on_update(doc: Any, method: str | None = None) -> None:
    """The party has news."""
    mark(doc, "Prospect", doc.name, None, "saved")


def before_rename(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
    """Merging: fold the rows of the two relationships into one before Frappe rewrites the links."""
    if merge:
        lifecycle.merge("Prospect", old, new)


def after_rename(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
    """Our rows name the party in plain text too."""
    lifecycle.rename("Prospect", old, new)
    surveys.rename("Prospect", old, new)
    campaigns.rename("Prospect", old, new, merge)
    if merge:
        lifecycle.after_merge("Prospect", new)
    mark(doc, "Prospect", new, None, "merged" if merge else "renamed")


def on_trash(doc: Any, method: str | None = None) -> None:
    """Remove our rows, or they would keep the document from being deleted."""
    surveys.remove("Prospect", doc.name)
    campaigns.remove("Prospect", doc.name)
    lifecycle.remove(doc, "Prospect", doc.name)
