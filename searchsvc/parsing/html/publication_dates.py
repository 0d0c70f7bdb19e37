"""Dates of publication and of last change of a page: candidates from markup, print and address, and which is taken.

What is declared for the story comes first, then a stamp near the headline, then the address. A date that belongs to
something else on the page (a comment, a picture, another story, a sentence) is refused. A label decides what a date is
of: one that is printed behind "updated" is no day of publication.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain

from searchsvc.decoding.language_detection import language_code
from searchsvc.model.printed_date import PrintedDate
from searchsvc.parsing.candidates import Candidate, chosen
from searchsvc.parsing.dates import (
    ANY_LOCALE,
    LAST_YEAR,
    DateLocale,
    DayOrder,
    parse_datetime,
    parse_timestamp,
)
from searchsvc.parsing.html.dom import TextBlock
from searchsvc.parsing.html.metadata import PageMetadata, schema_type, stamp_of
from searchsvc.parsing.html.page_places import IN_NAVIGATION, PagePlaces
from searchsvc.parsing.html.text_dates import IN_LIST, DateField, dated, dates_in_text, parsed_stamp

_METAS: dict[DateField, re.Pattern[str]] = {
    "published": re.compile(
        r"published_?time|pubdate|datepublished|date[._-]?pub|^date$|^dc\.date|dcterms\.(?:created|date|issued)"
        r"|sailthru\.date|parsely-pub-date|publish[-_]?date|originalpublication|displaydate|article\.published"
        r"|date\.available|^publish|citation_(?:publication_|online_)?date|article_date_original|release_date"
    ),
    "updated": re.compile(r"modified|updated|revision_?date|last-modified|lastmod"),
}
_KEYS: dict[DateField, str] = {"published": "datePublished", "updated": "dateModified"}
#: Types of JSON-LD other than articles whose dates are those of the page.
_PAGE_TYPES = re.compile(r"page$|^$|howto$|creativework|blog$|dataset|collection", re.IGNORECASE)
#: Weights of the places; those of the page's text stand in `text_dates`.
_JSON_LD, _OTHER_JSON_LD, _META, _MICRODATA, _URL, _CREATED = 100.0, 88.0, 95.0, 80.0, 45.0, 30.0
#: What a name of a meta element that says no more than "date" counts less.
_ANY_DATE = -2.0
_LINE_WORDS = 25
#: A day in an address: all parts with separators, bordered, or eight digits that are a part of it.
_URL_DAY = re.compile(
    r"(?<![\d])(?P<y>(?:19|20)\d\d)(?P<mark>[-/_])(?P<m>0?[1-9]|1[0-2])(?P=mark)(?P<d>0?[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?<=[/_-])(?P<y2>(?:19|20)\d\d)(?P<m2>0[1-9]|1[0-2])(?P<d2>0[1-9]|[12]\d|3[01])(?=[/_.-]|$)"
)
#: Reasons of refusal that leave room for the day of this story: a list, or the path to it, may have it.
_OF_THIS_TOO = frozenset({IN_LIST, IN_NAVIGATION})
#: Dates before this year are errors.
_FIRST_YEAR = 1980
_ONE_DAY, _ONE_MINUTE = timedelta(days=1), timedelta(minutes=1)
_SHOWN_LENGTH = 160


def date_locale_of(metadata: PageMetadata, language: str | None) -> DateLocale:
    """Return how a page writes dates: as the language that it declares, unless that of its story decides otherwise.

    The template of a German page may say `en-US`; its days stand before the months nevertheless. Where neither decides
    the order, a date on the page decides it that can be read in one way.
    """
    declared = metadata.meta("og:locale", "content-language", "dc.language")
    tags = [tag for tag in (metadata.document.language, declared and declared[0]) if tag]
    locale = DateLocale.of(*tags)
    if language and language != locale.language:
        own = DateLocale.of(language, *(tag for tag in tags if language_code(tag) == language))
        locale = own if own.order or not tags else locale
    if locale.order is None:
        shown: DayOrder | None = next(filter(None, map(_shown_order, metadata.document.text_blocks)), None)
        locale = replace(locale, shown_order=shown)
    return locale


_FIGURES = re.compile(r"(?<!\d)(\d{1,2})[/-](\d{1,2})[/-]((?:19|20)\d\d)(?!\d)")
_MONTHS = 12


def _shown_order(text_block: TextBlock) -> DayOrder | None:
    for first, second, _ in _dates_of_figures(text_block):
        if first > _MONTHS >= second > 0:
            return "day first"
        if second > _MONTHS >= first > 0:
            return "month first"
    return None


def _dates_of_figures(text_block: TextBlock) -> list[tuple[int, int, int]]:
    """Return the dates of figures in a short block: first and second number, and year."""
    if text_block.words > _LINE_WORDS:
        return []
    return [(int(first), int(second), int(year)) for first, second, year in _FIGURES.findall(text_block.text)]


def _exchanged(metadata: PageMetadata, day: date, locale: DateLocale) -> str | None:
    """Return why a day is refused whose day and month may be those of a date of figures, exchanged; None: it is not."""
    for first, second, year in chain.from_iterable(map(_dates_of_figures, metadata.document.text_blocks)):
        by_order: dict[DayOrder, tuple[int, int]] = {"day first": (second, first), "month first": (first, second)}
        if year == day.year and first != second and (day.month, day.day) in by_order.values():
            if locale.order is None:
                return "is in figures whose order nothing on the page tells"
            if by_order[locale.order] != (day.month, day.day):
                return f"is in figures that stand {locale.order} here"
    return None


def date_candidates(
    metadata: PageMetadata, places: PagePlaces, language: str | None
) -> tuple[list[Candidate[PrintedDate]], list[Candidate[PrintedDate]]]:
    """Return what the page gives for the date of publication, and for that of the last change.

    Each list is in the order of the places: JSON-LD, meta, microdata, text, address.
    """
    locale = date_locale_of(metadata, language)
    in_text = dates_in_text(metadata, places, locale)

    def candidates(field: DateField) -> list[Candidate[PrintedDate]]:
        found = [
            *_in_json_ld(metadata, locale, field),
            *_in_metas(metadata, locale, field),
            *_in_microdata(metadata, places, locale, field),
            *(one.candidate(field) for one in in_text),
            *(_in_address(metadata) if field == "published" else ()),
        ]
        return [one for one in found if _FIRST_YEAR <= one.value.at.year <= LAST_YEAR]

    return candidates("published"), candidates("updated")


def as_shown(metadata: PageMetadata, one: Candidate[PrintedDate] | None) -> Candidate[PrintedDate] | None:
    """Return a declared date with the day that a `<time>` of the same instant shows; it may be declared in UTC."""
    if one is None or one.value.precision == "day":
        return one
    for declared, element, _ in metadata.document.times:
        stamp = None if element.skip else parse_timestamp(declared)
        if stamp and stamp.printed.precision != "day" and abs(stamp.at - one.value.at) < _ONE_MINUTE:
            locale = DateLocale.of(metadata.document.language)
            return replace(one, value=on_printed_day(one.value, metadata.text_below(element, limit=2), locale))
    return one


def on_printed_day(stamp: PrintedDate, text: str, locale: DateLocale = ANY_LOCALE) -> PrintedDate:
    """Return a stamp with the day that the text of its element prints, if it was that day anywhere."""
    declared = parse_datetime(text[:_SHOWN_LENGTH], locale)
    if declared is None or abs(declared.printed.day - stamp.day) > _ONE_DAY:
        return stamp
    return stamp._replace(day=declared.printed.day)


def _in_json_ld(metadata: PageMetadata, locale: DateLocale, field: DateField) -> Iterator[Candidate[PrintedDate]]:
    own = {id(thing) for thing in metadata.articles}
    for thing in (*metadata.articles, *(thing for thing in metadata.things if id(thing) not in own)):
        for key in (_KEYS[field], *(("dateCreated", "uploadDate") if field == "published" else ())):
            parsed = parsed_stamp(stamp_of(thing.get(key)), locale)
            if parsed is None:
                continue
            place = f'script[type="application/ld+json"] {key}'
            weight, refused = _JSON_LD if id(thing) in own else _OTHER_JSON_LD, None
            if id(thing) not in own:
                kind = schema_type(thing)
                if metadata.is_foreign(thing) or not _PAGE_TYPES.search(kind):
                    refused = f"is said of {kind or 'something else'} in JSON-LD"
            if key != _KEYS[field]:
                weight -= _CREATED
            yield dated(parsed, "json-ld", place, weight, refused=refused)


def _in_metas(metadata: PageMetadata, locale: DateLocale, field: DateField) -> Iterator[Candidate[PrintedDate]]:
    for name, contents in metadata.metas.items():
        if _METAS[field].search(name) and (parsed := parsed_stamp(contents[0], locale)):
            weight = _META if field == "updated" or "pub" in name else _META + _ANY_DATE
            yield dated(parsed, "meta", f'meta[name="{name}"]', weight)


def _in_microdata(
    metadata: PageMetadata, places: PagePlaces, locale: DateLocale, field: DateField
) -> Iterator[Candidate[PrintedDate]]:
    for declared, element in metadata.microdata(_KEYS[field]):
        if parsed := parsed_stamp(declared, locale):
            refused = places.foreign(element)
            yield dated(parsed, "microdata", f"[itemprop={_KEYS[field]}]", _MICRODATA, refused=refused)


def _in_address(metadata: PageMetadata) -> Iterator[Candidate[PrintedDate]]:
    declared = metadata.meta("og:url")
    for address in (metadata.document.canonical, declared and declared[0], metadata.address):
        match = _URL_DAY.search(address) if address else None
        if match:
            year, month, day = (int(match[part] or match[f"{part}2"]) for part in "ymd")
            if parsed := parsed_stamp(f"{year}-{month:02}-{day:02}", DateLocale()):
                yield dated(parsed, "url", "address", _URL, inferred=True)


def second_opinion(
    metadata: PageMetadata, candidates: Sequence[Candidate[PrintedDate]], language: str | None
) -> Candidate[PrintedDate] | None:
    """Return the day that htmldate finds, for a page on which no candidate was taken; None if it finds none.

    Args:
        metadata: The page.
        candidates: Those that were refused. Their days are refused here, too, for the same reason.
        language: Of its story. Where it leaves the order of day and month open, htmldate's guess of it is refused.

    """
    if not metadata.within_limits:
        return None
    from htmldate import find_date  # noqa: PLC0415 - slow to import, and few pages need it

    found = find_date(metadata.markup, extensive_search=False, original_date=True, outputformat="%Y-%m-%d")
    parsed = parse_timestamp(found) if found else None
    if parsed is None:
        return None
    refused = next(
        (one.refused for one in candidates if one.value.day == parsed.printed.day and one.refused not in _OF_THIS_TOO),
        None,
    )
    refused = refused or _exchanged(metadata, parsed.printed.day, date_locale_of(metadata, language))
    return dated(parsed, "htmldate", "second reader", 0.0, inferred=True, refused=refused)


def taken_date(candidates: list[Candidate[PrintedDate]], metadata: PageMetadata) -> Candidate[PrintedDate] | None:
    """Return the candidate that is taken, on the day that the page prints for it."""
    return as_shown(metadata, chosen(candidates))
