"""How often customers hear from us, against the plan of their stage: real touches, worked out by hand."""

from __future__ import annotations

import erp
import frappe
import pytest
from desk import ANALYST, assess, lines, run_report, user
from frappe.utils import add_days, add_to_date, getdate, now_datetime, today
from waves import frozen, quiet  # noqa: F401

from relationship_crm.assessment.bulk import write_rows
from relationship_crm.campaigns import frequency
from relationship_crm.campaigns.pressure import Pressure

pytestmark = pytest.mark.usefixtures("quiet")
REPORT = "Contact Frequency"


def buyer(name, purchases=1, years=2, territory=erp.NORTH):
    """A customer who has been in the book for so many years, and is assessed."""
    party = erp.customer(f"RCRM {name}", territory=territory)
    frappe.db.set_value(
        "Customer",
        party,
        "creation",
        add_to_date(now_datetime(), days=-round(365 * years)),
        update_modified=False,
    )
    for number in range(purchases):
        erp.invoice(party, add_days(today(), -number), [(erp.ADVICE, 1, 100)], due=add_days(today(), 60))
    assess(("Customer", party))
    return party


def reach(of, party, days_ago, party_type="Customer", status="Sent", **values):
    """A campaign reached somebody so many days ago."""
    row = {
        "name": frappe.generate_hash(length=20),
        "campaign": of,
        "channel": "Email",
        "status": status,
        "party_type": party_type,
        "party": party,
        "customer": party if party_type == "Customer" else None,
        "touched_on": add_to_date(now_datetime(), days=-days_ago),
        **values,
    }
    write_rows("Campaign Touch", tuple(row), [tuple(row.values())])


@pytest.fixture
def book():
    """Four first-time buyers, to be contacted 4 to 12 times a year, and a repeat buyer, 1 to 2 times."""
    frappe.db.set_value(
        "Relationship Stage", "Kotler-First-time Buyer", {"contacts_least": 4, "contacts_most": 12}
    )
    frappe.db.set_value(
        "Relationship Stage", "Kotler-Repeat Buyer", {"contacts_least": 1, "contacts_most": 2}
    )
    frappe.db.delete("Relationship")
    spring, autumn = frozen(), frozen("RCRM Autumn")
    for name in ("Silent", "Rare", "Right", "New"):
        buyer(name, years=0.25 if name == "New" else 2)
    buyer("Pestered", purchases=2)
    for day in (1, 50):
        reach(spring, "RCRM Rare", day)
    reach(spring, "RCRM Rare", 365)  # a day too old
    for day in (0, 100, 200, 364):
        reach(autumn, "RCRM Right", day)
    for day in (10, 20, 30):
        reach(spring, "RCRM Pestered", day)
    return spring, autumn


def verdicts(**filters):
    return {row["party"]: row["state"] for row in lines(REPORT, view="Customers", **filters)}


def test_the_year_is_held_against_the_plan(book):
    assert verdicts() == {
        "RCRM Silent": "silence",
        "RCRM Rare": "less",
        "RCRM Right": "as_planned",
        "RCRM Pestered": "pestered",
        "RCRM New": "silence",  # in the book for a quarter: one touch would be planned
    }


def test_who_is_new_is_held_to_the_share_of_the_year(book):
    spring, _autumn = book
    [row] = [row for row in lines(REPORT, view="Customers") if row["party"] == "RCRM New"]
    # 91 days ago and today are 92 days: floor(4 · 92/365) = 1 to ceil(12 · 92/365) = 4
    assert (row["days_known"], row["planned"], row["touches"]) == (92, "1 – 4", 0)
    for day in (1, 2, 3, 4):
        reach(spring, "RCRM New", day)
    assert verdicts()["RCRM New"] == "as_planned"
    reach(spring, "RCRM New", 5)
    assert verdicts()["RCRM New"] == "pestered"


def test_the_table_by_stage(book):
    first, repeat = (
        next(row for row in lines(REPORT) if row["stage_name"] == stage)
        for stage in ("First-time Buyer", "Repeat Buyer")
    )
    # 0 + 2 + 4 + 0 touches in 1 + 1 + 1 + 92/365 years
    assert (first["customers"], first["touches"]) == (4, 6)
    assert first["a_year"] == pytest.approx(6 / (3 + 92 / 365))
    assert [first[key] for key in ("silence", "less", "as_planned", "pestered")] == [2, 1, 1, 0]
    assert (repeat["touches"], repeat["a_year"], repeat["planned"], repeat["pestered"]) == (
        3,
        3.0,
        "1 – 2",
        1,
    )
    result = run_report(REPORT)
    assert sum(sum(series["values"]) for series in result["chart"]["data"]["datasets"]) == 5
    assert {one["label"]: one["value"] for one in result["report_summary"]}["We pester them"] == 1


def test_several_people_or_messages_of_a_day_are_one_touch(book):
    spring, autumn = book
    for _person in range(3):
        reach(spring, "RCRM Silent", 7)
    reach(autumn, "RCRM Silent", 7)  # another campaign is another touch
    rows = {row["party"]: row["touches"] for row in lines(REPORT, view="Customers")}
    assert rows["RCRM Silent"] == 2


def test_what_was_not_sent_is_no_touch(book):
    spring, _autumn = book
    reach(spring, "RCRM Silent", 3, status="Failed")
    reach(spring, "RCRM Silent", 3, status="Waiting", touched_on=None)
    assert verdicts()["RCRM Silent"] == "silence"


def test_what_reached_the_lead_reached_the_customer_it_became(book):
    spring, _autumn = book
    lead = erp.lead("RCRM Lea")
    party = erp.customer("RCRM Lea Ltd", lead_name=lead)
    erp.invoice(party, today(), [(erp.ADVICE, 1, 100)], due=add_days(today(), 60))
    assess(("Customer", party))
    reach(spring, lead, 2, party_type="Lead")
    rows = {row["party"]: row["touches"] for row in lines(REPORT, view="Customers")}
    assert rows[party] == 1 and lead not in rows


def test_a_plan_without_a_most_pesters_nobody(book):
    frappe.db.set_value(
        "Relationship Stage", "Kotler-Repeat Buyer", {"contacts_least": 1, "contacts_most": 0}
    )
    assert verdicts()["RCRM Pestered"] == "as_planned"


def test_filters(book):
    buyer("Far", territory=erp.SOUTH)
    assert set(verdicts(territory=erp.SOUTH)) == {"RCRM Far"}
    assert set(verdicts(pressure="pestered")) == {"RCRM Pestered"}
    assert set(verdicts(stage_name="Repeat Buyer")) == {"RCRM Pestered"}
    assert verdicts(party_type="Lead") == {}
    with pytest.raises(frappe.ValidationError, match="future"):
        lines(REPORT, as_of=add_days(today(), 1))


def test_as_of_a_past_day(book):
    spring, _autumn = book
    party = erp.customer("RCRM Past")
    for day in (0, 100):
        erp.invoice(party, add_days(today(), -day), [(erp.ADVICE, 1, 100)], due=add_days(today(), 60))
    assess(("Customer", party))
    for day in (10, 60, 70):
        reach(spring, party, day)

    def seen(day):
        found = frequency.read(frappe._dict(), add_days(getdate(), -day))
        return {row.party: (row.stage_name, row.touches) for row in found.rows}.get(party)

    assert seen(0) == ("Repeat Buyer", 3)
    assert seen(35) == ("First-time Buyer", 2)
    assert seen(65) == ("First-time Buyer", 1)


def test_everybody_sees_their_own_customers_only(book):
    buyer("Far", territory=erp.SOUTH)
    analyst = user("rcrm-ann@example.com", ANALYST, "Sales User", territory=erp.SOUTH)
    frappe.set_user(analyst)
    assert set(verdicts()) == {"RCRM Far"}
    assert sum(row["customers"] for row in lines(REPORT)) == 1


def test_the_number_of_statements_does_not_depend_on_the_number_of_touches(book, monkeypatch):
    spring, _autumn = book
    counts, run = [], frappe.db.sql
    for _round in range(3):
        asked = []
        monkeypatch.setattr(frappe.db, "sql", lambda *a, asked=asked, **k: asked.append(a) or run(*a, **k))
        found = frequency.read(frappe._dict())
        monkeypatch.undo()
        counts.append(len(asked))
        for number in range(20):
            reach(spring, "RCRM Silent", number)
    assert counts[1] == counts[2]
    assert len(frequency.of_class(found, Pressure.PESTERED)) >= 1


def test_a_stage_cannot_ask_for_more_than_it_allows():
    stage = frappe.get_doc("Relationship Stage", "Kotler-Client")
    stage.update({"contacts_least": 9, "contacts_most": 3})
    with pytest.raises(frappe.ValidationError, match="at least cannot be more"):
        stage.save()


def test_sites_from_before_campaigns_get_the_plan_where_nobody_said_it():
    from relationship_crm.patches import contact_plan

    empty = {"contacts_least": 0, "contacts_most": 0}
    frappe.db.set_value("Relationship Stage", "Kotler-Client", empty)
    frappe.db.set_value("Relationship Stage", "Kotler-Partner", {**empty, "contacts_most": 2})
    contact_plan.execute()
    planned = {
        name: frappe.db.get_value("Relationship Stage", name, ["contacts_least", "contacts_most"])
        for name in ("Kotler-Client", "Kotler-Partner")
    }
    assert planned == {"Kotler-Client": (4, 12), "Kotler-Partner": (0, 2)}
