"""What a reader of HTML hands on: the blocks of the story and the rest of the page."""

import re
from dataclasses import dataclass, field

from searchsvc.model.article import Block, BlockKind, LeftOut
from searchsvc.parsing.html.dom import Piece

#: A cross-head in bold type: short, and no sentence.
_CROSSHEAD_WORDS = 12
_BOLD = 0.9
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LIST_DEPTH = 3
_FACT_BOX = re.compile(r"\bfact-?_?(?:box|file|sheet)")
_BOX_DEPTH = 4
_OPENING_MARKS = "\"'“‘«„"
_MARK_PAIRS = "“”"


@dataclass(slots=True)
class Body:
    """The story, read."""

    #: Which reader: `bbc-2003`, `scored`.
    reader: str
    blocks: list[Block] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    #: Indexes of the texts that are in it.
    taken: set[int] = field(default_factory=set)

    @property
    def lead(self) -> str | None:
        """The first paragraph."""
        return next((block.text for block in self.blocks if block.kind == "paragraph"), None)

    @property
    def words(self) -> int:
        """Words of the story itself."""
        return sum(block.text.count(" ") + 1 for block in self.blocks if block.kind in {"paragraph", "bullet"})


def kind_of(piece: Piece, *, first: bool) -> BlockKind:
    """Return what a text of the story is, by its markup alone.

    Args:
        piece: The text.
        first: No paragraph came before: what is bold here is the lead.

    """
    node = piece.node
    walk = node
    for _ in range(_BOX_DEPTH):
        if _FACT_BOX.search(walk.hint):
            return "factbox"
        if walk.parent is None:
            break
        walk = walk.parent
    if node.tag in _HEADINGS:
        return "crosshead"
    walk = node
    for _ in range(_LIST_DEPTH):
        if walk.tag == "li":
            return "bullet"
        if walk.parent is None or walk.tag in {"div", "section", "article"}:
            break
        walk = walk.parent
    if not first and piece.strong > _BOLD and piece.words <= _CROSSHEAD_WORDS and piece.link < _BOLD:
        last = piece.text.rstrip("\"'”’»)")[-1:]
        if last not in ".,;:!":
            return "crosshead"
    return "paragraph"


def quoted(text: str, speaker: str | None) -> str:
    """Return the text of a quote box with its marks, which may have been images, and its speaker."""
    inner = text.strip(" " + _OPENING_MARKS + "”’»")
    whole = f"{_MARK_PAIRS[0]}{inner}{_MARK_PAIRS[1]}"
    return f"{whole} – {speaker}" if speaker else whole
