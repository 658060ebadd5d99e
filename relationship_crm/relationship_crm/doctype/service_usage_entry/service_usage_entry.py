"""One use of a contract line, written from the voucher that used it."""

import frappe
from frappe import _
from frappe.model.document import Document


class ServiceUsageEntry(Document):
    """Append-only: cancelling a voucher writes the reversal."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        agreed_by: DF.Data | None
        company: DF.Link | None
        contract: DF.Link
        customer: DF.Link | None
        employee: DF.Data | None
        is_cancelled: DF.Check
        item_code: DF.Data | None
        kind: DF.Literal["Use", "Return", "Adjustment", "Reversal"]
        line_key: DF.Data | None
        line_title: DF.Data | None
        note: DF.SmallText | None
        posting_date: DF.Date
        qty: DF.Float
        reversal_of: DF.Data | None
        uom: DF.Data | None
        voucher_detail: DF.Data | None
        voucher_no: DF.Data | None
        voucher_type: DF.Data | None
    # end: auto-generated types

    def on_update(self) -> None:
        if self.get_doc_before_save():
            frappe.throw(_("Entries of the ledger are never changed. Adjust the contract instead."))

    def on_trash(self) -> None:
        frappe.throw(_("Entries of the ledger are never deleted. Cancel the document that wrote them."))


def on_doctype_update() -> None:
    """The ways the ledger is read: a line's entries up to a day, a voucher's, and what was written lately."""
    # with the quantity, so that reading a line, or all of them, touches no row
    frappe.db.add_index("Service Usage Entry", ["line_key", "is_cancelled", "posting_date", "qty"])
    frappe.db.add_index("Service Usage Entry", ["voucher_no", "voucher_type"])
    frappe.db.add_index("Service Usage Entry", ["creation", "line_key"])
