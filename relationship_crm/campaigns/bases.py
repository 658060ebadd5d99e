"""On what the cost of a campaign is booked: a project, a cost center, or a value of an accounting dimension.

Each is a column of GL Entry and of the rows of purchases. Values of a tree (cost centers, some dimensions) stand for all
below them, as in ERPNext's budgets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import frappe

CAMPAIGN = "Relationship Campaign"
PROJECT, COST_CENTER, DIMENSION = "Project", "Cost Center", "Accounting Dimension"
#: Columns of a campaign that say what its basis is.
FIELDS = (
    *("name", "company", "cost_basis", "project", "cost_center", "accounting_dimension"),
    *("dimension_doctype", "dimension_value", "erpnext_campaign", "include_hours"),
)


@dataclass(frozen=True)
class Basis:
    """What a campaign's cost is booked on; `value` is empty where none was chosen yet."""

    campaign: str
    company: str
    column: str  # of GL Entry
    doctype: str
    value: str
    hours: bool = True  # from timesheets too


def of_campaigns(campaigns: Iterable[str]) -> list[Basis]:
    """The bases of campaigns, by two queries."""
    rows = frappe.get_all(
        CAMPAIGN, filters={"name": ["in", list(campaigns)]}, fields=list(FIELDS), order_by="name asc"
    )
    columns = dimension_columns({row.accounting_dimension for row in rows if row.cost_basis == DIMENSION})
    return [of(row, columns) for row in rows]


def of(row: Mapping[str, Any], columns: Mapping[str, str] | None = None) -> Basis:
    """The basis of a campaign, given as a document or its columns."""
    kind = row.get("cost_basis") or PROJECT
    hours = bool(row.get("include_hours"))
    company = row.get("company") or ""
    name = row.get("name") or ""
    if kind == PROJECT:
        return Basis(name, company, "project", PROJECT, row.get("project") or "", hours)
    if kind == COST_CENTER:
        return Basis(name, company, "cost_center", COST_CENTER, row.get("cost_center") or "", hours)
    dimension = row.get("accounting_dimension") or ""
    if columns is None:
        columns = dimension_columns({dimension})
    column = columns.get(dimension, "")
    value = _dimension_value(row) if column else ""
    return Basis(name, company, column, row.get("dimension_doctype") or "", value, hours)


def _dimension_value(row: Mapping[str, Any]) -> str:
    """A dimension over campaigns needs no value: it is the campaign itself, or ERPNext's of it."""
    if row.get("dimension_doctype") == CAMPAIGN:
        return row.get("name") or ""
    own = row.get("erpnext_campaign") if row.get("dimension_doctype") == "Campaign" else ""
    return row.get("dimension_value") or own or ""


def dimension_columns(dimensions: Iterable[str]) -> dict[str, str]:
    """The column that each accounting dimension has on GL Entry; those that have none yet are missing."""
    wanted = sorted(name for name in dimensions if name)
    if not wanted:
        return {}
    rows = frappe.get_all(
        DIMENSION,
        filters={"name": ["in", wanted]},
        fields=["name", "fieldname"],
        order_by="name asc",
    )
    return {row.name: row.fieldname for row in rows if frappe.db.has_column("GL Entry", row.fieldname)}


def below(doctype: str, values: Iterable[str]) -> dict[str, list[str]]:
    """Of each value the values of the tree that it stands for: itself and all below. One query."""
    return _related(doctype, values, lambda one, other: one.lft <= other.lft and other.rgt <= one.rgt)


def above(doctype: str, values: Iterable[str]) -> dict[str, list[str]]:
    """Of each value the values of the tree that stand for it: itself and all above. One query."""
    return _related(doctype, values, lambda one, other: other.lft <= one.lft and one.rgt <= other.rgt)


def _related(doctype: str, values: Iterable[str], holds: Any) -> dict[str, list[str]]:
    wanted = sorted(set(values))
    if not wanted or not frappe.get_meta(doctype).is_nested_set():
        return {value: [value] for value in wanted}
    table = frappe.qb.DocType(doctype)
    nodes = frappe.qb.from_(table).select(table.name, table.lft, table.rgt).run(as_dict=True)
    by_name = {node.name: node for node in nodes}
    return {
        value: [node.name for node in nodes if holds(by_name[value], node)] if value in by_name else [value]
        for value in wanted
    }


def by_column(bases: Sequence[Basis]) -> dict[tuple[str, str], list[Basis]]:
    """Bases that have a value, by their column and its DocType."""
    found: dict[tuple[str, str], list[Basis]] = defaultdict(list)
    for basis in bases:
        if basis.column and basis.value:
            found[basis.column, basis.doctype].append(basis)
    return dict(found)
