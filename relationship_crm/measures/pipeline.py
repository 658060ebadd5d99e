"""Who is in talks with us: an opportunity or a quotation. Answered messages are events of a signal."""

from __future__ import annotations

from typing import Any

from pypika.functions import Min
from pypika.queries import QueryBuilder
from pypika.terms import Field

from relationship_crm.ledger.dialect import AsDate, query, table, union_all
from relationship_crm.signals.base import Scope
from relationship_crm.signals.sources import of_any_party


def _dated(scope: Scope, statement: QueryBuilder, document: Any, party_type: Any, party: Any) -> QueryBuilder:
    statement = statement.where(of_any_party(scope, party_type, party))
    return scope.limit(statement, date=document.transaction_date, created=document.creation).select(
        party_type.as_("party_type"), party.as_("party"), AsDate(document.transaction_date).as_("day")
    )


def engaged_query(scope: Scope) -> Any:
    """Party type, party and the first day they were in talks; None where the ledger knows nothing of the kind."""
    branches = []
    if scope.has("Opportunity"):
        o = table("Opportunity", "o")
        branches.append(_dated(scope, query().from_(o), o, o.opportunity_from, o.party_name))
    if scope.has("Quotation"):
        q = table("Quotation", "q")
        branches.append(
            _dated(scope, query().from_(q).where(q.docstatus == 1), q, q.quotation_to, q.party_name)
        )
    if not branches:
        return None
    talks = union_all(branches).as_("t")
    party_type, party, day = (Field(name, table=talks) for name in ("party_type", "party", "day"))
    return query().from_(talks).select(party_type, party, Min(day)).groupby(party_type, party)
