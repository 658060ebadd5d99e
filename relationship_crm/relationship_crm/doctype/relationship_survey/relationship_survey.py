"""A survey: what is asked, in which words, of whom and when."""

import re
from collections import Counter
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from relationship_crm.relationship_crm.optional import keep_empty
from relationship_crm.surveys.scales import BOUNDS, NPS, is_scaled

ITEM_PARTS = ("Question", "Low Label", "High Label")
#: Links of a trigger that mean "everywhere" when they are empty.
SCOPE = ("company", "customer_group", "territory")
#: Of two people, each knows what the other said.
LEAST_GROUP = 3


class RelationshipSurvey(Document):
    """A template; the questions that were asked are kept with the answers."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        from relationship_crm.relationship_crm.doctype.survey_item.survey_item import SurveyItem
        from relationship_crm.relationship_crm.doctype.survey_text.survey_text import SurveyText
        from relationship_crm.relationship_crm.doctype.survey_trigger.survey_trigger import SurveyTrigger

        anonymous: DF.Check
        anonymous_breakdown: DF.Literal[
            "", "Stage", "Customer Group", "Territory", "Sales Person", "Item Group"
        ]
        channel: DF.Literal["Email", "SMS"]
        default_language: DF.Link
        description: DF.SmallText | None
        enabled: DF.Check
        escalate_after_days: DF.Int
        escalate_to: DF.Link | None
        expires_after_days: DF.Int
        follow_up_days: DF.Int
        follow_up_survey: DF.Link | None
        items: DF.Table[SurveyItem]
        low_nps: DF.Int
        low_share: DF.Percent
        minimum_group: DF.Int
        reminder_after_days: DF.Int
        sender: DF.Link | None
        survey_name: DF.Data
        texts: DF.Table[SurveyText]
        triggers: DF.Table[SurveyTrigger]
    # end: auto-generated types

    def insert(self, *args: Any, **kwargs: Any) -> Document:
        self._keep_empty()
        return super().insert(*args, **kwargs)

    def save(self, *args: Any, **kwargs: Any) -> Document:
        self._keep_empty()
        return super().save(*args, **kwargs)

    def validate(self) -> None:
        self._check_items()
        self._check_texts()
        self._check_triggers()
        self._check_figures()
        self._check_promise()
        self._check_grouping()

    def before_save(self) -> None:
        self._date_triggers()

    def _keep_empty(self) -> None:
        for row in self.triggers:
            keep_empty(row, *SCOPE)

    def _check_items(self) -> None:
        for row in self.items:
            row.item_key = (row.item_key or "").strip()
            if not re.fullmatch(r"[a-z0-9_]{1,60}", row.item_key):
                frappe.throw(
                    _("Row {0}: a key has small letters, digits and underscores only.").format(row.idx)
                )
            if not is_scaled(row.kind):
                row.update({"dimension": "", "reverse": 0, "in_mail": 0, "low_label": "", "high_label": ""})
        self._check_unique([row.item_key for row in self.items], _("Key {0} stands there twice."))
        if sum(bool(row.in_mail) for row in self.items) > 1:
            frappe.throw(_("Only one question can stand in the mail."))
        self._check_kinds()

    def _check_kinds(self) -> None:
        """An answer on another scale would be another figure under the same key."""
        before = self.get_doc_before_save()
        if not before or self.flags.restored:
            return
        kinds = {row.item_key: row.kind for row in before.items}
        changed = [row.item_key for row in self.items if kinds.get(row.item_key, row.kind) != row.kind]
        if changed and frappe.db.exists("Survey Response", {"survey": self.name}):
            frappe.throw(
                _("{0} has been answered already; give the new question a key of its own.").format(
                    frappe.bold(", ".join(changed))
                )
            )

    def _check_texts(self) -> None:
        keys = {row.item_key for row in self.items}
        for row in self.texts:
            if row.part not in ITEM_PARTS:
                row.item_key = ""
            elif row.item_key not in keys:
                frappe.throw(
                    _("Text {0}: there is no item with the key {1}.").format(
                        row.idx, frappe.bold(row.item_key or "?")
                    )
                )
        texts = [(row.language, row.part, row.item_key or "") for row in self.texts]
        self._check_unique(texts, _("Text {0} stands there twice."))

    def _check_unique(self, found: list[Any], message: str) -> None:
        twice = [key for key, count in Counter(found).items() if count > 1]
        if twice:
            name = twice[0] if isinstance(twice[0], str) else " · ".join(filter(None, twice[0]))
            frappe.throw(message.format(frappe.bold(name)))

    def _check_triggers(self) -> None:
        for row in self.triggers:
            if not 0 <= (row.sample_percent or 0) <= 100:
                frappe.throw(_("Trigger {0}: the share must lie between 0 and 100.").format(row.idx))
            if row.event == "Every N Months" and (row.months or 0) < 1:
                frappe.throw(_("Trigger {0}: every how many months?").format(row.idx))
            if row.event in ("Stage Change", "Every N Months"):
                row.company = ""

    def _check_figures(self) -> None:
        if not 0 < self.expires_after_days <= 365:
            frappe.throw(_("A link expires after 1 to 365 days."))
        if not 0 <= self.low_nps <= BOUNDS[NPS].high:
            frappe.throw(_("A low NPS answer lies between 0 and 10."))
        if not 0 <= (self.low_share or 0) <= 100:
            frappe.throw(_("A share lies between 0 and 100."))
        if self.anonymous and self.minimum_group < LEAST_GROUP:
            frappe.throw(_("The smallest group of an anonymous survey is at least {0}.").format(LEAST_GROUP))

    def _check_promise(self) -> None:
        """Nobody is told "anonymous" and read by name, nor the other way round."""
        if self.is_new() or not self.has_value_changed("anonymous"):
            return
        sent = {"survey": self.name, "status": ("in", ("Sent", "Partly Answered", "Answered"))}
        if frappe.db.exists("Survey Response", {"survey": self.name}) or frappe.db.exists(
            "Survey Invitation", sent
        ):
            frappe.throw(_("This survey has been sent; whether it is anonymous cannot change any more."))

    def _check_grouping(self) -> None:
        """Results of the same anonymous answers, cut in two ways, would tell by their difference what one person said."""
        if self.is_new() or not self.anonymous:
            return
        changed = self.has_value_changed("minimum_group") or self.has_value_changed("anonymous_breakdown")
        if changed and frappe.db.exists("Survey Response", {"survey": self.name}):
            frappe.throw(_("There are anonymous answers; how they are grouped cannot change any more."))

    def _date_triggers(self) -> None:
        """What happened before a trigger was switched on is not asked about."""
        before = self.get_doc_before_save()
        was_on = {row.name for row in before.triggers if row.enabled and before.enabled} if before else set()
        for row in self.triggers:
            if not (row.enabled and self.enabled):
                row.enabled_on = None
            elif row.name not in was_on or not row.enabled_on:
                row.enabled_on = now_datetime()
