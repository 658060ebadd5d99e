"""From one unit into another: by the item's own conversions, else by ERPNext's table of units."""

from __future__ import annotations

import frappe
from frappe.utils import flt
from frappe.utils.caching import request_cache

HOUR = "Hour"


@request_cache
def factor(from_uom: str, to_uom: str, item: str | None = None) -> float:
    """How many of a unit one of another is: 1 day is 8 hours as the table of units says; 0 where nobody said."""
    if from_uom == to_uom:
        return 1.0
    if item:
        # an item counts its units in its stock unit
        own = {row.uom: flt(row.conversion_factor) for row in frappe.get_cached_doc("Item", item).uoms}
        own.setdefault(frappe.get_cached_value("Item", item, "stock_uom"), 1.0)
        if own.get(from_uom) and own.get(to_uom):
            return own[from_uom] / own[to_uom]
    row = frappe.qb.DocType("UOM Conversion Factor")
    pair = (from_uom, to_uom)
    query = frappe.qb.from_(row).select(row.from_uom, row.to_uom, row.value)
    found = query.where(row.from_uom.isin(pair) & row.to_uom.isin(pair) & (row.value > 0)).run()
    # the table says of some units that one of them is one of them
    ways = {(one, other): flt(value) for one, other, value in found}
    if pair in ways:
        return ways[pair]
    return 1 / ways[pair[::-1]] if pair[::-1] in ways else 0.0
