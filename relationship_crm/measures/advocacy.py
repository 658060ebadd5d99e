"""What customers do for us, as facts for the ladder, in one statement."""

from __future__ import annotations

from typing import Any

from relationship_crm.ledger.dialect import union_all
from relationship_crm.measures.ideas import REALISED_IDEAS, idea_branches
from relationship_crm.measures.referrals import PAID_REFERRALS, referral_branches
from relationship_crm.measures.testimonials import TESTIMONIALS, testimonial_branches
from relationship_crm.signals.base import Scope

#: The measures that come of it.
ADVOCACY = (PAID_REFERRALS, TESTIMONIALS, REALISED_IDEAS)


def advocacy_query(scope: Scope) -> Any:
    """Kind, customer, what they gave (a referred customer, an answer, an idea) and its day; None where nothing is kept.

    Whether a referred customer has paid is another question: :func:`relationship_crm.measures.referrals.paid_query`.
    """
    branches = [*referral_branches(scope), *testimonial_branches(scope), *idea_branches(scope)]
    return union_all(branches) if branches else None
