"""Asked × articles → where it may have been taken from."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from searchsvc.model.article import ArticleHead
from searchsvc.model.result import Hit
from searchsvc.verify.alignment import BRACKET, GAP, Alignment, Ints, Move, align
from searchsvc.verify.article_words import Numbers, Printed, Texts, texts_of, window
from searchsvc.verify.asked import Asked
from searchsvc.verify.comparison import Comparer, Comparison
from searchsvc.verify.likeness import is_likely, most_edits

#: Items times printed words that are compared for one quotation: 12 articles of 800 words with
#: the longest quotation there may be. Only a text made to cost much comes near it.
MOST_COMPARISONS = 4_000_000


class Found(NamedTuple):
    """A place, and what differs there."""

    head: ArticleHead
    printed: Printed
    alignment: Alignment
    comparison: Comparison


class Finder:
    """Looks for one quotation in article after article, as long as its means last."""

    def __init__(self, asked: Asked) -> None:
        """Number the quotation's words."""
        known: dict[str, int] = {}
        for item in asked.items:
            if item.kind == "word":
                known.setdefault(item.form, len(known))
        self._asked = asked
        self._items = [_number(item.kind, known.get(item.form, GAP)) for item in asked.items]
        self._numbers = Numbers(known)
        self._edits = most_edits(asked.words)
        self._left = MOST_COMPARISONS

    def find(self, hits: Iterable[Hit]) -> Iterator[Found]:
        """Yield the places in some articles."""
        for hit in hits:
            texts = texts_of(hit)
            numbers = self._numbers.of(texts)
            if _lacking(self._items, numbers) > self._edits:
                continue
            start, part = window(numbers, self._items)
            self._left -= len(self._items) * len(part)
            if self._left < 0:
                return
            alignments = [_moved(one, start) for one in align(self._items, part, self._edits)]
            yield from self._likely(hit.head, texts, alignments)

    def _likely(self, head: ArticleHead, texts: Texts, alignments: Sequence[Alignment]) -> Iterator[Found]:
        if not alignments:
            return
        printed = Printed.read(texts)
        comparer = Comparer(self._asked, printed)
        for alignment in alignments:
            comparison = comparer.compare(alignment)
            if is_likely(self._asked.words, comparison.edits, comparison.kept, head.language):
                yield Found(head, printed, alignment, comparison)


def _number(kind: str, number: int) -> int:
    return BRACKET if kind == "bracket" else number


def _lacking(items: Sequence[int], numbers: Ints) -> int:
    """Return how many words of the quotation an article does not have anywhere: each costs an edit at least."""
    here = np.zeros(max(items) + 1, np.bool_)
    here[numbers[numbers >= 0]] = True
    return sum(not here[item] for item in items if item >= 0)


def _moved(alignment: Alignment, by: int) -> Alignment:
    moves = (Move(move.item, move.first + by, move.end + by) for move in alignment.moves)
    return Alignment(alignment.first + by, alignment.end + by, tuple(moves))
