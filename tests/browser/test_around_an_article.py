"""From an article to its story, click by click: links both ways, similar articles, headlines; and without script."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from searchsvc.engines.memory import MemoryEngine
from searchsvc.model.document import chunk
from searchsvc.settings import Settings
from searchsvc.web import create_app
from tests.search.story_articles import archive, article, related
from tests.servers import serving

pytestmark = pytest.mark.browser

DESK, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=320, height=640)


@pytest.fixture(scope="module")
def stories() -> Iterator[str]:
    """Address of a service with the stories of Port Aldous, one of which a dozen later pages name."""
    engine = archive(MemoryEngine())
    boxes = (related("Sea wall falls at Port Aldous", "elsewhere", outlet="The Courier"),)
    with engine.writer() as writer:
        for number in range(12):
            writer.put(chunk(article(f"n{number:02}", f"News {number}", "Something else.", 100 + number, boxes=boxes)))
    with serving(create_app(Settings(title="Aldous Archive"), engine)) as served:
        yield served


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def reader(request: pytest.FixtureRequest, browser: Browser, stories: str) -> Iterator[Page]:
    context = browser.new_context(viewport=DESK, java_script_enabled=request.param, base_url=stories)
    yield context.new_page()
    context.close()


def test_a_reader_goes_from_an_article_to_its_story_and_takes_it_along(reader: Page) -> None:
    reader.goto("/a/fall")
    reader.get_by_role("link", name="The story around it").click()
    expect(reader.locator(".total")).to_have_text(re.compile(r"^\s*17 articles, 1 March 2021 to "))
    expect(reader.locator(".thread h2").first).to_have_text("Sea wall falls at Port Aldous")
    reader.get_by_role("link", name="within 3 days").click()
    expect(reader).to_have_url("/story/fall?days=3")
    expect(reader.locator(".thread")).not_to_contain_text("Masons mend the broken wall")
    reader.get_by_role("link", name="within 14 days").click()
    with reader.expect_download() as started:
        reader.locator(".tools").get_by_role("link", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text(encoding="utf-8-sig"))))
    expect(reader.locator(".thread h2")).to_have_text([row["title"] for row in rows])
    reader.locator("[aria-labelledby=speaks-title]").get_by_role("link", name="Ida Bloom").click()
    expect(reader.locator("h1")).to_have_text("Ida Bloom")


def test_a_reader_follows_the_links_both_ways(reader: Page) -> None:
    reader.goto("/a/fall")
    reader.locator(".related").get_by_role("link", name="Ferries stay in port").click()
    expect(reader).to_have_url("/a/ferries")
    linked_from = reader.locator("[aria-labelledby=linking-title]")
    linked_from.get_by_role("link", name="Sea wall falls at Port Aldous").click()
    expect(reader).to_have_url("/a/fall")
    reader.locator("[aria-labelledby=linking-title]").get_by_role("link", name="All 14 articles").click()
    expect(reader.locator(".total strong")).to_have_text("14 articles")
    reader.go_back()
    reader.locator("[aria-labelledby=similar-title]").get_by_role("link", name="Masons mend the broken wall").click()
    expect(reader).to_have_url("/a/repair")


def test_a_reader_sees_which_headlines_are_all_that_is_known(reader: Page) -> None:
    reader.goto("/")
    reader.locator(".rooms").get_by_role("link", name="Headlines").click()
    reader.locator("#q").fill("papers say")
    reader.locator("form.search").get_by_role("button", name="Search").click()
    expect(reader.locator(".hit .headline-only")).to_have_text("known by its headline alone")
    reader.locator(".hit").get_by_role("link", name="Sea wall falls at Port Aldous").click()
    expect(reader).to_have_url("/a/fall#r1")
    reader.locator("#r0 + #r1, #r1").get_by_role("link", name="known by its headline alone").click()
    expect(reader.locator(".hit h2")).to_have_text(["What the papers say today"])


def test_headlines_are_narrowed_and_the_filter_is_taken_off(reader: Page) -> None:
    reader.goto("/headlines?q=wall")
    reader.get_by_role("checkbox", name="The Letter").check()
    apply = reader.get_by_role("button", name="Apply")
    if apply.is_visible():
        apply.click()
    total = reader.locator(".total strong")
    expect(total).to_have_text("1 headline")
    reader.locator(".filters a").click()
    expect(total).to_have_text("14 headlines")


@pytest.mark.parametrize("path", ["/story/fall", "/headlines", "/a/fall", "/headlines?q=zzqqx", "/story/short"])
def test_pages_fit_a_phone(browser: Browser, stories: str, path: str) -> None:
    context = browser.new_context(viewport=PHONE, base_url=stories)
    page = context.new_page()
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()
