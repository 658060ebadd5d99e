"""Whom a user may read: figures of campaigns count nobody else.

Like results of surveys, figures are made of rows with the reader's permissions. Whoever may read all customers, leads and
prospects sees the company's figures; somebody with one territory sees that territory's, and reports say so.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import frappe
from frappe import _

from relationship_crm.permissions import PARTY_TYPES, reads_every

Party = tuple[str, str]  # type, name


class Sight:
    """The customers, leads and prospects the session's user may read; at most a query a type."""

    @cached_property
    def _names(self) -> dict[str, set[str] | None]:
        """By type; None is everybody."""
        return {kind: None if reads_every(kind) else _readable(kind) for kind in PARTY_TYPES}

    @property
    def whole(self) -> bool:
        """Whether that is everybody."""
        return all(names is None for names in self._names.values())

    def sees(self, party: Party) -> bool:
        """Whether a party is among them."""
        kind, name = party
        if kind not in self._names:
            return self.whole
        names = self._names[kind]
        return names is None or name in names

    def customers(self) -> list[str] | None:
        """The customers among them, None for all."""
        names = self._names["Customer"]
        return None if names is None else sorted(names)

    def chosen(self, parties: Iterable[Party]) -> list[Party]:
        """Those of some parties that may be read."""
        return [party for party in parties if self.sees(party)]

    def note(self) -> str:
        """What a report says where figures are not the whole company's, "" where they are."""
        if self.whole:
            return ""
        return _(
            "Only customers, leads and prospects that you may read are counted. Costs are those of the whole campaign."
        )


def _readable(kind: str) -> set[str]:
    try:
        return set(frappe.get_list(kind, pluck="name", order_by="name asc"))
    except frappe.PermissionError:
        return set()
