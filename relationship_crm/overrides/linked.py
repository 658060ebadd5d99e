"""What contracts of ours link without needing it: ERPNext's Contract, a Blanket Order, a Project, and what bills them."""

from __future__ import annotations

from typing import Any

from relationship_crm.contracts import links


def on_cancel(doc: Any, method: str | None = None) -> None:
    """A service contract that links it does not hold it."""
    links.let_cancel(doc)


def on_trash(doc: Any, method: str | None = None) -> None:
    """Service contracts go on without it."""
    links.free(doc.doctype, doc.name)
