"""Signals defined on the desk: any DocType, a party, a date, filters and a value, without code and without SQL text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from pypika import Criterion
from pypika.queries import QueryBuilder
from pypika.terms import Case, Field

from relationship_crm.ledger.dialect import (
    AsDate,
    AsFloat,
    Divide,
    Greatest,
    Least,
    Matches,
    Value,
    column,
    query,
    table,
)
from relationship_crm.signals.base import Scope, Signal, select_events

CONSTANT = "Constant"
MAPPING = "Field mapping"
LINEAR = "Linear between two bounds"

_COMPARE: dict[str, Callable[[Field, Any], Criterion]] = {
    "=": lambda f, v: f == Value(v),
    "!=": lambda f, v: (f != Value(v)) | f.isnull(),
    ">": lambda f, v: f > Value(v),
    ">=": lambda f, v: f >= Value(v),
    "<": lambda f, v: f < Value(v),
    "<=": lambda f, v: f <= Value(v),
    "like": lambda f, v: Matches(f, str(v)),
    "not like": lambda f, v: Matches(f, str(v)).negate() | f.isnull(),
    "in": lambda f, v: f.isin([Value(x) for x in _listed(v)]),
    "not in": lambda f, v: f.notin([Value(x) for x in _listed(v)]) | f.isnull(),
    "between": lambda f, v: f[Value(_listed(v)[0]) : Value(_listed(v)[1])],
    "is": lambda f, v: _is_set(f) if str(v).lower() == "set" else ~_is_set(f),
}
#: Operators a desk signal's filters may use.
OPERATORS = tuple(_COMPARE)


def _listed(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    return list(value)


def _is_set(field: Field) -> Criterion:
    return field.notnull() & (field != Value(""))


def filter_criterion(t: Any, filters: list[list[Any]]) -> list[Criterion]:
    """Criteria of Frappe filters ([doctype, field, operator, value] or without the doctype).

    Raises ValueError for an operator that is not offered.
    """
    found = []
    for row in filters:
        fieldname, operator, value = row[1:4] if len(row) > 3 else row
        if str(operator).lower() not in _COMPARE:
            raise ValueError(f"operator {operator}")
        found.append(_COMPARE[str(operator).lower()](column(t, fieldname), value))
    return found


def desk_signal(row: Mapping[str, Any]) -> Signal:
    """The signal a Relationship Signal record describes.

    `row`: its fields (bounds and values in points 0..100), and what the DocType's meta says: `submittable`,
    `datetime_field` (the date field carries a time), `party_type_field` (for a Dynamic Link).
    """
    document_type, party_type = row["document_type"], row["party_type"]
    filters = json.loads(row.get("filters_json") or "[]")

    def events(scope: Scope) -> QueryBuilder:
        t = table(document_type)
        party, date = column(t, row["party_field"]), column(t, row["date_field"])
        statement = query().from_(t)
        value = _value(t, row)
        for criterion in filter_criterion(t, filters):
            statement = statement.where(criterion)
        if row.get("submittable"):
            statement = statement.where(t.docstatus == 1)
        if row.get("party_type_field"):
            statement = statement.where(column(t, row["party_type_field"]) == Value(party_type))
        statement = scope.limit(statement, date=date, created=t.creation, party=party, party_type=party_type)
        statement = statement.where(party.notnull() & date.notnull() & value.notnull())
        return select_events(
            statement,
            party_type=party_type,
            party=party,
            date=AsDate(date) if row.get("datetime_field") else date,
            known_at=t.creation,
            value=AsFloat(value),
            weight=AsFloat(Value(1)),
            voucher_type=document_type,
            voucher_no=t.name,
        )

    return Signal(
        key=row["signal_key"],
        label=row.get("label") or row["signal_key"],
        description=row.get("description") or "",
        dimensions=(row["dimension"],),
        weight=float(row.get("weight") or 0),
        half_life=float(row.get("half_life") or 0) or None,
        cap=float(row.get("cap") or 1),
        events=events,
        sources=(document_type,),
    )


def _value(t: Any, row: Mapping[str, Any]) -> Any:
    """The event's value 0..1; NULL = no event."""
    if row["value_type"] == CONSTANT:
        return Value(float(row.get("constant_value") or 0) / 100)
    field = column(t, row["value_field"])
    if row["value_type"] == LINEAR:
        low, high = float(row.get("lower_bound") or 0), float(row.get("upper_bound") or 0)
        part = Divide(field - Value(low), Value(high - low))
        return Least(Value(1.0), Greatest(Value(0.0), part))
    case = Case()
    for mapped in row.get("mapping") or ():
        case = case.when(field == Value(mapped["field_value"]), Value(float(mapped["value"] or 0) / 100))
    if not row.get("skip_unmapped"):
        case = case.else_(Value(float(row.get("other_value") or 0) / 100))
    return case
