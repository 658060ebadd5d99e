"""What migrate does to sites of earlier versions: adds what is missing, writes over nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import frappe
import pytest

import relationship_crm
from relationship_crm.config.ladders import ADVOCATE, KOTLER
from relationship_crm.patches import the_customers_voice as voice

PATCHES = Path(relationship_crm.__file__).parent / "patches.txt"


def test_every_patch_can_be_imported(house) -> None:
    lines = [line.strip() for line in PATCHES.read_text().splitlines()]
    names = [line for line in lines if line and not line.startswith(("#", "["))]
    assert names
    for name in names:
        assert callable(frappe.get_attr(f"{name}.execute")), name


# the customer's voice


def model() -> Any:
    return frappe.get_doc("Relationship Scoring Model", "Standard")


def as_before() -> int:
    """The shipped model without the signals of this version; returns how many rows it had."""
    new = {signal.key for signal in voice.NEW_SIGNALS}
    doc = model()
    before = len(doc.signals)
    doc.set("signals", [row for row in doc.signals if row.signal not in new])
    doc.save()
    return before


def test_a_fresh_site_has_them(house) -> None:
    keys = {row.signal for row in model().signals}
    assert {signal.key for signal in voice.NEW_SIGNALS} <= keys


def test_new_signals_come_into_the_shipped_model(house) -> None:
    before = as_before()
    voice.execute()
    doc = model()
    assert len(doc.signals) == before
    rows = {(row.signal, row.dimension): row for row in doc.signals}
    answer = rows["survey_trust_company", "trust_company"]
    assert (answer.weight, answer.half_life, answer.cap, answer.enabled) == (3, 365, 9, 1)
    assert answer.label == "Survey: trust in the company"
    voice.execute()
    assert len(model().signals) == before


def test_what_a_company_made_of_it_stays(house) -> None:
    doc = model()
    changed = next(row for row in doc.signals if row.signal == "survey_satisfaction")
    changed.weight, changed.enabled = 1.5, 0
    own = frappe.get_doc(
        {
            "doctype": "Relationship Scoring Model",
            "model_name": "Own",
            "disabled": 1,
            "prior_weight": 2,
            "signals": [],
        }
    ).insert()
    doc.save()
    voice.execute()
    after = next(row for row in model().signals if row.signal == "survey_satisfaction")
    assert (after.weight, after.enabled) == (1.5, 0)
    assert frappe.get_doc("Relationship Scoring Model", own.name).signals == []


def test_a_site_without_the_shipped_model_is_left_alone(house, monkeypatch) -> None:
    monkeypatch.setattr(voice, "STANDARD", "No Such Model")
    voice.add_signals()


def criteria(stage: str) -> list[tuple[str, float, int]]:
    doc = frappe.get_doc("Relationship Stage", stage)
    return [(row.measure, row.threshold, row.alternative) for row in doc.criteria]


def set_criteria(stage: str, *rows: dict[str, Any]) -> None:
    doc = frappe.get_doc("Relationship Stage", stage)
    doc.set("criteria", list(rows))
    doc.save()


REFERRAL = {"measure": "paid_referrals", "operator": ">=", "threshold": 1}


@pytest.mark.parametrize("ladder", ["Kotler", "Payne"])
def test_the_shipped_ladders_learn_of_testimonials_and_ideas(house, ladder) -> None:
    set_criteria(f"{ladder}-Advocate", REFERRAL)
    set_criteria(
        f"{ladder}-Partner",
        {**REFERRAL, "threshold": 2},
        {"measure": "composite", "operator": ">=", "threshold": 65, "margin_up": 5, "margin_down": 10},
    )
    voice.execute()
    assert criteria(f"{ladder}-Advocate") == [("paid_referrals", 1, 1), ("testimonials", 1, 1)]
    assert criteria(f"{ladder}-Partner") == [
        ("paid_referrals", 2, 1), ("realised_ideas", 1, 1), ("composite", 65, 0),
    ]  # fmt: skip
    voice.execute()
    assert len(criteria(f"{ladder}-Advocate")) == 2


def test_a_rung_that_a_company_changed_stays(house) -> None:
    set_criteria("Kotler-Advocate", {**REFERRAL, "threshold": 3})
    voice.execute()
    assert criteria("Kotler-Advocate") == [("paid_referrals", 3, 0)]


def test_the_ladder_that_is_shipped_is_what_the_patch_makes(house) -> None:
    rung = next(r for r in KOTLER.rungs if r.name == "Advocate")
    assert rung.criteria == ADVOCATE
