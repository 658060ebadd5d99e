"""What all benchmarks share: the site, the clock, the figures."""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "build" / "benchmarks.json"
SITE = os.environ.get("RCRM_BENCH_SITE", "rcrm-bench.localhost")
BENCH = Path(os.environ.get("BENCH_DIR", Path.home() / "frappe-bench"))
#: Names of everything the benchmarks make begin so.
PREFIX = "RB-"
COMPANY = "RB Wholesale"
CURRENCY, COUNTRY = "GBP", "United Kingdom"
#: What the app itself keeps about parties.
OURS = (
    *("Relationship", "Relationship Company Fact", "Relationship Assessment", "Relationship Stage Change"),
    *(
        "Relationship Stage Change Reason",
        "Relationship Event",
        "Relationship Yardstick",
        "Relationship Override",
    ),
    "Process Relationship Assessment",
)


def arguments(description: str | None, **options: tuple[Any, str]) -> argparse.Namespace:
    """Command line of a benchmark: `--site` and these options with their defaults and help."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--site", default=SITE, help="a site of the benchmarks' own (%(default)s)")
    for name, (default, text) in options.items():
        kind = type(default)
        more = {"action": "store_true"} if kind is bool else {"type": kind, "default": default}
        parser.add_argument(f"--{name.replace('_', '-')}", help=f"{text} (%(default)s)", **more)
    return parser.parse_args()


def connect(site: str) -> Any:
    """Frappe connected to a site as Administrator. Refuses a site with customers that are not the benchmarks'."""
    os.chdir(BENCH / "sites")
    import frappe

    frappe.init(site=site)
    frappe.connect()
    frappe.set_user("Administrator")
    frappe.flags.mute_emails = True
    frappe.db.MAX_WRITES_PER_TRANSACTION = 10**9
    strangers = frappe.db.sql("select name from tabCustomer where name not like %s limit 1", f"{PREFIX}%")
    if strangers:
        sys.exit(
            f"{site} has customers of its own ({strangers[0][0]}); the benchmarks want a site for themselves."
        )
    return frappe


def ensure_company() -> str:
    """A company keeping books in GBP; on a fresh site by the setup wizard, which brings groups and territories too."""
    import frappe
    from frappe.utils import getdate, today

    year = getdate(today()).year
    dates = {"year_start_date": f"{year}-01-01", "year_end_date": f"{year}-12-31"}
    company = {"company_name": COMPANY, "default_currency": CURRENCY, "country": COUNTRY, "abbr": "RB"}
    if not frappe.db.a_row_exists("Company"):
        from frappe.desk.page.setup_wizard.setup_wizard import setup_complete

        person = {"full_name": "Benchmark", "email": "rb@example.com", "password": "a fine day in May"}
        place = {"country": COUNTRY, "currency": CURRENCY, "timezone": "Europe/London", "language": "english"}
        names = {
            "company_name": COMPANY,
            "company_abbr": "RB",
            "company_tagline": "Benchmark",
            "industry": "Services",
        }
        years = {"fy_start_date": dates["year_start_date"], "fy_end_date": dates["year_end_date"]}
        setup_complete({**person, **place, **names, **years, "chart_of_accounts": "Standard"})
    elif not frappe.db.exists("Company", COMPANY):
        frappe.get_doc({"doctype": "Company", **company}).insert()
    covering = "select 1 from `tabFiscal Year` where %s between year_start_date and year_end_date"
    if not frappe.db.sql(covering, today()):
        frappe.get_doc({"doctype": "Fiscal Year", "year": str(year), **dates}).insert()
    frappe.db.set_single_value("Relationship CRM Settings", "reporting_currency", CURRENCY)
    frappe.db.commit()
    from relationship_crm.assessment.site import forget_configuration

    forget_configuration()
    return COMPANY


def forget_assessments() -> None:
    """Empty the app's own tables, as on the day of installation."""
    import frappe

    for doctype in OURS:
        frappe.db.sql_ddl(f"truncate table `tab{doctype}`")
    frappe.db.set_single_value(
        "Relationship CRM Settings", {"last_full_pass": None, "last_full_pass_run": None}
    )
    frappe.db.commit()


@contextmanager
def clock() -> Iterator[list[float]]:
    """Yields a list that holds the seconds afterwards; without garbage collection in between."""
    gc.collect()
    gc.disable()
    found: list[float] = []
    start = time.perf_counter()
    try:
        yield found
    finally:
        found.append(time.perf_counter() - start)
        gc.enable()


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds a call took, and what it returned."""
    with clock() as seconds:
        result = work()
    return seconds[0], result


def questions() -> int:
    """Statements this database connection has sent so far (this one not counted)."""
    import frappe

    return int(frappe.db.sql("show session status like 'Questions'")[0][1]) - 1


def counted(work: Callable[[], Any]) -> tuple[int, Any]:
    """Statements a call sent, and what it returned."""
    before = questions()
    result = work()
    return questions() - before - 1, result


def median(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


def machine() -> str:
    """What the figures were taken on."""
    import frappe

    database = frappe.db.sql("select version()")[0][0]
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, Frappe {frappe.__version__}, {database}"
    )


def show(title: str, rows: Sequence[Sequence[Any]]) -> None:
    """Print a table and keep it in build/benchmarks.json."""
    texts = [[f"{v:,.3f}" if isinstance(v, float) else str(v) for v in row] for row in rows]
    widths = [max(len(row[i]) for row in texts) for i in range(len(texts[0]))]
    print(f"\n{title}")
    for row in texts:
        print(
            "  "
            + "  ".join(
                v.ljust(w) if i == 0 else v.rjust(w) for i, (v, w) in enumerate(zip(row, widths, strict=True))
            )
        )
    sys.stdout.flush()
    RESULTS.parent.mkdir(exist_ok=True)
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    kept[title] = {"rows": texts, "machine": machine(), "when": time.strftime("%Y-%m-%d %H:%M")}
    RESULTS.write_text(json.dumps(kept, indent=1))
