"""Query tree × segment → its matching documents with scores: bare words by `bm25f`, any other tree by masks."""

from collections.abc import Callable, Iterator, Sequence
from typing import assert_never

import numpy as np

from searchsvc.analysis.keys import url_key, value_key
from searchsvc.engines.ranking_rules import K1, coord_clause, node_of, without_bare_stops
from searchsvc.engines.whoosh.array_ops import (
    NO_DOCS,
    NO_SCORES,
    TINY,
    DocIds,
    Scored,
    Scores,
    Tiers,
    contenders,
    padded,
)
from searchsvc.engines.whoosh.bm25f import add_term, add_weights, conjunction
from searchsvc.engines.whoosh.codec.container import Mask
from searchsvc.engines.whoosh.copy_groups import GroupedDocs, Grouping
from searchsvc.engines.whoosh.segment_reader import SegmentMatches, SegmentReader, has_value, marked, within
from searchsvc.engines.whoosh.weight import QueryWeight
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import FacetField
from searchsvc.model.query import (
    AddedRange,
    And,
    DateRange,
    DrillSidewaysFilter,
    FacetFilter,
    Filter,
    Fuzzy,
    Leaf,
    LinksTo,
    MatchAll,
    MinShouldMatch,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Url,
    Word,
    positive_leaves,
)

#: Gives the mask of a node that is about the article where the documents are its quotes or headlines; None: it is not.
ParentMask = Callable[[Node, SegmentReader], Mask | None]


class BooleanMatcher:
    """Gives the masks of the nodes of one query."""

    def __init__(self, leaves: QueryWeight, of_parents: ParentMask | None = None) -> None:
        self._leaves = leaves
        self._of_parents = of_parents

    def mask(self, node: Node, reader: SegmentReader) -> Mask:  # noqa: PLR0911 - one return a kind of node
        """Return (documents,) which documents of a segment match; deleted ones may be among them."""
        check_deadline()
        if self._of_parents is not None:
            answer = self._of_parents(node, reader)
            if answer is not None:
                return answer
        match node:
            case Word() | Phrase() | Prefix() | Fuzzy():
                return marked(reader, self._leaves.documents(node, reader))
            case FacetFilter(field, value):
                return has_value(reader, field, value_key(value))
            case Url(url):
                key = url_key(url)
                return marked(reader, reader.arrays.keys["url"].documents(key).astype(np.intp) if key else [])
            case LinksTo(keys):
                found = [reader.arrays.keys["links"].documents(one).astype(np.intp) for one in keys]
                return marked(reader, np.concatenate([NO_DOCS, *found]))
            case DateRange() | AddedRange():
                return within(reader, node)
            case MatchAll():
                return np.ones(reader.count, np.bool_)
            case And() | Or() | MinShouldMatch() | Not():
                return self._combined(node, reader)
            case _:
                assert_never(node)

    def _combined(self, node: And | Or | MinShouldMatch | Not, reader: SegmentReader) -> Mask:
        match node:
            case And(children):
                return self._all(children, reader)
            case Or(children):
                mask = np.zeros(reader.count, np.bool_)
                for child in children:
                    mask |= self.mask(child, reader)
                return mask
            case MinShouldMatch(children, least):
                return self.how_many(children, reader) >= least
            case Not(child):
                return ~self.mask(child, reader)
            case _:
                assert_never(node)

    def _all(self, children: tuple[Node, ...], reader: SegmentReader) -> Mask:
        mask = np.ones(reader.count, np.bool_)
        for child in children:
            mask &= self.mask(child, reader)
        return mask

    def how_many(self, children: tuple[Node, ...], reader: SegmentReader) -> Tiers:
        """Return (documents,) how many of the nodes each document matches."""
        count = np.zeros(reader.count, np.uint16)
        for child in children:
            count += self.mask(child, reader)
        return count


class FilterMasks:
    """The masks of a query's filters, made once for each segment."""

    def __init__(self, matcher: BooleanMatcher, filters: Sequence[Filter]) -> None:
        self._matcher = matcher
        self._filters = tuple(filters)
        self._masks: dict[int, tuple[Mask, ...]] = {}
        self.narrows = bool(self._filters)

    def allowed(self, reader: SegmentReader, without: DrillSidewaysFilter | None = None) -> Mask | None:
        """Return (documents,) which are alive and pass all filters but `without`; None if all documents do."""
        masks = self._of(reader)
        others = [mask for mask, one in zip(masks, self._filters, strict=True) if one is not without]
        if not others:
            return reader.alive
        allowed = reader.living_mask()
        for mask in others:
            allowed &= mask
        return allowed

    def choices(self) -> Iterator[DrillSidewaysFilter]:
        """Yield the filters that are a `DrillSidewaysFilter`."""
        return (one for one in self._filters if isinstance(one, DrillSidewaysFilter))

    def _of(self, reader: SegmentReader) -> tuple[Mask, ...]:
        masks = self._masks.get(reader.number)
        if masks is None:
            masks = tuple(self._matcher.mask(node_of(one), reader) for one in self._filters)
            self._masks[reader.number] = masks
        return masks


def count(
    matcher: BooleanMatcher,
    readers: Sequence[SegmentReader],
    root: Node,
    narrowing: FilterMasks,
    groups: Grouping | None = None,
) -> int:
    """Return the number of living documents that match root and filters; nothing is scored.

    Args:
        matcher: Gives masks.
        readers: All segments.
        root: The root.
        narrowing: The filters.
        groups: Documents of which those of a group are counted once; None: each is counted.

    """
    wanted = without_bare_stops(root)
    masks = [_narrowed(matcher.mask(wanted, reader), narrowing.allowed(reader)) for reader in readers]
    if groups is None or not masks:
        return sum(int(np.count_nonzero(mask)) for mask in masks)
    return groups.count(np.concatenate(masks).nonzero()[0])


def totals(
    matcher: BooleanMatcher,
    readers: Sequence[SegmentReader],
    queries: Sequence[Query],
    groups: Callable[[Query], Grouping | None],
) -> list[int]:
    """Return the number of living documents that match each of several queries; shared leaves are looked up once."""
    narrowings = {query.filters: FilterMasks(matcher, query.filters) for query in queries}
    return [count(matcher, readers, query.root, narrowings[query.filters], groups(query)) for query in queries]


def matching(
    matcher: BooleanMatcher,
    readers: Sequence[SegmentReader],
    queries: Sequence[Query],
    groups: Callable[[Query], Grouping | None],
) -> Iterator[GroupedDocs]:
    """Yield for each query the living documents that match it; shared leaves are looked up once."""
    narrowings = {query.filters: FilterMasks(matcher, query.filters) for query in queries}
    for query in queries:
        wanted, narrowing, grouping = without_bare_stops(query.root), narrowings[query.filters], groups(query)
        found = [
            (reader, _narrowed(matcher.mask(wanted, reader), narrowing.allowed(reader)).nonzero()[0])
            for reader in readers
        ]
        yield GroupedDocs(found) if grouping is None else grouping.split(found)


class QueryScorer:
    """Matches and scores the documents of each segment for one query."""

    def __init__(self, leaves: QueryWeight, matcher: BooleanMatcher, root: Node, narrowing: FilterMasks) -> None:
        self.root = without_bare_stops(root)
        self._narrowing = narrowing
        leaves.times.update(positive_leaves(self.root))
        #: The leaves that add to the score, each once.
        self.nodes = tuple(leaves.times)
        self.most = coord_clause(self.root)
        self._leaves, self._matcher = leaves, matcher

    def part(self, reader: SegmentReader, *, window: int, every: bool) -> SegmentMatches:
        """Return what matches in a segment.

        Args:
            reader: The segment.
            window: `SegmentMatches.scored` has at least so many of the best documents, or all.
            every: Whether to return all documents, and those without each `DrillSidewaysFilter`.

        """
        check_deadline()
        match self.root:
            case Or(children) if all(map(self._is_bare, children)):
                return self._any_of(reader, window, every=every)
            case Word() | Phrase() | Prefix() | Fuzzy() if self._is_single(self.root):
                docs, scores = self._of_leaf(reader)
            case _:
                words = self._words(reader)
                if words is None:
                    return self._by_mask(reader, every=every)
                docs, scores = words
        unfiltered = reader.count_living(docs)
        without = self._without(reader, docs) if every else {}
        allowed = self._narrowing.allowed(reader)
        if allowed is not None:
            keep = np.flatnonzero(allowed.take(docs))
            docs, scores = docs[keep], scores[keep]
        placed = docs + reader.offset
        return SegmentMatches(reader, len(docs), placed, Scored(placed, scores), unfiltered, without)

    def _is_bare(self, node: Node) -> bool:
        return self._leaves.statistics(node) is not None

    def _is_single(self, leaf: Leaf) -> bool:
        """Return whether a query of this one leaf is answered by its weighted postings."""
        return not self._is_bare(leaf) and self._leaves.is_own(leaf)

    def _without(self, reader: SegmentReader, docs: DocIds) -> dict[FacetField, DocIds]:
        """Return for each `DrillSidewaysFilter` those of some documents that pass all other filters."""
        without = {}
        for choice in self._narrowing.choices():
            allowed = self._narrowing.allowed(reader, choice)
            without[choice.field] = docs if allowed is None else docs[allowed.take(docs)]
        return without

    def _words(self, reader: SegmentReader) -> tuple[DocIds, Scores] | None:
        """Answer a conjunction of bare words; None if the query is none, or a word has several terms in the segment."""
        children = self.root.children if isinstance(self.root, And) else (self.root,)
        if not children or not all(map(self._is_bare, children)):
            return None
        words = []
        for leaf in self.nodes:
            statistics = self._leaves.statistics(leaf)
            terms = statistics.terms[reader.number] if statistics else ()
            if len(terms) > 1:
                return None
            if not terms:
                return NO_DOCS, NO_SCORES
            words.append((terms[0], self._leaves.weight(leaf)))
        return conjunction(self._leaves.collection, reader, words)

    def _of_leaf(self, reader: SegmentReader) -> tuple[DocIds, Scores]:
        """Answer one phrase, prefix, fuzzy word or word with a field."""
        (leaf,) = self.nodes
        weighted = self._leaves.weighted(leaf, reader)
        idf = np.float32(self._leaves.weight(leaf))
        return weighted.docs, (weighted.weights / (weighted.weights + np.float32(K1)) * idf).astype(np.float32)

    def _any_of(self, reader: SegmentReader, window: int, *, every: bool) -> SegmentMatches:
        """Answer a disjunction of bare words from the dense vector of scores."""
        scores = self._dense(reader)
        allowed = self._narrowing.allowed(reader)
        unfiltered, without = None, {}
        if self._narrowing.narrows:
            matching = (scores[: reader.count] >= TINY).nonzero()[0]
            unfiltered = reader.count_living(matching)
            without = self._without(reader, matching) if every else {}
        if allowed is not None:
            scores[: reader.count] *= allowed
        # Numpy counts and finds booleans faster than floats.
        matches = scores >= TINY
        docs = matches.nonzero()[0] if every else None
        total = int(np.count_nonzero(matches)) if docs is None else len(docs)
        best = docs if docs is not None and total <= window else contenders(scores, window)
        return SegmentMatches(
            reader,
            total,
            None if docs is None else docs + reader.offset,
            Scored(best + reader.offset, scores.take(best)),
            total if unfiltered is None else unfiltered,
            without,
        )

    def _by_mask(self, reader: SegmentReader, *, every: bool) -> SegmentMatches:
        """Answer any tree."""
        mask = _narrowed(self._matcher.mask(self.root, reader), reader.alive)
        without = self._without(reader, mask.nonzero()[0]) if every else {}
        docs = _narrowed(mask, self._narrowing.allowed(reader)).nonzero()[0]
        scores = self._dense(reader).take(docs) if self.nodes and len(docs) else np.zeros(len(docs), np.float32)
        tiers = self._matcher.how_many(self.most.children, reader).take(docs) if self.most else None
        placed = docs + reader.offset
        return SegmentMatches(
            reader, len(docs), placed, Scored(placed, scores, tiers), int(np.count_nonzero(mask)), without
        )

    def _dense(self, reader: SegmentReader) -> Scores:
        """Return the dense vector of the documents' scores, padded with zeros; a buffer that the next call reuses."""
        scratch = self._leaves.collection.scratch
        scores = scratch.scores[: padded(reader.count)]
        scores[:] = 0
        for leaf in self.nodes:
            check_deadline()
            statistics = self._leaves.statistics(leaf)
            if statistics is None:
                weighted = self._leaves.weighted(leaf, reader)
                if len(weighted.docs):
                    add_weights(weighted.docs, weighted.weights, self._leaves.weight(leaf), scores)
                continue
            for term in statistics.terms[reader.number]:
                add_term(reader, term, self._leaves.weight(leaf), scores, scratch)
        return scores


def _narrowed(mask: Mask, allowed: Mask | None) -> Mask:
    return mask if allowed is None else mask & allowed
