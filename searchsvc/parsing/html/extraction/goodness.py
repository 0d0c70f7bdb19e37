"""Piece → words of good text in it: what reads like a paragraph of a story, and what only looks so."""

from searchsvc.parsing.html.dom import Node, Piece
from searchsvc.parsing.html.extraction.feature_patterns import NOTICE, SENTENCE_END, hints_of

#: A paragraph; shorter texts prove nothing about the place they stand in.
GOOD_WORDS = 12
_LONG_WORDS = 30
_GOOD_LINK = 0.4
_GOOD_RUNNING = 0.5
_NOTICE_WORDS = 90
_NOT_STORY_TAGS = frozenset({"figcaption", "button", "th", "footer", "nav"})
_BESIDE_TAGS = frozenset({"footer", "nav", "aside", "form", "figcaption"})
_BESIDE_HINTS = frozenset({"comment", "modal", "related"})
#: What is left of text that stands beside the story, of a teaser under a link.
_BESIDE, _TEASER = 0.2, 0.15
_TEASER_WORDS = 90
_TEASER_LOOK = 6
_LINK_LINE = 0.9
_LINK_LINE_WORDS = 4
#: How far up an element's surroundings are asked.
_WALK = 8
_HEADING_LOOK = 3


def goodness(pieces: list[Piece], share: list[float]) -> list[float]:
    """Return the words of good text in each piece, discounted where it stands beside the story.

    Args:
        pieces: The texts.
        share: For each, the share of its words that begin in lower case.

    """
    good = [_goodness(piece, share[i]) for i, piece in enumerate(pieces)]
    _discount_teasers(pieces, good)
    return good


def _goodness(piece: Piece, share: float) -> float:
    """Words of a piece, if it reads like a paragraph of a story."""
    words, tag = piece.words, piece.node.tag
    if words < GOOD_WORDS or piece.link >= _GOOD_LINK or tag in _NOT_STORY_TAGS or share < _GOOD_RUNNING:
        return 0.0
    if not SENTENCE_END.search(piece.text[-8:]) and words < _LONG_WORDS:
        return 0.0
    if words < _NOTICE_WORDS and NOTICE.search(piece.text):
        return 0.0
    node: Node | None = piece.node
    for _ in range(_WALK):
        if node is None:
            break
        if node.tag in _BESIDE_TAGS or hints_of(node.hint) & _BESIDE_HINTS:
            return words * _BESIDE
        node = node.parent
    return float(words)


def _discount_teasers(pieces: list[Piece], good: list[float]) -> None:
    """A teaser is a short text under a line that is wholly a link, in the same card."""
    for i, piece in enumerate(pieces):
        if not good[i] or piece.words >= _TEASER_WORDS:
            continue
        for j in range(i - 1, max(-1, i - 1 - _TEASER_LOOK), -1):
            before = pieces[j]
            is_link = before.link > _LINK_LINE
            if before.words >= GOOD_WORDS and not is_link:
                break
            if is_link and before.words >= _LINK_LINE_WORDS and (_heading(before.node) or _same_card(before, piece)):
                good[i] *= _TEASER
                break


def _heading(node: Node | None) -> bool:
    for _ in range(_HEADING_LOOK):
        if node is None:
            return False
        if node.tag in {"h2", "h3", "h4", "h5"}:
            return True
        node = node.parent
    return False


def _same_card(one: Piece, other: Piece) -> bool:
    above = {node.seq for node in (one.node.parent, one.node.parent and one.node.parent.parent) if node}
    parent = other.node.parent
    return parent is not None and (parent.seq in above or (parent.parent is not None and parent.parent.seq in above))
