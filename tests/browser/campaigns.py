"""Campaigns for the browser: one under way with mails, calls, an event and answers, one still being planned. Committed, and taken away again.

Run on the site by the fixture `on_site`.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import onsite  # isort: skip  (finds the site suite's helpers)
import campaigning
import erp
import frappe
import spending
import waves
from asking import ACCOUNT, contact, mailer
from committed import remove, remove_customers, remove_sales, remove_where
from frappe.utils import add_days, getdate, now_datetime, today

from relationship_crm.assessment.run import assess_parties
from relationship_crm.campaigns import calls, freezing, responses, run, touches
from relationship_crm.campaigns.token import token_of
from relationship_crm.surveys.recipients import plain_number

PREFIX = "RCRM Browser Wave"
GROUP, LIST, STATIC = f"{PREFIX} Crafts", f"{PREFIX} Crafts", f"{PREFIX} Chosen"
SPRING, AUTUMN = f"{PREFIX} Spring", f"{PREFIX} Autumn"
EMAIL, PHONE = "rcrm-browser-wave-{:02d}@example.com", "+49 30 55{:05d}"
#: Everybody on the list, of whom a fifth is left out by lot.
LISTED, CONTROL = 10, 2
CAMPAIGN, ACTIVITY, TOUCH = "Relationship Campaign", "Campaign Activity", "Campaign Touch"


def make(user: str) -> dict[str, Any]:
    """Names by key: both campaigns, the list, the waves of the one under way, the user's calls, a page's path."""
    remove_all()
    outgoing()
    group = {"customer_group_name": GROUP, "parent_customer_group": "All Customer Groups"}
    erp.ensure("Customer Group", GROUP, **group)
    parties = [party(number) for number in range(LISTED)]
    assess_parties([("Customer", name) for name in parties])
    whom = campaigning.target_list(LIST, campaigning.rule("Customer Group", reference=GROUP))
    chosen = campaigning.target_list(STATIC, kind="Static")
    account, project = spending.expense(f"{PREFIX} Print"), spending.project(SPRING)
    plan = [
        spending.line(800, today(), account=account, description="Flyers"),
        spending.line(250, add_days(today(), 20), account=account, description="Postage, second half"),
    ]
    lot = {"with_control_group": 1, "control_share": 20}
    spring = campaigning.campaign(
        whom, title=SPRING, project=project, cost_plan=plan, goal_responses=10, **lot
    )
    autumn = campaigning.campaign(whom, title=AUTUMN, **lot)
    spending.journal(today(), 612.40, account, project=project)
    freezing.freeze(spring.name)
    frappe.db.set_value(CAMPAIGN, spring.name, "status", "Running")
    mails = mailed(spring.name)
    event = invited(spring.name)
    phone = called(spring.name, user)
    draft = wave(autumn.name, "Autumn Letter", "Email", messages(), ab_test=1)
    asked = frappe.get_all(TOUCH, {"activity": mails}, pluck="name", order_by="name")
    return {
        "spring": spring.name,
        "autumn": autumn.name,
        "list": whom.name,
        "static": chosen.name,
        "group": GROUP,
        "mails": mails,
        "event": event,
        "calls": phone,
        "draft": draft.name,
        "company": erp.COMPANY,
        "title": SPRING,
        "open_calls": frappe.db.count(TOUCH, {"activity": phone}),
        "bought_twice": bought_twice(parties),
        "paths": [f"/c/{token_of(name)}" for name in asked[-4:]],
        "touches": asked[-4:],
    }


def outgoing() -> None:
    """An account that mail can be queued for; nobody connects to it."""
    frappe.flags.in_patch = True
    try:
        mailer()
    finally:
        frappe.flags.in_patch = False


def party(number: int) -> str:
    """A customer with a contact; of three the first never bought, the second once, the third twice."""
    name = erp.customer(f"{PREFIX} {number:02d}", customer_group=GROUP)
    phones = [{"phone": PHONE.format(number), "is_primary_mobile_no": 1}]
    contact(name, EMAIL.format(number), phone_nos=phones)
    for months in range(number % 3):
        erp.invoice(name, add_days(getdate(), -40 * (months + 1)), [(erp.ADVICE, 1, 100)])
    return name


def bought_twice(parties: list[str]) -> int:
    """How many of them have two invoices or more."""
    count = Counter(
        frappe.get_all("Sales Invoice", {"customer": ("in", parties)}, pluck="customer", order_by="name")
    )
    return sum(number >= 2 for number in count.values())


def messages() -> list[dict[str, Any]]:
    """Two variants, and words of its own for the stage of those who bought once."""
    hello = "<p>Good day {{ recipient_name }}, here is our offer: {{ reward }}</p>"
    return [
        waves.message(hello, variant="A", share=50, reward="a lamp"),
        waves.message(
            hello, variant="B", share=50, reward="a discount", subject="An offer for {{ recipient_name }}"
        ),
    ]


def wave(of: str, title: str, channel: str, rows: list[dict[str, Any]], **values: Any) -> Any:
    return waves.wave(of, *rows, channel=channel, title=f"{PREFIX} {title}", **values)


def mailed(of: str) -> str:
    """The first wave, sent and answered by some; one of them ordered and was invoiced."""
    doc = wave(of, "Letter", "Email", messages(), ab_test=1)
    sent = waves.send(doc)
    assert sent.sent == LISTED - CONTROL, sent
    frappe.db.set_value(ACTIVITY, doc.name, {"status": "Completed", "made": 1, "progress": 100})
    touches_of = frappe.get_all(TOUCH, {"activity": doc.name}, ["name", "customer"], order_by="name")
    said = ("Interested", "Interested", "Question", "Not Interested")
    responses.record(
        [
            responses.Answer(
                of,
                word,
                "Click",
                now_datetime(),
                touch=row.name,
                note="Which lamp?" if word == "Question" else "",
            )
            for word, row in zip(said, touches_of, strict=False)
        ]
    )
    for row in touches_of[:3]:
        order = erp.order(row.customer, today(), [(erp.ADVICE, 1, 500)], add_days(today(), 3))
        erp.invoice_of(order, today(), [(0, 1)])
    run.refresh(doc.name)
    rest_is_over()
    return doc.name


def invited(of: str) -> str:
    """An event of next month; some will come."""
    begins = f"{add_days(today(), 20)} 18:00:00"
    values = {"event_on": begins, "event_place": "Our workshop", "event_seats": 10}
    doc = wave(
        of, "Open Evening", "Event", [waves.message("<p>Come on {{ event_date }}</p>")], wave=2, **values
    )
    waves.send(doc)
    frappe.db.set_value(ACTIVITY, doc.name, {"status": "Completed", "made": 1, "progress": 100})
    run.refresh(doc.name)
    rest_is_over()
    return doc.name


def called(of: str, user: str) -> str:
    """Calls of the user."""
    frappe.db.set_value(CAMPAIGN, of, "status", "Running")
    doc = wave(
        of,
        "Calls",
        "Call",
        [],
        wave=3,
        audience="Those Who Did Not Respond",
        callers=[{"user": user}],
        script="<p>Ask about the letter.</p>",
    )
    frappe.db.set_value(ACTIVITY, doc.name, {"status": "Running", "made": 1})
    touches.create(doc)
    calls.assign(doc.name)
    run.refresh(doc.name)
    return doc.name


def rest_is_over() -> None:
    """Those who just got a mail may be called."""
    frappe.db.set_value("Survey Recipient", {"address": ("in", addresses())}, "last_contacted_on", None)


def addresses() -> list[str]:
    """Addresses and numbers of all of them, as they are kept."""
    everybody = range(LISTED)
    return [EMAIL.format(n) for n in everybody] + [plain_number(PHONE.format(n)) for n in everybody]


def said(touch: str) -> list[str]:
    """What a person answered."""
    return frappe.get_all("Campaign Response", {"touch": touch}, pluck="response", order_by="response")


def stopped(touch: str) -> bool:
    """Whether a person wants no more campaigns."""
    email = frappe.db.get_value(TOUCH, touch, "email")
    return bool(frappe.db.get_value("Survey Recipient", {"address": email}, "no_campaigns"))


def call_of(touch: str) -> dict[str, Any]:
    """How a call stands."""
    return frappe.db.get_value(TOUCH, touch, ["status", "outcome", "attempts", "note"], as_dict=True)


def remove_all() -> None:
    """Everything gone again, whatever a test left."""
    like = ("like", f"{PREFIX}%")
    names = frappe.get_all(CAMPAIGN, {"title": like}, pluck="name", order_by="name")
    of_these = ("in", [*names, ""])
    activities = frappe.get_all(ACTIVITY, {"campaign": of_these}, pluck="name", order_by="name")
    for doctype in ("Campaign Response", TOUCH, "Campaign Member"):
        frappe.db.delete(doctype, {"campaign": of_these})
    queued = frappe.get_all(
        "Email Queue Recipient",
        {"recipient": ("like", "rcrm-browser-wave%")},
        pluck="parent",
        order_by="name",
    )
    remove("Email Queue", queued)
    frappe.db.delete("Email Unsubscribe", {"reference_name": of_these})
    frappe.db.delete("Survey Recipient", {"address": ("in", addresses())})
    remove(ACTIVITY, activities)
    remove(CAMPAIGN, names)
    lists = frappe.get_all("Campaign Target List", {"name": like}, pluck="name", order_by="name")
    remove_where("Campaign Target Entry", target_list=("in", [*lists, ""]))
    remove("Campaign Target List", lists)
    accounts = ("in", [*frappe.get_all("Account", {"account_name": like}, pluck="name", order_by="name"), ""])
    entries = frappe.get_all("Journal Entry Account", {"account": accounts}, pluck="parent", order_by="name")
    remove_sales("Journal Entry", entries)
    remove_where("Project", project_name=like)
    remove_where("Email Account", name=ACCOUNT)
    remove_where("Event", subject=like)
    frappe.db.delete("Version", {"docname": ("in", [*names, *activities, *lists, ""])})
    remove_customers(frappe.get_all("Customer", {"name": like}, pluck="name", order_by="name"))


if __name__ == "__main__":
    onsite.main(make=make, said=said, stopped=stopped, call_of=call_of, remove=remove_all)
