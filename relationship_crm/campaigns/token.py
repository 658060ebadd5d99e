"""The secret part of a campaign's links: made from the touch's name and a secret of the site, stored nowhere.

The same as a survey's (surveys/token.py), for another purpose: a link to a survey opens no campaign. A touch keeps the hash alone.
"""

from __future__ import annotations

import frappe

from relationship_crm.surveys.token import LENGTH, digest, hash_of, in_text

__all__ = ["LENGTH", "hash_of", "link_of", "token_of"]
#: Where the page of a touch begins.
PAGE = "/c/"


def token_of(touch: str) -> str:
    """The token of a touch, by its name: base64url(HMAC-SHA256(site's encryption key, "campaign-touch|name"))."""
    return in_text(digest("campaign-touch", touch))


def link_of(touch: str) -> str:
    """The address of the touch's page; with `?r=1` behind it what the button of a mail opens, with `/stop` the way out."""
    return address_of_page(token_of(touch))


def address_of_page(token: str) -> str:
    """The address of the page that a token opens."""
    return frappe.utils.get_url(f"{PAGE}{token}")
