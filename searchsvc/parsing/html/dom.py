"""The page as a flat list of elements and of the text blocks between their borders.

Elements are numbered in document order, so that every question about ancestors is a comparison of numbers.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from typing import NamedTuple

_HINT_ATTRIBUTES = ("class", "id", "role", "itemprop", "data-testid", "data-component", "data-type", "aria-label")
#: Longer ones are generated; the names come first.
HINT_LENGTH = 300
_SPACE = re.compile(r"[\s\u200b\ufeff]+")


@dataclass(slots=True)
class Element:
    """An element. `seq` is its index in document order, `end` that of its last descendant."""

    tag: str
    attrs: dict[str, str]
    parent: "Element | None"
    seq: int
    depth: int
    skip: bool
    hidden: bool
    #: Index of the first text in it.
    first: int = 0
    end: int = 0
    #: Its slice of `HtmlDocument.markup`.
    markup_start: int = 0
    markup_end: int = 0
    _hint: str | None = None

    @property
    def hint(self) -> str:
        """What the page's author called it: class, id, role … in lower case."""
        if self._hint is None:
            found = " ".join(value for name in _HINT_ATTRIBUTES if (value := self.attrs.get(name)))
            self._hint = found[:HINT_LENGTH].lower()
        return self._hint

    @property
    def classes(self) -> list[str]:
        """Names of its classes."""
        return self.attrs.get("class", "").split()

    def contains(self, other: "Element") -> bool:
        """Say whether the other is this one or below it."""
        return self.seq <= other.seq <= self.end


class VoidElement(NamedTuple):
    """An element without an end tag: `<br>`."""

    tag: str
    attrs: dict[str, str]


class Comment(NamedTuple):
    """A comment, without its marks."""

    text: str


@dataclass(slots=True)
class TextBlock:
    """A text between two block borders, or an image."""

    text: str
    element: Element
    #: Index among the text blocks; of an image: of the text block that follows.
    index: int
    words: int = 0
    #: Shares of its characters that are links, bold, italic.
    link_density: float = 0.0
    bold_share: float = 0.0
    italic_share: float = 0.0
    #: Address of its first link, or of the image.
    href: str | None = None
    #: Open zones that comments mark, outermost first, each with its number on the page.
    zones: tuple[tuple[str, int], ...] = ()
    #: The innermost element around its first letter.
    inner: Element | None = None
    #: Of a short line with a link: its texts with the element around each.
    parts: tuple[tuple[str, Element], ...] = ()


@dataclass(slots=True)
class HtmlDocument:
    """A page: its elements, text blocks and images, and what its head declares."""

    elements: list[Element] = field(default_factory=list)
    #: The parsed page in document order, for `markup_of`: each element twice, where it begins and where it ends.
    markup: list[Element | VoidElement | Comment | str] = field(default_factory=list)
    #: Texts in document order.
    text_blocks: list[TextBlock] = field(default_factory=list)
    #: Images in document order.
    images: list[TextBlock] = field(default_factory=list)
    #: (name in lower case, content) of each `<meta>`.
    metas: list[tuple[str, str]] = field(default_factory=list)
    #: Contents of `<script type="application/ld+json">`.
    scripts: list[str] = field(default_factory=list)
    #: (datetime, element, index of the text that follows) of each `<time>`.
    times: list[tuple[str, Element, int]] = field(default_factory=list)
    canonical: str | None = None
    #: URL in an archive's toolbar.
    archived: str | None = None
    title: str = ""
    language: str | None = None


def markup_of(document: HtmlDocument, element: Element) -> str:
    """Return an element as HTML in which every tag is closed: as it was parsed, not as the page has it."""
    html: list[str] = []
    is_raw = False
    for index in range(element.markup_start, element.markup_end):
        node = document.markup[index]
        if isinstance(node, str):
            html.append(node if is_raw else escape(node, quote=False))
        elif isinstance(node, Comment):
            html.append(f"<!--{node.text}-->")
        elif isinstance(node, VoidElement) or node.markup_start == index:
            html.append(_start_tag(node.tag, node.attrs))
            is_raw = node.tag in RAW_TEXT_TAGS
        else:
            html.append(f"</{node.tag}>")
            is_raw = False
    return "".join(html)


def _start_tag(name: str, attrs: dict[str, str]) -> str:
    written = "".join(f' {key}="{escape(value)}"' for key, value in attrs.items())
    return f"<{name}{written}>"


def spaced(text: str) -> str:
    """Return the text with every run of white space as one space."""
    return _SPACE.sub(" ", text).strip()


# fmt: off
#: Elements that end a line of text.
BLOCK_TAGS = frozenset({
    "p", "div", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "tr", "table",
    "tbody", "thead", "caption", "section", "article", "main", "aside", "nav", "header", "footer", "figure",
    "figcaption", "blockquote", "pre", "form", "fieldset", "body", "html", "address", "details", "summary", "center",
    "hr", "button", "label", "select", "option", "iframe", "video", "audio", "amp-ad", "picture",
})
#: Elements whose text is not on the page.
SKIPPED_TAGS = frozenset({
    "script", "style", "noscript", "template", "svg", "button", "select", "option", "textarea", "iframe", "head",
    "video", "audio", "object", "canvas", "math", "map", "dialog",
})
#: Elements that hold nothing.
VOID_TAGS = frozenset({
    "br", "hr", "img", "input", "meta", "link", "source", "wbr", "area", "base", "col", "embed", "param", "track",
})
#: Elements whose text is no markup: character references in it are not read.
RAW_TEXT_TAGS = frozenset({"script", "style", "xmp", "iframe", "noembed", "noframes", "plaintext"})
# fmt: on
#: Text for screen readers: labels of what is seen anyway.
_FOR_SCREEN_READERS = re.compile(
    r"(?:^|[\s_-])(?:off-?screen|visually-?hidden|sr-only|screen-?reader(?:-text|-only)?|show-for-sr|a11y-hidden|blq-hide"
    r"|assistive-text)(?:$|[\s_-])|VisuallyHidden"
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
#: Different class attributes a run meets before old ones are forgotten.
_CACHED_NAMES = 16_384


def is_for_screen_readers(name: str, attrs: dict[str, str]) -> bool:
    """Say whether an element holds only what is said to those who cannot see the page."""
    names = attrs.get("class")
    if not names:
        return False
    return _names_for_screen_readers(names[:HINT_LENGTH]) or (name in {"a", "span"} and "hidden" in names.split())


@lru_cache(_CACHED_NAMES)
def _names_for_screen_readers(names: str) -> bool:
    return bool(_FOR_SCREEN_READERS.search(names))


def is_hidden(attrs: dict[str, str]) -> bool:
    """Say whether an element is hidden until a script shows it."""
    if not attrs:
        return False
    style = attrs.get("style")
    return (
        "hidden" in attrs or attrs.get("aria-hidden") == "true" or bool(style and _HIDDEN.search(style[:HINT_LENGTH]))
    )
