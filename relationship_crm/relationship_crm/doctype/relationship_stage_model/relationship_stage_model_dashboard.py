"""Connections of a ladder."""

from typing import Any


def get_data() -> dict[str, Any]:
    """Its stages, and the relationships that stand on it."""
    return {"fieldname": "stage_model", "transactions": [{"items": ["Relationship Stage", "Relationship"]}]}
