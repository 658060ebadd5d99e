"""Communication: a contact, answered or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from relationship_crm.assessment.outbox import mark
from relationship_crm.assessment.parties import Key
from relationship_crm.campaigns import replies
from relationship_crm.guard import never_in_the_way


def parties_of(doc: Any) -> Iterator[Key]:
    """The parties a communication is linked to."""
    yield doc.reference_doctype, doc.reference_name
    for link in doc.get("timeline_links") or ():
        yield link.link_doctype, link.link_name


def _mark_all(doc: Any, action: str) -> None:
    if doc.communication_type == "Communication":
        for party_type, party in dict.fromkeys(parties_of(doc)):
            mark(doc, party_type, party, doc.communication_date, action)


@never_in_the_way
def after_insert(doc: Any, method: str | None = None) -> None:
    """The parties have news; it may answer a campaign."""
    _mark_all(doc, "inserted")
    replies.received(doc)


@never_in_the_way
def on_trash(doc: Any, method: str | None = None) -> None:
    """The parties have news."""
    _mark_all(doc, "deleted")
    replies.deleted(doc)
