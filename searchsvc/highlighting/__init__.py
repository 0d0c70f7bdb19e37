"""Hits and the tree of the query → title and snippets of each, with the ranges of the query's words.

After Lucene's UnifiedHighlighter: sentences are candidates, scored like small documents by BM25, and chosen by a greedy
cover of the query's leaves (`sentence_cover`). Short ones are shown with their neighbours (`neighbour_sentences`).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from searchsvc.analysis import sentence_spans
from searchsvc.highlighting.fragments import best_fragment, matches_within
from searchsvc.highlighting.neighbour_sentences import Excerpt, with_neighbours
from searchsvc.highlighting.sentence_cover import BlockMatches, cover
from searchsvc.highlighting.term_matcher import (
    ANYWHERE,
    FIELDS_OF_KIND,
    IN_RELATED,
    LeafSet,
    PreparedQuery,
    TermMatch,
    leaf_set,
    prepare_query,
)
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import TITLE
from searchsvc.model.query import Leaf, Node, positive_leaves
from searchsvc.model.result import Hit, Snippet, Span

__all__ = [
    "SNIPPET_LENGTH",
    "HitHighlights",
    "MatchedText",
    "highlight",
    "highlight_hits",
    "highlight_related",
    "matched_texts",
]
#: Snippets of a hit at most, but for one more where a word of the query would not be shown else.
COUNT = 2
#: Code points of a snippet at most; only a single match, or a single word, that is longer is shown whole.
SNIPPET_LENGTH = 300
#: Snippets of fewer code points are shown with the sentences beside them.
SHORT_LENGTH = 80


@dataclass(frozen=True, slots=True)
class HitHighlights:
    """What is shown of a hit."""

    #: The title; the words of the query are marked in it if the query matches there.
    title: Snippet
    #: In reading order, without common text.
    snippets: tuple[Snippet, ...]
    #: The wanted nodes of which neither title nor text has a match.
    missing: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchedText:
    """A text of a hit that the query matches in."""

    #: Index of the block; None: the title.
    block: int | None
    text: str
    #: All places of the query's words and phrases, in order; those that overlap are one.
    marks: tuple[Span, ...]


def matched_texts(hit: Hit, root: Node) -> Iterator[MatchedText]:
    """Yield the title and the blocks of a hit in which the query matches, with all places, as its page marks them."""
    query = prepare_query(root, hit.head.language)
    title, *by_block = query.matcher.find([hit.head.title, *(block.text for block in hit.blocks)])
    in_title = query.among(title, ANYWHERE)
    if in_title and TITLE in hit.matched_in:
        yield MatchedText(None, hit.head.title, _marks(in_title))
    for i, (block, found) in enumerate(zip(hit.blocks, by_block, strict=True)):
        if matches := query.among(found, FIELDS_OF_KIND[block.kind]):
            yield MatchedText(i, block.text, _marks(matches))


def highlight(text: str, root: Node, language: str | None) -> Snippet:
    """Return a whole text of the article (a title, a paragraph) as a snippet."""
    query = prepare_query(root, language)
    (matches,) = query.matcher.find((text,))
    return Snippet(text, _marks(query.among(matches, ANYWHERE))) if matches else Snippet(text)


def highlight_related(texts: Sequence[str], root: Node, language: str | None) -> list[Snippet]:
    """Return related headlines as snippets; only leaves that look into related headlines are marked."""
    query = prepare_query(root, language)
    with_matches = zip(texts, query.matcher.find(texts), strict=True)
    return [Snippet(text, _marks(query.among(matches, IN_RELATED))) for text, matches in with_matches]


def highlight_hits(
    hits: Sequence[Hit], root: Node, wanted: Sequence[Node] = (), *, count: int = COUNT, shortest: int = SHORT_LENGTH
) -> list[HitHighlights]:
    """Return for each hit its title, at most `count` snippets, and which of the wanted nodes have no match in it.

    Snippets are sentences of the best passage or the lead (of any block if these have no match), cut if they are
    over-long, and with their neighbours if they are shorter than `shortest`. Together they show at least as many leaves
    of the query as any single sentence there. For wanted nodes that have a match neither there nor in the title, other
    passages are looked through, and one more snippet is returned if it needs be. If only other fields match, the lead
    is returned without marks.

    Args:
        hits: The hits, with their texts.
        root: The query.
        wanted: Parts of the query that a reader looks for in each hit: one leaf of each should be shown.
        count: Snippets of a hit at most, but for that one.
        shortest: Code points from which on a sentence is shown alone.

    """
    highlighters: dict[str | None, _Highlighter] = {}
    for hit in hits:
        language = hit.head.language
        if language not in highlighters:
            highlighters[language] = _Highlighter(prepare_query(root, language), wanted, count, shortest)
    found = {language: iter(one.near(hits, language)) for language, one in highlighters.items()}
    return [highlighters[hit.head.language].show(hit, *next(found[hit.head.language])) for hit in hits]


class _Highlighter:
    """Highlights hits of one language."""

    def __init__(self, query: PreparedQuery, wanted: Sequence[Node], count: int, shortest: int) -> None:
        """Note for each wanted node the numbers of its leaves; nodes without a leaf that is marked are left out."""
        self._query, self._count, self._shortest = query, count, shortest
        bits: dict[Leaf, LeafSet] = {leaf: 1 << i for i, leaf in enumerate(query.leaves)}
        leaves = [(node, reduce(or_, (bits.get(leaf, 0) for leaf in positive_leaves(node)), 0)) for node in wanted]
        self._wanted = [(node, here) for node, here in leaves if here]

    def near(self, hits: Sequence[Hit], language: str | None) -> Iterator[tuple[Sequence[TermMatch], BlockMatches]]:
        """Yield for each hit of the language the matches in its title, and those in its best passage and its lead."""
        own = [hit for hit in hits if hit.head.language == language]
        near = [_near(hit) for hit in own]
        texts: list[str] = []
        for hit, blocks in zip(own, near, strict=True):
            texts += [hit.head.title, *(hit.blocks[i].text for i in blocks)]
        matches = iter(self._query.matcher.find(texts))
        for hit, blocks in zip(own, near, strict=True):
            in_title = self._query.among(next(matches), ANYWHERE)
            found = self._shown(hit, zip(blocks, matches, strict=False))
            yield in_title if TITLE in hit.matched_in else (), found

    def show(self, hit: Hit, in_title: Sequence[TermMatch], near: BlockMatches) -> HitHighlights:
        """Return what is shown of a hit, given the matches in its title, and those in its best passage and lead."""
        check_deadline()
        seen = leaf_set(in_title)
        found, candidates = near, near
        searched: Collection[int] = _near(hit)
        unseen = self._unseen(seen, found)
        if (unseen or not near) and self._query.leaves:
            far = self._find(hit, [i for i in range(len(hit.blocks)) if i not in searched])
            found, searched = {**near, **far}, range(len(hit.blocks))
            leaves = reduce(or_, (own for _, own in unseen), 0)
            candidates = {**near, **_of_leaves(far, leaves)} if near else far
            unseen = self._unseen(seen, found)
        excerpts = self._excerpts(hit, candidates, seen) if candidates else _lead(hit)
        excerpts = with_neighbours(excerpts, hit.blocks, self._shortest, SNIPPET_LENGTH)
        unsearched = {i for one in excerpts for i in range(one.first, one.last + 1) if i not in searched}
        if unsearched and self._query.leaves:
            found = {**found, **self._find(hit, sorted(unsearched))}
        snippets = tuple(_snippet(hit, excerpt, found) for excerpt in excerpts)
        missing = tuple(node for node, _ in unseen)
        return HitHighlights(Snippet(hit.head.title, _marks(in_title)), snippets or _head_lead(hit), missing)

    def _unseen(self, seen: LeafSet, found: BlockMatches) -> list[tuple[Node, LeafSet]]:
        """Return the wanted nodes without a match among some, with their leaves."""
        if self._wanted:
            for matches in found.values():
                seen |= leaf_set(matches)
        return [(node, leaves) for node, leaves in self._wanted if not seen & leaves]

    def _excerpts(self, hit: Hit, found: BlockMatches, seen: LeafSet) -> list[Excerpt]:
        """Return the sentences to show that have matches."""
        wanted = [leaves for _, leaves in self._wanted]
        phrases = self._query.phrases
        chosen = cover(hit.blocks, found, phrases, self._count, SNIPPET_LENGTH, in_title=seen, wanted=wanted)
        return [_excerpt(one.block, one.span, one.stretch) for one in chosen]

    def _find(self, hit: Hit, blocks: Sequence[int]) -> BlockMatches:
        """Return the matches in some blocks of a hit."""
        by_block = self._query.matcher.find([hit.blocks[i].text for i in blocks])
        return self._shown(hit, zip(blocks, by_block, strict=True))

    def _shown(self, hit: Hit, by_block: Iterable[tuple[int, Sequence[TermMatch]]]) -> BlockMatches:
        """Return the blocks that have matches of leaves whose fields they show, with these matches."""
        shown: BlockMatches = {}
        for i, in_block in by_block:
            if in_block:
                matches = self._query.among(in_block, FIELDS_OF_KIND[hit.blocks[i].kind])
                if matches:
                    shown[i] = matches
        return shown


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


def _of_leaves(found: BlockMatches, leaves: LeafSet) -> BlockMatches:
    """Return only the matches of some leaves."""
    kept = {i: [match for match in matches if leaves >> match.leaf & 1] for i, matches in found.items()}
    return {i: matches for i, matches in kept.items() if matches}


def _lead(hit: Hit) -> list[Excerpt]:
    """Return the beginning of the story; nothing if the article has no paragraph."""
    first = next((i for i, block in enumerate(hit.blocks) if block.kind == "paragraph"), None)
    spans = [] if first is None else sentence_spans(hit.blocks[first].text)
    if first is None or not spans:
        return []
    stretch = Span(*spans[0])
    return [_excerpt(first, best_fragment(hit.blocks[first].text, stretch, (), SNIPPET_LENGTH), stretch)]


def _head_lead(hit: Hit) -> tuple[Snippet, ...]:
    """Return the first sentence of the lead of a hit without paragraphs; nothing if it has none."""
    text = "" if any(block.kind == "paragraph" for block in hit.blocks) else hit.head.lead or ""
    spans = sentence_spans(text)
    if not spans:
        return ()
    span = best_fragment(text, Span(*spans[0]), (), SNIPPET_LENGTH)
    return (Snippet(text[span.start : span.end], cut_after=span.end < spans[0][1]),)


def _excerpt(block: int, span: Span, stretch: Span) -> Excerpt:
    """Return the range of a block as an excerpt; `stretch` is the sentence that it is a part of."""
    before, after = span.start != stretch.start, span.end != stretch.end
    return Excerpt(block, span.start, block, span.end, block, cut_before=before, cut_after=after)


def _snippet(hit: Hit, excerpt: Excerpt, found: BlockMatches) -> Snippet:
    """Return an excerpt as a snippet, with the matches that lie in it marked; a newline parts its blocks."""
    texts: list[str] = []
    marks: list[Span] = []
    offset = 0
    for block, span in excerpt.pieces(hit.blocks):
        texts.append(hit.blocks[block].text[span.start : span.end])
        marks += _marks(matches_within(found.get(block, ()), span), span.start - offset)
        offset += len(texts[-1]) + 1
    anchor = f"b{excerpt.block}"
    return Snippet("\n".join(texts), tuple(marks), anchor, excerpt.cut_before, excerpt.cut_after)


def _marks(matches: Sequence[TermMatch], begin: int = 0) -> tuple[Span, ...]:
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
