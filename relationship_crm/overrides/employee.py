"""Employee: who was planned."""

from __future__ import annotations

from typing import Any

from relationship_crm.contracts import planning


def on_trash(doc: Any, method: str | None = None) -> None:
    """Appointments that were called off do not keep an employee from being deleted."""
    planning.employee_deleted(doc.name)
