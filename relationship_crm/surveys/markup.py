"""The templates of page and mail: every value is escaped, compiled once a process.

Not Frappe's environment: that one escapes nothing, and is built and compiled anew for every request.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("relationship_crm", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **values: Any) -> str:
    """A template of the app, filled."""
    return _environment().get_template(template).render(**values)


@lru_cache(maxsize=8)
def source(template: str) -> Markup:
    """A style sheet or script of ours as it is; inside the page, so that a phone asks once."""
    environment = _environment()
    text, _path, _fresh = environment.loader.get_source(environment, template)  # type: ignore[union-attr]
    return Markup(text)


def style() -> Markup:
    """The page's style sheet."""
    return source("survey/page.css")


@lru_cache(maxsize=1)
def style_hash() -> str:
    """What the page's security policy says of the style sheet: this one and no other."""
    return b64encode(hashlib.sha256(str(style()).encode()).digest()).decode()
