"""Charts as SVG that take the page's text colour, so that light, dark and paper can show them."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from relationship_crm.engine.grid import day_of
from relationship_crm.engine.scores import ENOUGH
from relationship_crm.preview.summary import Line, Summary
from relationship_crm.preview.words import DIMENSION_LABELS

if TYPE_CHECKING:
    from relationship_crm.preview.voice import Figure

#: Drawn in this colour, shown in the page's text colour.
INK = "#010203"
#: Score bars by confidence, weak to strong.
SHADES = ("#a9cdbf", "#4f9c86", "#1f6b5c")
STEPS = (ENOUGH, 0.55, 0.75)
STEP_LABELS = ("confidence 33–55 %", "55–75 %", "over 75 %")
MONTHS = 24


def available() -> bool:
    """Whether matplotlib is installed (the extra `preview` brings it)."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        return False
    return True


def _figure(width: float, height: float, columns: int = 1, shared: bool = True):
    import matplotlib

    matplotlib.use("svg", force=True)
    from matplotlib import pyplot

    pyplot.rcParams.update(
        {
            "svg.fonttype": "none",
            "font.size": 10,
            "text.color": INK,
            "axes.labelcolor": INK,
            "axes.edgecolor": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.linewidth": 0.6,
        }
    )
    return pyplot.subplots(
        1, columns, figsize=(width, height), sharey=shared, layout="constrained", squeeze=False
    )


def _svg(figure: object, title: str) -> str:
    """The figure as an inline SVG: scalable, in the page's colour and font, named for screen readers."""
    from matplotlib import pyplot

    out = io.StringIO()
    pyplot.rcParams["svg.hashsalt"] = title
    figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.S)
    text = re.sub(
        r'width="[\d.]+pt" height="[\d.]+pt"', f'role="img" aria-label="{title}"', text, count=1, flags=re.S
    )
    text = re.sub(r"font: ([\d.]+)px [^;\"]+", r"font-size: \1px", text)
    return text.replace(INK, "currentColor")


def movement(summary: Summary) -> str:
    """How many parties stood on each stage at the end of each month."""
    start = summary.point_before(MONTHS)
    days = [day_of(d) for d in summary.days[start:]]
    if len(days) < 2:
        return ""
    rungs = sorted(summary.ladder.rungs, key=lambda r: r.rung)
    counts = np.array([list(summary.counts(t).values()) for t in range(start, len(summary.days))]).T
    figure, axes = _figure(10, 3.9)
    axis = axes[0][0]
    axis.stackplot(
        days, counts, colors=[r.color or "#888888" for r in rungs], edgecolor="#ffffff55", linewidth=0.4
    )
    # names beside the bands, pushed apart where the bands are thin
    total, place = counts[:, -1].sum(), -1e9
    middle = np.cumsum(counts[:, -1]) - counts[:, -1] / 2
    for rung, y, count in zip(rungs, middle, counts[:, -1], strict=True):
        if count:
            place = max(y, place + total * 0.062)
            axis.annotate(
                f"{rung.name}  {count}",
                (1.01, place),
                xycoords=("axes fraction", "data"),
                va="center",
                fontsize=9,
            )
    axis.set_xlim(days[0], days[-1])
    axis.set_ylim(0, max(counts.sum(axis=0).max(), place + total * 0.03))
    axis.set_ylabel("parties")
    axis.grid(axis="y", color=INK, alpha=0.12, linewidth=0.6)
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=5, maxticks=10)
    axis.xaxis.set_major_locator(locator)
    axis.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
    return _svg(figure, "Parties by stage at the end of each month")


def distribution(lines: Sequence[Line]) -> str:
    """How the scores are spread, and how sure they are."""
    names = ("satisfaction", "trust", "engagement", "composite")
    figure, axes = _figure(10, 2.9, len(names))
    edges = np.arange(0, 101, 5)
    for axis, name in zip(axes[0], names, strict=True):
        score = np.array([line.scores[name] for line in lines])
        confidence = np.array([line.confidence[name] for line in lines])
        enough = ~np.isnan(score) & (confidence >= ENOUGH - 1e-12)
        step = np.searchsorted(STEPS, confidence[enough] + 1e-12, side="right") - 1
        parts = [score[enough][step == i] for i in range(len(STEPS))]
        axis.hist(parts, bins=edges, stacked=True, color=SHADES, label=STEP_LABELS, rwidth=0.92)
        axis.set_title(f"{DIMENSION_LABELS[name]}: {enough.sum()} of {len(lines)}", fontsize=10, loc="left")
        axis.set_xlim(0, 100)
        axis.set_xticks([0, 25, 50, 75, 100])
        axis.grid(axis="y", color=INK, alpha=0.12, linewidth=0.6)
        axis.set_axisbelow(True)
        if enough.any():
            axis.axvline(float(np.median(score[enough])), color=INK, linewidth=0.9, linestyle=(0, (3, 2)))
    axes[0][0].set_ylabel("parties")
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    return _svg(figure, "Distribution of satisfaction, trust, engagement and composite by confidence")


def voice(quarters: Sequence[str], figures: Sequence[Figure]) -> str:
    """Results of surveys by quarter with their 95 % intervals."""
    drawing, axes = _figure(10, 2.7, len(figures), shared=False)
    for axis, figure in zip(axes[0], figures, strict=True):
        known = [(i, e) for i, e in enumerate(figure.quarters) if e.known]
        places = [i for i, _e in known]
        values = np.array([e.value for _i, e in known])
        reach = np.array([[max(e.value - e.low, 0), max(e.high - e.value, 0)] for _i, e in known]).T
        axis.errorbar(places, values, yerr=np.nan_to_num(reach), fmt="none", ecolor=SHADES[0], elinewidth=5)
        axis.plot(places, values, color=SHADES[2], marker="o", markersize=4.5, linewidth=1.2)
        answers = sum(e.n for e in figure.quarters)
        axis.set_title(f"{figure.kind.value}: {answers} answers", fontsize=10, loc="left")
        axis.set_xticks(range(len(quarters)), quarters, fontsize=8, rotation=35, ha="right")
        axis.grid(axis="y", color=INK, alpha=0.12, linewidth=0.6)
        axis.set_axisbelow(True)
    return _svg(drawing, "Results of surveys by quarter with their 95 % intervals")
