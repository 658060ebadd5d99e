"""Contact: who is asked."""

from __future__ import annotations

from typing import Any

from relationship_crm.campaigns import lifecycle as campaigns
from relationship_crm.campaigns import optout
from relationship_crm.contracts import links
from relationship_crm.guard import never_in_the_way
from relationship_crm.surveys import lifecycle


@never_in_the_way
def validate(doc: Any, method: str | None = None) -> None:
    """The day of a consent or refusal."""
    optout.dated(doc)


@never_in_the_way
def on_update(doc: Any, method: str | None = None) -> None:
    """Who agrees to campaigns again gets them again."""
    optout.consented(doc)


def on_trash(doc: Any, method: str | None = None) -> None:
    """Take the contact off our rows, or they would keep it from being deleted."""
    lifecycle.forget_contact(doc.name)
    campaigns.forget_contact(doc.name)
    links.free(doc.doctype, doc.name)
