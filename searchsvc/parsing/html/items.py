"""Piece of a list of links → RelatedHeadline: which part is the headline, and what is printed beside it."""

import re
from dataclasses import dataclass, field
from datetime import date

from searchsvc.analysis.urls import whole_address
from searchsvc.model.article import RelatedGroup, RelatedHeadline
from searchsvc.parsing.dates import parse_age, parse_day
from searchsvc.parsing.html.dom import Node, Piece
from searchsvc.parsing.html.head import moment_of

_OUTLET = re.compile(r"\b(?:outlet|source|publisher|site|provider)(?:-?name)?\b")
_HEADLINE = re.compile(r"headline|title")
_AROUND = " \t\u00a0|·•,;:–—-()"
#: A headline has some words; a label fewer, a teaser's text more.
LEAST_WORDS, MOST_WORDS = 3, 30
#: More beside the headline is a teaser, not a date and a section.
_BESIDE_WORDS = 8
_LINK_DEPTH = 4
#: What is printed beside a headline is short.
_STAMP_LENGTH = 30
_WHOLLY_LINK = 0.9
_LONE_WORDS = 4


@dataclass(slots=True)
class _Item:
    headline: list[str] = field(default_factory=list)
    outlet: str | None = None
    section: str | None = None
    day: date | None = None
    age: str | None = None
    beside: int = 0


def headline_in(piece: Piece, group: RelatedGroup, base: str | None) -> RelatedHeadline | None:
    """Return the headline that a line of a list of links holds, or None if it holds none."""
    if not piece.href or piece.words > MOST_WORDS + _BESIDE_WORDS:
        return None
    item = _Item()
    for text, node in piece.parts:
        _sort(item, text.strip(_AROUND), node, group)
    text = " ".join(item.headline).strip()
    words = text.count(" ") + 1
    bare = piece.link > _WHOLLY_LINK and item.beside == 0
    if not text or not (_LONE_WORDS if bare else LEAST_WORDS) <= words <= MOST_WORDS or item.beside > _BESIDE_WORDS:
        return None
    return RelatedHeadline(
        text=text,
        group=group,
        url=whole_address(piece.href, base),
        date=item.day,
        section=item.section,
        outlet=item.outlet,
        age=item.age,
    )


def _sort(item: _Item, text: str, node: Node, group: RelatedGroup) -> None:
    """Put one part of the line where it belongs."""
    if not text:
        return
    linked = _linked(node)
    item.beside += 0 if linked else text.count(" ") + 1
    stamp = moment_of(node.attrs.get("datetime", "")) if node.tag == "time" else None
    day = stamp[0].date() if stamp else None
    if not linked and day is None and len(text) <= _STAMP_LENGTH:
        day = parse_day(text)
    if len(text) <= _STAMP_LENGTH and parse_age(text, None):
        item.age = text
    elif day:
        item.day = day
    elif _OUTLET.search(node.hint):
        item.outlet = text
    elif linked or _HEADLINE.search(node.hint):
        item.headline.append(text)
    elif group == "elsewhere" and not item.headline:
        item.outlet = text
    else:
        item.section = text


def _linked(node: Node) -> bool:
    walk: Node | None = node
    for _ in range(_LINK_DEPTH):
        if walk is None:
            return False
        if walk.tag == "a":
            return True
        walk = walk.parent
    return False
