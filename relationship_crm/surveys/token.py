"""The secret part of a survey link: made from the invitation's name and a secret of the site, stored nowhere.

The mail, its reminder, a text message and a printed code hold the same link. The database holds the link's hash alone:
who can read rows, exports or backups cannot answer in somebody's name.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode

import frappe
from frappe.utils.password import get_encryption_key

#: Characters of a token: 256 bits in base64url, without padding.
LENGTH = 43


def token_of(invitation: str) -> str:
    """The token of an invitation, by its name: base64url(HMAC-SHA256(site's encryption key, "survey-invitation|name"))."""
    return in_text(digest("survey-invitation", invitation))


def hash_of(token: str) -> str:
    """What the invitation's row keeps of a token: its SHA-256 as hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def name_of(invitation_key: str) -> str:
    """The name of the invitation with this key. The same key gives the same name: two workers cannot make it twice."""
    return digest("survey-invitation-name", invitation_key).hex()[:20]


def link_of(invitation: str) -> str:
    """The address of the invitation's page."""
    return frappe.utils.get_url(f"/s/{token_of(invitation)}")


def in_text(secret: bytes) -> str:
    """A secret as it stands in an address: base64url without padding."""
    return urlsafe_b64encode(secret).decode().rstrip("=")


def digest(purpose: str, text: str) -> bytes:
    """What the site alone can make of a text, another for each purpose: HMAC-SHA256 with the site's encryption key."""
    return hmac.new(get_encryption_key().encode(), f"{purpose}|{text}".encode(), hashlib.sha256).digest()
