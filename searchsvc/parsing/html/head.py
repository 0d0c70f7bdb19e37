"""Head of an article (title, URL, outlet, section, authors, dates), each field with its origin.

The fields come from the places of the layout, if it is known, else from the declarations in PageMetadata.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

from bs4 import BeautifulSoup

from searchsvc.analysis.keys import unarchived, url_key
from searchsvc.model.article import Origin
from searchsvc.model.printed_date import PrintedDate
from searchsvc.parsing.dates import ParsedDate, parse_datetime
from searchsvc.parsing.html.dom import Element, spaced
from searchsvc.parsing.html.layout import Layout, selector
from searchsvc.parsing.html.metadata import HeadValue, PageMetadata, head_value, parse_timestamp, text_of
from searchsvc.parsing.html.title_and_byline import authors_of, clean_names, headline_of, outlet_of, site_names_in

_MAX_URL = 2_000
_SECTION_LENGTH = 60
#: Values in place of a section that are none.
_NO_SECTION = frozenset({"tags", "article", "articles", "news article", "front page", "homepage"})
#: Attribute that holds a Unix time in seconds.
_SECONDS = "data-seconds"
_LAYOUT_DATE_LENGTH = 160
#: Most elements of one selector that are read: those of the story itself come first.
_MAX_ELEMENTS = 5
_URL_DAY = re.compile(r"/(20\d\d|19\d\d)[/-]?(\d{1,2})[/-]?(\d{1,2})(?=[/_-])")
_PUBLISHED = re.compile(
    r"published_?time|pubdate|datepublished|date[._-]?pub|^date$|^dc\.date|dcterms\.(?:created|date|issued)|sailthru\.date"
    r"|parsely-pub-date|publish[-_]?date|originalpublication|displaydate|article\.published|date\.available|^publish"
)
_UPDATED = re.compile(r"modified|updated|revision_?date|last-modified|lastmod")
#: A date with the name of its month within a longer line: `By Ana Low on 3 May 2019`.
_PRINTED = re.compile(
    r"(?:(?:[^\W\d_]{3,10}\.?\s\d{1,2}(?:st|nd|rd|th)?,?)|(?:\d{1,2}(?:st|nd|rd|th|\.)?\s(?:de\s)?[^\W\d_]{3,10}\.?,?(?:\sde)?))"
    r"\s(?:19|20)\d\d"
)
_BEFORE_HEADLINE, _AFTER_HEADLINE = 6, 14
_LINE_WORDS = 25
#: A line is parsed as a date only if it has a year in its first `_DATE_LINE_LENGTH` characters and, for the line as a
#: whole, no word of more than `_WORD_LENGTH` characters.
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DATE_LINE_LENGTH, _WORD_LENGTH = 90, 16
#: Dates before this year are errors.
_FIRST_YEAR = 1980
_ONE_DAY, _ONE_MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass(slots=True)
class HeadFields:
    """Fields of the head, without language and lead."""

    title: str | None = None
    url: str | None = None
    outlet: str | None = None
    section: str | None = None
    authors: tuple[str, ...] = ()
    published: PrintedDate | None = None
    updated: PrintedDate | None = None
    origins: dict[str, Origin] = field(default_factory=dict)

    def take(
        self, name: str, candidate: "HeadValue[str] | HeadValue[PrintedDate] | HeadValue[tuple[str, ...]] | None"
    ) -> None:
        """Set a field and its origin, if there is a candidate and the field is empty."""
        if candidate is not None and not getattr(self, name):
            setattr(self, name, candidate.value)
            self.origins[name] = candidate.origin


def read_head(metadata: PageMetadata, known: HeadFields | None = None) -> HeadFields:
    """Return the head as JSON-LD, OpenGraph, other meta elements, microdata and the canonical link declare it.

    Args:
        metadata: The page.
        known: Fields that were read by the layout; they are kept.

    """
    head = known or HeadFields()
    head.take("url", url_of(metadata))
    head.take("outlet", outlet_of(metadata))
    outlet = head_value(head.outlet, "", "") if head.outlet else None
    head.take("title", headline_of(metadata, site_names_in(metadata, outlet)))
    head.take("section", section_of(metadata))
    head.take("authors", authors_of(metadata, head.outlet))
    head.take("published", published_of(metadata, metadata.headline))
    head.take("updated", updated_of(metadata))
    return head


def url_of(metadata: PageMetadata) -> HeadValue[str] | None:
    """Return the canonical address, absolute, without the prefix of a web archive."""
    declared = metadata.meta("og:url", "twitter:url")
    candidates = [
        (metadata.document.canonical, "canonical", 'link[rel="canonical"]'),
        (declared and declared[0], "og", f'meta[name="{declared[1]}"]' if declared else ""),
        *(
            (_thing_url(article), "json-ld", 'script[type="application/ld+json"] url')
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
            return head_value(f"https:{whole}" if whole.startswith("//") else whole, rule, place)
    return None


def section_of(metadata: PageMetadata) -> HeadValue[str] | None:
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
        return head_value(declared[0].partition(" | ")[0], "meta", f'meta[name="{declared[1]}"]')
    for article in metadata.articles:
        text = text_of(article.get("articleSection"))
        if text and len(text) <= _SECTION_LENGTH and text.casefold() not in _NO_SECTION:
            return head_value(text, "json-ld", 'script[type="application/ld+json"] articleSection')
    for text, _ in metadata.microdata("articleSection"):
        if len(text) <= _SECTION_LENGTH:
            return head_value(text, "microdata", "[itemprop=articleSection]")
    return None


def _thing_url(article: object) -> str | None:
    if not isinstance(article, dict):
        return None
    main = article.get("mainEntityOfPage")
    return text_of(main.get("@id") if isinstance(main, dict) else main) or text_of(article.get("url"))


def fields_in_layout(metadata: PageMetadata, layout: Layout, soup: BeautifulSoup) -> HeadFields:
    """Return the outlet of a layout, and headline, authors and time of last change as the page prints them.

    Args:
        metadata: The page.
        layout: Its layout.
        soup: Its boxes, from `soup_of_boxes`, for the byline.

    """
    head = HeadFields()
    if layout.outlet and "og:site_name" not in metadata.metas:
        head.take("outlet", head_value(layout.outlet, "layout", layout.name, inferred=True))
    for element, place in _elements_in_layout(metadata, layout.title):
        text = metadata.text_below(element, limit=1)
        if text:
            head.take("title", head_value(text, "layout", place))
            break
    for place in layout.byline:
        tag = soup.select_one(place)
        line = next((text for part in tag.stripped_strings if (text := spaced(part))), "") if tag else ""
        names = clean_names([line], layout.outlet)
        head.take("authors", head_value(names, "layout", place) if names else None)
    for element, place in _elements_in_layout(metadata, layout.stamp):
        timestamp = _layout_date(metadata, element)
        if timestamp:
            head.take("updated", head_value(timestamp, "stamp", place))
            break
    return head


def fill_from_layout(metadata: PageMetadata, layout: Layout, head: HeadFields) -> None:
    """Set the section, if the page declares none, to the one that it prints in a place of the layout."""
    for element, place in _elements_in_layout(metadata, layout.section):
        text = metadata.text_below(element, limit=1)
        if text and len(text) <= _SECTION_LENGTH:
            head.take("section", head_value(text, "layout", place))


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
        try:
            return _on_printed_day(PrintedDate.of(datetime.fromtimestamp(int(seconds), UTC), "second"), text)
        except (ValueError, OverflowError, OSError):
            return None
    declared = parse_datetime(text[:_LAYOUT_DATE_LENGTH])
    return declared.printed if declared else None


def _on_printed_day(stamp: PrintedDate, text: str) -> PrintedDate:
    """Return a timestamp with the day that the text of its element prints, if it was that day anywhere."""
    declared = parse_datetime(text[:_LAYOUT_DATE_LENGTH])
    if declared is None or abs(declared.printed.day - stamp.day) > _ONE_DAY:
        return stamp
    return stamp._replace(day=declared.printed.day)


def _as_shown(metadata: PageMetadata, found: HeadValue[PrintedDate] | None) -> HeadValue[PrintedDate] | None:
    """Return a declared date with the day that a `<time>` of the same instant shows; it may be declared in UTC."""
    if found is None or found.value.precision == "day":
        return found
    for declared, element, _ in metadata.document.times:
        stamp = None if element.skip else parse_timestamp(declared)
        if stamp and stamp.printed.precision != "day" and abs(stamp.at - found.value.at) < _ONE_MINUTE:
            shown = _on_printed_day(found.value, metadata.text_below(element, limit=2))
            return replace(found, value=shown)
    return found


def published_of(metadata: PageMetadata, headline: int) -> HeadValue[PrintedDate] | None:
    """Return the time of first publication: by JSON-LD, else meta, microdata, `<time>`, printed date, URL.

    Within JSON-LD objects of articles come before others (a video may say it, too), then the order of the page decides;
    so it does among meta elements, whatever their names.
    """
    declared = _declared_date(metadata, "datePublished", _PUBLISHED) or _time_element(metadata)
    return _as_shown(metadata, declared) or printed_of(metadata, headline) or _in_url(metadata)


def printed_of(metadata: PageMetadata, headline: int) -> HeadValue[PrintedDate] | None:
    """Return the first date printed in the texts after the headline, else the last one in those before it."""
    text_blocks = metadata.document.text_blocks
    around = [
        *text_blocks[headline : headline + _AFTER_HEADLINE],
        *reversed(text_blocks[max(0, headline - _BEFORE_HEADLINE) : headline]),
    ]
    for text_block in around:
        if (
            text_block.words > _LINE_WORDS
            or text_block.element.skip
            or not _YEAR.search(text_block.text[:_DATE_LINE_LENGTH])
        ):
            continue
        day = _PRINTED.search(text_block.text)
        plain = len(text_block.text) <= _DATE_LINE_LENGTH and max(map(len, text_block.text.split())) <= _WORD_LENGTH
        declared = (parse_datetime(text_block.text) if plain else None) or (parse_datetime(day[0]) if day else None)
        if declared and declared.at.year >= _FIRST_YEAR:
            return head_value(
                declared.printed,
                "printed",
                f"{text_block.element.tag} near the headline",
                inferred=not declared.has_zone,
            )
    return None


def updated_of(metadata: PageMetadata) -> HeadValue[PrintedDate] | None:
    """Return the time of last change that the page declares."""
    return _as_shown(metadata, _declared_date(metadata, "dateModified", _UPDATED))


def _declared_date(metadata: PageMetadata, key: str, metas: re.Pattern[str]) -> HeadValue[PrintedDate] | None:
    """Return the first of `_declared_dates`."""
    return next(_declared_dates(metadata, key, metas), None)


def _declared_dates(metadata: PageMetadata, key: str, metas: re.Pattern[str]) -> Iterator[HeadValue[PrintedDate]]:
    """Yield what the page's markup declares for a property of schema.org, the most trusted source first.

    Args:
        metadata: What the page declares.
        key: `datePublished` or `dateModified`.
        metas: Matches names of meta elements that say the same.

    """
    for thing in (*metadata.articles, *(metadata.things if key == "datePublished" else ())):
        declared = text_of(thing.get(key))
        if declared and (timestamp := _plausible_date(declared)):
            yield head_value(
                timestamp.printed,
                "json-ld",
                f'script[type="application/ld+json"] {key}',
                inferred=not timestamp.has_zone,
            )
    for name, contents in metadata.metas.items():
        if metas.search(name) and (timestamp := _plausible_date(contents[0])):
            yield head_value(timestamp.printed, "meta", f'meta[name="{name}"]', inferred=not timestamp.has_zone)
    for declared, _ in metadata.microdata(key):
        if timestamp := _plausible_date(declared):
            yield head_value(timestamp.printed, "microdata", f"[itemprop={key}]", inferred=not timestamp.has_zone)


def _time_element(metadata: PageMetadata) -> HeadValue[PrintedDate] | None:
    for declared, element, _ in metadata.document.times:
        if declared and not element.skip and (timestamp := _plausible_date(declared)):
            return head_value(timestamp.printed, "time", "time[datetime]", inferred=True)
    return None


def _in_url(metadata: PageMetadata) -> HeadValue[PrintedDate] | None:
    declared = metadata.meta("og:url")
    for address in (metadata.document.canonical, declared and declared[0], metadata.address):
        match = _URL_DAY.search(address) if address else None
        if match:
            timestamp = _plausible_date(f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}")
            if timestamp:
                return head_value(timestamp.printed, "url", "address", inferred=True)
    return None


def _plausible_date(text: str) -> ParsedDate | None:
    timestamp = parse_timestamp(text)
    return timestamp if timestamp and timestamp.at.year >= _FIRST_YEAR else None
