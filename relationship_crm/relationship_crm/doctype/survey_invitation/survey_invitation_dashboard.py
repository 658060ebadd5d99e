"""Connections of an invitation."""

from typing import Any


def get_data() -> dict[str, Any]:
    return {"fieldname": "invitation", "transactions": [{"items": ["Survey Response"]}]}
