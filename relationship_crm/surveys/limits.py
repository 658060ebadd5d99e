"""How often the public page takes something: counted in Redis by hour, never by the link itself but by its hash."""

from __future__ import annotations

import frappe
from redis.exceptions import RedisError

SECONDS = 3600
#: Posts an hour: with one link from one address; with one link from anywhere; with all links from one address.
BY_LINK_AND_ADDRESS, BY_LINK, BY_ADDRESS = 30, 60, 600
#: Posts an hour from one address with links that do not exist.
GUESSES = 60


def allowed(token_hash: str | None) -> bool:
    """Count a post; whether it may still be taken. `token_hash` is None where there is no such link."""
    address = frappe.local.request_ip or ""
    if token_hash is None:
        return _count(f"guess:{address}", GUESSES)
    counts = [
        _count(f"{token_hash}:{address}", BY_LINK_AND_ADDRESS),
        _count(token_hash, BY_LINK),
        _count(f"address:{address}", BY_ADDRESS),
    ]
    return all(counts)


def _count(what: str, limit: int) -> bool:
    key = frappe.cache.make_key(f"survey_posts:{what}")
    try:
        count = frappe.cache.incr(key)
        if count == 1:
            frappe.cache.expire(key, SECONDS)
    except RedisError:
        return True  # without Redis there is no counting, but there still are customers
    return count <= limit
