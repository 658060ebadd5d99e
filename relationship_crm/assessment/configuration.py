"""What a company decided: ladder, scoring models, who takes part. Read from DocTypes on a site, defaults in the preview."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from relationship_crm.engine.scores import Model, Term
from relationship_crm.engine.stages import Ladder
from relationship_crm.signals.base import Signal


@dataclass(frozen=True)
class ModelChoice:
    """A scoring model and where it applies; empty = everywhere."""

    model: Model
    customer_group: str = ""
    territory: str = ""


@dataclass(frozen=True)
class Configuration:
    """Everything an assessment depends on besides the ledger and the day."""

    ladder: Ladder
    models: tuple[ModelChoice, ...]  # the first is the default
    signals: Mapping[str, Signal]
    purchase_basis: str = "Sales Invoice"
    shortest_gap: float = 7.0
    include_leads: bool = True
    include_prospects: bool = True
    lead_statuses_left_out: tuple[str, ...] = ()
    excluded_groups: tuple[str, ...] = ()
    excluded_customers: tuple[str, ...] = ()
    exclude_pos_customers: bool = True
    rates: Mapping[str, float] = field(default_factory=dict)  # company -> reporting currency
    reporting_currency: str = ""
    currencies: Mapping[str, str] = field(default_factory=dict)  # company -> its own currency
    history_months: int = 24  # how far back the history is kept


def model_of(signals: Iterable[Signal], name: str = "Standard", **options: float) -> Model:
    """The scoring model that takes every signal as it comes."""
    terms = tuple(
        Term(s.key, dimension, s.weight, s.half_life, s.cap, s.maturing)
        for s in signals
        for dimension in s.dimensions
    )
    return Model(name, terms, **options)


def lineage(name: str, parents: Mapping[str, str]) -> list[str]:
    """A tree node and its ancestors, nearest first; a loop in bad data ends the walk."""
    found: list[str] = []
    while name and name not in found:
        found.append(name)
        name = parents.get(name, "")
    return found


def choose_model(models: Iterable[ModelChoice], groups: list[str], territories: list[str]) -> int:
    """Position of the model for a party: the nearest in the trees of customer group and territory wins.

    `groups` and `territories` are the party's lineage, nearest first. A model for both must match both; a distance in
    the customer group counts before one in the territory; without a match the first model (the default) applies.
    """
    best, position = None, 0
    for i, choice in enumerate(models):
        if not (choice.customer_group or choice.territory):
            continue
        if choice.customer_group and choice.customer_group not in groups:
            continue
        if choice.territory and choice.territory not in territories:
            continue
        far = len(groups) + len(territories) + 1
        distance = (
            groups.index(choice.customer_group) if choice.customer_group else far,
            territories.index(choice.territory) if choice.territory else far,
        )
        if best is None or distance < best:
            best, position = distance, i
    return position
