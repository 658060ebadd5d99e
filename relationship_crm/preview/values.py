"""Cells of a CSV file as values: dates, numbers and ticks as people and programs write them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

#: Date formats by the names of --date-format; the first of a pair without, the second with dashes or dots.
DATE_FORMATS = {
    "iso": ("%Y-%m-%d",),
    "d/m/Y": ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y"),
    "m/d/Y": ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y"),
    "Ymd": ("%Y%m%d",),
}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?Z?)?$")
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?$")
_COMMA_DECIMAL = re.compile(r"-?\d{1,3}(\.\d{3})*,\d{1,2}$|-?\d+,\d+$")
_TRUE = {"1", "yes", "true", "y", "x", "checked"}
_FALSE = {"", "0", "no", "false", "n"}
#: Days outside these years are slips of the pen, and one of them would stretch the history over centuries.
YEARS = range(1950, 2101)


class BadValue(ValueError):
    """A cell that cannot be read; the message says why."""


def parse_time(text: str, formats: tuple[str, ...] = ()) -> datetime:
    """A date or datetime; ISO is always understood, other formats as chosen."""
    found = _ISO.match(text)
    try:
        if found:
            parts = [int(part or 0) for part in found.groups()]
            return _sane(datetime(*parts))
        for form in formats:
            for whole in (form, f"{form} %H:%M", f"{form} %H:%M:%S"):
                try:
                    return _sane(datetime.strptime(text, whole))
                except ValueError as problem:
                    if isinstance(problem, BadValue):
                        raise
    except ValueError as problem:
        raise BadValue(f"{text!r} is not a day ({problem})") from None
    hint = (
        ""
        if formats and formats != DATE_FORMATS["iso"]
        else "; --date-format d/m/Y or m/d/Y reads other dates than 2025-12-31"
    )
    raise BadValue(f"{text!r} is not a date{hint}")


def _sane(moment: datetime) -> datetime:
    if moment.year not in YEARS:
        raise BadValue(f"year {moment.year}")
    return moment


def parse_number(text: str) -> float:
    """A number, with separators of thousands in English or continental writing."""
    plain = text.replace("\u00a0", "").replace(" ", "").replace("'", "")
    if _GROUPED.match(plain):
        plain = plain.replace(",", "")
    elif _COMMA_DECIMAL.match(plain):
        plain = plain.replace(".", "").replace(",", ".")
    try:
        number = float(plain)
    except ValueError:
        raise BadValue(f"{text!r} is not a number") from None
    if number != number or number in (float("inf"), float("-inf")):
        raise BadValue(f"{text!r} is not a number")
    return number


def parse_integer(text: str) -> int:
    """A whole number or a tick (Yes, No, 1, 0, empty)."""
    lowered = text.strip().lower()
    if lowered in _FALSE:
        return 0
    if lowered in _TRUE:
        return 1
    number = parse_number(text)
    if number != int(number):
        raise BadValue(f"{text!r} is not a whole number")
    return int(number)


def parse_tick(text: str) -> bool:
    """A tick: Yes, No, 1, 0, empty."""
    lowered = text.strip().lower()
    if lowered in _TRUE | _FALSE:
        return lowered in _TRUE
    raise BadValue(f"{text!r} is neither yes nor no")


def month_end_before(day: date) -> date:
    """The last day of the month before a day's."""
    return day.replace(day=1) - timedelta(days=1)
