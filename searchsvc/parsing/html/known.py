"""Clues + Layout → the fields of the head that the layout shows in its own places."""

from collections.abc import Iterator
from datetime import UTC, datetime

from bs4 import BeautifulSoup

from searchsvc.parsing.dates import parse_moment
from searchsvc.parsing.html.dom import Node, spaced
from searchsvc.parsing.html.head import _SECTION_LENGTH, HeadFields
from searchsvc.parsing.html.layout import Layout, selector
from searchsvc.parsing.html.metadata import Clues, head_value
from searchsvc.parsing.html.people import clean_names

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
