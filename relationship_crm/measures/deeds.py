"""What customers did for us, a row a deed: the columns in which several sources tell of it."""

from __future__ import annotations

from typing import Any

from pypika.queries import QueryBuilder

from relationship_crm.ledger.dialect import AsDate, Value


def deed(statement: QueryBuilder, kind: str, *, party: Any, subject: Any, day: Any) -> QueryBuilder:
    """The statement selecting the measure a deed counts for, whose it is, what was given, and its day (None: always)."""
    return statement.select(
        Value(kind).as_("kind"),
        party.as_("party"),
        subject.as_("subject"),
        (Value(None) if day is None else AsDate(day)).as_("day"),
    )
