"""Outline → Clues: everything a page says about itself, ready to be asked for."""

import html
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from searchsvc.parsing.html.dom import Node, Outline, Piece
from searchsvc.parsing.html.metadata import Thing, articles_in, clean, things_in

_WORD = re.compile(r"\w+")
#: `h1 > span > a`: a heading's text may stand a few elements below it.
_HEADING_DEPTH = 3
#: Shorter headings are labels, longer lines paragraphs.
_HEADLINE_WORDS, _LINE_WORDS = 3, 30
#: A shorter title begins many lines.
_TITLE_LENGTH = 15


@dataclass(frozen=True)
class Clues:
    """What the head is read from."""

    outline: Outline
    #: The page's text, for a second reader.
    markup: str = ""
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
        for name in names:
            for told in self.metas.get(name.lower(), ())[:1]:
                yield told, self.outline.nodes[0]
        for node in self.outline.nodes:
            prop = node.attrs.get("itemprop")
            if prop and not node.skip and any(name in prop.split() for name in names):
                told = node.attrs.get("content") or node.attrs.get("datetime") or self.text_below(node)
                if told:
                    yield told, node

    def text_below(self, node: Node, limit: int = 3) -> str:
        """Return the first texts in an element; an inline element has the whole line that it stands in."""
        found: list[str] = []
        for piece in self.outline.pieces[node.first : node.first + limit]:
            in_line = piece.node.holds(node)
            if not in_line and not node.holds(piece.node):
                break
            found.append(piece.text)
            if in_line and piece.node is not node:
                break
        return " ".join(found)

    @cached_property
    def titles(self) -> list[str]:
        """What the page says its title is, everywhere it says so."""
        told = [text for name in ("og:title", "twitter:title", "title") for text in self.metas.get(name, ())[:1]]
        told.append(self.outline.title)
        told += [headline for thing in self.articles[:3] if isinstance(headline := thing.get("headline"), str)]
        return [text for text in told if text]

    @cached_property
    def headline(self) -> int:
        """Index of the piece that is the headline, or -1: an `<h1>` that agrees with the titles, else the first."""
        titles = [" ".join(words_of(text)) for text in self.titles]
        first = -1
        for piece in self.headings:
            words = words_of(piece.text)
            if len(words) < _HEADLINE_WORDS:
                continue
            key = " ".join(words)
            if _is_prefix(key, titles) or any(len(title) > _TITLE_LENGTH and key.startswith(title) for title in titles):
                return piece.at
            first = piece.at if first < 0 else first
        if first >= 0:
            return first
        lines = (piece for piece in self.outline.pieces if _HEADLINE_WORDS < piece.words < _LINE_WORDS)
        return next((piece.at for piece in lines if _is_prefix(" ".join(words_of(piece.text)), titles)), -1)

    @cached_property
    def headings(self) -> list[Piece]:
        """Texts of the page's `<h1>` elements."""
        return [piece for piece in self.outline.pieces if _is_heading(piece.node)]


def _is_prefix(key: str, titles: list[str]) -> bool:
    return bool(key) and any(title.startswith(key) for title in titles)


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
