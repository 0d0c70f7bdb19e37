"""Whatever the markup and the style sheet: what is written has no element, attribute or address that is not listed."""

# ruff: noqa: E501  lists of pieces of markup, many to a line

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.model.source import Source
from searchsvc.replay.markup_rewriter import Rewritten, rewritten_page
from searchsvc.replay.recorded_page import RecordedPage
from searchsvc.replay.replay_process import picture_type
from searchsvc.replay.safe_markup import DROPPED, SHOWN, addresses_in_set
from searchsvc.replay.style_rewriter import NOTHING, rewritten_style, unescaped
from searchsvc.sources.crawl_records import RecordedBody
from tests.examples import examples
from tests.replay.saved_archives import PNG

EMBEDDED = "data:image/png;base64,iVBORw0KGgo="


@dataclass
class Shelf:
    """What lies beside a page: everything but what is called `gone`."""

    base: str = "https://post.example/2024/wall.html"
    styles: dict[str, str] = field(default_factory=dict)

    def has(self, address: str) -> bool:
        return "gone" not in address

    def read(self, address: str) -> RecordedBody | None:
        style = self.styles.get(address)
        return RecordedBody(style.encode(), "text/css", "utf-8") if style else RecordedBody(PNG, "image/png", None)


def rewritten(markup: str, shelf: Shelf | None = None) -> Rewritten:
    source = Source("wall.html", "wall.html", markup.encode("utf-8", "replace"), "text/html", "0" * 64)
    return rewritten_page(RecordedPage(source, shelf or Shelf()), None)


def written(markup: str, shelf: Shelf | None = None) -> str:
    page = rewritten(markup, shelf).page
    links = iter([*page.links, ""])
    return page.head + "".join(
        part + (f' href="{next(links)}"' if i < len(page.links) else "") for i, part in enumerate(page.parts)
    )


class Reader(HTMLParser):
    """Another parser than ours, which gathers what stands in the page."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


SAFE_ADDRESS = re.compile(r"r/[0-9a-f]{24}|#.*|https?://.*|data:image/png;base64,.*", re.DOTALL)


def check_markup(text: str) -> None:
    for tag, attributes in Reader(text).tags:
        assert tag in SHOWN or tag == "style", tag
        assert not tag.startswith(("script", "iframe"))
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in {
                "srcset",
                "action",
                "formaction",
                "srcdoc",
                "ping",
                "target",
                "http-equiv",
                "data",
                "poster",
            }
            if name in {"src", "href"}:
                assert SAFE_ADDRESS.fullmatch(value or ""), value
            if name == "style":
                check_style(value or "")


STRING = re.compile(r'\\.|"([^"\n]*)"', re.DOTALL)
FUNCTION = re.compile(
    r"(?<![\w@\\\u0080-\U0010ffff-])(url|src|image-set|expression)\((.{0,8})", re.DOTALL | re.IGNORECASE
)


def check_style(text: str) -> None:
    """Read a style sheet anew: its strings are told first, then names by their meaning."""
    assert "</style" not in text.lower()

    def told(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        return '"safe"' if match[1].startswith(("r/", "data:,", "data:image/png;base64,")) else '"text"'

    # An escape is a letter of the name that it stands in, and no sign.
    named = re.sub(r"\\(?:[0-9A-Fa-f]{1,6}(?:\r\n|[ \t\r\n\f])?|.)", _letter, STRING.sub(told, text), flags=re.DOTALL)
    for match in FUNCTION.finditer(named):
        assert match[1].lower() == "url", match[0]
        assert match[2].startswith('"safe"'), match[0]
    assert not re.search(r"@import(?![\w-])", named, re.IGNORECASE)


def _letter(match: re.Match[str]) -> str:
    meant = unescaped(match[0])
    return meant if meant.isalpha() else "z"


PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<div ", "<a href=", "<img src=", "<svg>", "</svg>", "<math>", "<style>", "</style>", "<script>", "</script>",
        "<noscript>", "</noscript>", "<title>", "</title>", "<textarea>", "</textarea>", "<template>", "<iframe srcdoc=", "<table>",
        "<td>", "<select>", "<option>", "<form action=", "<base href=", "<meta http-equiv=refresh content=", "<link rel=stylesheet href=",
        "javascript:alert(1)", "data:text/html,x", "//evil.example/x", "https://evil.example/", "gone.png", "a.png", EMBEDDED,
        "<!--", "-->", "<![CDATA[", "]]>", "<!doctype html>", "<body onload=", "<html style=", " style=", " onerror=alert(1)", " srcset=",
        "'", '"', ">", "<", "/>", "=", "&lt;", "&#x6a;", "&#0;", "\0", "\t", "\n", " ", "url(", ")", "@import ", ";", "{", "}", "x",
        "é", "\ud800", "\u2028", "</", "<p/", "<plaintext>", "<xmp>", "</xmp>", "<a id=", "<image src=", "<object data=", "<x-y>",
    ]
)  # fmt: skip
STYLE_PIECES = st.sampled_from(
    [
        "url(", "u\\72l(", "U\\000052 L(", "src(", "image-set(", "@import ", "@\\69mport ", "@im", "port ", "/*", "*/", "<!--", "-->",
        "'", '"', "\\", "\\\n", "\n", "\f", "\0", "(", ")", "{", "}", ";", ":", "a", "b ", "//evil.example/x", "https://evil.example/",
        "data:image/svg+xml,<svg>", EMBEDDED, "</style>", "</", "<", "style>", "expression(", "var(--x)", "--x:", "\\75 rl(", "é", " ",
        "\\0", "\\d800 ", "\\110000 ", "@font-face{src:", "@charset ", "@namespace ", "background:",
    ]
)  # fmt: skip


@examples(300)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_markup_makes_anything_that_is_not_listed(markup: str) -> None:
    check_markup(written(markup))


@examples(500)
@given(st.lists(STYLE_PIECES, max_size=30).map("".join))
def test_no_style_sheet_names_an_address_of_others(text: str) -> None:
    once = rewritten_style(text, lambda _: "r/1")
    check_style(once)


@examples(200)
@given(st.lists(STYLE_PIECES, max_size=30).map("".join))
def test_a_style_sheet_that_was_rewritten_stays_as_it_is(text: str) -> None:
    once = rewritten_style(text, lambda address: address if address.startswith("r/") else None)
    assert rewritten_style(once, lambda address: address if address.startswith("r/") else None) == once


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("a{background:url(x.png)}", 'a{background:url("r/1")}'),
        ("a{background:URL( 'x.png' )}", 'a{background:url("r/1")}'),
        ("a{background:u\\72l(x.png)}", 'a{background:url("r/1")}'),
        (f"a{{background:url({EMBEDDED})}}", f'a{{background:url("{EMBEDDED}")}}'),
        ("a{background:url(data:image/svg+xml,x)}", f'a{{background:url("{NOTHING}")}}'),
        ("a{mask:url(#m)}", f'a{{mask:url("{NOTHING}")}}'),
        ("@import 'x.css';a{color:red}", "a{color:red}"),
        ("@import url(x.css) screen;a{color:red}", "a{color:red}"),
        ("a{content:'</style>'}", 'a{content:"\\3c /style>"}'),
        ("a{content:'\\'x'}", 'a{content:"\'x"}'),
        ("a{background:image-set('x' 1x)}", 'a{background:left-out("x" 1x)}'),
        ("a/* x */b{}", "a b{}"),
        ("@media (width < 600px){a{color:red}}", "@media (width < 600px){a{color:red}}"),
    ],
)
def test_what_becomes_of_a_style_sheet(style: str, expected: str) -> None:
    assert rewritten_style(style, lambda _: "r/1") == expected


@pytest.mark.parametrize(
    ("markup", "there", "not_there"),
    [
        ("<p onclick=x class=lead>Text", '<p class="lead">Text</p>', "onclick"),
        ("<button>Send</button>", "<span>Send</span>", "button"),
        ("<form><p>Ask</form>", "<div><p>Ask</p></div>", "form"),
        ("<iframe src=x>in</iframe>after", 'data-left-out="frame"', "in</"),
        ("<iframe src=x width=1 height=1></iframe>after", "after", "left-out"),
        ("<iframe src=x style='display: none'></iframe>after", "after", "left-out"),
        ("<video poster=a.png><p>old</video>after", '<img src="r/', "old"),
        ("<noscript><img src=a.png></noscript>", '<img src="r/', "noscript"),
        ("<img src=gone.png alt='The wall'>", 'alt="The wall" data-left-out="picture"', "gone"),
        ("<img src=gone.png srcset='gone.png 1x, a.png 2x'>", 'src="r/', "srcset"),
        (f"<img src={EMBEDDED} data-src=a.png>", 'src="r/', "base64"),
        (f"<img src={EMBEDDED}>", f'src="{EMBEDDED}"', "left-out"),
        ("<picture><source srcset=a.png><img src=gone.png></picture>", 'src="r/', "source"),
        ("<a href='#part'>go</a>", '<a href="#part">go</a>', "blank"),
        ("<a href='next.html'>go</a>", ">go</a>", "javascript"),
        ("<x-card><b>bold</b></x-card>", "<b>bold</b>", "x-card"),
        ("<table background=a.png><td>cell", "background-image: url(", "<table background"),
        ("<title>Wall &amp; gate</title><p>x", "<p>x</p>", "Wall"),
        ("<svg><text>drawn</text></svg>after", "after", "drawn"),
    ],
)
def test_what_becomes_of_an_element(markup: str, there: str, not_there: str) -> None:
    text = written(markup)
    assert there in text
    assert not_there not in text


def test_links_are_read_against_the_base_of_the_page() -> None:
    bases = '<base href="https://post.example/a/b"><base href="https://other.example/">'
    page = rewritten(bases + '<a href="c">c</a><a href="//d.example/">d</a>').page
    assert page.links == ("https://post.example/a/c", "https://d.example/")


def test_a_linked_style_sheet_is_read_against_its_own_address() -> None:
    shelf = Shelf(styles={"https://post.example/css/a.css": "p{background:url(../img/x.png)}"})
    found = rewritten('<link rel=stylesheet href="/css/a.css" media=screen><p>x', shelf)
    assert '<style media="screen">p{background:url("r/' in found.page.head
    assert [*found.pictures.values()] == ["https://post.example/img/x.png"]


def test_a_page_keeps_whether_it_declares_its_type() -> None:
    assert rewritten("<!doctype html><p>x").page.declared
    assert not rewritten("<p>x").page.declared


def test_the_tables_name_no_element_twice() -> None:
    assert not DROPPED & SHOWN.keys()
    assert not any(
        name.startswith("on") or name in {"style", "href", "src"} for names in SHOWN.values() for name in names
    )


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a..", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>", None),
        (b"<html>", None),
        (b"GIF8", None),
        (b"", None),
    ],
)
def test_pictures_are_told_by_their_first_bytes(data: bytes, media_type: str | None) -> None:
    assert picture_type(data) == media_type


def test_addresses_of_a_set() -> None:
    assert addresses_in_set("a.png 1x, b.png 2x") == ["a.png", "b.png"]
    assert addresses_in_set("a,b.png 100w,c.png") == ["a,b.png", "c.png"]
    assert addresses_in_set("") == []
