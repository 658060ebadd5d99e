"""A survey: what is asked, in which words, of whom and when."""

from frappe.model.document import Document


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
