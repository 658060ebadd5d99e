"""Connections of a stage."""

from typing import Any


def get_data() -> dict[str, Any]:
    """The relationships that stand on it, by the ledger or by hand."""
    return {"fieldname": "stage", "transactions": [{"items": ["Relationship", "Relationship Override"]}]}
