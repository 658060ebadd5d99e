"""A company's own weights for the signals."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from relationship_crm.engine.dimensions import DIMENSIONS
from relationship_crm.relationship_crm.configuring import ConfiguringDocument
from relationship_crm.relationship_crm.optional import keep_empty


class RelationshipScoringModel(ConfiguringDocument):
    """How much each signal counts, for all customers or for a group and territory."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        from relationship_crm.relationship_crm.doctype.relationship_scoring_model_signal.relationship_scoring_model_signal import (
            RelationshipScoringModelSignal,
        )

        customer_group: DF.Link | None
        disabled: DF.Check
        group_weight: DF.Float
        model_name: DF.Data
        neutral: DF.Percent
        prior_weight: DF.Float
        signals: DF.Table[RelationshipScoringModelSignal]
        territory: DF.Link | None
    # end: auto-generated types

    def insert(self, *args: Any, **kwargs: Any) -> Document:
        keep_empty(self, "customer_group", "territory")
        return super().insert(*args, **kwargs)

    def validate(self) -> None:
        self._check_assumptions()
        self._check_scope()
        self._check_signals()
        self._set_labels()

    def _check_assumptions(self) -> None:
        if self.prior_weight <= 0:
            frappe.throw(_("The weight of the assumption must be greater than 0."))
        if not 0 <= self.neutral <= 100:
            frappe.throw(_("The neutral score must be between 0 and 100."))

    def _check_scope(self) -> None:
        """Two models for the very same group and territory would leave it open which one counts."""
        if self.disabled or not (self.customer_group or self.territory):
            return
        scope = {"customer_group": self.customer_group, "territory": self.territory}
        filters = {field: value or ("is", "not set") for field, value in scope.items()}
        other = frappe.db.get_value(
            "Relationship Scoring Model", {**filters, "disabled": 0, "name": ("!=", self.name)}
        )
        if other:
            frappe.throw(
                _("{0} already applies to this customer group and territory.").format(frappe.bold(other))
            )

    def _check_signals(self) -> None:
        seen = set()
        for row in self.signals:
            if row.dimension not in DIMENSIONS:
                frappe.throw(
                    _("Row {0}: there is no dimension {1}.").format(row.idx, frappe.bold(row.dimension))
                )
            if (row.signal, row.dimension) in seen:
                frappe.throw(
                    _("Row {0}: {1} is already there for this dimension.").format(
                        row.idx, frappe.bold(row.signal)
                    )
                )
            seen.add((row.signal, row.dimension))
            if row.weight < 0:
                frappe.throw(_("Row {0}: the weight must not be negative.").format(row.idx))
            if row.half_life < 0:
                frappe.throw(_("Row {0}: the half-life must not be negative.").format(row.idx))
            if row.cap <= 0:
                frappe.throw(_("Row {0}: the cap must be greater than 0.").format(row.idx))

    def _set_labels(self) -> None:
        """The signals' own labels; a key that nobody defines any more (an app was removed) keeps its row."""
        labels = signal_labels()
        for row in self.signals:
            row.label = labels.get(row.signal) or row.label or row.signal


def signal_labels() -> dict[str, str]:
    """Labels of all signals: the standard ones, those of other apps, those of the desk."""
    from relationship_crm.assessment.site import hook_signals
    from relationship_crm.signals import standard_signals

    code = (*standard_signals(), *hook_signals(frappe.get_hooks("relationship_signals")))
    desk = frappe.get_all("Relationship Signal", fields=["name", "label"], as_list=True, order_by="name")
    return {**{signal.key: signal.label for signal in code}, **dict(desk)}
