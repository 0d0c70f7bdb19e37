"""Sentences that match → fragments to show: long ones are cut between words, and all are scored as small documents."""

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from math import log
from typing import NamedTuple

from searchsvc.highlighting.term_matcher import TermMatch
from searchsvc.model.result import Span

#: Matches of each leaf that windows are made for in one over-long stretch.
SHOWN = 50
#: After Lucene's UnifiedHighlighter (PassageScorer): BM25 with a pivot of 87 code points for the
#: length, and a bonus for standing early.
K1, B, PIVOT = 1.2, 0.75, 87.0
#: A phrase shows more than a word of the same rarity.
PHRASE_WEIGHT = 2.0


class Fragment(NamedTuple):
    """A sentence that holds a match."""

    block: int
    #: It is part of the story, and no caption or cross-head.
    in_story: bool
    span: Span
    #: The whole sentence, of which the span is a window if it is over-long.
    stretch: Span
    matches: Sequence[TermMatch]
    #: Code points of the texts before it.
    before: int


def split_sentence(
    text: str, stretch: Span, matches: Sequence[TermMatch], longest: int
) -> list[tuple[Span, Sequence[TermMatch]]]:
    """Return the stretch, with the matches in it; if it is over-long, parts of it that hold some, with theirs.

    They are its best window, and before and after it one for each group of matches, and share no
    text. Each match is looked at a few times, however long the stretch, and of each leaf the
    groups of the first ones only: more would show nothing else.
    """
    if stretch.end - stretch.start <= longest:
        return [(stretch, matches)]
    best = best_fragment(text, stretch, matches, longest)
    few = _first_ones(matches)
    spans = [best]
    spans += _row(text, Span(stretch.start, best.start), few, longest)
    spans += _row(text, Span(best.end, stretch.end), few, longest)
    held = [(span, matches_within(matches, span)) for span in spans]
    return [(span, here) for span, here in held if here]


def best_fragment(text: str, stretch: Span, matches: Sequence[TermMatch], longest: int) -> Span:
    """Return a span inside the stretch, at most `longest` code points, that begins and ends at white space.

    It holds the most distinct leaves of the matches, all of which lie in the stretch, that any
    such span can hold (the first of equals). Only where a single match is longer than `longest`,
    or a single word where there is no match, the span is that.
    """
    if stretch.end - stretch.start <= longest:
        return _trimmed(text, stretch.start, stretch.end)
    if not matches:
        return _trimmed(text, stretch.start, _opening(text, stretch, longest))
    core = _core(matches, longest)
    if core.end - core.start >= longest:
        return core
    spare = longest - (core.end - core.start)
    start = max(stretch.start, core.start - spare // 2)
    end = min(stretch.end, start + longest)
    start = max(stretch.start, end - longest)
    return _trimmed(
        text, _first_break(text, start, core.start, stretch.start), _last_break(text, core.end, end, stretch.end)
    )


def leaf_frequencies(matches: Sequence[TermMatch]) -> dict[int, int]:
    """Return how often each leaf matches."""
    counts: dict[int, int] = {}
    for match in matches:
        counts[match.leaf] = counts.get(match.leaf, 0) + 1
    return counts


def leaf_weights(counts: dict[int, int], size: int, phrases: frozenset[int]) -> dict[int, float]:
    """Return the weight of each leaf, rarer in these texts (`size` code points) being heavier."""
    documents = 1 + size / PIVOT
    return {
        leaf: (K1 + 1) * log(1 + (documents + 0.5) / (count + 0.5)) * (PHRASE_WEIGHT if leaf in phrases else 1.0)
        for leaf, count in counts.items()
    }


def fragment_score(span: Span, offset: int, counts: dict[int, int], weight: dict[int, float]) -> float:
    """Return the score of a sentence that begins `offset` code points into the texts."""
    norm = K1 * (1 - B + B * (span.end - span.start) / PIVOT)
    early = 1 + 1 / log(PIVOT + offset)
    return early * sum(weight[leaf] * count / (count + norm) for leaf, count in counts.items())


def matches_within(matches: Sequence[TermMatch], span: Span) -> list[TermMatch]:
    """Return those of the matches, which are in order, that lie in the span: without a look at the others."""
    first = bisect_left(matches, span.start, key=_start)
    last = bisect_left(matches, span.end, lo=first, key=_start)
    return [match for match in matches[first:last] if match.end <= span.end]


def _first_ones(matches: Sequence[TermMatch]) -> Sequence[TermMatch]:
    """Return the first matches of each leaf, in order."""
    seen: Counter[int] = Counter()
    kept = []
    for match in matches:
        seen[match.leaf] += 1
        if seen[match.leaf] <= SHOWN:
            kept.append(match)
    return kept


def _row(text: str, stretch: Span, matches: Sequence[TermMatch], longest: int) -> Iterator[Span]:
    """Yield windows from left to right, each of the matches within reach of the first one not yet shown."""
    left = matches_within(matches, stretch)
    start, at = stretch.start, 0
    while at < len(left):
        reach = left[at].start + longest
        end = bisect_left(left, reach, lo=at, key=_start)
        group = [match for match in left[at:end] if match.end <= reach] or left[at : at + 1]
        shown = best_fragment(text, Span(start, stretch.end), group, longest)
        yield shown
        start = shown.end
        at = max(at + 1, bisect_left(left, start, lo=at, key=_start))


def _start(match: TermMatch) -> int:
    return match.start


def _trimmed(text: str, start: int, end: int) -> Span:
    """Leave white space at the edges out."""
    piece = text[start:end]
    return Span(start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip()))


def _core(matches: Sequence[TermMatch], longest: int) -> Span:
    """Return the shortest stretch of matches within reach that holds the most distinct leaves."""
    best, core = (0, 0), Span(matches[0].start, matches[0].end)
    counts: Counter[int] = Counter()
    first = 0
    #: Places of matches that may end last, in order of place, ends falling.
    ends: deque[int] = deque()
    for last, match in enumerate(matches):
        counts[match.leaf] += 1
        while ends and matches[ends[-1]].end <= match.end:
            ends.pop()
        ends.append(last)
        while first < last and matches[ends[0]].end - matches[first].start > longest:
            counts[matches[first].leaf] -= 1
            if not counts[matches[first].leaf]:
                del counts[matches[first].leaf]
            if ends[0] == first:
                ends.popleft()
            first += 1
        span = Span(matches[first].start, matches[ends[0]].end)
        rank = (len(counts), span.start - span.end)
        if rank > best or last == 0:
            best, core = rank, span
    return core


def _opening(text: str, stretch: Span, longest: int) -> int:
    """Return where the first words of a stretch end; if there is but one word that long, where it ends."""
    end = _last_break(text, stretch.start, stretch.start + longest)
    if end > stretch.start:
        return end
    return next((at for at in range(stretch.start + longest, stretch.end) if text[at].isspace()), stretch.end)


def _first_break(text: str, start: int, limit: int, edge: int) -> int:
    """Return the first place from `start` on, up to `limit`, where a word begins."""
    if start == edge or text[start - 1].isspace():
        return start
    return next((at + 1 for at in range(start, limit) if text[at].isspace()), limit)


def _last_break(text: str, limit: int, end: int, edge: int | None = None) -> int:
    """Return the last place up to `end`, from `limit` on, where a word ends."""
    if end == edge or end >= len(text) or text[end].isspace():
        return end
    return next((at for at in range(end - 1, limit, -1) if text[at].isspace()), max(limit, 0))
