"""A text of a survey in one language."""

from frappe.model.document import Document


class SurveyText(Document):
    """The default language's mail and page texts stand here too."""

    # begin: auto-generated types
    # This code is auto-generated. Do not modify anything in this block.

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from frappe.types import DF

        item_key: DF.Data | None
        language: DF.Link
        parent: DF.Data
        parentfield: DF.Data
        parenttype: DF.Data
        part: DF.Literal[
            "Mail Subject", "Mail Message", "Introduction", "Thank You", "Question", "Low Label", "High Label"
        ]
        text: DF.Text
    # end: auto-generated types
