"""Clues → published and updated, in UTC."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from searchsvc.parsing.dates import parse_moment
from searchsvc.parsing.html.metadata import Clues, HeadValue, head_value, text_of

#: `2023-03-19T10:21:00.000+01:00`, `2009/07/15 10:21:18`, `20090715102100`, `2023-03-19`.
_ISO = re.compile(
    r"(?P<y>(?:19|20)\d\d)[-/.]?(?P<m>\d\d)[-/.]?(?P<d>\d\d)"
    r"(?:(?:T|\s+|t)?(?P<H>\d\d):?(?P<M>\d\d)(?::?(?P<S>\d\d)(?:[.,]\d+)?)?"
    r"\s*(?P<zone>Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?(?!\d)"
)
_RFC = re.compile(r"(?:\w{3},\s*)?\d{1,2}\s+\w{3}\s+\d{4}\s+\d\d:\d\d", re.ASCII)
_URL_DAY = re.compile(r"/(20\d\d|19\d\d)[/-]?(\d{1,2})[/-]?(\d{1,2})(?=[/_-])")
_PUBLISHED = re.compile(
    r"published_?time|pubdate|datepublished|date[._-]?pub|^date$|^dc\.date|dcterms\.(?:created|date|issued)|sailthru\.date"
    r"|parsely-pub-date|publish[-_]?date|originalpublication|displaydate|article\.published|date\.available|^publish"
)
_UPDATED = re.compile(r"modified|updated|revision_?date|last-modified|lastmod")
#: A day with a month's name in a line that says more: `By Ana Low on 3 May 2019`.
_PRINTED = re.compile(
    r"(?:(?:[^\W\d_]{3,10}\.?\s\d{1,2}(?:st|nd|rd|th)?,?)|(?:\d{1,2}(?:st|nd|rd|th|\.)?\s(?:de\s)?[^\W\d_]{3,10}\.?,?(?:\sde)?))"
    r"\s(?:19|20)\d\d"
)
_BEFORE_HEADLINE, _AFTER_HEADLINE = 6, 14
_LINE_WORDS = 25
#: What is read as a date has a year, and no word longer than those of a date.
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DATE_LINE_LENGTH, _WORD_LENGTH = 90, 16
#: No news page is older than the web by much, or of next year.
_FIRST_YEAR = 1980
_MAX_LENGTH = 60


def moment_of(text: str) -> tuple[datetime, bool] | None:
    """Return the time a machine-written stamp says, in UTC, and whether the stamp said its zone."""
    text = text.strip()[:_MAX_LENGTH]
    match = _ISO.search(text)
    if not match:
        return _rfc(text)
    try:
        hour, minute, second = (int(match[part] or 0) for part in ("H", "M", "S"))
        naive = datetime(int(match["y"]), int(match["m"]), int(match["d"]), hour, minute, min(second, 59), tzinfo=UTC)
        offset = _offset(match["zone"])
        return naive - offset, match["zone"] is not None
    except (ValueError, OverflowError):
        return None


def published_of(clues: Clues, headline: int) -> HeadValue[datetime] | None:
    """Return when the story was first published: JSON-LD, meta, microdata, `<time>`, in print, the URL."""
    told = _first(clues, "datePublished", _PUBLISHED) or _time_element(clues)
    return told or printed_of(clues, headline) or _in_url(clues)


def printed_of(clues: Clues, headline: int) -> HeadValue[datetime] | None:
    """Return the date printed nearest to the headline."""
    pieces = clues.outline.pieces
    around = [
        *pieces[headline : headline + _AFTER_HEADLINE],
        *reversed(pieces[max(0, headline - _BEFORE_HEADLINE) : headline]),
    ]
    for piece in around:
        if piece.words > _LINE_WORDS or piece.node.skip or not _YEAR.search(piece.text[:_DATE_LINE_LENGTH]):
            continue
        day = _PRINTED.search(piece.text)
        plain = len(piece.text) <= _DATE_LINE_LENGTH and max(map(len, piece.text.split())) <= _WORD_LENGTH
        told = (parse_moment(piece.text) if plain else None) or (parse_moment(day[0]) if day else None)
        if told and told.at.year >= _FIRST_YEAR:
            return head_value(told.at, "printed", f"{piece.node.tag} near the headline", inferred=not told.zoned)
    return None


def updated_of(clues: Clues) -> HeadValue[datetime] | None:
    """Return when the story was last changed."""
    return _first(clues, "dateModified", _UPDATED)


def _first(clues: Clues, key: str, metas: re.Pattern[str]) -> HeadValue[datetime] | None:
    return next(_stamps(clues, key, metas), None)


def _stamps(clues: Clues, key: str, metas: re.Pattern[str]) -> Iterator[HeadValue[datetime]]:
    for thing in (*clues.articles, *(clues.things if key == "datePublished" else ())):
        told = text_of(thing.get(key))
        if told and (moment := _plausible(told)):
            yield head_value(moment[0], "json-ld", f'script[type="application/ld+json"] {key}', inferred=not moment[1])
    for name, contents in clues.metas.items():
        if metas.search(name) and (moment := _plausible(contents[0])):
            yield head_value(moment[0], "meta", f'meta[name="{name}"]', inferred=not moment[1])
    for told, _ in clues.microdata(key):
        if moment := _plausible(told):
            yield head_value(moment[0], "microdata", f"[itemprop={key}]", inferred=not moment[1])


def _time_element(clues: Clues) -> HeadValue[datetime] | None:
    for told, node, _ in clues.outline.times:
        if told and not node.skip and (moment := _plausible(told)):
            return head_value(moment[0], "time", "time[datetime]", inferred=True)
    return None


def _in_url(clues: Clues) -> HeadValue[datetime] | None:
    told = clues.meta("og:url")
    for address in (clues.outline.canonical, told and told[0], clues.address):
        match = _URL_DAY.search(address) if address else None
        if match:
            moment = _plausible(f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}")
            if moment:
                return head_value(moment[0], "url", "address", inferred=True)
    return None


def _plausible(text: str) -> tuple[datetime, bool] | None:
    moment = moment_of(text)
    return moment if moment and moment[0].year >= _FIRST_YEAR else None


def _rfc(text: str) -> tuple[datetime, bool] | None:
    if not _RFC.match(text):
        return None
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC), moment.tzinfo is not None
    except (ValueError, OverflowError):
        return None


def _offset(zone: str | None) -> timedelta:
    if not zone or zone.upper() in {"Z", "UTC", "GMT"}:
        return timedelta()
    digits = zone[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(-size if zone[0] == "-" else size).utcoffset(None)
