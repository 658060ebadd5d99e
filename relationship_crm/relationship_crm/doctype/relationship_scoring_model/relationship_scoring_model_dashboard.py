"""Connections of a scoring model."""

from typing import Any


def get_data() -> dict[str, Any]:
    """The relationships that were scored by it."""
    return {"fieldname": "scoring_model", "transactions": [{"items": ["Relationship"]}]}
