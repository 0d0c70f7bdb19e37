"""Copies of a story, click by click: grouped, opened, listed each, compared; with and without JavaScript."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from searchsvc.engines.memory import MemoryEngine
from searchsvc.settings import Settings
from searchsvc.web import create_app
from tests.engines.engine_articles import documents
from tests.servers import serving

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]
PHONE = {"width": 320, "height": 640}
WITH_AND_WITHOUT = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
STORY = (
    "The ferry to Lowmere stopped at noon when the wind tore a hatch from its bow, the harbour office wrote.",
    "Nobody was hurt, and the crew closed the gap with boards from the jetty before the tide turned.",
    "Pilots had asked for a new hatch since spring, but the town council put the matter off each time.",
    "Passengers waited in the fish hall, where the choir sang for them until buses came from the next valley.",
)
MORE = "A surveyor is expected in the morning, and will look at the other boats of the line too."


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    engine = MemoryEngine()
    said = (("Nobody was hurt", "Edda Quill"),)
    with engine.writer(fresh=True) as writer:
        writer.put(documents("first", "Ferry stops", *STORY, day="2021-03-02", outlet="Post", quotes=said))
        writer.put(documents("second", "Gale halts boat", *STORY, day="2021-03-04", outlet="Echo", quotes=said))
        writer.put(documents("longer", "Ferry out of service", *STORY, MORE, day="2021-03-03", outlet="Argus"))
        writer.put(documents("lamp", "Pier gets a lamp", "The ferry pier has a lamp.", day="2021-02-01", outlet="Post"))
    with serving(create_app(Settings(title="Tarn Archive"), engine)) as served:
        yield served


@WITH_AND_WITHOUT
def test_copies_stand_behind_the_first_printed_and_open_with_a_click(visit: Visit, script: bool) -> None:
    page = visit("/?q=ferry", java_script_enabled=script)
    expect(page.locator(".total strong")).to_have_text("2 articles")
    expect(page.locator(".hit h2")).to_have_count(2)
    copies = page.locator("details.copies")
    expect(copies.locator("li").first).not_to_be_visible()
    copies.get_by_text("+2 copies").click()
    expect(copies.locator("li a")).to_have_text(["Ferry out of service", "Gale halts boat"])
    expect(copies.locator("li .outlet")).to_have_text(["Argus", "Echo"])


@WITH_AND_WITHOUT
def test_each_copy_is_listed_and_grouped_again(visit: Visit, script: bool) -> None:
    page = visit("/?q=ferry", java_script_enabled=script)
    page.get_by_role("link", name="list each").click()
    expect(page.locator(".total strong")).to_have_text("4 articles")
    expect(page.locator(".hit h2")).to_have_count(4)
    page.get_by_role("link", name="group copies").click()
    expect(page.locator(".total strong")).to_have_text("2 articles")


@WITH_AND_WITHOUT
def test_what_differs_is_two_clicks_away(visit: Visit, script: bool) -> None:
    page = visit("/?q=ferry", java_script_enabled=script)
    page.get_by_text("+2 copies").click()
    page.get_by_role("link", name="What differs").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Copies")
    expect(page.locator("li.copy")).to_have_count(2)
    expect(page.locator("li.copy").first.locator(".changes ins")).to_contain_text(MORE)
    expect(page.locator("li.copy").last).to_contain_text("The same text, word for word.")


def test_an_article_names_its_copies(visit: Visit) -> None:
    page = visit("/a/second", java_script_enabled=False)
    same = page.get_by_role("region", name="Same story elsewhere")
    expect(same.locator("li a")).to_have_text(["Ferry stops", "Ferry out of service"])


def test_a_quote_of_copies_is_listed_once_with_its_places(visit: Visit) -> None:
    page = visit("/quotes", java_script_enabled=False)
    expect(page.locator(".total strong")).to_have_text("1 quote")
    page.get_by_text("+1 copy").click()
    expect(page.locator("details.copies li a")).to_have_text(["Gale halts boat"])


def test_by_keyboard_on_a_phone(visit: Visit) -> None:
    page = visit("/?q=ferry", viewport=PHONE)
    page.locator("details.copies summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("details.copies li").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
