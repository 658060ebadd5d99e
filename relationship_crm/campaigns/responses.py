"""Responses to campaigns, whichever way they come: each kept once for its cause, with the person, the day and the source.

The same click, call, line of a file or document gives the same response however often it is told. What somebody changes
their mind about (interested or not, coming or not) is one response, and the last word counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.utils import get_datetime, getdate, now_datetime

from relationship_crm.assessment.bulk import read_rows, write_rows
from relationship_crm.campaigns import respondents
from relationship_crm.surveys.reading import harmless

RESPONSE = "Campaign Response"
#: Responses that take each other back.
TOPICS = {
    "Interested": "interest",
    "Not Interested": "interest",
    "Registered": "invitation",
    "Declined": "invitation",
}
#: Responses with words of their own: other words are another response.
SAID = ("Question", "Complaint")
#: The longest words that are kept.
LONGEST = 2000


@dataclass(frozen=True)
class Answer:
    """What somebody answered to a campaign. `touch` or `member` say who; else party, contact or e-mail address."""

    campaign: str
    response: str
    source: str
    moment: datetime
    touch: str = ""
    member: str = ""
    party_type: str = ""
    party: str = ""
    contact: str = ""
    activity: str = ""
    voucher_type: str = ""
    voucher_no: str = ""
    note: str = ""
    variant: str = ""
    email: str = ""
    name: str = ""


#: Columns that hold an answer as it is; `name` is the person's.
SAME = (
    *("campaign", "activity", "response", "source", "note", "party_type", "party", "contact", "email"),
    *("voucher_type", "voucher_no", "touch", "member", "variant"),
)
SNAPSHOT = ("stage_name", "rung", "customer_group", "territory", "account_manager")
COLUMNS = (
    *("name", "response_key", "responded_on", "recipient_name", "customer", "company"),
    *SAME,
    *SNAPSHOT,
)


def record(answers: Sequence[Answer]) -> list[str]:
    """Keep answers; the names of their responses, in the order of the answers, whether new or there already.

    A fixed number of statements, however many answers. Their parties have news. Answers of which nobody can say whose they
    are keep their address alone.
    """
    known = respondents.complete(answers)
    keys = [key_of(answer) for answer in known]
    there = _there(keys)
    new: dict[str, Answer] = {}
    changed: dict[str, Answer] = {}
    for key, answer in zip(keys, known, strict=True):
        if key in there:
            if _takes_back(answer, there[key]):
                changed[key] = answer
        elif key not in new or _takes_back(answer, vars(new[key]) | {"responded_on": new[key].moment}):
            new[key] = answer
    _insert(new)
    _change({there[key]["name"]: answer for key, answer in changed.items()})
    _mark([*new.values(), *changed.values()])
    return [there[key]["name"] if key in there else name_of(key) for key in keys]


def forget(voucher_type: str, voucher_no: str) -> None:
    """The responses that a document was go with it: it was cancelled, deleted, or names another campaign now."""
    t = frappe.qb.DocType(RESPONSE)
    mine = (t.voucher_type == voucher_type) & (t.voucher_no == voucher_no)
    rows = frappe.qb.from_(t).select(t.name, t.party_type, t.party).where(mine).run(as_dict=True)
    if rows:
        frappe.qb.from_(t).delete().where(t.name.isin([row["name"] for row in rows])).run()
        tell([(row["party_type"], row["party"]) for row in rows])


def key_of(answer: Answer) -> str:
    """What makes a response unique: campaign, source, person and cause, as a digest.

    A document or a touch is a cause that says who it is. Without one it is the person's response of a day.
    """
    if answer.voucher_no:
        cause = f"{answer.voucher_type}|{answer.voucher_no}"
    elif answer.touch:
        cause = f"{answer.touch}|{_topic(answer)}"
    else:
        person = answer.member or answer.email or answer.contact or f"{answer.party_type}|{answer.party}"
        cause = f"{person}|{answer.activity}|{answer.response}|{getdate(answer.moment)}"
    text = f"{answer.campaign}|{answer.source}|{cause}"
    return hashlib.sha256(text.encode()).hexdigest()


def name_of(key: str) -> str:
    """The name of the response with a key. The same key gives the same name: two at once cannot make it twice."""
    return key[:20]


def tell(parties: Iterable[tuple[str, str]]) -> None:
    """Parties have news: their scores take it in."""
    # Here and not above: the record's controller must load where numpy does not.
    from relationship_crm.assessment.outbox import mark_all

    mark_all(dict.fromkeys(parties), RESPONSE)


def _topic(answer: Answer) -> str:
    if answer.response in SAID and answer.note:
        return f"{answer.response}|{hashlib.sha256(answer.note.encode()).hexdigest()}"
    return TOPICS.get(answer.response, answer.response)


def _takes_back(answer: Answer, before: Mapping[str, Any]) -> bool:
    """Whether somebody changed their mind. What a document or a mail stands for is changed by people alone."""
    other = answer.response in TOPICS and before["response"] != answer.response
    return other and not answer.voucher_no and answer.moment >= before["responded_on"]


def _there(keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    columns = ("response_key", "name", "response", "responded_on")
    rows = read_rows(RESPONSE, columns, "response_key", dict.fromkeys(keys))
    return {row[0]: dict(zip(columns, row, strict=True)) for row in rows}


def _insert(new: Mapping[str, Answer]) -> None:
    facts = respondents.facts(list(new.values()))
    rows = []
    for (key, answer), fact in zip(new.items(), facts, strict=True):
        values = {
            "name": name_of(key),
            "response_key": key,
            "responded_on": answer.moment,
            "recipient_name": answer.name[:140],
            # without it nobody has to look for it where there is none
            **{column: getattr(answer, column) or None for column in SAME},
            "note": _words(answer) or None,
            **fact,
        }
        rows.append([values[column] for column in COLUMNS])
    # where another session was faster its row stays
    write_rows(RESPONSE, COLUMNS, rows, update=("response_key",))


def _words(answer: Answer) -> str:
    """What somebody said. Rows written in bulk are not cleaned by Frappe."""
    return harmless(answer.note)[:LONGEST]


def _change(changed: Mapping[str, Answer]) -> None:
    """People changed their minds: many at once, as on the list of an event, by one statement."""
    t = frappe.qb.DocType(RESPONSE)
    alike: dict[tuple[str, datetime, str], list[str]] = {}
    for name, answer in changed.items():
        alike.setdefault((answer.response, answer.moment, _words(answer)), []).append(name)
    for (response, moment, note), names in alike.items():
        query = frappe.qb.update(t).set(t.response, response).set(t.responded_on, moment)
        query = query.set(t.modified, now_datetime()).set(t.modified_by, frappe.session.user)
        query = query.set(t.note, note) if note else query
        query.where(t.name.isin(names)).run()


def _mark(answers: Sequence[Answer]) -> None:
    tell([(answer.party_type, answer.party) for answer in answers if answer.party])


# the record's own events: responses put in by hand or from a file


#: What only the app itself knows of a response.
OURS = ("touch", "member", "variant", "voucher_type", "voucher_no")


def begin(doc: Any) -> None:
    """A response put in by hand or from a file: look up whose it is, refuse what is nobody's, and make it unique."""
    doc.source = "Import" if frappe.flags.in_import else "By Hand"
    doc.update(dict.fromkeys(OURS))
    if not (doc.party or doc.contact or doc.email) and doc.customer:
        doc.party_type, doc.party = "Customer", doc.customer
    doc.responded_on = get_datetime(doc.responded_on) if doc.responded_on else now_datetime()
    answer = Answer(
        **{column: doc.get(column) or "" for column in SAME},
        moment=doc.responded_on,
        name=doc.recipient_name or "",
    )
    respondents.check_complete(answer)
    _check(doc)
    answer = respondents.complete([answer])[0]
    respondents.check_found(answer)
    doc.update({column: getattr(answer, column) or None for column in SAME})
    doc.update({"recipient_name": answer.name, "response_key": key_of(answer)})
    doc.update(respondents.facts([answer])[0])


def _check(doc: Any) -> None:
    """Refuse a day that is still to come, and an activity of another campaign."""
    if doc.responded_on > now_datetime():
        frappe.throw(
            _("The response cannot have come on {0}: that day is still to come.").format(
                frappe.format(doc.responded_on, {"fieldtype": "Datetime"})
            )
        )
    if doc.activity and frappe.db.get_value("Campaign Activity", doc.activity, "campaign") != doc.campaign:
        frappe.throw(_("Activity {0} belongs to another campaign.").format(frappe.bold(doc.activity)))


def same_as(doc: Any) -> str:
    """The response that is there already for the same person, campaign, source, response and day; empty where none is."""
    return frappe.db.get_value(RESPONSE, {"response_key": doc.response_key}, "name") or ""
