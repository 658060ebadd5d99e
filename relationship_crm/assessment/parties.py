"""Who takes part, and under which names the ledger knows them.

A relationship follows its party: a Lead that became a Prospect or a Customer is the same relationship, and everything
recorded under the earlier name still counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from relationship_crm.assessment.configuration import Configuration, choose_model, lineage
from relationship_crm.ledger.database import Ledger, Queries
from relationship_crm.ledger.dialect import InList, column, query, table

Key = tuple[str, str]  # party type, name


@dataclass
class Parties:
    """The relationships of a run in the order of its arrays, sorted by scoring model."""

    keys: list[Key] = field(default_factory=list)
    title: list[str] = field(default_factory=list)
    group: list[str] = field(default_factory=list)
    territory: list[str] = field(default_factory=list)
    manager: list[str] = field(default_factory=list)
    disabled: list[bool] = field(default_factory=list)
    lead: list[str] = field(default_factory=list)
    prospect: list[str] = field(default_factory=list)
    model: list[int] = field(default_factory=list)
    position: dict[Key, int] = field(default_factory=dict)  # every name the ledger may use

    def __len__(self) -> int:
        return len(self.keys)

    def find(self, party_type: str, party: str) -> int:
        """Position of the relationship a document belongs to, -1 where the party takes no part."""
        found = self.position.get((party_type, party))
        if found is None and party:
            found = self.position.get((party_type, party.casefold()))
        return -1 if found is None else found

    def find_all(self, party_types: Iterable[str], parties: Iterable[str]) -> list[int]:
        """The same for many at once; who is named twice is looked up once."""
        known = dict(self.position)
        found = []
        for key in zip(party_types, parties, strict=False):  # one party type may be repeated for all
            position = known.get(key)
            if position is None:
                position = known[key] = self.find(*key)
            found.append(position)
        return found

    def names(self) -> dict[str, list[str]]:
        """All names by party type, as the queries' run-time lists want them."""
        from relationship_crm.signals.base import LISTS

        lists: dict[str, list[str]] = {name: [] for name in LISTS.values()}
        for (party_type, party), _position in self.position.items():
            lists[LISTS[party_type]].append(party)
        return lists


@dataclass(frozen=True)
class _Row:
    key: Key
    title: str
    group: str
    territory: str
    manager: str = ""
    disabled: bool = False
    lead: str = ""
    prospect: str = ""


def load_parties(
    ledger: Ledger, configuration: Configuration, queries: Queries, only: Iterable[Key] | None = None
) -> Parties:
    """The relationships that take part, all of them or those of the documents' parties in `only`."""
    keys = None if only is None else _closure(ledger, queries, only)
    customers = _customers(ledger, queries, keys)
    prospects = _prospects(ledger, queries, keys)
    leads = _leads(ledger, queries, keys)
    members = _members(ledger, queries, keys)
    left_out = _left_out(ledger, configuration, queries)
    rows: list[_Row] = []
    alias: dict[Key, Key] = {}
    chosen = configuration.models
    group_parents, territory_parents = {}, {}
    if configuration.excluded_groups or any(choice.customer_group for choice in chosen):
        group_parents = _tree(ledger, queries, "Customer Group", "parent_customer_group")
    if any(choice.territory for choice in chosen):
        territory_parents = _tree(ledger, queries, "Territory", "parent_territory")
    excluded_groups = set(configuration.excluded_groups)
    for name, title, group, territory, manager, disabled, lead, prospect in customers:
        own = ("Customer", name)
        for other in (("Lead", lead), ("Prospect", prospect)):
            if other[1]:
                alias.setdefault(other, own)
        if name in left_out or (
            excluded_groups and excluded_groups & set(lineage(group or "", group_parents))
        ):
            alias[own] = ("", "")
            continue
        rows.append(
            _Row(
                own,
                title or name,
                group or "",
                territory or "",
                manager or "",
                bool(disabled),
                lead or "",
                prospect or "",
            )
        )
    for name, title, group, territory in prospects:
        own = ("Prospect", name)
        if own not in alias and configuration.include_prospects:
            rows.append(_Row(own, title or name, group or "", territory or ""))
    for prospect, lead in members:
        own = ("Prospect", prospect)
        alias.setdefault(("Lead", lead), alias.get(own, own))
    taken = set(configuration.lead_statuses_left_out)
    for name, title, company, territory, status in leads:
        own = ("Lead", name)
        if own not in alias and configuration.include_leads and status not in taken:
            rows.append(_Row(own, company or title or name, "", territory or ""))
    return _arrange(rows, alias, configuration, group_parents, territory_parents)


def _arrange(
    rows: list[_Row],
    alias: Mapping[Key, Key],
    configuration: Configuration,
    group_parents: Mapping[str, str],
    territory_parents: Mapping[str, str],
) -> Parties:
    chosen: dict[tuple[str, str], int] = {}
    for row in rows:
        place = (row.group, row.territory)
        if place not in chosen:
            chosen[place] = choose_model(
                configuration.models,
                lineage(row.group, group_parents),
                lineage(row.territory, territory_parents),
            )
    rows.sort(key=lambda row: (chosen[(row.group, row.territory)], row.key))
    parties = Parties()
    first_lead: dict[Key, str] = {}
    for other, own in alias.items():
        if other[0] == "Lead":
            first_lead.setdefault(own, other[1])
    for i, row in enumerate(rows):
        parties.keys.append(row.key)
        parties.title.append(row.title)
        parties.group.append(row.group)
        parties.territory.append(row.territory)
        parties.manager.append(row.manager)
        parties.disabled.append(row.disabled)
        parties.lead.append(row.key[1] if row.key[0] == "Lead" else row.lead or first_lead.get(row.key, ""))
        parties.prospect.append(row.key[1] if row.key[0] == "Prospect" else row.prospect)
        parties.model.append(chosen[(row.group, row.territory)])
        parties.position[row.key] = i
    for other, own in alias.items():
        if own in parties.position:
            parties.position.setdefault(other, parties.position[own])
    for (party_type, name), i in list(parties.position.items()):
        parties.position.setdefault((party_type, name.casefold()), i)
    return parties


def _closure(ledger: Ledger, queries: Queries, only: Iterable[Key]) -> dict[str, list[str]]:
    """All names connected with the given ones: the customer a lead became, the leads behind a prospect."""
    names: dict[str, set[str]] = {"Customer": set(), "Lead": set(), "Prospect": set()}
    for party_type, party in only:
        names[party_type].add(party)
    if names["Lead"] and ledger.has("Prospect Lead"):
        member = table("Prospect Lead")
        found = _rows(
            ledger,
            queries,
            "prospects of leads",
            lambda: query().from_(member).select(member.parent).where(InList(member.lead, "leads")),
            {"leads": names["Lead"]},
        )
        names["Prospect"].update(row[0] for row in found)
    for fieldname, kind in (("lead_name", "Lead"), ("prospect_name", "Prospect")):
        if names[kind]:
            customer = table("Customer")
            field_ = column(customer, fieldname)
            found = _rows(
                ledger,
                queries,
                f"customers by {fieldname}",
                lambda c=customer, f=field_: query().from_(c).select(c.name).where(InList(f, "names")),
                {"names": names[kind]},
            )
            names["Customer"].update(row[0] for row in found)
    if names["Customer"]:
        customer = table("Customer")
        found = _rows(
            ledger,
            queries,
            "origins of customers",
            lambda: (
                query()
                .from_(customer)
                .select(customer.lead_name, customer.prospect_name)
                .where(InList(customer.name, "names"))
            ),
            {"names": names["Customer"]},
        )
        for lead, prospect in found:
            names["Lead"].update([lead] if lead else [])
            names["Prospect"].update([prospect] if prospect else [])
    if names["Prospect"] and ledger.has("Prospect Lead"):
        member = table("Prospect Lead")
        found = _rows(
            ledger,
            queries,
            "leads of prospects",
            lambda: query().from_(member).select(member.lead).where(InList(member.parent, "prospects")),
            {"prospects": names["Prospect"]},
        )
        names["Lead"].update(row[0] for row in found if row[0])
    return {kind: sorted(found) for kind, found in names.items()}


def _rows(
    ledger: Ledger,
    queries: Queries,
    key: str,
    build: Any,
    arguments: Mapping[str, Iterable[str]] | None = None,
) -> Sequence[Sequence[Any]]:
    rendered = queries.get(("parties", key), build, ledger.dialect)
    return ledger.rows(rendered, {k: sorted(v) for k, v in (arguments or {}).items()})


def _listed(
    ledger: Ledger,
    queries: Queries,
    doctype: str,
    columns: Sequence[str],
    keys: Mapping[str, list[str]] | None,
    where: Any = None,
) -> Sequence[Sequence[Any]]:
    """Columns of a party's DocType, of all or of the given names."""
    if not ledger.has(doctype) or (keys is not None and not keys[doctype]):
        return ()

    def build() -> Any:
        t = table(doctype)
        statement = query().from_(t).select(*[column(t, c) for c in columns])
        if where is not None:
            statement = statement.where(where(t))
        if keys is not None:
            statement = statement.where(InList(t.name, "names"))
        return statement

    return _rows(
        ledger,
        queries,
        f"{doctype} {keys is None}",
        build,
        None if keys is None else {"names": keys[doctype]},
    )


def _customers(
    ledger: Ledger, queries: Queries, keys: Mapping[str, list[str]] | None
) -> Sequence[Sequence[Any]]:
    columns = (
        "name",
        "customer_name",
        "customer_group",
        "territory",
        "account_manager",
        "disabled",
        "lead_name",
        "prospect_name",
    )
    return _listed(ledger, queries, "Customer", columns, keys, lambda t: t.is_internal_customer == 0)


def _prospects(
    ledger: Ledger, queries: Queries, keys: Mapping[str, list[str]] | None
) -> Sequence[Sequence[Any]]:
    return _listed(ledger, queries, "Prospect", ("name", "company_name", "customer_group", "territory"), keys)


def _leads(ledger: Ledger, queries: Queries, keys: Mapping[str, list[str]] | None) -> Sequence[Sequence[Any]]:
    return _listed(
        ledger, queries, "Lead", ("name", "lead_name", "company_name", "territory", "status"), keys
    )


def _members(
    ledger: Ledger, queries: Queries, keys: Mapping[str, list[str]] | None
) -> Sequence[Sequence[Any]]:
    if not ledger.has("Prospect Lead") or (keys is not None and not keys["Prospect"]):
        return ()
    member = table("Prospect Lead")

    def build() -> Any:
        statement = query().from_(member).select(member.parent, member.lead)
        return statement if keys is None else statement.where(InList(member.parent, "prospects"))

    arguments = None if keys is None else {"prospects": keys["Prospect"]}
    return _rows(ledger, queries, f"members {keys is None}", build, arguments)


def _left_out(ledger: Ledger, configuration: Configuration, queries: Queries) -> set[str]:
    """Customers that take no part: named ones, and the walk-in customers of POS Profiles."""
    names = set(configuration.excluded_customers)
    if configuration.exclude_pos_customers and ledger.has("POS Profile"):
        profile = table("POS Profile")
        found = _rows(
            ledger, queries, "walk-in", lambda: query().from_(profile).select(profile.customer).distinct()
        )
        names.update(row[0] for row in found if row[0])
    return names


def _tree(ledger: Ledger, queries: Queries, doctype: str, parent: str) -> dict[str, str]:
    if not ledger.has(doctype):
        return {}
    t = table(doctype)
    found = _rows(
        ledger, queries, f"tree {doctype}", lambda: query().from_(t).select(t.name, column(t, parent))
    )
    return {name: above or "" for name, above in found}
