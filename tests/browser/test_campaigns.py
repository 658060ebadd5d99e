"""Campaigns as who plans them, who calls, and who gets their mail see them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browsing import go
from test_desk import dialog, numbers

LISTED, CONTACTED = 10, 8


@pytest.fixture(scope="module")
def on(on_site: Callable[..., Any], book: dict[str, Any]) -> Iterator[Callable[..., Any]]:
    """Calls campaigns.py on the site."""
    yield lambda *args: on_site("campaigns", *args)
    on_site("campaigns", "remove")


@pytest.fixture(scope="module")
def made(on: Callable[..., Any], book: dict[str, Any]) -> dict[str, Any]:
    """The campaigns: names by key."""
    return on("make", book["user"])


def form(desk: Any, doctype: str, name: str, tab: str = "") -> None:
    """Opens a document, on one of its tabs."""
    go(desk, "Form", doctype, name)
    desk.wait_for_function("name => cur_frm?.doc?.name == name && !cur_frm.is_new()", arg=name)
    if tab:
        desk.click(f".form-tabs .nav-link:visible:text-is('{tab}')")


def button(desk: Any, label: str) -> Any:
    return desk.locator(f".page-head:visible button:text-is('{label}'):visible")


def answer(desk: Any, label: str = "Yes") -> None:
    desk.locator(f".modal.show .btn-primary:text-is('{label}'):visible").click()


# planning


def test_people_are_previewed_with_the_sample_size(desk, made) -> None:
    form(desk, "Relationship Campaign", made["autumn"], "People")
    desk.locator("button:text-is('Show Who Is on It'):visible").click()
    area = desk.locator("[data-fieldname=members_html]:visible")
    area.locator("table").last.wait_for()
    figures = area.locator(".flex > div").all_inner_texts()
    found = {label: int(number) for label, number in (text.split("\n") for text in figures)}
    assert found["People"] == found["Parties"] == LISTED
    assert (found["To Be Contacted"], found["Left Out by Lot"]) == (CONTACTED, LISTED - CONTACTED)
    said = desk.locator("[data-fieldname=sample_size_html]:visible").inner_text()
    assert "Too small" in said and f"there are {LISTED}" in said


def test_frozen_people_are_counted_and_listed(desk, made) -> None:
    form(desk, "Relationship Campaign", made["spring"], "People")
    sums = desk.locator("[data-fieldname=members_html]:visible tbody tr").last
    sums.wait_for()
    assert numbers(sums.locator("td").all_inner_texts()[1:]) == [CONTACTED, LISTED - CONTACTED, 0]
    assert not desk.locator(
        "[data-fieldname=lists]:visible .grid-add-row:visible"
    ).count()  # nothing to add any more
    sums.locator("a").nth(1).click()
    desk.wait_for_function("() => cur_list?.doctype == 'Campaign Member' && cur_list.data?.length == 2")
    assert desk.evaluate("cur_list.data.every((row) => row.arm == 'Control')")


def test_cost_is_planned_against_actual(desk, made) -> None:
    form(desk, "Relationship Campaign", made["spring"], "Cost")
    table = desk.locator("[data-fieldname=cost_html]:visible table").first
    table.wait_for()
    rows = [re.findall(r"-?[\d,]+\.\d\d", text) for text in table.locator("tr").all_inner_texts()]
    assert [row[:3] for row in rows if row] == [
        ["800.00", "612.40", "187.60"],
        ["250.00", "0.00", "250.00"],
        ["1,050.00", "612.40", "437.60"],
    ]
    table.locator("[data-line]").first.click()
    documents = desk.locator(".modal.show")
    documents.locator("table a").first.wait_for()
    assert "612.40" in documents.inner_text()


def test_result_keeps_credit_and_cause_apart(desk, made) -> None:
    form(desk, "Relationship Campaign", made["spring"], "Result")
    area = desk.locator(".rcrm-result:visible")
    area.wait_for()
    text = area.inner_text()
    assert "Attribution says who gets the credit, not what was caused." in text
    assert "No buyers in one of the groups" in text or "Too small" in text
    # three of 500.00 each, all to the only campaign there is, under each of five models
    credits = area.locator("tr", has_text=re.compile("Touch|Linear|Position|Decay")).all_inner_texts()
    assert len(credits) == 5 and all("1,500.00" in line for line in credits)
    assert re.search(r"Goals\s+Responded\s+4 of 10", text)


def test_calls_of_a_campaign_are_given_to_others(desk, made) -> None:
    form(desk, "Relationship Campaign", made["spring"])
    desk.locator(".inner-group-button[data-label='Actions'] > button:visible").click()
    desk.locator(".dropdown-item:visible", has_text="Redistribute Calls").click()
    shown = dialog(desk, "Redistribute Calls")
    everybody = shown.locator("select[data-fieldname=of] option").first.inner_text()
    assert everybody == f"Everybody: {made['open_calls']}"


def test_a_rule_is_built_by_its_pickers(desk, made) -> None:
    form(desk, "Campaign Target List", made["list"])
    desk.locator("[data-fieldname=rules]:visible .grid-add-row").click()
    row = desk.locator(".grid-row-open")
    row.locator("select[data-fieldname=criterion]").select_option("Purchases")
    desk.wait_for_function("() => cur_frm.doc.rules.at(-1).operator == 'at least'")
    row.locator("input[data-fieldname=amount]:visible").fill("2")
    row.locator("input[data-fieldname=amount]:visible").blur()
    desk.wait_for_function("() => cur_frm.doc.rules.at(-1).amount == 2")
    row.locator(".grid-collapse-row").click()
    desk.evaluate("cur_frm.save()")
    desk.wait_for_function("() => !cur_frm.is_dirty() && cur_frm.doc.rules.length == 2")
    sentence = desk.locator("[data-fieldname=rules]:visible .grid-row").last.inner_text()
    assert "urchases" in sentence and "2" in sentence
    desk.locator("button:text-is('Show Who Is on It'):visible").click()
    area = desk.locator("[data-fieldname=preview_html]:visible")
    area.locator("table").last.wait_for()
    # of three one bought twice already; three of all bought again
    assert numbers([area.locator(".flex > div").first.inner_text().split("\n")[1]]) == [made["bought_twice"]]


def test_the_mail_is_seen_before_it_is_sent(desk, made) -> None:
    form(desk, "Campaign Activity", made["draft"])
    button(desk, "Preview").click()
    shown = dialog(desk, "Preview")
    letter = shown.frame_locator("iframe")
    letter.get_by_text("here is our offer: a lamp").wait_for()
    shown.locator("select[data-fieldname=variant]").select_option("B")
    letter.get_by_text("here is our offer: a discount").wait_for()
    assert letter.get_by_text("I am interested").count() == 1
    shown.locator(".btn-modal-primary:text-is('Send a Test to Me')").wait_for()


def test_a_wave_waits_for_its_list(desk, made) -> None:
    form(desk, "Campaign Activity", made["draft"])
    desk.locator(":text('The list of the campaign is not frozen yet'):visible").wait_for()
    button(desk, "Start").click()
    desk.locator(".modal.show", has_text="The list of the campaign is still open").wait_for()


# calling


def test_an_outcome_opens_the_next_call(desk, made, on) -> None:
    go(desk, "List", "Campaign Touch")
    button(desk, "Next Call").click()
    desk.locator(".rcrm-call:visible .rcrm-outcomes button").first.wait_for()
    first = desk.evaluate("cur_frm.doc.name")
    sheet = desk.locator(".rcrm-call:visible")
    assert (
        "Ask about the letter." in sheet.inner_text() and sheet.locator("a[href^='tel:+4930']").count() == 1
    )
    sheet.locator("textarea[data-fieldname=call_note]").fill("Wants an offer")
    sheet.locator("textarea[data-fieldname=call_note]").blur()
    sheet.locator("[data-outcome]:text-is('Interested')").click()
    desk.wait_for_function("name => frappe.get_route()[2] != name && cur_frm.doc.name != name", arg=first)
    desk.locator(".rcrm-call:visible .rcrm-outcomes button").first.wait_for()
    assert on("call_of", first) == {
        "status": "Reached",
        "outcome": "Interested",
        "attempts": 1,
        "note": "Wants an offer",
    }
    assert on("said", first) == ["Interested"]


# answering


def test_one_click_in_the_mail_is_enough(guest, made, on) -> None:
    touch, path = made["touches"][0], made["paths"][0]
    guest.goto(f"{path}?r=1")
    guest.get_by_role("heading", name="Please confirm").wait_for()
    assert on("said", touch) == []  # programs that check mails open links, too
    guest.mouse.move(200, 200)
    guest.mouse.move(240, 260)
    guest.get_by_role("heading", name="Thank you, we have noted your interest").wait_for()
    assert on("said", touch) == ["Interested"]
    guest.reload()
    assert on("said", touch) == ["Interested"]


def test_without_javascript_there_is_a_button(chrome, address, made, on) -> None:
    touch, path = made["touches"][1], made["paths"][1]
    page = chrome.new_context(java_script_enabled=False, base_url=address).new_page()
    page.goto(f"{path}?r=0")
    page.get_by_role("button", name="Not interested").click()
    page.get_by_role("heading", name="Thank you for telling us").wait_for()
    page.context.close()
    assert on("said", touch) == ["Not Interested"]


def test_no_more_campaigns(guest, made, on) -> None:
    touch, path = made["touches"][2], made["paths"][2]
    guest.goto(f"{path}/stop")
    assert on("stopped", touch) is False
    guest.locator("form button").click()
    guest.wait_for_url("**/stop?done=1")
    assert on("stopped", touch) is True
    assert on("stopped", made["touches"][3]) is False  # one person's word is about one person


# the whole


def test_workspace_of_campaigns(desk, made) -> None:
    go(desk, "Workspaces", "Relationship Campaigns")
    desk.wait_for_function(
        "() => [...document.querySelectorAll('.number-widget-box .number')].filter(n => n.offsetParent && n.innerText.trim()).length >= 8"
    )
    running = desk.locator(".number-widget-box:visible", has_text=re.compile("running campaigns", re.I))
    assert numbers([running.locator(".number").inner_text()])[0] >= 1
    assert desk.locator(".dashboard-widget-box:visible").count() == 2
    desk.wait_for_function(
        """() => [...document.querySelectorAll(".dashboard-widget-box rect.bar")]
            .some((bar) => bar.getAttribute("height") > 0)"""
    )
    assert "undefined" not in desk.locator(".layout-main-section:visible").inner_text()


def test_performance_report(desk, made) -> None:
    filters = {"company": made["company"], "campaign_owner": "Administrator"}
    desk.evaluate("filters => frappe.set_route('query-report', 'Campaign Performance', filters)", filters)
    row = desk.locator(".report-wrapper:visible .dt-row", has_text=made["title"])
    row.first.wait_for()
    assert "1,500.00" in row.first.inner_text() and "612.40" in row.first.inner_text()
    desk.locator(".chart-wrapper:visible svg").first.wait_for()


def test_campaigns_in_the_calendar(desk, made) -> None:
    go(desk, "List", "Relationship Campaign", "Calendar")
    event = desk.locator(".fc-event:visible", has_text=made["title"]).first
    event.wait_for()
    event.click()
    desk.wait_for_function("name => cur_frm?.doc?.name == name", arg=made["spring"])
