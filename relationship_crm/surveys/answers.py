"""From answers to a Survey Response. The page, other programs and the import of files all come through here.

What an answer is worth is computed from its score and the survey's question, never taken over. An anonymous response
keeps nothing that could lead to a person: no party, no address, no document, no time of day, and no name or creation
that would tell one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, getdate, now_datetime

from relationship_crm.guard import database_errors
from relationship_crm.surveys import wording
from relationship_crm.surveys.reading import Given, as_text, from_stored, harmless
from relationship_crm.surveys.scales import BOUNDS, IDEA, NPS, REFERRAL, TESTIMONIAL, is_scaled, value_of

SURVEY, INVITATION, RESPONSE = "Relationship Survey", "Survey Invitation", "Survey Response"
#: Who answered, about what: an anonymous response has none of it.
IDENTITY = (
    "party_type", "party", "customer", "contact", "email", "invitation", "voucher_type", "voucher_no",
    "testimonial_text", "testimonial_consent", "testimonial_consent_on", "testimonial_consent_text",
)  # fmt: skip
#: What a response takes over from its invitation.
FROM_INVITATION = ("party_type", "party", "customer", "contact", "email", "voucher_type", "voucher_no")
SNAPSHOTS = (
    "company", "customer_group", "territory", "stage_name", "rung", "sales_person", "account_manager", "item_group",
)  # fmt: skip
#: Kinds that carry a name or an address by what they are.
NAMED_KINDS = (REFERRAL, TESTIMONIAL)


# the page


def store(
    invitation: Any,
    survey: Any,
    given: Mapping[str, Given],
    language: str,
    asked: Iterable[str],
    consent: str,
) -> Any:
    """Keep what was answered on the page. Questions that were not `asked` this time keep their answers.

    The invitation's row must be locked: then a second post of the same page waits, and changes this response instead of
    making another.
    """
    asked = set(asked)
    with as_guest():
        # Only a row that is there is locked: looking for one that is not would lock the gap it belongs into, and two
        # people who answer at the same moment would each wait for the other.
        doc = response_of(invitation, lock=was_answered(invitation)) or _begin(invitation)
        kinds = {item.item_key: item.kind for item in survey.items}
        rows = {
            row.item_key: row
            for row in doc.answers
            # what was asked in another way before is no answer to the question of today
            if row.item_key not in asked and kinds.get(row.item_key, row.kind) == row.kind
        }
        doc.set("answers", [])
        for item in survey.items:
            if given.get(item.item_key):
                doc.append("answers", _row(survey, language, item, given[item.item_key]))
            elif item.item_key in rows:
                doc.append("answers", rows.pop(item.item_key).as_dict(no_default_fields=True))
        for row in rows.values():  # to questions that the survey has no more
            doc.append("answers", row.as_dict(no_default_fields=True))
        doc.language = language
        doc.answered_on = now_datetime()
        _take_testimonial(doc, survey, given, asked, consent)
        # who holds the link may answer; it was checked against the invitation
        doc.flags.ignore_permissions = True
        doc.save()
        _tell_invitation(invitation, doc)
    return doc


def response_of(invitation: Any, lock: bool = False) -> Any:
    """The response to an invitation, None where there is none yet or none that could be told to be its."""
    name = frappe.db.get_value(RESPONSE, {"invitation": invitation.name}, "name", for_update=lock)
    return frappe.get_doc(RESPONSE, name, for_update=lock) if name else None


def is_open(invitation: Any) -> bool:
    """Whether the link may be answered today."""
    late = invitation.expires_on and getdate(invitation.expires_on) < getdate()
    return invitation.status not in ("Expired", "Withdrawn") and not late


def was_answered(invitation: Any) -> bool:
    """Whether an answer came already."""
    return invitation.status in ("Answered", "Partly Answered")


def given_before(response: Any, survey: Any) -> dict[str, Given]:
    """The answers of a response to the questions of today, to show them again."""
    if not response:
        return {}
    agreed, kinds = bool(response.testimonial_consent), {item.item_key: item.kind for item in survey.items}
    return {
        row.item_key: from_stored(row, agreed and row.kind == TESTIMONIAL)
        for row in response.answers
        if kinds.get(row.item_key) == row.kind
    }


@contextmanager
def as_guest() -> Iterator[None]:
    """Whoever opens the link answers for the one it was sent to, also where a user of the desk happens to be logged in:
    the answers must not bear that user's name."""
    user, frappe.session.user = frappe.session.user, "Guest"
    try:
        yield
    finally:
        frappe.session.user = user


def _begin(invitation: Any) -> Any:
    doc = frappe.new_doc(RESPONSE)
    doc.survey, doc.invitation = invitation.survey, invitation.name
    doc.update({field: invitation.get(field) for field in (*FROM_INVITATION, *SNAPSHOTS)})
    return doc


def _row(survey: Any, language: str, item: Any, answer: Given) -> dict[str, Any]:
    return {
        "item_key": item.item_key,
        "kind": item.kind,
        "question": wording.text(survey, language, wording.QUESTION, item),
        "score": answer.score,
        "text": None if is_scaled(item.kind) else as_text(item.kind, answer),
    }


def _take_testimonial(
    doc: Any, survey: Any, given: Mapping[str, Given], asked: set[str], consent: str
) -> None:
    """The words that may be quoted, and the consent in the very words it was given to; taken back by unticking."""
    keys = [item.item_key for item in survey.items if item.kind == TESTIMONIAL and item.item_key in asked]
    if not keys:
        return
    found = next((given[key] for key in keys if given.get(key)), None)
    agreed = bool(found and found.agreed)
    if agreed and not (doc.testimonial_consent and doc.testimonial_text == harmless(found.text)):
        doc.testimonial_consent_on = now_datetime()
    doc.testimonial_text = found.text if found else None
    doc.testimonial_consent = int(agreed)
    doc.testimonial_consent_text = consent if agreed else None
    doc.testimonial_consent_on = doc.testimonial_consent_on if agreed else None


def _tell_invitation(invitation: Any, response: Any) -> None:
    invitation.status = "Answered" if response.complete else "Partly Answered"
    frappe.db.set_value(
        INVITATION,
        invitation.name,
        {"status": invitation.status, "answered_on": response.answered_on},
    )


# the record's own events


def fill(doc: Any) -> None:
    """Compute everything about a response that follows from its survey and its scores; refuse what cannot be."""
    survey = frappe.get_cached_doc(SURVEY, doc.survey)
    doc.email = (doc.email or "").strip().lower() or None
    _fill_rows(doc, survey)
    scored = [row for row in doc.answers if row.answered and row.kind == NPS]
    doc.has_nps, doc.nps = int(bool(scored)), scored[0].score if scored else 0
    answered = {row.item_key for row in doc.answers if row.answered or row.text}
    doc.complete = int(bool(answered) and not missing(survey, answered))
    doc.anonymous = cint(survey.anonymous)
    doc.external_key = external_key(doc.external_source, doc.external_id)
    if doc.party_type == "Customer":
        doc.customer = doc.party
    elif doc.customer and not doc.party:
        doc.party_type, doc.party = "Customer", doc.customer
    if doc.is_new() and not doc.invitation:
        _take_snapshots(doc)
    if doc.testimonial_text:
        doc.testimonial_text = harmless(doc.testimonial_text)
    if doc.anonymous:
        _check_month(doc)
        _forget_person(doc)


def _check_month(doc: Any) -> None:
    """Anonymous answers are shown by whole months that are over (see surveys/anonymity.py): those must not change any more."""
    before = doc.get_doc_before_save()
    then = getdate(before.answered_on if before else None)  # without a date it is today
    day = getdate(doc.answered_on)
    if (day.year, day.month) != (then.year, then.month):
        frappe.throw(
            _(
                "{0} is anonymous: an answer counts in the month in which it comes. Results of other months may have been "
                "shown, and would tell by their change what it says. Give a day of this month, or none."
            ).format(frappe.bold(doc.survey))
        )


def _take_snapshots(doc: Any) -> None:
    """What nobody was invited for has no invitation to take group, territory and stage from: those of today."""
    if not doc.party_type or not doc.party:
        return
    from relationship_crm.surveys.snapshots import snapshots

    now = snapshots([(doc.party_type, doc.party, doc.voucher_type or "", doc.voucher_no or "")])[0]
    doc.update({field: value for field, value in now.items() if not doc.get(field)})


def missing(survey: Any, answered: Iterable[str]) -> list[Any]:
    """The questions that still need an answer: the required ones; where none is, all that have a scale."""
    answered = set(answered)
    needed = [item for item in survey.items if item.required] or [
        item for item in survey.items if is_scaled(item.kind)
    ]
    return [item for item in needed if item.item_key not in answered]


def external_key(source: str | None, number: str | None) -> str | None:
    """What makes an answer of another survey tool unique; None without a number."""
    if not number:
        return None
    return hashlib.sha256(f"{source or ''}\x00{number}".encode()).hexdigest()


def _fill_rows(doc: Any, survey: Any) -> None:
    items = {item.item_key: item for item in survey.items}
    language = wording.choose(survey, doc.language)
    seen: set[str] = set()
    for row in doc.answers:
        if row.item_key in seen:
            frappe.throw(_("Question {0} is answered twice.").format(row.item_key))
        seen.add(row.item_key)
        item = items.get(row.item_key)
        if item:
            row.kind, row.dimension = item.kind, item.dimension
            row.question = row.question or wording.text(survey, language, wording.QUESTION, item)
        elif not row.get("question") or row.kind is None:
            frappe.throw(_("Survey {0} has no question {1}.").format(survey.name, row.item_key))
        _fill_row(row, bool(item and item.reverse), item is None)
        row.email = doc.email if row.text else None


def _fill_row(row: Any, reverse: bool, gone: bool) -> None:
    if row.text:  # line by line where lines mean something
        row.text = (
            "\n".join(map(harmless, row.text.split("\n"))) if row.kind == REFERRAL else harmless(row.text)
        )
    row.text = row.text or None
    if not is_scaled(row.kind):
        row.answered, row.score, row.value = 0, 0, 0
        return
    if gone:  # the question is gone: what its answer was worth stays
        return
    row.answered = int(row.score is not None and row.score != "")
    if not row.answered:
        row.score, row.value = 0, 0
        return
    try:
        row.score = float(row.score)
        row.value = value_of(row.kind, row.score, reverse)
    except (TypeError, ValueError):
        bounds = BOUNDS[row.kind]
        frappe.throw(
            _("{0} is no answer to {1}; it goes from {2} to {3}.").format(
                row.score, row.item_key, bounds.low, bounds.high
            )
        )


def _forget_person(doc: Any) -> None:
    doc.update(dict.fromkeys(IDENTITY))
    doc.set("answers", [row for row in doc.answers if row.kind not in NAMED_KINDS])
    day = f"{getdate(doc.answered_on)} 00:00:00"
    doc.answered_on = day
    for row in doc.answers:
        row.email = None
    for one in (doc, *doc.answers):
        one.creation = one.modified = day
        one.owner = one.modified_by = "Guest"


def stored(doc: Any) -> None:
    """A response was stored or changed: the score follows, low answers are looked after, contributions get records."""
    # Here and not above: the record's controller must load where numpy does not.
    from relationship_crm.assessment.outbox import mark_party

    if doc.party_type and doc.party:
        mark_party(doc.party_type, doc.party, doc)
    _beside(_look_after, doc)
    before = doc.get_doc_before_save()
    for kind, note in ((REFERRAL, _note_referral), (IDEA, _note_idea)):
        now, then = _told(doc, kind), _told(before, kind) if before else {}
        taken_back = [
            item_key for item_key in then if item_key not in now
        ]  # first: it may be said elsewhere now
        for item_key in (*taken_back, *now):
            _beside(note, doc, item_key, from_stored(now[item_key]) if item_key in now else Given())


def _told(doc: Any, kind: str) -> dict[str, Any]:
    """What was written to the questions of a kind, by question."""
    return {row.item_key: row for row in doc.answers if row.kind == kind and row.text}


def _beside(follow: Callable[..., None], *args: Any) -> None:
    """Do what follows from an answer. A mistake of ours in it is logged and undone; the answer itself is not lost by it."""
    point = "survey_response"
    frappe.db.savepoint(point)
    try:
        follow(*args)
    except database_errors():
        raise
    except Exception:
        frappe.db.rollback(save_point=point)
        frappe.clear_last_message() if frappe.message_log else None
        frappe.log_error(title=f"Survey Response: {follow.__name__}")


def _look_after(doc: Any) -> None:
    from relationship_crm.surveys.loop import response_stored

    response_stored(doc)


def _note_referral(doc: Any, item_key: str, given: Given) -> None:
    from relationship_crm.advocacy.referrals import create_referral_from_response

    create_referral_from_response(
        doc, contact_name=given.text, contact_email=given.email, contact_phone=given.phone, item_key=item_key
    )


def _note_idea(doc: Any, item_key: str, given: Given) -> None:
    from relationship_crm.advocacy.ideas import create_idea_from_response

    create_idea_from_response(doc, given.text, item_key)
