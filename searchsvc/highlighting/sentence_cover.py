"""Matches in the blocks of an article → the sentences to show: a greedy cover of the query's leaves.

The first sentence shows most leaves; each further one shows leaves that none before it shows, first of all those that
the title does not show either.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property, reduce
from operator import or_

from searchsvc.highlighting.fragments import (
    Fragment,
    fragment_score,
    leaf_frequencies,
    leaf_weights,
    sentences_of,
    split_sentence,
)
from searchsvc.highlighting.term_matcher import LeafSet, TermMatch, leaf_set
from searchsvc.model.article import STORY_KINDS, Block
from searchsvc.model.result import Span

#: Index of a block → the matches in it, in order of place.
BlockMatches = dict[int, Sequence[TermMatch]]


def cover(
    blocks: Sequence[Block],
    found: BlockMatches,
    phrases: frozenset[int],
    count: int,
    longest: int,
    *,
    in_title: LeafSet = 0,
    wanted: Sequence[LeafSet] = (),
) -> Sequence[Fragment]:
    """Return at most `count` sentences, cut to `longest` code points, that show the leaves.

    Each is the one that shows most leaves not shown yet, in the title or by the sentences before it; then most that
    these sentences do not show, one at least. Of equal ones those of the story come first, then the highest score, then
    the earliest. No text is chosen twice (a caption may repeat a sentence). One more is returned where a wanted
    node would not be shown else.

    Args:
        blocks: The blocks of the article.
        found: The matches in some of them.
        phrases: Numbers of the leaves that are phrases.
        count: Sentences at most.
        longest: Code points of a sentence at most.
        in_title: The leaves that the title shows.
        wanted: The leaves of each node of which one leaf should be shown.

    """
    candidates = _candidates(blocks, found, longest)
    if len(candidates) <= 1:
        return candidates
    shown = [leaf_set(candidate.matches) for candidate in candidates]
    ranks = _Ranks(blocks, found, phrases)
    chosen: dict[str, Fragment] = {}
    covered: LeafSet = 0
    while len(chosen) <= count:
        seen = covered | in_title
        if len(chosen) == count:
            # One more is chosen only for leaves of the wanted nodes that are not shown.
            covered |= ~reduce(or_, (leaves for leaves in wanted if not seen & leaves), 0)
        seen |= covered
        gains = [((leaves & ~seen).bit_count(), (leaves & ~covered).bit_count()) for leaves in shown]
        most = max(gains)
        if not most[1]:
            break
        equal = [i for i, gain in enumerate(gains) if gain == most]
        best = equal[0] if len(equal) == 1 else max(equal, key=lambda i: (ranks.of(candidates[i]), i))
        text = _text_of(blocks, candidates[best])
        if text in chosen:
            shown[best] = 0
        else:
            chosen[text] = candidates[best]
            covered |= shown[best]
    return tuple(chosen.values())


class _Ranks:
    """The order of the sentences of one article that show equally many leaves; scored only where there are such."""

    def __init__(self, blocks: Sequence[Block], found: BlockMatches, phrases: frozenset[int]) -> None:
        self._blocks, self._found, self._phrases = blocks, found, phrases

    def of(self, candidate: Fragment) -> tuple[bool, float, int]:
        """Return the rank of a sentence: the higher, the better."""
        counts = leaf_frequencies(candidate.matches)
        score = fragment_score(candidate.span, candidate.before, counts, self._weight)
        return candidate.in_story, score, -candidate.before

    @cached_property
    def _weight(self) -> dict[int, float]:
        frequencies = leaf_frequencies([match for matches in self._found.values() for match in matches])
        return leaf_weights(frequencies, sum([len(self._blocks[i].text) for i in self._found]), self._phrases)


def _candidates(blocks: Sequence[Block], found: BlockMatches, longest: int) -> list[Fragment]:
    """Return the sentences that have a match; of over-long ones parts that have some."""
    candidates, offset = [], 0
    for i in sorted(found):
        block = blocks[i]
        in_story = block.kind in STORY_KINDS
        for stretch, inside in _stretches(block.text, found[i]):
            for span, matches in split_sentence(block.text, stretch, inside, longest):
                candidates.append(Fragment(i, in_story, span, stretch, matches, offset + span.start))
        offset += len(block.text)
    return candidates


def _stretches(text: str, matches: Sequence[TermMatch]) -> Iterator[tuple[Span, Sequence[TermMatch]]]:
    """Yield the sentences that have a match, with their matches.

    Sentences that a match runs across (a phrase over a full stop) are joined to one.
    """
    at, first, begin, reach, count = 0, 0, -1, 0, len(matches)
    for start, end in sentences_of(text):
        while at < count and matches[at].start < end:
            if begin < 0:
                begin = start
            reach = max(reach, matches[at].end)
            at += 1
        if begin >= 0 and end >= reach:
            yield Span(begin, end), matches[first:at]
            if at == count:
                return
            begin, first = -1, at


def _text_of(blocks: Sequence[Block], candidate: Fragment) -> str:
    return blocks[candidate.block].text[candidate.span.start : candidate.span.end]
