"""Signals without code, on any DocType; signals of other apps by hook."""

from __future__ import annotations

import json
from datetime import date
from math import exp
from typing import Any

import contact
import erp
import fleet
import frappe
import pytest
from desk import scoring_weights_off
from erp import ADVICE, COMPANY

from relationship_crm import api
from relationship_crm.assessment.run import assessment_of
from relationship_crm.engine.dimensions import DIMENSIONS

AS_OF = date(2024, 7, 1)


def signal(key: str, document_type: str = "Project", **values: Any) -> Any:
    """A desk signal; on projects of a customer by their start unless said otherwise."""
    defaults = {
        "signal_key": key,
        "label": key,
        "enabled": 1,
        "document_type": document_type,
        "party_type": "Customer",
        "party_field": "customer",
        "date_field": "expected_start_date",
        "dimension": "engagement_company_emotional",
        "value_type": "Constant",
        "constant_value": 80,
        "weight": 1,
        "half_life": 100,
        "cap": 4,
    }
    return frappe.get_doc({"doctype": "Relationship Signal", **defaults, **values}).insert()


def project(name: str, customer: str, start: str, **values: Any) -> str:
    return (
        frappe.get_doc(
            {
                "doctype": "Project",
                "project_name": name,
                "customer": customer,
                "expected_start_date": start,
                "company": COMPANY,
                "status": "Open",
                **values,
            }
        )
        .insert()
        .name
    )


@pytest.fixture
def customer(house) -> str:
    return erp.customer("RCRM Signalled")


def found(key: str, customer: str) -> list[tuple[date, float, str]]:
    """What the Test button shows: date, value, document."""
    return [(e["date"], e["value"], e["voucher_no"]) for e in api.test_signal(key, customer)]


def score(
    customer: str, dimension: str = "engagement_company_emotional", as_of: date = AS_OF
) -> tuple[float, float] | None:
    assessment = assessment_of([("Customer", customer)], as_of)
    detail = next(assessment.details())
    d = DIMENSIONS.index(dimension)
    value = float(detail.value[d, 0, -1])
    return None if value != value else (value, float(detail.confidence[d, 0, -1]))


def by_hand(*events: tuple[int, float], w: float = 1, h: float = 100, cap: float = 4) -> tuple[float, float]:
    """S and confidence from (age in days, value) of one signal alone: the group mean is .5, k is 2."""
    a = [w * 2 ** (-age / h) for age, _value in events]
    amount = cap * (1 - exp(-sum(a) / cap))
    mean = sum(x * value for x, (_age, value) in zip(a, events, strict=True)) / sum(a)
    return (amount * mean + 2 * 0.5) / (amount + 2), amount / (amount + 2)


def test_constant(customer) -> None:
    signal("own_projects")
    one, two = project("RCRM P1", customer, "2024-05-12"), project("RCRM P2", customer, "2024-06-21")
    project("RCRM P3", erp.customer("RCRM Somebody"), "2024-06-21")
    assert found("own_projects", customer) == [(date(2024, 6, 21), 80, two), (date(2024, 5, 12), 80, one)]
    assert score(customer) == pytest.approx(by_hand((50, 0.8), (10, 0.8)), abs=1e-9)
    assert score(customer, as_of=date(2024, 6, 1)) == pytest.approx(by_hand((20, 0.8)), abs=1e-9)
    assert score(customer, as_of=date(2024, 5, 1)) is None


def test_linear_between_two_bounds(customer) -> None:
    signal(
        "project_progress",
        value_type="Linear between two bounds",
        value_field="estimated_costing",
        lower_bound=1000,
        upper_bound=4000,
    )
    for cost, value in ((500, 0), (1000, 0), (2000, 100 / 3), (4000, 100), (9000, 100)):
        name = project(f"RCRM {cost}", customer, "2024-05-12", estimated_costing=cost)
        assert {no: v for _d, v, no in found("project_progress", customer)}[name] == pytest.approx(
            value, abs=1e-9
        )
    assert score(customer) == pytest.approx(
        by_hand((50, 0), (50, 0), (50, 1 / 3), (50, 1), (50, 1)), abs=1e-9
    )


def test_linear_downward(customer) -> None:
    signal(
        "cost",
        value_type="Linear between two bounds",
        value_field="estimated_costing",
        lower_bound=4000,
        upper_bound=1000,
    )
    project("RCRM cheap", customer, "2024-05-12", estimated_costing=1600)
    assert found("cost", customer)[0][1] == pytest.approx(80, abs=1e-9)


def mapped(*rows: tuple[str, float], **values: Any) -> Any:
    rows = [{"field_value": field_value, "value": value} for field_value, value in rows]
    return signal("priority", value_type="Field mapping", value_field="priority", mapping=rows, **values)


def test_field_mapping(customer) -> None:
    mapped(("High", 90), ("Low", 20))
    names = {p: project(f"RCRM {p}", customer, "2024-05-12", priority=p) for p in ("High", "Medium", "Low")}
    assert {no: v for _d, v, no in found("priority", customer)} == {names["High"]: 90, names["Low"]: 20}
    assert score(customer) == pytest.approx(by_hand((50, 0.9), (50, 0.2)), abs=1e-9)


def test_field_mapping_with_a_value_for_the_rest(customer) -> None:
    mapped(("High", 90), skip_unmapped=0, other_value=30)
    for p in ("High", "Medium", "Low"):
        project(f"RCRM {p}", customer, "2024-05-12", priority=p)
    assert score(customer) == pytest.approx(by_hand((50, 0.9), (50, 0.3), (50, 0.3)), abs=1e-9)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([["Project", "status", "=", "Open"]], {"a", "b"}),
        ([["Project", "status", "!=", "Open"]], {"c"}),
        ([["Project", "estimated_costing", ">", 1000]], {"b", "c"}),
        ([["Project", "estimated_costing", "<=", 1000]], {"a"}),
        ([["Project", "estimated_costing", "between", [1500, 2500]]], {"b"}),
        ([["Project", "priority", "in", "High, Low"]], {"a", "c"}),
        ([["Project", "priority", "not in", ["High"]]], {"b", "c"}),
        ([["Project", "project_name", "like", "%RCRM a%"]], {"a"}),
        ([["Project", "project_name", "not like", "%RCRM a%"]], {"b", "c"}),
        ([["Project", "notes", "is", "set"]], {"b"}),
        ([["Project", "notes", "is", "not set"]], {"a", "c"}),
        ([["Project", "status", "=", "Open"], ["Project", "estimated_costing", ">", 1000]], {"b"}),
    ],
    ids=lambda value: " ".join(map(str, value[0][1:])) if isinstance(value, list) else None,
)
def test_filters(customer, filters, expected) -> None:
    signal("filtered", filters_json=json.dumps(filters))
    names = {
        project("RCRM a", customer, "2024-05-12", estimated_costing=1000, priority="High"): "a",
        project(
            "RCRM b",
            customer,
            "2024-05-12",
            estimated_costing=2000,
            priority="Medium",
            notes="50 % off, 'quoted'",
        ): "b",
        project(
            "RCRM c", customer, "2024-05-12", estimated_costing=3000, priority="Low", status="Completed"
        ): "c",
    }
    assert {names[no] for _d, _v, no in found("filtered", customer)} == expected


def test_a_value_in_a_filter_is_a_value_and_never_sql(customer) -> None:
    signal("quoted", filters_json=json.dumps([["Project", "project_name", "=", "x' or '1'='1"]]))
    project("RCRM a", customer, "2024-05-12")
    assert found("quoted", customer) == []


def test_a_submittable_doctype_counts_when_submitted(customer) -> None:
    signal(
        "big_orders",
        "Sales Order",
        date_field="transaction_date",
        filters_json=json.dumps([["Sales Order", "base_net_total", ">=", 500]]),
    )
    erp.order(customer, "2024-05-02", [(ADVICE, 1, 500)], "2024-05-10", submit=False)
    small = erp.order(customer, "2024-05-02", [(ADVICE, 1, 100)], "2024-05-10")
    large = erp.order(customer, "2024-05-02", [(ADVICE, 1, 900)], "2024-05-10")
    assert [no for _d, _v, no in found("big_orders", customer)] == [large.name] != [small.name]
    erp.cancel("Sales Order", large.name)
    assert found("big_orders", customer) == []


def test_a_dynamic_link(customer) -> None:
    """An appointment's, an opportunity's party: a link whose DocType is named by another field."""
    signal("talks", "Opportunity", party_field="party_name", date_field="transaction_date")
    talk = erp.opportunity("Customer", customer, "2024-05-12")
    erp.opportunity("Lead", erp.lead("RCRM Other"), "2024-05-12")
    assert [no for _d, _v, no in found("talks", customer)] == [talk.name]
    assert score(customer) == pytest.approx(by_hand((50, 0.8)), abs=1e-9)


def test_a_lead(house) -> None:
    lead = erp.lead("RCRM Signalled Lead")
    signal("talks", "Opportunity", party_type="Lead", party_field="party_name", date_field="transaction_date")
    talk = erp.opportunity("Lead", lead, "2024-05-12")
    assert [no for _d, _v, no in found("talks", lead)] == [talk.name]


def test_a_datetime_field_means_its_day(customer) -> None:
    signal("mails", "Communication", party_field="reference_name", date_field="communication_date")
    contact.message("Customer", customer, "2024-07-01 23:30:00", sent=False)
    assert [d for d, _v, _n in found("mails", customer)] == [date(2024, 7, 1)]
    assert score(customer) == pytest.approx(by_hand((0, 0.8)), abs=1e-9)
    assert score(customer, as_of=date(2024, 6, 30)) is None


def test_it_counts_beside_the_standard_signals_and_the_model_decides(customer) -> None:
    signal("own_projects", dimension="satisfaction")
    project("RCRM P1", customer, "2024-05-12")
    contact.warranty_claim(customer, "2024-05-12")
    both = score(customer, "satisfaction")
    scoring_weights_off()  # every standard signal
    alone = score(customer, "satisfaction")
    assert alone == pytest.approx(by_hand((50, 0.8)), abs=1e-9) and both[1] > alone[1]
    model = frappe.get_doc("Relationship Scoring Model", "Standard")
    model.append(
        "signals",
        {
            "signal": "own_projects",
            "dimension": "satisfaction",
            "enabled": 1,
            "weight": 2,
            "half_life": 50,
            "cap": 3,
        },
    )
    model.save()
    assert score(customer, "satisfaction") == pytest.approx(by_hand((50, 0.8), w=2, h=50, cap=3), abs=1e-9)


def test_disabled_and_deleted(customer) -> None:
    made = signal("own_projects")
    project("RCRM P1", customer, "2024-05-12")
    assert score(customer) is not None
    made.enabled = 0
    made.save()
    assert score(customer) is None
    made.enabled = 1
    made.save()
    assert score(customer) is not None
    made.delete()
    assert score(customer) is None


@pytest.mark.parametrize(
    "values",
    [
        {"signal_key": "delivery_promise"},
        {"signal_key": "Not A Key"},
        {"party_field": "status"},
        {"date_field": "status"},
        {"filters_json": '[["Project", "no_such_field", "=", 1]]'},
        {"filters_json": '[["Project", "status", "; drop table", 1]]'},
        {"filters_json": "nonsense"},
        {
            "value_type": "Linear between two bounds",
            "value_field": "estimated_costing",
            "lower_bound": 5,
            "upper_bound": 5,
        },
        {
            "value_type": "Linear between two bounds",
            "value_field": "status",
            "lower_bound": 5,
            "upper_bound": 6,
        },
        {"value_type": "Field mapping", "value_field": "priority"},
        {"constant_value": 120},
        {"weight": -1},
        {"cap": 0},
        {"document_type": "System Settings"},
    ],
    ids=lambda values: ", ".join(map(str, values.values())),
)
def test_what_is_refused(house, values) -> None:
    with pytest.raises(frappe.ValidationError):
        signal(values.pop("signal_key", "nonsense"), values.pop("document_type", "Project"), **values)


# by hook


@pytest.fixture
def other_app(monkeypatch) -> None:
    """An app `fleet` that says `relationship_signals = ["fleet.signals"]`, without being installed."""
    get_hooks, get_attr = frappe.get_hooks, frappe.get_attr

    def hooks(hook=None, *args, **kwargs):
        return ["fleet.signals"] if hook == "relationship_signals" else get_hooks(hook, *args, **kwargs)

    def attribute(path):
        return getattr(fleet, path.split(".")[1]) if path.startswith("fleet.") else get_attr(path)

    monkeypatch.setattr(frappe, "get_hooks", hooks)
    monkeypatch.setattr(frappe, "get_attr", attribute)


def test_signals_of_other_apps(customer, other_app) -> None:
    assert {"fleet_rides"} <= {row["value"] for row in api.signals()}
    model = frappe.get_doc("Relationship Scoring Model", "Standard")
    for dimension in fleet.RIDES.dimensions:
        model.append(
            "signals",
            {
                "signal": "fleet_rides",
                "dimension": dimension,
                "enabled": 1,
                "weight": 2,
                "half_life": 100,
                "cap": 4,
            },
        )
    model.save()
    project("RCRM Ride", customer, "2024-05-12")
    for dimension in fleet.RIDES.dimensions:
        assert score(customer, dimension) == pytest.approx(by_hand((50, 0.9), w=2), abs=1e-9)


def test_a_hook_that_yields_no_signal_is_named(house, other_app) -> None:
    from relationship_crm.assessment.site import hook_signals

    with pytest.raises(frappe.ValidationError, match=r"fleet\.NOT_A_SIGNAL"):
        hook_signals(["fleet.NOT_A_SIGNAL"])
