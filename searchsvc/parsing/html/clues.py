"""Outline → Clues: everything a page says about itself, ready to be asked for."""

import html
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from searchsvc.parsing.html.linked_data import Thing, articles_in, clean, things_in
from searchsvc.parsing.html.outline import Node, Outline, Piece

_WORD = re.compile(r"\w+")
#: `h1 > span > a`: a heading's text may stand a few elements below it.
_HEADING_DEPTH = 3


@dataclass(frozen=True)
class Clues:
    """What the head is read from."""

    outline: Outline
    #: Address the container gave, if any.
    address: str | None = None

    @cached_property
    def things(self) -> list[Thing]:
        """Every JSON-LD object."""
        return things_in(self.outline.scripts)

    @cached_property
    def articles(self) -> list[Thing]:
        """The JSON-LD objects that are articles."""
        return articles_in(self.things)

    @cached_property
    def metas(self) -> dict[str, list[str]]:
        """Contents of `<meta>` by name."""
        found: dict[str, list[str]] = defaultdict(list)
        for name, content in self.outline.metas:
            text = " ".join(clean(html.unescape(content)).split())
            if text:
                found[name].append(text)
        return dict(found)

    def meta(self, *names: str) -> tuple[str, str] | None:
        """Return content and name of the first of these that the page has."""
        return next(((self.metas[name][0], name) for name in names if name in self.metas), None)

    def microdata(self, *names: str) -> Iterator[tuple[str, Node]]:
        """Yield content (attribute or text) and element of each `itemprop` of these names."""
        for node in self.outline.nodes:
            prop = node.attrs.get("itemprop")
            if prop and not node.skip and any(name in prop.split() for name in names):
                told = node.attrs.get("content") or node.attrs.get("datetime") or self.text_below(node)
                if told:
                    yield told, node

    def text_below(self, node: Node, limit: int = 3) -> str:
        """Return the text of the first pieces under an element.

        A piece belongs to its nearest block; an inline element has the text of that block.
        """
        found: list[str] = []
        for piece in self.pieces_from(node):
            if not (node.holds(piece.node) or piece.node.holds(node)):
                break
            found.append(piece.text)
            if len(found) == limit or piece.node.holds(node):
                break
        return " ".join(found)

    def pieces_from(self, node: Node) -> Iterator[Piece]:
        """Yield the pieces from the one that an element opens or stands in."""
        pieces = self.outline.pieces
        low, high = 0, len(pieces)
        while low < high:  # pieces come in document order, so their blocks' ends ascend but for nested ones
            middle = (low + high) // 2
            if pieces[middle].node.end < node.seq:
                low = middle + 1
            else:
                high = middle
        yield from pieces[low : low + 8]

    @cached_property
    def headings(self) -> list[Piece]:
        """Texts of the page's `<h1>` elements."""
        return [piece for piece in self.outline.pieces if _is_heading(piece.node)]


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case."""
    return _WORD.findall(text.lower())


def _is_heading(node: Node | None) -> bool:
    for _ in range(_HEADING_DEPTH):
        if node is None:
            return False
        if node.tag == "h1":
            return True
        node = node.parent
    return False
