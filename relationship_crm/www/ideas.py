"""The portal's page of ideas: a customer's own, and a form for a new one."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from relationship_crm import portal
from relationship_crm.advocacy import ideas

no_cache = 1


def get_context(context: Any) -> None:
    """What the page shows to the user of the portal."""
    portal.only_for_users()
    query = frappe.local.request.args if getattr(frappe.local, "request", None) else {}
    customers = portal.customers()
    context.customers = customers
    context.ideas = ideas.portal_ideas(list(customers))
    context.colors = {
        ideas.NEW: "orange",
        ideas.REVIEW: "yellow",
        ideas.PLANNED: "blue",
        ideas.REALISED: "green",
        ideas.DECLINED: "gray",
    }
    context.thanks = "thanks" in query
    context.problem = "problem" in query
    context.open_form = "new" in query or not context.ideas
    context.longest_title, context.longest_text = ideas.LONGEST_TITLE, ideas.LONGEST_TEXT
    context.csrf_token = frappe.sessions.get_csrf_token()
    context.title = _("Ideas")
    context.show_sidebar = True
