"""The check against what happened: published and hand-worked numbers."""

from __future__ import annotations

import numpy as np
import pytest

from relationship_crm.engine.backtest import auc, auc_error, check, share_by


def test_auc_by_hand() -> None:
    """Figures 3, 1 | 2, 0 : of four pairs three are in order; a tie counts half; unknown figures are left out."""
    happened = np.array([True, True, False, False])
    assert auc(np.array([3.0, 1, 2, 0]), happened) == pytest.approx(0.75)
    assert auc(np.array([3.0, 2, 2, 0]), happened) == pytest.approx(3.5 / 4)
    assert auc(np.array([3.0, np.nan, 2, 0]), happened) == pytest.approx(1)
    assert np.isnan(auc(np.array([1.0, 2]), np.array([True, True])))


def test_standard_error_by_hand() -> None:
    """Hanley & McNeil's example, area .893 with 51 abnormal and 58 normal cases.

    Q1 = .893/1.107 = .80668, Q2 = 2·.79745/1.893 = .84253; (.09555 + 50·.00923 + 57·.04508)/2958 = .0010572.
    """
    assert auc_error(0.893, 51, 58) == pytest.approx(0.0325, abs=5e-5)


def test_a_figure_that_points_the_wrong_way_is_named() -> None:
    rng = np.random.default_rng(5)
    happened = rng.random(400) < 0.5
    assert check(happened + rng.random(400), happened).verdict == "foretells"
    assert check(~happened + rng.random(400), happened).verdict == "contradicts"
    assert check(rng.random(400), happened).verdict == "chance"


def test_share_by_step() -> None:
    assert share_by(np.array([2, 1, 2, 2]), np.array([True, False, False, True])) == {
        1: (1, 0.0),
        2: (3, 2 / 3),
    }
