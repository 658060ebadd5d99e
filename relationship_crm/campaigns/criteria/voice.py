"""Criteria on what customers said and did with us: survey answers, service contracts, campaigns before this one."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.query_builder import Case
from frappe.query_builder.functions import IfNull
from frappe.utils import add_days, getdate

from relationship_crm.campaigns.criteria.base import (
    IS,
    IS_NOT,
    NOT_WITHIN,
    WITHIN,
    Criterion,
    Parties,
    Rule,
    Scope,
    customers_in,
    first_day,
    named_in,
    unless,
)
from relationship_crm.campaigns.criteria.relationship import may_use_score
from relationship_crm.contracts.states import LIVING
from relationship_crm.engine.dimensions import ABOUT_EMPLOYEES, DIMENSIONS
from relationship_crm.relationship_crm.report.rows import sees_employee_scores
from relationship_crm.surveys.low import TOLERANCE
from relationship_crm.surveys.scales import BOUNDS, NPS

LOW, HIGH, ANY = "Low", "High", "Any"
#: Answers that are high: promoters (Reichheld 2003), on other scales the upper quarter, as 4 and 5 of 5.
PROMOTER, UPPER = 9, 0.75
IN_FORCE, ENDING = "In Force", "Ends Within Days"
CONTACTED, CONTROL = "Contacted", "Control"


# surveys


def _answers(rule: Rule, scope: Scope) -> Parties:
    """Anonymous answers are nobody's. Low is what the survey's own lines say."""
    check_dimension(rule)
    a, r, s = (
        frappe.qb.DocType(name) for name in ("Survey Answer", "Survey Response", "Relationship Survey")
    )
    query = (
        frappe.qb.from_(a)
        .join(r)
        .on((r.name == a.parent) & (a.parenttype == "Survey Response"))
        .join(s)
        .on(s.name == r.survey)
        .distinct()
        .where((r.anonymous == 0) & (r.party != "") & (a.answered == 1))
    )
    if rule.choice == LOW:
        line = Case().when(a.kind == NPS, s.low_nps / BOUNDS[NPS].high).else_(s.low_share / 100)
        query = query.where(a.kind.isin(list(BOUNDS)) & (a.value <= line + TOLERANCE))
    elif rule.choice == HIGH:
        line = Case().when(a.kind == NPS, PROMOTER / BOUNDS[NPS].high).else_(UPPER)
        query = query.where(a.kind.isin(list(BOUNDS)) & (a.value >= line - TOLERANCE))
    if rule.dimension:
        query = query.where(a.dimension == rule.dimension)
    elif not sees_employee_scores():
        query = query.where(IfNull(a.dimension, "").notin(list(ABOUT_EMPLOYEES)))
    if rule.reference:
        query = query.where(r.survey == rule.reference)
    if rule.days:
        query = query.where(r.answered_on >= first_day(rule))
    return unless(rule, named_in(r, query, scope), scope)


def check_dimension(rule: Rule) -> None:
    """Raises frappe.PermissionError where a rule uses answers about employees and the user may not see those."""
    if rule.dimension and not may_use_score(rule.dimension):
        frappe.throw(_("You may not choose people by answers about employees."), frappe.PermissionError)


def dimensions() -> dict[str, str]:
    """The dimensions the user may see, with their labels."""
    meta = frappe.get_meta("Relationship")
    return {name: _(meta.get_label(name)) for name in DIMENSIONS if may_use_score(name)}


# service contracts


def _contracts(rule: Rule, scope: Scope) -> Parties:
    """Customers with a contract in force today, or with one that ends within the days and is not renewed."""
    c, today = frappe.qb.DocType("Service Contract"), getdate()
    end = IfNull(c.terminated_per, c.end_date)
    query = (
        frappe.qb.from_(c)
        .select(c.customer)
        .distinct()
        .where((c.docstatus == 1) & c.state.isin(list(LIVING)) & (c.start_date <= today) & (end >= today))
    )
    if scope.company:
        query = query.where(c.company == scope.company)
    if rule.choice == ENDING:
        query = query.where((end <= add_days(today, rule.days)) & (IfNull(c.renewed_into, "") == ""))
    return unless(rule, customers_in(query), scope)


# campaigns


def _responses(rule: Rule, scope: Scope) -> Parties:
    r = frappe.qb.DocType("Campaign Response")
    query = frappe.qb.from_(r).distinct().where(r.party != "")
    if rule.choice and rule.choice != ANY:
        query = query.where(r.response == rule.choice)
    return unless(rule, _of_campaign(query, r, rule, r.responded_on, scope), scope)


def response_choices() -> dict[str, str]:
    """The kinds of response, and any of them."""
    options = frappe.get_meta("Campaign Response").get_field("response").options.split("\n")
    return {ANY: _("Any"), **{option: _(option) for option in options if option}}


def _members(rule: Rule, scope: Scope) -> Parties:
    """Whom an earlier campaign aimed at, or left out by lot. Who was left out for a reason is no member."""
    m = frappe.qb.DocType("Campaign Member")
    query = frappe.qb.from_(m).distinct()
    query = query.where(m.arm.isin([CONTACTED, CONTROL] if rule.choice == ANY else [rule.choice]))
    return unless(rule, _of_campaign(query, m, rule, m.assigned_on, scope), scope)


def _contacted(rule: Rule, scope: Scope) -> Parties:
    """By any campaign, or one."""
    t = frappe.qb.DocType("Campaign Touch")
    query = frappe.qb.from_(t).distinct().where(t.touched_on.isnotnull())
    found = _of_campaign(query, t, rule, t.touched_on, scope)
    return unless(rule, found, scope)


def _of_campaign(query: Any, t: Any, rule: Rule, moment: Any, scope: Scope) -> Parties:
    if rule.reference:
        query = query.where(t.campaign == rule.reference)
    if rule.days:
        query = query.where(moment >= first_day(rule))
    return named_in(t, query, scope)


def _survey() -> str:
    return "Relationship Survey"


def _campaign() -> str:
    return "Relationship Campaign"


CRITERIA = (
    Criterion(
        "Survey Answer",
        lambda: _("Survey Answer"),
        (IS, IS_NOT),
        _answers,
        reference=_survey,
        reference_needed=False,
        choices=lambda: {LOW: _("Low"), HIGH: _("High"), ANY: _("Any")},
        dimensions=dimensions,
        days=True,
        check=check_dimension,
    ),
    Criterion(
        "Service Contract",
        lambda: _("Service Contract"),
        (IS, IS_NOT),
        _contracts,
        choices=lambda: {IN_FORCE: _("In Force"), ENDING: _("Ends Within Days")},
        days=True,
    ),
    Criterion(
        "Campaign Response",
        lambda: _("Campaign Response"),
        (IS, IS_NOT),
        _responses,
        reference=_campaign,
        reference_needed=False,
        choices=response_choices,
        days=True,
    ),
    Criterion(
        "Campaign Member",
        lambda: _("Campaign Member"),
        (IS, IS_NOT),
        _members,
        reference=_campaign,
        reference_needed=False,
        choices=lambda: {ANY: _("Any"), CONTACTED: _("Contacted"), CONTROL: _("Control")},
        days=True,
    ),
    Criterion(
        "Contacted",
        lambda: _("Contacted"),
        (WITHIN, NOT_WITHIN),
        _contacted,
        reference=_campaign,
        reference_needed=False,
    ),
)
