"""Sends what is due of a wave, all checks made while the addresses of a handful of people are locked (rest.py).

Mail goes to Frappe's queue in the same transaction that notes it as sent: both are kept, or neither. A gateway for text messages
cannot take anything back: what is written is committed before it is called.

`checkpoint` is the commit of whoever calls: a scheduler task or a run. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import frappe
from frappe.utils import cint, get_time, getdate, now_datetime

from relationship_crm.assessment.bulk import read_rows, write_rows
from relationship_crm.campaigns import consent, rest
from relationship_crm.campaigns.lot import is_open
from relationship_crm.campaigns.token import hash_of, token_of
from relationship_crm.campaigns.touches import (
    CONTROL,
    DOCTYPE,
    ENDED,
    FAILED,
    LEFT_OUT,
    MEMBER,
    RESTING,
    SENT,
    WAITING,
)
from relationship_crm.surveys.recipients import plain_number
from relationship_crm.tallies import Tallies

SETTINGS, CAMPAIGN = "Relationship CRM Settings", "Relationship Campaign"
#: Mails between two commits.
HANDFUL = 50
#: What sending changes of a touch.
CHANGED = (
    *("status", "reason", "touched_on", "send_on", "communication", "message_id"),
    *("delivery", "delivery_error", "token_hash"),
)
#: What the mailer says of somebody who unsubscribed with Frappe itself.
UNSUBSCRIBED = consent.OPTED_OUT

Checkpoint = Callable[[], Any]
Row = dict[str, Any]


@dataclass
class Counts(Tallies):
    """What became of touches that were due."""

    sent: int = 0
    left_out: int = 0
    postponed: int = 0
    failed: int = 0

    @property
    def all(self) -> int:
        """All that were looked at."""
        return self.sent + self.left_out + self.postponed + self.failed


@dataclass(frozen=True)
class Rules:
    """What holds for a round of sending, read once."""

    rest_days: int
    batch: int
    #: The last day of the campaign; None where it has none.
    last_day: date | None

    @classmethod
    def read(cls, campaign: str) -> Rules:
        """From the settings and the campaign."""
        settings = frappe.get_cached_doc(SETTINGS)
        end = frappe.db.get_value(CAMPAIGN, campaign, "end_date")
        return cls(rest.rest_days(), cint(settings.campaign_batch_size) or 500, getdate(end) if end else None)


def send_due(
    activity: Any,
    checkpoint: Checkpoint,
    step: Callable[[Counts], bool] = lambda _counts: True,
    clock: Callable[[], datetime] = now_datetime,
) -> Counts:
    """Send what is due of an activity, as long as its window is open. `step` hears of progress and may end it."""
    from relationship_crm.campaigns.delivery import way_of

    rules, counts, way = Rules.read(activity.campaign), Counts(), None
    while in_window(activity, clock()) and (names := due(activity.name, getdate(clock()), rules.batch)):
        way = way or way_of(activity)
        before = counts.all
        for handful in handfuls(names, way.size):
            if not in_window(activity, clock()):
                return counts
            counts.add(deliver(activity, handful, rules, way, checkpoint, clock()))
            checkpoint()
            if not step(counts):
                return counts
        if counts.all == before:
            break
    return counts


def in_window(activity: Any, moment: datetime) -> bool:
    """Whether the activity's window is open."""
    hours = (activity.send_from, activity.send_until) if activity.in_window else (None, None)
    begins, ends = (get_time(value) if value else None for value in hours)
    return is_open(moment, begins, ends, bool(activity.weekdays_only))


def due(activity: str, day: date, limit: int) -> list[str]:
    """Names of waiting touches whose day has come, at most a batch (0: all), oldest first."""
    t = frappe.qb.DocType(DOCTYPE)
    waiting = (t.activity == activity) & (t.status == WAITING) & (t.send_on <= day)
    query = frappe.qb.from_(t).select(t.name).where(waiting)
    query = query.orderby(t.send_on).orderby(t.name)
    return (query.limit(limit) if limit else query).run(pluck=True)


def handfuls(names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Touches sent between two commits."""
    for start in range(0, len(names), size):
        yield names[start : start + size]


def deliver(
    activity: Any, names: Sequence[str], rules: Rules, way: Any, checkpoint: Checkpoint, moment: datetime
) -> Counts:
    """Send a handful of touches on their way, all checks made while their addresses are locked."""
    able, counts = examine(activity, names, rules, moment)
    if able:
        sent, failed = way.send(able, moment, checkpoint)
        rest.contacted([rest.address_used(row) for row in sent], moment)
        refused = [row for row in failed if row["status"] == LEFT_OUT]
        write([*sent, *failed])
        counts.add(Counts(len(sent), len(refused), 0, len(failed) - len(refused)))
    return counts


def examine(activity: Any, names: Sequence[str], rules: Rules, moment: datetime) -> tuple[list[Row], Counts]:
    """Lock a handful of touches and the addresses of their people; those that may be sent now, the rest being seen to.

    Who has to be left out is, with the reason. Who was contacted too short a time ago waits, unless the campaign ends before.
    """
    known = rest.known(address for row in _addresses(names) for address in rest.addresses_of(row))
    rows = lock(names)
    reasons = consent.unwilling(rows)
    control = of_control_group(rows)
    able, others, used, counts = [], [], set(), Counts()
    for row in rows:
        address = rest.address_used(row)
        reason = _refusal(row, address, known, reasons, control, rules, moment)
        last = rest.later(*(known[one].last_contacted_on for one in rest.addresses_of(row) if one in known))
        resting = address in used or rest.is_resting(last, moment, rules.rest_days)
        if reason:
            others.append(row | {"status": LEFT_OUT, "reason": reason})
            counts.left_out += 1
        elif resting and rules.rest_days:
            others.append(
                _later(row, rest.rested_on(moment if address in used else last, rules.rest_days), rules)
            )
            waits = others[-1]["status"] == WAITING
            counts.add(Counts(postponed=int(waits), left_out=int(not waits)))
        else:
            used.add(address)
            before = known.get(address, rest.NOTHING)
            able.append(row | {"contacted_before": before.last_contacted_on})
    write(others)
    return able, counts


def _refusal(
    row: Row,
    address: str,
    known: Mapping[str, rest.Known],
    reasons: Mapping[str, str],
    control: set[str],
    rules: Rules,
    moment: datetime,
) -> str:
    """Why a touch is not sent at all; empty where it may be."""
    if row["name"] in control:
        return CONTROL
    if any(known[one].no_campaigns for one in {address, rest.addresses_of(row)[0]} if one in known):
        return consent.OPTED_OUT
    if rules.last_day and moment.date() > rules.last_day:
        return RESTING if row["reason"] == RESTING else ENDED
    return reasons.get(row["name"], "")


def _later(row: Row, day: date, rules: Rules) -> Row:
    """A touch that waits until a day, or is given up where the campaign ends before."""
    if rules.last_day and day > rules.last_day:
        return row | {"status": LEFT_OUT, "reason": RESTING}
    return row | {"send_on": day, "reason": RESTING}


def of_control_group(rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Those of these touches, by name, whose address belongs to somebody of their campaign's control group. One query."""
    emails = [row["email"] for row in rows if row["email"]]
    numbers = [row["mobile_no"] for row in rows if row["mobile_no"]]
    keys = {address for row in rows for address in rest.addresses_of(row)}
    if not keys:
        return set()
    m = frappe.qb.DocType(MEMBER)
    theirs = m.email.isin([*emails, ""]) | m.mobile_no.isin([*numbers, ""]) | m.person_key.isin(sorted(keys))
    of_theirs = m.campaign.isin(sorted({row["campaign"] for row in rows})) & (m.arm == "Control")
    query = frappe.qb.from_(m).select(m.campaign, m.email, m.mobile_no, m.person_key)
    found = {
        (campaign, address)
        for campaign, email, number, key in query.where(of_theirs & theirs).run()
        for address in ((email or "").lower(), plain_number(number or ""), key or "")
        if address
    }
    return {row["name"] for row in rows if (row["campaign"], rest.address_used(row)) in found}


def _addresses(names: Sequence[str]) -> list[Row]:
    columns = ("email", "mobile_no", "party_type", "party")
    return [dict(zip(columns, row, strict=True)) for row in read_rows(DOCTYPE, columns, "name", names)]


def lock(names: Sequence[str]) -> list[Row]:
    """The touches as they are now, locked; those that do not wait any more are left out. In the order given."""
    t = frappe.qb.DocType(DOCTYPE)
    query = frappe.qb.from_(t).select("*").where(t.name.isin(list(names))).orderby(t.name).for_update()
    rows = {row["name"]: row for row in query.run(as_dict=True) if row["status"] == WAITING}
    return [rows[name] for name in names if name in rows]


def write(rows: Sequence[Row]) -> None:
    """Write down what became of touches: one statement."""
    columns = ("name", *CHANGED)
    write_rows(DOCTYPE, columns, [[row[column] for column in columns] for row in rows], update=CHANGED)


def as_sent(row: Row, moment: datetime, **more: Any) -> Row:
    """A touch that was handed over."""
    return row | {
        "status": SENT,
        "reason": "",
        "touched_on": moment,
        "delivery_error": "",
        # the site's key may have changed since
        "token_hash": hash_of(token_of(row["name"])),
        **more,
    }


def as_failed(row: Row, error: Exception) -> Row:
    """A touch that could not be handed over; the error without its link."""
    text = f"{type(error).__name__}: {error}".replace(token_of(row["name"]), "…")[:500]
    frappe.clear_last_message() if frappe.message_log else None
    return row | {"status": FAILED, "touched_on": None, "delivery": "Error", "delivery_error": text}
