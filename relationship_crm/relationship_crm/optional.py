"""Documents with links that mean "everywhere" when they are empty."""

from typing import Any

from frappe.model.document import Document


def keep_empty(doc: Document, *fields: str) -> None:
    """Keeps Frappe from filling empty links of a new document.

    It fills a Link named `company`, `customer_group` or `territory` with the site's default of that name where the field is
    None; an empty text it leaves alone.
    """
    values: dict[str, Any] = {field: "" for field in fields if doc.get(field) is None}
    doc.update(values)
