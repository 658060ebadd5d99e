"""A real wholesaler's year on an ERPNext site and through the preview: the same stages, and the same scores to 1e-9.

Reads UCI Online Retail II (Chen 2019, CC BY 4.0) from ../shared/data beside the repository. The site gets customers,
invoices with their lines and credit notes by bulk SQL; the preview gets the same documents as an ERPNext export. A second
comparison gives both nothing but a list of invoices. Both are assessed as of 2010-11-30 by the defaults.
"""

from __future__ import annotations

import csv
import gzip
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from book import TABLES
from bulk import LINE_NET, NET, Bulk, same, wipe
from common import HERE, arguments, connect, ensure_company, forget_assessments, show

DATA = HERE.parent.parent / "shared" / "data" / "online_retail_2"
LINES, INVOICES = "lines_2009_2010.csv.gz", "invoices_2009_2010.csv.gz"
AS_OF = date(2010, 11, 30)
GROUP = "Commercial"
TOLERANCE = 1e-9


@dataclass
class Invoice:
    """An invoice or credit note as the data tells it."""

    customer: str
    moment: str
    country: str
    credit_note: bool
    amount: float = 0.0
    lines: list[tuple[str, float, float, float]] = field(
        default_factory=list
    )  # item, quantity, price, amount

    @property
    def day(self) -> str:
        """Its date."""
        return self.moment[:10]


def rows_of(file: str) -> Iterator[dict[str, str]]:
    """Rows of a packed CSV file."""
    with gzip.open(DATA / file, "rt", encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text)


def from_lines() -> dict[str, Invoice]:
    """The invoices with their lines."""
    found: dict[str, Invoice] = {}
    for row in rows_of(LINES):
        invoice = found.setdefault(
            row["invoice"],
            Invoice(row["customer_id"], row["invoice_date"], row["country"], row["credit_note"] == "1"),
        )
        invoice.lines.append(
            (row["stock_code"], float(row["quantity"]), float(row["price"]), float(row["amount"]))
        )
    for invoice in found.values():
        invoice.amount = round(sum(line[3] for line in invoice.lines), 2)
    return found


def from_list() -> dict[str, Invoice]:
    """The invoices without lines."""
    return {
        row["invoice"]: Invoice(
            row["customer_id"],
            row["invoice_date"],
            row["country"],
            row["credit_note"] == "1",
            float(row["amount"]),
        )
        for row in rows_of(INVOICES)
    }


def item_group(code: str) -> str:
    """A group of goods by the beginning of the stock code."""
    return f"Group {code[:2].upper()}"


def to_site(bulk: Bulk, invoices: dict[str, Invoice], group: str) -> None:
    """The documents on the connected site, in place of what was there."""
    import frappe

    wipe(TABLES)
    forget_assessments()
    first: dict[str, Invoice] = {}
    for invoice in invoices.values():
        if invoice.customer not in first or invoice.moment < first[invoice.customer].moment:
            first[invoice.customer] = invoice
    text = "varchar(140)"
    bulk.stage(
        "rb_customer",
        {"name": text, "territory": text, "moment": "datetime"},
        [(f"RB-{name}", invoice.country, invoice.moment) for name, invoice in first.items()],
    )
    bulk.stage(
        "rb_invoice",
        {
            "name": text,
            "customer": text,
            "day": "date",
            "moment": "datetime",
            "amount": "double",
            "is_return": "int",
        },
        [
            (f"RB-{n}", f"RB-{i.customer}", i.day, i.moment, i.amount, int(i.credit_note))
            for n, i in invoices.items()
        ],
    )
    bulk.stage(
        "rb_line",
        {
            "parent": text,
            "idx": "int",
            "item": text,
            "item_group": text,
            "qty": "double",
            "rate": "double",
            "amount": "double",
        },
        (
            (f"RB-{name}", idx, code, item_group(code), quantity, price, amount)
            for name, invoice in invoices.items()
            for idx, (code, quantity, price, amount) in enumerate(invoice.lines, 1)
        ),
    )
    entered = same(("creation", "modified"), "moment")
    who = {"name": "name", "customer_name": "name", "customer_group": f"'{group}'", "territory": "territory"}
    bulk.fill("Customer", "rb_customer", **entered, **who)
    dates = same(("posting_date", "due_date"), "day")
    who = {
        "customer": "customer",
        "customer_name": "customer",
        "customer_group": f"'{group}'",
        "is_return": "is_return",
    }
    bulk.fill(
        "Sales Invoice",
        "rb_invoice",
        **entered,
        **who,
        **dates,
        **same(NET, "amount"),
        name="name",
        outstanding_amount="0",
    )
    key = {
        "name": "concat(parent, '-', idx)",
        "parent": "parent",
        "idx": "idx",
        "item_code": "item",
        "item_group": "item_group",
    }
    none = same(("sales_order", "so_detail"), "null")
    bulk.fill(
        "Sales Invoice Item",
        "rb_line",
        **key,
        **none,
        **same(LINE_NET, "amount"),
        **same(("qty", "stock_qty"), "qty"),
        rate="rate",
    )
    frappe.db.commit()
    for doctype in ("Customer", "Sales Invoice", "Sales Invoice Item"):
        frappe.db.sql(f"analyze table `tab{doctype}`")


def to_export(folder: Path, invoices: dict[str, Invoice], company: str, group: str) -> None:
    """The same documents as ERPNext's own exports write them."""

    def write(name: str, header: list[str], rows: Any) -> None:
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as text:
            writer = csv.writer(text)
            writer.writerow(header)
            writer.writerows(rows)

    customers = {i.customer: i.country for i in invoices.values()}
    write("Company", ["ID", "Default Currency"], [(company, "GBP")])
    write(
        "Customer",
        ["ID", "Customer Group", "Territory"],
        ((f"RB-{n}", group, c) for n, c in customers.items()),
    )
    write(
        "Sales Invoice",
        [
            "ID",
            "Customer",
            "Company",
            "Date",
            "Payment Due Date",
            "Created On",
            "Net Total (Company Currency)",
            "Is Return (Credit Note)",
            "docstatus",
        ],
        (
            (f"RB-{n}", f"RB-{i.customer}", company, i.day, i.day, i.moment, i.amount, int(i.credit_note), 1)
            for n, i in invoices.items()
        ),
    )
    write(
        "Sales Invoice Item",
        ["parent", "Item", "Item Group", "Quantity", "Net Amount (Company Currency)"],
        (
            (f"RB-{n}", code, item_group(code), q, a)
            for n, i in invoices.items()
            for code, q, _p, a in i.lines
        ),
    )


def assess_site() -> Any:
    """Everybody on the site as of the last day of the data."""
    from relationship_crm.assessment.everybody import assess_everybody
    from relationship_crm.assessment.site import queries, site_configuration, site_ledger

    return assess_everybody(site_ledger(), site_configuration(), AS_OF, queries=queries, store=False)


def assess_preview(connection: sqlite3.Connection) -> Any:
    """Everybody in the preview's book."""
    from relationship_crm.assessment.everybody import assess_everybody
    from relationship_crm.config.ladders import LADDERS
    from relationship_crm.ledger.database import SqliteLedger
    from relationship_crm.preview.run import default_configuration

    ledger = SqliteLedger(connection)
    return assess_everybody(ledger, default_configuration(LADDERS[0], ledger), AS_OF)


def results(assessment: Any) -> dict[str, tuple[Any, Any]]:
    """By customer: rungs and flags of the whole history, scores and confidences of the whole history."""
    found = {}
    for detail in assessment.details():
        for p in range(detail.stop - detail.start):
            name = assessment.parties.keys[detail.start + p][1].removeprefix("RB-")
            stages = np.stack([detail.rung[p], detail.fold.dissolution[p]])
            parts = [
                *detail.value[:, p],
                *detail.confidence[:, p],
                detail.composite[p],
                detail.buying.revenue_12m[p] / 1e6,
            ]
            found[name] = (stages, np.stack(parts))
    return found


def compare(title: str, site: Any, preview: Any) -> bool:
    """Tell where two assessments of the same documents differ; whether they do not."""
    one, other = results(site), results(preview)
    strangers = one.keys() ^ other.keys()
    stages = scores = 0
    largest = 0.0
    for name in one.keys() & other.keys():
        stages += not np.array_equal(one[name][0], other[name][0])
        a, b = one[name][1], other[name][1]
        if not np.array_equal(np.isnan(a), np.isnan(b)):
            scores += 1
            continue
        difference = float(np.nanmax(np.abs(a - b), initial=0.0))
        largest = max(largest, difference)
        scores += difference > TOLERANCE
    rungs = {r.rung: r.name for r in site.configuration.ladder.rungs}
    counts = [Counter(rungs[int(found[0][0, -1])] for found in result.values()) for result in (one, other)]
    rows: list[tuple] = [("stage", "site", "preview")]
    rows += [(name, counts[0][name], counts[1][name]) for name in rungs.values()]
    rows += [("customers", len(one), len(other)), ("customers in one of them only", len(strangers), "")]
    rows += [
        ("customers with another stage at any of the month ends", stages, ""),
        ("customers with other scores", scores, ""),
    ]
    rows += [("largest difference of a score", f"{largest:.1e}", "")]
    show(title, rows)
    return not (strangers or stages or scores)


def with_lines(bulk: Bulk, company: str) -> bool:
    """The documents with their lines: site and export."""
    from relationship_crm.preview.load import Options, load_folder

    invoices, started = from_lines(), time.perf_counter()
    to_site(bulk, invoices, GROUP)
    loaded = time.perf_counter()
    site = assess_site()
    assessed = time.perf_counter()
    print(
        f"{len(invoices):,} invoices on the site in {loaded - started:.1f} s, assessed in {assessed - loaded:.1f} s"
    )
    with tempfile.TemporaryDirectory() as folder:
        to_export(Path(folder), invoices, company, GROUP)
        connection = sqlite3.connect(":memory:")
        started = time.perf_counter()
        problems = load_folder(connection, Path(folder), Options()).problems
        loaded = time.perf_counter()
        if problems:
            sys.exit(f"the preview could not read all: {problems[:3]}")
        preview = assess_preview(connection)
    print(f"preview: loaded in {loaded - started:.1f} s, assessed in {time.perf_counter() - loaded:.1f} s")
    return compare("The wholesaler's year with its lines, as of 2010-11-30", site, preview)


def without_lines(bulk: Bulk) -> bool:
    """A list of invoices: site and the preview's own reader of such lists."""
    from relationship_crm.preview.invoices import Columns, load_invoices
    from relationship_crm.preview.load import Options

    to_site(bulk, from_list(), "")
    site = assess_site()
    connection = sqlite3.connect(":memory:")
    columns = Columns("customer_id", "invoice_date", "amount", "credit_note", "invoice")
    load_invoices(connection, DATA / INVOICES, columns, Options())
    return compare(
        "The wholesaler's year as a list of invoices, as of 2010-11-30", site, assess_preview(connection)
    )


def main() -> None:
    """Command line."""
    options = arguments(__doc__)
    if not (DATA / LINES).exists():
        print(f"THE WHOLESALER'S YEAR WAS NOT COMPARED: {DATA} is not there.", file=sys.stderr)
        return
    connect(options.site)
    company = ensure_company()
    bulk = Bulk(company)
    same_list = without_lines(bulk)
    if not (with_lines(bulk, company) and same_list):
        sys.exit("SITE AND PREVIEW DIFFER")


if __name__ == "__main__":
    main()
