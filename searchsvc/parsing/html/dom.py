"""Outline: the page as a flat list of texts, each knowing where it stands.

Elements are numbered in document order, so that every question about ancestors is a comparison of numbers.
"""

import re
from dataclasses import dataclass, field

_HINT_ATTRIBUTES = ("class", "id", "role", "itemprop", "data-testid", "data-component", "data-type", "aria-label")
#: Longer ones are generated; the names come first.
HINT_LENGTH = 300
_SPACE = re.compile(r"[\s\u200b\ufeff]+")


@dataclass(slots=True)
class Node:
    """An element. `seq` is its index in document order, `end` that of its last descendant."""

    tag: str
    attrs: dict[str, str]
    parent: "Node | None"
    seq: int
    depth: int
    skip: bool
    hidden: bool
    #: Index of the first text in it.
    first: int = 0
    end: int = 0
    _hint: str | None = None

    @property
    def hint(self) -> str:
        """What the page's author called it: class, id, role … in lower case."""
        if self._hint is None:
            found = " ".join(value for name in _HINT_ATTRIBUTES if (value := self.attrs.get(name)))
            self._hint = found[:HINT_LENGTH].lower()
        return self._hint

    @property
    def classes(self) -> list[str]:
        """Names of its classes."""
        return self.attrs.get("class", "").split()

    def holds(self, other: "Node") -> bool:
        """Say whether the other is this one or below it."""
        return self.seq <= other.seq <= self.end


@dataclass(slots=True)
class Piece:
    """A text between two block borders, or an image."""

    text: str
    node: Node
    #: Index among the pieces.
    at: int
    words: int = 0
    #: Shares of its characters that are links, bold, italic.
    link: float = 0.0
    strong: float = 0.0
    emphasis: float = 0.0
    #: Address of its first link, or of the image.
    href: str | None = None
    #: Open zones of comments, outermost first, each with its number on the page.
    zones: tuple[tuple[str, int], ...] = ()
    #: The innermost element around its first letter.
    inner: Node | None = None
    #: Of a short line with a link: its stretches with the element around each.
    parts: tuple[tuple[str, Node], ...] = ()


@dataclass(slots=True)
class Outline:
    """A page, flat."""

    nodes: list[Node] = field(default_factory=list)
    #: Texts in document order.
    pieces: list[Piece] = field(default_factory=list)
    #: Images in document order; `at` is the index of the text that follows.
    images: list[Piece] = field(default_factory=list)
    #: (name in lower case, content) of each `<meta>`.
    metas: list[tuple[str, str]] = field(default_factory=list)
    #: Contents of `<script type="application/ld+json">`.
    scripts: list[str] = field(default_factory=list)
    #: (datetime, element, index of the text that follows) of each `<time>`.
    times: list[tuple[str, Node, int]] = field(default_factory=list)
    canonical: str | None = None
    #: Address that an archive's toolbar says.
    archived: str | None = None
    title: str = ""
    language: str | None = None


def spaced(text: str) -> str:
    """Return the text with every run of white space as one space."""
    return _SPACE.sub(" ", text).strip()
