"""What was told in a survey: each answer has a record of its own."""

from __future__ import annotations

from typing import Any


def answer_to(response: Any, item_key: str) -> dict[str, Any]:
    """Filters of the record that keeps what a response says to one question."""
    return {"response": response.name, "response_item": item_key or ("is", "not set")}
