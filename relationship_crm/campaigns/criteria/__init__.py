"""The criteria that rules of target lists are made of: whom each finds, what it accepts, and a rule in words."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, flt, fmt_money, formatdate

from relationship_crm.campaigns.criteria import items, purchases, relationship, segments, voice
from relationship_crm.campaigns.criteria.base import (
    AT_LEAST,
    AT_MOST,
    IS,
    IS_NOT,
    NOT_WITHIN,
    OF_AMOUNT,
    OF_DAY,
    OF_DAYS,
    SINCE,
    UNTIL,
    WITHIN,
    Criterion,
    Parties,
    Rule,
    Scope,
)

__all__ = ["CRITERIA", "Criterion", "Scope", "check", "described", "find", "refer", "sentence"]

CRITERIA: dict[str, Criterion] = {
    criterion.key: criterion
    for module in (relationship, purchases, items, segments, voice)
    for criterion in module.CRITERIA
}


def find(rule: Rule, scope: Scope) -> Parties:
    """The parties that meet a rule. One query. Raises frappe.PermissionError for scores that the user may not see."""
    return CRITERIA[rule.criterion].find(rule, scope)


def refer(rule: Rule) -> None:
    """Say of which DocType a rule's value is; empty where its criterion has none."""
    criterion = CRITERIA.get(rule.criterion)
    rule.reference_type = criterion.reference() if criterion and criterion.reference else None
    if not rule.reference_type:
        rule.reference = None


def check(rule: Rule) -> None:
    """Put a rule in order: fields its criterion does not use are emptied. Raises frappe.ValidationError in the user's words."""
    criterion = CRITERIA.get(rule.criterion)
    if not criterion:
        frappe.throw(_("Row {0}: choose a criterion.").format(rule.idx))
    if rule.operator not in criterion.operators:
        if rule.operator and rule.operator != IS:  # what the form fills in by itself is no mistake
            text = _("Row {0}: {1} cannot be asked for with “{2}”.")
            frappe.throw(text.format(rule.idx, frappe.bold(criterion.label()), _(rule.operator)))
        rule.operator = criterion.operators[0]
    _check_value(rule, criterion)
    _check_figures(rule, criterion)
    if criterion.check:
        criterion.check(rule)


def _check_value(rule: Rule, criterion: Criterion) -> None:
    """The value, the choice and the dimension."""
    if criterion.reference_needed and criterion.reference and not rule.reference:
        frappe.throw(_("Row {0}: choose a value for {1}.").format(rule.idx, frappe.bold(criterion.label())))
    if not criterion.choices:
        rule.choice = None
    elif rule.choice not in criterion.choices():
        if criterion.check:
            criterion.check(rule)  # says why, where a choice exists but not for this user
        text = _("Row {0}: choose one of {1}.")
        frappe.throw(text.format(rule.idx, ", ".join(criterion.choices().values())))
    if not criterion.dimensions:
        rule.dimension = None


def _check_figures(rule: Rule, criterion: Criterion) -> None:
    """Amount, days and day."""
    rule.days, rule.amount = cint(rule.days), flt(rule.amount)
    if rule.operator in OF_DAYS or rule.choice == voice.ENDING:
        if rule.days <= 0:
            frappe.throw(_("Row {0}: give the number of days.").format(rule.idx))
    elif not criterion.days:
        rule.days = 0
    if rule.days < 0:
        frappe.throw(_("Row {0}: give the number of days.").format(rule.idx))
    if rule.operator not in OF_DAY:
        rule.day = None
    elif not rule.day:
        frappe.throw(_("Row {0}: give the day.").format(rule.idx))
    if rule.operator not in OF_AMOUNT:
        rule.amount = 0
    elif rule.operator == AT_LEAST and rule.amount <= 0:
        frappe.throw(_("Row {0}: give a number above 0.").format(rule.idx))
    elif rule.amount < 0:
        frappe.throw(_("Row {0}: the number must not be below 0.").format(rule.idx))
    if rule.criterion in relationship.OF_SCORES and rule.amount > 100:
        frappe.throw(_("Row {0}: scores go from 0 to 100.").format(rule.idx))


# in words


def sentence(rule: Rule, company: str = "") -> str:
    """A rule in the reader's words, e.g. “Last Purchase not within the last 90 days”."""
    criterion = CRITERIA.get(rule.criterion)
    if not criterion:
        return ""
    value, label = _value(rule, criterion, company), criterion.label()
    if rule.criterion in relationship.OF_SCORES:
        score = _(frappe.get_meta("Relationship").get_label(rule.choice or "composite"))
        label = score if rule.criterion == relationship.SCORE else _("Confidence of {0}").format(score)
    text = _phrase(rule.operator, bool(value)).format(label, value, cint(rule.days))
    if criterion.days and rule.days and rule.operator not in OF_DAYS and rule.choice != voice.ENDING:
        text = _("{0}, in the last {1} days").format(text, rule.days)
    return text


def _phrase(operator: str, with_value: bool) -> str:
    if not with_value:
        plain = {
            IS: _("{0}: yes"),
            IS_NOT: _("{0}: no"),
            WITHIN: _("{0} within the last {2} days"),
            NOT_WITHIN: _("{0} not within the last {2} days"),
        }
        return plain.get(operator, "{0}")
    return {
        IS: _("{0} is {1}"),
        IS_NOT: _("{0} is not {1}"),
        AT_LEAST: _("{0} at least {1}"),
        AT_MOST: _("{0} at most {1}"),
        WITHIN: _("{0} {1} within the last {2} days"),
        NOT_WITHIN: _("{0} {1} not within the last {2} days"),
        SINCE: _("{0} on or after {1}"),
        UNTIL: _("{0} on or before {1}"),
    }.get(operator, "{0} {1}")


def _value(rule: Rule, criterion: Criterion, company: str) -> str:
    """Everything that a rule holds its criterion against."""
    parts = []
    if criterion.choices and rule.choice and rule.criterion not in relationship.OF_SCORES:
        label = criterion.choices().get(rule.choice) or _(frappe.unscrub(rule.choice))
        if rule.choice == voice.ENDING:
            label = _("ending within {0} days").format(rule.days)
        parts.append(label)
    if rule.get("dimension"):
        parts.append(_(frappe.get_meta("Relationship").get_label(rule.dimension)))
    if rule.reference:
        parts.append(_title(rule.reference_type, rule.reference))
    if rule.operator in OF_DAY:
        parts.append(formatdate(rule.day))
    text = ", ".join(parts)
    return f"{text} {_amount(rule, company)}".strip() if rule.operator in OF_AMOUNT else text


def _amount(rule: Rule, company: str) -> str:
    if rule.criterion == "Revenue":
        money = (
            frappe.get_cached_value("Company", company, "default_currency")
            if company
            else purchases.currency()
        )
        return fmt_money(rule.amount, currency=money)
    return f"{rule.amount:g}"


def _title(doctype: str, name: str) -> str:
    """How people call a record."""
    if doctype == "Relationship Stage":
        return _(frappe.get_cached_value(doctype, name, "stage_name") or name)
    field = frappe.get_meta(doctype).title_field
    return (frappe.db.get_value(doctype, name, field) or name) if field else name


def described() -> list[dict[str, Any]]:
    """What the form needs to know of each criterion the user may use."""
    return [
        {
            "key": criterion.key,
            "label": criterion.label(),
            "operators": list(criterion.operators),
            "reference": criterion.reference() if criterion.reference else "",
            "reference_needed": criterion.reference_needed,
            "choices": _options(criterion.choices),
            "dimensions": _options(criterion.dimensions),
            "days": criterion.days,
        }
        for criterion in CRITERIA.values()
    ]


def _options(choices: Any) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in (choices() if choices else {}).items()]
