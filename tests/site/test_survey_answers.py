"""Answers from elsewhere: other survey tools through the API, and files through Data Import."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import erp
import frappe
import pytest
import visitors
from committed import fresh, keep
from frappe.utils import today
from frappe.utils.csvutils import to_csv
from visitors import ANONYMOUS, CUSTOMER, EMAIL, OTHER_CUSTOMER, SURVEY, Visitor

from relationship_crm.surveys.api import record_response

# Data Import commits, and so does what it needs
pytestmark = [pytest.mark.committed, pytest.mark.usefixtures("public")]

TOOL = "Typeform"


def record(number: str = "1", given: Any = None, **values: Any) -> dict[str, Any]:
    given = given if given is not None else {"recommend": 9, "late": 2, "comment": "Fine"}
    return record_response(SURVEY, TOOL, number, given, **values)


def counted() -> int:
    return frappe.db.count("Survey Response", {"survey": SURVEY})


def test_an_answer_is_recorded_once() -> None:
    first = record(party_type="Customer", party=CUSTOMER, answered_on="2024-03-05 10:00:00", email=EMAIL)
    assert first["created"]
    doc = frappe.get_doc("Survey Response", first["name"])
    assert [
        (row.item_key, row.kind, row.dimension, row.score, row.value, row.answered) for row in doc.answers
    ] == [
        ("recommend", "NPS", "satisfaction", 9, 0.9, 1),
        ("late", "CSAT", "trust_company", 2, 0.75, 1),  # reversed
        ("comment", "Text", "", 0, 0, 0),
    ]
    assert (doc.has_nps, doc.nps, doc.complete, doc.customer) == (1, 9, 1, CUSTOMER)
    assert (doc.customer_group, doc.territory) == (erp.TRADE, erp.NORTH)  # of today: nobody was invited
    assert str(doc.answered_on) == "2024-03-05 10:00:00" and not doc.company
    assert doc.answers[2].email == EMAIL and doc.answers[0].email is None
    assert frappe.db.exists("Relationship Event", {"voucher_no": doc.name, "party": CUSTOMER})
    before = counted()
    assert record(party_type="Customer", party=CUSTOMER) == {"name": doc.name, "created": False}
    assert counted() == before
    # the same number from another tool is another answer
    assert record_response(SURVEY, "Other", "1", {"recommend": 9})["created"]


def test_sent_again_it_says_what_it_says_now() -> None:
    name = record(given={"recommend": 9})["name"]
    assert record(given={"recommend": 2, "comment": "After all, no"}) == {"name": name, "created": False}
    doc = frappe.get_doc("Survey Response", name)
    assert (doc.nps, [row.item_key for row in doc.answers]) == (2, ["recommend", "comment"])
    assert frappe.db.count("Survey Answer", {"parent": name}) == 2


def test_the_party_is_found_by_the_address() -> None:
    doc = frappe.get_doc("Survey Response", record("a", email=EMAIL.upper())["name"])
    assert (doc.party_type, doc.party, doc.customer) == ("Customer", CUSTOMER, CUSTOMER)
    assert not frappe.get_doc("Survey Response", record("b", email="nobody@example.com")["name"]).party
    lead = erp.lead("RCRM Page Lead", email_id="rcrm-page-lead@example.com")
    doc = frappe.get_doc("Survey Response", record("c", email="rcrm-page-lead@example.com")["name"])
    assert (doc.party_type, doc.party) == ("Lead", lead)
    # two customers with one address: nobody can say whose it is
    contact = frappe.get_doc("Contact", {"email_id": EMAIL})
    contact.append("links", {"link_doctype": "Customer", "link_name": OTHER_CUSTOMER})
    contact.save()
    assert not frappe.get_doc("Survey Response", record("d", email=EMAIL)["name"]).party


def test_contributions_from_another_tool() -> None:
    given = {
        "recommend": 10,
        "idea": "A blue one",
        "friend": {"name": "Ada", "email": "ada@example.com"},
        "comment": "<b>Bold</b>",
    }
    doc = frappe.get_doc(
        "Survey Response", record(given=json.dumps(given), party_type="Customer", party=CUSTOMER)["name"]
    )
    texts = {row.item_key: row.text for row in doc.answers if row.text}
    assert texts == {"idea": "A blue one", "friend": "Ada\nada@example.com\n", "comment": "‹b>Bold‹/b>"}
    assert (
        frappe.db.get_value("Customer Referral", {"response": doc.name}, "contact_email") == "ada@example.com"
    )


def test_an_anonymous_answer_from_another_tool_leads_to_nobody() -> None:
    made = record_response(
        ANONYMOUS, TOOL, "1", {"recommend": 3}, party_type="Customer", party=CUSTOMER, email=EMAIL
    )
    doc = frappe.get_doc("Survey Response", made["name"])
    assert (doc.party, doc.customer, doc.email, doc.territory) == (None, None, None, erp.NORTH)
    assert record_response(ANONYMOUS, TOOL, "1", {"recommend": 9}) == {"name": made["name"], "created": False}
    assert frappe.db.get_value("Survey Response", made["name"], "nps") == 3


@pytest.mark.parametrize(
    "given",
    [
        {"recommend": 11},
        {"recommend": -1},
        {"recommend": 8.5},
        {"recommend": "nine"},
        {"recommend": [9]},
        {"recommend": True and {"a": 1}},
        {"late": 0},
        {"other": 5},
        {"comment": 5},
        {"comment": "x" * 2001},
        {},
        [],
        "[1]",
        "{}",
    ],
)
def test_what_is_no_answer_is_refused(given: Any) -> None:
    before = counted()
    with pytest.raises(frappe.ValidationError):
        record(given=given)
    frappe.db.rollback()
    assert counted() == before


def test_what_names_no_answer_is_refused() -> None:
    for source, number in (("", "1"), ("  ", "1"), (TOOL, ""), (TOOL, "x" * 200)):
        with pytest.raises(frappe.ValidationError):
            record_response(SURVEY, source, number, {"recommend": 9})
    with pytest.raises(frappe.PermissionError):
        record(party_type="User", party="Administrator")
    with pytest.raises(frappe.LinkValidationError):
        record(party_type="Customer", party="RCRM Nobody")


def test_who_may_record() -> None:
    frappe.set_user(visitors.USER)  # may read customers and answers, not make answers
    with pytest.raises(frappe.PermissionError):
        record()
    frappe.set_user("Administrator")
    frappe.get_doc("User", visitors.USER).add_roles("Relationship Manager")
    frappe.set_user(visitors.USER)
    assert record(party_type="Customer", party=CUSTOMER)["created"]
    frappe.set_user("Guest")
    with pytest.raises(frappe.PermissionError):
        record()


def test_only_by_post_and_only_logged_in() -> None:
    visitor = Visitor()
    path = "/api/method/relationship_crm.surveys.api.record_response"
    sent = {"survey": SURVEY, "external_source": TOOL, "external_id": "x", "answers": '{"recommend": 9}'}
    assert visitor.post(path, sent).status == 403
    assert visitor.get(path, query_string=sent).status == 403
    fresh()
    assert not frappe.db.exists("Survey Response", {"external_source": TOOL, "external_id": "x"})
    visitor.close()


def test_sent_twice_at_the_same_time() -> None:
    frappe.get_doc("User", visitors.USER).add_roles("Relationship Manager")
    keep()
    several = [Visitor() for _ in range(4)]
    for visitor in several:
        assert (
            visitor.post("/api/method/login", {"usr": visitors.USER, "pwd": visitors.PASSWORD}).status == 200
        )
    sent = {"survey": SURVEY, "external_source": TOOL, "external_id": "rush", "answers": '{"recommend": 9}'}
    path = "/api/method/relationship_crm.surveys.api.record_response"
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda visitor: visitor.post(path, sent), several))
    assert [one.status for one in found] == [200] * 4, [one.text for one in found]
    fresh()
    assert frappe.db.count("Survey Response", {"external_id": "rush"}) == 1
    assert sum(json.loads(one.text)["message"]["created"] for one in found) == 1
    for visitor in several:
        visitor.close()


# files


def imported(rows: list[list[Any]]) -> tuple[Any, list[Any]]:
    """Import a CSV file by Data Import, as the desk does; the import and the log of its rows."""
    file = frappe.get_doc(
        {"doctype": "File", "file_name": "rcrm-page-answers.csv", "content": to_csv(rows), "is_private": 1}
    ).insert()
    doc = frappe.get_doc(
        {
            "doctype": "Data Import",
            "reference_doctype": "Survey Response",
            "import_type": "Insert New Records",
            "import_file": file.file_url,
        }
    ).insert()
    keep()
    doc.start_import()
    keep()
    fresh()
    frappe.flags.in_test = True
    doc.reload()
    log = frappe.get_all(
        "Data Import Log", {"data_import": doc.name}, ["success", "docname", "messages"], order_by="log_index"
    )
    return doc, log


HEADER = [
    *("Survey", "Answered On", "Party Type", "Party", "Source", "ID There"),
    *("Key (Answers)", "Score (Answers)", "Text (Answers)"),
]


def test_a_file_of_answers() -> None:
    rows = [
        HEADER,
        [SURVEY, "2024-02-01 09:30:00", "Customer", CUSTOMER, "Paper", "1", "recommend", 0, ""],
        ["", "", "", "", "", "", "late", 5, ""],
        ["", "", "", "", "", "", "comment", "", "Never again"],
        [SURVEY, "2024-02-02 09:30:00", "Customer", OTHER_CUSTOMER, "Paper", "2", "recommend", 10, ""],
        ["", "", "", "", "", "", "easy", "", ""],  # left open on paper
        [ANONYMOUS, f"{today()} 09:30:00", "Customer", CUSTOMER, "Paper", "3", "recommend", 7, ""],
    ]
    doc, log = imported(rows)
    assert doc.status == "Success", (doc.template_warnings, log)
    first, second, third = (frappe.get_doc("Survey Response", row.docname) for row in log)
    assert [
        (row.item_key, row.kind, row.score, row.value, row.answered, row.text) for row in first.answers
    ] == [
        ("recommend", "NPS", 0, 0, 1, None),
        ("late", "CSAT", 5, 0, 1, None),  # reversed: 1 - (5-1)/4
        ("comment", "Text", 0, 0, 0, "Never again"),
    ]
    assert (first.customer, first.nps, first.has_nps, first.complete) == (CUSTOMER, 0, 1, 1)
    assert first.answers[0].question == "How likely are you to recommend us?"
    assert [(row.item_key, row.answered) for row in second.answers] == [("recommend", 1), ("easy", 0)]
    assert third.anonymous and not third.customer and str(third.answered_on) == f"{today()} 00:00:00"
    assert not first.follow_up  # answers of long ago are for the figures
    # the same file once more: every row is known
    again, log = imported(rows)
    assert again.status == "Error" and not any(row.success for row in log)
    assert frappe.db.count("Survey Response", {"external_source": "Paper"}) == 3


def test_wrong_rows_of_a_file_are_named() -> None:
    doc, log = imported(
        [
            HEADER,
            [SURVEY, "2024-02-01 09:30:00", "Customer", CUSTOMER, "Paper", "4", "recommend", 11, ""],
            [SURVEY, "2024-02-01 09:30:00", "Customer", CUSTOMER, "Paper", "5", "other", 5, ""],
            [SURVEY, "2024-02-01 09:30:00", "Customer", CUSTOMER, "Paper", "6", "recommend", 5, ""],
        ]
    )
    assert doc.status == "Partial Success"
    assert [row.success for row in log] == [0, 0, 1]
    assert "no answer to recommend" in log[0].messages and "has no question other" in log[1].messages
