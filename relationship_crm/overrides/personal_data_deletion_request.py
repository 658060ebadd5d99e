"""Personal Data Deletion Request: what somebody said in surveys and to campaigns goes too."""

from __future__ import annotations

from typing import Any

from relationship_crm.campaigns import retention
from relationship_crm.surveys import privacy

#: States before the erasure begins.
ASKED = ("Pending Verification", "On Hold")


def on_update(doc: Any, method: str | None = None) -> None:
    """Frappe writes down what it is about to erase, then overwrites it, row by row; ours is emptied before.

    Frappe knows rows by an e-mail address in them, and would put placeholders there. Answers, follow-ups and phone numbers
    hang on those rows, so they are found first.
    """
    if doc.deletion_steps and doc.status not in ASKED:
        privacy.erase(doc.email)
        retention.erase(doc.email)
