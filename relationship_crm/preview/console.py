"""What the terminal shows; with rich where it is installed, in plain text without."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from relationship_crm.campaigns.attribution import Model
from relationship_crm.engine.dimensions import DIMENSIONS
from relationship_crm.engine.scores import ENOUGH
from relationship_crm.preview.campaigns import campaigns
from relationship_crm.preview.contracts import AHEAD, contracts
from relationship_crm.preview.load import Loaded
from relationship_crm.preview.run import Result
from relationship_crm.preview.summary import Move, Summary
from relationship_crm.preview.words import DIMENSION_LABELS, day_text, number

try:
    import rich.console
    import rich.progress
    import rich.table
    from rich.markup import escape
except ImportError:  # the extra `preview` brings it
    rich = None

BAR = 36
WIDTH = 140
#: Bad rows listed on the terminal; all are counted.
LISTED = 20
ROWS = 8


class Console:
    """Prints to the terminal."""

    def __init__(self) -> None:
        self.rich = rich.console.Console(highlight=False) if rich else None
        if self.rich and not self.rich.is_terminal:  # a file or a pipe has no width
            self.rich.width = WIDTH

    def line(self, text: str = "", style: str = "") -> None:
        """A line of text."""
        if self.rich:
            self.rich.print(escape(text), style=style or None)
        else:
            click.echo(text)

    def failure(self, text: str) -> None:
        """A line about why nothing comes."""
        click.echo(f"Error: {text}", err=True)

    def heading(self, text: str) -> None:
        """A heading."""
        self.line()
        self.line(text, "bold")

    def table(self, titles: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> None:
        """A table; columns in `right` are numbers."""
        if self.rich:
            table = rich.table.Table(box=None, pad_edge=False, header_style="dim")
            for i, title in enumerate(titles):
                table.add_column(
                    title, justify="right" if i in right else "left", no_wrap=i < len(titles) - 1
                )
            for row in rows:
                table.add_row(*(escape(cell) for cell in row))
            self.rich.print(table)
            return
        widths = [max(len(row[i]) for row in [titles, *rows]) for i in range(len(titles))]
        for row in [titles, *rows]:
            cells = [
                c.rjust(w) if i in right else c.ljust(w)
                for i, (c, w) in enumerate(zip(row, widths, strict=True))
            ]
            click.echo("  ".join(cells).rstrip())

    @contextmanager
    def counting(self, text: str) -> Iterator[Callable[[int, int], None]]:
        """Progress of something that knows its end."""
        if self.rich and self.rich.is_terminal:
            with rich.progress.Progress(
                rich.progress.TextColumn("{task.description}"),
                rich.progress.BarColumn(),
                rich.progress.TaskProgressColumn(),
                rich.progress.TimeElapsedColumn(),
                console=self.rich,
                transient=False,
            ) as progress:
                task = progress.add_task(text, total=None)
                yield lambda done, total: progress.update(task, completed=done, total=total)
        else:
            click.echo(f"{text} …")
            sys.stdout.flush()
            yield lambda done, total: None

    @contextmanager
    def reading(self) -> Iterator[Callable[[str, int], None]]:
        """Progress of reading files."""
        if self.rich and self.rich.is_terminal:
            with self.rich.status("Reading") as status:
                yield lambda name, done: status.update(
                    f"Reading {escape(name)}" + (f", row {done:,}" if done else "")
                )
        else:
            yield lambda name, done: None if done else click.echo(f"Reading {name} …")

    def loaded(self, loaded: Loaded) -> None:
        """What came in, and what could not be read."""
        found = ", ".join(
            f"{count:,} {doctype}"
            for doctype, count in sorted(loaded.rows.items(), key=lambda x: -x[1])
            if count
        )
        self.line(f"Read: {found}.")
        if loaded.problems:
            count = len(loaded.problems)
            self.heading(f"{count} bad row{'s' * (count > 1)} left out")
            for problem in loaded.problems[:LISTED]:
                self.line(f"  {problem}")
            if count > LISTED:
                self.line(f"  … and {count - LISTED} more")

    def summary(self, result: Result, loaded: Loaded) -> None:
        """The ladder, the moves, who is at risk, what was known."""
        summary = result.summary
        self.heading(f"The ladder on {day_text(summary.as_of)} ({summary.ladder.name})")
        self._ladder(summary)
        self._moves(summary)
        self._at_risk(summary)
        self._contracts(result)
        self._campaigns(result)
        self._evidence(summary, result, loaded)
        self.line()
        self.line(
            f"{len(summary.lines):,} parties assessed over {len(summary.days)} months in {summary.seconds:.1f} s",
            "dim",
        )

    def _ladder(self, summary: Summary) -> None:
        now, before = summary.counts(), summary.counts(summary.point_before(12))
        most = max([*now.values(), 1])
        rows = []
        for rung in sorted(summary.ladder.rungs, key=lambda r: -r.rung):
            count = now[rung.rung]
            bar = "█" * round(count / most * BAR) or ("▏" if count else "")
            change = count - before[rung.rung]
            rows.append((rung.name, f"{count:,}", f"{change:+d}" if change else "", bar))
        self.table(
            ("Stage", "Now", "12 months" if "ago" in summary.year_ago else f"Since {summary.year_ago}", ""),
            rows,
            right=(1, 2),
        )

    def _moves(self, summary: Summary) -> None:
        moves = summary.moved(1)
        months = 1
        if len(moves) < 3:
            moves, months = summary.moved(3), 3
        span = "month" if months == 1 else "three months"
        up, down = [m for m in moves if m.up], [m for m in moves if not m.up]
        for title, found in (("up", up), ("down", down)):
            self.heading(
                f"{len(found)} moved {title} in the last {span}"
                + (", the biggest:" if len(found) > ROWS else "")
            )
            if found:
                self.table(("Party", "From", "To", "Why"), [_move_row(move) for move in found[:ROWS]])

    def _at_risk(self, summary: Summary) -> None:
        risky = summary.at_risk
        revenue = sum(line.revenue_12m for line in risky)
        share = (
            f" ({revenue / summary.revenue_12m:.0%} of the revenue of 12 months)"
            if summary.revenue_12m > 0
            else ""
        )
        self.heading(f"{len(risky)} customers at risk{share}")
        if risky:
            rows = [
                (x.title, x.stage, number(x.revenue_12m), "; ".join(x.reasons_at_risk)) for x in risky[:ROWS]
            ]
            self.table(("Customer", "Stage", "Revenue 12 m", "Why"), rows, right=(2,))

    def _contracts(self, result: Result) -> None:
        found = contracts(result.ledger, result.summary.as_of)
        if found is None:
            return
        self.heading(f"{found.in_force:,} service contracts in force, worth {number(found.value)} a year")
        self.line(f"Within twelve months {found.renewed:,} renewed, {found.refused:,} decided against.")
        if found.unknown:
            self.line(found.unknown)
        elif found.tenures:
            rows = [
                (str(row.renewals), f"{row.asked:,}", f"{row.renewed:,}", f"{row.chance.value or 0:.0%}")
                for row in found.tenures
            ]
            self.table(("Renewals before", "Asked", "Renewed", "Probability"), rows, right=(1, 2, 3))
        if found.due:
            value = number(sum(due.value for due in found.due))
            self.line(f"To be decided in {AHEAD} days: {len(found.due):,}, worth {value} a year.")

    def _campaigns(self, result: Result) -> None:
        found = campaigns(result.ledger, result.summary.as_of)
        if found is None:
            return
        self.heading(f"{len(found.told):,} campaigns")
        rows = [
            (
                one.title,
                number(one.planned),
                number(one.actual),
                f"{one.responses:,} of {one.contacted:,}",
                number(one.credits[Model.LINEAR]),
                one.sentences[0],
            )
            for one in found.told
        ]
        head = ("Campaign", "Planned", "Actual", "Answered", "Credited", "Buyers")
        self.table(head, rows, right=(1, 2, 3, 4))

    def _evidence(self, summary: Summary, result: Result, loaded: Loaded) -> None:
        self.heading("How much is known")
        count = max(len(summary.lines), 1)
        rows = []
        for dimension in DIMENSIONS:
            enough = sum(line.confidence[dimension] >= ENOUGH for line in summary.lines)
            rows.append(
                (DIMENSION_LABELS[dimension], f"{enough / count:.0%} of the parties have enough evidence")
            )
        self.table(("Score", ""), rows)
        if result.silent:
            self.line("Without a source: " + ", ".join(result.silent) + ".")
        for note in loaded.notes:
            self.line(note)

    def written(self, paths: Sequence[Path]) -> None:
        """What to open next."""
        for path in paths:
            self.line()
            self.line(
                f"Open {path.resolve()}"
                + (f"  ({path.resolve().as_uri()})" if path.suffix == ".html" else ""),
                "bold",
            )


def _move_row(move: Move) -> tuple[str, str, str, str]:
    return (move.line.title, move.start_stage, move.end_stage, "; ".join(move.reasons))
