"""Number cards of the workspace: each counts only what the user may see, and opens the list or report behind it."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _dict
from frappe.utils import add_days, flt, get_first_day, getdate, nowdate

from relationship_crm.assessment.site import company_rates
from relationship_crm.contracts import overview, states, usage
from relationship_crm.contracts.terms import in_force
from relationship_crm.relationship_crm.report import rows
from relationship_crm.relationship_crm.report.customers_at_risk import customers_at_risk as risk
from relationship_crm.surveys import results
from relationship_crm.surveys.statistics import Kind, Tally, estimate, figure, rate

Card = dict[str, Any]
#: Figures in words. Frappe's card takes what comes without markup for a selector, and fails at "36 %"; of Code it makes some.
TEXT = "Code"
#: How far back the cards on surveys look.
VOICE_DAYS = 90
#: How far ahead the card on renewals looks.
RENEWAL_DAYS = 60
#: States of contracts in force.
IN_FORCE = [states.ACTIVE, states.IN_NOTICE]


@frappe.whitelist()
def relationships_assessed(filters: str | dict | list | None = None) -> Card:
    """Relationships with a stage."""
    found = rows.relationships([], {}, [["rung", ">", 0]])
    return card(len(found), "Int", ["List", "Relationship"], {"rung": [">", 0], "disabled": 0})


@frappe.whitelist()
def moved_up_this_month(filters: str | dict | list | None = None) -> Card:
    """Moves to a higher rung since the first of the month."""
    return _moves("Up")


@frappe.whitelist()
def moved_down_this_month(filters: str | dict | list | None = None) -> Card:
    """Moves to a lower rung since the first of the month."""
    return _moves("Down")


@frappe.whitelist()
def customers_at_risk(filters: str | dict | list | None = None) -> Card:
    """Customers who fell, fell silent or are dissolving, and bought in the last twelve months."""
    return card(len(_at_risk()), "Int", ["query-report", "Customers at Risk"])


@frappe.whitelist()
def revenue_at_risk(filters: str | dict | list | None = None) -> Card:
    """What they bought in the last twelve months, in the reporting currency."""
    revenue = sum(flt(row.revenue_12m) for row in _at_risk())
    return card(revenue, "Currency", ["query-report", "Customers at Risk"])


@frappe.whitelist()
def average_confidence(filters: str | dict | list | None = None) -> Card:
    """How sure the composite scores are on average."""
    found = rows.relationships(["composite_confidence"], {}, [["rung", ">", 0]])
    average = sum(flt(row.composite_confidence) for row in found) / len(found) if found else 0
    return {**card(round(average, 1), "Percent", ["query-report", "Relationship Scores"]), "precision": 1}


@frappe.whitelist()
def nps_of_90_days(filters: str | dict | list | None = None) -> Card:
    """Net Promoter Score of the answers of the last 90 days, over all surveys."""
    first, last = add_days(getdate(), 1 - VOICE_DAYS), getdate()
    found = [p for p in results.pieces(_dict(), first, last) if p.question.kind is Kind.NPS]
    of = estimate(Kind.NPS, results.summed(found, lambda _piece: "").get("", Tally()))
    options = {"figure": Kind.NPS.value, "view": "Month", "from_date": str(first), "to_date": str(last)}
    return card(figure(Kind.NPS, of.value), TEXT, ["query-report", "Survey Results"], options)


@frappe.whitelist()
def survey_response_rate(filters: str | dict | list | None = None) -> Card:
    """How many of those asked within the last 90 days have answered."""
    first, last = add_days(getdate(), 1 - VOICE_DAYS), getdate()
    sent = results.asked(results.invitations(_dict(), first, last), lambda _row: None).get(None)
    value = rows.percent(rate(sent.answered, sent.delivered).value) if sent else "–"
    options = {"view": "Survey", "from_date": str(first), "to_date": str(last)}
    return card(value, TEXT, ["query-report", "Survey Results"], options)


@frappe.whitelist()
def active_service_contracts(filters: str | dict | list | None = None) -> Card:
    """Service contracts in force, notice given or not."""
    return card(len(_contracts_in_force()), "Int", ["List", overview.CONTRACT], {"state": ["in", IN_FORCE]})


@frappe.whitelist()
def service_contract_mrr(filters: str | dict | list | None = None) -> Card:
    """A twelfth of what a year of the contracts in force is worth, in the reporting currency."""
    rates = company_rates(rows.currency())
    values = (overview.in_reporting_currency(row, rates) or 0 for row in _contracts_in_force())
    return card(sum(values) / 12, "Currency", ["query-report", "Contract Register"])


@frappe.whitelist()
def contract_lines_nearly_used_up(filters: str | dict | list | None = None) -> Card:
    """Lines of contracts of which 80 % and more of what is available in the present period is used."""
    today = getdate()
    promises = overview.visible([["state", "in", IN_FORCE]], in_force(today))
    standing = overview.standing(usage.figures(promises, today), today)
    found = (standing.in_force & (standing.share >= overview.NEARLY)).sum()
    return card(int(found), "Int", ["query-report", "Contracted and Delivered"])


@frappe.whitelist()
def service_contracts_to_renew(filters: str | dict | list | None = None) -> Card:
    """Contracts that are still to be decided, of which notice has to be given within 60 days or had to be already."""
    until = str(add_days(getdate(), RENEWAL_DAYS))
    wanted = {
        "state": ["=", states.ACTIVE],
        "notice_date": ["<=", until],
        "renewed_into": ["is", "not set"],
        "decided_on": ["is", "not set"],
    }
    found = frappe.get_list(overview.CONTRACT, filters=wanted, pluck="name", order_by="name asc")
    return card(len(found), "Int", ["List", overview.CONTRACT], wanted)


def _contracts_in_force() -> list[_dict]:
    fields = ["name", "company", "yearly_value", "conversion_rate"]
    return frappe.get_list(overview.CONTRACT, {"state": ["in", IN_FORCE]}, fields, order_by="name asc")


def _at_risk() -> list[_dict]:
    return risk.select(risk.customers(_dict()), _dict())


def _moves(direction: str) -> Card:
    since = str(get_first_day(nowdate()))
    found = frappe.get_list(
        "Relationship Stage Change",
        filters=[["direction", "=", direction], ["changed_on", ">=", since]],
        pluck="name",
        order_by="name asc",
    )
    options = {"from_date": since, "to_date": nowdate(), "direction": direction, "view": "List"}
    return card(len(found), "Int", ["query-report", "Stage Movements"], options)


def card(
    value: float | str, fieldtype: str, route: list[str], route_options: dict[str, Any] | None = None
) -> Card:
    """What Frappe's widget shows of a figure, and where a click leads."""
    return {"value": value, "fieldtype": fieldtype, "route": route, "route_options": route_options or {}}
