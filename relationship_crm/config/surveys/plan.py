"""What the ready surveys ask, whom and when; their words are in the modules of the languages."""

from __future__ import annotations

from dataclasses import dataclass

from relationship_crm.engine.dimensions import (
    ENGAGEMENT_COMPANY_EMOTIONAL,
    ENGAGEMENT_COMPANY_RATIONAL,
    ENGAGEMENT_EMPLOYEE_EMOTIONAL,
    ENGAGEMENT_EMPLOYEE_RATIONAL,
    SATISFACTION,
    TRUST_COMPANY,
    TRUST_EMPLOYEE,
)
from relationship_crm.surveys.scales import CES, CSAT, IDEA, NPS, REFERRAL, SCALE, TESTIMONIAL, TEXT

#: Parts of an item's wording, in the order of the tuples of a language.
ITEM_PARTS = ("Question", "Low Label", "High Label")


@dataclass(frozen=True)
class Item:
    """A question."""

    key: str
    kind: str
    dimension: str = ""
    in_mail: bool = False


@dataclass(frozen=True)
class Plan:
    """A survey without its words. Triggers are (event, days to wait, months) and come disabled."""

    name: str
    description: str
    items: tuple[Item, ...]
    triggers: tuple[tuple[str, int, int], ...]


PLANS = (
    Plan(
        "NPS After Delivery",
        "Would they recommend us, and how was the delivery? Two answers and a reason.",
        (
            Item("nps", NPS, SATISFACTION, in_mail=True),
            Item("delivery", CSAT, SATISFACTION),
            Item("reason", TEXT),
            Item("testimonial", TESTIMONIAL),
            Item("referral", REFERRAL),
        ),
        (("Delivery", 3, 0),),
    ),
    Plan(
        "Satisfaction After an Issue",
        "Was the issue dealt with well?",
        (Item("csat", CSAT, SATISFACTION, in_mail=True), Item("better", TEXT)),
        (("Issue Closed", 1, 0),),
    ),
    Plan(
        "Customer Effort",
        "How much trouble was it for the customer?",
        (Item("ces", CES, SATISFACTION, in_mail=True), Item("effort", TEXT)),
        (("Maintenance Visit", 1, 0),),
    ),
    Plan(
        "Relationship Quality",
        "Satisfaction, trust and engagement, with the person and with the company: ten statements, once a year.",
        (
            Item("satisfied", SCALE, SATISFACTION, in_mail=True),
            Item("expectations", SCALE, SATISFACTION),
            Item("person_frank", SCALE, TRUST_EMPLOYEE),
            Item("person_reliable", SCALE, TRUST_EMPLOYEE),
            Item("company_promises", SCALE, TRUST_COMPANY),
            Item("company_right", SCALE, TRUST_COMPANY),
            Item("person_advice", SCALE, ENGAGEMENT_EMPLOYEE_RATIONAL),
            Item("person_enjoy", SCALE, ENGAGEMENT_EMPLOYEE_EMOTIONAL),
            Item("company_pays", SCALE, ENGAGEMENT_COMPANY_RATIONAL),
            Item("company_attached", SCALE, ENGAGEMENT_COMPANY_EMOTIONAL),
            Item("idea", IDEA),
        ),
        (("Every N Months", 0, 12),),
    ),
)
