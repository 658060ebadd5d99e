"""The desk as one person uses it: log in, look at a customer, ask why, override, look at the whole."""

from __future__ import annotations

import re
from typing import Any

import pytest
from browsing import go

ROW = ".dt-row:not(.dt-row-header):not(.dt-row-filter):not(.dt-row-totalRow)"


def open_tab(desk: Any, customer: str) -> Any:
    """The Relationship tab of a customer; its panel once it shows a stage."""
    go(desk, "Form", "Customer", customer)
    desk.click(".form-tabs .nav-link:visible:text-is('Relationship')")
    panel = desk.locator(".rcrm-panel:visible")
    panel.locator(".rcrm-stage-name").wait_for()
    return panel


def dialog(desk: Any, title: str) -> Any:
    found = desk.locator(".modal.show").filter(has=desk.locator(".modal-title", has_text=title))
    found.wait_for()
    return found


def numbers(texts: list[str]) -> list[float]:
    return [float(m.group()) for t in texts if (m := re.search(r"-?\d+(\.\d+)?", t.replace(",", "")))]


def test_login_leads_to_the_desk(desk, book) -> None:
    assert desk.evaluate("frappe.session.user") == book["user"]
    assert desk.evaluate("typeof relationship_crm.panel.render") == "function"


def test_the_tab_shows_stage_scores_and_trend(desk, book) -> None:
    panel = open_tab(desk, book["steady"])
    assert (
        panel.locator(".rcrm-stage-name").inner_text() == panel.locator(".rcrm-current").inner_text().strip()
    )
    assert panel.locator(".rcrm-step").count() == 8
    (composite,) = numbers([panel.locator(".rcrm-composite .rcrm-big").inner_text()])
    assert 0 < composite < 100
    assert panel.locator(".rcrm-score").count() >= 7
    panel.locator(".rcrm-trend svg .rcrm-line").first.wait_for()
    assert panel.locator(".rcrm-trend svg .rcrm-strip").count() >= 2  # it rose on the way
    assert panel.locator(".rcrm-facts dd").count() >= 5


def test_contributions_open_their_documents(desk, book) -> None:
    panel = open_tab(desk, book["steady"])
    lines = panel.locator(".rcrm-contribution:not(.rcrm-folded)")
    assert lines.count() >= 2
    panel.locator(".rcrm-contribution", has_text="Payment against the terms").click()
    shown = dialog(desk, "Payment against the terms")
    shown.locator("table a").first.wait_for()
    link = shown.locator("table a").first
    assert "/payment-entry/" in link.get_attribute("href")
    name = link.get_attribute("href").rsplit("/", 1)[-1]
    link.click()
    desk.wait_for_function(
        "name => frappe.get_route()[0] == 'Form' && frappe.get_route()[2] == name", arg=name
    )
    desk.wait_for_function("name => cur_frm && cur_frm.doc.name == name", arg=name)
    assert desk.evaluate("cur_frm.doc.party") == book["steady"]


def test_the_points_of_the_documents_add_up_to_the_score(desk, book) -> None:
    panel = open_tab(desk, book["steady"])
    panel.locator("button.rcrm-score[data-dimension]").first.click()
    shown = desk.locator(".modal.show")
    shown.locator("table tbody tr").first.wait_for()
    parts, (total,) = (
        numbers([text.replace("−", "-") for text in shown.locator(f"{part} td:last-child").all_inner_texts()])
        for part in ("tbody", "tfoot")
    )
    assert len(parts) >= 2
    assert sum(parts) == pytest.approx(total, abs=0.011 * len(parts))  # each is rounded to two digits


def test_why_did_it_change(desk, book) -> None:
    panel = open_tab(desk, book["steady"])
    panel.locator("[data-action=changes]").click()
    shown = dialog(desk, "Why did it change?")
    shown.locator(".rcrm-change-stage").wait_for()
    assert shown.locator("details.rcrm-change").count() >= 2
    assert shown.locator("details.rcrm-change a").count() >= 1


def test_override_and_what_the_ledger_says(desk, book) -> None:
    panel = open_tab(desk, book["new"])
    assert panel.locator(".rcrm-stage-name").inner_text() == "First-time Buyer"
    panel.locator("[data-action=override]").click()
    shown = dialog(desk, "Override the stage")
    shown.locator("select[data-fieldname=stage]").select_option("Client")
    shown.locator("textarea[data-fieldname=reason]").fill("They signed for three years.")
    shown.locator(".btn-modal-primary").click()
    shown.wait_for(state="hidden")
    notice = desk.locator(".rcrm-panel:visible .rcrm-notice-override")
    notice.wait_for()
    assert "They signed for three years." in notice.inner_text()
    assert "First-time Buyer" in notice.inner_text()  # the computed stage runs on beside it
    desk.wait_for_function("cur_frm.doc.relationship_stage == 'Client'")


def test_workspace_with_cards_and_charts(desk, book) -> None:
    go(desk, "Workspaces", "Relationships")
    cards = desk.locator(".number-widget-box:visible")
    desk.locator(".number-widget-box:visible .number").first.wait_for()
    assert cards.count() >= 6
    desk.wait_for_function(
        "() => [...document.querySelectorAll('.number-widget-box .number')].filter(n => n.innerText.trim()).length >= 6"
    )
    assessed = cards.filter(has_text="Relationships Assessed").locator(".number").inner_text()
    assert numbers([assessed])[0] >= 3
    assert desk.locator(".dashboard-widget-box:visible").count() >= 4
    desk.wait_for_function(
        """() => {
            const charts = [...document.querySelectorAll(".dashboard-widget-box")];
            const bars = charts.filter((c) => [...c.querySelectorAll("rect.bar")].some((b) => b.getAttribute("height") > 0));
            return bars.length >= 3;
        }"""
    )


def test_the_ladder_report(desk, book) -> None:
    go(desk, "query-report", "Relationship Ladder")
    desk.locator(f".query-report:visible {ROW}, .report-wrapper:visible {ROW}").first.wait_for()
    text = desk.locator(".report-wrapper:visible").inner_text()
    assert all(stage in text for stage in ("First-time Buyer", "Client", "Partner"))
    desk.locator(".chart-wrapper:visible svg").first.wait_for()


def test_lists_show_labels_of_dimensions(desk, book) -> None:
    go(desk, "Form", "Relationship Scoring Model", "Standard")
    cell = desk.locator(".grid-row [data-fieldname=dimension] .static-area:visible").first
    cell.wait_for()
    texts = desk.locator(".grid-row [data-fieldname=dimension] .static-area:visible").all_inner_texts()
    assert "Satisfaction" in texts and not any("_" in text for text in texts)


def test_a_new_policy_says_that_it_does_nothing_yet(desk, book) -> None:
    desk.evaluate("frappe.new_doc('Relationship Policy')")
    desk.wait_for_function("cur_frm && cur_frm.doctype == 'Relationship Policy' && cur_frm.is_new()")
    desk.locator(".form-message:visible", has_text="dry run").wait_for()
    assert desk.evaluate("cur_frm.doc.enabled") == 0


def test_settings(desk, book) -> None:
    go(desk, "Form", "Relationship CRM Settings")
    desk.locator("button:visible", has_text="Assess everybody").wait_for()
    assert desk.evaluate("cur_frm.doc.stage_model") == "Kotler"
    assert desk.locator(".page-head:visible").count() == 1
