"""Outline → headlines of other stories, on a page whose layout nobody has described."""

import re
from collections.abc import Container, Iterator

from searchsvc.model.article import RelatedGroup, RelatedHeadline
from searchsvc.parsing.boilerplate import group_of
from searchsvc.parsing.html.dom import Node, Outline, Piece
from searchsvc.parsing.html.items import headline_in

#: Any outlet's name may follow; in saved text such a line is as often the story's.
_MORE_FROM = re.compile(r"more from .*", re.IGNORECASE)
_NAMED = re.compile(
    r"related-?_?(?:stor|article|link|content|news|post|read|coverage)"
    r"|see-?also|more-?on-?this|read-?next"
)
#: Links to people, topics and terms of use.
_NO_STORY = re.compile(
    r"/(?:authors?|profile|staff|by|tag|tags|topic|topics|category|privacy|terms)[/-]|privacy|subscribe"
)
_WALK = 14
#: The rest of the line is date, section or outlet.
_LINK = 0.4
_HEADING_WORDS = 6
#: How far a heading's list may stand above it in the tree.
_REACH = 3
#: A list that goes on is an index.
_MOST = 40


def promoted(outline: Outline, story: Container[int], base: str | None) -> list[RelatedHeadline]:
    """Return links under headings like "Related stories", each once.

    Args:
        outline: The page.
        story: Indexes of the texts that are the story: they promote nothing.
        base: Address of the page, for relative links.

    """
    found: dict[str, RelatedHeadline] = {}
    for piece, group in _links(outline, story):
        headline = headline_in(piece, group, base)
        if headline is not None:
            found.setdefault(headline.text.casefold(), headline)
        if len(found) == _MOST:
            break
    return list(found.values())


def _links(outline: Outline, story: Container[int]) -> Iterator[tuple[Piece, RelatedGroup]]:
    group: RelatedGroup | None = None
    reach: Node | None = None
    for piece in outline.pieces:
        if reach is not None and not reach.holds(piece.node):
            group, reach = None, None
        told = _said(piece)
        if told:
            group, reach = told, _around(piece.node)
        elif piece.at not in story and _is_link(piece):
            own = group or ("see_also" if _is_named(piece.node) else None)
            if own and not piece.node.hidden:
                yield piece, own


def _is_link(piece: Piece) -> bool:
    if piece.link < _LINK or _NO_STORY.search(piece.href or ""):
        return False
    node: Node | None = piece.node
    for _ in range(_WALK):
        if node is None:
            return True
        if node.tag in {"footer", "nav"}:
            return False
        node = node.parent
    return True


def _said(piece: Piece) -> RelatedGroup | None:
    if piece.words > _HEADING_WORDS or piece.node.hidden:
        return None
    text = piece.text.strip(" :.…»›>-–")
    return group_of(text) or ("promo" if _MORE_FROM.fullmatch(text) else None)


def _around(node: Node) -> Node:
    """The element around a heading that its list stands in too."""
    found = node
    for _ in range(_REACH):
        if found.parent is None or found.parent.tag in {"body", "main", "article"}:
            break
        found = found.parent
    return found


def _is_named(node: Node) -> bool:
    walk: Node | None = node
    for _ in range(_REACH + 2):
        if walk is None:
            return False
        if _NAMED.search(walk.hint):
            return True
        walk = walk.parent
    return False
