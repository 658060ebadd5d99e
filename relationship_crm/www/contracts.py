"""The portal's page of service contracts: a customer's own, with what is left of them."""

from __future__ import annotations

from typing import Any

from frappe import _
from frappe.utils import format_date

from relationship_crm import portal
from relationship_crm.contracts import portal as shown

no_cache = 1


def get_context(context: Any) -> None:
    """What the page shows to the user of the portal."""
    portal.only_for_users()
    context.customers = portal.customers()
    context.contracts = shown.contracts(context.customers)
    context.quantity, context.day = shown.quantity_in_words, format_date
    context.title = _("Service Contracts")
    context.show_sidebar = True
    context.state_colors = shown.STATE_COLORS
