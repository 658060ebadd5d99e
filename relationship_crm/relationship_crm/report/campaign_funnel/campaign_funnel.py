"""How far campaigns, waves or variants came: from the list to the payment, and the money on the way."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from relationship_crm.campaigns import choosing, funnel
from relationship_crm.campaigns.funnel import BY, STEPS, Funnel
from relationship_crm.campaigns.sight import Sight
from relationship_crm.relationship_crm.report import rows

CAMPAIGN, WAVE, VARIANT = BY
COLOUR = "#1f6b5c"
#: Steps that are documents, with money in them.
DOCUMENTS = ("quoted", "ordered", "invoiced", "paid")


def labels() -> dict[str, str]:
    """The steps as they are called."""
    return {
        "listed": _("Listed"),
        "contacted": _("Contacted"),
        "reached": _("Reached"),
        "responded": _("Responded"),
        "quoted": _("Quoted"),
        "ordered": _("Ordered"),
        "invoiced": _("Invoiced"),
        "paid": _("Paid"),
    }


def execute(filters: dict[str, Any] | None = None) -> tuple:
    """Columns, rows, message, chart, summary."""
    filters = frappe._dict(filters or {})
    company, by = choosing.company(filters), filters.by if filters.by in BY else CAMPAIGN
    currency = frappe.get_cached_value("Company", company, "default_currency")
    sight = Sight()
    chosen = choosing.campaigns(filters)
    found = funnel.read(chosen, by, choosing.day(filters), sight)
    if by != CAMPAIGN:  # touches of no activity are in no wave, and what has no variant is in none
        found = [one for one in found if all(one.key[1:])]
    titles = {row.name: row.title for row in chosen}
    waves = _waves(found) if by != CAMPAIGN else {}
    data = [_row(one, titles, waves, currency) for one in found]
    return columns(by), data, message(sight), chart(found), summary(found, currency)


def _row(one: Funnel, titles: dict[str, str], waves: dict[str, frappe._dict], currency: str) -> frappe._dict:
    campaign, *more = one.key
    row = frappe._dict(name=campaign, title=titles[campaign], currency=currency, **one.steps)
    row.update({f"{step}_share": one.share(step) for step in STEPS})
    row.update({f"{step}_money": one.money.get(step, 0.0) for step in DOCUMENTS})
    if more:
        wave = waves.get(more[0], frappe._dict())
        row.update(activity=more[0], wave=wave.title or more[0], channel=_(wave.channel or ""))
        row.variant = more[1] if len(more) > 1 else ""
    return row


def _waves(found: list[Funnel]) -> dict[str, frappe._dict]:
    """Title and channel of the activities by name."""
    names = sorted({one.key[1] for one in found})
    rows = frappe.get_all(
        "Campaign Activity",
        filters={"name": ["in", names]},
        fields=["name", "title", "channel"],
        order_by="name asc",
    )
    return {row.name: row for row in rows}


def columns(by: str) -> list[dict[str, Any]]:
    """The columns: steps with their share of those contacted, then the money."""
    names = labels()
    column = rows.column
    found = [column("title", _("Campaign"), "Data", 200)]
    if by != CAMPAIGN:
        found += [column("wave", _("Wave"), "Data", 170), column("channel", _("Channel"), "Data", 85)]
    if by == VARIANT:
        found.append(column("variant", _("Variant"), "Data", 75))
    for step in STEPS:
        found.append(column(step, names[step], "Int", 95))
        if step != "listed":
            found.append(column(f"{step}_share", "%", "Percent", 75))
    found += [rows.money(f"{step}_money", _("{0}: Amount").format(names[step]), 145) for step in DOCUMENTS]
    return [
        *found,
        column("name", _("Name"), "Link", 120, options="Relationship Campaign"),
        rows.currency_column(),
    ]


def message(sight: Sight) -> str | None:
    """What is counted."""
    counted = _(
        "Customers, leads and prospects, each once. Documents are those from the first touch until the last day that counts for the effect; they followed the contact, which is not to say that it caused them."
    )
    return choosing.paragraphs(counted, sight.note())


def _whole(found: list[Funnel]) -> dict[str, int]:
    return {step: sum(one.steps[step] for one in found) for step in STEPS}


def chart(found: list[Funnel]) -> dict[str, Any] | None:
    """All that is shown, step by step."""
    if not found:
        return None
    whole, names = _whole(found), labels()
    return rows.bars(
        [names[step] for step in STEPS],
        {_("Customers, Leads, Prospects"): list(whole.values())},
        colors=(COLOUR,),
    )


def summary(found: list[Funnel], currency: str) -> list[dict[str, Any]]:
    """The figures above the chart."""
    whole = _whole(found)
    share = rows.percent(rows.share(whole["responded"], whole["contacted"])) if whole["contacted"] else "–"
    money = {"datatype": "Currency", "currency": currency}
    return [
        {"label": _("Contacted"), "value": whole["contacted"], "datatype": "Int"},
        {"label": _("Response Rate"), "value": share, "datatype": "Data"},
        {
            "label": _("Invoiced"),
            "value": sum(one.money.get("invoiced", 0.0) for one in found),
            **money,
        },
        {"label": _("Paid"), "value": sum(one.money.get("paid", 0.0) for one in found), **money},
    ]
