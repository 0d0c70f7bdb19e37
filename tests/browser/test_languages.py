"""Pages in German and Spanish in a real browser: the switch, the scripts' words, long words on a phone, axe."""

from collections.abc import Callable

import pytest

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe_api = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

from playwright.sync_api import Page, expect  # noqa: E402  after the check that it is there

pytestmark = pytest.mark.browser

PHONE = {"width": 320, "height": 640}
PATHS = ["/", "/?q=swans+mill", "/a/mill?q=mill&hit=1&of=2", "/quotes", "/speakers", "/verify?quote=They+will+manage",
         "/advanced", "/help", "/collection"]  # fmt: skip


def test_the_switch_leads_to_the_same_page_and_links_and_forms_keep_it(visit: Callable[..., Page]) -> None:
    page = visit("/?q=swans", locale="en-GB")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator(".languages").get_by_text("Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("#q")).to_have_value("swans")
    page.locator("#q").fill("mill")
    page.locator("#q").press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.locator(".hit h2 a").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_text("Zurück zum Ergebnis")).to_be_visible()


def test_a_browser_gets_its_own_language_and_scripts_speak_it(visit: Callable[..., Page]) -> None:
    page = visit("/", locale="de-DE")
    expect(page.locator(".colophon button")).to_have_text("Tasten / j k ausschalten")
    page.locator("#q").press_sequentially("mil")
    expect(page.locator(".completions .group").first).to_be_visible()
    expect(page.locator(".completions")).to_have_attribute("aria-label", "Vorschläge")
    expect(page.locator(".completions [role=option]").first).to_be_visible()
    page.locator("#q").press("ArrowDown")
    page.locator("#q").press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "de")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["de", "es"])
def test_pages_with_long_words_fit_a_phone_and_axe_finds_nothing(
    visit: Callable[..., Page], path: str, language: str
) -> None:
    page = visit(f"{path}{'&' if '?' in path else '?'}ui={language}", viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    found = axe_api.Axe().run(page)
    assert found.response["violations"] == []
