"""The ladders of stages that ship with the app.

Rungs are cumulative: a rung needs the criteria of all rungs below it too, so each states only what it adds. Thresholds of
scores are points of 0..100, rhythm is the days since the last purchase over the usual gap.
"""

from __future__ import annotations

from relationship_crm.engine.stages import Criterion, Ladder, Rung

#: Estimates must pass a threshold by this much to rise and miss it by that much, twice, to fall.
MARGIN_UP, MARGIN_DOWN = 5.0, 10.0


def fact(measure: str, threshold: float, *, alternative: int = 0) -> Criterion:
    """At least so much of something the ledger counts; acts at once."""
    return Criterion(measure, ">=", threshold, alternative=alternative)


def at_least(measure: str, threshold: float, *, alternative: int = 0) -> Criterion:
    """At least so much of an estimate, with margins."""
    return Criterion(measure, ">=", threshold, MARGIN_UP, MARGIN_DOWN, alternative)


def at_most(measure: str, threshold: float) -> Criterion:
    """At most so much of an estimate, with margins."""
    return Criterion(measure, "<=", threshold, MARGIN_UP, MARGIN_DOWN)


ENGAGED = (fact("engaged", 1),)
FIRST_PURCHASE = (fact("purchases", 1),)
REPEATED = (fact("purchases", 2),)
CLIENT = (
    fact("purchases", 4),
    at_most("rhythm", 2.5),
    at_least("satisfaction", 55),
    at_least("trust_company", 55),
)
SUPPORTER = (
    fact("purchases", 8),
    fact("days_since_first_purchase", 180),
    at_most("rhythm", 1.5),
    at_least("satisfaction", 60),
    at_least("trust", 60),
    at_least("engagement", 60),
)
#: Recommended us to somebody who paid, or to everybody: either is enough.
ADVOCATE = (fact("paid_referrals", 1, alternative=1), fact("testimonials", 1, alternative=1))
PARTNER = (
    fact("paid_referrals", 2, alternative=1),
    fact("realised_ideas", 1, alternative=1),
    at_least("composite", 65),
)
#: Long silence, or a customer who said that they left: either is enough.
DISSOLUTION = (at_least("rhythm", 6, alternative=1), fact("recorded_loss", 1, alternative=1))

# From sand to deep green: the further, the greener.
SAND, STRAW, AMBER, LIME, GREEN, TEAL, PINE, FOREST = (
    "#c8bfae",
    "#d9c27a",
    "#e0a83c",
    "#a3bf4a",
    "#5fa85a",
    "#2f9a80",
    "#1f7a6b",
    "#0f5a50",
)

KOTLER = Ladder(
    name="Kotler",
    description=(
        "Eight rungs from somebody who might buy to somebody who works with us. Advocates and partners need referrals "
        "that became paying customers, testimonials or realised ideas, never a guess from what they spend."
    ),
    source="Kotler, P. (1997): Marketing Management. Analysis, Planning, Implementation, and Control. 9th ed., Prentice Hall.",
    rungs=(
        Rung("Suspect", 1, color=SAND, description="Somebody who might buy; no contact answered yet."),
        Rung(
            "Prospect",
            2,
            ENGAGED,
            color=STRAW,
            description="An opportunity, a quotation or an answered contact.",
        ),
        Rung("First-time Buyer", 3, FIRST_PURCHASE, color=AMBER, description="Bought once."),
        Rung("Repeat Buyer", 4, REPEATED, color=LIME, description="Bought again."),
        Rung(
            "Client", 5, CLIENT, True, GREEN, "Buys in a steady rhythm, is satisfied and trusts the company."
        ),
        Rung("Supporter", 6, SUPPORTER, True, TEAL, "Has long been buying often, and likes it."),
        Rung(
            "Advocate",
            7,
            ADVOCATE,
            True,
            PINE,
            "Recommended us to somebody who became a paying customer, or lets us show their praise.",
        ),
        Rung(
            "Partner",
            8,
            PARTNER,
            True,
            FOREST,
            "Recommends us again and again or brings ideas that we realise, and stands close to us.",
        ),
    ),
    dissolution=DISSOLUTION,
)

PAYNE = Ladder(
    name="Payne",
    description="Six rungs; the step from catching customers to keeping them lies between purchaser and client.",
    source=(
        "Payne, A., Christopher, M., Clark, M., Peck, H. (1995): Relationship Marketing for Competitive Advantage. "
        "Butterworth-Heinemann."
    ),
    rungs=(
        Rung("Prospect", 1, color=STRAW, description="Somebody who has not bought yet."),
        Rung("Purchaser", 2, FIRST_PURCHASE, color=AMBER, description="Bought, once or a few times."),
        Rung(
            "Client", 3, CLIENT, True, GREEN, "Buys in a steady rhythm, is satisfied and trusts the company."
        ),
        Rung("Supporter", 4, SUPPORTER, True, TEAL, "Has long been buying often, and likes it."),
        Rung(
            "Advocate",
            5,
            ADVOCATE,
            True,
            PINE,
            "Recommended us to somebody who became a paying customer, or lets us show their praise.",
        ),
        Rung(
            "Partner",
            6,
            PARTNER,
            True,
            FOREST,
            "Recommends us again and again or brings ideas that we realise, and stands close to us.",
        ),
    ),
    dissolution=DISSOLUTION,
)

DWYER = Ladder(
    name="Dwyer-Schurr-Oh",
    description=(
        "The four phases in which relations between buyers and sellers grow. The fifth, dissolution, can come from any of "
        "them and is the flag of that name."
    ),
    source=(
        "Dwyer, F. R., Schurr, P. H., Oh, S. (1987): Developing Buyer-Seller Relationships. Journal of Marketing 51 (2), 11-27."
    ),
    rungs=(
        Rung("Awareness", 1, color=SAND, description="Each knows that the other exists."),
        Rung("Exploration", 2, FIRST_PURCHASE, color=AMBER, description="A first purchase as a trial."),
        Rung("Expansion", 3, REPEATED, color=LIME, description="More purchases, and more depends on them."),
        Rung("Commitment", 4, SUPPORTER, True, TEAL, "Both sides mean to go on."),
    ),
    dissolution=DISSOLUTION,
)

LADDERS: tuple[Ladder, ...] = (KOTLER, PAYNE, DWYER)
DEFAULT_LADDER = KOTLER
