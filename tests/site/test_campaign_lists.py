"""Target lists: rules on the relationship and on the party's record, how they hold together, and what is refused."""

from __future__ import annotations

import erp
import frappe
import pytest
from asking import contact
from campaigning import keys, on, rule, target_list
from desk import assess, buyer, relationship
from frappe.utils import add_days, getdate

from relationship_crm.campaigns import criteria

pytestmark = pytest.mark.usefixtures("unasked")


def scored(name: str, **values) -> str:
    """An assessed customer with these figures."""
    customer = buyer(name)
    frappe.db.set_value("Relationship", relationship("Customer", customer).name, values)
    return customer


# how rules hold together


def test_without_rules_everybody_ticked_who_is_active():
    active, gone = erp.customer("RCRM Active"), erp.customer("RCRM Gone", disabled=1)
    lead, won = erp.lead("RCRM Lea"), erp.lead("RCRM Won")
    frappe.db.set_value("Lead", won, "status", "Converted")
    assert keys(target_list("RCRM A")) == {("Customer", active)}
    both = keys(target_list("RCRM B", leads=1))
    assert {("Customer", active), ("Lead", lead)} <= both
    assert not {("Lead", won), ("Customer", gone)} & both


def test_rules_of_one_number_hold_together_and_one_number_is_enough():
    north = erp.customer("RCRM N", group=erp.TRADE)
    south = erp.customer("RCRM S", group=erp.TRADE, territory=erp.SOUTH)
    craft = erp.customer("RCRM C", group=erp.CRAFT)
    in_trade, in_north = (
        rule("Customer Group", reference=erp.TRADE, alternative=1),
        rule("Territory", reference=erp.NORTH, alternative=1),
    )
    assert on(target_list("RCRM And", in_trade, in_north)) == {north}
    assert on(target_list("RCRM Or", in_trade, {**in_north, "alternative": 2})) == {north, south, craft}
    out = rule("Customer Group", reference=erp.CRAFT, effect="Exclude")
    assert on(target_list("RCRM Not", in_trade, {**in_north, "alternative": 2}, out)) == {north, south}
    assert on(target_list("RCRM Only Out", out)) == {north, south}


def test_groups_with_what_is_below_them():
    inside = erp.customer("RCRM Inside")
    root = frappe.db.get_value("Customer Group", erp.TRADE, "parent_customer_group")
    assert on(target_list("RCRM Tree", rule("Customer Group", reference=root))) == {inside}
    assert on(target_list("RCRM No Tree", rule("Customer Group", "is not", reference=root))) == set()


# the relationship


def test_stage_and_rung():
    first, repeat = buyer("RCRM First"), buyer("RCRM Repeat", 2)
    fresh = erp.customer("RCRM Fresh")
    assert on(target_list("RCRM A", rule("Stage", reference="Kotler-Repeat Buyer"))) == {repeat}
    assert on(target_list("RCRM B", rule("Stage", "is not", reference="Kotler-Repeat Buyer"))) == {
        first,
        fresh,
    }
    assert on(target_list("RCRM C", rule("Rung", "at least", amount=3))) == {first, repeat}
    assert on(target_list("RCRM D", rule("Rung", "at most", amount=3))) == {first}


def test_a_score_without_enough_evidence_meets_no_rule():
    sure = scored("RCRM Sure", satisfaction=80, satisfaction_confidence=50)
    low = scored("RCRM Low", satisfaction=20, satisfaction_confidence=34)
    scored("RCRM Unsure", satisfaction=90, satisfaction_confidence=33)
    assert on(target_list("RCRM A", rule("Score", "at least", choice="satisfaction", amount=60))) == {sure}
    assert on(target_list("RCRM B", rule("Score", "at most", choice="satisfaction", amount=60))) == {low}
    assert on(target_list("RCRM C", rule("Confidence", "at least", choice="satisfaction", amount=34))) == {
        sure,
        low,
    }


def test_dissolving():
    going, staying = scored("RCRM Going", dissolution=1), scored("RCRM Staying", dissolution=0)
    assert on(target_list("RCRM A", rule("Dissolving"))) == {going}
    assert on(target_list("RCRM B", rule("Dissolving", "is not"))) == {staying}


def test_moved_up_within_days():
    risen = buyer("RCRM Risen", 2)  # 40 and 20 days ago
    still = erp.customer("RCRM Still")
    assess(("Customer", still))
    frappe.db.set_value("Relationship Stage Change", {"party": risen}, "changed_on", add_days(getdate(), -10))
    assert on(target_list("RCRM A", rule("Moved", "within days", choice="Up", days=10))) == {risen}
    assert on(target_list("RCRM B", rule("Moved", "within days", choice="Up", days=9))) == set()
    assert on(target_list("RCRM C", rule("Moved", "within days", choice="Down", days=10))) == set()
    assert on(target_list("RCRM D", rule("Moved", "not within days", choice="Up", days=10))) == {still}


# the record


def test_account_manager_and_language():
    mine = erp.customer("RCRM Mine", account_manager="Administrator", language="de")
    other = erp.customer("RCRM Other", language="en")
    assert on(target_list("RCRM A", rule("Account Manager", reference="Administrator"))) == {mine}
    assert on(target_list("RCRM B", rule("Language", reference="de"))) == {mine}
    assert on(target_list("RCRM C", rule("Language", "is not", reference="de"))) == {other}


def test_leads_by_source_and_status():
    field = "source" if frappe.get_meta("Lead").has_field("source") else "utm_source"
    source = frappe.get_meta("Lead").get_field(field).options
    label = "source_name" if source == "Lead Source" else "name"
    frappe.get_doc({"doctype": source, label: "RCRM Fair"}).insert()
    fair = erp.lead("RCRM Fair Lead", **{field: "RCRM Fair"})
    open_lead = erp.lead("RCRM Open Lead", status="Open")
    leads = {"customers": 0, "leads": 1}
    assert on(target_list("RCRM A", rule("Lead Source", reference="RCRM Fair"), **leads)) == {fair}
    assert open_lead in on(target_list("RCRM B", rule("Lead Status", choice="Open"), **leads))
    assert fair not in on(
        target_list("RCRM C", rule("Lead Source", "is not", reference="RCRM Fair"), **leads)
    )


def test_an_email_group_without_those_who_left_it():
    there, left, own = (erp.customer(f"RCRM {n}") for n in ("There", "Left", "Own"))
    contact(there, "there@example.com")
    contact(left, "left@example.com")
    frappe.db.set_value("Customer", own, "email_id", "own@example.com")
    erp.ensure("Email Group", "RCRM Group", title="RCRM Group")
    for email, gone in (("there@example.com", 0), ("left@example.com", 1), ("own@example.com", 0)):
        frappe.get_doc(
            {
                "doctype": "Email Group Member",
                "email_group": "RCRM Group",
                "email": email,
                "unsubscribed": gone,
            }
        ).insert()
    assert on(target_list("RCRM A", rule("Email Group", reference="RCRM Group"))) == {there, own}


# bad input, and words


@pytest.mark.parametrize(
    "given, said",
    [
        (rule("Stage"), "choose a value for"),
        (rule("Stage", "at least", reference="Kotler-Client"), "cannot be asked for"),
        (rule("Customer Group", reference="RCRM Nowhere"), "Could not find"),
        (rule("Score", "at least", choice="luck", amount=5), "choose one of"),
        (rule("Score", "at least", choice="satisfaction", amount=120), "0 to 100"),
        (rule("Rung", "at least", amount=0), "above 0"),
        (rule("Moved", "within days", choice="Up"), "number of days"),
        (rule("Last Purchase", "on or after"), "give the day"),
        (rule("Service Contract", choice="Ends Within Days"), "number of days"),
    ],
)
def test_rules_that_make_no_sense_are_refused(given, said):
    with pytest.raises(frappe.ValidationError, match=said):
        target_list("RCRM Bad", given)


def test_a_list_of_nobody_is_refused():
    with pytest.raises(frappe.ValidationError, match="Tick"):
        target_list("RCRM Nobody", customers=0)


def test_what_a_rule_does_not_use_is_emptied():
    doc = target_list("RCRM Tidy", rule("Rung", "at least", amount=3, choice="Up", days=5, reference="X"))
    (row,) = doc.rules
    assert (row.reference, row.choice, row.days, row.amount) == (None, None, 0, 3)


def test_rules_in_words():
    doc = target_list(
        "RCRM Words",
        rule("Stage", "is not", reference="Kotler-Client"),
        rule("Score", "at least", choice="satisfaction", amount=60),
        rule("Last Purchase", "not within days", days=90),
        rule("Bought Item", reference=erp.WIDGET, days=365),
        rule("Dissolving", "is not"),
        rule("Moved", "within days", choice="Down", days=30),
    )
    assert [row.sentence for row in doc.rules] == [
        "Stage is not Client",
        "Satisfaction at least 60",
        "Last Purchase not within the last 90 days",
        "Bought Item is RCRM Widget, in the last 365 days",
        "Dissolving: no",
        "Moved Down within the last 30 days",
    ]


def test_every_criterion_of_the_form_has_its_query():
    options = frappe.get_meta("Campaign Target Rule").get_field("criterion").options.split("\n")
    assert set(options) == set(criteria.CRITERIA)
    operators = frappe.get_meta("Campaign Target Rule").get_field("operator").options.split("\n")
    assert {o for c in criteria.CRITERIA.values() for o in c.operators} == set(operators)


def test_the_form_shows_the_fields_a_criterion_uses():
    """The conditions of the fields are written in the DocType; they must say what the criteria say."""
    meta = frappe.get_meta("Campaign Target Rule")
    for field, uses in (
        ("reference", lambda c: c.reference),
        ("choice", lambda c: c.choices),
        ("dimension", lambda c: c.dimensions),
        ("days", lambda c: c.days),
    ):
        condition = meta.get_field(field).depends_on.split(".includes")[0].removeprefix("eval:")
        assert set(frappe.parse_json(condition)) == {c.key for c in criteria.CRITERIA.values() if uses(c)}
