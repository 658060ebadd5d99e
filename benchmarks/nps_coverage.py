"""How often an interval of the Net Promoter Score holds the true score: `python benchmarks/nps_coverage.py`.

Draws samples from populations whose true score is known and counts how often the 95 % interval contains it, for the
interval of `surveys/statistics.py` and for others. No bench, no site: numpy alone. The seed fixes the result.

Rocks, B. (2016): Interval Estimation for the "Net Promoter Score". The American Statistician 70 (4), 365-372, compares
Wald, Goodman, adjusted Wald and score intervals and finds the adjusted Wald interval with three pseudo-answers as good as
any, and simple.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from relationship_crm.surveys import statistics

SEED, SAMPLES = 2016, 20_000
SIZES = (5, 10, 20, 50, 200)
#: Shares of detractors, passives and promoters: from a company that is loved to one that is not.
COMPANIES = (
    (0.02, 0.08, 0.90),
    (0.05, 0.15, 0.80),
    (0.10, 0.20, 0.70),
    (0.15, 0.30, 0.55),
    (0.20, 0.30, 0.50),
    (0.25, 0.35, 0.40),
    (0.35, 0.35, 0.30),
    (0.55, 0.25, 0.20),
)
#: Populations drawn at random, every mixture as likely as any other.
RANDOM_POPULATIONS = 300

Bounds = tuple[np.ndarray, np.ndarray]
Interval = Callable[[np.ndarray, float], Bounds]


def wald(counts: np.ndarray, z: float, pseudo: tuple[float, float, float] = (0, 0, 0)) -> Bounds:
    """Wald's interval of counts (detractors, passives, promoters) with pseudo-answers added to each."""
    counts = counts + np.array(pseudo)
    n = counts.sum(axis=1)
    low, high = counts[:, 0] / n, counts[:, 2] / n
    score = high - low
    reach = z * np.sqrt(np.maximum(low + high - score**2, 0) / n)
    return np.maximum(score - reach, -1), np.minimum(score + reach, 1)


def students(counts: np.ndarray, z: float) -> Bounds:
    """The t interval of a mean of -1, 0 and 1, as many tools draw it."""
    from scipy.special import stdtrit

    n = counts.sum(axis=1)
    score = (counts[:, 2] - counts[:, 0]) / n
    variance = (counts[:, 0] + counts[:, 2] - n * score**2) / (n - 1)
    reach = stdtrit(n - 1, 0.975) * np.sqrt(np.maximum(variance, 0) / n)
    return score - reach, score + reach


def ours(counts: np.ndarray, z: float) -> Bounds:
    """The interval the reports draw, sample by sample through the function they use."""
    distinct, places = np.unique(counts, axis=0, return_inverse=True)
    bounds = np.array([_bounds(row) for row in distinct])
    return bounds[places.ravel(), 0], bounds[places.ravel(), 1]


def _bounds(counts: np.ndarray) -> tuple[float, float]:
    found = statistics.nps(*(int(count) for count in counts))
    return found.low / 100, found.high / 100


INTERVALS: dict[str, Interval] = {
    "ours: adjusted Wald, ¾ 1½ ¾ (Rocks 2016)": ours,
    "Wald": wald,
    "Student's t": students,
    "adjusted Wald, 1 1 1": lambda counts, z: wald(counts, z, (1, 1, 1)),
    "adjusted Wald, 1 2 1": lambda counts, z: wald(counts, z, (1, 2, 1)),
    "adjusted Wald, 1½ 0 1½": lambda counts, z: wald(counts, z, (1.5, 0, 1.5)),
}


@dataclass
class Coverage:
    """How often an interval holds the true score, and how wide it is in points."""

    companies: list[float]
    random: np.ndarray
    width: float

    @property
    def mean(self) -> float:
        """Over the companies."""
        return float(np.mean(self.companies))


def coverage(interval: Interval, n: int, samples: int = SAMPLES, seed: int = SEED) -> Coverage:
    """Coverage at one sample size."""
    rng = np.random.default_rng([seed, n])
    z = statistics.quantile()
    companies, widths = [], []
    for shares in COMPANIES:
        held, width = _held(interval, rng, np.array(shares), n, samples, z)
        companies.append(held)
        widths.append(width)
    drawn = rng.dirichlet((1, 1, 1), RANDOM_POPULATIONS)
    random = [_held(interval, rng, shares, n, samples // 20, z)[0] for shares in drawn]
    return Coverage(companies, np.array(random), 100 * float(np.mean(widths)))


def _held(
    interval: Interval, rng: np.random.Generator, shares: np.ndarray, n: int, samples: int, z: float
) -> tuple[float, float]:
    low, high = interval(rng.multinomial(n, shares, samples), z)
    true = shares[2] - shares[0]
    return float(np.mean((low <= true + 1e-12) & (true - 1e-12 <= high))), float(np.mean(high - low))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--samples", type=int, default=SAMPLES, help="a population (%(default)s)")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    scores = " ".join(f"{100 * (p - d):+5.0f}" for d, _passive, p in COMPANIES)
    print(f"Share of 95 % intervals that hold the true score. Companies by their true NPS: {scores}")
    print(
        f"{'':>5} {'interval':<42} {'mean':>6} {'least':>6} {'random':>7} {'5 % of':>7} {'width':>6}   by company"
    )
    for n in SIZES:
        for name, interval in INTERVALS.items():
            found = coverage(interval, n, options.samples, options.seed)
            row = " ".join(f"{held:5.3f}" for held in found.companies)
            print(
                f"{n:>5} {name:<42} {found.mean:6.3f} {min(found.companies):6.3f} {found.random.mean():7.3f} "
                f"{np.quantile(found.random, 0.05):7.3f} {found.width:6.0f}   {row}"
            )
        print()


if __name__ == "__main__":
    main()
