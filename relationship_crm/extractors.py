"""Texts for the translators that Frappe's own extractors do not see: data that is translated where it is shown.

`babel_extractors.csv` says which file is read by which function; `bench generate-pot-file` calls them. Each yields
what Babel wants: line, function name, message, comments.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

Message = tuple[int | None, str, str, list[str]]


def _message(text: str, comment: str) -> Message:
    return None, "_", text, [comment]


def _code(fileobj: BinaryIO, keywords: Any, tags: Any, options: Any) -> Iterator[Any]:
    """What stands in `_()` in the file itself: a file is read by one extractor only."""
    from frappe.gettext.extractors import python

    fileobj.seek(0)
    yield from python.extract(fileobj, keywords, tags, options)


def signals(fileobj: BinaryIO, keywords: Any, tags: Any, options: Any) -> Iterator[Any]:
    """Labels and descriptions of the standard signals."""
    from relationship_crm.signals import standard_signals

    for signal in standard_signals():
        yield _message(signal.label, "Label of a signal")
        yield _message(signal.description, f"Description of the signal '{signal.label}'")
    yield from _code(fileobj, keywords, tags, options)


def measures(fileobj: BinaryIO, keywords: Any, tags: Any, options: Any) -> Iterator[Any]:
    """Labels and descriptions of what criteria can be set on."""
    from relationship_crm.measures.registry import MEASURES

    for measure in MEASURES.values():
        yield _message(measure.label, "Label of a measure")
        yield _message(measure.description, f"Description of the measure '{measure.label}'")
    yield from _code(fileobj, keywords, tags, options)


def ladders(fileobj: BinaryIO, keywords: Any, tags: Any, options: Any) -> Iterator[Any]:
    """Names and descriptions of the stages that ship with the app."""
    from relationship_crm.config.ladders import LADDERS

    for ladder in LADDERS:
        yield _message(ladder.description, f"Description of the ladder '{ladder.name}'")
        for rung in ladder.rungs:
            yield _message(rung.name, f"Stage of the ladder '{ladder.name}'")
            yield _message(rung.description, f"Description of the stage '{rung.name}'")
    yield from _code(fileobj, keywords, tags, options)


def custom_fields(fileobj: BinaryIO, keywords: Any, tags: Any, options: Any) -> Iterator[Any]:
    """Labels and descriptions of the fields on ERPNext's DocTypes."""
    from relationship_crm.custom_fields import get_custom_fields

    for doctype, fields in get_custom_fields().items():
        for field in fields:
            if field.get("label"):
                yield _message(field["label"], f"Label of a custom field in DocType '{doctype}'")
            if field.get("description"):
                yield _message(field["description"], f"Description of a custom field in DocType '{doctype}'")
    yield from _code(fileobj, keywords, tags, options)


def sentences(fileobj: BinaryIO, keywords: Any, tags: Any, options: Any) -> Iterator[Any]:
    """Words of sentences that are made without Frappe and get the translating function as an argument."""
    from babel.messages.extract import extract_python

    for line, _name, text, comments in extract_python(fileobj, ["translate"], tags, options):
        yield line, "_", text, comments
    yield from _code(fileobj, keywords, tags, options)


def hooks(fileobj: BinaryIO, keywords: Any, tags: Any, options: Any) -> Iterator[Any]:
    """Title of the app and names of its modules."""
    from relationship_crm import hooks as ours

    yield _message(ours.app_title, "Name of the app and of its module")
    yield _message(ours.app_description, "Description of the app")


def fixtures(fileobj: BinaryIO, *_args: Any, **_kwargs: Any) -> Iterator[Message]:
    """Names of roles."""
    for record in json.load(fileobj):
        if record.get("doctype") == "Role":
            yield _message(record["role_name"], "Name of a role")


def number_card(fileobj: BinaryIO, *_args: Any, **_kwargs: Any) -> Iterator[Message]:
    """Labels of number cards."""
    yield _message(json.load(fileobj)["label"], "Label of a number card")


def dashboard_chart(fileobj: BinaryIO, *_args: Any, **_kwargs: Any) -> Iterator[Message]:
    """Names of charts."""
    yield _message(json.load(fileobj)["chart_name"], "Name of a chart")


def print_format(fileobj: BinaryIO, *_args: Any, **_kwargs: Any) -> Iterator[Message]:
    """Names of print formats."""
    yield _message(json.load(fileobj)["name"], "Name of a print format")


def sidebar(fileobj: BinaryIO, *_args: Any, **_kwargs: Any) -> Iterator[Message]:
    """Title and items of a sidebar (ERPNext 16)."""
    record = json.load(fileobj)
    yield _message(record["title"], "Title of a sidebar")
    for item in record["items"]:
        yield _message(item["label"], f"Item of the sidebar '{record['title']}'")


def desktop_icon(fileobj: BinaryIO, *_args: Any, **_kwargs: Any) -> Iterator[Message]:
    """Labels of icons on the desktop (ERPNext 16)."""
    yield _message(json.load(fileobj)["label"], "Label of an icon on the desktop")
