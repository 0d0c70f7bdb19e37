"""Hits and the query's tree → Snippets: the sentences to show of each article, with the query's words marked."""

from collections.abc import Iterable, Iterator, Sequence

from searchsvc.analysis import sentence_spans
from searchsvc.highlighting.fragments import (
    Fragment,
    best_fragment,
    fragment_score,
    leaf_frequencies,
    leaf_weights,
    split_sentence,
)
from searchsvc.highlighting.query_terms import ANYWHERE, FIELDS_OF_KIND, IN_RELATED, PreparedQuery, prepare_query
from searchsvc.highlighting.term_matcher import TermMatch
from searchsvc.model.article import STORY_KINDS
from searchsvc.model.query import Node
from searchsvc.model.result import Hit, Snippet, Span

__all__ = ["LONGEST", "highlight", "highlight_related", "make_page_snippets", "make_snippets"]
#: Snippets of a hit.
COUNT = 2
#: Code points of a snippet at most; a single mark that is longer is shown whole.
LONGEST = 300
BlockMatches = dict[int, Sequence[TermMatch]]


def highlight(text: str, root: Node, language: str | None) -> Snippet:
    """Return a whole text (a title, a paragraph) with the query's words marked."""
    asked = prepare_query(root, language)
    (matches,) = asked.matcher.find((text,))
    return Snippet(text, _marks(asked.among(matches, ANYWHERE), 0)) if matches else Snippet(text)


def highlight_related(texts: Sequence[str], root: Node, language: str | None) -> list[Snippet]:
    """Return related headlines whole, with the words marked that the query looks for there."""
    asked = prepare_query(root, language)
    found = zip(texts, asked.matcher.find(texts), strict=True)
    return [Snippet(text, _marks(asked.among(matches, IN_RELATED), 0)) for text, matches in found]


def make_snippets(hit: Hit, root: Node, *, count: int = COUNT) -> tuple[Snippet, ...]:
    """Return at most `count` snippets of a hit, in reading order; they share no text.

    They are whole sentences of the best passage or the lead (of any block where those hold no
    word of the query), chosen to show as many of the query's words as they can: at least as
    many as any one sentence there. Where only other fields match, the lead, unmarked.
    """
    ((asked, found),) = _find_near([hit], root)
    return _snippets(hit, asked, found, count)


def make_page_snippets(hits: Sequence[Hit], root: Node) -> list[tuple[Snippet, ...]]:
    """Return the snippets of each of some hits: those of `make_snippets`, for less."""
    found = _find_near(hits, root)
    return [_snippets(hit, *what, count=COUNT) for hit, what in zip(hits, found, strict=True)]


def _snippets(hit: Hit, asked: PreparedQuery, found: BlockMatches, count: int) -> tuple[Snippet, ...]:
    if not found and asked.leaves:
        found = _find(hit, range(len(hit.blocks)), asked)
    if not found:
        return _lead(hit)
    chosen = _cover(hit, found, asked, count)
    return tuple(_cut(hit, candidate) for candidate in sorted(chosen, key=_place))


def _find_near(hits: Sequence[Hit], root: Node) -> list[tuple[PreparedQuery, BlockMatches]]:
    """Return for each hit the query in its language, and the matches in its best passage and lead."""
    near = [_near(hit) for hit in hits]
    texts: dict[str | None, list[str]] = {}
    for hit, blocks in zip(hits, near, strict=True):
        texts.setdefault(hit.head.language, []).extend(hit.blocks[i].text for i in blocks)
    asked = {language: prepare_query(root, language) for language in texts}
    matches = {language: iter(asked[language].matcher.find(here)) for language, here in texts.items()}
    found = []
    for hit, blocks in zip(hits, near, strict=True):
        language = hit.head.language
        found.append((asked[language], _shown(hit, zip(blocks, matches[language], strict=False), asked[language])))
    return found


def _near(hit: Hit) -> Sequence[int]:
    """Blocks of the best passage (the first one, if none matches best), and the lead's."""
    if not hit.passages:
        return range(len(hit.blocks))
    best = hit.passages[hit.best or 0]
    blocks = range(best.first, best.end)
    for i, block in enumerate(hit.blocks):
        if block.kind == "paragraph":
            return blocks if i in blocks else [i, *blocks]
    return blocks


def _find(hit: Hit, blocks: Sequence[int], asked: PreparedQuery) -> BlockMatches:
    """Matches of each block that has some."""
    each = asked.matcher.find([hit.blocks[i].text for i in blocks])
    return _shown(hit, zip(blocks, each, strict=True), asked)


def _shown(hit: Hit, each: Iterable[tuple[int, Sequence[TermMatch]]], asked: PreparedQuery) -> BlockMatches:
    """Matches of each block that shows some, by the fields that its kind shows."""
    found: BlockMatches = {}
    for i, every in each:
        if every:
            matches = asked.among(every, FIELDS_OF_KIND[hit.blocks[i].kind])
            if matches:
                found[i] = matches
    return found


def _candidates(hit: Hit, found: BlockMatches) -> list[Fragment]:
    """Return the sentences that hold a match, or windows of them where they are over-long."""
    made, offset = [], 0
    for i in sorted(found):
        block = hit.blocks[i]
        in_story = block.kind in STORY_KINDS
        for stretch, inside in _stretches(block.text, found[i]):
            for span, matches in split_sentence(block.text, stretch, inside, LONGEST):
                made.append(Fragment(i, in_story, span, stretch, matches, offset + span.start))
        offset += len(block.text)
    return made


def _stretches(text: str, matches: Sequence[TermMatch]) -> Iterator[tuple[Span, Sequence[TermMatch]]]:
    """Yield the sentences that hold a match, and their matches.

    Those that one (a phrase over a full stop) runs across are joined.
    """
    at, first, begin, reach = 0, 0, -1, 0
    for start, end in sentence_spans(text):
        while at < len(matches) and matches[at].start < end:
            begin = start if begin < 0 else begin
            reach = max(reach, matches[at].end)
            at += 1
        if begin >= 0 and end >= reach:
            yield Span(begin, end), matches[first:at]
            begin, first = -1, at


def _cover(hit: Hit, found: BlockMatches, asked: PreparedQuery, count: int) -> Sequence[Fragment]:
    """Greedy cover: first the sentence with most leaves, then those that add some.

    Between equals the story goes before what stands beside it, then the score decides.
    A sentence that stands in several blocks, the story's and a caption's, is shown once.
    """
    left = _candidates(hit, found)
    if len(left) <= 1:
        return left
    everything = leaf_frequencies([match for matches in found.values() for match in matches])
    weight = leaf_weights(everything, sum([len(hit.blocks[i].text) for i in found]), asked.phrases)
    shown = [leaf_frequencies(candidate.matches) for candidate in left]
    texts = [hit.blocks[candidate.block].text[candidate.span.start : candidate.span.end] for candidate in left]
    ranks = [
        (candidate.in_story, fragment_score(candidate.span, candidate.before, counts, weight), -candidate.before)
        for candidate, counts in zip(left, shown, strict=True)
    ]
    chosen: list[Fragment] = []
    covered: set[int] = set()
    while len(chosen) < count:
        added, _, best = max((len(counts.keys() - covered), ranks[i], i) for i, counts in enumerate(shown))
        if not added:
            break
        chosen.append(left[best])
        covered.update(shown[best])
        shown = [{} if text == texts[best] else counts for text, counts in zip(texts, shown, strict=True)]
    return chosen


def _place(candidate: Fragment) -> tuple[int, int]:
    return candidate.block, candidate.span.start


def _cut(hit: Hit, candidate: Fragment) -> Snippet:
    text = hit.blocks[candidate.block].text
    return _snippet(text, candidate.span, candidate.stretch, f"b{candidate.block}", candidate.matches)


def _snippet(text: str, span: Span, stretch: Span, anchor: str | None, matches: Sequence[TermMatch]) -> Snippet:
    return Snippet(
        text[span.start : span.end],
        _marks(matches, span.start),
        anchor,
        cut_before=span.start != stretch.start,
        cut_after=span.end != stretch.end,
    )


def _lead(hit: Hit) -> tuple[Snippet, ...]:
    """The beginning of the story, unmarked."""
    first = next((i for i, block in enumerate(hit.blocks) if block.kind == "paragraph"), None)
    text = hit.head.lead or "" if first is None else hit.blocks[first].text
    spans = sentence_spans(text)
    if not spans:
        return ()
    stretch = Span(*spans[0])
    span = best_fragment(text, stretch, (), LONGEST)
    return (_snippet(text, span, stretch, None if first is None else f"b{first}", ()),)


def _marks(matches: Sequence[TermMatch], begin: int) -> tuple[Span, ...]:
    """Spans of the matches from where the snippet begins: sorted, none inside or over another."""
    marks: list[Span] = []
    for match in matches:
        start, end = match.start - begin, match.end - begin
        if marks and start < marks[-1].end:
            if end > marks[-1].end:
                marks[-1] = Span(marks[-1].start, end)
        else:
            marks.append(Span(start, end))
    return tuple(marks)
