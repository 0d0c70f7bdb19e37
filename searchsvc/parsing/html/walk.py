"""Soup → Outline, in one pass over the tree in document order."""

import re

from bs4 import BeautifulSoup
from bs4.element import Comment, NavigableString, PageElement, PreformattedString, Tag

from searchsvc.parsing.html.outline import HINT_LENGTH, Node, Outline, Piece, spaced

# fmt: off
#: Elements that end a line of text.
BLOCK = frozenset({
    "p", "div", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "tr", "table",
    "tbody", "thead", "caption", "section", "article", "main", "aside", "nav", "header", "footer", "figure",
    "figcaption", "blockquote", "pre", "form", "fieldset", "body", "html", "address", "details", "summary", "center",
    "hr", "button", "label", "select", "option", "iframe", "video", "audio", "amp-ad", "picture",
})
#: Elements whose text is not on the page.
SKIP = frozenset({
    "script", "style", "noscript", "template", "svg", "button", "select", "option", "textarea", "iframe", "head",
    "video", "audio", "object", "canvas", "math", "map", "dialog",
})
_VOID = frozenset({
    "br", "hr", "img", "input", "meta", "link", "source", "wbr", "area", "base", "col", "embed", "param", "track",
})
# fmt: on
#: Text for screen readers: labels of what is seen anyway.
_UNSEEN = re.compile(
    r"(?:^|[\s_-])(?:off-?screen|visually-?hidden|sr-only|screen-?reader(?:-text|-only)?|show-for-sr|a11y-hidden|blq-hide"
    r"|assistive-text)(?:$|[\s_-])|VisuallyHidden"
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
#: `<!-- S IBOX -->`, `<!-- E IBOX -->`: zones of old publishing systems.
_ZONE = re.compile(r"\s*([SE])\s+([A-Z]{2,6})\s*$")
#: A part in a box in a story needs three.
_MAX_ZONES = 8
#: The fullest page of our samples has a tenth of this; what follows is not looked at.
MAX_PIECES = 20_000
#: One `<br>` after this ends a paragraph, elsewhere it breaks a line.
_SENTENCE_END = frozenset('.!?”"')
_PARAGRAPH_BREAKS = 2


def outline_of(soup: BeautifulSoup) -> Outline:
    """Return the page's texts in document order."""
    return _Walk().over(soup)


class _Walk:
    """One pass over a tree. Depth costs nothing: there is no recursion, and each element closes once."""

    def __init__(self) -> None:
        self.found = Outline()
        self.node: Node | None = None
        self.open: list[Tag] = []
        self.texts: list[str] = []
        self.inner: Node | None = None
        self.link = self.strong = self.emphasis = self.breaks = 0
        self.depths = {"a": 0, "b": 0, "i": 0}
        self.href: str | None = None
        self.zones: list[tuple[str, int]] = []
        self.zone_count = 0

    def over(self, soup: BeautifulSoup) -> Outline:
        element: PageElement | None = soup.contents[0] if soup.contents else None
        while element is not None:
            while self.open and element.parent is not self.open[-1]:
                self.close()
            if isinstance(element, Tag):
                self.start(element)
            elif isinstance(element, Comment):
                self.comment(element)
            elif isinstance(element, NavigableString) and not isinstance(element, PreformattedString):
                self.text(element)
            element = element.next_element
        while self.open:
            self.close()
        self.flush()
        return self.found

    def start(self, tag: Tag) -> None:
        name = tag.name
        attrs: dict[str, str] = tag.attrs  # type: ignore[assignment] # single values: see soup_of
        if name in _VOID:
            self.void(name, attrs)
            self.open_void(tag)
            return
        if name in BLOCK:
            self.flush()
        up = self.node
        node = Node(
            name,
            attrs,
            up,
            len(self.found.nodes),
            up.depth + 1 if up else 0,
            tag,
            name in SKIP or (up is not None and up.skip) or _unseen(name, attrs),
            (up is not None and up.hidden) or _hides(attrs),
            len(self.found.pieces),
        )
        self.found.nodes.append(node)
        self.node = node
        self.open.append(tag)
        self.special(name, attrs, tag)

    def open_void(self, tag: Tag) -> None:
        """Broken markup may put content into void elements; it belongs to the element around them."""
        if tag.contents and self.node is not None:
            up = self.node
            nodes = self.found.nodes
            self.node = Node("span", {}, up, len(nodes), up.depth + 1, tag, up.skip, up.hidden, len(self.found.pieces))
            nodes.append(self.node)
            self.open.append(tag)

    def special(self, name: str, attrs: dict[str, str], tag: Tag) -> None:
        found = self.found
        if name == "a":
            self.depths["a"] += 1
            self.href = self.href or attrs.get("href")
        elif name in {"strong", "b"}:
            self.depths["b"] += 1
        elif name in {"em", "i"}:
            self.depths["i"] += 1
        elif name == "time":
            found.times.append((attrs.get("datetime") or "", found.nodes[-1], len(found.pieces)))
        elif name == "script" and "ld+json" in (attrs.get("type") or "").lower():
            found.scripts.append("".join(str(text) for text in tag.contents if isinstance(text, NavigableString)))
        elif name == "title" and not found.title:
            found.title = spaced("".join(str(text) for text in tag.contents if isinstance(text, NavigableString)))
        elif name == "html" and not found.language:
            found.language = attrs.get("lang") or attrs.get("xml:lang") or None
        elif "data-alt" in attrs:  # an image that a script would load
            self.image(attrs, attrs["data-alt"])

    def void(self, name: str, attrs: dict[str, str]) -> None:
        found = self.found
        if name == "br":
            self.line_break()
        elif name == "hr":
            self.flush()
        elif name == "meta":
            key = attrs.get("property") or attrs.get("name") or attrs.get("itemprop") or attrs.get("http-equiv")
            if key and attrs.get("content"):
                found.metas.append((key.strip().lower(), attrs["content"]))
        elif name == "link" and not found.canonical and "canonical" in (attrs.get("rel") or "").lower():
            found.canonical = attrs.get("href")
        elif name == "img" and self.node is not None and not self.node.skip:
            self.image(attrs, attrs.get("alt") or "")

    def image(self, attrs: dict[str, str], alt: str) -> None:
        """Note an image with its text, and the index of the text that follows."""
        at = len(self.found.pieces) + bool(self.texts)
        address = attrs.get("src") or attrs.get("data-src")
        if self.node is not None:
            self.found.images.append(Piece(spaced(alt), self.node, at, href=address, zones=tuple(self.zones)))

    def line_break(self) -> None:
        self.breaks += 1
        if self.breaks == _PARAGRAPH_BREAKS:
            self.flush()
        elif self.texts:
            if self.texts[-1].rstrip()[-1:] in _SENTENCE_END and len(self.texts[-1]) > 1:
                self.flush()
            else:
                self.texts.append("\n")

    def close(self) -> None:
        tag = self.open.pop()
        node = self.node
        if node is None:
            return
        if node.tag in BLOCK:
            self.flush()
        if tag.name == "a":
            self.depths["a"] -= 1
        elif tag.name in {"strong", "b"}:
            self.depths["b"] -= 1
        elif tag.name in {"em", "i"}:
            self.depths["i"] -= 1
        node.end = len(self.found.nodes) - 1
        self.node = node.parent

    def comment(self, comment: Comment) -> None:
        mark = _ZONE.match(comment)
        if not mark:
            return
        self.flush()
        if mark[1] == "S":
            self.zone_count += 1
            if len(self.zones) < _MAX_ZONES:
                self.zones.append((mark[2], self.zone_count))
            return
        for i in range(len(self.zones) - 1, -1, -1):
            if self.zones[i][0] == mark[2]:
                del self.zones[i:]
                return

    def text(self, text: str) -> None:
        node = self.node
        if node is None or node.skip or node.tag == "html":
            return
        if text.isspace():
            if self.texts:
                self.texts.append(" ")
            return
        self.breaks = 0
        self.inner = self.inner or node
        self.texts.append(text)
        size = len(text)
        if self.depths["a"] > 0:
            self.link += size
        if self.depths["b"] > 0:
            self.strong += size
        if self.depths["i"] > 0:
            self.emphasis += size

    def flush(self) -> None:
        """End the text before this border."""
        text = spaced("".join(self.texts)) if self.texts else ""
        if text and self.node is not None and len(self.found.pieces) < MAX_PIECES:
            node = self.node
            while node.parent is not None and node.tag not in BLOCK:
                node = node.parent
            size = len(text)
            pieces = self.found.pieces
            pieces.append(
                Piece(
                    text,
                    node,
                    len(pieces),
                    text.count(" ") + 1,
                    min(1.0, self.link / size),
                    min(1.0, self.strong / size),
                    min(1.0, self.emphasis / size),
                    self.href,
                    tuple(self.zones),
                    self.inner,
                )
            )
        self.texts = []
        self.inner = None
        self.link = self.strong = self.emphasis = self.breaks = 0
        self.href = None


def _unseen(name: str, attrs: dict[str, str]) -> bool:
    names = attrs.get("class")
    if not names:
        return False
    return bool(_UNSEEN.search(names[:HINT_LENGTH])) or (name in {"a", "span"} and "hidden" in names.split())


def _hides(attrs: dict[str, str]) -> bool:
    if not attrs:
        return False
    style = attrs.get("style")
    return (
        "hidden" in attrs or attrs.get("aria-hidden") == "true" or bool(style and _HIDDEN.search(style[:HINT_LENGTH]))
    )
