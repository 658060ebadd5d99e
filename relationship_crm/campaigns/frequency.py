"""How often each relationship hears from us in a year, against the plan of its stage. Reading only; the arithmetic is `pressure`.

A touch is a campaign reaching a party on a day: several people of a customer, or several messages of a day, are one. What reached
a lead or prospect reached the customer it became. Touches of all campaigns and companies count, and no other messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import frappe
import numpy as np
from frappe.utils import add_days, getdate

from relationship_crm.assessment.bulk import read_rows
from relationship_crm.campaigns import pressure, touches
from relationship_crm.campaigns.pressure import YEAR, Frequency, Plan, Pressure
from relationship_crm.engine.grid import day_number
from relationship_crm.relationship_crm.report import rows

#: Fields of a relationship that the report shows.
FIELDS = (
    *("party_type", "party", "party_title", "customer", "lead", "prospect", "stage_name", "rung"),
    *("customer_group", "territory", "account_manager", "first_purchase"),
)
STAGE = "Relationship Stage"
#: Touches that reached somebody, or were handed to a queue, a gateway or a printer.
COUNTED = (touches.SENT, touches.REACHED)

Key = tuple[str, str]


@dataclass(frozen=True)
class Book:
    """Relationships with their touches in the year up to a day, and the table by stage.

    Each row has `touches`, `last_touch`, `least` and `most` (as planned for the days in the book; most is None without a limit)
    and `pressure`. `frequency` is by the positions of `stages`.
    """

    rows: list[Any]
    stages: list[Any]
    frequency: Frequency


def read(filters: dict[str, Any], as_of: date | None = None) -> Book:
    """The relationships the user may see, in a segment, as of a day. A fixed number of queries."""
    day = getdate(as_of)
    stages = ladder()
    places = {stage.stage_name: place for place, stage in enumerate(stages)}
    found = [row for row in _relationships(filters, day) if row.stage_name in places]
    index = _index(found)
    who, when, last = _touches(index, day)
    stage = np.array([places[row.stage_name] for row in found], dtype=np.int64)
    count = pressure.touches_of(who, when, len(found), day_number(day))
    known = _days_known(found, day)
    plan = plan_of(stages)
    classes = pressure.classify(count, stage, plan, known)
    least, most = pressure.bounds(stage, plan, known)
    for place, row in enumerate(found):
        row.update(
            touches=int(count[place]),
            last_touch=last.get(place),
            least=int(least[place]),
            most=None if np.isinf(most[place]) else int(most[place]),
            days_known=int(known[place]),
            pressure=int(classes[place]),
        )
    return Book(found, stages, pressure.by_stage(count, stage, plan, known))


def ladder() -> list[Any]:
    """The rungs of the ladder in use with their plan, lowest first."""
    model = frappe.db.get_single_value("Relationship CRM Settings", "stage_model")
    fields = ["name", "stage_name", "rung", "color", "contacts_least", "contacts_most"]
    # the plan is part of the report, which has roles of its own
    return frappe.get_all(STAGE, {"stage_model": model}, fields, order_by="rung")


def plan_of(stages: list[Any]) -> Plan:
    """The plan of some stages; a most of 0 is no limit."""
    most = [float(stage.contacts_most or 0) or np.inf for stage in stages]
    return Plan(np.array([float(stage.contacts_least or 0) for stage in stages]), np.array(most))


def of_class(book: Book, *classes: Pressure) -> list[Any]:
    """The relationships that are contacted like this."""
    return [row for row in book.rows if row.pressure in classes]


def _relationships(filters: dict[str, Any], day: date) -> list[Any]:
    """As they stand, or stood at the end of a past day as far as the history goes back."""
    if day >= getdate():
        return rows.relationships(FIELDS, filters, [["rung", ">", 0]])
    rules = {key: filters.get(key) for key in ("party_type", "include_disabled", "account_manager")}
    now = {row.name: row for row in rows.relationships(FIELDS, rules)}
    wanted = filters.get("stage_name")
    then = [row for row in rows.as_of(day, filters) if row.rung and row.relationship in now]
    return [
        frappe._dict(
            now[row.relationship],
            stage_name=row.stage_name,
            rung=row.rung,
            customer_group=row.customer_group,
            territory=row.territory,
        )
        for row in then
        if not wanted or row.stage_name == wanted
    ]


def _index(found: list[Any]) -> dict[Key, int]:
    """The place of each party, and of each lead and prospect that became it."""
    index: dict[Key, int] = {}
    for place, row in enumerate(found):
        for party_type in ("Lead", "Prospect", "Customer"):
            if name := row.get(party_type.lower()):
                index[party_type, name] = place
        index[row.party_type, row.party] = place
    return index


def _touches(index: dict[Key, int], day: date) -> tuple[np.ndarray, np.ndarray, dict[int, datetime]]:
    """Touches of the year up to a day: place of the party, day, and the last one's moment by place."""
    t = frappe.qb.DocType(touches.DOCTYPE)
    query = (
        frappe.qb.from_(t)
        .select(t.customer, t.party_type, t.party, t.campaign, t.touched_on)
        .where(t.status.isin(COUNTED))
        .where(t.touched_on >= add_days(day, 1 - YEAR))
        .where(t.touched_on < add_days(day, 1))
    )
    once: set[tuple[int, int, str]] = set()
    last: dict[int, datetime] = {}
    for customer, party_type, party, campaign, moment in query.run():
        place = index.get(("Customer", customer or ""))
        place = index.get((party_type, party)) if place is None else place
        if place is None:
            continue
        once.add((place, day_number(moment.date()), campaign))
        last[place] = max(last.get(place, moment), moment)
    who = np.array([place for place, _day, _campaign in once], dtype=np.int64)
    when = np.array([number for _place, number, _campaign in once], dtype=np.int64)
    return who, when, last


def _days_known(found: list[Any], day: date) -> np.ndarray:
    """Days since each party came into the book: the first record of it, or its first purchase, at least one."""
    since: dict[Key, date] = {}
    for party_type in ("Customer", "Lead", "Prospect"):
        names = {row.get(party_type.lower()) for row in found} | {
            row.party for row in found if row.party_type == party_type
        }
        for name, creation in read_rows(party_type, ("name", "creation"), "name", names - {None, ""}):
            since[party_type, name] = creation.date()
    days = []
    for row in found:
        keys = [(kind, row.get(kind.lower())) for kind in ("Customer", "Lead", "Prospect")]
        known = [since[key] for key in (*keys, (row.party_type, row.party)) if key in since]
        known += [getdate(row.first_purchase)] if row.first_purchase else []
        days.append((day - min(known, default=day)).days + 1)
    return np.clip(np.array(days, dtype=np.int64), 1, YEAR)
