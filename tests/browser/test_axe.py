"""axe-core finds nothing on any page: light, dark, in forced colours, on a phone; nothing is loaded from elsewhere.

Screenshots of every page are put into `.screenshots/`, which git ignores.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe_api = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

from playwright.sync_api import Browser, Page, expect  # noqa: E402  after the check that it is there

pytestmark = pytest.mark.browser

PATHS = [
    "/",
    "/?q=swans+mill",
    "/?q=station&size=5&page=3&section=Weather&sort=oldest",
    "/?q=otters+zzqqx&match=all",
    "/facets/section",
    "/trends",
    "/trends?q=swans&q2=otters&q3=station&q4=zzqqx&interval=month",
    "/trends?q=station&share=1&interval=year&section=Weather",
    "/concordance?q=swans&order=left",
    "/concordance?q=station&size=5&page=2",
    "/concordance?q=zzqqx",
    "/keywords?q=station",
    "/quotes",
    "/quotes?q=swans&speaker=Oldroyd",
    "/quotes?q=zzqqx",
    "/headlines",
    "/headlines?q=otters+return&size=1",
    "/headlines?q=zzqqx",
    "/story/mill",
    "/story/arabic",
    "/speakers",
    "/speakers/Greta%20Oldroyd",
    "/verify",
    "/verify?quote=The+swans+were+here+before+the+weir",
    "/verify?quote=zzqqx",
    "/a/mill?q=mill&hit=1&of=2",
    "/a/hostile",
    "/a/arabic",
    "/a/nobody",
    "/help",
    "/advanced",
    "/collection",
    "/docs",
    "/problems/no-index",
]
PHONE, DESK = {"width": 320, "height": 640}, {"width": 1280, "height": 900}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": DESK},
    "dark": {"viewport": DESK, "color_scheme": "dark"},
    "forced colours": {"viewport": DESK, "forced_colors": "active"},
    "phone": {"viewport": PHONE},
}
SHOTS = Path(__file__).parents[2] / ".screenshots"


def file_name(look: str, path: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", f"{look} {path}".lower()).strip("-") + ".png"


@pytest.fixture
def watched(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """A function that opens a page in a look; errors on its console and requests to other hosts fail the test."""
    complaints: list[str] = []
    contexts = []

    def open_page(**look: Any) -> Page:
        context = browser.new_context(**look)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: complaints.append(asked.url) if is_elsewhere(asked.url, address) else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [text for text in complaints if "status of 4" not in text] == []


def is_elsewhere(url: str, address: str) -> bool:
    return urlsplit(url).netloc != urlsplit(address).netloc and not url.startswith("data:")


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing(watched: Callable[..., Page], address: str, look: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    page, axe, found = watched(**LOOKS[look]), axe_api.Axe(), {}
    for path in PATHS:
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        for violation in axe.run(page).response["violations"]:
            found[path, violation["id"]] = [node["html"][:120] for node in violation["nodes"]][:3]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        page.screenshot(path=SHOTS / file_name(look, path), full_page=True)
    assert found == {}


def test_axe_finds_nothing_in_open_suggestions(watched: Callable[..., Page], address: str) -> None:
    page = watched(viewport=DESK)
    for path, field, text in (("/", "#q", "otters ret"), ("/quotes", "#q", "swa"), ("/speakers", "#speaker", "old")):
        page.goto(address + path)
        page.locator(field).press_sequentially(text)
        expect(page.get_by_role("option").first).to_be_visible()
        page.keyboard.press("ArrowDown")
        assert [one["id"] for one in axe_api.Axe().run(page).response["violations"]] == [], path
        assert page.get_by_role("group").count() >= 1
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/speakers/Greta%20Oldroyd$"))


def test_the_keyboard_walks_from_hit_to_hit_and_to_the_help(watched: Callable[..., Page], address: str) -> None:
    page = watched(viewport=DESK)
    page.goto(f"{address}/?q=otters")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Next hit")).to_be_visible()
    first = page.url
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("hit=2&of=2"))
    page.keyboard.press("p")
    expect(page).to_have_url(first)
    page.keyboard.press("?")
    expect(page.get_by_role("heading", level=1)).to_have_text("How to search")


def test_the_query_form_works_by_keyboard_without_javascript(watched: Callable[..., Page], address: str) -> None:
    page = watched(viewport=PHONE, java_script_enabled=False)
    page.goto(f"{address}/advanced")
    page.get_by_label("All of these words").fill("swans mill")
    page.get_by_label("None of these words").fill("zzqqx")
    page.get_by_label("All of the words stand in").select_option("one paragraph")
    page.get_by_label("None of these words").press("Enter")
    expect(page.get_by_label("Search the archive")).to_have_value('"swans mill"@p -zzqqx')


def test_an_article_from_right_to_left_is_laid_out_so(watched: Callable[..., Page], address: str) -> None:
    page = watched(viewport=DESK)
    page.goto(f"{address}/a/arabic")
    story = page.locator("article.story")
    expect(story).to_have_attribute("dir", "rtl")
    assert story.locator("p").last.evaluate("(one) => getComputedStyle(one).direction") == "rtl"


@pytest.mark.parametrize("path", ["/?q=swans+mill", "/a/mill", "/collection", "/help"])
def test_pages_print(watched: Callable[..., Page], address: str, path: str) -> None:
    page = watched(viewport=DESK)
    page.goto(address + path)
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF-")
    assert len(printed) > 5_000


def test_every_page_has_the_strict_policy(watched: Callable[..., Page], address: str) -> None:
    page = watched(viewport=DESK)
    for path in PATHS:
        answer = page.goto(address + path)
        assert answer is not None
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
        assert "unsafe" not in policy
        assert page.locator("[style], [onclick], script:not([src], [type='application/ld+json'])").count() == 0, path
