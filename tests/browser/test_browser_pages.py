"""The pages in a real browser: by keyboard, without JavaScript, in the dark, on a phone."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect

pytestmark = pytest.mark.browser

CHECKS = Path(__file__).with_name("checks.js").read_text(encoding="utf-8")
PHONE = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}
PATHS = [
    "/",
    "/?q=swans+mill",
    "/?q=station&size=5&page=3&section=Weather&sort=oldest",
    "/?q=otters+zzqqx&match=all",
    "/?q=lantern",
    "/quotes",
    "/quotes?q=swans&speaker=Oldroyd",
    "/trends",
    "/trends?q=swans&q2=otters&q3=station&q4=zzqqx&interval=month",
    "/trends?q=station&share=1&interval=year&section=Weather",
    "/concordance?q=swans&order=left",
    "/concordance?q=station&size=5&page=2",
    "/concordance?q=zzqqx",
    "/keywords?q=station",
    "/quotes?q=zzqqx&kind=full",
    "/speakers",
    "/speakers/Greta%20Oldroyd",
    "/verify",
    "/verify?quote=The+swans+were+really+here+…+the+mill",
    "/verify?quote=The+swans+were+here+before+the+weir",
    "/verify?quote=lantern",
    "/verify?quote=zzqqx",
    "/verify?quote=%3F",
    "/a/mill?q=mill",
    "/a/hostile",
    "/a/arabic",
    "/a/nobody",
    "/?from=never",
    "/problems/no-index",
]
Visit = Callable[..., Page]
#: What stands outside of the column of the main part; a mark has a tenth of its size around its word.
OUTSIDE = """() => {
  const column = document.querySelector("main").getBoundingClientRect();
  return [...document.querySelectorAll(".masthead *, main *")].filter((one) => {
    const box = one.getBoundingClientRect();
    if (box.width <= 1 || one.closest(".away, .skip, .bars, .table, .wide-table, svg")) return false;
    return box.left < column.left - 3 || box.right > column.right + 3;
  }).map((one) => one.outerHTML.slice(0, 80));
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_pages_pass_the_checks(visit: Visit, viewport: dict[str, int], scheme: str) -> None:
    page = visit("/", viewport=viewport, color_scheme=scheme)
    address = page.url.rstrip("/")
    complaints = {}
    for path in PATHS:
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        if found := page.evaluate(CHECKS):
            complaints[path] = found
    assert complaints == {}


def test_without_javascript_everything_can_be_reached(visit: Visit) -> None:
    page = visit("/", java_script_enabled=False)
    page.get_by_label("Search the archive").fill("station")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".total")).to_contain_text("26 articles")
    page.get_by_role("navigation", name="Order").get_by_role("link", name="Oldest").click()
    page.get_by_role("link", name="Next").click()
    expect(page).to_have_url(re.compile(r"\?q=station&sort=oldest&page=2$"))
    page.locator(".bars a").first.click()
    expect(page.get_by_role("navigation", name="Active filters")).to_be_visible()
    page.locator(".hit h2 a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Weather station report")
    expect(page.locator("mark")).not_to_have_count(0)
    page.get_by_role("link", name="Back to the results").click()
    expect(page.get_by_label("Search the archive")).to_have_value("station")


def test_without_javascript_a_quotation_is_checked(visit: Visit) -> None:
    page = visit("/verify", java_script_enabled=False)
    page.get_by_label("The quotation, word by word").fill("The swans were really here before the mill")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("status")).to_contain_text("Printed with other words")
    expect(page.locator(".printed del")).to_contain_text("really")
    page.get_by_role("link", name="Mill race to be cleared").click()
    expect(page).to_have_url(re.compile("/a/mill[?]quote=.*#b6$"))
    expect(page.locator("#b6 mark")).to_have_text("The swans were here before the mill")


def test_without_javascript_matches_are_walked_by_anchors(visit: Visit) -> None:
    page = visit("/a/mill?q=mill", java_script_enabled=False)
    page.get_by_role("link", name="go to the first").click()
    expect(page).to_have_url(re.compile("#b0$"))
    page.get_by_role("link", name="Next match").first.click()
    expect(page.locator(".part:target")).to_be_in_viewport()


def test_filters_are_set_by_a_form_and_taken_away_by_a_link(visit: Visit) -> None:
    page = visit("/?q=station", java_script_enabled=False)
    page.get_by_label("From").fill("2022-06-01")
    page.get_by_label("To").fill("2022-08-31")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".total")).to_contain_text("3 articles")
    page.get_by_role("link", name="Remove filter").click()
    expect(page.locator(".total")).to_contain_text("26 articles")


def test_keyboard_alone_leads_from_the_first_page_to_an_article(visit: Visit) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the main part")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the main part")).to_be_in_viewport()
    page.keyboard.press("/")
    expect(page.get_by_label("Search the archive")).to_be_focused()
    page.keyboard.type("otters")
    page.keyboard.press("Enter")
    expect(page.locator(".total")).to_contain_text("article")
    page.keyboard.press("j")
    expect(page.locator(".hit h2 a").first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Otters return to the Tarn")


def test_every_focus_is_seen(visit: Visit) -> None:
    page = visit("/?q=swans")
    for _ in range(25):
        page.keyboard.press("Tab")
        style, width = (
            page.evaluate(f"getComputedStyle(document.activeElement).outline{part}") for part in ("Style", "Width")
        )
        assert style != "none", page.evaluate("document.activeElement.outerHTML")
        assert float(width.removesuffix("px")) >= 2


def test_single_keys_can_be_turned_off(visit: Visit) -> None:
    page = visit("/?q=swans")
    page.get_by_role("button", name="Turn off the keys").click()
    page.keyboard.press("/")
    expect(page.get_by_label("Search the archive")).not_to_be_focused()
    page.reload()
    page.keyboard.press("j")
    expect(page.locator(".hit h2 a").first).not_to_be_focused()
    expect(page.get_by_role("button", name="Turn on the keys")).to_be_visible()


def test_suggestions_come_while_one_types(visit: Visit) -> None:
    page = visit("/")
    box = page.get_by_role("combobox", name="Search the archive")
    box.press_sequentially("otters ret")
    option = page.get_by_role("option", name="Otters return to the Tarn")
    expect(option).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowUp")
    expect(option).to_have_attribute("aria-selected", "true")
    box.press("Escape")
    expect(option).to_be_hidden()
    box.press_sequentially("u")
    expect(option).to_be_visible()
    box.press("ArrowUp")
    box.press("Enter")
    expect(page).to_have_url(re.compile("/a/otters$"))


def test_after_escape_no_suggestions_are_told(visit: Visit) -> None:
    page = visit("/")
    box = page.get_by_role("combobox", name="Search the archive")
    told = page.locator("form.search [role=status]")
    for way in ("Escape", "Tab"):
        box.fill("otters ret")
        expect(told).to_have_text(re.compile(r"\d+ suggestion"))
        box.press(way)
        expect(page.get_by_role("listbox")).to_be_hidden()
        expect(told).to_have_text("")


def test_an_input_method_is_left_alone(visit: Visit) -> None:
    page = visit("/")
    box = page.get_by_role("combobox", name="Search the archive")
    box.focus()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    wire = page.context.new_cdp_session(page)
    wire.send("Input.imeSetComposition", {"text": "otters", "selectionStart": 6, "selectionEnd": 6})
    expect(box).to_have_value("otters")
    page.wait_for_timeout(500)
    assert asked == []
    wire.send("Input.insertText", {"text": "otters"})
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    expect(chosen).to_have_count(1)
    before = chosen.get_attribute("id")
    for key in ("Enter", "ArrowDown", "Escape"):
        box.evaluate(
            "(box, key) => box.dispatchEvent("
            "new KeyboardEvent('keydown', {key, isComposing: true, bubbles: true, cancelable: true}))",
            key,
        )
    expect(chosen).to_be_visible()
    assert chosen.get_attribute("id") == before
    assert page.url.endswith("/"), "Enter has chosen a letter, not a suggestion"


@pytest.mark.parametrize("keys", ["Control+k", "Meta+k"])
def test_the_usual_keys_lead_to_the_box_from_anywhere(visit: Visit, keys: str) -> None:
    page = visit("/?q=station")
    box = page.get_by_label("Search the archive")
    page.get_by_role("button", name="Turn off the keys").click()
    page.keyboard.press(keys)
    expect(box).to_be_focused()
    page.get_by_label("From").focus()
    page.keyboard.press(keys)
    expect(box).to_be_focused()
    page.keyboard.type("otters")
    expect(box).to_have_value("otters")


@pytest.mark.parametrize("path", ["/", "/?q=station", "/quotes", "/speakers", "/a/mill"])
def test_on_a_narrow_phone_nothing_stands_in_the_margin(visit: Visit, path: str) -> None:
    page = visit(path, viewport=PHONE)
    out = page.evaluate(OUTSIDE)
    assert out == []


def test_dark_and_light_are_the_readers_choice(visit: Visit) -> None:
    grounds = {
        scheme: visit("/", color_scheme=scheme).evaluate("getComputedStyle(document.documentElement).backgroundColor")
        for scheme in ("light", "dark")
    }
    light, dark = (sum(map(int, re.findall(r"\d+", grounds[scheme])[:3])) for scheme in ("light", "dark"))
    assert light > 700
    assert dark < 120


def test_text_can_be_twice_as_large(visit: Visit) -> None:
    page = visit("/?q=swans+mill", viewport={"width": 640, "height": 800})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_hostile_pages_run_nothing(visit: Visit) -> None:
    page = visit("/a/hostile?q=lantern")
    dialogs: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.reload()
    page.wait_for_load_state("networkidle")
    assert dialogs == []
    assert page.locator("article script, article img").count() == 0


def test_print_leaves_the_text(visit: Visit) -> None:
    page = visit("/a/mill?q=mill")
    page.emulate_media(media="print")
    expect(page.locator(".search")).to_be_hidden()
    expect(page.locator(".jump").first).to_be_hidden()
    expect(page.locator("#b0")).to_be_visible()


SCROLLED = "[...document.querySelectorAll('.bars')].every((one) => one.scrollWidth <= one.clientWidth)"


def test_the_timeline_fits_and_keeps_what_is_chosen_among_its_neighbours(visit: Visit) -> None:
    page = visit("/?q=station", viewport=DESK)
    assert page.evaluate(SCROLLED)
    for _ in range(3):
        page.locator(".bars a").last.click()
        expect(page.locator(".bars").first.locator(".chosen")).to_have_count(1)
        assert page.locator(".bars").first.locator("li").count() >= 3
        assert page.evaluate(SCROLLED)
    expect(page.locator(".periods").get_by_role("link", name="All dates")).to_be_visible()
    page.get_by_text("As a table").click()
    expect(page.locator(".timeline tbody tr").nth(27)).to_be_visible()


def test_a_ticked_box_is_applied_at_once_and_the_hits_stay_in_place(visit: Visit) -> None:
    page = visit("/?language=en", viewport=DESK)
    page.evaluate("document.body.dataset.stays = 'yes'; scrollTo({ top: 30, behavior: 'instant' })")
    page.get_by_role("checkbox", name="Weather").focus()
    scrolled = page.evaluate("scrollY")
    page.keyboard.press("Space")
    expect(page.locator(".total strong")).to_have_text("26 articles")
    expect(page).to_have_url(re.compile(r"section=Weather"))
    expect(page.get_by_role("checkbox", name="Weather")).to_be_focused()
    expect(page.locator("form.search input[name=section]")).to_have_value("Weather")
    assert page.evaluate("[document.body.dataset.stays, scrollY]") == ["yes", scrolled]
    page.get_by_role("link", name="Leave out Rivers").click()
    expect(page.get_by_label("Search the archive")).to_have_value('-section:"Rivers"')
    page.go_back()
    expect(page.get_by_role("checkbox", name="Weather")).to_be_checked()


def test_on_a_phone_the_filters_are_a_sheet_over_the_hits(visit: Visit) -> None:
    page = visit("/?language=en", viewport={"width": 390, "height": 844})
    page.get_by_role("link", name="Narrow").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("heading", name="Section").click()
    sheet.get_by_role("checkbox", name="Weather").check()
    sheet.get_by_role("button", name="Show 26 articles").click()
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("link", name="Narrow")).to_be_focused()
    assert page.evaluate("scrollY") == 0
    expect(page.locator("#narrow")).to_have_count(1)


def test_on_a_phone_the_first_hit_is_seen_and_the_filters_lead_back(visit: Visit) -> None:
    page = visit("/?q=station", viewport={"width": 390, "height": 844}, java_script_enabled=False)
    assert page.evaluate("document.querySelector('.hit').getBoundingClientRect().top") < 360
    page.get_by_role("link", name="Narrow").click()
    expect(page.get_by_role("button", name="Apply")).to_be_visible()
    page.get_by_role("link", name="Back to the hits").click()
    expect(page).to_have_url(re.compile("#main$"))


def test_what_is_printed_says_what_was_asked_where_and_when(visit: Visit) -> None:
    page = visit("/?q=station", viewport=DESK)
    expect(page.locator(".on-paper")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(page.locator(".on-paper")).to_be_visible()
    expect(page.locator(".on-paper")).to_contain_text("/?q=station")
    expect(page.locator(".on-paper time")).to_have_text(re.compile(r"^\d{1,2} \w+ 20\d\d$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("station")
    assert page.get_by_role("heading", level=1).bounding_box()["width"] > 100  # type: ignore[index]
    expect(page.locator(".narrow")).to_be_hidden()


@pytest.mark.parametrize("path", ["/verify", "/verify?ui=de", "/verify?ui=es", "/speakers?ui=es"])
def test_on_a_phone_the_tab_of_the_page_is_seen_as_a_whole(visit: Visit, path: str) -> None:
    page = visit(path, viewport={"width": 360, "height": 640})
    box = page.locator(".rooms [aria-current]").bounding_box()
    assert box is not None
    assert box["x"] >= 16
    assert box["x"] + box["width"] <= 360 - 16 + 1
