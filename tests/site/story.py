"""One customer's year in real documents, from the first mail to a merger; other parties stand beside it.

Played day by day: after each day everything entered on it is dated to that day, `creation` and `modified` too, as if the
clock of the site had stood there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import frappe
from arithmetic import day
from steps import STEPS, Step, Story

from relationship_crm.assessment.compute import Assessment
from relationship_crm.assessment.everybody import assess_everybody
from relationship_crm.assessment.run import assessment_of
from relationship_crm.assessment.site import site_configuration, site_ledger
from relationship_crm.engine.dimensions import DIMENSIONS

Key = tuple[str, str]


def play(
    steps: list[Step], after_step: Callable[[Story, Step], None], after_day: Callable[[Story, date], None]
) -> Story:
    """Run the steps in order; `after_day` is called for every day from the first to the last."""
    story, started, waiting = Story(), frappe.utils.now(), list(steps)
    today, last = day(steps[0].on), day(steps[-1].on)
    while today <= last:
        story.day = today.strftime("%m-%d")
        while waiting and day(waiting[0].on) == today:
            step = waiting.pop(0)
            step.do(story)
            story.stamp(started)
            after_step(story, step)
        after_day(story, today)
        today += timedelta(days=1)
    return story


@dataclass(frozen=True)
class Look:
    """What the app says about a party as of a day; scores 0..1, None = unknown."""

    stage: str
    dissolution: bool
    purchases: int
    scores: dict[str, float | None]
    confidence: dict[str, float]
    trust: float | None
    engagement: float | None
    composite: float | None
    early: float | None
    established: float | None
    means: dict[str, float]


def look(assessment: Assessment, key: Key) -> Look | None:
    """The last point of an assessment for one party; None where it takes no part."""
    place = assessment.parties.find(*key)
    if place < 0:
        return None
    detail = next(x for x in assessment.details() if x.start <= place < x.stop)
    p, made = place - detail.start, detail.composites

    def known(value: float) -> float | None:
        return None if value != value else float(value)

    return Look(
        stage=assessment.configuration.ladder.named(int(detail.rung[p, -1])),
        dissolution=bool(detail.fold.dissolution[p, -1]),
        purchases=int(detail.buying.purchases[p, -1]),
        scores={name: known(detail.value[i, p, -1]) for i, name in enumerate(DIMENSIONS)},
        confidence={name: float(detail.confidence[i, p, -1]) for i, name in enumerate(DIMENSIONS)},
        trust=known(made.trust[p, -1]),
        engagement=known(made.engagement[p, -1]),
        composite=known(detail.composite[p, -1]),
        early=known(made.early[p, -1]),
        established=known(made.established[p, -1]),
        means={name: float(detail.prior_mean[i, p, -1]) for i, name in enumerate(DIMENSIONS)},
    )


@dataclass
class Told:
    """The story as the app saw it: after each step, on each day, and looking back from `BEFORE_MERGER`."""

    steps: dict[str, dict[str, Look | None]] = field(default_factory=dict)
    days: dict[date, Look] = field(default_factory=dict)
    replayed: dict[date, Look] = field(default_factory=dict)
    known_then: dict[date, Look] = field(default_factory=dict)
    known_replayed: dict[date, Look] = field(default_factory=dict)
    single: dict[str, Look] = field(default_factory=dict)
    full: dict[str, Look] = field(default_factory=dict)


#: Merging customers rewrites who bought what, on every day; the replay looks back from the day before.
BEFORE_MERGER = day("11-10")


def tell() -> Told:
    """Play the story and ask the app on the way."""
    told = Told()
    marked = {day(step.on) for step in STEPS} | {day(step.on) - timedelta(days=1) for step in STEPS}

    def after_step(story: Story, step: Step) -> None:
        found = {
            name: ("Customer", story.docs[name].split("|")[1])
            for name in ("twin", "shop", "beta")
            if name in story.docs
        }
        keys = {"acme": story.acme, **found}
        assessment = assessment_of(keys.values(), day(step.on))
        told.steps[step.title] = {name: look(assessment, key) for name, key in keys.items()}

    def after_day(story: Story, today: date) -> None:
        if today > BEFORE_MERGER:
            return
        told.days[today] = look(assessment_of([story.acme], today), story.acme)
        if today in marked:
            told.known_then[today] = look(assessment_of([story.acme], today, known_on=today), story.acme)
        if today == BEFORE_MERGER:
            look_back(story)

    def look_back(story: Story) -> None:
        for past in told.days:
            told.replayed[past] = look(assessment_of([story.acme], past), story.acme)
        for past in told.known_then:
            told.known_replayed[past] = look(assessment_of([story.acme], past, known_on=past), story.acme)
        keys = {
            "acme": story.acme,
            **{n: ("Customer", story.docs[n].split("|")[1]) for n in ("twin", "beta")},
        }
        frappe.db.savepoint("full_pass")
        everybody = assess_everybody(site_ledger(), site_configuration(), BEFORE_MERGER)
        told.full = {name: look(everybody, key) for name, key in keys.items()}
        told.single = {name: look(assessment_of([key], BEFORE_MERGER), key) for name, key in keys.items()}
        frappe.db.rollback(save_point="full_pass")

    play(STEPS, after_step, after_day)
    return told
