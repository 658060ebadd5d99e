"""Cells of CSV files as values."""

from __future__ import annotations

from datetime import datetime

import pytest

from relationship_crm.preview.values import (
    DATE_FORMATS,
    BadValue,
    parse_integer,
    parse_number,
    parse_tick,
    parse_time,
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2025-03-04", datetime(2025, 3, 4)),
        ("2025-3-4", datetime(2025, 3, 4)),
        ("2025-03-04 17:05:09.123456", datetime(2025, 3, 4, 17, 5, 9)),
        ("2025-03-04T17:05", datetime(2025, 3, 4, 17, 5)),
    ],
)
def test_iso_is_always_read(text: str, wanted: datetime) -> None:
    assert parse_time(text) == wanted
    assert parse_time(text, DATE_FORMATS["d/m/Y"]) == wanted


@pytest.mark.parametrize(
    ("text", "form", "wanted"),
    [
        ("04/03/2025", "d/m/Y", datetime(2025, 3, 4)),
        ("04.03.2025", "d/m/Y", datetime(2025, 3, 4)),
        ("4-3-2025 08:30", "d/m/Y", datetime(2025, 3, 4, 8, 30)),
        ("03/04/2025", "m/d/Y", datetime(2025, 3, 4)),
        ("20250304", "Ymd", datetime(2025, 3, 4)),
    ],
)
def test_other_formats_as_chosen(text: str, form: str, wanted: datetime) -> None:
    assert parse_time(text, DATE_FORMATS[form]) == wanted


@pytest.mark.parametrize(
    "text", ["2025-02-30", "04/03/2025", "yesterday", "0025-03-04", "2925-03-04", "45000"]
)
def test_what_is_no_date_is_said(text: str) -> None:
    with pytest.raises(BadValue):
        parse_time(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1234.5", 1234.5), ("-3", -3), ("1,234.50", 1234.5), ("1,234", 1234), ("1.234,50", 1234.5), ("12,5", 12.5),
        ("1 234,5", 1234.5), ("1'234.5", 1234.5), ("1e3", 1000), (".5", 0.5),
    ],
)  # fmt: skip
def test_numbers_in_several_writings(text: str, wanted: float) -> None:
    assert parse_number(text) == wanted


@pytest.mark.parametrize("text", ["twelve", "1,2,3", "nan", "inf", "-", "EUR 5"])
def test_what_is_no_number_is_said(text: str) -> None:
    with pytest.raises(BadValue):
        parse_number(text)


def test_ticks() -> None:
    assert [parse_integer(t) for t in ("1", "0", "", "Yes", "no", "2")] == [1, 0, 0, 1, 0, 2]
    assert parse_tick("x") and not parse_tick("0")
    with pytest.raises(BadValue):
        parse_tick("maybe")
    with pytest.raises(BadValue):
        parse_integer("1.5")
