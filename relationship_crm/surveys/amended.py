"""Documents that were cancelled and entered once more: who was asked about the first is not asked about the second.

A document that replaces another has a name of its own, so it looks like a new cause. What counts is whether the same party
was asked about any of those it replaces, by the same survey, for the same event.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import frappe

from relationship_crm.assessment.bulk import read_rows

if TYPE_CHECKING:
    from relationship_crm.surveys.invitations import Occasion

#: A chain of amendments that is longer went wrong.
LONGEST = 50


def asked_before(survey: str, occasions: Sequence[Occasion], for_good: str) -> dict[Occasion, str]:
    """The invitation about a document that this one replaces, for those that have one; two queries a generation.

    An invitation that was never sent does not count, unless it was withdrawn for the reason `for_good`.
    """
    found: dict[Occasion, str] = {}
    waiting = {occasion: occasion.replaces for occasion in occasions if occasion.replaces}
    for _generation in range(LONGEST):
        if not waiting:
            break
        asked = _asked(survey, waiting.values(), for_good)
        parents = _replaced(waiting)
        for occasion, name in list(waiting.items()):
            document = occasion.voucher_type, name
            if invitation := asked.get((occasion.event, *document, *occasion.whom)):
                found[occasion] = invitation
            if invitation or not parents.get(document):
                del waiting[occasion]
            else:
                waiting[occasion] = parents[document]
    return found


def _asked(survey: str, names: object, for_good: str) -> dict[tuple[str, str, str, str, str], str]:
    """Invitations about these documents, by event, document and party."""
    i = frappe.qb.DocType("Survey Invitation")
    rows = (
        frappe.qb.from_(i)
        .select(i.trigger_event, i.voucher_type, i.voucher_no, i.party_type, i.party, i.name)
        .where(i.voucher_no.isin(sorted(set(names))) & (i.survey == survey))
        .where(i.sent_on.isnotnull() | (i.withdrawn_reason == for_good))
        .orderby(i.creation)
    ).run()
    return {tuple(key): name for *key, name in rows}


def _replaced(waiting: dict[Occasion, str]) -> dict[tuple[str, str], str]:
    """What these documents replace in their turn."""
    by_type: dict[str, set[str]] = {}
    for occasion, name in waiting.items():
        by_type.setdefault(occasion.voucher_type, set()).add(name)
    return {
        (doctype, name): before or ""
        for doctype, names in by_type.items()
        for name, before in read_rows(doctype, ("name", "amended_from"), "name", sorted(names))
    }
