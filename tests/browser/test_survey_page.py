"""The survey page at the size of a phone, without JavaScript; by keyboard; and in the desk what spiteful people wrote there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import PATIENCE, Errors, go

#: The spiteful text, as text; pages of the desk that are left stay behind the others.
SHOWN = ":text('onerror=window'):visible"


@pytest.fixture(scope="module")
def ask(on_site: Callable[..., Any], book: dict[str, Any]) -> Iterator[Callable[..., Any]]:
    """Calls survey.py on the site, where surveys and a customer stand ready."""
    on_site("survey", "make")
    yield lambda *args: on_site("survey", *args)
    on_site("survey", "unmake")


@pytest.fixture
def phone(chrome: Any, address: str) -> Iterator[Any]:
    """A phone without JavaScript; nothing may go wrong on it."""
    errors = Errors()
    context = chrome.new_context(
        viewport={"width": 390, "height": 844},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        java_script_enabled=False,
        base_url=address,
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    errors.watch(page)
    yield page
    context.close()
    assert not errors, "\n".join(errors)


def test_from_the_mail_to_the_thanks(phone: Any, ask: Callable[..., Any]) -> None:
    invitation = ask("invite")
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.goto(f"{invitation['path']}?a=9")
    assert len(asked) == 1, asked  # the page is all there is to load
    nine = phone.get_by_role("radiogroup", name="recommend us").get_by_role("radio", name="9", exact=True)
    assert nine.is_checked()
    assert ask("stored", invitation["name"]) is None
    phone.get_by_text("Question 1 of 5").wait_for()
    phone.get_by_role("radiogroup", name="It was easy.").get_by_role("radio", name="6").check()
    phone.get_by_label("What should we do better?").fill("Label the boxes.\nThank you!")
    box = phone.locator("[name=q-easy]").first.bounding_box()
    assert box["height"] >= 44 and box["width"] >= 40  # a thumb's width
    phone.get_by_role("button", name="Send answers").tap()
    phone.get_by_role("heading", name="Your answers have arrived").wait_for()
    assert "We read every answer." in phone.inner_text("main") and phone.url.endswith("?done=1")
    found = ask("stored", invitation["name"])
    assert found["answers"] == {"recommend": 9, "easy": 6, "comment": "Label the boxes.\nThank you!"}
    assert (found["owner"], found["complete"]) == ("Guest", 1)
    # reloading sends nothing again, and answers can be changed
    phone.reload()
    phone.get_by_role("link", name="Change answers").tap()
    assert phone.get_by_label("What should we do better?").input_value() == "Label the boxes.\nThank you!"
    phone.get_by_role("radiogroup", name="recommend us").get_by_role("radio", name="10").check()
    phone.get_by_role("button", name="Send changed answers").tap()
    phone.get_by_text("10 of 10").wait_for()
    again = ask("stored", invitation["name"])
    assert (again["name"], again["answers"]["recommend"]) == (found["name"], 10)


def test_what_is_missing_is_said_and_linked(phone: Any, ask: Callable[..., Any]) -> None:
    invitation = ask("invite")
    phone.goto(invitation["path"])
    phone.get_by_label("What should we do better?").fill("Nothing")
    phone.get_by_role("button", name="Send answers").tap()
    alert = phone.get_by_role("alert")
    assert "still need an answer" in alert.inner_text()
    alert.get_by_role("link", name="How likely are you to recommend us?").tap()
    assert phone.url.endswith("#q-recommend")
    assert phone.get_by_role("radiogroup", name="recommend us").get_attribute("aria-invalid") == "true"
    assert phone.get_by_label("What should we do better?").input_value() == "Nothing"


def test_it_fits_small_phones_in_any_direction(chrome: Any, address: str, ask: Callable[..., Any]) -> None:
    path = ask("invite")["path"]
    for width in (320, 280):
        page = chrome.new_context(viewport={"width": width, "height": 640}, base_url=address).new_page()
        page.goto(path)
        for direction in ("ltr", "rtl"):
            page.evaluate("way => { document.documentElement.dir = way }", direction)
            assert page.evaluate("document.documentElement.scrollWidth") == width
        page.context.close()


def test_by_keyboard_alone(guest: Any, ask: Callable[..., Any]) -> None:
    invitation = ask("invite")
    guest.goto(invitation["path"])

    def tab_to(name: str) -> None:
        for _ in range(30):
            guest.keyboard.press("Tab")
            if guest.evaluate("document.activeElement.name || document.activeElement.innerText") == name:
                return
        pytest.fail(f"no way to {name}")

    tab_to("q-recommend")
    for _ in range(7):  # the first is chosen by the way in, as radio buttons are
        guest.keyboard.press("ArrowRight")
    shown = guest.evaluate(
        "getComputedStyle(document.querySelector('[name=q-recommend]:checked + .face')).outlineStyle"
    )
    assert shown == "solid"  # one sees where one is
    tab_to("q-comment")
    guest.keyboard.type("By hand")
    tab_to("Send answers")
    guest.keyboard.press("Enter")
    guest.get_by_role("heading", name="Your answers have arrived").wait_for()
    found = ask("stored", invitation["name"])["answers"]
    assert found == {"recommend": 7, "comment": "By hand"}


def test_script_in_an_answer_stays_text_in_the_desk(desk: Any, ask: Callable[..., Any]) -> None:
    made = ask("spiteful")
    go(desk, "Form", "Survey Response", made["response"])
    desk.locator(SHOWN).first.wait_for()
    unharmed(desk)
    desk.locator(".grid-row .btn-open-row:visible").nth(1).click()
    desk.locator(".grid-row-open:visible, .form-in-grid:visible").first.wait_for()
    unharmed(desk)
    desk.keyboard.press("Escape")
    go(desk, "Form", "Survey Follow Up", made["follow_up"])
    desk.locator(SHOWN).first.wait_for()
    unharmed(desk)
    for doctype, field in (("Survey Follow Up", "comment"), ("Customer Idea", "description")):
        shown = report(desk, doctype, field)
        assert "onerror=window" in shown
        unharmed(desk)


def report(desk: Any, doctype: str, field: str) -> str:
    """What the desk's report of a DocType shows of a field."""
    columns = {"fields": [["name", doctype], [field, doctype]]}
    desk.evaluate(
        "([doctype, columns]) => frappe.model.user_settings.save(doctype, 'Report', columns)",
        [doctype, columns],
    )
    go(desk, "List", doctype, "Report")
    cells = desk.locator(".dt-scrollable:visible")
    cells.locator(SHOWN).first.wait_for()
    return cells.inner_text()


def unharmed(desk: Any) -> None:
    assert desk.evaluate("window.rcrm_was_here") is None
    assert desk.evaluate("document.querySelectorAll('img[src=x], #rcrm-bold').length") == 0
