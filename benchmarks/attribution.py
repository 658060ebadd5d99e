"""Time to divide invoices over campaign touches, in memory: `python benchmarks/attribution.py`.

No bench, no site: the arithmetic of `campaigns/attribution.py` on a made-up book of five years. The seed fixes it. One invoice
in twenty has a return, half of these in full. The floor beside it is what cannot be saved: finding each invoice's touches
by two binary searches, and one pass over the pairs.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from relationship_crm.campaigns.attribution import (
    LOOK_BACK,
    Invoices,
    Model,
    Touches,
    attribute,
    by_campaign,
)
from relationship_crm.contracts.periods import key

SEED, RUNS = 2026, 3
INVOICES, TOUCHES, PARTIES, CAMPAIGNS, DAYS = 1_000_000, 200_000, 20_000, 100, 5 * 365

Result = TypeVar("Result")


def book(
    invoices: int, touches: int, parties: int, rng: np.random.Generator
) -> tuple[Invoices, Touches, np.ndarray]:
    """Invoices with returns, touches of campaigns, and the campaign of each touch."""
    returned = invoices // 20
    issued = invoices - returned
    party, day = rng.integers(0, parties, issued), rng.integers(0, DAYS, issued)
    amount = np.round(rng.lognormal(5, 1, issued), 2)
    of = rng.choice(issued, returned, replace=False)
    part = np.where(rng.random(returned) < 0.5, 1.0, rng.random(returned))
    back = -np.round(amount[of] * part, 2)
    amounts = np.concatenate((amount, back))
    found = Invoices.of(
        np.concatenate((party, party[of])),
        np.concatenate((day, day[of] + rng.integers(1, 60, returned))),
        amounts,
        np.round(amounts * rng.choice([0.0, 0.5, 1.0], invoices, p=[0.1, 0.1, 0.8]), 2),
        np.concatenate((np.full(issued, -1), of)),
    )
    campaign = rng.integers(0, CAMPAIGNS, touches)
    names = np.char.add("T", rng.permutation(touches).astype(str))
    return (
        found,
        Touches.of(rng.integers(0, parties, touches), rng.integers(0, DAYS, touches), names),
        campaign,
    )


def floor(invoices: Invoices, touches: Touches) -> tuple[int, float]:
    """Pairs of invoice and touch, and their sum: the searches and one pass."""
    by = key(touches.party, touches.day)
    first = np.searchsorted(by, key(invoices.party, invoices.day - LOOK_BACK), side="left")
    stop = np.searchsorted(by, key(invoices.party, invoices.day), side="right")
    pairs = np.repeat(invoices.amount, stop - first)
    return len(pairs), float(pairs.sum())


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    """Median seconds of some runs, and the last result."""
    seconds = []
    for _run in range(RUNS):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds)), result


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--invoices", type=int, default=INVOICES, help="with returns (%(default)s)")
    parser.add_argument("--touches", type=int, default=TOUCHES, help="(%(default)s)")
    parser.add_argument("--parties", type=int, default=PARTIES, help="(%(default)s)")
    options = parser.parse_args()
    start = time.perf_counter()
    invoices, touches, campaign = book(
        options.invoices, options.touches, options.parties, np.random.default_rng(SEED)
    )
    print(
        f"{options.invoices:,} invoices, {options.touches:,} touches, {options.parties:,} parties "
        f"(made and sorted in {time.perf_counter() - start:.1f} s)"
    )
    seconds, (pairs, _sum) = timed(lambda: floor(invoices, touches))
    print(f"{'floor':<16} {seconds:7.2f} s  {pairs:>12,} pairs")
    whole = int(invoices.amount.sum())
    for model in Model:
        seconds, credits = timed(lambda model=model: attribute(invoices, touches, model))
        summing, sums = timed(lambda credits=credits: by_campaign(credits, campaign, CAMPAIGNS))
        print(
            f"{model.value:<16} {seconds:7.2f} s  {len(credits.touch):>12,} rows, summed by campaign in {summing:.2f} s, "
            f"difference from the net {(sums.total - whole) / 100:.2f}"
        )
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
