"""A price index that contracts are adjusted by."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, format_date, get_first_day, getdate


class ServicePriceIndex(Document):
    """Values by month. What was charged with a value that is corrected is charged, or credited, the difference."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        from relationship_crm.relationship_crm.doctype.service_price_index_value.service_price_index_value import (
            ServicePriceIndexValue,
        )

        index_name: DF.Data
        source: DF.Data | None
        values: DF.Table[ServicePriceIndexValue]
    # end: auto-generated types

    def validate(self) -> None:
        months = set()
        for row in self.values:
            row.month = get_first_day(getdate(row.month))
            if flt(row.value) <= 0:
                frappe.throw(_("Row {0}: an index is above zero.").format(row.idx))
            if row.month in months:
                frappe.throw(_("{0} is there twice.").format(format_date(row.month, "MMMM yyyy")))
            months.add(row.month)
        self.values.sort(key=lambda row: row.month)
        for idx, row in enumerate(self.values, start=1):
            row.idx = idx
