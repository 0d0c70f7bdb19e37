"""Related headlines: links to other stories on a page.

In a known layout they are read from its boxes, by the selectors of RelatedItems; elsewhere from lines under headings
such as "Related stories".
"""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from bs4 import BeautifulSoup
from bs4.element import Tag

from searchsvc.analysis.keys import url_key, whole_address
from searchsvc.model.article import RelatedGroup, RelatedHeadline
from searchsvc.parsing.boilerplate import related_group_of
from searchsvc.parsing.dates import parse_day, parse_relative_date, parse_timestamp
from searchsvc.parsing.html.dom import Element, HtmlDocument, TextBlock, spaced
from searchsvc.parsing.html.layout import RelatedItems

#: Headings over links that are no stories.
_NO_STORY_HEADINGS = re.compile(
    r"related (?:internet|bbc|sites?|links?)|internet links|useful links|about these", re.IGNORECASE
)
_PRINTED_DAY = re.compile(r"\d{1,2}\s+[A-Za-z]{3,9}\s+\d{2,4}")
_AGE = re.compile(r"(?:less than )?(?:\d+|an?|one)\s+(?:min|hr|hour|day|week|month|year)\w*\.?\s+ago", re.IGNORECASE)
_TAIL_AGE = re.compile(r"\s*[-–]\s*(" + _AGE.pattern + r")\s*$", re.IGNORECASE)
_NO_HEADLINE = re.compile(r"^(?:about these results|more from|all .* stories)", re.IGNORECASE)
_MAX_ITEMS = 200
#: Heading with the name of an outlet. In HTML only: in plain text such a line is as often part of the story.
_MORE_FROM = re.compile(r"more from .*", re.IGNORECASE)
_RELATED_HINT = re.compile(
    r"related-?_?(?:stor|article|link|content|news|post|read|coverage)"
    r"|see-?also|more-?on-?this|read-?next"
)
#: Addresses of pages of authors, topics and terms of use.
_NO_STORY_LINKS = re.compile(
    r"/(?:authors?|profile|staff|by|tag|tags|topic|topics|category|privacy|terms)[/-]|privacy|subscribe"
)
_FOOTER_DEPTH = 14
#: Least share of a line's characters that is link; the rest is date, section or outlet.
_LEAST_LINK_DENSITY = 0.4
_HEADING_WORDS = 6
#: Levels from a heading up to the element that also holds its list.
_LIST_DEPTH = 3
#: Most headlines read under headings of one page.
_MAX_LINKS = 40
_OUTLET = re.compile(r"\b(?:outlet|source|publisher|site|provider)(?:-?name)?\b")
_HEADLINE = re.compile(r"headline|title")
_SEPARATORS = " \t\u00a0|·•,;:–—-()"
#: Least and most words of a headline: labels have fewer, teasers more.
_FEWEST_WORDS, _MOST_WORDS = 3, 30
#: Most words beside a headline in its line; more are a teaser.
_BESIDE_WORDS = 8
_LINK_DEPTH = 4
#: Most characters of a date or age beside a headline.
_STAMP_LENGTH = 30
_WHOLLY_LINK = 0.9
_LONE_WORDS = 4


def related_in_layout(soup: BeautifulSoup, tables: Sequence[RelatedItems], base: str | None) -> list[RelatedHeadline]:
    """Return the related headlines in the boxes of a layout, each once, at most `_MAX_ITEMS`.

    Args:
        soup: The boxes, from `soup_of_boxes`.
        tables: The lists of the layout; an element that two of them select is read by the first.
        base: Address of the page, for relative links.

    """
    headlines: dict[tuple[str, str], RelatedHeadline] = {}
    read: set[int] = set()
    for table in tables:
        for item, group in _items(soup, table):
            if id(item) in read:
                continue
            read.add(id(item))
            headline = _headline_in_item(item, table, group, base)
            if headline is None:
                continue
            key = (headline.text.casefold(), url_key(headline.url or ""))
            known = headlines.get(key)
            if known is None or (known.date is None and headline.date is not None):
                headlines[key] = headline
    return list(headlines.values())[:_MAX_ITEMS]


def _items(soup: BeautifulSoup, table: RelatedItems) -> Iterator[tuple[Tag, RelatedGroup]]:
    """Yield each element that the list selects, with the group of its headline."""
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
            group = (
                None if not text or _NO_STORY_HEADINGS.search(text) else related_group_of(text.strip(" :»>")) or "promo"
            )
        elif group is not None:
            yield tag, group


def _headline_in_item(item: Tag, table: RelatedItems, group: RelatedGroup, base: str | None) -> RelatedHeadline | None:
    link = item if item.name == "a" else item.find("a", href=True)
    title = item.select_one(table.headline) if table.headline else item
    text = spaced(title.get_text(" ")) if title else ""
    age = _part(item, table.age)
    if table.age == "tail":
        tail = _TAIL_AGE.search(text)
        age, text = (tail[1], text[: tail.start()]) if tail else (None, text)
    if not text or _NO_HEADLINE.match(text):
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


def related_by_heading(document: HtmlDocument, story: Container[int], base: str | None) -> list[RelatedHeadline]:
    """Return links under headings like "Related stories", each once.

    Args:
        document: The page.
        story: Indexes of the text blocks of the story: their links are no related headlines.
        base: Address of the page, for relative links.

    """
    headlines: dict[str, RelatedHeadline] = {}
    for text_block, group in _links(document, story):
        headline = _headline_in_line(text_block, group, base)
        if headline is not None:
            headlines.setdefault(headline.text.casefold(), headline)
        if len(headlines) == _MAX_LINKS:
            break
    return list(headlines.values())


def _links(document: HtmlDocument, story: Container[int]) -> Iterator[tuple[TextBlock, RelatedGroup]]:
    group: RelatedGroup | None = None
    reach: Element | None = None
    for text_block in document.text_blocks:
        if reach is not None and not reach.contains(text_block.element):
            group, reach = None, None
        announced = _announced_group(text_block)
        if announced:
            group, reach = announced, _list_around(text_block.element)
        elif text_block.index not in story and _is_link(text_block):
            own = group or ("see_also" if _is_in_related_list(text_block.element) else None)
            if own and not text_block.element.hidden:
                yield text_block, own


def _is_link(text_block: TextBlock) -> bool:
    if text_block.link_density < _LEAST_LINK_DENSITY or _NO_STORY_LINKS.search(text_block.href or ""):
        return False
    element: Element | None = text_block.element
    for _ in range(_FOOTER_DEPTH):
        if element is None:
            return True
        if element.tag in {"footer", "nav"}:
            return False
        element = element.parent
    return True


def _announced_group(text_block: TextBlock) -> RelatedGroup | None:
    if text_block.words > _HEADING_WORDS or text_block.element.hidden:
        return None
    text = text_block.text.strip(" :.…»›>-–")
    return related_group_of(text) or ("promo" if _MORE_FROM.fullmatch(text) else None)


def _list_around(element: Element) -> Element:
    """Return the ancestor of a heading that also holds its list, at most `_LIST_DEPTH` levels up."""
    ancestor = element
    for _ in range(_LIST_DEPTH):
        if ancestor.parent is None or ancestor.parent.tag in {"body", "main", "article"}:
            break
        ancestor = ancestor.parent
    return ancestor


def _is_in_related_list(element: Element) -> bool:
    walk: Element | None = element
    for _ in range(_LIST_DEPTH + 2):
        if walk is None:
            return False
        if _RELATED_HINT.search(walk.hint):
            return True
        walk = walk.parent
    return False


@dataclass(slots=True)
class _LinkItem:
    headline: list[str] = field(default_factory=list)
    outlet: str | None = None
    section: str | None = None
    day: date | None = None
    age: str | None = None
    beside: int = 0


def _headline_in_line(text_block: TextBlock, group: RelatedGroup, base: str | None) -> RelatedHeadline | None:
    """Return the headline that a line of a list of links holds, or None if it holds none."""
    if not text_block.href or text_block.words > _MOST_WORDS + _BESIDE_WORDS:
        return None
    item = _LinkItem()
    for text, element in text_block.parts:
        _assign(item, text.strip(_SEPARATORS), element, group)
    text = " ".join(item.headline).strip()
    words = text.count(" ") + 1
    bare = text_block.link_density > _WHOLLY_LINK and item.beside == 0
    if not text or not (_LONE_WORDS if bare else _FEWEST_WORDS) <= words <= _MOST_WORDS or item.beside > _BESIDE_WORDS:
        return None
    return RelatedHeadline(
        text=text,
        group=group,
        url=whole_address(text_block.href, base),
        date=item.day,
        section=item.section,
        outlet=item.outlet,
        age=item.age,
    )


def _assign(item: _LinkItem, text: str, element: Element, group: RelatedGroup) -> None:
    """Set the field of the item that one text of the line is: headline, outlet, section, day or age."""
    if not text:
        return
    linked = _is_linked(element)
    item.beside += 0 if linked else text.count(" ") + 1
    stamp = parse_timestamp(element.attrs.get("datetime", "")) if element.tag == "time" else None
    day = stamp.printed.day if stamp else None
    if not linked and day is None and len(text) <= _STAMP_LENGTH:
        day = parse_day(text)
    if len(text) <= _STAMP_LENGTH and parse_relative_date(text, None):
        item.age = text
    elif day:
        item.day = day
    elif _OUTLET.search(element.hint):
        item.outlet = text
    elif linked or _HEADLINE.search(element.hint):
        item.headline.append(text)
    elif group == "elsewhere" and not item.headline:
        item.outlet = text
    else:
        item.section = text


def _is_linked(element: Element) -> bool:
    walk: Element | None = element
    for _ in range(_LINK_DEPTH):
        if walk is None:
            return False
        if walk.tag == "a":
            return True
        walk = walk.parent
    return False


def with_age_ranges(headlines: Sequence[RelatedHeadline], base: datetime | None) -> Iterator[RelatedHeadline]:
    """Yield the headlines; those with a printed age get the range of time it means, counted back from `base`."""
    for headline in headlines:
        age = parse_relative_date(headline.age, base) if headline.age else None
        if age is None:
            yield headline
        else:
            yield replace(headline, age_from=age.start, age_to=age.end, age_precision=age.precision)
