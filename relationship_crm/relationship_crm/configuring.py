"""Documents of which the configuration of the assessment is made.

Controllers import the assessment and the engine only where they call them: Frappe's migrate takes a DocType whose controller
does not import (a broken numpy would be enough) for an orphan, and deletes it.
"""

import frappe
from frappe.model.document import Document


class ConfiguringDocument(Document):
    """Drops the kept configuration when it changes."""

    def on_update(self) -> None:
        self._forget()

    def after_delete(self) -> None:
        self._forget()

    def after_rename(self, old: str, new: str, merge: bool = False) -> None:
        self._forget()

    def _forget(self) -> None:
        """At once for what follows here, and again when others can see the change."""
        from relationship_crm.assessment.site import forget_configuration

        forget_configuration()
        frappe.db.after_commit.add(forget_configuration)
