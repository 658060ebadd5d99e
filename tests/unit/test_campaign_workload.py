"""Sharing work out: everything goes to somebody, what is theirs to its people, the rest evenly."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from relationship_crm.campaigns.workload import Work, share_out

PEOPLE = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 20), min_size=1)
WORKS = st.lists(
    st.builds(
        lambda key, size, preferred: Work(key, size, tuple(preferred)),
        st.integers(0, 10**6),
        st.integers(1, 5),
        st.lists(st.sampled_from("abcxyz"), max_size=2),
    ),
    unique_by=lambda work: work.key,
)


def loads(works: list[Work], given_: dict, load: dict[str, int]) -> Counter[str]:
    total = Counter(load)
    for work in works:
        total[given_[work.key]] += work.size
    return total


def test_by_hand() -> None:
    works = [Work("A", 1, ("b",)), Work("B", 3), Work("C", 1), Work("D", 2)]
    # b has its own A; B to a (0), D to b (1), C to a or b with 3 each: the first by name
    assert share_out(works, {"a": 0, "b": 0}) == {"A": "b", "B": "a", "D": "b", "C": "a"}


def test_the_second_choice_where_the_first_does_not_share() -> None:
    assert share_out([Work("A", 1, ("x", "b"))], {"a": 0, "b": 9}) == {"A": "b"}


def test_nobody_shares() -> None:
    assert share_out([Work("A")], {}) == {}


@given(WORKS, PEOPLE)
def test_everything_goes_to_somebody_who_shares(works: list[Work], load: dict[str, int]) -> None:
    found = share_out(works, load)
    assert set(found) == {work.key for work in works}
    assert set(found.values()) <= set(load)
    for work in works:
        wanted = [person for person in work.preferred if person in load]
        assert not wanted or found[work.key] == wanted[0]


@given(WORKS, PEOPLE, st.randoms())
def test_the_order_it_comes_in_does_not_matter(works: list[Work], load: dict[str, int], random) -> None:
    shuffled = list(works)
    random.shuffle(shuffled)
    assert share_out(works, load) == share_out(shuffled, dict(reversed(load.items())))


@given(st.lists(st.integers(1, 5)), PEOPLE)
def test_nobody_gets_more_while_others_have_less(sizes: list[int], load: dict[str, int]) -> None:
    works = [Work(number, size) for number, size in enumerate(sizes)]
    found = share_out(works, load)
    total = loads(works, found, load)
    for person in set(found.values()):
        smallest = min(work.size for work in works if found[work.key] == person)
        assert total[person] - smallest <= min(total[other] for other in load)
