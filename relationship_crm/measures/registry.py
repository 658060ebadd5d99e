"""What stage criteria can be set on."""

from __future__ import annotations

from dataclasses import dataclass

from relationship_crm.engine.dimensions import COMPOSED, DIMENSIONS
from relationship_crm.engine.stages import Kind

FACT = Kind(estimate=False)
#: An estimate whose margins are per cent of the threshold.
ESTIMATE = Kind(estimate=True)
#: An estimate in points 0..100; so are its margins.
SCORE = Kind(estimate=True, points=True)


@dataclass(frozen=True)
class Measure:
    """Something known of every party at every point of the grid. Texts are translated where they are shown."""

    key: str
    label: str
    description: str
    unit: str
    kind: Kind


_FACTS = (
    ("engaged", "In talks", "1 from the first opportunity, quotation or answered message on.", "yes/no"),
    ("purchases", "Purchases", "Days with a net purchase. A purchase returned in full is none.", "count"),
    ("purchases_12m", "Purchases in 12 months", "Days with a net purchase in the last 365 days.", "count"),
    ("days_since_first_purchase", "Days since the first purchase", "How long they have been buying.", "days"),
    ("days_since_last_purchase", "Days since the last purchase", "How long they have been silent.", "days"),
    ("revenue_12m", "Revenue in 12 months", "Net of returns, in the reporting currency.", "currency"),
    ("revenue_total", "Revenue in all", "Net of returns, in the reporting currency.", "currency"),
    (
        "paid_referrals",
        "Referrals that paid",
        "Customers they recommended who paid an invoice within the last 24 months and did not give it all back.",
        "count",
    ),
    ("testimonials", "Testimonials", "Praise they allowed us to show, in 24 months.", "count"),
    ("realised_ideas", "Ideas realised", "Ideas of theirs that we made real, in 24 months.", "count"),
    ("recorded_loss", "Loss recorded", "1 while somebody has recorded the customer as lost.", "yes/no"),
)
_SCORES = {
    "satisfaction": ("Satisfaction", "How content they are with what they get."),
    "trust_employee": ("Trust in the employee", "How far they rely on the people who look after them."),
    "trust_company": ("Trust in the company", "How far they rely on us as a company."),
    "engagement_employee_rational": (
        "Rational engagement with the employee",
        "How much their contact person is worth to them.",
    ),
    "engagement_employee_emotional": (
        "Emotional engagement with the employee",
        "How much they like their contact person.",
    ),
    "engagement_company_rational": (
        "Rational engagement with the company",
        "How much doing business with us is worth to them.",
    ),
    "engagement_company_emotional": (
        "Emotional engagement with the company",
        "How much they feel that they belong to us.",
    ),
    "trust": ("Trust", "Trust in the company and in the employee together."),
    "engagement": ("Engagement", "Rational and emotional engagement together."),
    "composite": ("Relationship quality", "Satisfaction, trust and engagement together."),
}
_RHYTHM = Measure(
    "rhythm",
    "Silence against their rhythm",
    "Days since the last purchase over the usual days between purchases: 1 is as usual, 3 is three times as long.",
    "times",
    ESTIMATE,
)

#: All measures by key.
MEASURES: dict[str, Measure] = {
    **{key: Measure(key, label, text, unit, FACT) for key, label, text, unit in _FACTS},
    _RHYTHM.key: _RHYTHM,
    **{key: Measure(key, *_SCORES[key], "points", SCORE) for key in (*DIMENSIONS, *COMPOSED)},
}
