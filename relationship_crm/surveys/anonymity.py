"""How answers to an anonymous survey are put together, so that no figure says what one person answered.

Whoever may choose filters freely gets at a single answer by subtracting: the result of a quarter less that of the same
quarter without its last day; of a territory less that of one of its two sales people; of today less that of yesterday.
Hiding small results does not help against it. So figures are not made of answers but of *blocks* of answers:

- every answer is in one block at most, and a block holds at least `minimum` answers;
- a block is all the answers of one group (e.g. a territory) over whole months. A group that has too few at a month's end
  waits for the next month. What has waited for half a year is put together with other small groups into a mixed block,
  which counts in the whole and in no group;
- a block once made never changes: it depends on the months up to its last one alone. Answers of the month that is not over
  are in none, and none is taken into a month that is (surveys/answers.py);
- a filter takes whole blocks or leaves them. There is one dimension of groups a survey, chosen before the first answer.

Hence whatever is shown, on whatever day, with whatever filters, to however many people, is a sum over blocks. So is every sum
and difference of what is shown: an attacker gets at the sum of a block and never inside it. That also does what
complementary suppression is for: a hidden group is not the whole less the groups that are shown, because it is not in the
whole.

What no minimum group can do: a block in which all answered alike tells what each of them answered; and who answers under
several names, or brings answers by an import, knows those and may subtract them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: The least that a survey can promise; of two, each knows what the other said.
LEAST = 3
#: After so many months a small group's answers are put together with those of others.
PATIENCE = 6


@dataclass(frozen=True)
class Answer:
    """One answer: a month as `year * 12 + month - 1`, the group it belongs to, and where to find it."""

    month: int
    group: str
    place: int


@dataclass(frozen=True)
class Block:
    """Answers that are shown together or not at all; `group` is None where they are of several groups."""

    group: str | None
    first: int
    last: int
    places: tuple[int, ...]


def blocks(answers: Iterable[Answer], minimum: int, month: int) -> list[Block]:
    """The blocks of answers to one question that are complete before `month`, oldest first.

    Blocks of an earlier month are the same whatever comes later.
    """
    minimum = max(minimum, LEAST)
    by_month: dict[int, list[Answer]] = {}
    for answer in answers:
        if answer.month < month:
            by_month.setdefault(answer.month, []).append(answer)
    if not by_month:
        return []
    made: list[Block] = []
    waiting: dict[str, list[Answer]] = {}
    for now in range(min(by_month), month):
        for answer in by_month.get(now, ()):
            waiting.setdefault(answer.group, []).append(answer)
        for group in sorted(name for name, own in waiting.items() if len(own) >= minimum):
            made.append(_block(group, waiting.pop(group), now))
        rest = [answer for own in waiting.values() for answer in own]
        if len(rest) >= minimum and min(answer.month for answer in rest) <= now - PATIENCE + 1:
            made.append(_block(None, rest, now))
            waiting.clear()
    return made


def _block(group: str | None, answers: Sequence[Answer], last: int) -> Block:
    return Block(
        group, min(answer.month for answer in answers), last, tuple(sorted(a.place for a in answers))
    )


def chosen(
    made: Iterable[Block],
    first: int | None = None,
    last: int | None = None,
    groups: Iterable[str] | None = None,
) -> list[Block]:
    """The blocks that lie wholly within these months and these groups; mixed ones only where no groups are named."""
    wanted = None if groups is None else set(groups)
    return [
        block
        for block in made
        if (first is None or block.first >= first)
        and (last is None or block.last <= last)
        and (wanted is None or block.group in wanted)
    ]
