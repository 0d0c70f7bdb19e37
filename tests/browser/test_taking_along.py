"""What is taken along, click by click: files, addresses, citations, quotations; also without JavaScript."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
#: Pixels from the top of the page in which the bar stands.
HIGH = 400


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize(
    "path", ["/?q=mill", "/quotes?q=swans", "/speakers/Greta%20Oldroyd", "/?q=station&section=Weather"]
)
def test_the_bar_stands_high_on_every_result(visit: Visit, path: str, viewport: dict[str, int]) -> None:
    page = visit(path, viewport=viewport)
    box = page.locator(".tools").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= HIGH
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_result_is_a_spreadsheet_with_one_click(visit: Visit, script: bool) -> None:
    page = visit("/?q=station&sort=oldest&size=5&page=2", java_script_enabled=script)
    total = page.locator(".total strong").inner_text().split()[0]
    with page.expect_download() as started:
        page.locator(".tools").get_by_role("link", name="CSV").click()
    assert started.value.suggested_filename == "search-station.csv"
    text = Path(started.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert str(len(rows)) == total
    days = [row["published_day"] for row in rows if row["published_day"]]
    assert days == sorted(days)


def test_the_address_is_copied_with_one_click(visit: Visit) -> None:
    page = visit("/?q=mill&page=1&utm_source=x")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("link", name="Copy link").click()
    page.get_by_role("link", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").endswith("/?q=mill")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_an_article_is_cited_with_two_clicks(visit: Visit, script: bool) -> None:
    page = visit("/a/mill", java_script_enabled=script)
    page.get_by_text("Cite", exact=True).click()
    expect(page.locator(".cite")).to_contain_text("Sparrow, W., & Pike, O. (2024, March 5).", use_inner_text=True)
    with page.expect_download() as started:
        page.locator(".cite").get_by_role("link", name="RIS").click()
    assert Path(started.value.path()).read_text().startswith("TY  - NEWS")


def test_every_part_has_a_handle_that_the_keyboard_reaches_and_old_addresses_hold(visit: Visit) -> None:
    page = visit("/a/mill")
    parts = page.locator(".part").count()
    assert page.locator(".part a.handle").count() == parts
    page.locator(".part a.handle").nth(2).focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#p-the-parish-council-voted-for-three-measures-on$"))
    assert page.evaluate("document.querySelector(':target').closest('.part').id") == "b2"
    page.goto(page.url.partition("#")[0] + "#b6")
    assert "swans" in page.evaluate("document.querySelector(':target').textContent")


def test_a_quotation_is_copied_with_its_source(visit: Visit) -> None:
    page = visit("/quotes?q=swans")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("details.how summary", has_text="Copy").first.click()
    page.locator("details[open] button.copy").first.click()
    page.get_by_text("Copied", exact=True).wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "The swans were here" in copied
    assert "(Greta Oldroyd)" in copied
    assert "Tarn Gazette" in copied
