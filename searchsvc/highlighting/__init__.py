"""Hits and the tree of the query → snippets: sentences of each article, with the ranges of the query's words.

After Lucene's UnifiedHighlighter: sentences are candidates, scored like small documents by BM25, and chosen by a greedy
cover of the query's leaves.
"""

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
from searchsvc.highlighting.term_matcher import (
    ANYWHERE,
    FIELDS_OF_KIND,
    IN_RELATED,
    PreparedQuery,
    TermMatch,
    prepare_query,
)
from searchsvc.model.article import STORY_KINDS
from searchsvc.model.deadline import check_deadline
from searchsvc.model.query import Node
from searchsvc.model.result import Hit, Snippet, Span

__all__ = ["SNIPPET_LENGTH", "highlight", "highlight_related", "make_page_snippets"]
#: Snippets of a hit at most.
COUNT = 2
#: Code points of a snippet at most; only a single match, or a single word, that is longer is shown whole.
SNIPPET_LENGTH = 300
#: Index of a block → the matches in it, in order of place.
BlockMatches = dict[int, Sequence[TermMatch]]


def highlight(text: str, root: Node, language: str | None) -> Snippet:
    """Return a whole text of the article (a title, a paragraph) as a snippet."""
    query = prepare_query(root, language)
    (matches,) = query.matcher.find((text,))
    return Snippet(text, _marks(query.among(matches, ANYWHERE), 0)) if matches else Snippet(text)


def highlight_related(texts: Sequence[str], root: Node, language: str | None) -> list[Snippet]:
    """Return related headlines as snippets; only leaves that look into related headlines are marked."""
    query = prepare_query(root, language)
    with_matches = zip(texts, query.matcher.find(texts), strict=True)
    return [Snippet(text, _marks(query.among(matches, IN_RELATED), 0)) for text, matches in with_matches]


def make_page_snippets(hits: Sequence[Hit], root: Node, *, count: int = COUNT) -> list[tuple[Snippet, ...]]:
    """Return for each hit at most `count` snippets, in reading order, without common text.

    They are sentences of the best passage or the lead (of any block if these have no match), cut if they are over-long.
    Together they show at least as many leaves of the query as any single sentence. If only other fields match, the lead
    is returned without marks.
    """
    near = _find_near(hits, root)
    return [_snippets(hit, query, matches, count) for hit, (query, matches) in zip(hits, near, strict=True)]


def _snippets(hit: Hit, query: PreparedQuery, matches: BlockMatches, count: int) -> tuple[Snippet, ...]:
    check_deadline()
    if not matches and query.leaves:
        matches = _find(hit, range(len(hit.blocks)), query)
    if not matches:
        return _lead(hit)
    chosen = _cover(hit, matches, query, count)
    return tuple(_cut(hit, candidate) for candidate in sorted(chosen, key=_place))


def _find_near(hits: Sequence[Hit], root: Node) -> list[tuple[PreparedQuery, BlockMatches]]:
    """Return for each hit the query in its language, and the matches in its best passage and its lead."""
    near = [_near(hit) for hit in hits]
    texts: dict[str | None, list[str]] = {}
    for hit, blocks in zip(hits, near, strict=True):
        texts.setdefault(hit.head.language, []).extend(hit.blocks[i].text for i in blocks)
    queries = {language: prepare_query(root, language) for language in texts}
    matches = {language: iter(queries[language].matcher.find(here)) for language, here in texts.items()}
    by_hit = []
    for hit, blocks in zip(hits, near, strict=True):
        query = queries[hit.head.language]
        by_hit.append((query, _shown(hit, zip(blocks, matches[hit.head.language], strict=False), query)))
    return by_hit


def _near(hit: Hit) -> Sequence[int]:
    """Return the indices of the blocks of the best passage (the first one if none matches), and that of the lead."""
    if not hit.passages:
        return range(len(hit.blocks))
    best = hit.passages[hit.best or 0]
    blocks = range(best.first, best.end)
    for i, block in enumerate(hit.blocks):
        if block.kind == "paragraph":
            return blocks if i in blocks else [i, *blocks]
    return blocks


def _find(hit: Hit, blocks: Sequence[int], query: PreparedQuery) -> BlockMatches:
    """Return the matches in some blocks of a hit."""
    by_block = query.matcher.find([hit.blocks[i].text for i in blocks])
    return _shown(hit, zip(blocks, by_block, strict=True), query)


def _shown(hit: Hit, by_block: Iterable[tuple[int, Sequence[TermMatch]]], query: PreparedQuery) -> BlockMatches:
    """Return the blocks that have matches of leaves whose fields they show, with these matches."""
    shown: BlockMatches = {}
    for i, in_block in by_block:
        if in_block:
            matches = query.among(in_block, FIELDS_OF_KIND[hit.blocks[i].kind])
            if matches:
                shown[i] = matches
    return shown


def _candidates(hit: Hit, found: BlockMatches) -> list[Fragment]:
    """Return the sentences that have a match; of over-long ones parts that have some."""
    candidates, offset = [], 0
    for i in sorted(found):
        block = hit.blocks[i]
        in_story = block.kind in STORY_KINDS
        for stretch, inside in _stretches(block.text, found[i]):
            for span, matches in split_sentence(block.text, stretch, inside, SNIPPET_LENGTH):
                candidates.append(Fragment(i, in_story, span, stretch, matches, offset + span.start))
        offset += len(block.text)
    return candidates


def _stretches(text: str, matches: Sequence[TermMatch]) -> Iterator[tuple[Span, Sequence[TermMatch]]]:
    """Yield the sentences that have a match, with their matches.

    Sentences that a match runs across (a phrase over a full stop) are joined to one.
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


def _cover(hit: Hit, found: BlockMatches, query: PreparedQuery, count: int) -> Sequence[Fragment]:
    """Return at most `count` sentences by a greedy cover of the leaves.

    Each is the one that shows most leaves not shown yet, one at least. Of equal ones those of the story come first,
    then the highest score, then the earliest. No text is chosen twice (a caption may repeat a sentence).
    """
    candidates = _candidates(hit, found)
    if len(candidates) <= 1:
        return candidates
    frequencies = leaf_frequencies([match for matches in found.values() for match in matches])
    weight = leaf_weights(frequencies, sum([len(hit.blocks[i].text) for i in found]), query.phrases)
    shown = [leaf_frequencies(candidate.matches) for candidate in candidates]
    ranks = [
        (candidate.in_story, fragment_score(candidate.span, candidate.before, counts, weight), -candidate.before)
        for candidate, counts in zip(candidates, shown, strict=True)
    ]
    chosen: dict[str, Fragment] = {}
    covered: set[int] = set()
    while len(chosen) < count:
        added, _, best = max((len(counts.keys() - covered), ranks[i], i) for i, counts in enumerate(shown))
        if not added:
            break
        text = _text_of(hit, candidates[best])
        if text in chosen:
            shown[best] = {}
        else:
            chosen[text] = candidates[best]
            covered.update(shown[best])
    return tuple(chosen.values())


def _text_of(hit: Hit, candidate: Fragment) -> str:
    return hit.blocks[candidate.block].text[candidate.span.start : candidate.span.end]


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
    """Return the beginning of the story without marks; nothing if the article has no text."""
    first = next((i for i, block in enumerate(hit.blocks) if block.kind == "paragraph"), None)
    text = hit.head.lead or "" if first is None else hit.blocks[first].text
    spans = sentence_spans(text)
    if not spans:
        return ()
    stretch = Span(*spans[0])
    span = best_fragment(text, stretch, (), SNIPPET_LENGTH)
    return (_snippet(text, span, stretch, None if first is None else f"b{first}", ()),)


def _marks(matches: Sequence[TermMatch], begin: int) -> tuple[Span, ...]:
    """Return the ranges of matches, counted from `begin`: sorted, overlapping ones joined."""
    marks: list[Span] = []
    for match in matches:
        start, end = match.start - begin, match.end - begin
        if marks and start < marks[-1].end:
            if end > marks[-1].end:
                marks[-1] = Span(marks[-1].start, end)
        else:
            marks.append(Span(start, end))
    return tuple(marks)
