"""Lead: the relationship before the first purchase."""

from __future__ import annotations

from typing import Any

from relationship_crm.advocacy import lifecycle as advocacy
from relationship_crm.advocacy import referred_by
from relationship_crm.assessment import lifecycle
from relationship_crm.assessment.outbox import mark
from relationship_crm.campaigns import documents, optout
from relationship_crm.campaigns import lifecycle as campaigns
from relationship_crm.guard import never_in_the_way
from relationship_crm.surveys import lifecycle as surveys


def validate(doc: Any, method: str | None = None) -> None:
    """The customer a lead comes from recommended it; refuse a recommendation that cannot be."""
    referred_by.fill(doc)
    referred_by.check(doc)
    never_in_the_way(optout.dated)(doc)


def on_update(doc: Any, method: str | None = None) -> None:
    """The party has news; the record of its recommendation follows; it may be the response to a campaign."""
    referred_by.follow(doc)
    _mark(doc)
    never_in_the_way(documents.saved)(doc)
    never_in_the_way(optout.consented)(doc)


@never_in_the_way
def _mark(doc: Any) -> None:
    mark(doc, "Lead", doc.name, None, "saved")


def before_rename(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
    """Merging: fold the rows of the two relationships into one before Frappe rewrites the links."""
    if merge:
        advocacy.merge("Lead", old, new)
        lifecycle.merge("Lead", old, new)


def after_rename(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
    """Our rows name the party in plain text too."""
    lifecycle.rename("Lead", old, new)
    surveys.rename("Lead", old, new)
    campaigns.rename("Lead", old, new, merge)
    if merge:
        lifecycle.after_merge("Lead", new)
        advocacy.after_merge("Lead", new)
    mark(doc, "Lead", new, None, "merged" if merge else "renamed")


def on_trash(doc: Any, method: str | None = None) -> None:
    """Remove our rows, or they would keep the document from being deleted."""
    advocacy.remove("Lead", doc.name, doc.lead_name)
    surveys.remove("Lead", doc.name)
    campaigns.remove("Lead", doc.name)
    lifecycle.remove(doc, "Lead", doc.name)
