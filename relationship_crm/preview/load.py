"""CSV exports of ERPNext into SQLite tables shaped like ERPNext's."""

from __future__ import annotations

import csv
import gzip
import io
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from relationship_crm.preview.book import Book
from relationship_crm.preview.headers import Place, columns_of, find_header
from relationship_crm.preview.labels import CHILD_TABLES
from relationship_crm.preview.tables import REQUIRED, TABLES
from relationship_crm.preview.values import DATE_FORMATS, BadValue, parse_integer, parse_number, parse_time

#: Columns that hold a day and no time, as far as their names do not say so.
_DAYS = {
    *("valid_till", "from_date", "until_date", "submitted_on", "realised_on", "renewed_on", "decided_on"),
    *("terminated_on", "terminated_per"),
}
#: Columns that hold a moment.
_MOMENTS = {
    "creation", "modified", "communication_date", "starts_on", "response_by", "sla_resolution_by", "sla_resolution_date",
    "first_responded_on", "resolution_by", "resolution_date", "answered_on", "testimonial_consent_on",
    "relationship_tone_on", "renewal_entered_on", "ending_entered_on",
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """Something in a file that could not be read."""

    file: str
    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{where}, column {self.column}: {self.reason}" if self.column else f"{where}: {self.reason}"


class StrictError(Exception):
    """A bad row where --strict was asked for."""


@dataclass
class Loaded:
    """What came out of the files."""

    rows: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what was missing or had to be assumed, in sentences


@dataclass
class Options:
    """How files are read."""

    date_formats: tuple[str, ...] = ()
    strict: bool = False
    progress: Callable[[str, int], None] = lambda name, done: None

    @classmethod
    def named(cls, date_format: str, strict: bool = False, **more: Any) -> Options:
        """With one of the formats of :data:`DATE_FORMATS`, or one in strptime's writing."""
        return cls(DATE_FORMATS.get(date_format, (date_format,)), strict, **more)


class Reporter:
    """Collects problems, or stops at the first."""

    def __init__(self, loaded: Loaded, strict: bool) -> None:
        self.loaded, self.strict = loaded, strict

    def __call__(self, file: str, line: int, column: str, reason: str) -> None:
        problem = Problem(file, line, column, reason)
        self.loaded.problems.append(problem)
        if self.strict:
            raise StrictError(str(problem))


def open_text(path: Path) -> TextIO:
    """A CSV file as text, packed by gzip or not; Windows' encoding where it is no UTF-8."""
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return io.StringIO(text, newline="")


def read_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows with the number of the line they begin on; the separator is the commonest of , ; tab in the header."""
    csv.field_size_limit(2**30)
    with open_text(path) as text:
        head = text.readline()
        text.seek(0)
        separator = max(",;\t", key=head.count)
        reader = csv.reader(text, delimiter=separator)
        line = 1
        for row in reader:
            yield line, row
            line = reader.line_num + 1


def convert(column: str, text: str, kind: str, formats: tuple[str, ...]) -> Any:
    """A cell as its column wants it; blank is None."""
    text = text.strip()
    if not text:
        return None
    if column in _MOMENTS:
        return parse_time(text, formats)
    if column.endswith("_date") or column in _DAYS:
        return parse_time(text, formats).date()
    kind = kind.upper()
    if kind.startswith("INT"):
        return parse_integer(text)
    if kind.startswith(("REAL", "FLOAT", "NUM", "DEC")):
        return parse_number(text)
    return text


def doctype_of(path: Path) -> str | None:
    """The DocType a file is named like: "Sales Invoice.csv", "sales_invoice.csv.gz", "Sales Invoice (2).csv"."""
    name = path.name.lower().removesuffix(".gz").removesuffix(".csv")
    name = name.split(" (")[0].replace("_", " ").replace("-", " ").strip()
    return next((doctype for doctype in TABLES if doctype.lower() == name), None)


def load_folder(connection: sqlite3.Connection, folder: Path, options: Options) -> Loaded:
    """Load every export in a folder; what is missing or odd is noted, not fatal."""
    from relationship_crm.preview.complete import complete

    loaded, book = Loaded(), Book()
    report = Reporter(loaded, options.strict)
    files = sorted(p for p in folder.iterdir() if p.name.lower().endswith((".csv", ".csv.gz")))
    if not files:
        raise FileNotFoundError(f"{folder} holds no .csv file")
    for path in files:
        doctype = doctype_of(path)
        if doctype is None:
            loaded.notes.append(f"{path.name} was left out: no DocType the scores use is called so.")
            continue
        options.progress(path.name, 0)
        FileReader(path, doctype, options, report).into(book)
    if not book.rows:
        raise FileNotFoundError(f"{folder} holds no file named like a DocType, e.g. Sales Invoice.csv")
    complete(book, loaded)
    book.write(connection)
    loaded.rows = {doctype: len(rows) for doctype, rows in book.rows.items()}
    return loaded


class FileReader:
    """One export, with child rows below their parents."""

    def __init__(self, path: Path, doctype: str, options: Options, report: Reporter) -> None:
        self.path, self.doctype, self.options, self.report = path, doctype, options, report
        self.fields = {child: names[1] for child, names in CHILD_TABLES.get(doctype, {}).items()}
        self.seen: set[str] = set()
        self.counts: dict[tuple[str, str], int] = {}

    def into(self, book: Book) -> None:
        """Read the file's documents into the book."""
        rows = read_rows(self.path)
        header, places = find_header(self.doctype, rows)
        found = {p for p in places if p}
        if not found:
            self.report(self.path.name, 1, "", "none of its headers is known; is the first line the header?")
            return
        columns = {p.column for p in found if p.doctype == self.doctype}
        for wanted in REQUIRED.get(self.doctype, ()):
            if not columns.intersection(wanted):
                self.report(self.path.name, 1, wanted[0], "this column is needed and missing")
                return
        book.open(self.doctype, *{p.doctype for p in found})
        self.header, self.places = header, places
        parent: str | None = None
        for number, (line, row) in enumerate(rows, 1):
            if number % 5000 == 0:
                self.options.progress(self.path.name, number)
            if not any(cell.strip() for cell in row):
                continue
            if row[0].strip() == "Total":  # the report view's last row
                continue
            parent = self._row(book, line, row, parent)

    def _row(self, book: Book, line: int, row: list[str], parent: str | None) -> str | None:
        """Take one row; returns the document it belongs to, None after a bad one."""
        if len(row) > len(self.places) and any(cell.strip() for cell in row[len(self.places) :]):
            self.report(self.path.name, line, "", f"{len(row)} cells under {len(self.places)} headers")
            return None
        cells: dict[str, dict[str, Any]] = {}
        for place, title, text in zip(self.places, self.header, row, strict=False):
            if place is None:
                continue
            kind = TABLES[place.doctype].get(place.column, "")
            try:
                value = convert(place.column, text, kind, self.options.date_formats)
            except BadValue as problem:
                self.report(self.path.name, line, title, str(problem))
                return None if place.doctype == self.doctype else parent
            if value is not None:
                cells.setdefault(place.doctype, {}).setdefault(place.column, value)
        own = cells.pop(self.doctype, None)
        if own is not None:
            parent = self._parent(book, line, own)
        if parent:
            for child, values in cells.items():
                self._child(book, child, values, parent)
        return parent

    def _parent(self, book: Book, line: int, own: dict[str, Any]) -> str | None:
        is_child = "parent" in TABLES[self.doctype]
        name = own["name"] = str(own.get("name") or "").strip('"')  # Data Export puts names in quotes
        if not name and not is_child and self.doctype != "Relationship Yardstick":
            self.report(self.path.name, line, "ID", "no ID; export the column ID too")
            return None
        for wanted in REQUIRED.get(self.doctype, ()):
            if not any(own.get(column) is not None for column in wanted):
                self.report(self.path.name, line, self._title(wanted), "empty")
                return None
        if is_child:
            parent = own["parent"]
            place = self.counts[(self.doctype, parent)] = self.counts.get((self.doctype, parent), 0) + 1
            own["name"] = name or f"{parent}/{place}"
        elif name in self.seen:  # the report view repeats the document on each child's row
            return name
        else:
            self.seen.add(name)
        book.add(self.doctype, **own)
        return name

    def _title(self, columns: tuple[str, ...]) -> str:
        """The file's own header of the first of these columns that it has."""
        for column in columns:
            for place, title in zip(self.places, self.header, strict=False):
                if place == Place(self.doctype, column):
                    return title
        return columns[0]

    def _child(self, book: Book, child: str, values: dict[str, Any], parent: str) -> None:
        place = self.counts[(child, parent)] = self.counts.get((child, parent), 0) + 1
        values["name"] = str(values.get("name") or "").strip('"') or f"{parent}/{self.fields[child]}/{place}"
        book.add(child, **{"idx": place, **values, "parent": parent, "parenttype": self.doctype})


def known_columns(doctype: str) -> list[str]:
    """What a file of a DocType may hold, for help texts."""
    return sorted(columns_of(doctype))
