"""Mails at 80 % and 100 %: once a line, period and threshold, to whom the contract says, who does not mind, in their language."""

from __future__ import annotations

import re
from typing import Any

import erp
import frappe
import pytest
from contracting import HOURS, PIECES, VISITS, amend, entry, line, make_contract
from desk import user
from frappe.utils import add_days, add_months, getdate, now_datetime
from test_contract_portal import XSS
from test_ideas import person

from relationship_crm.contracts import ledger, overview, tasks, terms, usage, warnings
from relationship_crm.contracts.uses import Use

WARNING = "Service Usage Warning"
MANAGER = "rcrm.manager@example.com"


@pytest.fixture(autouse=True)
def bare(house) -> None:
    for doctype in ("Service Usage Entry", "Service Contract", "Service Contract Line", WARNING):
        frappe.db.delete(doctype)


@pytest.fixture(autouse=True)
def mails(monkeypatch) -> list[dict[str, Any]]:
    """What would have been mailed, with the language in which it was written."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(frappe, "sendmail", lambda **mail: sent.append({**mail, "lang": frappe.local.lang}))
    monkeypatch.setattr(warnings, "has_outgoing_account", lambda: True)
    return sent


def contract(*lines: dict[str, Any], customer: str = "RCRM Acme", **values: Any) -> Any:
    """A contract that began a month ago, whose customer and manager want to know."""
    erp.customer(customer, only_missing=True)
    if not frappe.db.exists("User", MANAGER):
        user(MANAGER, "Sales User", "Relationship User")
    start = add_days(getdate(), -30)
    values = {
        **{"start_date": start, "end_date": add_days(add_months(start, 12), -1), "account_manager": MANAGER},
        **{"warn_customer": 1, "warn_manager": 0, **values},
    }
    return make_contract(customer, *(lines or (line(HOURS),)), **values)


def use(doc: Any, quantity: float, at: int = 0, day: Any = None, **values: Any) -> Any:
    return entry(doc, at, day or getdate(), quantity, **values)


def told(day: Any = None) -> int:
    """The night's look at everybody, without its commits."""
    return warnings.of_everybody(lambda: None, getdate(day))


def records() -> list[tuple]:
    rows = frappe.get_all(
        WARNING, ["line_title", "percent", "told_customer", "told_manager"], order_by="name asc"
    )
    return [tuple(row.values()) for row in rows]


def text(mail: dict[str, Any]) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", mail["message"]).split())


# when


def test_once_at_80_and_once_at_100(house, mails) -> None:
    doc = contract()
    person(doc.customer)
    use(doc, 15.99)
    assert told() == 0 and not mails
    use(doc, 0.01)  # 16 of 20
    assert told() == 1
    assert mails[0]["recipients"] == ["ida@rcrm.example.com"]
    assert mails[0]["subject"] == f"{doc.name}: 80 % of Support hours is used"
    assert "Used: 16 of 20 Hour. Left: 4." in text(mails[0])
    assert told() == 0
    use(doc, 3.9)
    assert told() == 0  # still below 100 %
    use(doc, 0.1)
    assert told() == 1
    assert mails[1]["subject"] == f"{doc.name}: Support hours is used up"
    use(doc, 5)
    assert told() == 0
    assert records() == [
        ("Support hours", 100, "ida@rcrm.example.com", None),
        ("Support hours", 80, "ida@rcrm.example.com", None),
    ]


def test_from_nothing_to_everything_is_told_once(house, mails) -> None:
    doc = contract()
    person(doc.customer)
    use(doc, 23)
    assert told() == 1 and told() == 0
    assert "Used: 23 Hour, all 20 that were available and 3 more." in text(mails[0])
    assert [row[1] for row in records()] == [100]


def test_what_was_taken_back_and_comes_again_is_no_news_within_the_period(house, mails) -> None:
    doc = contract()
    person(doc.customer)
    made = use(doc, 17)
    assert told() == 1
    made.db_set("is_cancelled", 1)
    use(doc, -17, kind="Reversal", is_cancelled=1, reversal_of=made.name)
    assert told() == 0
    use(doc, 18)
    assert told() == 0
    use(doc, 2)
    assert told() == 1  # 100 % is news
    nxt = add_months(doc.start_date, 3)
    assert told(nxt) == 0
    use(doc, 16, day=nxt)  # nothing was left to be carried over
    assert told(nxt) == 1
    assert len(mails) == 3


def test_below_everything_again_is_no_news(house, mails) -> None:
    doc = contract()
    person(doc.customer)
    use(doc, 20)
    assert told() == 1
    use(doc, -3, kind="Return")  # 85 %, which was never told
    assert told() == 0


def test_80_percent_to_the_last_digit(house, mails) -> None:
    doc = contract(line(HOURS, included_qty=3))
    person(doc.customer)
    use(doc, 2.4)  # 2.4 / 3 is .7999999999999999 here
    assert told() == 1
    assert mails[0]["subject"] == f"{doc.name}: 80 % of Support hours is used"


def test_what_is_dated_later_counts_later(house, mails) -> None:
    doc = contract()
    person(doc.customer)
    tomorrow = add_days(getdate(), 1)
    use(doc, 19, day=tomorrow)
    assert told() == 0
    assert told(tomorrow) == 1


def test_lines_without_a_limit_or_without_anything_left_to_tell(house, mails) -> None:
    doc = contract(line(HOURS, unlimited=1), line(VISITS, included_qty=0, overage="Bill"), line(PIECES))
    person(doc.customer)
    for at, quantity in ((0, 900), (1, 3), (2, 79)):
        use(doc, quantity, at)
    assert told() == 0
    use(doc, 1, 2)
    assert told() == 1 and [row[0] for row in records()] == ["Filters"]


def test_several_lines_in_one_mail(house, mails) -> None:
    doc = contract(line(HOURS), line(VISITS), line(PIECES))
    person(doc.customer)
    for at, quantity in ((0, 17), (1, 4), (2, 10)):
        use(doc, quantity, at)
    assert told() == 1
    assert mails[0]["subject"] == f"{doc.name}: how much is used"
    assert (
        "17 of 20 Hour" in text(mails[0])
        and "4 of 4 Visits" in text(mails[0])
        and "Filters" not in text(mails[0])
    )
    assert len(records()) == 2


def test_ended_cancelled_and_draft_contracts_tell_nothing(house, mails) -> None:
    over = contract(start_date=add_months(getdate(), -12), end_date=add_days(getdate(), -1))
    person(over.customer)
    use(over, 20, day=add_days(getdate(), -1))
    gone = contract()
    use(gone, 20)
    gone.cancel()
    contract(submit=False)
    assert told() == 0


def test_an_amendment_does_not_tell_it_again(house, mails) -> None:
    doc = contract()
    person(doc.customer)
    use(doc, 17)
    assert told() == 1
    new = amend(doc, warn_customer=1)
    assert told() == 0
    assert frappe.get_all(WARNING, pluck="contract", order_by="name") == [new.name]


def test_lines_that_were_used_lately(house, mails) -> None:
    doc = contract()
    person(doc.customer)
    made = use(doc, 17)
    old = now_datetime() - warnings.LOOK_BACK * 2
    frappe.db.set_value("Service Usage Entry", made.name, "creation", old, update_modified=False)
    assert warnings.after_use(lambda: None, getdate()) == 0
    use(doc, 0.1)
    assert warnings.after_use(lambda: None, getdate()) == 1
    assert warnings.after_use(lambda: None, getdate()) == 0


def test_what_the_ledger_writes_and_takes_back(house, mails) -> None:
    doc = contract()
    person(doc.customer)
    key = doc.lines[0].line_key
    ledger.sync("Timesheet", "TS-ONE", [Use(key, getdate(), 17)])
    assert warnings.after_use(lambda: None, getdate()) == 1
    ledger.sync("Timesheet", "TS-ONE", [])
    ledger.sync("Timesheet", "TS-TWO", [Use(key, getdate(), 18)])
    assert warnings.after_use(lambda: None, getdate()) == 0
    ledger.sync("Timesheet", "TS-THREE", [Use(key, getdate(), 2)])
    assert warnings.after_use(lambda: None, getdate()) == 1 and len(mails) == 2


def test_another_job_was_first(house, mails, monkeypatch) -> None:
    doc = contract()
    person(doc.customer)
    use(doc, 17)
    kept = []
    monkeypatch.setattr(frappe.db, "rollback", lambda **_k: kept.append("rolled back"))
    found = warnings.news(overview.standing(usage.figures(terms.of_contracts([doc.name])), getdate()))
    assert told() == 1
    monkeypatch.setattr(warnings, "news", lambda _standing: found)  # looked before the other had committed
    assert told() == 0 and kept == ["rolled back"] and len(mails) == 1


# to whom


def test_customer_and_manager_as_the_contract_says(house, mails) -> None:
    doc = contract(warn_manager=1)
    person(doc.customer)
    use(doc, 17)
    assert told() == 2
    assert [mail["recipients"] for mail in mails] == [["ida@rcrm.example.com"], [MANAGER]]
    assert records() == [("Support hours", 80, "ida@rcrm.example.com", MANAGER)]
    outside, inside = map(text, mails)
    assert outside.startswith("Hello Ida,") and "with RCRM Acme" in inside and "with RCRM Acme" not in outside
    assert "/contracts/" in mails[0]["message"] and "/contracts/" not in mails[1]["message"]
    assert mails[0]["unsubscribe_message"] and "unsubscribe_message" not in mails[1]
    assert (mails[0]["reference_doctype"], mails[0]["reference_name"]) == ("Service Contract", doc.name)


def test_nobody_asked_for_it(house, mails) -> None:
    doc = contract(warn_customer=0, warn_manager=0)
    person(doc.customer)
    use(doc, 20)
    assert told() == 0 and not records()
    doc.reload()
    doc.warn_manager = 1
    doc.save()
    assert told() == 1  # it was not told yet


@pytest.mark.parametrize("why", ["unsubscribed", "this", "another", "everything", "nobody", "disabled"])
def test_nobody_is_told_who_must_not_be(house, mails, why) -> None:
    doc = contract(warn_manager=int(why == "disabled"), warn_customer=int(why != "disabled"))
    before = contract(start_date=add_months(getdate(), -20), end_date=add_months(getdate(), -8))
    if why not in ("nobody", "disabled"):
        person(doc.customer, unsubscribed=int(why == "unsubscribed"))
    reference = {"this": doc.name, "another": before.name}.get(why)
    if reference or why == "everything":
        values = {"reference_doctype": "Service Contract", "reference_name": reference} if reference else {}
        frappe.get_doc(
            {
                "doctype": "Email Unsubscribe",
                "email": "ida@rcrm.example.com",
                "global_unsubscribe": int(not reference),
            }
            | values
        ).insert()
    if why == "disabled":
        frappe.db.set_value("User", MANAGER, "enabled", 0)
    use(doc, 20)
    assert told() == 0 and not mails and not records()


def test_a_refusal_is_of_one_customer_only(house, mails) -> None:
    doc, other = contract(), contract(customer="RCRM Other")
    person(doc.customer)
    person(other.customer)  # the same address
    frappe.get_doc(
        {
            "doctype": "Email Unsubscribe",
            "email": "ida@rcrm.example.com",
            "reference_doctype": "Service Contract",
            "reference_name": doc.name,
        }
    ).insert()
    use(doc, 20)
    use(other, 20)
    assert told() == 1
    assert mails[0]["reference_name"] == other.name


def test_a_manager_who_wants_no_mails(house, mails) -> None:
    doc = contract(warn_customer=0, warn_manager=1)
    settings = frappe.get_doc("Notification Settings", MANAGER)
    settings.enable_email_notifications = 0
    settings.save()
    use(doc, 20)
    assert told() == 0


def test_the_contract_names_the_contact_of_its_own_customer(house, mails) -> None:
    doc = contract()
    primary, own = person(doc.customer), person(doc.customer, "otto@rcrm.example.com")
    stranger = person(erp.customer("RCRM Elsewhere"), "spy@rcrm.example.com")
    for contact, address in ((own, "otto"), (stranger, "ida"), (primary, "ida")):
        frappe.db.delete(WARNING)
        mails.clear()
        frappe.db.set_value("Service Contract", doc.name, "contact", contact)
        if contact == own:
            use(doc, 17)
        assert told() == 1
        assert mails[0]["recipients"] == [f"{address}@rcrm.example.com"], contact


def test_without_an_account_for_mail_it_waits(house, mails, monkeypatch) -> None:
    doc = contract()
    person(doc.customer)
    use(doc, 20)
    monkeypatch.setattr(warnings, "has_outgoing_account", lambda: False)
    assert told() == 0 and not records()
    monkeypatch.setattr(warnings, "has_outgoing_account", lambda: True)
    assert told() == 1


# how


def test_in_the_language_of_whoever_reads_it(house, mails) -> None:
    erp.customer("RCRM Acme", language="ru")
    doc = contract(warn_manager=1)
    person(doc.customer)
    frappe.db.set_value("User", MANAGER, "language", "uk")
    use(doc, 17)
    assert told() == 2
    assert [mail["lang"] for mail in mails] == ["ru", "uk"]
    assert 'lang="ru"' in mails[0]["message"] and 'lang="uk"' in mails[1]["message"]
    assert frappe.local.lang == "en"


def test_text_is_text(house, mails) -> None:
    doc = contract(line(HOURS, line_title="T"), warn_manager=1)
    contact = person(doc.customer)
    frappe.db.set_value(
        "Service Contract Line", doc.lines[0].name, {"line_title": f"T{XSS}\nBcc: x", "uom": XSS}
    )
    frappe.db.set_value("Contact", contact, "first_name", f"N{XSS}")
    frappe.db.set_value("Service Contract", doc.name, "customer_name", f"C{XSS}")
    use(doc, 17)
    assert told() == 2
    for mail in mails:
        assert "<script" not in mail["message"] and "<img" not in mail["message"]
        assert "\n" not in mail["subject"]


def test_a_hidden_contract_has_no_link(house, mails) -> None:
    doc = contract(portal_visible=0)
    person(doc.customer)
    use(doc, 17)
    assert told() == 1 and "/contracts/" not in mails[0]["message"]


def test_what_one_contract_fails_at_does_not_keep_the_others(house, mails, monkeypatch) -> None:
    docs = [contract(), contract(customer="RCRM Other")]
    for doc in docs:
        person(doc.customer, f"{doc.customer[-3:].lower()}@rcrm.example.com")
        use(doc, 17)
    real = warnings._record

    def record(one: Any, *people: Any) -> None:
        if one.promise.contract == docs[0].name:
            raise ZeroDivisionError
        real(one, *people)

    monkeypatch.setattr(warnings, "_record", record)
    monkeypatch.setattr(frappe.db, "rollback", lambda **_k: None)
    assert told() == 1
    assert mails[0]["reference_name"] == docs[1].name
    assert frappe.db.exists("Error Log", {"method": ["like", f"%warning of {docs[0].name}%"]})


def test_the_number_of_statements_does_not_grow(house, mails) -> None:
    def statements(count: int) -> int:
        for n in range(count):
            doc = contract(customer=f"RCRM Co {n}")
            use(doc, 17)
        asked = []
        real = frappe.db.sql
        frappe.db.sql = lambda *args, **more: asked.append(args) or real(*args, **more)
        try:
            found = warnings.of_everybody(lambda: None, getdate())
        finally:
            frappe.db.sql = real
        assert found == 0  # nobody has an address
        return len(asked)

    assert statements(1) == statements(6)


def test_the_night(house, mails, monkeypatch) -> None:
    """States roll, and who wants to know hears."""
    monkeypatch.setattr(tasks, "_commit", lambda: None)
    doc = contract()
    person(doc.customer)
    use(doc, 17)
    frappe.db.set_value("Service Contract", doc.name, "state", "Waiting")
    tasks.roll_service_contracts()
    assert frappe.db.get_value("Service Contract", doc.name, "state") == "Active"
    assert len(mails) == 1
    use(doc, 3)
    tasks.warn_about_service_usage()
    assert len(mails) == 2


def test_deleting_a_contract_takes_its_warnings(house, mails) -> None:
    doc = contract()
    person(doc.customer)
    use(doc, 17)
    assert told() == 1
    warnings.forget(doc.name)
    assert not records()
