"""Documents that something kept in memory is made of, as the configuration of the assessment.

Controllers import the assessment and the engine only where they call them: Frappe's migrate takes a DocType whose controller
does not import (a broken numpy would be enough) for an orphan, and deletes it.
"""

from collections.abc import Callable

import frappe
from frappe.model.document import Document


class ConfiguringDocument(Document):
    """Drops what is made of it when it changes: the configuration, unless a document says otherwise."""

    def on_update(self) -> None:
        self._forget()

    def after_delete(self) -> None:
        self._forget()

    def after_rename(self, old: str, new: str, merge: bool = False) -> None:
        self._forget()

    def _forget(self) -> None:
        """At once for what follows here, and again when others can see the change."""
        forget = self._made_of_it()
        forget()
        frappe.db.after_commit.add(forget)

    def _made_of_it(self) -> Callable[[], None]:
        """What drops it."""
        from relationship_crm.assessment.site import forget_configuration

        return forget_configuration
