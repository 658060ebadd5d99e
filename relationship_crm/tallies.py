"""Counts that are added up: what became of things done in handfuls."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeVar

T = TypeVar("T", bound="Tallies")


@dataclass
class Tallies:
    """Numbers of several kinds; a subclass has a field for each."""

    def add(self: T, other: T) -> None:
        """Add up, kind by kind."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))
