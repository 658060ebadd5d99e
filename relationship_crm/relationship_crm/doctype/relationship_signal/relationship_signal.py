"""A signal defined in the desk: events of any DocType, without code."""

import json
import re
from typing import Any

import frappe
from frappe import _
from frappe.model import numeric_fieldtypes
from frappe.model.meta import Meta

from relationship_crm.engine.dimensions import DIMENSIONS
from relationship_crm.relationship_crm.configuring import ConfiguringDocument
from relationship_crm.relationship_crm.labelled import LabelledDocument

KEY = re.compile(r"[a-z][a-z0-9_]*")
STANDARD_DATES = ("creation",)


class RelationshipSignal(LabelledDocument, ConfiguringDocument):
    """Party field, date field, filters and a value: the query follows from these."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        from relationship_crm.relationship_crm.doctype.relationship_signal_mapping.relationship_signal_mapping import (
            RelationshipSignalMapping,
        )

        cap: DF.Float
        constant_value: DF.Float
        date_field: DF.Autocomplete
        description: DF.SmallText | None
        dimension: DF.Literal[
            "satisfaction",
            "trust_employee",
            "trust_company",
            "engagement_employee_rational",
            "engagement_employee_emotional",
            "engagement_company_rational",
            "engagement_company_emotional",
        ]
        document_type: DF.Link
        enabled: DF.Check
        filters_json: DF.Code | None
        half_life: DF.Float
        label: DF.Data
        lower_bound: DF.Float
        mapping: DF.Table[RelationshipSignalMapping]
        other_value: DF.Float
        party_field: DF.Autocomplete
        party_type: DF.Literal["Customer", "Lead", "Prospect"]
        signal_key: DF.Data
        skip_unmapped: DF.Check
        upper_bound: DF.Float
        value_field: DF.Autocomplete | None
        value_type: DF.Literal["Constant", "Field mapping", "Linear between two bounds"]
        weight: DF.Float
    # end: auto-generated types

    def validate(self) -> None:
        self._check_key()
        meta = self._readable_meta()
        self._check_party_field(meta)
        self._check_date_field(meta)
        self._check_filters(meta)
        self._check_value(meta)
        self._check_weight()

    def _check_key(self) -> None:
        from relationship_crm.signals import standard_signals

        if not KEY.fullmatch(self.signal_key or ""):
            frappe.throw(
                _("The key takes lower-case letters, digits and underscores, and begins with a letter.")
            )
        if self.signal_key in {signal.key for signal in standard_signals()}:
            frappe.throw(_("There is a standard signal {0} already.").format(frappe.bold(self.signal_key)))

    def _readable_meta(self) -> Meta:
        """The DocType's meta. Who may not read the documents must not make a score out of them either."""
        meta = frappe.get_meta(self.document_type)
        if meta.istable or meta.issingle or meta.get("is_virtual"):
            frappe.throw(
                _("{0} cannot be used: it has no documents with a table of their own.").format(_(meta.name))
            )
        frappe.has_permission(self.document_type, "read", throw=True)
        return meta

    def _check_party_field(self, meta: Meta) -> None:
        if self.party_field == "name" and self.document_type == self.party_type:
            return
        field = meta.get_field(self.party_field)
        if field and field.fieldtype == "Link" and field.options == self.party_type:
            return
        if field and field.fieldtype == "Dynamic Link" and meta.has_field(field.options):
            return
        frappe.throw(
            _("The party field must link to {0}; {1} does not.").format(
                _(self.party_type), frappe.bold(self.party_field)
            )
        )

    def _check_date_field(self, meta: Meta) -> None:
        field = meta.get_field(self.date_field)
        if self.date_field not in STANDARD_DATES and not (field and field.fieldtype in ("Date", "Datetime")):
            frappe.throw(_("{0} is not a date.").format(frappe.bold(self.date_field)))

    def _check_filters(self, meta: Meta) -> None:
        from relationship_crm.signals.desk import OPERATORS

        for row in self.filters():
            if not isinstance(row, list) or len(row) < 4 or row[0] != self.document_type:
                frappe.throw(_("The filters are not in the form DocType, field, operator, value."))
            if not has_column(meta, row[1]):
                frappe.throw(
                    _("Filter: {0} has no field {1}.").format(_(meta.name), frappe.bold(str(row[1])))
                )
            if str(row[2]).lower() not in OPERATORS:
                frappe.throw(
                    _("Filter: the operator {0} cannot be used here.").format(frappe.bold(str(row[2])))
                )

    def _check_value(self, meta: Meta) -> None:
        if self.dimension not in DIMENSIONS:
            frappe.throw(_("There is no dimension {0}.").format(frappe.bold(self.dimension)))
        if self.value_type == "Constant":
            return check_score(_("The score"), self.constant_value)
        field = meta.get_field(self.value_field)
        if not has_column(meta, self.value_field):
            frappe.throw(_("{0} has no field {1}.").format(_(meta.name), frappe.bold(self.value_field)))
        if self.value_type == "Field mapping":
            return self._check_mapping()
        if not field or field.fieldtype not in (*numeric_fieldtypes, "Rating", "Duration"):
            frappe.throw(_("{0} is not a number.").format(frappe.bold(self.value_field)))
        if self.lower_bound == self.upper_bound:
            frappe.throw(_("The two bounds must differ."))

    def _check_mapping(self) -> None:
        if not self.mapping:
            frappe.throw(_("The mapping is empty."))
        seen = set()
        for row in self.mapping:
            if row.field_value in seen:
                frappe.throw(
                    _("Row {0}: the value {1} is already there.").format(
                        row.idx, frappe.bold(row.field_value)
                    )
                )
            seen.add(row.field_value)
            check_score(_("Row {0}: the score").format(row.idx), row.value)
        if not self.skip_unmapped:
            check_score(_("The score of other values"), self.other_value)

    def _check_weight(self) -> None:
        if self.weight < 0 or self.half_life < 0:
            frappe.throw(_("Weight and half-life must not be negative."))
        if self.cap <= 0:
            frappe.throw(_("The cap must be greater than 0."))

    def filters(self) -> list[list[Any]]:
        """The filters as rows of DocType, field, operator, value."""
        try:
            rows = json.loads(self.filters_json or "[]")
        except ValueError:
            frappe.throw(_("The filters are not valid JSON."))
        if not isinstance(rows, list):
            frappe.throw(_("The filters are not a list."))
        return rows


def has_column(meta: Meta, fieldname: Any) -> bool:
    """Whether a DocType's own table has the column."""
    return isinstance(fieldname, str) and fieldname in meta.get_valid_columns()


def check_score(label: str, value: float | None) -> None:
    """Raises where a score is not on the scale."""
    if value is None or not 0 <= value <= 100:
        frappe.throw(_("{0} must be between 0 and 100.").format(label))
