"""RecordedPage → ShownPage: markup of ours, of elements that show and load nothing but what the archive has.

The page is read as events of lxml's HTML parser, and written anew: only elements and attributes of `safe_markup`, every
text escaped, every start tag with its end tag. So a browser reads what is written here, and cannot find another page
in it than we did. Nothing is recursive, and nesting is bounded; time and memory are linear in the markup.
"""

import hashlib
import re
from collections.abc import Iterable
from html import escape
from typing import NamedTuple
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree

from searchsvc.decoding import decode_markup, decode_text
from searchsvc.decoding.encoding_labels import codec_of, decoded
from searchsvc.replay.page_answers import ShownPage
from searchsvc.replay.recorded_page import Beside, RecordedPage
from searchsvc.replay.safe_markup import (
    DROPPED,
    DROPPED_VOID,
    LAZY_ADDRESSES,
    LAZY_SETS,
    LEFT_OUT,
    LONGEST_VALUE,
    RENAMED,
    SHOWN,
    VOID,
    addresses_in_set,
    is_shown,
    is_unseen,
)
from searchsvc.replay.style_rewriter import EMBEDDED_PICTURE, LONGEST_STYLE, rewritten_style
from searchsvc.sources.media_types import TEXT

#: Elements open at once; browsers nest 512. What lies deeper is shown without its elements.
MOST_NESTED_ELEMENTS = 400
#: Style sheets, pictures, references that are looked up, and links of a page, at most.
MOST_STYLES, MOST_PICTURES, MOST_LOOKUPS, MOST_LINKS = 60, 3_000, 6_000, 20_000
#: Characters of an embedded picture that may stand until a script shows another.
_PLACEHOLDER = 400
#: What a `<style>` without these types is not.
_STYLE_TYPES = frozenset({"", "text/css"})
#: Ends of addresses at which no picture lies.
_NO_PICTURES = (".woff", ".woff2", ".ttf", ".otf", ".eot", ".svg", ".svgz", ".js", ".css", ".htm", ".html", ".php")
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")
_CHARSET_RULE = re.compile(rb'\s*@charset "([\w-]{1,40})";')
#: Where a picture of the page lies, relative to the page: `r/` and its key.
PICTURES = "r/"


class Rewritten(NamedTuple):
    """A page as it is shown, and the address of each of its pictures, by key."""

    page: ShownPage
    pictures: dict[str, str]


def rewritten_page(page: RecordedPage, url: str | None) -> Rewritten:
    """Return a saved page as it is shown.

    Args:
        page: The page.
        url: Its address on the web, against which its links are read.

    Raises:
        SourceError: It is no text.

    """
    source = page.source
    if source.media_type == TEXT:
        text, _ = decode_text(source)
        body = f'<pre class="searchsvc-text">{escape(text)}</pre>'
        return Rewritten(ShownPage(' class="searchsvc-plain"', "", "", (f"<body>{body}",), ()), {})
    writer = _MarkupWriter(page.beside, source.sha256, url or source.url)
    parser = etree.HTMLParser(target=writer, encoding="utf-8", huge_tree=True)
    text = _CONTROL.sub("", decode_markup(source).text)
    try:
        parser.feed(text.encode("utf-8", "replace"))
        parser.close()
    except etree.XMLSyntaxError:  # empty or broken: what was read so far is shown
        writer.close()
    return Rewritten(writer.shown(), writer.pictures)


def picture_key(page_sha256: str, address: str) -> str:
    """Return the key of a picture: who has not read the page cannot know it."""
    return hashlib.blake2b(f"{page_sha256} {address}".encode("utf-8", "replace"), digest_size=12).hexdigest()


def markup(name: str, attributes: Iterable[tuple[str, str]]) -> str:
    """Return a start tag."""
    return f"<{name}{attributes_markup(attributes)}>"


def attributes_markup(attributes: Iterable[tuple[str, str]]) -> str:
    """Return attributes as they stand in a start tag, a space before each."""
    return "".join(f' {key}="{escape(value)}"' for key, value in attributes)


class _MarkupWriter:
    """Target of the parser, which calls `start`, `end`, `data`, `comment`, `doctype` and `close`."""

    def __init__(self, beside: Beside, sha256: str, url: str | None) -> None:
        self._beside, self._sha256, self._url = beside, sha256, url
        self._base, self._link_base = beside.base, url or ""
        self._has_base = False
        self.pictures: dict[str, str] = {}
        #: Base and reference → what stands in its place.
        self._looked_up: dict[tuple[str, str], str | None] = {}
        self._root = self._body = ""
        self._head: list[str] = []
        self._title: list[str] = []
        self._declared = False
        #: Parts of the body, and links between them.
        self._parts: list[list[str]] = [[]]
        self._links: list[str] = []
        #: Open elements as the parser names them, each with the end tag that is written for it; None if none is.
        self._open: list[tuple[str, str]] = []
        self._written = 0
        #: How many open elements drop what they contain; texts of an open `<style>` or `<title>`.
        self._dropping = 0
        self._raw: list[str] | None = None
        self._style_size, self._styles = 0, 0
        #: Addresses of the `<source>` elements of the open `<picture>`.
        self._offered: list[str] = []

    def doctype(self, *_: object) -> None:
        self._declared = True

    def comment(self, _text: str) -> None:
        """Leave it out."""

    def pi(self, *_: object) -> None:
        """Leave it out."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        attrs = {name.lower(): value for name, value in (attributes or {}).items()}
        name = RENAMED.get(tag, tag)
        if name in DROPPED_VOID:
            self._void(name, attrs)
            return
        end = ""
        if name in DROPPED:
            self._drop(name, attrs)
        elif self._dropping == 0 and name in {"html", "body"}:
            self._page_element(name, attrs)
        elif self._dropping == 0 and name.removeprefix("amp-") == "img":
            self._picture(attrs)
        elif self._dropping == 0 and name in SHOWN and (self._written < MOST_NESTED_ELEMENTS or name in VOID):
            end = self._element(name, attrs)
        if name == "picture":
            self._offered = []
        if name not in VOID:
            self._open.append((tag, end))
            self._written += bool(end)

    def end(self, tag: str) -> None:
        """Close the innermost open element, if it has this name: the parser ends each element that it has begun."""
        if not self._open or self._open[-1][0] != tag:
            return
        _, end = self._open.pop()
        name = RENAMED.get(tag, tag)
        if name in DROPPED:
            self._dropping -= 1
            if self._raw is not None and self._dropping == 0:
                self._close_raw(name)
        if end:
            self._written -= 1
            self._parts[-1].append(end)
        if name == "picture":
            self._offered = []

    def data(self, text: str) -> None:
        if self._raw is not None:
            self._raw.append(text)
        elif self._dropping == 0:
            self._parts[-1].append(escape(text, quote=False))

    def close(self) -> None:
        while self._open:
            self.end(self._open[-1][0])

    def shown(self) -> ShownPage:
        """Return what was written."""
        parts = tuple("".join(part) for part in self._parts)
        first = f"<body{self._body}>{parts[0]}"
        title = " ".join("".join(self._title).split())[:LONGEST_VALUE]
        return ShownPage(
            self._root, "".join(self._head), title, (first, *parts[1:]), tuple(self._links), declared=self._declared
        )

    def _drop(self, name: str, attrs: dict[str, str]) -> None:
        if self._dropping == 0:
            if (kind := LEFT_OUT.get(name)) and not is_unseen(attrs):
                self._picture({"src": attrs.get("poster", "")}, only_found=True)
                self._parts[-1].append(f'<span class="searchsvc-left-out" data-left-out="{kind}"></span>')
            is_style = name == "style" and attrs.get("type", "").strip().lower() in _STYLE_TYPES
            if is_style or (name == "title" and not self._title):
                self._raw, self._media = [], attrs.get("media", "")
        self._dropping += 1

    def _close_raw(self, name: str) -> None:
        text, self._raw = "".join(self._raw or ()), None
        if name == "title":
            self._title = [text]
        else:
            self._style(text, self._base, self._media)

    def _void(self, name: str, attrs: dict[str, str]) -> None:
        if self._dropping:
            return
        if name == "base" and "href" in attrs and not self._has_base:
            self._has_base = True  # browsers heed the first one alone
            self._base = _joined(self._base, attrs.get("href", ""))
            self._link_base = _joined(self._link_base, attrs.get("href", ""))
        elif name == "source":
            self._offered += addresses_in_set(attrs.get("srcset", ""))
        elif name == "link":
            relations = attrs.get("rel", "").lower().split()
            if "stylesheet" in relations and "alternate" not in relations:
                self._linked_style(attrs)

    def _page_element(self, name: str, attrs: dict[str, str]) -> None:
        written = attributes_markup(self._attributes(name, attrs))
        if name == "html":
            self._root = self._root or written
        else:
            self._body = self._body or written

    def _element(self, name: str, attrs: dict[str, str]) -> str:
        """Write a start tag; return the end tag that belongs to it, empty for none."""
        start = markup(name, self._attributes(name, attrs))
        target = attrs.get("href", "").strip() if name in {"a", "area"} else ""
        if not target:
            self._parts[-1].append(start)
        elif target.startswith("#"):
            self._parts[-1].append(f'{start[:-1]} href="{escape(target)}">')
        elif (address := self._link(target)) and len(self._links) < MOST_LINKS:
            self._parts[-1].append(start[:-1])
            self._links.append(address)
            self._parts.append([">"])
        else:
            self._parts[-1].append(start)
        return "" if name in VOID else f"</{name}>"

    def _attributes(self, name: str, attrs: dict[str, str]) -> Iterable[tuple[str, str]]:
        for key, value in attrs.items():
            if key == "style":
                if style := rewritten_style(value[:LONGEST_STYLE], lambda address: self._found(address, self._base)):
                    yield key, style
            elif key == "background":
                if address := self._found(value, self._base):
                    yield "style", f'background-image: url("{address}")'
            elif is_shown(name, key) and len(value) <= LONGEST_VALUE:
                yield key, value

    def _link(self, target: str) -> str | None:
        """Return the whole address of a link, if it is one of the web."""
        address = _joined(self._link_base, target)
        try:
            parts = urlsplit(address)
        except ValueError:
            return None
        usable = parts.scheme in {"http", "https"} and parts.hostname and not re.search(r"[\s\x00-\x20\x7f]", address)
        return address if usable and len(address) <= LONGEST_VALUE else None

    def _picture(self, attrs: dict[str, str], *, only_found: bool = False) -> None:
        """Write a picture: the first of its addresses at which the archive has one."""
        given = attrs.get("src", "").strip()
        sets = [address for name in LAZY_SETS for address in addresses_in_set(attrs.get(name, ""))]
        lazy = [attrs[name].strip() for name in LAZY_ADDRESSES if name in attrs]
        others = [*lazy, *sets, *self._offered]
        is_placeholder = given[:5].lower() == "data:" and len(given) <= _PLACEHOLDER and others
        candidates = [*others, given] if is_placeholder else [given, *others]
        address = next((found for one in candidates if (found := self._found(one, self._base))), None)
        if address is None and only_found:
            return
        pairs = [*self._attributes("img", attrs)]
        if address:
            pairs += [("src", address), ("loading", "lazy"), ("decoding", "async")]
        else:
            pairs.append(("data-left-out", "picture"))
        self._parts[-1].append(markup("img", pairs))

    def _found(self, reference: str, base: str) -> str | None:
        """Return what stands in place of the address of a picture; None if the archive has none there."""
        reference = reference.strip()
        if not reference or reference.startswith("#"):
            return None
        if reference[:5].lower() == "data:":
            return reference if EMBEDDED_PICTURE.match(reference) else None
        asked = base, reference
        if asked not in self._looked_up and len(reference) <= LONGEST_VALUE and len(self._looked_up) < MOST_LOOKUPS:
            self._looked_up[asked] = self._looked_for(base, reference)
        return self._looked_up.get(asked)

    def _looked_for(self, base: str, reference: str) -> str | None:
        for joined in dict.fromkeys((_joined(base, reference), _joined(self._beside.base, reference))):
            address = urldefrag(joined).url
            is_other = address.partition("?")[0].lower().endswith(_NO_PICTURES)
            if not is_other and len(self.pictures) < MOST_PICTURES and self._beside.has(address):
                key = picture_key(self._sha256, address)
                self.pictures[key] = address
                return PICTURES + key
        return None

    def _linked_style(self, attrs: dict[str, str]) -> None:
        reference = attrs.get("href", "").strip()
        for joined in dict.fromkeys((_joined(self._base, reference), _joined(self._beside.base, reference))):
            address = urldefrag(joined).url
            found = self._beside.read(address) if self._styles < MOST_STYLES and reference else None
            if found and found.media_type == "text/css":
                rule = _CHARSET_RULE.match(found.data)
                label = rule[1].decode("ascii") if rule else found.charset
                text = decoded(found.data[:LONGEST_STYLE], codec_of(label) or "utf-8")
                self._style(text.removeprefix("\ufeff"), address, attrs.get("media", ""))
                return

    def _style(self, text: str, base: str, media: str) -> None:
        self._styles += 1
        self._style_size += len(text)
        if self._styles > MOST_STYLES or self._style_size > LONGEST_STYLE:
            return
        pairs = [("media", media)] if media and len(media) <= LONGEST_VALUE else []
        self._head.append(
            f"{markup('style', pairs)}{rewritten_style(text, lambda address: self._found(address, base))}</style>\n"
        )


def _joined(base: str, reference: str) -> str:
    """Return a reference as an address, read as browsers do: without line ends and tabs."""
    try:
        return urljoin(base, re.sub(r"[\t\r\n]", "", reference).strip())
    except ValueError:
        return ""
