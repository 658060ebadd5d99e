"""Conditions and terms that several sources share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pypika.terms import Case, Criterion, Function

from relationship_crm.ledger.dialect import Value
from relationship_crm.signals.base import LISTS, Scope

#: Who a relationship can be with.
PARTY_TYPES = tuple(LISTS)
#: A limit that limits nothing: the query it stands on is worked out by itself, once.
ALL = 2**63 - 1


def case(*pairs: tuple[Any, Any], otherwise: Any = None) -> Case:
    """``CASE WHEN … THEN … ELSE … END``; plain Python values are bound."""
    term = Case()
    for condition, result in pairs:
        term = term.when(condition, bound(result))
    return term if otherwise is None else term.else_(bound(otherwise))


def bound(value: Any) -> Any:
    """A term as it is, anything else as a bound value."""
    return value if hasattr(value, "get_sql") else Value(value)


def one_of(term: Any, values: Sequence[str]) -> Criterion:
    """``term IN (…)`` with bound values."""
    return term.isin([Value(value) for value in values])


def filled(term: Any) -> Criterion:
    """Neither NULL nor empty: Frappe stores both for "not set"."""
    return term != Value("")


def part(text: Any, start: int, length: int | None = None) -> Function:
    """A part of a text, counted from 1."""
    return Function("SUBSTR", text, start) if length is None else Function("SUBSTR", text, start, length)


def own_invoice(invoice: Any) -> Criterion:
    """A Sales Invoice that is business of its own: submitted, no opening balance, no merged POS sales, not internal."""
    return (
        (invoice.docstatus == 1)
        & (invoice.is_opening == Value("No"))
        & (invoice.is_consolidated == 0)
        & (invoice.is_internal_customer == 0)
    )


def of_any_party(scope: Scope, party_type: Any, party: Any) -> Criterion:
    """The party behind a dynamic link is a customer, lead or prospect, in a restricted scope one of those given."""
    if not scope.restricted:
        return one_of(party_type, PARTY_TYPES) & filled(party)
    return Criterion.any([(party_type == Value(name)) & scope.one_of(party, name) for name in PARTY_TYPES])
