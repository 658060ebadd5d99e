"""What a wave says to whom: a message for each stage, perhaps in variants, with a few words that are filled in.

Words in double braces are replaced, and nothing else is understood of them: a message is no program.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import unescape
from typing import Any

import frappe
from frappe import _

from relationship_crm.assessment.bulk import read_rows
from relationship_crm.campaigns.lot import drawn

ACTIVITY, MESSAGE = "Campaign Activity", "Campaign Message"
#: Words that are filled in.
PLACEHOLDERS = (
    *("recipient_name", "customer_name", "stage", "reward", "account_manager"),
    *("company", "event_date", "event_place"),
)
#: An editor may write spaces as entities.
MARK = re.compile(r"\{\{(?:\s|&nbsp;)*([^{}]*?)(?:\s|&nbsp;)*\}\}")
#: Names of parties, in the field that has them.
TITLES = {
    "Customer": ("customer_name",),
    "Lead": ("company_name", "lead_name"),
    "Prospect": ("company_name",),
}


class Messages:
    """The messages of a wave, by stage."""

    def __init__(self, activity: Any) -> None:
        self.variants = bool(activity.ab_test)
        stages = {row.stage for row in activity.messages if row.stage}
        names = dict(read_rows("Relationship Stage", ("name", "stage_name"), "name", stages))
        self.rows: dict[str, list[Any]] = {}
        for row in activity.messages:
            self.rows.setdefault(names.get(row.stage, "") if row.stage else "", []).append(row)

    def of_stage(self, stage_name: str | None) -> list[Any]:
        """The variants that somebody of a stage may get: the stage's own, else those of every stage; without a test the first."""
        found = self.rows.get(stage_name or "") or self.rows.get("") or []
        return found if self.variants else found[:1]

    def choose(self, stage_name: str | None, touch: str) -> Any:
        """The message of a touch, by lot among the variants; None where the stage has none."""
        found = self.of_stage(stage_name)
        return found[drawn(touch, [row.share or 0 for row in found])] if found else None

    def stages_without(self, stages: Iterable[str | None]) -> list[str]:
        """Those of these stages that have no message."""
        return sorted({stage or "" for stage in stages if not self.of_stage(stage)})


def unknown(text: str | None) -> list[str]:
    """What stands in double braces and is no word that can be filled in."""
    return sorted({name for name in MARK.findall(text or "") if name not in PLACEHOLDERS})


def fill_in(text: str, values: Mapping[str, str], write: Callable[[str], str] = str) -> str:
    """A text with its words filled in, each written by `write` (escaped, for HTML); what is not known stays as it is."""

    def word(match: re.Match[str]) -> str:
        name = match.group(1)
        return write(values.get(name) or "") if name in PLACEHOLDERS else match.group(0)

    return MARK.sub(word, text or "")


def one_line(text: str) -> str:
    """A text as a header needs it."""
    return " ".join(text.split())


def plain(html: str) -> str:
    """A message without its tags, a line for each paragraph."""
    text = re.sub(r"(?i)<br\s*/?>|</(p|div|li|h[1-6]|tr)>", "\n", html or "")
    text = frappe.utils.strip_html_tags(text).replace("\xa0", " ")
    lines = (" ".join(line.split()) for line in unescape(text).splitlines())
    return "\n".join(line for line in lines if line)


def words_of(rows: Sequence[Mapping[str, Any]], activity: Any) -> dict[str, dict[str, str]]:
    """What is filled in for each of these touches, by name. A fixed number of queries, however many touches."""
    titles = _titles(rows)
    managers = {row["account_manager"] for row in rows if row["account_manager"]}
    people = dict(read_rows("User", ("name", "full_name"), "name", managers))
    rewards = {row.name: row.reward or "" for row in activity.messages}
    event = event_words(activity)
    found = {}
    for row in rows:
        title = titles.get((row["party_type"], row["party"])) or row["party"] or ""
        found[row["name"]] = {
            "recipient_name": row["recipient_name"] or title,
            "customer_name": title,
            "stage": _(row["stage_name"] or "", row["language"] or None),
            "reward": rewards.get(row["message_row"], ""),
            "account_manager": people.get(row["account_manager"], ""),
            "company": activity.company or "",
            **event(row["language"] or ""),
        }
    return found


def event_words(activity: Any) -> Callable[[str], dict[str, str]]:
    """When and where an event takes place, in a language."""
    from relationship_crm.surveys.page import in_words

    known: dict[str, dict[str, str]] = {}

    def words(language: str) -> dict[str, str]:
        if language not in known:
            begins = frappe.utils.get_datetime(activity.event_on) if activity.event_on else None
            day = in_words(begins, language or frappe.local.lang or "en") if begins else ""
            known[language] = {
                "event_date": f"{day}, {begins:%H:%M}" if begins else "",
                "event_place": activity.event_place or "",
            }
        return known[language]

    return words


def _titles(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """Names of the parties as people call them."""
    found = {}
    for party_type, columns in TITLES.items():
        names = {row["party"] for row in rows if row["party_type"] == party_type}
        for name, *titles in read_rows(party_type, ("name", *columns), "name", names):
            found[party_type, name] = next(filter(None, titles), name)
    return found
