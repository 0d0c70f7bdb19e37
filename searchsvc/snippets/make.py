"""Hit + tree → Snippets."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from searchsvc.analysis import sentences
from searchsvc.model.article import STORY_KINDS
from searchsvc.model.query import Node, Phrase
from searchsvc.model.result import Hit, Snippet, Span
from searchsvc.snippets.leaves import ANYWHERE, FIELDS_OF_KIND, IN_STORY, Leaf, shown_leaves
from searchsvc.snippets.matcher import Match, matcher_of
from searchsvc.snippets.scoring import Candidate, score, weights
from searchsvc.snippets.windows import inside, window, windows

#: Code points of a snippet at most; a single mark that is longer is shown whole.
LONGEST = 300

Found = dict[int, list[Match]]


def highlight(text: str, root: Node, language: str | None) -> Snippet:
    """Return a whole text (a title, a paragraph) with the query's words marked."""
    leaves = shown_leaves(root, language)
    if not leaves:
        return Snippet(text)
    return Snippet(text, _marks(matcher_of(leaves, language, ANYWHERE).find(text), Span(0, len(text))))


def make_snippets(hit: Hit, root: Node, *, count: int = 2) -> tuple[Snippet, ...]:
    """Return at most `count` snippets of a hit, in reading order; they share no text.

    They are whole sentences of the best passage or the lead (of any block where those hold no
    word of the query), chosen to show as many of the query's words as they can: at least as
    many as any one sentence there. Where only other fields match, the lead, unmarked.
    """
    leaves = shown_leaves(root, hit.head.language)
    near = _near(hit)
    found = _find(hit, near, leaves)
    if not found and leaves:
        near = range(len(hit.blocks))
        found = _find(hit, near, leaves)
    if not found:
        return _lead(hit)
    chosen = _cover(_candidates(hit, found, leaves), count)
    return tuple(_cut(hit, candidate) for candidate in sorted(chosen, key=_place))


def _near(hit: Hit) -> Sequence[int]:
    """Blocks of the best passage, and the lead's."""
    if hit.best is None or not hit.passages:
        return range(hit.passages[0].end if hit.passages else len(hit.blocks))
    best = hit.passages[hit.best]
    first = next((i for i, block in enumerate(hit.blocks) if block.kind == "paragraph"), None)
    blocks = list(range(best.first, best.end))
    return blocks if first is None or first in blocks else [first, *blocks]


def _find(hit: Hit, blocks: Iterable[int], leaves: tuple[Leaf, ...]) -> Found:
    """Matches of each block that has some, by the fields that its kind shows."""
    found: Found = {}
    for i in blocks:
        block = hit.blocks[i]
        matcher = matcher_of(leaves, hit.head.language, FIELDS_OF_KIND.get(block.kind, IN_STORY))
        matches = matcher.find(block.text)
        if matches:
            found[i] = matches
    return found


def _candidates(hit: Hit, found: Found, leaves: Sequence[Leaf]) -> list[Candidate]:
    everything = [match for matches in found.values() for match in matches]
    phrases = frozenset(i for i, leaf in enumerate(leaves) if isinstance(leaf, Phrase))
    weight = weights(everything, sum(len(hit.blocks[i].text) for i in found), phrases)
    made, offset = [], 0
    for i in sorted(found):
        block = hit.blocks[i]
        for stretch in _stretches(block.text, found[i]):
            for shown in windows(block.text, stretch, found[i], LONGEST):
                matches = inside(found[i], shown)
                if matches:
                    worth = score(shown, offset + shown.start, matches, weight)
                    made.append(Candidate(i, block.kind in STORY_KINDS, shown, stretch, tuple(matches), worth))
        offset += len(block.text)
    return made


def _stretches(text: str, matches: Sequence[Match]) -> Iterator[Span]:
    """Yield the sentences that hold a match; those that one (a phrase over a full stop) runs across are joined."""
    at, begin, reach = 0, -1, 0
    for start, end in sentences(text):
        while at < len(matches) and matches[at].span.start < end:
            begin = start if begin < 0 else begin
            reach = max(reach, matches[at].span.end)
            at += 1
        if begin >= 0 and end >= reach:
            yield Span(begin, end)
            begin = -1


def _cover(candidates: Sequence[Candidate], count: int) -> list[Candidate]:
    """Greedy cover: first the sentence with most leaves, then those that add some.

    Between equals the story goes before what stands beside it, then the score decides.
    """
    chosen: list[Candidate] = []
    covered: frozenset[int] = frozenset()
    while len(chosen) < count:
        best = max(candidates, key=partial(_rank, covered), default=None)
        if best is None or not best.leaves - covered:
            break
        chosen.append(best)
        covered |= best.leaves
    return chosen


def _rank(covered: frozenset[int], candidate: Candidate) -> tuple[int, bool, float, int, int]:
    added = len(candidate.leaves - covered)
    return added, candidate.in_story, candidate.score, -candidate.block, -candidate.span.start


def _place(candidate: Candidate) -> tuple[int, int]:
    return candidate.block, candidate.span.start


def _cut(hit: Hit, candidate: Candidate) -> Snippet:
    text = hit.blocks[candidate.block].text
    return _snippet(text, candidate.span, candidate.stretch, f"b{candidate.block}", candidate.matches)


def _snippet(text: str, span: Span, stretch: Span, anchor: str | None, matches: Sequence[Match]) -> Snippet:
    return Snippet(
        text=text[span.start : span.end],
        marks=_marks(matches, span),
        anchor=anchor,
        cut_before=span.start != stretch.start,
        cut_after=span.end != stretch.end,
    )


def _lead(hit: Hit) -> tuple[Snippet, ...]:
    """The beginning of the story, unmarked."""
    first = next((i for i, block in enumerate(hit.blocks) if block.kind == "paragraph"), None)
    text = hit.head.lead or "" if first is None else hit.blocks[first].text
    spans = sentences(text)
    if not spans:
        return ()
    stretch = Span(*spans[0])
    span = window(text, stretch, (), LONGEST)
    return (_snippet(text, span, stretch, None if first is None else f"b{first}", ()),)


def _marks(matches: Sequence[Match], span: Span) -> tuple[Span, ...]:
    """Spans of the matches from the snippet's start on: sorted, none inside or over another."""
    marks: list[Span] = []
    for match in matches:
        start, end = match.span.start - span.start, match.span.end - span.start
        if marks and start < marks[-1].end:
            if end > marks[-1].end:
                marks[-1] = Span(marks[-1].start, end)
        else:
            marks.append(Span(start, end))
    return tuple(marks)
