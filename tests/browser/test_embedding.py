"""The archive in pages of others: every example of docs/embedding.md, in a browser, from another origin."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from playwright.sync_api import Browser, Locator, Page, expect  # noqa: E402  after the check that it is there

from searchsvc.engines.memory import MemoryEngine  # noqa: E402  the same
from searchsvc.model.document import chunk  # noqa: E402  the same
from searchsvc.settings import Settings  # noqa: E402  the same
from searchsvc.web import create_app  # noqa: E402  the same
from tests import servers  # noqa: E402  the same
from tests.docs.documents import DOCS, fenced  # noqa: E402  the same
from tests.web.web_articles import article, filled_engine  # noqa: E402  the same

pytestmark = pytest.mark.browser

EMBEDDING = DOCS / "embedding.md"
WRITTEN = "https://archive.example/path"
FORM, TAG, IN_PLACE, ARABIC, FRAME = fenced(EMBEDDING, "html")
(LOOK,) = fenced(EMBEDDING, "css")
(POLICY,) = fenced(EMBEDDING, "http")
(SCRIPT,) = fenced(EMBEDDING, "js")
#: What every page of the tests says, but for the one with a form and the one with a frame.
STRICT = POLICY.partition(": ")[2].strip()
SINGER = article(
    "singer",
    "𝄞𝄞🦢 Swans sing at night",
    ("paragraph", "🦢🦢🦢 Two swans sang below the weir, said 𝒢reta, and the otters listened to the swans."),
)


def engine_with_music() -> MemoryEngine:
    engine = filled_engine()
    with engine.writer() as writer:
        writer.put(chunk(SINGER))
    return engine


@contextmanager
def serving(*, filled: bool = True, **settings: Any) -> Iterator[str]:
    """The service below a path; yield its address."""
    port = servers.free_port()
    address = f"http://127.0.0.1:{port}/path"
    app = create_app(Settings(base_url=address, **settings), engine_with_music() if filled else None)
    with servers.serving(app, port):
        yield address


@contextmanager
def publishing(pages: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """The site of somebody else: path → policy and page, which may change; yield its origin."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            policy, page = pages.get(self.path, ("default-src 'none'", "<title>nothing</title>"))
            body = page.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    with servers.at_work(server):
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture(scope="module")
def archive() -> Iterator[str]:
    with serving() as address:
        yield address


PAGES: dict[str, tuple[str, str]] = {}


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with publishing(PAGES) as origin:
        yield origin


Publish = Callable[..., Page]


@pytest.fixture
def publish(browser: Browser, archive: str, site: str) -> Iterator[Publish]:
    """A function that opens a page of the site with a body of ours.

    What the browser complains about fails the test, and so does a request to anybody but the site and the archive.
    """
    complaints: list[str] = []
    strays: list[str] = []
    with ExitStack() as stack:

        def open_page(
            body: str,
            *,
            at: str = archive,
            policy: str = STRICT,
            head: str = "",
            root: str = 'lang="en"',
            expected: str = "",
            **options: Any,
        ) -> Page:
            text = f"<!doctype html><html {root}><head><title>A paper</title>{head}</head><body><h1>A paper</h1>{body}"
            origin = at.rpartition("/path")[0] or at
            PAGES["/"] = (policy.replace("https://archive.example", origin), text.replace(WRITTEN, at))
            context = browser.new_context(**{"viewport": {"width": 1000, "height": 800}, **options})
            stack.callback(context.close)
            page = context.new_page()
            page.on(
                "console",
                lambda message: (
                    complaints.append(message.text)
                    if message.type in {"error", "warning"} and not (expected and re.search(expected, message.text))
                    else None
                ),
            )
            page.on("pageerror", lambda error: complaints.append(str(error)))
            known = (f"{site}/", f"{at}/")
            page.on("request", lambda asked: None if asked.url.startswith(known) else strays.append(asked.url))
            page.goto(site)
            return page

        yield open_page
    assert complaints == []
    assert [url for url in strays if not url.endswith("/favicon.ico")] == []


def box_of(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search the archive")


def test_a_form_leads_to_the_archive(publish: Publish, archive: str) -> None:
    page = publish(FORM, policy="default-src 'none'; form-action https://archive.example", java_script_enabled=False)
    page.get_by_role("searchbox", name="Search the archive").fill("otters")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(f"{archive}/?q=otters")
    expect(page.locator(".hit h2").first).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="All about the ferry").click()
    expect(page).to_have_url(f"{archive}/?q=ferry")


def test_by_keyboard_alone_from_a_letter_to_an_article(publish: Publish, archive: str) -> None:
    page = publish(TAG)
    page.keyboard.press("Tab")
    box = box_of(page)
    expect(box).to_be_focused()
    page.keyboard.type("swan")
    groups = page.get_by_role("listbox").get_by_role("group")
    expect(page.get_by_role("group", name="Articles").get_by_role("option")).not_to_have_count(0)
    expect(box).to_have_attribute("aria-expanded", "true")
    options = page.get_by_role("option")
    told = page.get_by_role("status").filter(has_text="Suggestions")
    expect(told).to_have_text(f"Suggestions: {options.count()}")
    assert groups.count() >= 2
    last = options.count() - 1
    for key, at in (
        ("ArrowDown", 0),
        ("ArrowDown", 1),
        ("End", last),
        ("ArrowDown", 0),
        ("ArrowUp", last),
        ("Home", 0),
    ):
        page.keyboard.press(key)
        expect(options.nth(at)).to_have_attribute("aria-selected", "true")
        expect(page.locator("[role=option][aria-selected=true]")).to_have_count(1)
        assert box.get_attribute("aria-activedescendant") == options.nth(at).get_attribute("id")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(told).to_have_count(0)
    expect(box).to_have_value("swan")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Home")
    page.keyboard.type("x")
    expect(box).to_have_value("xswan", timeout=5000)
    box.fill("otters ret")
    expect(page.get_by_role("option", name="Otters return to the Tarn")).to_be_visible()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{archive}/a/otters")


def test_shortcuts_of_the_page_do_not_take_what_is_typed(publish: Publish) -> None:
    page = publish(TAG)
    page.evaluate("window.keys = []; document.addEventListener('keydown', (event) => { window.keys.push(event.key); })")
    box = box_of(page)
    box.press_sequentially("/jk swan")
    expect(box).to_have_value("/jk swan")
    box.fill("swan")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("window.keys") == [], "Esc has closed the list only"
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    assert page.evaluate("window.keys") == ["Escape", "Control", "k"]


def test_enter_leads_to_the_page_of_results(publish: Publish, archive: str) -> None:
    page = publish(TAG)
    box_of(page).fill("otters & mill")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{archive}/?q=otters+%26+mill")


def test_a_person_that_is_suggested_leads_to_the_archive(publish: Publish, archive: str) -> None:
    page = publish(TAG)
    box_of(page).press_sequentially("oldr")
    page.get_by_role("group", name="People").get_by_role("option", name="Greta Oldroyd").click()
    expect(page).to_have_url(re.compile(re.escape(archive) + "/.*Oldroyd"))


def test_results_are_listed_in_place(publish: Publish, site: str, archive: str) -> None:
    page = publish(IN_PLACE)
    box = box_of(page)
    box.fill("station report")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="found")).to_have_text("Articles found: 26, shown: 5")
    expect(page.get_by_role("listitem")).to_have_count(5)
    expect(box).to_be_focused()
    expect(page).to_have_url(f"{site}/")
    expect(page.get_by_role("listitem").first).to_contain_text("Fellside Echo")
    expect(page.get_by_role("listitem").first).to_contain_text(re.compile(r"\d{1,2} [A-Z][a-z]+ 20\d\d"))
    expect(page.get_by_role("listitem").first.locator("mark").first).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("listitem").first.get_by_role("link").click()
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("Weather station report")
    assert opened.value.url.startswith(f"{archive}/a/report-")
    expect(page.get_by_role("link", name="All results")).to_have_attribute("href", f"{archive}/?q=station+report")
    expect(page.get_by_role("link", name="All results")).to_have_attribute("rel", "noopener")
    assert page.context.cookies() == []
    assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]


def test_a_search_that_is_suggested_is_made_in_place(publish: Publish, site: str) -> None:
    page = publish(IN_PLACE)
    box_of(page).press_sequentially("statio")
    page.get_by_role("group", name="Searches").get_by_role("option").first.click()
    expect(page.get_by_role("listitem")).to_have_count(5)
    expect(box_of(page)).to_have_value("station")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page).to_have_url(f"{site}/")


def test_marks_count_code_points(publish: Publish) -> None:
    page = publish(IN_PLACE)
    box_of(page).fill("swans otters night")
    page.keyboard.press("Enter")
    found = page.get_by_role("listitem").filter(has_text="𝄞𝄞🦢")
    expect(found).to_have_count(1)
    marked = found.locator("mark").all_text_contents()
    assert {text.lower() for text in marked} == {"swans", "otters", "night"}
    expect(found.get_by_role("link")).to_have_text("𝄞𝄞🦢 Swans sing at night")


def test_what_is_hostile_is_shown_as_text(publish: Publish) -> None:
    page = publish(IN_PLACE)
    box_of(page).fill("lantern")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listitem").first).to_contain_text("<script>alert(1)</script>")
    assert page.evaluate("document.querySelector('news-search').shadowRoot.querySelector('li script, li img')") is None


def test_nothing_found_and_an_empty_box_are_told(publish: Publish) -> None:
    page = publish(IN_PLACE)
    box_of(page).fill("zzqqx")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Nothing")).to_have_text("Nothing found")
    expect(page.get_by_role("listitem")).to_have_count(0)
    expect(page.get_by_role("link", name="All results in the archive")).to_have_count(0)
    box_of(page).fill("")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text=re.compile("."))).to_have_count(0)


def test_a_query_that_is_refused_is_told_with_the_reason(publish: Publish) -> None:
    page = publish(IN_PLACE, expected="status of 4")
    box_of(page).fill("after:2024-99 mill")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="2024-99")).to_contain_text("is no date")


def test_an_archive_that_cannot_be_reached_is_told_in_place(publish: Publish) -> None:
    nobody = f"http://127.0.0.1:{servers.free_port()}/path"
    script = f"{WRITTEN}/static/news-search.js"
    page = publish(
        IN_PLACE.replace(f'endpoint="{WRITTEN}"', f'endpoint="{nobody}"'), expected="Content Security|connect"
    )
    assert script in IN_PLACE
    box_of(page).fill("otters")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="cannot be reached")).to_be_visible()
    page.evaluate("document.querySelector('news-search').setAttribute('failed', 'Leider nicht da')")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Leider nicht da")).to_be_visible()


def test_an_archive_without_an_index_is_told_in_place(publish: Publish, tmp_path: Path) -> None:
    with serving(filled=False, engine=f"whoosh:{tmp_path / 'none'}") as address:
        page = publish(IN_PLACE, at=address, expected="status of 503")
        box_of(page).fill("otters")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").filter(has_text="cannot be reached")).to_be_visible()


@pytest.mark.parametrize("endpoint", ["", 'endpoint=""', 'endpoint="javascript:alert(1)"', 'endpoint="http://["'])
def test_without_an_address_the_box_says_so(publish: Publish, endpoint: str) -> None:
    page = publish(IN_PLACE.replace(f'endpoint="{WRITTEN}"', endpoint))
    box_of(page).fill("otters")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="no address")).to_be_visible()


def test_words_and_direction_are_the_pages(publish: Publish) -> None:
    page = publish(ARABIC, viewport={"width": 320, "height": 640})
    box = page.get_by_role("combobox", name="ابحث في الأرشيف")
    button = page.get_by_role("button", name="بحث")
    places = box.bounding_box(), button.bounding_box()
    assert places[0]
    assert places[1]
    assert places[1]["x"] + places[1]["width"] <= places[0]["x"], "the button stands left of the box"
    box.press_sequentially("swan")
    expect(page.get_by_role("group", name="عناوين")).to_be_visible()
    page.keyboard.press("Escape")
    box.fill("station report")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="مقالات")).to_have_text(re.compile("^(26|٢٦) مقالات$"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box.fill("zzqqx")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="لا نتائج")).to_be_visible()


def test_the_direction_of_the_page_holds_too(publish: Publish) -> None:
    page = publish(TAG, root='lang="he" dir="rtl"')
    box, button = box_of(page).bounding_box(), page.get_by_role("button").bounding_box()
    assert box
    assert button
    assert button["x"] < box["x"]


def test_an_input_method_is_left_alone(publish: Publish, site: str) -> None:
    page = publish(IN_PLACE)
    box = box_of(page)
    box.focus()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    wire = page.context.new_cdp_session(page)
    wire.send("Input.imeSetComposition", {"text": "station", "selectionStart": 7, "selectionEnd": 7})
    expect(box).to_have_value("station")
    page.wait_for_timeout(500)
    for key in ("Enter", "ArrowDown", "Escape"):
        page.evaluate(
            "(key) => document.querySelector('news-search').shadowRoot.querySelector('input').dispatchEvent("
            "new KeyboardEvent('keydown', {key, isComposing: true, bubbles: true, cancelable: true}))",
            key,
        )
    page.wait_for_timeout(300)
    assert asked == [], "what is being composed is not asked for"
    wire.send("Input.insertText", {"text": "station"})
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("listitem")).to_have_count(5)
    expect(page).to_have_url(f"{site}/")


def test_the_script_may_be_loaded_twice_and_the_element_stand_twice(publish: Publish) -> None:
    page = publish(IN_PLACE + IN_PLACE.replace('results="5"', 'results="2" label="Again"'))
    expect(page.get_by_role("combobox")).to_have_count(2)
    page.get_by_role("combobox", name="Again").fill("station report")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listitem")).to_have_count(2)
    page.evaluate("for (const one of document.querySelectorAll('news-search')) { document.body.append(one); }")
    box_of(page).fill("station report")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listitem")).to_have_count(7)


def test_its_look_is_changed_from_outside_and_touches_nothing_else(publish: Publish) -> None:
    policy = f"{STRICT}; style-src 'unsafe-inline'"
    page = publish(IN_PLACE, policy=policy, head=f"<style>{LOOK} input, button {{ display: none !important; }}</style>")
    box = box_of(page)
    expect(box).to_be_visible()
    style = "(one, name) => getComputedStyle(one).getPropertyValue(name)"
    assert box.evaluate("(one) => getComputedStyle(one).borderRadius") == "16px"
    assert page.get_by_role("button").evaluate(style, "font-weight") == "700"
    label = page.locator("news-search label").bounding_box()
    assert label
    assert label["width"] > 50, "the part is shown"


CONTRASTS = """() => {
  const root = document.querySelector("news-search").shadowRoot, bad = [];
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * x + .7152 * y + .0722 * z;
  };
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const ground = (at) => {
    for (; at; at = at.parentElement ?? at.getRootNode().host) {
      const found = rgb(getComputedStyle(at).backgroundColor);
      if (found[3] === 255) return found;
    }
    return dark ? [18, 18, 18, 255] : [255, 255, 255, 255];
  };
  for (const one of root.querySelectorAll("input, button, a, mark, p, span, .group, .option")) {
    if (!one.checkVisibility()) continue;
    const [high, low] = [light(rgb(getComputedStyle(one).color)), light(ground(one))].sort((a, b) => b - a);
    const ratio = (high + .05) / (low + .05);
    if (ratio < 4.5) bad.push(`${one.tagName}.${one.className} ${ratio.toFixed(2)}`);
    const { height, width } = one.getBoundingClientRect();
    if (one.matches("input, button, a, .option") && Math.min(height, width) < 24) bad.push(`small ${one.className}`);
  }
  return bad;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_and_hit_in_the_light_and_in_the_dark(publish: Publish, scheme: str) -> None:
    page = publish(IN_PLACE, color_scheme=scheme, head='<meta name="color-scheme" content="light dark">')
    box_of(page).fill("swans otters night")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listitem").first).to_be_visible()
    box_of(page).fill("")
    box_of(page).press_sequentially("swan")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    assert page.evaluate(CONTRASTS) == []


def test_the_script_of_the_document_reads_the_marks(publish: Publish) -> None:
    page = publish(
        "", policy=f"{STRICT}; script-src 'unsafe-inline'".replace("script-src https://archive.example; ", "")
    )
    lines: list[str] = []
    page.on("console", lambda message: lines.append(message.text))
    wrapped = SCRIPT.replace(WRITTEN, page.evaluate("'AT'")).replace("ferry", "swans")
    at = PAGES["/"][0].partition("connect-src ")[2].partition(";")[0] + "/path"
    page.evaluate(f"(async () => {{ {wrapped.replace('AT', at)} }})()")
    assert any("Swans" in line for line in lines), lines


def test_a_frame_is_shown_where_the_setting_lets_it(publish: Publish, site: str) -> None:
    policy = "default-src 'none'; frame-src https://archive.example"
    with serving(frame_ancestors=(site,)) as address:
        page = publish(FRAME, at=address, policy=policy)
        frame = page.frame_locator("iframe")
        frame.get_by_label("Search the archive").fill("otters")
        page.keyboard.press("Enter")
        expect(frame.locator(".hit h2").first).to_be_visible()
    refused = publish(FRAME, policy=policy, expected="frame-ancestors|Framing")
    expect(refused.frame_locator("iframe").get_by_label("Search the archive")).to_have_count(0)


def test_only_pages_of_listed_origins_find_anything(publish: Publish, site: str) -> None:
    with serving(cors_origins=(site,)) as address:
        page = publish(IN_PLACE, at=address)
        box_of(page).fill("station report")
        page.keyboard.press("Enter")
        expect(page.get_by_role("listitem")).to_have_count(5)
    with serving(cors_origins=("https://paper.example",)) as address:
        page = publish(IN_PLACE, at=address, expected="CORS policy|Failed to load")
        box_of(page).fill("station report")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").filter(has_text="cannot be reached")).to_be_visible()
