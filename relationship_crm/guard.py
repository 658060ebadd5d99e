"""The ERP never fails because of us: our own mistakes are logged, the database's rise."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import frappe

Handler = TypeVar("Handler", bound=Callable[..., Any])


def database_errors() -> tuple[type[Exception], ...]:
    """Errors that mean the transaction may be damaged. After a deadlock the ERP's own rows are already rolled back:
    going on would commit half a document."""
    names = (
        "OperationalError",
        "InternalError",
        "ProgrammingError",
        "DataError",
        "IntegrityError",
        "SQLError",
    )
    found = [getattr(frappe.db, name) for name in names if hasattr(frappe.db, name)]
    return (*found, frappe.QueryDeadlockError, frappe.QueryTimeoutError)


def never_in_the_way(handler: Handler) -> Handler:
    """A document event of ours that may not stop the ERP's document by a mistake of its own."""
    return letting()(handler)


def letting(*refusals: type[Exception]) -> Callable[[Handler], Handler]:
    """The same for an event that may stop the document, but by these errors alone: they are rules, no mistakes."""

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            try:
                return handler(*args, **kwargs)
            except refusals:
                raise
            except database_errors():
                raise
            except Exception:
                frappe.clear_last_message() if frappe.message_log else None
                frappe.log_error(title=f"Relationship CRM: {handler.__module__}.{handler.__name__}")
                return None

        return guarded  # type: ignore[return-value]

    return decorate
