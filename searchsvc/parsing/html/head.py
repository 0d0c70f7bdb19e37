"""Head of an article (title, kicker, URL, outlet, agency, section, authors, dates), each field with its origin.

The fields come from the places of the layout, if it is known, else from the declarations in PageMetadata.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urljoin

from bs4 import BeautifulSoup

from searchsvc.analysis.keys import unarchived, url_key
from searchsvc.model.article import Origin
from searchsvc.model.printed_date import PrintedDate
from searchsvc.parsing.bylines import clean_names
from searchsvc.parsing.candidates import Candidate, candidate, chosen, reason_against
from searchsvc.parsing.dates import parse_datetime, parse_timestamp
from searchsvc.parsing.html.authors import agency_candidates, author_candidates
from searchsvc.parsing.html.dom import Element, spaced
from searchsvc.parsing.html.kickers import kicker_candidates
from searchsvc.parsing.html.layout import Layout, selector
from searchsvc.parsing.html.metadata import PageMetadata, text_of, thing_address
from searchsvc.parsing.html.outlets import outlet_candidates, site_names_in
from searchsvc.parsing.html.page_places import PagePlaces
from searchsvc.parsing.html.publication_dates import (
    date_candidates,
    on_printed_day,
    second_opinion,
    taken_date,
)
from searchsvc.parsing.html.titles import title_candidates
from searchsvc.parsing.parse_result import RefusedValue

T = TypeVar("T")
_MAX_URL = 2_000
_SECTION_LENGTH = 60
#: Values in place of a section that are none.
_NO_SECTION = frozenset({"tags", "article", "articles", "news article", "front page", "homepage"})
#: Attribute that holds a Unix time in seconds.
_SECONDS = "data-seconds"
_LAYOUT_DATE_LENGTH = 160
#: Most elements of one selector that are read: those of the story itself come first.
_MAX_ELEMENTS = 5


@dataclass(slots=True)
class HeadFields:
    """Fields of the head, without the lead."""

    title: str | None = None
    kicker: str | None = None
    url: str | None = None
    outlet: str | None = None
    agency: str | None = None
    section: str | None = None
    authors: tuple[str, ...] = ()
    published: PrintedDate | None = None
    updated: PrintedDate | None = None
    language: str | None = None
    origins: dict[str, Origin] = field(default_factory=dict)
    #: Values that the page gives for these fields, and that were not taken.
    refused: list[RefusedValue] = field(default_factory=list)

    def take(
        self, name: str, one: "Candidate[str] | Candidate[PrintedDate] | Candidate[tuple[str, ...]] | None"
    ) -> None:
        """Set a field and its origin, if there is a candidate and the field is empty."""
        if one is not None and not getattr(self, name):
            setattr(self, name, one.value)
            self.origins[name] = one.origin

    def choose(self, name: str, candidates: Sequence[Candidate[T]], taken: Candidate[T] | None) -> None:
        """Take a candidate, and keep what was found besides it, one entry a value."""
        self.take(name, taken)  # type: ignore[arg-type]  # the fields of `take`
        seen = {_printable(getattr(self, name))}
        for one in candidates:
            value = _printable(one.value)
            if value not in seen:
                seen.add(value)
                reason = reason_against(one, taken)
                self.refused.append(RefusedValue(name, value, one.origin.rule, one.origin.place, reason))


def read_head(
    metadata: PageMetadata,
    story: set[int],
    paragraphs: Sequence[str],
    language: str | None,
    known: HeadFields | None = None,
) -> HeadFields:
    """Return the head as JSON-LD, OpenGraph, other meta elements, microdata, print and the canonical link state it.

    Args:
        metadata: The page.
        story: Indexes of the text blocks of the story.
        paragraphs: Its paragraphs.
        language: The language it is in, for its dates.
        known: Fields that were read by the layout; they are kept.

    """
    head = known or HeadFields()
    places = PagePlaces.of(metadata, story)
    head.take("url", url_of(metadata))
    outlets = outlet_candidates(metadata)
    head.choose("outlet", outlets, chosen(outlets))
    names = site_names_in(metadata, head.outlet)
    titles = title_candidates(metadata, places, names)
    head.choose("title", titles, chosen(titles))
    head.take("section", section_of(metadata))
    agencies = agency_candidates(metadata, places, paragraphs)
    head.choose("agency", agencies, chosen(agencies))
    authors = author_candidates(metadata, places, head.outlet)
    head.choose("authors", authors, chosen(authors))
    others = [*head.authors, *filter(None, (head.section, head.outlet))]
    kickers = kicker_candidates(metadata, places, head.title or "", names, others)
    head.choose("kicker", kickers, chosen(kickers))
    published, updated = date_candidates(metadata, places, language)
    if chosen(published) is None and (second := second_opinion(metadata, published, language)):
        published.append(second)
    head.choose("published", published, taken_date(published, metadata))
    head.choose("updated", updated, taken_date(updated, metadata))
    return head


def _printable(value: object) -> str:
    if isinstance(value, PrintedDate):
        return value.day.isoformat() if value.precision == "day" else value.at.isoformat(timespec="minutes")
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def url_of(metadata: PageMetadata) -> Candidate[str] | None:
    """Return the canonical address, absolute, without the prefix of a web archive."""
    declared = metadata.meta("og:url", "twitter:url")
    candidates = [
        (metadata.document.canonical, "canonical", 'link[rel="canonical"]'),
        (declared and declared[0], "og", f'meta[name="{declared[1]}"]' if declared else ""),
        *(
            (thing_address(article), "json-ld", 'script[type="application/ld+json"] url')
            for article in metadata.articles[:1]
        ),
        (metadata.address, "container", "address of the record"),
        (metadata.document.archived, "archive", "input#wmtbURL"),
    ]
    for address, rule, place in candidates:
        if not address or len(address) > _MAX_URL:
            continue
        whole = unarchived(address.strip())
        if "//" not in whole[:9] and metadata.address:
            try:
                whole = urljoin(unarchived(metadata.address), whole)
            except ValueError:
                continue
        if url_key(whole) and whole.startswith(("http", "//")):
            return candidate(f"https:{whole}" if whole.startswith("//") else whole, rule, place)
    return None


def section_of(metadata: PageMetadata) -> Candidate[str] | None:
    """Return the section that the page declares."""
    declared = metadata.meta(
        "section", "article:section", "og:section", "cxenseparse:section", "parsely-section", "sailthru.section"
    )
    if (
        declared
        and declared[0].casefold() not in _NO_SECTION
        and len(declared[0]) <= _SECTION_LENGTH
        and "http" not in declared[0]
    ):
        return candidate(declared[0].partition(" | ")[0], "meta", f'meta[name="{declared[1]}"]')
    for article in metadata.articles:
        text = text_of(article.get("articleSection"))
        if text and len(text) <= _SECTION_LENGTH and text.casefold() not in _NO_SECTION:
            return candidate(text, "json-ld", 'script[type="application/ld+json"] articleSection')
    for text, _ in metadata.microdata("articleSection"):
        if len(text) <= _SECTION_LENGTH:
            return candidate(text, "microdata", "[itemprop=articleSection]")
    return None


def fields_in_layout(metadata: PageMetadata, layout: Layout, soup: BeautifulSoup) -> HeadFields:
    """Return the outlet of a layout, and headline, authors and time of last change as the page prints them.

    Args:
        metadata: The page.
        layout: Its layout.
        soup: Its boxes, from `soup_of_boxes`, for the byline.

    """
    head = HeadFields()
    if layout.outlet and "og:site_name" not in metadata.metas:
        head.take("outlet", candidate(layout.outlet, "layout", layout.name, inferred=True))
    for element, place in _elements_in_layout(metadata, layout.title):
        text = metadata.text_below(element, limit=1)
        if text:
            head.take("title", candidate(text, "layout", place))
            break
    for place in layout.byline:
        tag = soup.select_one(place)
        line = next((text for part in tag.stripped_strings if (text := spaced(part))), "") if tag else ""
        names = clean_names([line], layout.outlet)
        head.take("authors", candidate(names, "layout", place) if names else None)
    for element, place in _elements_in_layout(metadata, layout.stamp):
        timestamp = _layout_date(metadata, element)
        if timestamp:
            head.take("updated", candidate(timestamp, "stamp", place))
            break
    return head


def fill_from_layout(metadata: PageMetadata, layout: Layout, head: HeadFields) -> None:
    """Set the section, if the page declares none, to the one that it prints in a place of the layout."""
    for element, place in _elements_in_layout(metadata, layout.section):
        text = metadata.text_below(element, limit=1)
        if text and len(text) <= _SECTION_LENGTH:
            head.take("section", candidate(text, "layout", place))


def _elements_in_layout(metadata: PageMetadata, texts: tuple[str, ...]) -> Iterator[tuple[Element, str]]:
    for text in texts:
        wanted = selector(text)
        matched = 0
        for element in metadata.document.elements:
            if not element.skip and wanted.matches(element):
                yield element, text
                matched += 1
                if matched == _MAX_ELEMENTS:
                    break


def _layout_date(metadata: PageMetadata, element: Element) -> PrintedDate | None:
    seconds, text = element.attrs.get(_SECONDS, ""), metadata.text_below(element, limit=2)
    if seconds.isdecimal():
        parsed = parse_timestamp(seconds)
        return on_printed_day(parsed.printed, text) if parsed else None
    declared = parse_datetime(text[:_LAYOUT_DATE_LENGTH])
    return declared.printed if declared else None
