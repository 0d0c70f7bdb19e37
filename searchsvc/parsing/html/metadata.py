"""PageMetadata: the declarations of a page in JSON-LD, `<meta>`, microdata and headings."""

import html
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from searchsvc.analysis.characters import UNSPACED
from searchsvc.analysis.keys import url_key
from searchsvc.parsing.html.dom import Element, HtmlDocument, TextBlock
from searchsvc.parsing.html.json_ld import JsonLd, Thing, collect_things, read_json_ld

_ARTICLE = re.compile(r"article|posting|report|review|recipe|story", re.IGNORECASE)
_TAGS = re.compile(
    r"</?(?:p|br|div|a|strong|b|em|i|ul|ol|li|h\d|span|blockquote|figure|img)\b[^<>]{0,2000}>", re.IGNORECASE
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")
#: Keys of JSON-LD below which stand other things than the story: lists of stories, comments, pictures, mentions.
_FOREIGN_KEYS = frozenset({
    "itemListElement", "comment", "comments", "video", "image", "hasPart", "mentions", "about", "citation",
    "relatedLink", "isBasedOn", "liveBlogUpdate", "associatedMedia", "review", "reviews", "subjectOf", "itemReviewed",
    "suggestedAnswer", "acceptedAnswer", "mainContentOfPage", "potentialAction", "breadcrumb", "sharedContent",
    "blogPost", "significantLink",
})  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
#: Texts whose words are kept: each text of a page is asked for a few times, by one feature after the other.
_CACHED_TEXTS = 1_024
#: `h1 > span > a`: a heading's text may stand a few elements below it.
_HEADING_DEPTH = 3
#: Least words of a heading that is a headline; most words of a line that is one.
_HEADLINE_WORDS, _LINE_WORDS = 3, 30
#: Least characters of a declared title that may be the beginning of a heading; least share of a declared title, which
#: also names the outlet, that a heading has at its beginning, and at its end.
_TITLE_LENGTH, _TITLE_SHARE, _TITLE_END = 15, 0.35, 0.5
#: The same as `_HEADLINE_WORDS` for scripts that put no spaces between words.
_UNSPACED, _HEADLINE_LETTERS = re.compile(f"[{UNSPACED}]"), 4
#: Names of headings that show the name of the site.
_SITE_NAME = re.compile(
    r"\b(?:site|page|blog)?[-_]?logo\b|\b(?:site|blog)[-_]?(?:title|name)|\bbrand(?:ing)?\b|masthead"
)
#: Agreement with the page from which an article of JSON-LD is certainly the story.
_AGREES = 1.0
#: Largest markup in characters, most attributes of an element, greatest depth, most elements of a page that other
#: libraries read.
_MAX_MARKUP, _MAX_ATTRIBUTES, _MAX_DEPTH_READ, _MAX_ELEMENTS = 1_500_000, 100, 150, 20_000
#: Most items of a list in JSON-LD whose names are read.
_MOST_NAMED = 20


@dataclass(frozen=True)
class PageMetadata:
    """The declarations of a page; each property is computed on first use."""

    document: HtmlDocument
    #: The cleaned markup, for trafilatura.
    markup: str = ""
    #: URL that the container (WARC, WACZ) gives, if any.
    address: str | None = None
    #: The markup before it was cleaned, for texts that only its scripts hold.
    scripted: str = field(default="", repr=False)

    @cached_property
    def json_ld(self) -> JsonLd:
        """The JSON-LD of all scripts."""
        return read_json_ld(self.document.scripts)

    @property
    def things(self) -> Sequence[Thing]:
        """All JSON-LD objects, outer ones before those in them."""
        return self.json_ld.things

    @cached_property
    def _foreign(self) -> frozenset[int]:
        """Identities of the JSON-LD objects that are parts of lists, comments, videos and the like."""
        found: list[Thing] = []
        for thing in self.things:
            for key in _FOREIGN_KEYS & thing.keys():
                collect_things(thing[key], 0, found)
        return frozenset(map(id, found))

    def is_foreign(self, thing: Thing) -> bool:
        """Return whether a JSON-LD object is part of another thing than the story: of a list, a comment, a video."""
        return id(thing) in self._foreign

    @cached_property
    def articles(self) -> list[Thing]:
        """The JSON-LD objects that are articles and may be the story, the likeliest first.

        One whose headline is like none of the page, and whose address is another one, tells of another story.
        """
        own = [thing for thing in self.things if _ARTICLE.search(schema_type(thing)) and not self.is_foreign(thing)]
        ranked = sorted(own, key=lambda thing: -self._agreement(thing))
        if len(ranked) > 1 and self._agreement(ranked[0]) > _AGREES:
            ranked = [thing for thing in ranked if self._agreement(thing) >= 0]
        return ranked

    def _agreement(self, thing: Thing) -> float:
        """Return how much an article of JSON-LD agrees with the page: by headline and address, else by what it has."""
        headline = text_of(thing.get("headline")) or text_of(thing.get("name"))
        points = 0.5 * ("headline" in thing) + 0.25 * ("datePublished" in thing)
        if headline and self._shown_titles:
            words = set(words_of(headline))
            points += 2 * max(len(words & title) / max(1, len(words | title)) for title in self._shown_titles) - 1
        if self.document.canonical and (address := thing_address(thing)):
            points += 1 if url_key(address) == url_key(self.document.canonical) else -1
        return points

    @cached_property
    def _shown_titles(self) -> list[set[str]]:
        shown = [*self._declared_titles, *(text_block.text for text_block in self.headings)]
        return [words for text in shown if (words := set(words_of(text)))]

    @property
    def within_limits(self) -> bool:
        """Whether the page is so small that other libraries may read it: on larger hostile ones they took minutes."""
        elements = self.document.elements
        if len(self.markup) > _MAX_MARKUP or len(elements) > _MAX_ELEMENTS:
            return False
        return not any(element.depth > _MAX_DEPTH_READ or len(element.attrs) > _MAX_ATTRIBUTES for element in elements)

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
        for element in self.with_property(*names):
            if not element.skip:
                declared = element.attrs.get("content") or element.attrs.get("datetime") or self.text_below(element)
                if declared:
                    yield declared, element

    @cached_property
    def _properties(self) -> list[tuple[Element, frozenset[str]]]:
        """The elements with an `itemprop`, each with its names."""
        return [
            (element, frozenset(properties.split()))
            for element in self.document.elements
            if (properties := element.attrs.get("itemprop"))
        ]

    def with_property(self, *names: str) -> Iterator[Element]:
        """Yield the elements, shown or not, whose `itemprop` has one of these names."""
        return (element for element, properties in self._properties if not properties.isdisjoint(names))

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
        in_json_ld = (headline for thing in self.articles[:3] if isinstance(headline := thing.get("headline"), str))
        return [*self._declared_titles, *filter(None, in_json_ld)]

    @cached_property
    def _declared_titles(self) -> list[str]:
        """The titles that are declared outside JSON-LD, by which its articles are told apart."""
        in_metas = (text for name in ("og:title", "twitter:title", "title") for text in self.metas.get(name, ())[:1])
        return [*in_metas, *filter(None, (self.document.title,))]

    @cached_property
    def headline(self) -> TextBlock | None:
        """The text block that is the headline; None if the page shows none.

        It is the first `<h1>` that agrees with a declared title, or with an element of which one does; else the first
        that is the larger part of a title, at its end; else the first `<h1>` of several words that is no name of the
        site; else the first line that begins a declared title.
        """
        titles = [" ".join(words_of(text)) for text in self.titles]
        first: TextBlock | None = None
        shown = [
            one
            for one in self.headings
            if words_of(one.text) and not one.element.skip and not is_site_name(one.element)
        ]
        for text_block in shown:
            keys = {" ".join(words_of(text)) for text in (text_block.text, *(text for text, _ in text_block.parts))}
            if any(_agrees(key, titles) for key in keys if key):
                return text_block
        for text_block in shown:
            words = words_of(text_block.text)
            key = " ".join(words)
            if len(words) >= _HEADLINE_WORDS and any(_ends(key, title) for title in titles):
                return text_block
            names_site = any(title.endswith(f" {key}") for title in titles)
            is_long = len(words) >= _HEADLINE_WORDS or len(_UNSPACED.findall(key)) >= _HEADLINE_LETTERS
            if first is None and is_long and not names_site:
                first = text_block
        if first is not None:
            return first
        for text_block in self.document.text_blocks:
            unspaced = len(_UNSPACED.findall(text_block.text)) >= _HEADLINE_LETTERS
            is_long = text_block.words > _HEADLINE_WORDS or (text_block.element.tag == "h2" and text_block.words > 1)
            if (
                text_block.words < _LINE_WORDS
                and (is_long or unspaced)
                and _agrees(" ".join(words_of(text_block.text)), titles)
            ):
                return text_block
        return None

    @cached_property
    def headings(self) -> list[TextBlock]:
        """Text blocks in `<h1>` elements."""
        return [text_block for text_block in self.document.text_blocks if _is_heading(text_block.element)]


@lru_cache(_CACHED_TEXTS)
def words_of(text: str) -> Sequence[str]:
    """Return the words of a text in lower case."""
    return _WORD.findall(text.lower())


def _agrees(key: str, titles: list[str]) -> bool:
    """Return whether a heading is the larger part of a declared title, at its beginning, or begins with a title."""
    return any(
        (title.startswith(key) and len(key) >= _TITLE_SHARE * len(title))
        or (len(title) > _TITLE_LENGTH and key.startswith(title))
        for title in titles
    )


def _ends(key: str, title: str) -> bool:
    """Return whether a heading is the larger part of a title that begins with something else: `Kicker: Headline`."""
    return title.endswith(f" {key}") and len(key) > _TITLE_END * len(title)


def is_site_name(element: Element) -> bool:
    """Return whether a heading is named as the logo or the name of the site."""
    return _SITE_NAME.search(element.hint) is not None


def _is_heading(element: Element | None) -> bool:
    for _ in range(_HEADING_DEPTH):
        if element is None:
            return False
        if element.tag == "h1":
            return True
        element = element.parent
    return False


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


def stamp_of(value: object) -> str | None:
    """Return a stamp as text: a string, or the number of a Unix time; None if the value is neither."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:.0f}"
    return text_of(value)


def thing_address(thing: Thing) -> str | None:
    """Return the address that a JSON-LD object gives for itself: of its page, else its own."""
    main = thing.get("mainEntityOfPage")
    return text_of(main.get("@id") if isinstance(main, dict) else main) or text_of(thing.get("url"))


def named_in(value: object, things: Sequence[Thing]) -> Iterator[tuple[str, str]]:
    """Yield the names in a value, each with its type (`Person`, `Organization`), empty where the value has none.

    A value is a string, an object with a name or the parts of one, a reference to such an object, or a list of at most
    20 of these. An object may have several names.
    """
    items = value if isinstance(value, list) else [value]
    for item in items[:_MOST_NAMED]:
        thing = _referred(item, things) if isinstance(item, dict) else None
        for name in [text_of(item)] if thing is None else _names_of_thing(thing):
            if name:
                yield name, schema_type(thing or {})


def _referred(item: Thing, things: Sequence[Thing]) -> Thing:
    """Return the object that an object without a name refers to; itself if it has one, or refers to none."""
    identifier = item.get("@id")
    if _has_name(item) or not isinstance(identifier, str):
        return item
    return next((thing for thing in things if thing.get("@id") == identifier and _has_name(thing)), item)


def _has_name(thing: Thing) -> bool:
    return "name" in thing or "familyName" in thing


def _names_of_thing(thing: Thing) -> list[str]:
    names = thing.get("name")
    found = [text for name in (names if isinstance(names, list) else [names]) if (text := text_of(name))]
    parts = (text_of(thing.get("givenName")), text_of(thing.get("familyName")))
    return found or [" ".join(filter(None, parts))]


def body_of(articles: Sequence[Thing]) -> list[str]:
    """Return the paragraphs of the longest `articleBody`; empty if there is none."""
    bodies = [body for thing in articles if isinstance(body := thing.get("articleBody"), str)]
    best = max(bodies, key=len, default="")
    text = clean(_TAGS.sub("\n", html.unescape(best)))
    return [paragraph for line in text.split("\n") if (paragraph := " ".join(line.split()))]


def clean(text: str) -> str:
    """Return the text without control characters and lone surrogates."""
    return _CONTROL.sub("", text)
