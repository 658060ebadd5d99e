"""The command line from end to end."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from relationship_crm.preview import console
from relationship_crm.preview.cli import main
from relationship_crm.preview.table import HEADER


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small company: Ada buys every month, Bob bought once, "<b>Cy</b>" is a lead."""
    target = tmp_path / "export"
    target.mkdir()
    lines = ["ID,Customer,Date,Payment Due Date,Net Total (Company Currency),Item Group (Items)"]
    lines += [f"INV-{m},Ada,2025-{m:02d}-10,2025-{m:02d}-28,{100 + m},Tea" for m in range(1, 13)]
    lines += ["INV-13,Bob,2025-02-03,2025-03-05,70,Tea", "INV-14,Bob,some day,2025-03-05,70,Tea"]
    (target / "Sales Invoice.csv").write_text("\n".join(lines), encoding="utf-8")
    (target / "Customer.csv").write_text(
        "ID,Customer Name,Customer Group,Territory\nAda,Ada & Daughters,Shops,North\nBob,=Bob(),Shops,South\n",
        encoding="utf-8",
    )
    (target / "Lead.csv").write_text(
        "ID,Full Name,Created On\nLEAD-1,<b>Cy</b>,2025-11-03 10:00:00\n", encoding="utf-8"
    )
    return target


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def check(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.output


def test_folder_to_ladder_csv_and_report(folder: Path, tmp_path: Path) -> None:
    html, table = tmp_path / "out/report.html", tmp_path / "out/table.csv"
    output = check(run("preview", folder, "--html", html, "--csv", table))
    assert "The ladder on 10 Dec 2025" in output
    assert "Sales Invoice.csv, line 15, column Date: 'some day' is not a date" in output
    assert "No Issue.csv: nothing is known about complaints." in output
    assert str(html) in output.replace("\n", "")
    with table.open(encoding="utf-8") as file:
        rows = {row["party"]: row for row in csv.DictReader(file)}
    assert list(rows["Ada"]) == HEADER
    assert rows["Ada"]["stage"] == "Client" or rows["Ada"]["rung"] >= "5"
    assert rows["Bob"]["stage"] == "First-time Buyer"
    assert rows["Bob"]["title"] == "'=Bob()"  # no spreadsheet runs it
    assert rows["LEAD-1"]["stage"] == "Suspect"
    assert rows["LEAD-1"]["satisfaction"] == ""
    page = html.read_text(encoding="utf-8")
    assert "Ada &amp; Daughters" in page
    assert "<b>Cy</b>" not in page
    assert "nothing is known about complaints" in page
    assert "http" not in page.replace("http://www.w3.org", "")  # everything is inside


def test_any_day_and_any_ladder(folder: Path) -> None:
    output = check(run("preview", folder, "--as-of", "2025-02-28", "--ladder", "payne"))
    assert "The ladder on 28 Feb 2025 (Payne)" in output
    assert "Purchaser" in output


def test_strict_fails_with_the_place(folder: Path) -> None:
    result = run("preview", folder, "--strict")
    assert result.exit_code == 1
    assert "line 15, column Date" in result.output


def test_a_file_needs_its_columns(folder: Path) -> None:
    result = run("preview", folder / "Sales Invoice.csv")
    assert result.exit_code == 2
    assert "--customer-column" in result.output
    output = check(
        run("preview", folder / "Sales Invoice.csv", "--customer-column", "Customer", "--date-column", "Date",
            "--amount-column", "Net Total (Company Currency)", "--invoice-column", "ID")
    )  # fmt: skip
    assert "13 Sales Invoice" in output


def test_plain_text_without_rich(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "rich", None)
    output = check(run("preview", folder))
    assert "The ladder on 10 Dec 2025" in output
    assert "First-time Buyer" in output


def test_demo(tmp_path: Path) -> None:
    html = tmp_path / "demo.html"
    output = check(run("demo", "--as-of", "2026-10-31", "--html", html))
    assert "Partner" in output and "customers at risk" in output
    page = html.read_text(encoding="utf-8")
    assert "Brightwater Supply" in page
    for heading in (
        "The ladder",
        "Movement over 24 months",
        "Customers at risk",
        "Four customers in full",
        "What was not known",
    ):
        assert heading in page


def test_frappe_is_not_needed() -> None:
    code = "import sys; sys.modules['frappe'] = None; import relationship_crm.preview.cli, relationship_crm.preview.demo, relationship_crm.preview.report"
    subprocess.run([sys.executable, "-c", code], check=True)
