"""Texts for the translators that Frappe's own extractors do not see: data that is translated where it is shown.

`babel_extractors.csv` says which file is read by which function; `bench generate-pot-file` calls them. Each yields
what Babel wants: line, function name, message, comments.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

Message = tuple[int | None, str, str, list[str]]
#: Labels that ERPNext uses for something else; they are translated for our DocTypes only.
SHARED = ("Is", "Stage Name")
#: A text in `__()`; inside the attributes of a template Babel's reader takes it for a part of a string.
IN_TEMPLATE = re.compile(r"""\b__\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')(?=\s*(?:,\s*\[[^\]]*\]\s*)?\))""")


def _message(text: str, comment: str) -> Message:
    return None, "_", text, [comment]


def python(fileobj: BinaryIO, *_args: Any, **_kwargs: Any) -> Iterator[Any]:
    """Texts in `_()`, and in `translate()` where a module without Frappe is given the function. Variables are no texts."""
    for node in ast.walk(ast.parse(fileobj.read())):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        if getattr(node.func, "id", getattr(node.func, "attr", "")) not in ("_", "_lt", "translate"):
            continue
        context = [word.value.value for word in node.keywords if word.arg == "context"]
        text = node.args[0].value
        if context:
            yield node.lineno, "pgettext", (context[0], text), []
        else:
            yield node.lineno, "_", text, []


def javascript(fileobj: BinaryIO, keywords: Any, tags: Any, options: Any) -> Iterator[Any]:
    """Texts in `__()`, those in templates inside templates too."""
    from frappe.gettext.extractors import javascript as frappes

    code = fileobj.read().decode()
    fileobj.seek(0)
    yield from frappes.extract(fileobj, keywords, tags, options)
    for found in IN_TEMPLATE.finditer(code):
        line = code.count("\n", 0, found.start()) + 1
        yield line, "gettext", ast.literal_eval(found.group(1)), []


def doctype(fileobj: BinaryIO, keywords: Any, tags: Any, options: Any) -> Iterator[Any]:
    """What Frappe's extractor finds; labels that mean something else in ERPNext get the DocType as context."""
    from frappe.gettext.extractors import doctype as frappes

    name = json.load(fileobj)["name"]
    fileobj.seek(0)
    for line, function, text, comments in frappes.extract(fileobj, keywords, tags, options):
        if text in SHARED and comments[0].startswith("Label of"):
            yield line, "pgettext", (name, text), comments
        else:
            yield line, function, text, comments


def signals(fileobj: BinaryIO, *_args: Any, **_kwargs: Any) -> Iterator[Any]:
    """Labels and descriptions of the standard signals."""
    from relationship_crm.signals import standard_signals

    for signal in standard_signals():
        yield _message(signal.label, "Label of a signal")
        yield _message(signal.description, f"Description of the signal '{signal.label}'")
    yield from python(fileobj)


def measures(fileobj: BinaryIO, *_args: Any, **_kwargs: Any) -> Iterator[Any]:
    """Labels and descriptions of what criteria can be set on."""
    from relationship_crm.measures.registry import MEASURES

    for measure in MEASURES.values():
        yield _message(measure.label, "Label of a measure")
        yield _message(measure.description, f"Description of the measure '{measure.label}'")
    yield from python(fileobj)


def ladders(fileobj: BinaryIO, *_args: Any, **_kwargs: Any) -> Iterator[Any]:
    """Names and descriptions of the stages that ship with the app."""
    from relationship_crm.config.ladders import LADDERS

    for ladder in LADDERS:
        yield _message(ladder.description, f"Description of the ladder '{ladder.name}'")
        for rung in ladder.rungs:
            yield _message(rung.name, f"Stage of the ladder '{ladder.name}'")
            yield _message(rung.description, f"Description of the stage '{rung.name}'")
    yield from python(fileobj)


def custom_fields(fileobj: BinaryIO, *_args: Any, **_kwargs: Any) -> Iterator[Any]:
    """Labels and descriptions of the fields on ERPNext's DocTypes."""
    from relationship_crm.custom_fields import get_custom_fields

    for doctype, fields in get_custom_fields().items():
        for field in fields:
            if field.get("label"):
                yield _message(field["label"], f"Label of a custom field in DocType '{doctype}'")
            if field.get("description"):
                yield _message(field["description"], f"Description of a custom field in DocType '{doctype}'")
    yield from python(fileobj)


def hooks(fileobj: BinaryIO, *_args: Any, **_kwargs: Any) -> Iterator[Any]:
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
