"""Which articles fit a subject, by hand."""

from __future__ import annotations

from math import log

import pytest

from relationship_crm.contracts.ranking import ranking, stem, stems_of

ARTICLES = [
    ("Printer jams", "Open the tray and pull the paper out slowly."),
    ("Reset a password", "The printer has one too."),
    ("Opening hours", "We are there from eight to five."),
]


def test_words_are_compared_by_their_beginnings() -> None:
    assert stem("printers") == "printe"
    assert stem("принтера") == "принте"
    assert stem("jams") == "jams"
    assert stems_of("The PRINTER is jammed, the printer!") == ["print", "jamm", "the"]
    assert stems_of("a b 12 –") == []


def test_score_by_hand() -> None:
    # "printer" is in two of three articles, "tray" in one, "kyocera" in none
    printer, tray, kyocera = log(1 + 3 / 2), log(1 + 3 / 1), log(2)
    whole = 4 * (printer + tray + kyocera)
    assert ranking(["printe", "tray", "kyoce"], ARTICLES, 3) == pytest.approx(
        [(3 * printer + tray) / whole, printer / whole, 0.0]
    )


def test_a_beginning_is_not_a_middle() -> None:
    # "eight" is in "weight", but does not begin it
    assert ranking(["eight"], [("Weight", "")], 1) == [0.0]


def test_nothing_to_rank() -> None:
    assert ranking(["printe"], [], 5) == []
