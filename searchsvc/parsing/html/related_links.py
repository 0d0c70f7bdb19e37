"""Soup + Layout → headlines of other stories, as records."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from bs4 import BeautifulSoup
from bs4.element import Tag

from searchsvc.analysis.urls import url_key, whole_address
from searchsvc.model.article import RelatedGroup, RelatedHeadline
from searchsvc.parsing.boilerplate import group_of
from searchsvc.parsing.dates import parse_age, parse_day
from searchsvc.parsing.html.dom import spaced
from searchsvc.parsing.html.layout import RelatedItems

#: Links under these headings are no stories.
_NO_STORIES = re.compile(
    r"related (?:internet|bbc|sites?|links?)|internet links|useful links|about these", re.IGNORECASE
)
_PRINTED_DAY = re.compile(r"\d{1,2}\s+[A-Za-z]{3,9}\s+\d{2,4}")
_AGE = re.compile(r"(?:less than )?(?:\d+|an?|one)\s+(?:min|hr|hour|day|week|month|year)\w*\.?\s+ago", re.IGNORECASE)
_TAIL_AGE = re.compile(r"\s*[-–]\s*(" + _AGE.pattern + r")\s*$", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:about these results|more from|all .* stories)", re.IGNORECASE)
_MAX_ITEMS = 200


def related_in_layout(soup: BeautifulSoup, tables: Sequence[RelatedItems], base: str | None) -> list[RelatedHeadline]:
    """Return the related headlines of a page in a known layout, each once, the fullest record of it."""
    found: dict[tuple[str, str], RelatedHeadline] = {}
    taken: set[int] = set()
    for table in tables:
        for item, group in _items(soup, table):
            if id(item) in taken:
                continue
            taken.add(id(item))
            headline = _headline(item, table, group, base)
            if headline is None:
                continue
            key = (headline.text.casefold(), url_key(headline.url or ""))
            known = found.get(key)
            if known is None or (known.date is None and headline.date is not None):
                found[key] = headline
    return list(found.values())[:_MAX_ITEMS]


def _items(soup: BeautifulSoup, table: RelatedItems) -> Iterator[tuple[Tag, RelatedGroup]]:
    """Yield each element that holds a headline, with its group."""
    if table.headings is None:
        for item in soup.select(table.items, limit=_MAX_ITEMS):
            if table.group:
                yield item, table.group
        return
    headings = {id(tag) for tag in soup.select(table.headings, limit=_MAX_ITEMS)}
    group: RelatedGroup | None = None
    for tag in soup.select(f"{table.headings}, {table.items}", limit=2 * _MAX_ITEMS):
        if id(tag) in headings:
            text = spaced(tag.get_text(" "))
            group = None if not text or _NO_STORIES.search(text) else group_of(text.strip(" :»>")) or "promo"
        elif group is not None:
            yield tag, group


def _headline(item: Tag, table: RelatedItems, group: RelatedGroup, base: str | None) -> RelatedHeadline | None:
    link = item if item.name == "a" else item.select_one("a[href]")
    title = item.select_one(table.headline) if table.headline else item
    text = spaced(title.get_text(" ")) if title else ""
    age = _part(item, table.age)
    if table.age == "tail":
        tail = _TAIL_AGE.search(text)
        age, text = (tail[1], text[: tail.start()]) if tail else (None, text)
    if not text or _ABOUT.match(text):
        return None
    printed = _part(item, table.date)
    section = _part(item, table.section)
    if section and "|" in section:
        section = section.partition("|")[2].strip()
    return RelatedHeadline(
        text=text,
        group=group,
        url=whole_address(str(link.get("href") or ""), base) if link else None,
        date=_day(printed),
        section=section or None,
        outlet=_part(item, table.outlet),
        age=age or (printed if printed and _AGE.search(printed) else None),
    )


def _day(printed: str | None) -> date | None:
    day = _PRINTED_DAY.search(printed) if printed else None
    return parse_day(day[0].title()) if day else None


def _part(item: Tag, selector: str | None) -> str | None:
    if selector is None or selector == "tail":
        return None
    if selector == "text":
        return spaced(" ".join(item.find_all(string=True, recursive=False))) or None
    found = item.select_one(selector)
    return (spaced(found.get_text(" ")) or None) if found else None


def aged(headlines: Sequence[RelatedHeadline], base: datetime | None) -> Iterator[RelatedHeadline]:
    """Yield the headlines with the range of time that their printed ages mean, counted back from a moment."""
    for headline in headlines:
        age = parse_age(headline.age, base) if headline.age else None
        if age is None:
            yield headline
        else:
            yield replace(headline, age_from=age.start, age_to=age.end, age_precision=age.precision)
