"""Reports, cards and charts of the desk: figures, order, blanks without evidence, and who sees which rows."""

from __future__ import annotations

import importlib
import json

import pytest
from desk import run_report as run
from erp import COMPANY

REPORTS = ("Relationship Ladder", "Stage Movements", "Relationship Scores", "Customers at Risk")
NORTH, SOUTH = "RCRM Test North", "RCRM Test South"
#: Criteria as they are stored, and how they read.
LOSS = '[{"measure":"recorded_loss","operator":">=","threshold":1,"value":1}]'
SILENT = {"measure": "rhythm", "operator": "<=", "value_before": 2, "value_after": 3.41, "threshold": 2.5}
TOLD_SILENT = "Silence against their rhythm: 3.4 (at most 2.5)"


def names(result, key="party"):
    """The parties of a report's rows."""
    return {row[key] for row in result["result"] if isinstance(row, dict) and row.get(key)}


class Book:
    """A small set of customers with known places on the ladder."""

    def __init__(self, frappe):
        from frappe.utils import add_days, getdate

        self.frappe, self.today = frappe, getdate()
        self.day = lambda back: add_days(self.today, -back)
        self.stages = {
            row.rung: row
            for row in frappe.get_all(
                "Relationship Stage",
                filters={
                    "stage_model": frappe.db.get_single_value("Relationship CRM Settings", "stage_model")
                },
                fields=["name", "stage_name", "rung", "stage_model"],
                order_by="rung",
            )
        }
        root = frappe.get_all("Territory", filters={"is_group": 1}, pluck="name", order_by="lft", limit=1)[0]
        for name in (NORTH, SOUTH):
            frappe.get_doc(
                {"doctype": "Territory", "territory_name": name, "parent_territory": root}
            ).insert()
        self.group = frappe.get_all(
            "Customer Group", filters={"is_group": 0}, pluck="name", order_by="name", limit=1
        )[0]
        self.customers = {}
        self.relationships = {}

    def customer(self, key, territory, rung, **fields):
        """A customer and the relationship with it."""
        frappe, stage = self.frappe, self.stages[rung]
        name = (
            frappe.get_doc(
                {
                    "doctype": "Customer",
                    "customer_name": f"RCRM Test {key}",
                    "customer_group": self.group,
                    "territory": territory,
                }
            )
            .insert()
            .name
        )
        values = {
            "doctype": "Relationship",
            "party_type": "Customer",
            "party": name,
            "party_title": f"RCRM Test {key}",
            "customer": name,
            "customer_group": self.group,
            "territory": territory,
            "stage_model": stage.stage_model,
            "stage": stage.name,
            "computed_stage": stage.name,
            "stage_name": stage.stage_name,
            "rung": rung,
            "stage_since": self.day(200),
            "composite": 60,
            "composite_confidence": 70,
            "purchases": 5,
            "median_gap": 30,
            "rhythm": 0.5,
            "last_purchase": self.day(15),
            "revenue_12m": 1000,
            "as_of": self.today,
        }
        doc = frappe.get_doc({**values, **fields}).insert(ignore_permissions=True)
        self.customers[key], self.relationships[key] = name, doc.name
        return doc.name

    def move(self, key, from_rung, to_rung, back, **fields):
        """A recorded stage change."""
        doc = self.frappe.get_doc("Relationship", self.relationships[key])
        values = {
            "doctype": "Relationship Stage Change",
            "relationship": doc.name,
            "party_type": "Customer",
            "party": doc.party,
            "party_title": doc.party_title,
            "from_stage": self.stages[from_rung].stage_name,
            "to_stage": self.stages[to_rung].stage_name,
            "from_rung": from_rung,
            "to_rung": to_rung,
            "direction": "Up" if to_rung > from_rung else "Down",
            "changed_on": self.day(back),
            "days_in_stage": 40,
            "revenue_12m": doc.revenue_12m,
            "territory": doc.territory,
            "customer_group": doc.customer_group,
            "source": "Assessment",
        }
        return self.frappe.get_doc({**values, **fields}).insert(ignore_permissions=True).name

    def past(self, key, back, rung, **fields):
        """A row of the history."""
        doc = self.frappe.get_doc("Relationship", self.relationships[key])
        values = {
            "doctype": "Relationship Assessment",
            "relationship": doc.name,
            "party_type": "Customer",
            "party": doc.party,
            "kind": "Month end",
            "as_of": self.day(back),
            "computed_on": self.frappe.utils.now(),
            "stage_name": self.stages[rung].stage_name,
            "rung": rung,
            "territory": doc.territory,
            "customer_group": doc.customer_group,
            "revenue_12m": 500,
        }
        return self.frappe.get_doc({**values, **fields}).insert(ignore_permissions=True).name

    def user(self, *roles, territory=None):
        """A user with roles, limited to a territory if one is given."""
        frappe = self.frappe
        email = f"rcrm-{frappe.generate_hash(length=8)}@example.com"
        user = frappe.get_doc(
            {"doctype": "User", "email": email, "first_name": "RCRM Test", "send_welcome_email": 0}
        )
        user.append_roles(*roles)
        user.insert(ignore_permissions=True)
        if territory:
            frappe.get_doc(
                {"doctype": "User Permission", "user": email, "allow": "Territory", "for_value": territory}
            ).insert(ignore_permissions=True)
        return email


@pytest.fixture
def book(house):
    """Customers in two territories, and no other relationships."""
    import frappe

    frappe.set_user("Administrator")
    for doctype in ("Relationship", "Relationship Stage Change", "Relationship Assessment"):
        frappe.db.delete(doctype)  # rolled back with the test
    book = Book(frappe)
    book.customer("steady", NORTH, 5, revenue_12m=4000, composite=70)
    book.customer(
        "fell",
        NORTH,
        4,
        direction="Down",
        previous_stage_name="Client",
        stage_since=book.day(10),
        revenue_12m=3000,
    )
    book.customer("silent", SOUTH, 5, rhythm=3.4, last_purchase=book.day(102), revenue_12m=9000, composite=50)
    book.customer("leaving", SOUTH, 4, dissolution=1, dissolution_reason=LOSS, revenue_12m=2000)
    book.customer(
        "unknown", SOUTH, 1, composite=0, composite_confidence=0, purchases=0, rhythm=0, revenue_12m=0
    )
    book.move("fell", 5, 4, 10, reasons=[SILENT])
    book.move("steady", 4, 5, 20)
    book.move("silent", 4, 5, 30)
    book.move("leaving", 5, 4, 400)
    yield book
    frappe.set_user("Administrator")


def both(book, report, filters=None):
    """A report over both test territories."""
    rows = []
    for territory in (NORTH, SOUTH):
        rows += run(report, {**(filters or {}), "territory": territory})["result"]
    return [row for row in rows if isinstance(row, dict)]


# figures


def test_ladder_counts_shares_and_order(book):
    result = run("Relationship Ladder", {"territory": SOUTH})
    rungs = [row["rung"] for row in result["result"]]
    assert rungs == sorted(rungs, reverse=True)
    assert set(rungs) >= set(book.stages)  # empty rungs are shown too
    by_rung = {row["rung"]: row for row in result["result"]}
    assert [by_rung[r]["relationships"] for r in (1, 4, 5)] == [1, 1, 1]
    assert sum(row["share"] for row in result["result"]) == pytest.approx(100)
    assert by_rung[5]["revenue_share"] == pytest.approx(100 * 9000 / 11000)
    assert by_rung[4]["dissolution"] == 1
    labels = result["chart"]["data"]["labels"]
    values = result["chart"]["data"]["datasets"][0]["values"]
    assert labels[0].startswith(book.stages[1].stage_name.split()[0])
    assert values[:5] == [1, 0, 0, 1, 1]


def test_without_evidence_there_is_no_grade(book):
    ladder = {row["rung"]: row for row in run("Relationship Ladder", {"territory": SOUTH})["result"]}
    assert ladder[1]["composite"] is None
    assert ladder[1]["graded"] == 0
    scores = {row["party"]: row for row in run("Relationship Scores", {"territory": SOUTH})["result"]}
    assert scores[book.customers["unknown"]]["composite"] is None
    assert scores[book.customers["silent"]]["composite"] == 50


def test_ladder_of_a_past_day_comes_from_the_history(book):
    book.past("silent", 60, 3)
    book.past("silent", 30, 4)
    book.past("silent", 30, 5, computed_on="2001-01-01 00:00:00")  # an older reckoning of the same day
    book.past("leaving", 60, 2)
    at = {
        row["rung"]: row["relationships"]
        for row in run("Relationship Ladder", {"territory": SOUTH, "as_of": book.day(25)})["result"]
    }
    assert {rung: n for rung, n in at.items() if n} == {4: 1, 2: 1}
    at = {
        row["rung"]: row["relationships"]
        for row in run("Relationship Ladder", {"territory": SOUTH, "as_of": book.day(45)})["result"]
    }
    assert {rung: n for rung, n in at.items() if n} == {3: 1, 2: 1}


def test_ladder_before_the_history_says_so(book):
    book.past("silent", 60, 3)
    result = run("Relationship Ladder", {"as_of": "1990-01-01"})
    assert result["message"]
    assert not any(row["relationships"] for row in result["result"])


def test_movements_as_list_and_matrix_agree(book):
    period = {"from_date": book.day(60), "to_date": book.today}
    moves = both(book, "Stage Movements", period)
    assert {row["party"] for row in moves} == {book.customers[k] for k in ("fell", "steady", "silent")}
    fell = next(row for row in moves if row["party"] == book.customers["fell"])
    assert (fell["direction"], fell["reasons"], fell["days_in_stage"]) == ("Down", TOLD_SILENT, 40)

    matrix = run("Stage Movements", {**period, "view": "Matrix", "territory": NORTH})
    cells = {
        (row["from_stage"], column["label"]): row.get(column["fieldname"])
        for row in matrix["result"]
        if isinstance(row, dict)
        for column in matrix["columns"]
        if column["fieldname"].startswith("to_")
    }
    four, five = book.stages[4].stage_name, book.stages[5].stage_name
    assert {pair: n for pair, n in cells.items() if n} == {(five, four): 1, (four, five): 1}
    ups, downs = (d["values"] for d in matrix["chart"]["data"]["datasets"])
    assert (sum(ups), sum(downs)) == (1, 1)


def test_movements_refuse_a_period_that_ends_before_it_begins(book):
    import frappe

    with pytest.raises(frappe.ValidationError):
        run("Stage Movements", {"from_date": book.today, "to_date": book.day(3)})


def test_customers_at_risk_says_why_and_sorts_by_revenue(book):
    rows = run("Customers at Risk", {"territory": SOUTH})["result"]
    rows = [row for row in rows if isinstance(row, dict)]
    assert [row["party"] for row in rows] == [book.customers["silent"], book.customers["leaving"]]
    assert "102" in rows[0]["reason"] and "30" in rows[0]["reason"]
    assert rows[1]["reason"] == "Loss recorded: 1 (at least 1)."
    north = run("Customers at Risk", {"territory": NORTH})
    assert names(north) == {book.customers["fell"]}
    assert north["chart"]["data"]["datasets"][0]["values"] == [3000]


def test_customers_at_risk_thresholds(book):
    assert not names(run("Customers at Risk", {"territory": NORTH, "fell_within_days": 5}))
    assert names(run("Customers at Risk", {"territory": SOUTH, "silent_beyond": 4})) == {
        book.customers["leaving"]
    }


def test_disabled_parties_only_on_demand(book):
    import frappe

    frappe.db.set_value("Relationship", book.relationships["silent"], "disabled", 1)
    silent = book.customers["silent"]
    assert silent not in names(run("Relationship Scores", {"territory": SOUTH}))
    assert silent in names(run("Relationship Scores", {"territory": SOUTH, "include_disabled": 1}))


def test_scores_filters(book):
    assert names(run("Relationship Scores", {"territory": SOUTH, "min_confidence": 50})) == {
        book.customers["silent"],
        book.customers["leaving"],
    }
    stage = book.stages[5].stage_name
    assert names(run("Relationship Scores", {"territory": SOUTH, "stage_name": stage})) == {
        book.customers["silent"]
    }
    assert names(run("Relationship Scores", {"territory": SOUTH, "only_dissolving": 1})) == {
        book.customers["leaving"]
    }


# who sees what


@pytest.mark.parametrize("report", REPORTS[1:])
def test_a_territory_sees_only_its_rows(book, report):
    import frappe

    frappe.set_user(book.user("Relationship User", "Sales User", territory=NORTH))
    period = {"from_date": book.day(60), "to_date": book.today} if report == "Stage Movements" else {}
    seen = names(run(report, period))
    own = {book.customers["steady"], book.customers["fell"]}
    assert seen and seen <= own
    assert not names(run(report, {**period, "territory": SOUTH}))


def test_a_territory_counts_only_its_rows_in_ladder_and_charts(book):
    import frappe

    book.past("silent", 30, 5)
    book.past("steady", 30, 5)
    frappe.set_user(book.user("Relationship User", "Sales User", territory=NORTH))
    today = run("Relationship Ladder")
    assert sum(row["relationships"] for row in today["result"]) == 2
    assert sum(today["chart"]["data"]["datasets"][0]["values"]) == 2
    past = run("Relationship Ladder", {"as_of": book.day(20)})
    assert sum(row["relationships"] for row in past["result"]) == 1
    risk = run("Customers at Risk")["chart"]["data"]
    assert (risk["labels"], risk["datasets"][0]["values"]) == ([NORTH], [3000])
    ups, downs = (
        d["values"] for d in run("Stage Movements", {"from_date": book.day(60)})["chart"]["data"]["datasets"]
    )
    assert (sum(ups), sum(downs)) == (1, 1)


def test_a_territory_counts_only_its_rows_on_cards(book):
    import frappe

    from relationship_crm import cards

    everybody = cards.customers_at_risk()["value"]
    assert everybody >= 3
    frappe.set_user(book.user("Relationship User", "Sales User", territory=NORTH))
    assert cards.relationships_assessed()["value"] == 2
    assert cards.customers_at_risk()["value"] == 1
    assert cards.revenue_at_risk()["value"] == 3000
    assert cards.average_confidence()["value"] == 70
    this_month = book.today.replace(day=1)
    assert cards.moved_down_this_month()["value"] == int(book.day(10) >= this_month)
    assert cards.moved_up_this_month()["value"] == int(book.day(20) >= this_month)


def test_without_customers_there_is_nothing_to_see(book):
    import frappe

    from relationship_crm import cards

    frappe.set_user(book.user("Relationship Analyst"))
    assert not names(run("Relationship Scores"))
    assert cards.relationships_assessed()["value"] == 0


def test_without_a_role_no_report_opens(book):
    import frappe

    from relationship_crm import cards

    frappe.set_user(book.user("Sales User"))
    for report in REPORTS:
        with pytest.raises(frappe.PermissionError):
            run(report)
    with pytest.raises(frappe.PermissionError):
        cards.relationships_assessed()


def test_scores_about_employees_need_the_role(book):
    import frappe

    columns = {c["fieldname"] for c in run("Relationship Scores", {"territory": NORTH})["columns"]}
    assert {"trust_employee", "engagement_employee_rational"} <= columns
    frappe.set_user(book.user("Relationship User", "Sales User", territory=NORTH))
    result = run("Relationship Scores")
    columns = {c["fieldname"] for c in result["columns"]}
    assert "trust_company" in columns
    assert not any("_employee" in name for name in columns)
    assert not any("_employee" in key for row in result["result"] if isinstance(row, dict) for key in row)
    frappe.set_user(book.user("Relationship Manager", "Sales User", territory=NORTH))
    assert "trust_employee" in {c["fieldname"] for c in run("Relationship Scores")["columns"]}


def test_reasons_about_employees_need_the_role(book):
    import frappe

    withheld = {"measure": "trust_employee", "operator": "", "threshold": 55}  # as the assessment stores it
    book.move("steady", 5, 4, 2, reasons=[withheld])
    period = {"from_date": book.day(3), "to_date": book.today}
    assert [
        row["reasons"]
        for row in run("Stage Movements", period)["result"]
        if row["party"] == book.customers["steady"]
    ] == ["Trust in the employee"]
    frappe.set_user(book.user("Relationship User", "Sales User", territory=NORTH))
    assert [row["reasons"] for row in run("Stage Movements", period)["result"]] == [""]


# what ships


#: Whose readers see our number cards.
KNOWN_TO_CARDS = (
    *("Relationship", "Survey Response", "Service Contract"),
    *("Relationship Campaign", "Campaign Response", "Campaign Touch"),
)


@pytest.mark.parametrize("workspace", ["Relationships", "Relationship Campaigns"])
def test_workspace_is_complete(house, workspace):
    import frappe

    page = frappe.get_doc("Workspace", workspace)
    blocks = json.loads(page.content)
    wanted = {
        "number_card": "number_card_name",
        "chart": "chart_name",
        "shortcut": "shortcut_name",
        "card": "card_name",
    }
    shown = {kind: {b["data"][key] for b in blocks if b["type"] == kind} for kind, key in wanted.items()}
    assert shown["number_card"] == {row.label for row in page.number_cards}
    assert shown["chart"] == {row.label for row in page.charts}
    assert shown["shortcut"] == {row.label for row in page.shortcuts}
    assert shown["card"] == {row.label for row in page.links if row.type == "Card Break"}
    for link in page.links:
        assert link.type == "Card Break" or frappe.db.exists(link.link_type, link.link_to), link.link_to
    for row in page.number_cards:
        card = frappe.get_doc("Number Card", row.number_card_name)
        module, _, function = card.method.rpartition(".")
        assert getattr(importlib.import_module(module), function) in frappe.whitelisted
        # without one only System Managers see a custom card
        assert card.document_type in KNOWN_TO_CARDS
    for row in page.charts:
        chart = frappe.get_doc("Dashboard Chart", row.chart_name)
        assert chart.chart_type == "Report" and chart.use_report_chart  # others are cached across users
        filters = json.loads(chart.filters_json)
        if "company" in json.loads(chart.dynamic_filters_json or "{}"):  # the user's own
            filters["company"] = COMPANY
        assert run(chart.report_name, filters)["columns"]


@pytest.mark.parametrize("report", REPORTS)
def test_reports_ship_with_their_roles(house, report):
    import frappe

    doc = frappe.get_doc("Report", report)
    assert doc.is_standard == "Yes" and doc.module == "Relationship CRM"
    assert {row.role for row in doc.roles} == {
        "Relationship Manager",
        "Relationship User",
        "Relationship Analyst",
        "System Manager",
    }


def test_sheet_prints(book, monkeypatch):
    import frappe
    from frappe.www.printview import get_rendered_template  # frappe.get_print commits its access log

    asked = frappe._dict(method="GET", path="/printview", headers={})
    monkeypatch.setattr(frappe.local, "request", asked, raising=False)
    html = get_rendered_template(
        frappe.get_doc("Relationship", book.relationships["steady"]),
        frappe.get_doc("Print Format", "Relationship Sheet"),
        no_letterhead=True,
    )
    assert "RCRM Test steady" in html
    assert book.stages[5].stage_name in html
