"""PageMetadata: the declarations of a page in JSON-LD, `<meta>`, microdata and headings, and parsing of timestamps."""

import html
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Generic, TypeVar, cast

from searchsvc.json_input import read_json
from searchsvc.model.article import Origin
from searchsvc.model.printed_date import PrintedDate, precision_of
from searchsvc.parsing.dates import ParsedDate
from searchsvc.parsing.html.dom import Element, HtmlDocument, TextBlock

#: An object of JSON-LD.
Thing = Mapping[str, object]
T = TypeVar("T")
#: Most characters of a JSON-LD script; the longest one of `make quality` has 51,017.
_MAX_LENGTH = 1_000_000
#: Most levels and objects read of JSON-LD; publisher in article in page in graph needs five levels.
_MAX_DEPTH, _MAX_THINGS = 12, 5_000
_ARTICLE = re.compile(r"article|posting|report|review|recipe|story", re.IGNORECASE)
#: What templates put around the JSON of a script.
_BEFORE, _AFTER = (
    ("<!--", "//<![CDATA[", "// <![CDATA[", "/*<![CDATA[*/", "<![CDATA["),
    ("-->", "//]]>", "// ]]>", "/*]]>*/", "]]>", ";"),
)
_TAGS = re.compile(
    r"</?(?:p|br|div|a|strong|b|em|i|ul|ol|li|h\d|span|blockquote|figure|img)\b[^<>]{0,2000}>", re.IGNORECASE
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")
_WORD = re.compile(r"\w+")
#: `h1 > span > a`: a heading's text may stand a few elements below it.
_HEADING_DEPTH = 3
#: Least words of a heading that is a headline; most words of a line that is one.
_HEADLINE_WORDS, _LINE_WORDS = 3, 30
#: Least characters of a declared title that may be the beginning of a heading.
_TITLE_LENGTH = 15
#: `2023-03-19T10:21:00.000+01:00`, `2009/07/15 10:21:18`, `20090715102100`, `2023-03-19`.
_ISO = re.compile(
    r"(?P<y>(?:19|20)\d\d)[-/.]?(?P<m>\d\d)[-/.]?(?P<d>\d\d)"
    r"(?:(?:T|\s+|t)?(?P<H>\d\d):?(?P<M>\d\d)(?::?(?P<S>\d\d)(?:[.,]\d+)?)?"
    r"\s*(?P<zone>Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?(?!\d)"
)
_RFC = re.compile(r"(?:\w{3},\s*)?\d{1,2}\s+\w{3}\s+\d{4}\s+\d\d:\d\d(?P<S>:\d\d)?", re.ASCII)
_TIMESTAMP_LENGTH = 60


@dataclass(frozen=True, slots=True)
class HeadValue(Generic[T]):
    """A value of a field of the head, with its origin."""

    value: T
    origin: Origin


@dataclass(frozen=True)
class PageMetadata:
    """The declarations of a page; each property is computed on first use."""

    document: HtmlDocument
    #: The cleaned markup, for trafilatura.
    markup: str = ""
    #: URL that the container (WARC, WACZ) gives, if any.
    address: str | None = None

    @cached_property
    def things(self) -> list[Thing]:
        """All JSON-LD objects, outer ones before those in them."""
        return json_ld_objects(self.document.scripts)

    @cached_property
    def articles(self) -> list[Thing]:
        """The JSON-LD objects that are articles, those with headline and date first."""
        return articles_in(self.things)

    @cached_property
    def metas(self) -> dict[str, list[str]]:
        """Contents of the `<meta>` elements by name in lower case; empty ones are left out."""
        contents: dict[str, list[str]] = defaultdict(list)
        for name, content in self.document.metas:
            text = " ".join(clean(html.unescape(content)).split())
            if text:
                contents[name].append(text)
        return dict(contents)

    def meta(self, *names: str) -> tuple[str, str] | None:
        """Return content and name of the first of these `<meta>` names that the page has, or None."""
        return next(((self.metas[name][0], name) for name in names if name in self.metas), None)

    def microdata(self, *names: str) -> Iterator[tuple[str, Element]]:
        """Yield content (attribute, else text) and element of each `itemprop` with one of these names."""
        for name in names:
            for declared in self.metas.get(name.lower(), ())[:1]:
                yield declared, self.document.elements[0]
        for element in self.document.elements:
            prop = element.attrs.get("itemprop")
            if prop and not element.skip and any(name in prop.split() for name in names):
                declared = element.attrs.get("content") or element.attrs.get("datetime") or self.text_below(element)
                if declared:
                    yield declared, element

    def text_below(self, element: Element, limit: int = 3) -> str:
        """Return the first `limit` texts in an element, with spaces between; for an inline element, its whole line."""
        texts: list[str] = []
        for text_block in self.document.text_blocks[element.first : element.first + limit]:
            in_line = text_block.element.contains(element)
            if not in_line and not element.contains(text_block.element):
                break
            texts.append(text_block.text)
            if in_line and text_block.element is not element:
                break
        return " ".join(texts)

    @cached_property
    def titles(self) -> list[str]:
        """All declared titles: OpenGraph, Twitter, `<title>`, JSON-LD."""
        declared = [text for name in ("og:title", "twitter:title", "title") for text in self.metas.get(name, ())[:1]]
        declared.append(self.document.title)
        declared += [headline for thing in self.articles[:3] if isinstance(headline := thing.get("headline"), str)]
        return [text for text in declared if text]

    @cached_property
    def headline(self) -> int:
        """Index of the headline among the text blocks, or -1.

        It is the first `<h1>` that begins a declared title or that one begins; else the first `<h1>`; else the first
        line that begins a declared title.
        """
        titles = [" ".join(words_of(text)) for text in self.titles]
        first = -1
        for text_block in self.headings:
            words = words_of(text_block.text)
            if len(words) < _HEADLINE_WORDS:
                continue
            key = " ".join(words)
            if _is_prefix(key, titles) or any(len(title) > _TITLE_LENGTH and key.startswith(title) for title in titles):
                return text_block.index
            first = text_block.index if first < 0 else first
        if first >= 0:
            return first
        for text_block in self.document.text_blocks:
            is_line = _HEADLINE_WORDS < text_block.words < _LINE_WORDS
            if is_line and _is_prefix(" ".join(words_of(text_block.text)), titles):
                return text_block.index
        return -1

    @cached_property
    def headings(self) -> list[TextBlock]:
        """Text blocks in `<h1>` elements."""
        return [text_block for text_block in self.document.text_blocks if _is_heading(text_block.element)]


def head_value(value: T, rule: str, place: str, *, inferred: bool = False) -> HeadValue[T]:
    """Return the value with its origin."""
    return HeadValue(value, Origin(rule, place, inferred))


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case."""
    return _WORD.findall(text.lower())


def _is_prefix(key: str, titles: list[str]) -> bool:
    return bool(key) and any(title.startswith(key) for title in titles)


def _is_heading(element: Element | None) -> bool:
    for _ in range(_HEADING_DEPTH):
        if element is None:
            return False
        if element.tag == "h1":
            return True
        element = element.parent
    return False


def json_ld_objects(scripts: Iterable[str]) -> list[Thing]:
    """Return the objects of all scripts, outer ones first; broken, too long and too deep scripts are skipped."""
    found: list[Thing] = []
    for script in scripts:
        if len(script) > _MAX_LENGTH:
            continue
        try:
            data = read_json(_unwrapped(script), strict=False)
        except ValueError:
            continue
        _collect(data, 0, found)
    return found


def _unwrapped(script: str) -> str:
    text = script.strip()
    for wrap in _BEFORE:
        text = text.removeprefix(wrap).lstrip()
    for wrap in _AFTER:
        text = text.removesuffix(wrap).rstrip()
    return text


def articles_in(things: Sequence[Thing]) -> list[Thing]:
    """Return the objects that are articles, those with headline and date first."""
    articles = [thing for thing in things if _ARTICLE.search(schema_type(thing))]
    return sorted(articles, key=lambda thing: ("headline" not in thing, "datePublished" not in thing))


def schema_type(thing: Thing) -> str:
    """Return the `@type` of an object; several with spaces between, an empty string for none."""
    kind = thing.get("@type")
    if isinstance(kind, list):
        return " ".join(part for part in kind if isinstance(part, str))
    return kind if isinstance(kind, str) else ""


def text_of(value: object) -> str | None:
    """Return a string with entities decoded and control characters removed; None if the value is no string or empty.

    Of a list it is the first such value, of an object its `@value`.
    """
    if isinstance(value, list):
        return next((text for item in value if (text := text_of(item))), None)
    if isinstance(value, dict):
        return text_of(value.get("@value"))
    if not isinstance(value, str):
        return None
    return " ".join(clean(html.unescape(value)).split()) or None


def names_of(value: object, things: Sequence[Thing]) -> Iterator[str]:
    """Yield the names in a value: a string, an object with a name, a reference to one, or a list of at most 20."""
    items = value if isinstance(value, list) else [value]
    for item in items[:20]:
        if isinstance(item, dict):
            named = item if "name" in item else _referred(item.get("@id"), things)
            name = text_of(named.get("name")) if named else None
        else:
            name = text_of(item)
        if name:
            yield name


def body_of(articles: Sequence[Thing]) -> list[str]:
    """Return the paragraphs of the longest `articleBody`; empty if there is none."""
    bodies = [body for thing in articles if isinstance(body := thing.get("articleBody"), str)]
    best = max(bodies, key=len, default="")
    text = clean(_TAGS.sub("\n", html.unescape(best)))
    return [paragraph for line in text.split("\n") if (paragraph := " ".join(line.split()))]


def parse_timestamp(text: str) -> ParsedDate | None:
    """Return the date of a timestamp (ISO 8601 or RFC 5322); None if it is neither."""
    text = text.strip()[:_TIMESTAMP_LENGTH]
    match = _ISO.search(text)
    if not match:
        return _rfc_date(text)
    try:
        hour, minute, second = (int(match[part] or 0) for part in ("H", "M", "S"))
        clock = datetime(int(match["y"]), int(match["m"]), int(match["d"]), hour, minute, min(second, 59), tzinfo=UTC)
        precision = precision_of(clock=match["H"] is not None, seconds=match["S"] is not None)
        return ParsedDate(
            PrintedDate(clock - _offset(match["zone"]), clock.date(), precision), match["zone"] is not None
        )
    except (ValueError, OverflowError):
        return None


def _rfc_date(text: str) -> ParsedDate | None:
    match = _RFC.match(text)
    if not match:
        return None
    try:
        clock = parsedate_to_datetime(text)
        return ParsedDate(
            PrintedDate.of(clock, precision_of(clock=True, seconds=match["S"] is not None)), clock.tzinfo is not None
        )
    except (ValueError, OverflowError):
        return None


def _offset(zone: str | None) -> timedelta:
    if not zone or zone.upper() in {"Z", "UTC", "GMT"}:
        return timedelta()
    digits = zone[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(-size if zone[0] == "-" else size).utcoffset(None)


def clean(text: str) -> str:
    """Return the text without control characters and lone surrogates."""
    return _CONTROL.sub("", text)


def _referred(identifier: object, things: Sequence[Thing]) -> Thing | None:
    if not isinstance(identifier, str):
        return None
    return next((thing for thing in things if thing.get("@id") == identifier and "name" in thing), None)


def _collect(data: object, depth: int, found: list[Thing]) -> None:
    if depth > _MAX_DEPTH or len(found) > _MAX_THINGS:
        return
    if isinstance(data, dict):
        found.append(cast("Thing", data))
        for value in data.values():
            if isinstance(value, dict | list):
                _collect(value, depth + 1, found)
    elif isinstance(data, list):
        for value in data:
            _collect(value, depth + 1, found)
