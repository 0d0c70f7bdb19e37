"""Node × segment → which documents match. General trees; plain words take the paths of `scoring`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import assert_never

import numpy as np

from searchsvc.analysis.addresses import url_key
from searchsvc.analysis.names import name_key
from searchsvc.engines.plan import Leaf, node_of, tier, without_bare_stops
from searchsvc.engines.plan import leaves as scored_leaves
from searchsvc.engines.weights import K1
from searchsvc.engines.whoosh.array_ops import NOTHING, NOWHERE, Floats, Ints, Mask, Places, padded
from searchsvc.engines.whoosh.bm25f import add_term, add_weights, conjunction
from searchsvc.engines.whoosh.codec.field_arrays import UNDATED
from searchsvc.engines.whoosh.segment_reader import SegmentReader
from searchsvc.engines.whoosh.top_k import TINY, Scored, contenders
from searchsvc.engines.whoosh.weight import QueryWeight
from searchsvc.model.query import (
    And,
    Choice,
    Everything,
    Facet,
    Filter,
    Fuzzy,
    Most,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Published,
    Query,
    Url,
    Word,
)
from searchsvc.model.rows import FacetField

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: Answers a leaf, facet or address that means the article where the family is another one.
ParentMask = Callable[[Node, SegmentReader], Mask | None]


class BooleanMatcher:
    """Answers nodes of one query."""

    def __init__(self, leaves: QueryWeight, elsewhere: ParentMask | None = None) -> None:
        self._leaves = leaves
        self._elsewhere = elsewhere

    def mask(self, node: Node, view: SegmentReader) -> Mask:  # noqa: PLR0911 - one return a kind of node
        """Return which documents of a segment match; deleted ones may be among them."""
        if self._elsewhere is not None:
            answer = self._elsewhere(node, view)
            if answer is not None:
                return answer
        match node:
            case Word() | Phrase() | Prefix() | Fuzzy():
                return marked(view, self._leaves.documents(node, view))
            case Facet(field, value):
                return has_value(view, field, name_key(value))
            case Url(url):
                key = url_key(url)
                return marked(view, view.arrays.keys["url"].documents(key).astype(np.intp) if key else [])
            case Published(start, end):
                return dated(view.arrays.dates, start, end)
            case Everything():
                return np.ones(view.count, np.bool_)
            case And() | Or() | Most() | Not():
                return self._combined(node, view)
            case _:
                assert_never(node)

    def _combined(self, node: And | Or | Most | Not, view: SegmentReader) -> Mask:
        match node:
            case And(children):
                return self._all(children, view)
            case Or(children):
                found = np.zeros(view.count, np.bool_)
                for child in children:
                    found |= self.mask(child, view)
                return found
            case Most(children, least):
                return self.how_many(children, view) >= least
            case Not(child):
                return ~self.mask(child, view)
            case _:
                assert_never(node)

    def _all(self, children: tuple[Node, ...], view: SegmentReader) -> Mask:
        found = np.ones(view.count, np.bool_)
        for child in children:
            found &= self.mask(child, view)
        return found

    def how_many(self, children: tuple[Node, ...], view: SegmentReader) -> Ints:
        """Return how many of the nodes each document matches."""
        count = np.zeros(view.count, np.uint16)
        for child in children:
            count += self.mask(child, view)
        return count


def marked(view: SegmentReader, docs: Places | list[int]) -> Mask:
    """Return a mask of some documents."""
    mask = np.zeros(view.count, np.bool_)
    mask[docs] = True
    return mask


def has_value(view: SegmentReader, facet: str, folded: str) -> Mask:
    """Return which documents have a value in a column, case and accents aside."""
    column = view.arrays.facets[facet]
    numbers = view.numbers(facet, folded)
    mask = np.zeros(view.count, np.bool_)
    if not numbers:
        return mask
    wanted = np.zeros(len(column.values), np.bool_)
    wanted[numbers] = True
    if column.first is None:
        return wanted.take(column.ordinal)
    places = np.flatnonzero(wanted.take(column.ordinal))
    mask[np.searchsorted(column.first, places.astype(column.first.dtype), "right") - 1] = True
    return mask


def dated(dates: Ints, start: datetime | None, end: datetime | None) -> Mask:
    """Return which dates lie at or after `start` and before `end`; a missing date lies nowhere."""
    found: Mask = dates != UNDATED
    if start is not None:
        found &= dates >= _ceiling(start)
    if end is not None:
        found &= dates < _ceiling(end)
    return found


def _ceiling(moment: datetime) -> int:
    """Return seconds since 1970, rounded up: what is kept in whole seconds compares as if it were exact."""
    return -((_EPOCH - moment) // timedelta(seconds=1))


@dataclass(frozen=True, slots=True)
class SegmentMatches:
    """What matches in one segment; documents are numbered among those of all segments."""

    view: SegmentReader
    total: int
    #: All documents, in any order; None where nobody asked for them.
    docs: Places | None
    #: At least the best ones with scores, in any order.
    scored: Scored
    #: How many match the root, whatever the filters say.
    unfiltered: int
    #: For each choice among the filters, all documents that match without it, by their numbers in the segment.
    without: Mapping[FacetField, Places] = field(default_factory=dict)


class FilterMasks:
    """The filters of one question: masks of each segment, made once."""

    def __init__(self, matcher: BooleanMatcher, filters: Sequence[Filter]) -> None:
        self._matcher = matcher
        self._filters = tuple(filters)
        self._masks: dict[int, tuple[Mask, ...]] = {}
        self.narrows = bool(self._filters)

    def allowed(self, view: SegmentReader, without: Choice | None = None) -> Mask | None:
        """Return which documents are alive and pass the filters, or all filters but one; None if all do."""
        masks = self._of(view)
        others = [mask for mask, one in zip(masks, self._filters, strict=True) if one is not without]
        if not others:
            return view.alive
        allowed = view.living_mask()
        for mask in others:
            allowed &= mask
        return allowed

    def choices(self) -> Iterator[Choice]:
        """Yield the choices among the filters."""
        return (one for one in self._filters if isinstance(one, Choice))

    def _of(self, view: SegmentReader) -> tuple[Mask, ...]:
        masks = self._masks.get(view.number)
        if masks is None:
            masks = tuple(self._matcher.mask(node_of(one), view) for one in self._filters)
            self._masks[view.number] = masks
        return masks


def count(matcher: BooleanMatcher, views: Sequence[SegmentReader], root: Node, narrowing: FilterMasks) -> int:
    """Return how many documents match, without ranking them."""
    wanted = without_bare_stops(root)
    return sum(int(np.count_nonzero(_narrowed(matcher.mask(wanted, view), narrowing.allowed(view)))) for view in views)


def totals(matcher: BooleanMatcher, views: Sequence[SegmentReader], queries: Sequence[Query]) -> list[int]:
    """Return how many documents match each of several questions; what they share is looked up once."""
    narrowings = {query.filters: FilterMasks(matcher, query.filters) for query in queries}
    return [count(matcher, views, query.root, narrowings[query.filters]) for query in queries]


class QueryScorer:
    """One query, ready to be asked of every segment."""

    def __init__(self, leaves: QueryWeight, matcher: BooleanMatcher, root: Node, narrowing: FilterMasks) -> None:
        self.root = without_bare_stops(root)
        self._narrowing = narrowing
        leaves.times.update(scored_leaves(self.root))
        #: The leaves that score, each once.
        self.nodes = tuple(leaves.times)
        self.most = tier(self.root)
        self._leaves, self._matcher = leaves, matcher

    def part(self, view: SegmentReader, *, window: int, every: bool) -> SegmentMatches:
        """Return what matches in a segment.

        Args:
            view: The segment.
            window: How many of the best must be among the scored ones.
            every: Return all documents, also those without each choice.

        """
        match self.root:
            case Or(children) if all(map(self._is_bare, children)):
                return self._any_of(view, window, every=every)
            case Word() | Phrase() | Prefix() | Fuzzy() if self._is_single(self.root):
                docs, scores = self._of_leaf(view)
            case _:
                words = self._words(view)
                if words is None:
                    return self._by_mask(view, every=every)
                docs, scores = words
        unfiltered = view.count_living(docs)
        without = self._without(view, docs) if every else {}
        allowed = self._narrowing.allowed(view)
        if allowed is not None:
            keep = np.flatnonzero(allowed.take(docs))
            docs, scores = docs[keep], scores[keep]
        placed = docs + view.offset
        return SegmentMatches(view, len(docs), placed, Scored(placed, scores), unfiltered, without)

    def _is_bare(self, node: Node) -> bool:
        return self._leaves.known(node) is not None

    def _is_single(self, leaf: Leaf) -> bool:
        """Return whether the whole query is one leaf that is looked up in the documents themselves."""
        return not self._is_bare(leaf) and self._leaves.is_own(leaf)

    def _without(self, view: SegmentReader, docs: Places) -> dict[FacetField, Places]:
        """Return for each choice those of some documents that pass all other filters."""
        found = {}
        for choice in self._narrowing.choices():
            allowed = self._narrowing.allowed(view, choice)
            found[choice.field] = docs if allowed is None else docs[allowed.take(docs)]
        return found

    def _words(self, view: SegmentReader) -> tuple[Places, Floats] | None:
        """Answer a conjunction of bare words; None if the query is none, or words have several terms here."""
        children = self.root.children if isinstance(self.root, And) else (self.root,)
        if not children or not all(map(self._is_bare, children)):
            return None
        words = []
        for leaf in self.nodes:
            known = self._leaves.known(leaf)
            terms = known.terms[view.number] if known else ()
            if len(terms) > 1:
                return None
            if not terms:
                return NOWHERE, NOTHING
            words.append((terms[0], self._leaves.weight(leaf)))
        return conjunction(self._leaves.collection, view, words)

    def _of_leaf(self, view: SegmentReader) -> tuple[Places, Floats]:
        """Answer one phrase, prefix, fuzzy word or word of a field."""
        (leaf,) = self.nodes
        found = self._leaves.weighted(leaf, view)
        idf = np.float32(self._leaves.weight(leaf))
        return found.docs, (found.weights / (found.weights + np.float32(K1)) * idf).astype(np.float32)

    def _any_of(self, view: SegmentReader, window: int, *, every: bool) -> SegmentMatches:
        """Answer a disjunction of bare words from the dense vector of scores."""
        scores = self._dense(view)
        allowed = self._narrowing.allowed(view)
        unfiltered, without = None, {}
        if self._narrowing.narrows:
            matching = (scores[: view.count] >= TINY).nonzero()[0]
            unfiltered = view.count_living(matching)
            without = self._without(view, matching) if every else {}
        if allowed is not None:
            scores[: view.count] *= allowed
        # Booleans are counted and found many times faster than numbers.
        some = scores >= TINY
        docs = some.nonzero()[0] if every else None
        total = int(np.count_nonzero(some)) if docs is None else len(docs)
        best = docs if docs is not None and total <= window else contenders(scores, window)
        return SegmentMatches(
            view,
            total,
            None if docs is None else docs + view.offset,
            Scored(best + view.offset, scores.take(best)),
            total if unfiltered is None else unfiltered,
            without,
        )

    def _by_mask(self, view: SegmentReader, *, every: bool) -> SegmentMatches:
        """Answer any tree."""
        mask = _narrowed(self._matcher.mask(self.root, view), view.alive)
        without = self._without(view, mask.nonzero()[0]) if every else {}
        docs = _narrowed(mask, self._narrowing.allowed(view)).nonzero()[0]
        scores = self._dense(view).take(docs) if self.nodes and len(docs) else np.zeros(len(docs), np.float32)
        tiers = self._matcher.how_many(self.most.children, view).take(docs) if self.most else None
        placed = docs + view.offset
        return SegmentMatches(
            view, len(docs), placed, Scored(placed, scores, tiers), int(np.count_nonzero(mask)), without
        )

    def _dense(self, view: SegmentReader) -> Floats:
        """Return the scores of all documents, in a buffer of this thread."""
        scratch = self._leaves.collection.scratch
        scores = scratch.scores[: padded(view.count)]
        scores[:] = 0
        for leaf in self.nodes:
            known = self._leaves.known(leaf)
            if known is None:
                found = self._leaves.weighted(leaf, view)
                if len(found.docs):
                    add_weights(found.docs, found.weights, self._leaves.weight(leaf), scores)
                continue
            for term in known.terms[view.number]:
                add_term(view, term, self._leaves.weight(leaf), scores, scratch)
        return scores


def _narrowed(mask: Mask, allowed: Mask | None) -> Mask:
    return mask if allowed is None else mask & allowed
