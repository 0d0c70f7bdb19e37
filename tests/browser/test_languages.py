"""Pages in German and Spanish in a real browser: the switch, the scripts' words, long words on a phone, axe."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import urljoin

import pytest

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe_api = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

from playwright.sync_api import Browser, Page, expect  # noqa: E402  after the check that it is there

from searchsvc.engines.memory import MemoryEngine  # noqa: E402  the same
from searchsvc.model.document import chunk  # noqa: E402  the same
from searchsvc.settings import Settings  # noqa: E402  the same
from searchsvc.web import create_app  # noqa: E402  the same
from tests.servers import serving  # noqa: E402  the same
from tests.web.web_articles import article  # noqa: E402  the same

pytestmark = pytest.mark.browser

PHONE = {"width": 320, "height": 640}
PATHS = ["/", "/?q=swans+mill", "/a/mill?q=mill&hit=1&of=2", "/quotes", "/speakers", "/verify?quote=They+will+manage",
         "/advanced", "/help", "/collection"]  # fmt: skip
#: Pages whose parts stand in columns.
FORMS_AND_TABLES = ["/", "/?q=swans+mill&explain=1", "/quotes", "/speakers", "/headlines", "/verify", "/advanced",
                    "/help", "/collection", "/keywords?q=station", "/concordance?q=station", "/facets/section",
                    "/trends?q=station&q2=swans", "/a/mill?q=mill", "/story/mill"]  # fmt: skip


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


@pytest.fixture(scope="module")
def coast() -> Iterator[str]:
    """Two articles of an outlet, a section and an author whose names are written from right to left."""
    engine = MemoryEngine()
    with engine.writer() as writer:
        for number, text in enumerate(
            ("قال الوزير إن الميناء الجديد harbour سيفتح أبوابه.", "وصلت السفينة الأولى صباحا إلى harbour المدينة.")
        ):
            told = article(
                f"port-{number}",
                "ميناء جديد Port 2025",
                ("paragraph", text),
                published=datetime(2025, 1, 20 + number, tzinfo=UTC),
                outlet="صحيفة الساحل",
                section="محليات",
                authors=("ليلى حداد",),
                language="ar",
            )
            writer.put(chunk(told))
    with serving(create_app(Settings(title="Tarn Archive"), engine)) as served:
        yield served


#: The places of some texts in the line that holds them all, from left to right: where the first letter of each begins.
PLACES = """(texts) => {
  const places = (root) => {
    const nodes = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const all = [];
    for (let node = nodes.nextNode(); node; node = nodes.nextNode()) for (const text of texts) {
      const at = node.data.indexOf(text);
      if (at < 0 || all.some(([known]) => known === text)) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + text.length);
      all.push([text, range.getBoundingClientRect().left]);
    }
    return all;
  };
  const all = [...document.querySelectorAll("p, li, span.facts")];
  const lines = all.filter((one) => texts.every((text) => one.textContent.includes(text)));
  return places(lines.at(-1)).sort((a, b) => a[1] - b[1]).map(([text]) => text);
}"""


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("/?q=harbour", ["صحيفة الساحل", "محليات", "20 January 2025"]),
        ("/", ["2 articles", "صحيفة الساحل", "January 2025"]),
        ("/collection", ["محليات", ": 2 articles"]),
        ("/?q=harbour&section=محليات&author=ليلى+حداد", ["Author:", "ليلى حداد"]),
        ("/trends?section=محليات", ["Only", "محليات", "Without"]),
        ("/concordance?q=harbour", ["2025-01-20", "صحيفة الساحل"]),
    ],
)
def test_names_from_right_to_left_leave_the_order_of_a_line_alone(
    browser: Browser, coast: str, path: str, texts: list[str]
) -> None:
    page = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB").new_page()
    page.goto(coast + path)
    assert page.evaluate(PLACES, texts) == texts
    page.context.close()


#: The words that do not stand in one line, of the parts of a page that are laid out in columns.
BROKEN = """() => {
  const broken = [];
  for (const one of document.querySelectorAll("label, th, td, dt, button, summary, nav a, .count")) {
    const nodes = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
      if (node.parentElement.closest(".away")) continue;
      for (const word of node.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        const boxes = [...range.getClientRects()].filter((box) => box.width > 1);
        if (new Set(boxes.map((box) => Math.round(box.top))).size > 1) broken.push(word[0]);
      }
    }
  }
  return broken;
}"""


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_no_word_of_a_form_or_a_table_is_broken(visit: Callable[..., Page], language: str, width: int) -> None:
    page = visit(f"/?ui={language}", viewport={"width": width, "height": 800})
    found = {}
    for path in FORMS_AND_TABLES:
        page.goto(urljoin(page.url, f"{path}{'&' if '?' in path else '?'}ui={language}"))
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        if broken := page.evaluate(BROKEN):
            found[path] = broken
    assert found == {}
