"""What contracts promise against what was delivered: by line, by period, by contract, by customer; and until when it lasts."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import frappe
import numpy as np
from frappe import _
from frappe.utils import format_date, getdate
from pypika.terms import Criterion

from relationship_crm.contracts import overview, terms, usage
from relationship_crm.contracts.overview import ALL, NEARLY, Standing
from relationship_crm.contracts.periods import quantities
from relationship_crm.contracts.terms import HOURS, INCIDENTS, QUANTITY, VISITS, Promise
from relationship_crm.relationship_crm.report import rows

LINE, PERIOD, CONTRACT, CUSTOMER = "Line", "Period", "Contract", "Customer"
#: Views that put lines together, by what of the contract.
GATHERED = {CONTRACT: "contract", CUSTOMER: "customer"}
#: Figures of a line are those of the period of the day, or of all periods since the start.
PRESENT, SINCE = "Present Period", "Since the Start"
#: Any state, where none stands for what is in force on the day.
ANY = "Any"
COUNTED = (HOURS, VISITS, INCIDENTS, QUANTITY)
QUANTITIES = ("included", "carried", "used", "left", "overage")
MONTHS_SHOWN = 12
#: More rows than anybody reads.
MOST = 20_000
#: As likely as not, and more: lines that are said to run out.
PROBABLE = 0.6


def execute(filters: dict[str, Any] | None = None) -> tuple:
    """Columns, rows, message, chart, summary."""
    filters = frappe._dict(filters or {})
    filters.as_of = getdate(filters.as_of)
    promises = _promises(filters)
    standing = overview.standing(usage.figures(promises, filters.as_of), filters.as_of)
    shown = _shown(standing, filters)
    field = GATHERED.get(filters.view)
    if filters.view == PERIOD:
        found = _of_periods(standing, shown)
    else:
        found = _of_lines(standing, shown, filters.figures == SINCE)
    data = _gathered(found, field) if field else found
    message = _message(filters, len(data))
    return (
        _columns(filters),
        data[:MOST],
        message,
        _chart(standing, shown, filters),
        _summary(standing, shown),
    )


# which lines


def _promises(filters: frappe._dict) -> list[Promise]:
    """The lines that count something, of contracts that have begun and the user may see, as the filters say."""
    head = frappe.qb.DocType("Service Contract")
    criterion: Criterion = overview.begun(filters.as_of)
    wanted: list[list[Any]] = [["start_date", "<=", filters.as_of]]
    exact = {"company": filters.company, "customer": filters.customer, "name": filters.contract}
    if filters.state and filters.state != ANY:
        exact["state"] = filters.state
    for column, value in exact.items():
        if value:
            wanted.append([column, "=", value])
            criterion &= head[column] == value
    if not filters.state:
        criterion &= terms.in_force(filters.as_of)
    counts = (filters.counts,) if filters.counts else COUNTED
    found = [promise for promise in overview.visible(wanted, criterion) if promise.counts in counts]
    return _of_group(found, filters.item_group) if filters.item_group else found


def _of_group(promises: list[Promise], group: str) -> list[Promise]:
    """Lines of an item group or of one of its items."""
    branch = set(rows.branch("Item Group", group))
    items = {promise.row.item_code for promise in promises if promise.row.item_code}
    belongs = frappe.get_all(
        "Item", {"name": ("in", sorted(items))}, ["name", "item_group"], order_by="name asc", as_list=True
    )
    group_of = dict(belongs)
    return [p for p in promises if (group_of.get(p.row.item_code) or p.row.item_group) in branch]


def _shown(standing: Standing, filters: frappe._dict) -> list[int]:
    """Positions of the lines that are shown: those in force on the day, unless a state is asked for."""
    begun = standing.balances.period >= 0
    return np.flatnonzero(begun if filters.state else begun & standing.in_force).tolist()


# the table


def _of_lines(standing: Standing, shown: list[int], since_start: bool) -> list[dict[str, Any]]:
    """One row a line."""
    sums = _since_start(standing) if since_start else None
    found = []
    for at in shown:
        row = _row(standing, at)
        start, end = standing.period(at) or (None, None)
        row["period_start"] = standing.promises[at].line.start if sums else start
        row["period_end"] = end
        if sums:
            row.update({name: _known(values[at]) for name, values in sums.items()})
        else:
            row.update({name: _known(getattr(standing.balances, name)[at]) for name in QUANTITIES})
        share = row["used"] / row["included"] if sums and row["included"] else standing.share[at]
        row["share"] = None if sums and not row["included"] else _percent(share)
        row["runs_out"], row["forecast"] = standing.runs_out(at), standing.in_words(at)
        row["nearly"] = int(standing.share[at] >= NEARLY)
        found.append(row)
    return found


def _since_start(standing: Standing) -> dict[str, np.ndarray]:
    """Sums of all periods that have begun, by line. What is left is that of the present period: the rest has lapsed."""
    book = standing.book
    periods, folded = book.periods, book.folded
    begun = np.arange(periods.size) <= standing.balances.period[periods.line]

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(periods.line[begun], quantities(values)[begun], minlength=book.lines.size)

    return {
        "included": total(periods.included),
        "used": total(folded.used),
        "left": standing.balances.left,
        "overage": total(folded.over),
    }


def _of_periods(standing: Standing, shown: list[int]) -> list[dict[str, Any]]:
    """One row a line and period, up to that of the day."""
    book, found = standing.book, []
    folded, periods = book.folded, book.periods
    values = {
        "included": quantities(periods.included),
        "carried": quantities(folded.carried),
        "used": quantities(folded.used),
        "left": quantities(folded.left),
        "overage": quantities(folded.over),
    }
    for at in shown:
        last = int(standing.balances.period[at])
        for position in range(int(periods.bounds[at]), last + 1):
            row = _row(standing, at)
            row["period_start"], row["period_end"] = periods.dates(position)
            row.update({name: _known(array[position]) for name, array in values.items()})
            available = values["included"][position] + values["carried"][position]
            row["share"] = _percent(row["used"] / available) if 0 < available < np.inf else None
            if position == last:
                row["runs_out"], row["forecast"] = standing.runs_out(at), standing.in_words(at)
            found.append(row)
            if len(found) > MOST:
                return found
    return found


def _row(standing: Standing, at: int) -> dict[str, Any]:
    promise = standing.promises[at]
    return {
        "contract": promise.contract,
        "customer": promise.head.customer,
        "customer_name": promise.head.customer_name,
        "company": promise.head.company,
        "state": promise.head.state,
        "line": promise.title,
        "line_key": promise.key,
        "unit": standing.unit(at),
        "unlimited": int(promise.line.unlimited),
    }


def _gathered(found: list[dict[str, Any]], field: str) -> list[dict[str, Any]]:
    """Lines that count in the same unit put together. Hours and visits are not added up, nor limited and unlimited lines."""
    groups: dict[tuple, list[dict[str, Any]]] = defaultdict(list)
    for row in found:
        groups[row[field], row["unit"], row["unlimited"]].append(row)
    data = []
    for group in groups.values():
        first = group[0]
        row = {name: first[name] for name in ("customer", "customer_name", "company", "unit", "unlimited")}
        if field == "contract":
            row.update(contract=first["contract"], state=first["state"])
        row.update(lines=len(group), nearly=sum(each["nearly"] for each in group))
        row["period_start"] = min(each["period_start"] for each in group)
        row["period_end"] = max(each["period_end"] for each in group)
        for name in QUANTITIES:
            known = [each[name] for each in group if each.get(name) is not None]
            row[name] = sum(known) if known else None
        available = (row["included"] or 0) + (row.get("carried") or 0)
        row["share"] = _percent(row["used"] / available) if available else None
        data.append(row)
    return data


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _percent(share: float) -> float | None:
    return float(share) * 100 if np.isfinite(share) else None


def _columns(filters: frappe._dict) -> list[dict[str, Any]]:
    """The report's columns."""
    gathered = filters.view in GATHERED
    found = []
    if filters.view != CUSTOMER:
        found.append(rows.column("contract", _("Contract"), "Link", 140, options="Service Contract"))
    found.append(rows.column("customer", _("Customer"), "Link", 170, options="Customer"))
    if not gathered:
        found.append(rows.column("line", _("Promise", context="Service Contract"), "Data", 180))
    found.append(rows.column("unit", _("Unit"), "Data", 90))
    if gathered:
        found.append(rows.column("lines", _("Lines", context="Service Contract"), "Int", 80))
    else:
        found += [
            rows.column("period_start", _("From"), "Date", 120),
            rows.column("period_end", _("Until", context="Day"), "Date", 120),
        ]
    found.append(rows.column("included", _("Included"), "Float", 100, precision=2))
    if filters.figures != SINCE or filters.view == PERIOD:
        found.append(rows.column("carried", _("Carried Over"), "Float", 115, precision=2))
    found += [
        rows.column("used", _("Used"), "Float", 100, precision=2),
        rows.column("left", _("Left", context="Quantity"), "Float", 100, precision=2),
        rows.column("overage", _("Beyond It"), "Float", 105, precision=2),
        rows.column("share", _("Share Used"), "Percent", 110),
    ]
    if gathered:
        found.append(rows.column("nearly", _("Lines Above {0} %").format(round(100 * NEARLY)), "Int", 160))
    else:
        found += [
            rows.column("runs_out", _("Used Up On"), "Date", 120),
            rows.column("forecast", _("Forecast"), "Data", 400),
        ]
    if filters.view != CUSTOMER:
        found.append(rows.column("state", _("State", context="Service Contract"), "Data", 100))
    if filters.view == LINE and not filters.company:
        found.append(rows.column("company", _("Company"), "Link", 140, options="Company"))
    return found


# around the table


def _message(filters: frappe._dict, number: int) -> str:
    told = [
        _(
            "Where lines stand on {0}. The day on which a line is used up comes from the pace of the last 90 days; the days after "
            "it are the interval in which it lies in 80 % of cases."
        ).format(format_date(filters.as_of))
    ]
    if number > MOST:
        told.append(_("Only the first {0} rows are shown; choose a customer or a contract.").format(MOST))
    return f'<div class="text-muted small">{frappe.utils.escape_html(" ".join(told))}</div>'


def _chart(standing: Standing, shown: list[int], filters: frappe._dict) -> dict[str, Any] | None:
    """Contracted against delivered by month, of the unit in which most of the lines count."""
    units = Counter(standing.unit(at) for at in shown if standing.promises[at].limited)
    if not units:
        return None
    unit = units.most_common(1)[0][0]
    marked = np.zeros(standing.book.lines.size, dtype=bool)
    marked[[at for at in shown if standing.unit(at) == unit]] = True
    months = overview.months_of(standing.book, marked, filters.as_of, MONTHS_SHOWN)
    if not months:
        return None
    return {
        "data": {
            "labels": [format_date(first, "MMM yy") for first, *_values in months],
            "datasets": [
                {"name": _("Contracted, {0}").format(unit), "values": [round(m[1], 2) for m in months]},
                {"name": _("Delivered, {0}").format(unit), "values": [round(m[2], 2) for m in months]},
            ],
        },
        "type": "bar",
        "colors": ["#a9cdbf", "#1f6b5c"],
        "barOptions": {"spaceRatio": 0.4},
        "fieldtype": "Float",
    }


def _summary(standing: Standing, shown: list[int]) -> list[dict[str, Any]]:
    """The figures above the chart."""
    at = np.array(shown, dtype=np.int64)
    share, chance = standing.share[at], standing.out.chance[at]
    used_up = int((share >= ALL).sum())
    nearly = int((share >= NEARLY).sum()) - used_up
    open_ = np.nan_to_num(share, nan=0.0) < ALL
    probable = int((open_ & (np.nan_to_num(chance) >= PROBABLE)).sum())
    contracts = len({standing.promises[i].contract for i in shown})
    return [
        {"label": _("Contracts", context="Service Contract"), "value": contracts, "datatype": "Int"},
        {"label": _("Lines", context="Service Contract"), "value": len(shown), "datatype": "Int"},
        {
            "label": _("{0} % and More Used").format(round(100 * NEARLY)),
            "value": nearly,
            "datatype": "Int",
            "indicator": "Orange" if nearly else "Green",
        },
        {
            "label": _("Used Up"),
            "value": used_up,
            "datatype": "Int",
            "indicator": "Red" if used_up else "Green",
        },
        {"label": _("Will Probably Run Out"), "value": probable, "datatype": "Int"},
    ]
