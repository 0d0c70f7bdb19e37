"""Builder of HtmlDocument: one pass over the events of lxml's HTML parser, without a tree of lxml's."""

import re

from lxml import etree

from searchsvc.parsing.html.dom import (
    BLOCK_TAGS,
    SKIPPED_TAGS,
    VOID_TAGS,
    Comment,
    Element,
    HtmlDocument,
    TextBlock,
    VoidElement,
    is_for_screen_readers,
    is_hidden,
    spaced,
    word_count,
)

#: `<!-- S IBOX -->`, `<!-- E IBOX -->`: zones of old publishing systems.
_ZONE = re.compile(r"\s*([SE])\s+([A-Z]{2,6})\s*$")
#: Most zones open at a time; pages of the BBC nest three.
_MAX_ZONES = 8
#: Most text blocks of a page; those after it are not read. The page of `make quality` with most has 1,508.
MAX_TEXT_BLOCKS = 20_000
#: Elements that change how texts are read, or hold what the head declares.
_NOTED_TAGS = frozenset({"a", "strong", "b", "em", "i", "time", "script", "title", "html", "sup", "pre"})
#: `TextBlock.parts` is kept of lines shorter than this many characters.
_LINE_LENGTH = 400
#: Most characters of a bold line that is a heading within a paragraph; what parts the paragraphs of a `<pre>`.
_HEADING_LENGTH, _BLANK_LINE = 80, re.compile(r"\n[ \t\r]*\n")
_HEADINGS = frozenset({"h1", "h2"})
#: Id of the address field in the Wayback Machine's toolbar, which saved copies contain.
_TOOLBAR_ADDRESS = "wmtbURL"
#: Levels in which the element of an end tag is searched; an end tag without one is ignored.
_MISNESTED = 50
#: A single `<br>` after one of these characters ends the text block; elsewhere it is a line break in it.
_SENTENCE_END = frozenset('.!?”"')
_PARAGRAPH_BREAKS = 2
#: Digits → raised ones, which the analysis parts from the word before it; words of fewer letters are units (`m²`).
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_NOTED_WORD = re.compile(r"(?:[^\W\d]{3}|\d)\Z")
_DIGITS, _NOTED_LENGTH = re.compile(r"[0-9]+"), 3


def parse_document(markup: str) -> HtmlDocument:
    """Return the parsed page.

    Time and memory are linear in the markup. Nesting is not limited: libxml2 limits the depth of the trees that it
    builds itself, and here it builds none. Broken markup gives what was parsed before the fault.
    """
    builder = _DocumentBuilder()
    parser = etree.HTMLParser(target=builder, encoding="utf-8", huge_tree=True)
    try:
        parser.feed(markup.encode("utf-8", "replace"))
        parser.close()
    except etree.XMLSyntaxError:  # empty or broken: the events so far are used
        builder.close()
    return builder.document


#: Characters at the beginning of a `<q>` whose page has the marks itself.
_QUOTATION_MARKS = frozenset("\"“”„«»‘’'「『")


class _DocumentBuilder:
    """Target of the parser, which calls `start`, `end`, `data`, `comment` and `close`. No method is recursive."""

    def __init__(self) -> None:
        self.document = HtmlDocument()
        self.element: Element | None = None
        self.texts: list[str] = []
        self.spans: list[tuple[str, Element]] = []
        self.inner: Element | None = None
        self.link = self.strong = self.emphasis = self.breaks = 0
        self.depths = {"a": 0, "b": 0, "i": 0, "sup": 0, "pre": 0}
        self.href: str | None = None
        self.zones: list[tuple[str, int]] = []
        self.zone_count = 0
        #: Texts of the open JSON-LD script or title, else None.
        self.raw: list[str] | None = None
        #: For each open `<q>`: how many texts of the block stood before it.
        self.quoted_from: list[int] = []
        #: Whether a rule was passed since the last text block.
        self.after_rule = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        attrs = attributes or {}  # lxml passes an immutable mapping of its own if there are none
        if name in VOID_TAGS:
            self.void(name, attrs)
            return
        if name in BLOCK_TAGS:
            self.flush()
        up = self.element
        element = Element(
            name,
            attrs,
            up,
            len(self.document.elements),
            up.depth + 1 if up else 0,
            name in SKIPPED_TAGS or (up is not None and up.skip) or is_for_screen_readers(name, attrs),
            (up is not None and up.hidden) or is_hidden(attrs),
            len(self.document.text_blocks),
        )
        element.markup_start = len(self.document.markup)
        self.document.markup.append(element)
        self.document.elements.append(element)
        self.element = element
        if name == "q":
            self.quoted_from.append(len(self.texts))
        if name in _NOTED_TAGS or "data-alt" in attrs:
            self.note(name, attrs)

    def end(self, name: str) -> None:
        """Close the innermost open element of this name, and all open elements in it."""
        if name in VOID_TAGS:
            return
        element = self.element
        for _ in range(_MISNESTED):
            if element is None:
                return
            if element.tag == name:
                break
            element = element.parent
        else:
            return
        while self.element is not None and self.element is not element:
            self.leave()
        self.leave()

    def close(self) -> HtmlDocument:
        while self.element is not None:
            self.leave()
        self.flush()
        return self.document

    def note(self, name: str, attrs: dict[str, str]) -> None:
        document = self.document
        if name == "a":
            self.depths["a"] += 1
            self.href = self.href or attrs.get("href")
        elif name in {"strong", "b"}:
            self.depths["b"] += 1
        elif name in {"em", "i"}:
            self.depths["i"] += 1
        elif name in {"sup", "pre"}:
            self.depths[name] += 1
        elif name == "time":
            document.times.append((attrs.get("datetime") or "", document.elements[-1], len(document.text_blocks)))
        elif (name == "script" and "ld+json" in (attrs.get("type") or "").lower()) or (
            name == "title" and not document.title
        ):
            self.raw = []
        elif name == "html" and not document.language:
            document.language = attrs.get("lang") or attrs.get("xml:lang") or None
        elif "data-alt" in attrs:  # placeholder of an image that a script loads
            self.image(attrs, attrs["data-alt"])

    def void(self, name: str, attrs: dict[str, str]) -> None:
        document = self.document
        document.markup.append(VoidElement(name, attrs))
        if name == "br":
            self.line_break()
        elif name == "hr":
            self.flush()
            self.after_rule = True
        elif name == "meta":
            key = attrs.get("property") or attrs.get("name") or attrs.get("itemprop") or attrs.get("http-equiv")
            if key and attrs.get("content"):
                document.metas.append((key.strip().lower(), attrs["content"]))
        elif name == "input" and attrs.get("id") == _TOOLBAR_ADDRESS:
            document.archived = attrs.get("value")
        elif name == "link" and not document.canonical and "canonical" in (attrs.get("rel") or "").lower():
            document.canonical = attrs.get("href")
        elif name == "img" and self.element is not None and not self.element.skip:
            self.image(attrs, attrs.get("alt") or "")

    def image(self, attrs: dict[str, str], alt: str) -> None:
        """Add an image with its text and the index of the text block that follows."""
        at = len(self.document.text_blocks) + bool(self.texts)
        address = attrs.get("src") or attrs.get("data-src")
        if self.element is not None:
            self.document.images.append(TextBlock(spaced(alt), self.element, at, href=address, zones=tuple(self.zones)))

    def line_break(self) -> None:
        self.breaks += 1
        if self.breaks == _PARAGRAPH_BREAKS:
            self.flush()
        elif self.texts:
            if self.is_bold_line() or (self.texts[-1].rstrip()[-1:] in _SENTENCE_END and len(self.texts[-1]) > 1):
                self.flush()
            else:
                self.texts.append("\n")

    def is_bold_line(self) -> bool:
        """Return whether the line so far is short and all bold, and the bold has ended: a heading in a paragraph."""
        size = sum(map(len, self.texts))
        return self.depths["b"] == 0 and self.strong >= size and size <= _HEADING_LENGTH

    def leave(self) -> None:
        """Close the innermost element."""
        element = self.element
        if element is None:
            return
        if element.tag in BLOCK_TAGS:
            self.flush()
        if element.tag == "a":
            self.depths["a"] -= 1
        elif element.tag in {"strong", "b"}:
            self.depths["b"] -= 1
        elif element.tag in {"em", "i"}:
            self.depths["i"] -= 1
        elif element.tag in {"sup", "pre"}:
            self.depths[element.tag] -= 1
        elif element.tag == "q":
            self.enclose(self.quoted_from.pop())
        elif self.raw is not None and element.tag in {"script", "title"}:
            if element.tag == "script":
                self.document.scripts.append("".join(self.raw))
            else:
                self.document.title = spaced("".join(self.raw))
            self.raw = None
        element.end = len(self.document.elements) - 1
        self.document.markup.append(element)
        element.markup_end = len(self.document.markup)
        self.element = element.parent

    def enclose(self, start: int) -> None:
        """Put the texts of a `<q>`, from this one on, in the quotation marks that browsers show, if they have none."""
        text = "".join(self.texts[start:]).strip()
        if text and text[0] not in _QUOTATION_MARKS:
            self.texts.insert(start, "“")
            self.texts.append("”")

    def comment(self, comment: str) -> None:
        self.document.markup.append(Comment(comment))
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

    def data(self, text: str) -> None:
        self.document.markup.append(text)
        if self.raw is not None:
            self.raw.append(text)
            return
        element = self.element
        if element is None or element.skip or element.tag == "html":
            return
        if text.isspace():
            if self.texts:
                self.texts.append(" ")
            return
        self.breaks = 0
        if self.depths["pre"] and len(lines := _BLANK_LINE.split(text)) > 1:
            for line in lines:
                self.flush()
                self.words(line, element)
            return
        self.words(text, element)

    def words(self, text: str, element: Element) -> None:
        """Add a text that is shown, and no white space alone."""
        if not text.strip():
            return
        self.inner = self.inner or element
        if self.depths["sup"] > 0 and self.texts:
            text = self.raised(text)
        self.texts.append(text)
        self.spans.append((text, element))
        size = len(text)
        if self.depths["a"] > 0:
            self.link += size
        if self.depths["b"] > 0:
            self.strong += size
        if self.depths["i"] > 0:
            self.emphasis += size

    def raised(self, text: str) -> str:
        """Return a raised text as what parts it from the word before, if it is the sign of a note.

        Signs of notes are links, and digits after a word of three letters or a number; `m<sup>2</sup>` is a unit.
        """
        before = self.texts[-1][-_NOTED_LENGTH:]
        is_link = self.depths["a"] > 0
        if _DIGITS.fullmatch(text) and (_NOTED_WORD.search(before) or is_link):
            return ("" if _NOTED_WORD.search(before) else " ") + text.translate(_RAISED)
        return f" {text}" if is_link and before[-1:].isalnum() and text[:1].isalnum() else text

    def flush(self) -> None:
        """Add the text since the last border as a text block, and begin the next one."""
        text = spaced("".join(self.texts)) if self.texts else ""
        if text and self.element is not None and len(self.document.text_blocks) < MAX_TEXT_BLOCKS:
            element = self.element
            while element.parent is not None and element.tag not in BLOCK_TAGS:
                element = element.parent
            size = len(text)
            text_blocks = self.document.text_blocks
            text_blocks.append(
                TextBlock(
                    text,
                    element,
                    len(text_blocks),
                    word_count(text),
                    min(1.0, self.link / size),
                    min(1.0, self.strong / size),
                    min(1.0, self.emphasis / size),
                    self.href,
                    tuple(self.zones),
                    self.inner,
                    self.parts(text) if size < _LINE_LENGTH and (self.href or element.tag in _HEADINGS) else (),
                    self.after_rule,
                )
            )
            self.after_rule = False
        self.texts = []
        self.spans = []
        self.inner = None
        self.link = self.strong = self.emphasis = self.breaks = 0
        self.href = None

    def parts(self, line: str) -> tuple[tuple[str, Element], ...]:
        """Return the texts of the line with their elements; adjacent texts of one element are joined."""
        if len(self.spans) == 1 and len(self.texts) == 1:
            return ((line, self.spans[0][1]),)
        parts: list[tuple[str, Element]] = []
        for text, element in self.spans:
            if parts and parts[-1][1] is element:
                parts[-1] = (parts[-1][0] + text, element)
            else:
                parts.append((text, element))
        return tuple((spaced(text), element) for text, element in parts)
