"""What goes past Frappe's rules says why: permissions that are not asked, transactions ended by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEEDS_A_REASON = re.compile(r"ignore_permissions\s*=\s*(True|1)\b|frappe\.db\.(commit|rollback)\(\)")
COMMENT = re.compile(r"#\s*(?:nosemgrep:\s*)?(?!nosemgrep)\S+ \S+")


def unreasoned(source: str) -> Iterator[int]:
    """Numbers of lines that need a comment, and have none of their own nor one directly above."""
    lines = source.splitlines()
    for number, line in enumerate(lines):
        if NEEDS_A_REASON.search(line.partition("#")[0]):
            above = lines[number - 1].strip() if number else ""
            if not COMMENT.search(line) and not (above.startswith("#") and COMMENT.search(above)):
                yield number + 1


@pytest.mark.parametrize("folder", ["relationship_crm", "scripts"])
def test_every_exception_has_its_reason(folder: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for number in unreasoned(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_check_sees_what_it_looks_for() -> None:
    source = """
doc.insert(ignore_permissions=True)
doc.flags.ignore_permissions = True  # a guest answers
# nobody is logged in here
doc.insert(ignore_permissions=True)
frappe.db.commit()
frappe.db.rollback(save_point=POINT)
x = 1  # a reason for something else

frappe.db.rollback()  # nosemgrep
def may(ignore_permissions=False): ...
"""
    assert list(unreasoned(source)) == [2, 6, 10]
