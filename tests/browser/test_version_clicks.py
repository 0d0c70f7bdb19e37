"""Versions in a real browser, click by click and without scripts: from a hit to what changed, to an old version."""

from collections.abc import Iterator

import pytest

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from playwright.sync_api import Browser, expect  # noqa: E402  after the check that it is there

from searchsvc.engines.memory import MemoryEngine  # noqa: E402  the same
from searchsvc.model.document import chunk, whole_document  # noqa: E402  the same
from searchsvc.settings import Settings  # noqa: E402  the same
from searchsvc.web import create_app  # noqa: E402  the same
from tests.servers import serving  # noqa: E402  the same
from tests.web.test_version_pages import FIRST, NEWEST  # noqa: E402  the same

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def archive() -> Iterator[str]:
    engine = MemoryEngine()
    with engine.writer() as writer:
        writer.put(chunk(NEWEST))
        writer.put_versions("wall", [whole_document(FIRST)])
    with serving(create_app(Settings(title="Tarn Archive"), engine)) as served:
        yield served


@pytest.mark.parametrize("width", [320, 1280])
def test_from_the_hit_to_what_changed_and_to_the_old_version(browser: Browser, archive: str, width: int) -> None:
    page = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 800}).new_page()
    page.goto(f"{archive}/?q=quernstones")
    page.get_by_role("link", name="changed 3 June 2026").click()
    expect(page.locator("ins").first).to_be_visible()
    expect(page.get_by_text("other speaker")).to_be_visible()
    page.get_by_role("button", name="Compare").click()
    expect(page).to_have_url(f"{archive}/versions/wall?to=wall&from=wall%4020260601101500")
    page.get_by_role("link", name="1 June 2026, 10:15 UTC").click()
    expect(page.get_by_text("This is an older version")).to_be_visible()
    page.get_by_role("link", name="The newest version").click()
    expect(page).to_have_url(f"{archive}/a/wall")
    page.goto(f"{archive}/?q=may")
    page.get_by_role("link", name="older versions of articles").click()
    expect(page.get_by_text("Older version of 1 June 2026")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_on_a_phone_what_changed_stands_on_the_screen(browser: Browser, archive: str, language: str) -> None:
    page = browser.new_context(viewport={"width": 360, "height": 800}).new_page()
    page.goto(f"{archive}/versions/wall?ui={language}")
    for cell in page.locator(".versions td:nth-child(4)").all():
        box = cell.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 360
    page.context.close()
