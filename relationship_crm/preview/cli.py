"""`relationship-crm`: a company's relationships from files, without a site."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from relationship_crm import __version__
from relationship_crm.preview.console import Console
from relationship_crm.preview.values import DATE_FORMATS


def _ladder(_context: click.Context, _option: click.Parameter, value: str) -> Any:
    from relationship_crm.preview.run import LADDER_NAMES

    return LADDER_NAMES[value]


def _day(_context: click.Context, _option: click.Parameter, value: datetime | None) -> date | None:
    return value.date() if value else None


def shared(command: Callable) -> Callable:
    """The options of both commands."""
    options = (
        click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), callback=_day, help="The day to look at (2025-12-31)."),
        click.option(
            "--ladder", type=click.Choice(["kotler", "payne", "dwyer"]), default="kotler", show_default=True,
            callback=_ladder, help="Which stages to use.",
        ),
        click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a report with charts."),
        click.option("--csv", type=click.Path(dir_okay=False, path_type=Path), help="Write one row a party."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Stages and scores of customer relationships from what the ERP already knows."""


@main.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@shared
@click.option(
    "--date-format", default="iso", show_default=True,
    help=f"How dates are written besides 2025-12-31: {', '.join(DATE_FORMATS)}, or a strptime format.",
)  # fmt: skip
@click.option("--strict", is_flag=True, help="Stop at the first bad row instead of listing and skipping it.")
@click.option("--customer-column", help="For a plain list of invoices: the column of the customer.")
@click.option("--date-column", help="… of the date.")
@click.option("--amount-column", help="… of the amount; negative amounts are credit notes.")
@click.option("--credit-note-column", help="… that marks credit notes (1, yes); optional.")
@click.option("--invoice-column", help="… of the invoice's number; optional.")
def preview(
    path: Path, as_of: date | None, ladder: Any, html: Path | None, csv: Path | None, date_format: str, strict: bool,
    customer_column: str | None, date_column: str | None, amount_column: str | None, credit_note_column: str | None,
    invoice_column: str | None,
) -> None:  # fmt: skip
    """Score a company from PATH before anything is installed.

    PATH is a folder of CSV exports of ERPNext, one file a DocType ("Sales Invoice.csv", "Issue.csv" …, the more the
    better), or one plain list of invoices whose columns are named by the options.
    """
    from relationship_crm.preview.invoices import Columns, load_invoices
    from relationship_crm.preview.load import Options, StrictError, load_folder
    from relationship_crm.preview.run import last_day

    console = Console()
    connection = sqlite3.connect(":memory:")
    needed = {
        "--customer-column": customer_column,
        "--date-column": date_column,
        "--amount-column": amount_column,
    }
    try:
        with console.reading() as progress:
            options = Options.named(date_format, strict, progress=progress)
            if path.is_dir():
                loaded = load_folder(connection, path, options)
            else:
                missing = [name for name, value in needed.items() if not value]
                if missing:
                    raise click.UsageError(f"{path} is a file: name its columns by {', '.join(missing)}")
                columns = Columns(
                    customer_column, date_column, amount_column, credit_note_column, invoice_column
                )
                loaded = load_invoices(connection, path, columns, options)
    except (StrictError, FileNotFoundError, ValueError) as problem:
        console.failure(str(problem))
        sys.exit(1)
    console.loaded(loaded)
    last = last_day(connection)
    if last is None:
        console.failure("There is no document with a date in these files.")
        sys.exit(1)
    if as_of is None:
        as_of = min(last, date.today())  # meetings may lie ahead
    tell(console, connection, as_of, ladder, html, csv, path.stem if path.is_file() else path.name, loaded)


@main.command()
@shared
@click.option("--seed", type=int, default=None, help="Another company of the same kind.")
def demo(as_of: date | None, ladder: Any, html: Path | None, csv: Path | None, seed: int | None) -> None:
    """Make up a company with three years of business and score it."""
    from relationship_crm.preview.demo import SEED, make_demo
    from relationship_crm.preview.demo_profiles import COMPANY
    from relationship_crm.preview.load import Loaded

    console = Console()
    connection = sqlite3.connect(":memory:")
    with console.counting("Making up three years of business") as progress:
        as_of, _profiles = make_demo(connection, as_of, SEED if seed is None else seed, progress)
    rows = {
        name.removeprefix("tab"): connection.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0]
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    }
    loaded = Loaded({doctype: count for doctype, count in rows.items() if count})
    loaded.notes.append("The company, its customers and all documents are made up.")
    console.loaded(loaded)
    tell(console, connection, as_of, ladder, html, csv, COMPANY, loaded)


def tell(
    console: Console, connection: sqlite3.Connection, as_of: date, ladder: Any, html: Path | None, csv: Path | None,
    company: str, loaded: Any,
) -> None:  # fmt: skip
    """Assess, print, and write what was asked for."""
    from relationship_crm.preview.run import assess

    with console.counting("Placing everybody on the ladder") as progress:
        result = assess(connection, as_of, ladder, progress)
    console.summary(result, loaded)
    written = []
    if csv:
        from relationship_crm.preview.table import write_csv

        write_csv(csv, result.summary)
        written.append(csv)
    if html:
        from relationship_crm.preview.report import write_report

        try:
            with console.counting("Drawing the report") as progress:
                write_report(html, result, loaded, company, progress)
            written.append(html)
        except RuntimeError as problem:
            console.failure(str(problem))
            sys.exit(1)
    console.written(written)


if __name__ == "__main__":
    main()
