"""Sentences as small documents: how well each shows what the query asks.

After Lucene's UnifiedHighlighter (PassageScorer): BM25 with k1 1.2, b .75 and a pivot of 87
code points for the length, a bonus for standing early.
"""

from collections.abc import Sequence
from math import log
from typing import NamedTuple

from searchsvc.highlighting.term_matcher import Match
from searchsvc.model.result import Span

K1, B, PIVOT = 1.2, 0.75, 87.0
#: A phrase shows more than a word of the same rarity.
PHRASE_WEIGHT = 2.0


class Candidate(NamedTuple):
    """A sentence that holds a match."""

    block: int
    #: It is part of the story, and no caption or cross-head.
    in_story: bool
    span: Span
    #: The whole sentence, of which the span is a window if it is over-long.
    stretch: Span
    matches: Sequence[Match]
    #: Code points of the texts before it.
    before: int


def tally(matches: Sequence[Match]) -> dict[int, int]:
    """Return how often each leaf matches."""
    counts: dict[int, int] = {}
    for match in matches:
        counts[match.leaf] = counts.get(match.leaf, 0) + 1
    return counts


def weights(counts: dict[int, int], size: int, phrases: frozenset[int]) -> dict[int, float]:
    """Return the weight of each leaf, rarer in these texts (`size` code points) being heavier."""
    documents = 1 + size / PIVOT
    return {
        leaf: (K1 + 1) * log(1 + (documents + 0.5) / (count + 0.5)) * (PHRASE_WEIGHT if leaf in phrases else 1.0)
        for leaf, count in counts.items()
    }


def score(span: Span, offset: int, counts: dict[int, int], weight: dict[int, float]) -> float:
    """Return the score of a sentence that begins `offset` code points into the texts."""
    norm = K1 * (1 - B + B * (span.end - span.start) / PIVOT)
    early = 1 + 1 / log(PIVOT + offset)
    return early * sum(weight[leaf] * count / (count + norm) for leaf, count in counts.items())
