"""Customer: the relationship follows it through insert, rename, merge and deletion."""

from __future__ import annotations

from typing import Any

from relationship_crm.advocacy import lifecycle as advocacy
from relationship_crm.advocacy import referred_by
from relationship_crm.assessment import lifecycle
from relationship_crm.assessment.outbox import mark
from relationship_crm.campaigns import lifecycle as campaigns
from relationship_crm.contracts import lifecycle as contracts
from relationship_crm.contracts import planning
from relationship_crm.guard import never_in_the_way
from relationship_crm.surveys import lifecycle as surveys

#: Fields whose change makes the stored state stale.
WATCHED = (
    *("customer_name", "customer_group", "territory", "account_manager", "disabled", "is_internal_customer"),
    *("lead_name", "prospect_name", "relationship_referred_by"),
    # a form opened before the last assessment writes back the stage of then
    *("relationship_stage", "relationship_rung", "relationship_composite", "relationship_dissolution"),
)


def validate(doc: Any, method: str | None = None) -> None:
    """Who recommended the lead recommended the customer; refuse a recommendation that cannot be."""
    referred_by.fill(doc)
    referred_by.check(doc)


@never_in_the_way
def after_insert(doc: Any, method: str | None = None) -> None:
    """A new party, or a lead that became one."""
    mark(doc, "Customer", doc.name, None, "inserted")
    mark(doc, "Customer", doc.get("relationship_referred_by"), None, "referred")


def on_update(doc: Any, method: str | None = None) -> None:
    """Another name, group, territory or origin."""
    referred_by.follow(doc)
    campaigns.became(doc)
    _mark_changes(doc)


@never_in_the_way
def _mark_changes(doc: Any) -> None:
    before = doc.get_doc_before_save()
    if not before or not any(doc.get(f) != before.get(f) for f in WATCHED):
        return
    mark(doc, "Customer", doc.name, None, "changed")
    for referrer in dict.fromkeys(
        (doc.get("relationship_referred_by"), before.get("relationship_referred_by"))
    ):
        mark(doc, "Customer", referrer, None, "referred")


def before_rename(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
    """Merging: fold the rows of the two relationships into one before Frappe rewrites the links."""
    if merge:
        advocacy.merge("Customer", old, new)
        lifecycle.merge("Customer", old, new)


def after_rename(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
    """Our rows name the party in plain text too."""
    lifecycle.rename("Customer", old, new)
    surveys.rename("Customer", old, new)
    campaigns.rename("Customer", old, new, merge)
    if merge:
        lifecycle.after_merge("Customer", new)
        advocacy.after_merge("Customer", new)
    contracts.renamed(new)
    mark(doc, "Customer", new, None, "merged" if merge else "renamed")


def on_trash(doc: Any, method: str | None = None) -> None:
    """Remove our rows, or they would keep the customer from being deleted."""
    advocacy.remove("Customer", doc.name, doc.customer_name)
    surveys.remove("Customer", doc.name)
    campaigns.remove("Customer", doc.name)
    planning.customer_deleted(doc.name)
    lifecycle.remove(doc, "Customer", doc.name)
