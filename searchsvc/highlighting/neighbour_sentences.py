"""A short sentence to show → the same with the sentences beside it, so that it can be understood.

`“It will not be built.”` says little; with the sentence after it, or the one before it, it says what is meant.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from searchsvc.highlighting.fragments import best_fragment, last_words, sentences_of
from searchsvc.model.article import Block
from searchsvc.model.result import Span

#: Kinds of blocks that are read on in the next block, and kinds of that.
_READ_ON, _READ_NEXT = frozenset({"paragraph", "bullet", "crosshead"}), frozenset({"paragraph", "bullet"})


class Excerpt(NamedTuple):
    """A stretch of an article to show: from `start` in the first block up to `end` in the last, and all between."""

    first: int
    start: int
    last: int
    end: int
    #: Index of the block whose match it is shown for.
    block: int
    #: Whether its first sentence is not shown from its beginning, its last one not up to its end.
    cut_before: bool = False
    cut_after: bool = False

    def pieces(self, blocks: Sequence[Block]) -> Iterator[tuple[int, Span]]:
        """Yield for each of its blocks the index, and the range of its text."""
        for i in range(self.first, self.last + 1):
            end = self.end if i == self.last else len(blocks[i].text)
            yield i, Span(self.start if i == self.first else 0, end)

    def size(self, blocks: Sequence[Block]) -> int:
        """Return how many code points it has, with a newline between blocks."""
        if self.first == self.last:
            return self.end - self.start
        return sum(span.end - span.start + 1 for _, span in self.pieces(blocks)) - 1


def with_neighbours(excerpts: Sequence[Excerpt], blocks: Sequence[Block], shortest: int, longest: int) -> list[Excerpt]:
    """Return excerpts in order of place; one shorter than `shortest` has as many sentences beside it as it needs.

    They are the next ones of its block, else those before it, else those of the next block, else of the block before;
    the last of them is cut where the whole would be longer than `longest`. Two excerpts that meet so become one. Where
    this would be too long, and where nothing stands beside it, an excerpt stays short.

    Args:
        excerpts: Excerpts of one article, without common text.
        blocks: Its blocks.
        shortest: Code points from which on an excerpt stays as it is.
        longest: Code points of an excerpt at most.

    """
    done: list[Excerpt] = []
    rest = sorted(excerpts, key=_start)
    while rest:
        excerpt, *rest = rest
        while excerpt.size(blocks) < shortest:
            grown = next(_longer(excerpt, (*done, *rest), blocks, longest), None)
            if grown is None:
                break
            excerpt = grown
            done, rest = _apart(done, excerpt, blocks), _apart(rest, excerpt, blocks)
        done.append(excerpt)
    return sorted(done, key=_start)


def _start(excerpt: Excerpt) -> tuple[int, int]:
    return excerpt.first, excerpt.start


def _apart(excerpts: Sequence[Excerpt], grown: Excerpt, blocks: Sequence[Block]) -> list[Excerpt]:
    """Return the excerpts that have no text in common with another one, which has become part of it else."""
    pieces = list(grown.pieces(blocks))
    return [one for one in excerpts if not any(_has_some(one, block, span) for block, span in pieces)]


def _longer(excerpt: Excerpt, others: Sequence[Excerpt], blocks: Sequence[Block], longest: int) -> Iterator[Excerpt]:
    """Yield the excerpt with a sentence beside it, the best one first; with all of the excerpt that shows it, if any.

    Where both together would be too long the sentence is left out.
    """
    room = longest - excerpt.size(blocks) - 1
    for block, stretch in _beside(excerpt, blocks):
        met = next((one for one in others if _has_some(one, block, stretch)), None)
        if met is not None:
            joined = _joined(excerpt, met)
            if joined.size(blocks) <= longest:
                yield joined
        elif (block, stretch.start) >= (excerpt.last, excerpt.end):
            span = best_fragment(blocks[block].text, stretch, (), room)
            if span.end - span.start <= room:
                yield excerpt._replace(last=block, end=span.end, cut_after=span.end < stretch.end)
        else:
            span = last_words(blocks[block].text, stretch, room)
            if span.end > span.start:
                yield excerpt._replace(first=block, start=span.start, cut_before=span.start > stretch.start)


def _beside(excerpt: Excerpt, blocks: Sequence[Block]) -> Iterator[tuple[int, Span]]:
    """Yield the sentences beside an excerpt, or what of them it does not show, the best one first."""
    first, last = excerpt.first, excerpt.last
    here = [Span(max(a, excerpt.end), b) for a, b in sentences_of(blocks[last].text) if b > excerpt.end]
    yield from [(last, _trimmed(blocks[last].text, span)) for span in here[:1]]
    before = [Span(a, min(b, excerpt.start)) for a, b in sentences_of(blocks[first].text) if a < excerpt.start]
    yield from [(first, _trimmed(blocks[first].text, span)) for span in before[-1:]]
    if not here and last + 1 < len(blocks) and _goes_on(blocks[last], blocks[last + 1]):
        yield from [(last + 1, Span(*span)) for span in sentences_of(blocks[last + 1].text)[:1]]
    if not before and first > 0 and _goes_on(blocks[first - 1], blocks[first]):
        yield from [(first - 1, Span(*span)) for span in sentences_of(blocks[first - 1].text)[-1:]]


def _goes_on(block: Block, following: Block) -> bool:
    """Return whether the text of a block is read on in the block that follows it."""
    return block.kind in _READ_ON and following.kind in _READ_NEXT


def _trimmed(text: str, span: Span) -> Span:
    """Return the range without white space at its edges."""
    piece = text[span.start : span.end]
    return Span(span.start + len(piece) - len(piece.lstrip()), span.end - len(piece) + len(piece.rstrip()))


def _has_some(excerpt: Excerpt, block: int, span: Span) -> bool:
    """Return whether an excerpt shows some of a range of a block."""
    return (block, span.start) < (excerpt.last, excerpt.end) and (excerpt.first, excerpt.start) < (block, span.end)


def _joined(one: Excerpt, other: Excerpt) -> Excerpt:
    """Return the excerpt from the beginning of the earlier one of two up to the end of the later one."""
    early, late = sorted((one, other), key=_start)
    return early._replace(last=late.last, end=late.end, block=early.block, cut_after=late.cut_after)
