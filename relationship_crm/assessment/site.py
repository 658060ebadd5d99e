"""The site's side of an assessment: configuration from DocTypes, the ledger, stored population figures."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

import frappe
from frappe.utils import cint, flt, get_datetime, getdate

from relationship_crm.assessment.configuration import Configuration, ModelChoice, model_of
from relationship_crm.assessment.population import GAP, Population, mean_kind
from relationship_crm.engine.dimensions import DIMENSIONS
from relationship_crm.engine.scores import Model, Term
from relationship_crm.engine.stages import Criterion, Ladder, Rung
from relationship_crm.ledger.database import Queries
from relationship_crm.ledger.site import SiteLedger
from relationship_crm.signals import standard_signals
from relationship_crm.signals.base import Signal
from relationship_crm.signals.desk import desk_signal
from relationship_crm.switches import forget_switches

CACHE_KEY = "relationship_crm_configuration"
#: DocTypes whose change makes the kept configuration stale.
SOURCES = (
    "Relationship CRM Settings",
    "Relationship Stage Model",
    "Relationship Stage",
    "Relationship Scoring Model",
    "Relationship Signal",
)

queries = Queries()


def forget_configuration(doc: Any = None, method: str | None = None, *args: Any) -> None:
    """Drop the kept configuration; called when one of its DocTypes changes."""
    frappe.cache.delete_value(CACHE_KEY)
    frappe.local.relationship_crm_configuration = None
    forget_switches()


def site_configuration() -> Configuration:
    """The configuration of this site, read from the desk's DocTypes and kept until one of them changes."""
    kept = getattr(frappe.local, "relationship_crm_configuration", None)
    if kept is None:
        raw = frappe.cache.get_value(CACHE_KEY, generator=_raw_configuration)
        kept = _build(raw, tuple(frappe.get_hooks("relationship_signals")))
        frappe.local.relationship_crm_configuration = kept
    return kept


def site_signals() -> dict[str, Signal]:
    """All signals of this site by key: the standard ones, other apps', the desk's."""
    return dict(site_configuration().signals)


def hook_signals(paths: Iterable[str]) -> list[Signal]:
    """Signals of other apps: each path names a Signal, a list of them, or a function returning either.

    Raises frappe.ValidationError where a path yields something else.
    """
    found: list[Signal] = []
    for path in paths:
        item = frappe.get_attr(path)
        item = item() if callable(item) and not isinstance(item, Signal) else item
        listed = [item] if isinstance(item, Signal) else list(item)
        for signal in listed:
            if not isinstance(signal, Signal):
                frappe.throw(frappe._("{0} in hook relationship_signals is not a signal").format(path))
            found.append(signal)
    return found


def _raw_configuration() -> str:
    """Everything from the database as JSON, so that the cache holds plain text."""
    settings = frappe.get_single("Relationship CRM Settings").as_dict()
    stages = frappe.get_all(
        "Relationship Stage",
        filters={"stage_model": settings.stage_model or ""},
        fields=["name", "stage_name", "rung", "color", "established", "description"],
        order_by="rung asc",
    )
    criteria = frappe.get_all(
        "Relationship Stage Criterion",
        filters={"parent": ["in", [s.name for s in stages] + [settings.stage_model or ""]]},
        fields=["parent", "measure", "operator", "threshold", "margin_up", "margin_down", "alternative"],
        order_by="parent asc, idx asc",
    )
    models = frappe.get_all(
        "Relationship Scoring Model",
        filters={"disabled": 0},
        fields=["name", "customer_group", "territory", "prior_weight", "group_weight", "neutral"],
        order_by="name asc",
    )
    models.sort(key=lambda model: model.name != settings.scoring_model)
    terms = frappe.get_all(
        "Relationship Scoring Model Signal",
        filters={"parent": ["in", [m.name for m in models]]},
        fields=["parent", "signal", "dimension", "enabled", "weight", "half_life", "cap"],
        order_by="parent asc, idx asc",
    )
    names = frappe.get_all("Relationship Signal", filters={"enabled": 1}, pluck="name", order_by="name asc")
    desk = [desk_row(frappe.get_doc("Relationship Signal", name)) for name in names]
    return json.dumps(
        {
            "settings": settings,
            "stages": stages,
            "criteria": criteria,
            "models": models,
            "terms": terms,
            "desk": desk,
            "rates": company_rates(settings.reporting_currency),
            "currencies": dict(
                frappe.get_all(
                    "Company", fields=["name", "default_currency"], as_list=True, order_by="name asc"
                )
            ),
        },
        default=str,
        sort_keys=True,
    )


def desk_row(doc: Any) -> dict[str, Any]:
    """A Relationship Signal's fields with what its DocType's meta says, as `desk_signal` wants them."""
    meta = frappe.get_meta(doc.document_type)
    party, date_field = meta.get_field(doc.party_field), meta.get_field(doc.date_field)
    dynamic = party is not None and party.fieldtype == "Dynamic Link"
    return {
        **doc.as_dict(),
        "submittable": cint(meta.is_submittable),
        "datetime_field": int(date_field is None or date_field.fieldtype == "Datetime"),
        "party_type_field": party.options if dynamic else "",
    }


def company_rates(reporting_currency: str | None) -> dict[str, float]:
    """Rate of each company's currency into the reporting currency, from stored Currency Exchange rows alone.

    The newest stored rate counts, in either direction; a company whose currency has none is left out, so that its
    amounts are not added up wrongly. Never asks a rate service (that would be a request to the internet).
    """
    companies = frappe.get_all("Company", fields=["name", "default_currency"], order_by="name asc")
    rates: dict[str, float] = {}
    for company in companies:
        rate = stored_rate(company.default_currency, reporting_currency)
        if rate:
            rates[company.name] = rate
    return rates


def stored_rate(from_currency: str | None, to_currency: str | None) -> float:
    """The newest stored rate from one currency to another, 0 where none is stored."""
    if not to_currency or from_currency == to_currency:
        return 1.0
    for source, target, inverse in ((from_currency, to_currency, False), (to_currency, from_currency, True)):
        found = frappe.get_all(
            "Currency Exchange",
            filters={"from_currency": source, "to_currency": target},
            fields=["exchange_rate"],
            order_by="date desc",
            limit=1,
        )
        if found and flt(found[0].exchange_rate):
            return 1 / flt(found[0].exchange_rate) if inverse else flt(found[0].exchange_rate)
    return 0.0


@lru_cache(maxsize=8)
def _build(raw: str, hooks: tuple[str, ...]) -> Configuration:
    data = json.loads(raw)
    settings = data["settings"]
    signals = {s.key: s for s in (*standard_signals(), *hook_signals(hooks))}
    for row in data["desk"]:
        signal = desk_signal(row)
        signals[signal.key] = signal
    standard = {s.key for s in standard_signals()}
    added = model_of(s for s in signals.values() if s.key not in standard).terms
    models = [_model(row, data["terms"], signals, added) for row in data["models"]]
    if not models:
        models = [ModelChoice(Model("", added))]
    models[0] = ModelChoice(models[0].model)
    criteria: dict[str, list[Criterion]] = {}
    for row in data["criteria"]:
        criteria.setdefault(row["parent"], []).append(
            Criterion(
                row["measure"],
                row["operator"],
                flt(row["threshold"]),
                flt(row["margin_up"]),
                flt(row["margin_down"]),
                cint(row["alternative"]),
            )
        )
    rungs = tuple(
        Rung(
            row["stage_name"],
            cint(row["rung"]),
            tuple(criteria.get(row["name"], ())),
            bool(row["established"]),
            row["color"] or "",
            row["description"] or "",
        )
        for row in data["stages"]
    )
    model_name = settings.get("stage_model") or ""
    return Configuration(
        ladder=Ladder(model_name, rungs, tuple(criteria.get(model_name, ()))),
        models=tuple(models),
        signals=signals,
        purchase_basis=settings.get("purchase_basis") or "Sales Invoice",
        shortest_gap=flt(settings.get("shortest_gap_days")) or 7.0,
        include_leads=bool(cint(settings.get("include_leads"))),
        include_prospects=bool(cint(settings.get("include_prospects"))),
        lead_statuses_left_out=tuple(
            s.strip() for s in (settings.get("lead_statuses_left_out") or "").splitlines() if s.strip()
        ),
        excluded_groups=tuple(r["customer_group"] for r in settings.get("excluded_customer_groups") or ()),
        excluded_customers=tuple(r["customer"] for r in settings.get("excluded_customers") or ()),
        exclude_pos_customers=bool(cint(settings.get("exclude_pos_customers"))),
        rates=data["rates"],
        reporting_currency=settings.get("reporting_currency") or "",
        currencies=data["currencies"],
        history_months=cint(settings.get("history_months")) or 24,
    )


def _model(
    row: dict[str, Any], terms: list[dict[str, Any]], signals: dict[str, Signal], added: tuple[Term, ...]
) -> ModelChoice:
    """A scoring model; a signal of the desk or of another app that it does not name counts with its own numbers."""
    own = [
        Term(
            t["signal"],
            t["dimension"],
            flt(t["weight"]),
            flt(t["half_life"]) or None,
            flt(t["cap"]),
            signals[t["signal"]].maturing,
        )
        for t in terms
        if t["parent"] == row["name"] and t["signal"] in signals and t["enabled"]
    ]
    named = {(t["signal"], t["dimension"]) for t in terms if t["parent"] == row["name"]}
    own += [t for t in added if (t.signal, t.dimension) not in named]
    model = Model(
        row["name"],
        tuple(own),
        flt(row["prior_weight"]) or 2.0,
        flt(row["group_weight"]),
        flt(row["neutral"]) / 100,
    )
    return ModelChoice(model, row["customer_group"] or "", row["territory"] or "")


def stored_population(groups: Iterable[str], neutral: float) -> Population:
    """The stored population figures of these customer groups, and of everybody where one of them has none."""
    segments = set(groups)
    rows = _population_rows(sorted(segments))
    if segments - {row[1] or "" for row in rows}:
        rows += _population_rows([""])
    return Population.from_rows(rows, neutral)


def _population_rows(segments: list[str]) -> tuple[tuple, ...]:
    yardstick = frappe.qb.DocType("Relationship Yardstick")
    kinds = [*(mean_kind(d) for d in DIMENSIONS), GAP]
    return (
        frappe.qb.from_(yardstick)
        .select(yardstick.kind, yardstick.segment, yardstick.month, yardstick.value)
        .where(yardstick.kind.isin(kinds) & yardstick.segment.isin(segments or [""]))
        .run()
    )


def site_ledger() -> SiteLedger:
    """The ledger of this site."""
    return SiteLedger()


def today() -> date:
    """Today in the site's time zone; the database server may live in another."""
    return getdate()


def now() -> Any:
    """Now in the site's time zone."""
    return get_datetime(frappe.utils.now())
