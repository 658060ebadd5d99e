"""Invitations for the survey page, and what was stored of the answers. Run on the site by the fixture `on_site`."""

from __future__ import annotations

from typing import Any

import onsite  # isort: skip  (finds the site suite's helpers)
import house
import visitors
from answering import answer

#: Valid JSON, which Frappe stores as it comes; harmless only if nothing of it reaches a page as a tag.
SCRIPT = '"<img src=x onerror=window.rcrm_was_here=1><b id=rcrm-bold>bold</b>"'


def make() -> None:
    """The surveys and the customer who is asked."""
    house.build_house()
    visitors.made()


def invite() -> dict[str, str]:
    """An invitation: its name, and the path of its page."""
    name, token = visitors.invited()
    return {"name": name, "path": f"/s/{token}"}


def stored(invitation: str) -> dict[str, Any] | None:
    """The response to an invitation, as plain values."""
    doc = visitors.response_to(invitation)
    if not doc:
        return None
    answers = {row.item_key: row.score if row.answered else row.text for row in doc.answers}
    return {"name": doc.name, "owner": doc.owner, "complete": doc.complete, "answers": answers}


def spiteful() -> dict[str, str]:
    """A response with script in its texts, stored as the page stores it; its follow-up too."""
    name, _token = visitors.invited()
    doc = answer(name, recommend="1", comment=SCRIPT, idea=SCRIPT, quote=SCRIPT)
    return {"response": doc.name, "follow_up": doc.follow_up or ""}


def unmake() -> None:
    visitors.unmade()


if __name__ == "__main__":
    onsite.main(make=make, invite=invite, stored=stored, spiteful=spiteful, unmake=unmake)
