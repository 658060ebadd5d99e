"""The portal's page of one service contract: its lines by period, and the entries behind every figure."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import format_date

from relationship_crm import portal
from relationship_crm.contracts import portal as shown

no_cache = 1


def get_context(context: Any) -> None:
    """What the page shows. Contracts of others do not exist here, whether there are any or not."""
    portal.only_for_users()
    context.customers = portal.customers()
    found = shown.contract(frappe.form_dict.get("name") or "", context.customers)
    if not found:
        # not raised: Frappe would remember the address as missing, for the customer whose it is too
        context.http_status_code = 404
    context.contract = found
    context.quantity, context.day = shown.quantity_in_words, format_date
    context.state_colors = shown.STATE_COLORS
    context.title = found.name if found else _("Service Contract")
    context.show_sidebar = True
    context.parents = [{"route": "contracts", "title": _("Service Contracts")}]
