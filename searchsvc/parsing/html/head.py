"""Clues → the fields of the head, each with its origin."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urljoin

from bs4 import BeautifulSoup

from searchsvc.analysis.urls import unarchived, url_key
from searchsvc.model.article import Origin
from searchsvc.parsing.dates import parse_moment
from searchsvc.parsing.html.dom import Node, spaced
from searchsvc.parsing.html.layout import Layout, selector
from searchsvc.parsing.html.metadata import Clues, HeadValue, head_value, text_of
from searchsvc.parsing.html.moments import published_of, updated_of
from searchsvc.parsing.html.people import authors_of, clean_names
from searchsvc.parsing.html.titles import headline_of, names_in, outlet_of

_MAX_URL = 2_000
_SECTION_LENGTH = 60
#: What templates write where the section should stand.
_NO_SECTION = frozenset({"tags", "article", "articles", "news article", "front page", "homepage"})


@dataclass(slots=True)
class HeadFields:
    """The head as the page tells it, before layout, language and lead are known."""

    title: str | None = None
    url: str | None = None
    outlet: str | None = None
    section: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    origins: dict[str, Origin] = field(default_factory=dict)

    def take(
        self, name: str, candidate: "HeadValue[str] | HeadValue[datetime] | HeadValue[tuple[str, ...]] | None"
    ) -> None:
        """Set a field with its origin, if there is a value and none yet."""
        if candidate is not None and not getattr(self, name):
            setattr(self, name, candidate.value)
            self.origins[name] = candidate.origin


def read_head(clues: Clues, known: HeadFields | None = None) -> HeadFields:
    """Return what JSON-LD, OpenGraph, meta, microdata and the canonical link say.

    Args:
        clues: The page.
        known: Fields that the page's layout has told already; they stay.

    """
    head = known or HeadFields()
    head.take("url", url_of(clues))
    head.take("outlet", outlet_of(clues))
    outlet = head_value(head.outlet, "", "") if head.outlet else None
    head.take("title", headline_of(clues, names_in(clues, outlet)))
    head.take("section", section_of(clues))
    head.take("authors", authors_of(clues, head.outlet))
    head.take("published", published_of(clues, clues.headline))
    head.take("updated", updated_of(clues))
    return head


def url_of(clues: Clues) -> HeadValue[str] | None:
    """Return the canonical address, archive prefixes undone."""
    told = clues.meta("og:url", "twitter:url")
    candidates = [
        (clues.outline.canonical, "canonical", 'link[rel="canonical"]'),
        (told and told[0], "og", f'meta[name="{told[1]}"]' if told else ""),
        *((_thing_url(article), "json-ld", 'script[type="application/ld+json"] url') for article in clues.articles[:1]),
        (clues.address, "container", "address of the record"),
        (clues.outline.archived, "archive", "input#wmtbURL"),
    ]
    for address, rule, place in candidates:
        if not address or len(address) > _MAX_URL:
            continue
        whole = unarchived(address.strip())
        if "//" not in whole[:9] and clues.address:
            try:
                whole = urljoin(unarchived(clues.address), whole)
            except ValueError:
                continue
        if url_key(whole) and whole.startswith(("http", "//")):
            return head_value(f"https:{whole}" if whole.startswith("//") else whole, rule, place)
    return None


def section_of(clues: Clues) -> HeadValue[str] | None:
    """Return the section the story stands in."""
    told = clues.meta(
        "section", "article:section", "og:section", "cxenseparse:section", "parsely-section", "sailthru.section"
    )
    if told and told[0].casefold() not in _NO_SECTION and len(told[0]) <= _SECTION_LENGTH and "http" not in told[0]:
        return head_value(told[0].partition(" | ")[0], "meta", f'meta[name="{told[1]}"]')
    for article in clues.articles:
        text = text_of(article.get("articleSection"))
        if text and len(text) <= _SECTION_LENGTH and text.casefold() not in _NO_SECTION:
            return head_value(text, "json-ld", 'script[type="application/ld+json"] articleSection')
    for text, _ in clues.microdata("articleSection"):
        if len(text) <= _SECTION_LENGTH:
            return head_value(text, "microdata", "[itemprop=articleSection]")
    return None


def _thing_url(article: object) -> str | None:
    if not isinstance(article, dict):
        return None
    main = article.get("mainEntityOfPage")
    return text_of(main.get("@id") if isinstance(main, dict) else main) or text_of(article.get("url"))


#: Attributes that hold a time in seconds.
_SECONDS = "data-seconds"
_LAYOUT_DATE_LENGTH = 160
#: Elements of one kind that are asked; the story's own come first.
_ASKED = 5


def known_fields(clues: Clues, layout: Layout, soup: BeautifulSoup) -> HeadFields:
    """Return headline, section, authors and last change as the layout prints them."""
    head = HeadFields()
    if layout.outlet and "og:site_name" not in clues.metas:
        head.take("outlet", head_value(layout.outlet, "layout", layout.name, inferred=True))
    for node, place in _nodes(clues, layout.title):
        text = clues.text_below(node, limit=1)
        if text:
            head.take("title", head_value(text, "layout", place))
            break
    for place in layout.byline:
        tag = soup.select_one(place)
        line = next((text for part in tag.stripped_strings if (text := spaced(part))), "") if tag else ""
        names = clean_names([line], layout.outlet)
        head.take("authors", head_value(names, "layout", place) if names else None)
    for node, place in _nodes(clues, layout.stamp):
        moment = _moment(clues, node)
        if moment:
            head.take("updated", head_value(moment, "stamp", place))
            break
    return head


def fill_from_layout(clues: Clues, layout: Layout, head: HeadFields) -> None:
    """Give a head that the page's own words left without section what the layout prints."""
    for node, place in _nodes(clues, layout.section):
        text = clues.text_below(node, limit=1)
        if text and len(text) <= _SECTION_LENGTH:
            head.take("section", head_value(text, "layout", place))


def _nodes(clues: Clues, texts: tuple[str, ...]) -> Iterator[tuple[Node, str]]:
    for text in texts:
        wanted = selector(text)
        asked = 0
        for node in clues.outline.nodes:
            if not node.skip and wanted.matches(node):
                yield node, text
                asked += 1
                if asked == _ASKED:
                    break


def _moment(clues: Clues, node: Node) -> datetime | None:
    seconds = node.attrs.get(_SECONDS, "")
    if seconds.isdecimal():
        try:
            return datetime.fromtimestamp(int(seconds), UTC)
        except (ValueError, OverflowError, OSError):
            return None
    told = parse_moment(clues.text_below(node, limit=2)[:_LAYOUT_DATE_LENGTH])
    return told.at if told else None
