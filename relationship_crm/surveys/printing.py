"""Links and codes for print formats: `survey_link(doc.doctype, doc.name)` and `survey_qr(doc.doctype, doc.name)`.

They need a survey with an enabled trigger "Link on Print" that matches the document's company, group and territory. A draft
gets none. The same document always gets the same link; an amended one that of the document it replaces, while it is open.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import frappe
from frappe.utils import getdate, today

from relationship_crm.surveys import invitations
from relationship_crm.surveys.amended import asked_before
from relationship_crm.surveys.answers import is_open
from relationship_crm.surveys.invitations import BY_HAND_REASON, PRINT, Occasion
from relationship_crm.surveys.token import link_of, name_of
from relationship_crm.surveys.triggers import Trigger, enabled_triggers, in_sample


def survey_link(doctype: str, name: str, survey: str | None = None) -> str:
    """The address of the survey about a document; empty where no survey asks about it."""
    doc = frappe.get_cached_doc(doctype, name)
    trigger = next((t for t in enabled_triggers(PRINT, survey=survey) if _asks_about(t, doc)), None)
    if trigger is None:
        return ""
    occasion = Occasion(
        PRINT,
        *_party(doc),
        getdate(today()),
        doctype,
        name,
        doc.get("contact_person") or "",
        doc.get("company") or "",
        replaces=doc.get("amended_from") or "",
    )
    if earlier := _open_before(trigger.survey, occasion):
        return link_of(earlier)
    occasion = replace(occasion, replaces="")
    made = invitations.create(frappe.get_cached_doc(invitations.SURVEY, trigger.survey), [occasion])
    if made.new and getattr(frappe.local, "request", None):
        # a print is a GET, of which Frappe keeps what was written only where it is told to (as it does for its own views)
        frappe.local.flags.commit = True
    return link_of(name_of(occasion.key(trigger.survey)))


def _open_before(survey: str, occasion: Occasion) -> str | None:
    """The invitation that the document this one replaces was printed with, while its link is open."""
    earlier = asked_before(survey, [occasion], BY_HAND_REASON).get(occasion)
    return earlier if earlier and is_open(frappe.get_doc(invitations.DOCTYPE, earlier)) else None


def survey_qr(doctype: str, name: str, survey: str | None = None, size: int = 120) -> str:
    """The same address as a code to scan: an `<img>` of `size` pixels; empty where no survey asks about the document."""
    link = survey_link(doctype, name, survey)
    return qr_image(link, size) if link else ""


def qr_image(text: str, size: int = 120) -> str:
    """A text as a code: an `<img>` that holds its picture, so that PDF makers need to fetch nothing."""
    import pyqrcode

    picture = pyqrcode.create(text, error="M").png_as_base64_str(scale=4, quiet_zone=4)
    alt = frappe.utils.escape_html(frappe._("Scan to answer the survey"))
    return f'<img src="data:image/png;base64,{picture}" width="{int(size)}" height="{int(size)}" alt="{alt}">'


def _party(doc: Any) -> tuple[str, str]:
    """Whose document it is."""
    if doc.get("customer"):
        return "Customer", doc.customer
    party_type = doc.get("quotation_to") or doc.get("party_type") or doc.get("opportunity_from")
    return party_type or "", doc.get("party_name") or doc.get("party") or ""


def _asks_about(trigger: Trigger, doc: Any) -> bool:
    """Whether a trigger wants to know about a document: not a draft, not cancelled, in its company, group and territory."""
    party_type, party = _party(doc)
    if not party or party_type not in ("Customer", "Lead", "Prospect"):
        return False
    if doc.docstatus != (1 if doc.meta.is_submittable else 0) or not in_sample(
        trigger.survey, doc.name, trigger.sample_percent
    ):
        return False
    if trigger.company and doc.get("company") != trigger.company:
        return False
    return all(_below(doctype, wanted, party_type, party) for doctype, wanted in _trees(trigger) if wanted)


def _trees(trigger: Trigger) -> tuple[tuple[str, str], ...]:
    return ("Customer Group", trigger.customer_group), ("Territory", trigger.territory)


def _below(tree: str, wanted: str, party_type: str, party: str) -> bool:
    """Whether a party stands in a group or territory, or in one below it."""
    field = frappe.scrub(tree)
    if not frappe.get_meta(party_type).has_field(field):
        return False
    own = frappe.db.get_value(party_type, party, field)
    return own in (wanted, *frappe.db.get_descendants(tree, wanted))
