"""Who brought whom: chains, circles, first-year revenue, by hand."""

from __future__ import annotations

from relationship_crm.advocacy.chain import chain_of, children_of, closes_circle, first_year

#      Ada ── Bea ── Cid ── Dan
#        └─── Eve ────┘
EDGES = [("Ada", "Bea"), ("Ada", "Eve"), ("Bea", "Cid"), ("Eve", "Cid"), ("Cid", "Dan"), ("Ada", "Bea")]


def test_children_are_listed_once() -> None:
    assert children_of(EDGES) == {"Ada": ["Bea", "Eve"], "Bea": ["Cid"], "Eve": ["Cid"], "Cid": ["Dan"]}


def test_a_chain_holds_everybody_once() -> None:
    children = children_of(EDGES)
    assert chain_of("Ada", children) == {"Bea", "Eve", "Cid", "Dan"}
    assert chain_of("Eve", children) == {"Cid", "Dan"}
    assert chain_of("Dan", children) == set()


def test_a_circle_that_came_in_by_import_ends() -> None:
    children = children_of([("Ada", "Bea"), ("Bea", "Ada")])
    assert chain_of("Ada", children) == {"Bea"}


def test_circles() -> None:
    parents = {"Bea": ["Ada"], "Eve": ["Ada"], "Cid": ["Bea", "Eve"], "Dan": ["Cid"]}
    assert closes_circle("Ada", "Ada", parents)
    assert closes_circle("Dan", "Ada", parents)
    assert closes_circle("Cid", "Eve", parents)
    assert not closes_circle("Ada", "Dan", parents)  # brought twice is no circle
    assert not closes_circle("Eve", "Bea", parents)


def test_first_year() -> None:
    rows = [("Bea", 100, 50.0), ("Bea", 464, 30.0), ("Bea", 465, 20.0), ("Bea", 464, -10.0), ("Cid", 7, 5.0)]
    assert first_year(rows) == {"Bea": (70.0, 90.0), "Cid": (5.0, 5.0)}
    assert first_year([]) == {}
