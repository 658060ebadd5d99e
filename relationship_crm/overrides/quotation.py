"""Quotation: a sign of talks, and of the sales person whose offers are taken."""

from __future__ import annotations

from typing import Any

from relationship_crm import stamp
from relationship_crm.assessment.outbox import mark
from relationship_crm.campaigns import documents
from relationship_crm.contracts import quoting
from relationship_crm.guard import never_in_the_way
from relationship_crm.policies import apply


def before_validate(doc: Any, method: str | None = None) -> None:
    """Stamp the stage, then let policies fill fields: pricing rules and terms see both."""
    never_in_the_way(stamp.stamp)(doc, doc.quotation_to, doc.party_name)
    apply.before_validate(doc, doc.quotation_to, doc.party_name)


def validate(doc: Any, method: str | None = None) -> None:
    """Let policies tell."""
    apply.on_validate(doc, doc.quotation_to, doc.party_name)


def before_submit(doc: Any, method: str | None = None) -> None:
    """Let policies stop it."""
    apply.before_submit(doc, doc.quotation_to, doc.party_name)


@never_in_the_way
def on_submit(doc: Any, method: str | None = None) -> None:
    """The party has news; a renewal is proposed; it may be the response to a campaign."""
    mark(doc, doc.quotation_to, doc.party_name, doc.transaction_date, "submitted")
    quoting.quotation_submitted(doc)
    documents.saved(doc)


@never_in_the_way
def on_cancel(doc: Any, method: str | None = None) -> None:
    """The party has news; nothing is proposed any more."""
    mark(doc, doc.quotation_to, doc.party_name, doc.transaction_date, "cancelled")
    quoting.quotation_cancelled(doc)
    documents.gone(doc)


def on_trash(doc: Any, method: str | None = None) -> None:
    """The renewal that it proposed would keep it from being deleted."""
    quoting.quotation_deleted(doc)
