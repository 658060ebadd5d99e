"""Documents that keep keys of dimensions and measures."""

from typing import Any

from frappe import _
from frappe.model.document import Document

#: Fields that hold such a key.
KEYS = ("dimension", "measure")


class LabelledDocument(Document):
    """Shows labels for the keys where the server writes, on prints and in mails; the desk has its own (dimensions.js)."""

    def get_formatted(self, fieldname: str, *args: Any, **kwargs: Any) -> Any:
        """A field's value for people, in the language of the print."""
        if fieldname in KEYS:
            # Here and not above: controllers must load where numpy does not.
            from relationship_crm.measures.registry import MEASURES

            if measure := MEASURES.get(self.get(fieldname)):
                return _(measure.label)
        return super().get_formatted(fieldname, *args, **kwargs)
