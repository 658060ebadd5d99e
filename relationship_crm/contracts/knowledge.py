"""Solved once, written down: an issue becomes a Help Article, and articles are suggested while an issue is written.

Suggestions are ranked by the words of the subject, see `ranking`. Published articles are pages that everybody may read;
drafts are never suggested.
"""

from __future__ import annotations

import re
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils import cint, get_url, strip_html
from pypika import Case
from pypika.terms import Criterion

from relationship_crm.contracts.fields import ARTICLE_ISSUE
from relationship_crm.contracts.ranking import ranking, stems_of

ARTICLE, ISSUE = "Help Article", "Issue"
SOLVED = ("Resolved", "Closed")
#: Articles that are looked at closely: those with most of the words in their titles.
MOST_READ = 200
#: Less than this part of what could be reached, or of what the best one reached, is no suggestion.
ENOUGH, BESIDE_THE_BEST = 0.1, 1 / 3
SNIPPET = 140


@frappe.whitelist()
def suggest(text: str, limit: int = 5) -> list[dict[str, Any]]:
    """Published articles that fit a subject, the best first: name, title, category, snippet, url. Plain text."""
    if frappe.session.user == "Guest":
        frappe.throw(_("Not permitted"), frappe.PermissionError)
    stems = stems_of(text)
    if not stems:
        return []
    article = frappe.qb.DocType(ARTICLE)
    having = [_has(article, stem) for stem in stems]
    found = (
        frappe.qb.from_(article)
        .select(
            article.name, article.title, article.category, article.route, article.content, article.helpful
        )
        .where((article.published == 1) & Criterion.any(title | text for title, text in having))
        .orderby(sum(Case().when(title, 1).else_(0) for title, _text in having), order=frappe.qb.desc)
        .orderby(article.helpful, order=frappe.qb.desc)
        .orderby(article.name)
        .limit(MOST_READ)
        .run(as_dict=True)
    )
    if not found:
        return []
    total = frappe.qb.from_(article).select(Count("*")).where(article.published == 1).run()[0][0]
    ranked = ranking(stems, [(row.title, strip_html(row.content or "")) for row in found], int(total))
    least = max(ENOUGH, BESIDE_THE_BEST * max(ranked))
    best = sorted(
        (at for at, score in enumerate(ranked) if score >= least),
        key=lambda at: (-ranked[at], -cint(found[at].helpful), found[at].name),
    )
    return [_shown(found[at]) for at in best[: max(1, min(cint(limit), 20))]]


def _has(article: Any, stem: str) -> tuple[Criterion, Criterion]:
    """Whether a word's beginning occurs at all in the title, in the text; `ranking` looks closer."""
    pattern = "%" + stem.replace("_", "\\_") + "%"
    return article.title.like(pattern), article.content.like(pattern)


def _shown(row: Any) -> dict[str, Any]:
    text = " ".join(strip_html(row.content or "").split())
    return {
        "name": row.name,
        "title": row.title,
        "category": row.category,
        "snippet": text[:SNIPPET] + ("…" if len(text) > SNIPPET else ""),
        "url": get_url("/" + (row.route or "").lstrip("/")),
    }


# from an issue to an article


@frappe.whitelist()
def draft(issue: str) -> dict[str, Any]:
    """What an article made of an issue would say, and the articles that were made of it already."""
    doc = frappe.get_doc(ISSUE, issue)
    doc.check_permission("read")
    return {
        "title": doc.subject,
        "content": doc.resolution_details or last_answer(issue) or "",
        "articles": frappe.get_all(
            ARTICLE,
            filters={ARTICLE_ISSUE: issue},
            fields=["name", "title", "published"],
            order_by="creation asc",
        ),
        "may_create": doc.status in SOLVED and may_write(),
    }


def may_write() -> bool:
    """Whether the user can write articles: saving one, Frappe saves its category too, and asks for permission to do so."""
    return bool(frappe.has_permission(ARTICLE, "create") and frappe.has_permission("Help Category", "write"))


def last_answer(issue: str) -> str:
    """The last message that was sent to the customer about an issue, without what it quotes."""
    content = frappe.get_all(
        "Communication",
        filters={
            "reference_doctype": ISSUE,
            "reference_name": issue,
            "sent_or_received": "Sent",
            "communication_type": "Communication",
        },
        pluck="content",
        order_by="communication_date desc, creation desc",
        limit=1,
    )
    # Frappe puts this line between an answer and what it answers
    return re.split(r"<div>\s*---\s*</div>", content[0] or "")[0] if content else ""


@frappe.whitelist(methods=["POST"])
def create_article(issue: str, title: str, category: str, content: str, level: str | None = None) -> str:
    """A draft of a Help Article made of a solved issue; its name."""
    source = frappe.get_doc(ISSUE, issue)
    source.check_permission("read")
    if source.status not in SOLVED:
        frappe.throw(_("An article can be made of an issue once it is solved."))
    article = frappe.get_doc(
        {
            "doctype": ARTICLE,
            "title": title,
            "category": category,
            "content": content,
            "level": level,
            "author": frappe.utils.get_fullname(),
            "published": 0,
            ARTICLE_ISSUE: issue,
        }
    )
    return article.insert().name


def issue_deleted(issue: str) -> None:
    """An article outlives the issue it was made of."""
    article = frappe.qb.DocType(ARTICLE)
    frappe.qb.update(article).set(article[ARTICLE_ISSUE], None).where(article[ARTICLE_ISSUE] == issue).run()
