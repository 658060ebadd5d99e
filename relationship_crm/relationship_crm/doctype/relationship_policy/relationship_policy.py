"""What a sales document may or must do, given the relationship."""

from collections.abc import Callable
from typing import Any

import frappe
from frappe import _
from frappe.model import display_fieldtypes, numeric_fieldtypes, table_fields
from frappe.model.document import Document
from frappe.model.meta import Meta
from frappe.utils import getdate

from relationship_crm.relationship_crm.configuring import ConfiguringDocument
from relationship_crm.relationship_crm.optional import keep_empty

LISTS = ("in", "not in")
WITHOUT_VALUE = ("is set", "is not set")
ORDERED = (">", ">=", "<", "<=")


class RelationshipPolicy(ConfiguringDocument):
    """Conditions on relationship and document, and one action. Only what an administrator switched on acts."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        from relationship_crm.relationship_crm.doctype.relationship_policy_condition.relationship_policy_condition import (
            RelationshipPolicyCondition,
        )

        action: DF.Literal["Message", "Require a role", "Stop", "Fill a field"]
        company: DF.Link | None
        conditions: DF.Table[RelationshipPolicyCondition]
        document_type: DF.Literal["Quotation", "Sales Order", "Delivery Note", "Sales Invoice"]
        enabled: DF.Check
        from_date: DF.Date | None
        message: DF.SmallText | None
        only_if_empty: DF.Check
        priority: DF.Int
        role: DF.Link | None
        target_field: DF.Autocomplete | None
        target_value: DF.Data | None
        title: DF.Data
        to_date: DF.Date | None
    # end: auto-generated types

    def insert(self, *args: Any, **kwargs: Any) -> Document:
        keep_empty(self, "company")
        return super().insert(*args, **kwargs)

    def validate(self) -> None:
        if self.from_date and self.to_date and getdate(self.to_date) < getdate(self.from_date):
            frappe.throw(_("Until must not be before From."))
        document = frappe.get_meta(self.document_type)
        relationship = frappe.get_meta("Relationship")
        for row in self.conditions:
            check_condition(row, relationship if row.subject == "Relationship" else document)
        self._check_action(document)

    def _made_of_it(self) -> Callable[[], None]:
        from relationship_crm.policies.apply import forget_policies

        return forget_policies

    def _check_action(self, document: Meta) -> None:
        if self.action in ("Message", "Stop") and not self.message:
            frappe.throw(_("Write the message that is shown."))
        if self.action == "Require a role" and not self.role:
            frappe.throw(_("Choose the role that is required."))
        if self.action == "Fill a field":
            self._check_target(document)

    def _check_target(self, document: Meta) -> None:
        if self.target_field == "sales_person" and document.has_field("sales_team"):
            field = frappe.get_meta("Sales Team").get_field(
                "sales_person"
            )  # becomes the first row of the team
        else:
            field = document.get_field(self.target_field)
        if not field or field.fieldtype in (*display_fieldtypes, *table_fields) or field.permlevel:
            frappe.throw(
                _("{0} has no field {1} that could be filled.").format(
                    _(document.name), frappe.bold(self.target_field)
                )
            )
        if not self.target_value:
            frappe.throw(_("Give the value to fill in."))
        check_value(self.target_value, field.fieldtype, field.label)
        if field.fieldtype == "Link" and not frappe.db.exists(field.options, self.target_value):
            frappe.throw(_("There is no {0} {1}.").format(_(field.options), frappe.bold(self.target_value)))
        if field.fieldtype == "Select" and self.target_value not in (field.options or "").split("\n"):
            frappe.throw(
                _("{0} is not a choice of {1}.").format(frappe.bold(self.target_value), _(field.label))
            )


def check_condition(row: Document, meta: Meta) -> None:
    """Raises where a condition cannot be evaluated. Scores about employees are no ground for a policy."""
    from relationship_crm.stamp import FIELDS

    field = meta.get_field(row.field)
    if not field or field.fieldtype in (*display_fieldtypes, *table_fields):
        frappe.throw(
            _("Row {0}: {1} has no field {2}.").format(row.idx, _(meta.name), frappe.bold(row.field))
        )
    if field.get("is_virtual") or (
        row.subject == "Relationship" and (field.permlevel or row.field not in FIELDS)
    ):
        frappe.throw(_("Row {0}: {1} cannot be used in policies.").format(row.idx, _(field.label)))
    if row.operator in WITHOUT_VALUE:
        row.value = None
        return
    if not (row.value or "").strip():
        frappe.throw(_("Row {0}: the value is missing.").format(row.idx))
    if row.operator in ORDERED and field.fieldtype not in (*numeric_fieldtypes, "Date", "Datetime"):
        frappe.throw(_("Row {0}: {1} is neither a number nor a date.").format(row.idx, _(field.label)))
    for value in row.value.split(",") if row.operator in LISTS else [row.value]:
        check_value(value.strip(), field.fieldtype, field.label)


def check_value(value: str, fieldtype: str, label: str) -> None:
    """Raises where a text is no value of a field's type."""
    try:
        if fieldtype in numeric_fieldtypes:
            float(value)
        elif fieldtype in ("Date", "Datetime"):
            getdate(value)
    except ValueError:
        frappe.throw(_("{0}: {1} is not a valid value.").format(_(label), frappe.bold(value)))
