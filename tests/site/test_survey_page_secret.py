"""A survey's link is a key: it is written down nowhere, not in logs, lists, exports or counters."""

from __future__ import annotations

from pathlib import Path

import frappe
import pytest
import visitors
from committed import fresh, keep
from visitors import Visitor, fields, invited

from relationship_crm.surveys import answers
from relationship_crm.surveys.token import LENGTH, hash_of

pytestmark = [pytest.mark.committed, pytest.mark.usefixtures("public", "uncounted")]


def test_counting_names_no_link(guest: Visitor) -> None:
    _name, token = invited()
    guest.post(f"/s/{token}", fields(recommend="9"))
    keys = [key.decode() for key in frappe.cache.keys("*")]
    assert not any(token in key for key in keys)
    assert any(hash_of(token) in key and guest.address in key for key in keys)


# the link stays secret


def everywhere(text: str) -> list[str]:
    """Tables and columns of the whole database that hold a text; the mails themselves are left out."""
    fresh()
    columns = frappe.db.sql(
        "select table_name, group_concat(concat('`', column_name, '`')) from information_schema.columns where"
        " table_schema = database() and data_type in ('varchar', 'text', 'mediumtext', 'longtext', 'char', 'json')"
        " and table_name not like 'tabEmail Queue%%' group by table_name"
    )
    found = []
    for table, names in columns:
        if frappe.db.sql(
            f"select 1 from `{table}` where concat_ws(' ', {names}) like %s limit 1", f"%{text}%"
        ):
            found.append(table)
    return found


def test_the_link_is_written_down_nowhere(guest: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = frappe.get_site_config
    monkeypatch.setattr(
        frappe,
        "get_site_config",
        lambda *a, **k: frappe._dict(kept(*a, **k), enable_frappe_logger=1, monitor=1),
    )
    _name, token = invited()
    logs = [*Path("../logs").glob("*.log*"), *Path(visitors.SITE, "logs").glob("*.log*")]
    sizes = {path: path.stat().st_size for path in logs}
    guest.get(f"/s/{token}?a=9")
    guest.post(f"/s/{token}", fields(recommend="2", comment="Secret"))
    guest.post(f"/s/{token}", fields(other="2"))
    guest.get(f"/s/{token}/stop")
    guest.get(f"/s/{token}x")
    # our own mistake
    with monkeypatch.context() as broken:
        broken.setattr(answers, "store", lambda *_args: 1 / 0)
        page = guest.post(f"/s/{token}", fields(recommend="9"))
        assert page.status == 500 and "Please try once more" in page.text and token not in page.text
    # Frappe's own, before it comes to us
    guest.post(f"/s/{token}", data="{", content_type="application/json")
    monitored = [row.decode() for row in frappe.cache.lrange("monitor-transactions", 0, -1)]
    assert any('"/s/"' in row for row in monitored) and not any(token in row for row in monitored)
    frappe.cache.delete_value("monitor-transactions")
    fresh()
    from frappe.deferred_insert import save_to_db

    save_to_db()
    keep()
    errors = frappe.get_all(
        "Error Log",
        {"creation": (">", frappe.utils.add_to_date(None, minutes=-5))},
        ["method", "error"],
        order_by="name",
    )
    assert any(row.method == "Survey page" and "ZeroDivisionError" in row.error for row in errors)
    assert everywhere(token) == []
    for path in {*Path("../logs").glob("*.log*"), *Path(visitors.SITE, "logs").glob("*.log*")}:
        with path.open(errors="replace") as file:
            file.seek(min(sizes.get(path, 0), path.stat().st_size))
            assert token not in file.read(), path
    frappe.db.delete("Error Log", {"method": "Survey page"})
    keep()


def test_the_link_is_not_in_lists_nor_exports(guest: Visitor) -> None:
    name, token = invited()
    guest.post("/api/method/login", {"usr": visitors.USER, "pwd": visitors.PASSWORD})
    row = guest.get(f"/api/resource/Survey Invitation/{name}")
    assert row.status == 200 and name in row.text
    listed = guest.get('/api/resource/Survey Invitation?fields=["*"]&limit_page_length=0')
    assert name in listed.text
    for page in (row, listed):
        assert token not in page.text and hash_of(token) not in page.text
    asked = guest.get('/api/resource/Survey Invitation?fields=["name","token_hash"]&limit_page_length=0')
    assert hash_of(token) not in asked.text


def test_errors_of_others_are_cleaned_too() -> None:
    token = "A" * LENGTH
    doc = frappe.get_doc(
        {
            "doctype": "Error Log",
            "method": f"GET /s/{token}",
            "error": f"<Request 'http://x/s/{token}?a=9' [GET]>",
        }
    ).insert()
    assert (doc.method, doc.error) == ("GET /s/…", "<Request 'http://x/s/…?a=9' [GET]>")
