"""What a criterion of a target list is: which conditions and values it takes, and whom it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

import frappe
from frappe.utils import add_days, getdate

from relationship_crm.ledger import gathered

IS, IS_NOT = "is", "is not"
AT_LEAST, AT_MOST = "at least", "at most"
WITHIN, NOT_WITHIN = "within days", "not within days"
SINCE, UNTIL = "on or after", "on or before"
#: Conditions that compare with a number of days, or with a day.
OF_DAYS, OF_DAY, OF_AMOUNT = (WITHIN, NOT_WITHIN), (SINCE, UNTIL), (AT_LEAST, AT_MOST)

#: Names by party type: long lists are compared as names, which costs less than as pairs.
Parties = Mapping[str, Set[str]]
#: A row of Campaign Target Rule.
Rule = Any
#: Choices by what is stored, with the words for it.
Choices = Callable[[], dict[str, str]]


@dataclass(frozen=True)
class Scope:
    """Of whom a list may consist: the party types ticked, the company whose business counts (empty: all), and everybody."""

    kinds: tuple[str, ...]
    company: str
    everybody: Parties


@dataclass(frozen=True)
class Criterion:
    """One criterion. `find` makes one query, and gives the parties that meet the rule; others of its result do not matter."""

    key: str
    #: Its words; a function, since the language is the reader's.
    label: Callable[[], str]
    operators: tuple[str, ...]
    find: Callable[[Rule, Scope], Parties]
    #: The DocType the value is chosen from.
    reference: Callable[[], str] | None = None
    reference_needed: bool = True
    choices: Choices | None = None
    dimensions: Choices | None = None
    #: Whether days may be given with "is" and "is not".
    days: bool = False
    #: Raises where a rule cannot be used.
    check: Callable[[Rule], None] | None = None


def of_one_kind(kind: str, names: Iterable[str]) -> Parties:
    """Parties of one type."""
    return {kind: set(names)}


def customers_in(query: Any, arguments: dict[str, Any] | None = None) -> Parties:
    """The customers that a query finds; its only column names them."""
    return of_one_kind("Customer", gathered.read_column(query, arguments))


def named_in(t: Any, query: Any, scope: Scope) -> Parties:
    """The parties in the rows of a query over a table that names them. A list of one type reads a column less."""
    if len(scope.kinds) == 1:
        (kind,) = scope.kinds
        return of_one_kind(kind, gathered.read_column(query.select(t.party).where(t.party_type == kind)))
    return parties_in(query.select(t.party_type, t.party))


def parties_in(query: Any) -> Parties:
    """The parties that a query finds: its columns are their type and name."""
    found: dict[str, set[str]] = {}
    for kind, name in gathered.read(query):
        found.setdefault(kind, set()).add(name)
    return found


def others(found: Parties, scope: Scope) -> Parties:
    """Everybody who was not found."""
    return {kind: names - found.get(kind, set()) for kind, names in scope.everybody.items()}


def unless(rule: Rule, found: Parties, scope: Scope) -> Parties:
    """What was found; with "is not", or "not within", everybody else."""
    return others(found, scope) if rule.operator in (IS_NOT, NOT_WITHIN) else found


def compared(rule: Rule, term: Any, value: Any) -> Any:
    """A term held against a value by the rule's condition."""
    return term >= value if rule.operator in (AT_LEAST, SINCE, WITHIN) else term <= value


def first_day(rule: Rule) -> Any:
    """The first of the rule's last days: of 30 days the thirtieth before today."""
    return add_days(getdate(), -rule.days)


def reference_of_lead_source() -> str:
    """The DocType of a lead's source; ERPNext renamed it."""
    return frappe.get_meta("Lead").get_field(lead_source_field()).options


def lead_source_field() -> str:
    """The field of Lead that names its source; ERPNext renamed it."""
    return "source" if frappe.get_meta("Lead").has_field("source") else "utm_source"
