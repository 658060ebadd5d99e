"""Results of surveys for those who may see them: the one door through which answers become figures.

Named answers are read row by row, with the reader's permissions. Answers to anonymous surveys are rows for nobody; they come
as blocks (see `surveys.anonymity`), whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.permissions import get_user_permissions
from frappe.utils import getdate
from frappe.utils.nestedset import get_descendants_of

from relationship_crm.engine.dimensions import ABOUT_EMPLOYEES
from relationship_crm.engine.grid import month_end, month_index
from relationship_crm.permissions import reads_every
from relationship_crm.surveys.anonymity import LEAST, Answer, Block, blocks, chosen
from relationship_crm.surveys.scales import BOUNDS, SCALED
from relationship_crm.surveys.statistics import Kind, Tally, tally_of_people

RESPONSE, ANSWER, SURVEY, INVITATION = (
    "Survey Response",
    "Survey Answer",
    "Relationship Survey",
    "Survey Invitation",
)
#: What results can be broken down by, with the column that holds it.
BREAKDOWNS = {
    "Stage": "stage_name",
    "Customer Group": "customer_group",
    "Territory": "territory",
    "Sales Person": "sales_person",
    "Item Group": "item_group",
}
#: Of these a filter means the node and everything below it.
TREES = ("Customer Group", "Territory", "Sales Person", "Item Group")
#: Filters that anonymous answers know nothing of, beside the breakdowns that are not their survey's.
NAMED_ONLY = ("company", "account_manager")
#: Invitations that reached somebody, and those of them that were answered.
DELIVERED, ANSWERED = ("Sent", "Partly Answered", "Answered", "Expired"), ("Partly Answered", "Answered")


@dataclass(frozen=True)
class Question:
    """What was asked: the same question of the same survey is compared with itself, in whatever language it was asked."""

    survey: str
    item_key: str
    kind: Kind


@dataclass(frozen=True)
class Piece:
    """Answers that are counted together: one named answer, or a block of anonymous ones.

    `groups` are the values by breakdown; a block knows only its survey's, a mixed block none. `person` is who gave a named
    answer: those of one customer are no independent opinions.
    """

    question: Question
    month: int
    groups: dict[str, str]
    scores: tuple[float, ...]
    person: tuple[str, str] | None = None


def pieces(filters: frappe._dict, first: date, last: date) -> list[Piece]:
    """All answers from one day to another, as far as the user may see them and the filters let them through."""
    return [*_named(filters, first, last), *_anonymous(filters, first, last)]


def summed(found: Iterable[Piece], key: Callable[[Piece], Any]) -> dict[Any, Tally]:
    """Tallies by a key, of answers to one kind of question; pieces whose key is None are in none."""
    kinds: dict[Any, Kind] = {}
    given: dict[Any, tuple[list[float], list[int]]] = {}
    numbers: dict[Any, int] = {}
    for place, piece in enumerate(found):
        name = key(piece)
        if name is None:
            continue
        kinds[name] = piece.question.kind
        scores, people = given.setdefault(name, ([], []))
        for i, score in enumerate(piece.scores):
            scores.append(score)
            # the answers of a block are of as many people
            people.append(numbers.setdefault(piece.person or (place, i), len(numbers)))
    return {name: tally_of_people(kinds[name], *lists) for name, lists in given.items()}


# named answers


def _named(filters: frappe._dict, first: date, last: date) -> list[Piece]:
    wanted = [["anonymous", "=", 0], *_between("answered_on", first, last), *_segment(filters)]
    fields = ["name", "survey", "answered_on", "party_type", "party", *BREAKDOWNS.values()]
    responses = frappe.get_list(RESPONSE, fields=fields, filters=wanted, order_by="answered_on asc, name asc")
    by_name = {row.name: row for row in responses}
    if not by_name:
        return []
    found = []
    for name, item_key, kind, value in _answers(0, first, last):
        row = by_name.get(name)
        if row is None:
            continue
        question = Question(row.survey, item_key, Kind(kind))
        groups = {breakdown: row[field] or "" for breakdown, field in BREAKDOWNS.items()}
        month, scores = month_index(getdate(row.answered_on)), (_score(kind, value),)
        found.append(Piece(question, month, groups, scores, (row.party_type or "", row.party or name)))
    return found


def _between(field: str, first: date, last: date) -> list[list[Any]]:
    return [[field, ">=", first], [field, "<", last + timedelta(days=1)]]


def _segment(filters: frappe._dict) -> list[list[Any]]:
    """The report's filters as filters on responses or invitations; both keep what was so at the time."""
    wanted: list[list[Any]] = []
    for field in ("survey", *NAMED_ONLY):
        if filters.get(field):
            wanted.append([field, "=", filters[field]])
    for breakdown, field in BREAKDOWNS.items():
        if filters.get(field):
            wanted.append([field, "in", values_of(breakdown, filters[field])])
    return wanted


def values_of(breakdown: str, value: str) -> list[str]:
    """What a filter on a breakdown lets through."""
    if breakdown in TREES and frappe.db.exists(breakdown, value):
        # names to compare with, none is shown
        return [value, *get_descendants_of(breakdown, value, ignore_permissions=True)]
    return [value]


def _answers(anonymous: int, first: date | None = None, last: date | None = None) -> tuple[tuple, ...]:
    """Response, item, kind and value of scaled answers; none about employees for those who may not see them."""
    r, a = frappe.qb.DocType(RESPONSE), frappe.qb.DocType(ANSWER)
    statement = (
        frappe.qb.from_(r)
        .join(a)
        .on(a.parent == r.name)
        .select(r.name, a.item_key, a.kind, a.value)
        .where((r.anonymous == anonymous) & (a.answered == 1) & a.kind.isin(SCALED))
        .orderby(r.name)
        .orderby(a.idx)
    )
    if first and last:
        statement = statement.where((r.answered_on >= first) & (r.answered_on < last + timedelta(days=1)))
    if 1 not in frappe.get_meta("Relationship").get_permlevel_access("read"):
        statement = statement.where(a.dimension.isnull() | a.dimension.notin(ABOUT_EMPLOYEES))
    return statement.run()


def wordings() -> dict[tuple[str, str], tuple[int, str]]:
    """Place and wording of every question, by survey and key, in its survey's default language."""
    items = frappe.get_all(  # no person is in them
        "Survey Item", fields=["parent", "idx", "item_key", "question"], order_by="parent asc, idx asc"
    )
    return {(row.parent, row.item_key): (row.idx, row.question or row.item_key) for row in items}


def _score(kind: str, value: float) -> float:
    """A value 0..1 back on its scale, so that reversed questions count the right way round."""
    bounds = BOUNDS[kind]
    return bounds.low + round(value * (bounds.high - bounds.low))


# anonymous answers


def _anonymous(filters: frappe._dict, first: date, last: date) -> list[Piece]:
    """Blocks of anonymous answers, a survey at a time, by its own breakdown alone."""
    if not frappe.has_permission(RESPONSE, "read"):
        return []
    wanted = {"anonymous": 1, **({"name": filters.survey} if filters.survey else {})}
    fields = ["name", "minimum_group", "anonymous_breakdown"]
    surveys = frappe.get_list(SURVEY, fields=fields, filters=wanted, order_by="name asc")
    found: list[Piece] = []
    for survey in surveys:
        groups = _groups_wanted(survey, filters)
        if groups != set():
            found += _blocks_of(survey, groups, first, last)
    return found


def _groups_wanted(survey: frappe._dict, filters: frappe._dict) -> set[str] | None:
    """The groups that filters and permissions leave, None = everything, none where a filter asks what nobody may know."""
    asked = {b: filters[field] for b, field in BREAKDOWNS.items() if filters.get(field)}
    if any(filters.get(field) for field in NAMED_ONLY) or set(asked) - {survey.anonymous_breakdown}:
        return set()
    allowed = groups_allowed(survey.anonymous_breakdown)
    if not asked:
        return allowed
    values = set(values_of(survey.anonymous_breakdown, asked[survey.anonymous_breakdown]))
    return values if allowed is None else values & allowed


def groups_allowed(breakdown: str | None) -> set[str] | None:
    """The groups of anonymous answers a user may see, None = all.

    Who may read all customers sees all. Who is limited to parts of a tree, by which the answers are grouped, sees those
    parts. Whose limits are of another kind sees none: nobody can say which of the answers came from their customers.
    """
    if reads_every("Customer"):
        return None
    limits = get_user_permissions(frappe.session.user)
    links = {field.options for field in frappe.get_meta("Customer").get_link_fields()} | {"Customer"}
    if breakdown not in ("Customer Group", "Territory") or set(limits) & links != {breakdown}:
        return set()
    if not frappe.permissions.get_role_permissions(frappe.get_meta("Customer")).get("read"):
        return set()
    return {row.get("doc") for row in limits[breakdown] if not row.get("applicable_for")}


def promise(survey: frappe._dict) -> int:
    """The least number of answers that a survey's results are shown of."""
    return max(survey.minimum_group or 0, LEAST)


def _blocks_of(survey: frappe._dict, groups: set[str] | None, first: date, last: date) -> list[Piece]:
    """The blocks of one survey within whole months of the period."""
    field = BREAKDOWNS.get(survey.anonymous_breakdown or "")
    r = frappe.qb.DocType(RESPONSE)
    responses = {
        name: (month_index(getdate(answered_on)), group or "")
        for name, answered_on, group in frappe.qb.from_(r)
        .select(r.name, r.answered_on, r[field] if field else r.survey)
        .where((r.survey == survey.name) & (r.anonymous == 1))
        .run()
    }
    answers: dict[Question, list[tuple[str, float]]] = {}  # response and score
    for name, item_key, kind, value in _answers(1):
        if name in responses:
            question = Question(survey.name, item_key, Kind(kind))
            answers.setdefault(question, []).append((name, _score(kind, value)))
    since, until = _whole_months(first, last)
    found = []
    for question, given in answers.items():
        listed = [Answer(*responses[name], place) for place, (name, _given) in enumerate(given)]
        made = blocks(listed, promise(survey), month_index(getdate()))
        for block in chosen(made, since, until, groups):
            found.append(_piece(question, block, survey.anonymous_breakdown, given))
    return found


def _piece(question: Question, block: Block, breakdown: str | None, given: list[tuple[str, float]]) -> Piece:
    own = {breakdown: block.group} if breakdown and block.group is not None else {}
    return Piece(question, block.last, own, tuple(given[place][1] for place in block.places))


def _whole_months(first: date, last: date) -> tuple[int, int]:
    """The months that lie wholly between two days."""
    since, until = month_index(first), month_index(last)
    return since + (first.day > 1), until - (last < month_end(until))


# who answered at all


@dataclass
class Asked:
    """Invitations that reached somebody, and those answered."""

    delivered: int = 0
    answered: int = 0


def invitations(filters: frappe._dict, first: date, last: date) -> list[frappe._dict]:
    """Invitations sent from one day to another that the user may see; printed links reach nobody knows whom."""
    wanted = [
        ["status", "in", DELIVERED],
        ["channel", "!=", "Link"],
        *_between("sent_on", first, last),
        *_segment(filters),
    ]
    fields = ["survey", "status", "sent_on", *BREAKDOWNS.values()]
    return frappe.get_list(INVITATION, fields=fields, filters=wanted, order_by="sent_on asc, name asc")


def asked(sent: Iterable[frappe._dict], key: Callable[[frappe._dict], Any]) -> dict[Any, Asked]:
    """How many were asked and answered, by a key."""
    found: dict[Any, Asked] = {}
    for row in sent:
        entry = found.setdefault(key(row), Asked())
        entry.delivered += 1
        entry.answered += row.status in ANSWERED
    return found
