"""Sentences with matches → fragments to show: over-long ones are cut between words, and all are scored by BM25.

The words of this module: a *leaf* is a word or phrase of the query, a *match* a place of one. A *stretch* is a whole
sentence (or several that a phrase joins), a *window* a part of one that is no longer than a snippet may be, a
*fragment* what is shown in the end: a stretch or a window, its *span* in the block, and its matches.
"""

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import log
from typing import NamedTuple

from searchsvc.analysis import is_unspaced, sentence_spans
from searchsvc.highlighting.term_matcher import TermMatch
from searchsvc.model.result import Span

#: Matches of each leaf, from the first, for which windows of one over-long sentence are made.
SHOWN = 50
#: Blocks whose sentences are cached: they are chosen among, and looked beside, for one hit after the other.
RECENT = 16
#: Parameters of Lucene's UnifiedHighlighter (PassageScorer): BM25 with an average length of PIVOT code points.
K1, B, PIVOT = 1.2, 0.75, 87.0
#: Factor of the weight of a phrase, beside that of a word as rare.
PHRASE_WEIGHT = 2.0


class Fragment(NamedTuple):
    """A sentence, or a part of an over-long one, that has a match."""

    #: Index of its block.
    block: int
    #: Whether the block is part of the story, and not a caption or cross-head.
    in_story: bool
    #: What is shown, and the whole sentence.
    span: Span
    stretch: Span
    #: The matches in the span.
    matches: Sequence[TermMatch]
    #: Code points before it, in the blocks that have matches.
    before: int


@lru_cache(maxsize=RECENT)
def sentences_of(text: str) -> tuple[tuple[int, int], ...]:
    """Return the ranges of the sentences of a block as `sentence_spans` does; those of the last blocks are cached."""
    return tuple(sentence_spans(text))


def split_sentence(
    text: str, stretch: Span, matches: Sequence[TermMatch], longest: int
) -> list[tuple[Span, Sequence[TermMatch]]]:
    """Return a sentence with its matches; if it is over-long, parts of it that have matches, with these.

    The parts are the best window (`best_fragment`), and before and after it one window for each group of matches that
    fits; they have no common text. Windows are made for the first SHOWN matches of each leaf, so that the time is
    linear in the number of matches.

    Args:
        text: The text of the block.
        stretch: The sentence.
        matches: The matches in it, in order of place.
        longest: Code points of a part at most.

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
    """Return the range of at most `longest` code points, from word to word, that has the most different leaves.

    Of several it is the one with the shortest range from its first match to its last, then the first; what remains of
    `longest` is given to both sides of the matches. Without matches it is the beginning of the stretch. A single match,
    or without matches the first word, may be longer than `longest`.

    Args:
        text: The text.
        stretch: The range that the result is part of.
        matches: Matches in the stretch, in order of place.
        longest: Code points at most.

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


def last_words(text: str, stretch: Span, longest: int) -> Span:
    """Return the end of a stretch, of at most `longest` code points from a word on; empty if no word fits."""
    start = max(stretch.start, stretch.end - longest)
    return _trimmed(text, _first_break(text, start, stretch.end, stretch.start), stretch.end)


def leaf_frequencies(matches: Sequence[TermMatch]) -> dict[int, int]:
    """Return by number of a leaf how often it matches."""
    counts: dict[int, int] = {}
    for match in matches:
        counts[match.leaf] = counts.get(match.leaf, 0) + 1
    return counts


def leaf_weights(counts: dict[int, int], size: int, phrases: frozenset[int]) -> dict[int, float]:
    """Return the weight of each leaf: (K1 + 1) × its idf, twice that for a phrase.

    As in Lucene's PassageScorer the texts count as 1 + size / PIVOT documents, of which each match is in another one.

    Args:
        counts: How often each leaf matches.
        size: Code points of the texts.
        phrases: Numbers of the leaves that are phrases.

    """
    documents = 1 + size / PIVOT
    return {
        leaf: (K1 + 1) * log(1 + (documents + 0.5) / (count + 0.5)) * (PHRASE_WEIGHT if leaf in phrases else 1.0)
        for leaf, count in counts.items()
    }


def fragment_score(span: Span, offset: int, counts: dict[int, int], weight: dict[int, float]) -> float:
    """Return the BM25 score of a fragment times 1 + 1 / ln(PIVOT + offset), which favours early ones.

    Args:
        span: The fragment; its length is that of the document.
        offset: Code points of the texts before it.
        counts: How often each leaf matches in it.
        weight: The weight of each leaf.

    """
    norm = K1 * (1 - B + B * (span.end - span.start) / PIVOT)
    early = 1 + 1 / log(PIVOT + offset)
    return early * sum(weight[leaf] * count / (count + norm) for leaf, count in counts.items())


def matches_within(matches: Sequence[TermMatch], span: Span) -> list[TermMatch]:
    """Return the matches that lie in a span, found by bisection; the matches are in order of place."""
    first = bisect_left(matches, span.start, key=_start)
    last = bisect_left(matches, span.end, lo=first, key=_start)
    return [match for match in matches[first:last] if match.end <= span.end]


def _first_ones(matches: Sequence[TermMatch]) -> Sequence[TermMatch]:
    """Return the first SHOWN matches of each leaf, in order of place."""
    seen: Counter[int] = Counter()
    kept = []
    for match in matches:
        seen[match.leaf] += 1
        if seen[match.leaf] <= SHOWN:
            kept.append(match)
    return kept


def _row(text: str, stretch: Span, matches: Sequence[TermMatch], longest: int) -> Iterator[Span]:
    """Yield windows from left to right, each of the matches that fit together with the first one not yet shown."""
    here = matches_within(matches, stretch)
    start, at = stretch.start, 0
    while at < len(here):
        reach = here[at].start + longest
        end = bisect_left(here, reach, lo=at, key=_start)
        group = [match for match in here[at:end] if match.end <= reach] or here[at : at + 1]
        shown = best_fragment(text, Span(start, stretch.end), group, longest)
        yield shown
        start = shown.end
        at = max(at + 1, bisect_left(here, start, lo=at, key=_start))


def _start(match: TermMatch) -> int:
    return match.start


def _trimmed(text: str, start: int, end: int) -> Span:
    """Return the range without white space at its edges."""
    piece = text[start:end]
    return Span(start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip()))


def _core(matches: Sequence[TermMatch], longest: int) -> Span:
    """Return the range from match to match, of at most `longest` code points, with the most different leaves.

    Of equal ones it is the shortest, then the first; a single match may be longer. Two pointers move over the matches
    (`first` and `last`), so that the time is linear; `ends` is a monotone queue of the matches between them by end.
    """
    best, core = (0, 0), Span(matches[0].start, matches[0].end)
    counts: Counter[int] = Counter()
    first = 0
    #: Indices of the matches that end last of those from them on: ascending, with descending ends.
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
    """Return where the last word ends that fits into `longest` code points; the end of the first word if none does."""
    end = _last_break(text, stretch.start, stretch.start + longest)
    if end > stretch.start:
        return end
    return next((at for at in range(stretch.start + longest, stretch.end) if _is_break(text, at)), stretch.end)


def _is_break(text: str, at: int) -> bool:
    """Return whether a text may be cut before a place: at white space, or where a word of one letter begins or ends."""
    return text[at].isspace() or is_unspaced(text[at]) or (at > 0 and is_unspaced(text[at - 1]) and text[at].isalnum())


def _first_break(text: str, start: int, limit: int, edge: int) -> int:
    """Return the first position from `start` on where a word begins, at most `limit`; `edge` is one too."""
    if start == edge or text[start - 1].isspace() or is_unspaced(text[start]):
        return start
    breaks = (at for at in range(start, limit) if _is_break(text, at))
    return next((at + text[at].isspace() for at in breaks), limit)


def _last_break(text: str, limit: int, end: int, edge: int | None = None) -> int:
    """Return the last position up to `end` where a word ends, at least `limit`; `edge` is one too."""
    if end == edge or end >= len(text) or _is_break(text, end):
        return end
    return next((at for at in range(end - 1, limit, -1) if _is_break(text, at)), max(limit, 0))
