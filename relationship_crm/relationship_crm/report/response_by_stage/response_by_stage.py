"""Who responds to campaigns, by the stage people stood in when they were contacted; and which variant did better."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import frappe
from frappe import _

from relationship_crm.campaigns import by_stage, choosing
from relationship_crm.campaigns.by_stage import Person, Tally
from relationship_crm.campaigns.sight import Sight
from relationship_crm.relationship_crm.report import rows

STAGE, VARIANT, CHANNEL, KIND = "Stage", "Variant", "Channel", "Kind"
RATE, WELCOME = "#1f6b5c", "#a9cdbf"


def execute(filters: dict[str, Any] | None = None) -> tuple:
    """Columns, rows, message, chart, summary."""
    filters = frappe._dict(filters or {})
    view = filters.view if filters.view in (STAGE, VARIANT, CHANNEL, KIND) else STAGE
    first, last = choosing.period(filters)
    sight = Sight()
    chosen = {row.name: row for row in choosing.campaigns(filters)}
    people = by_stage.people(list(chosen), first, last, sight)
    if filters.channel:
        people = [one for one in people if one.channel == filters.channel]
    data = _variants(people, chosen) if view == VARIANT else _groups(people, chosen, view)
    return columns(view), data, message(people, sight), chart(data, view), summary(people)


def _groups(people: Sequence[Person], chosen: dict[str, frappe._dict], view: str) -> list[frappe._dict]:
    """A row a stage (in the order of the ladder), channel or kind of campaign."""
    if view == KIND:
        kinds: dict[str, list[Person]] = {}
        for one in people:
            kinds.setdefault(chosen[one.campaign].kind, []).append(one)
        found = {kind: _whole(of) for kind, of in kinds.items()}
    else:
        attribute = "stage" if view == STAGE else "channel"
        found = {key[0]: tally for key, tally in by_stage.tallies(people, attribute).items()}
    order = sorted(found, key=lambda name: (found[name].rung if view == STAGE else 0, name))
    return [_row(_(name) if name else _("Not set"), found[name]) for name in order]


def _variants(people: Sequence[Person], chosen: dict[str, frappe._dict]) -> list[frappe._dict]:
    """A row a variant, wave by wave; each compared with the first of its wave."""
    contests = by_stage.contests(people)
    titles = _titles(sorted({activity for _campaign, activity in contests}))
    data = []
    for (campaign, activity), variants in contests.items():
        first = next(iter(variants))
        for name, tally in variants.items():
            row = _row(name, tally)
            row.update(name=campaign, title=chosen[campaign].title, wave=titles.get(activity, activity))
            if name != first:
                effect = by_stage.compared(tally, variants[first])
                row.verdict = by_stage.in_words(name, first, effect, _)
            data.append(row)
    return data


def _row(group: str, tally: Tally) -> frappe._dict:
    share = tally.rate
    known = share.known
    return frappe._dict(
        group=group,
        contacted=tally.contacted,
        responded=tally.responded,
        welcome=tally.welcome,
        rate=share.value if known else None,
        low=share.low if known else None,
        high=share.high if known else None,
    )


def _titles(activities: list[str]) -> dict[str, str]:
    found = frappe.get_all(
        "Campaign Activity",
        filters={"name": ["in", activities]},
        fields=["name", "title"],
        order_by="name asc",
    )
    return {row.name: row.title or row.name for row in found}


def _whole(people: Sequence[Person]) -> Tally:
    """Everybody once a campaign."""
    whole = Tally()
    for tally in by_stage.tallies(people, "campaign").values():
        whole.contacted += tally.contacted
        whole.responded += tally.responded
        whole.welcome += tally.welcome
    return whole


def columns(view: str) -> list[dict[str, Any]]:
    """The columns of the chosen view."""
    column = rows.column
    names = {STAGE: _("Stage Then"), VARIANT: _("Variant"), CHANNEL: _("Channel"), KIND: _("Kind")}
    before = (
        [
            column("title", _("Campaign"), "Data", 200),
            column("wave", _("Wave"), "Data", 180),
        ]
        if view == VARIANT
        else []
    )
    after = (
        [
            column("verdict", _("Compared With the First"), "Data", 520),
            column("name", _("Name"), "Link", 120, options="Relationship Campaign"),
        ]
        if view == VARIANT
        else []
    )
    return [
        *before,
        column("group", names[view], "Data", 170),
        column("contacted", _("Contacted"), "Int", 100),
        column("responded", _("Responded"), "Int", 105),
        column("rate", _("Response Rate"), "Percent", 125),
        column("low", _("From", context="Interval"), "Percent", 85),
        column("high", _("To", context="Interval"), "Percent", 85),
        column("welcome", _("Want More"), "Int", 105),
        *after,
    ]


def message(people: Sequence[Person], sight: Sight) -> str | None:
    """What is counted, and what was left out."""
    if not people:
        return choosing.paragraphs(_("Nobody was contacted by these campaigns in this period."), sight.note())
    counted = _(
        "People, each once a campaign, in the stage in which they stood when they were contacted. From and To: 95 % interval."
    )
    return choosing.paragraphs(counted, sight.note())


def chart(data: Sequence[frappe._dict], view: str) -> dict[str, Any]:
    """Response rates of the groups."""
    found = [row for row in data if row.rate is not None]
    if not found:
        return rows.no_bars()
    names = [f"{row.wave}: {row.group}" if view == VARIANT else row.group for row in found]
    wanted = [rows.share(row.welcome, row.contacted) for row in found]
    return rows.bars(
        names,
        {
            _("Responded"): [round(row.rate, 1) for row in found],
            _("Want More"): [round(x, 1) for x in wanted],
        },
        colors=(RATE, WELCOME),
        fieldtype="Percent",
    )


def summary(people: Sequence[Person]) -> list[dict[str, Any]]:
    """The figures above the chart."""
    whole = _whole(people)
    return [
        {"label": _("Contacted"), "value": whole.contacted, "datatype": "Int"},
        {"label": _("Responded"), "value": whole.responded, "datatype": "Int"},
        {
            "label": _("Response Rate"),
            "value": rows.percent(whole.rate.value) if whole.contacted else "–",
            "datatype": "Data",
        },
        {"label": _("Want More"), "value": whole.welcome, "datatype": "Int"},
    ]
