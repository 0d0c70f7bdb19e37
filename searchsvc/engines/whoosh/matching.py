"""Query × segment → matching documents with scores: plain words by the fast paths, any other tree by masks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from searchsvc.engines.ranking_rules import K1, coord_clause, node_of, without_bare_stops
from searchsvc.engines.whoosh.arrays import NOTHING, NOWHERE, Floats, Mask, Places, padded
from searchsvc.engines.whoosh.leaves import Leaves
from searchsvc.engines.whoosh.ordering import TINY, Scored, contenders
from searchsvc.engines.whoosh.query import Matcher
from searchsvc.engines.whoosh.scoring import add, add_weights, all_of
from searchsvc.engines.whoosh.view import View
from searchsvc.model.fields import FacetField
from searchsvc.model.query import (
    And,
    DrillSidewaysFilter,
    Filter,
    Fuzzy,
    Leaf,
    Node,
    Or,
    Phrase,
    Prefix,
    Query,
    Word,
    positive_leaves,
)


@dataclass(frozen=True, slots=True)
class Part:
    """What matches in one segment; documents are numbered among those of all segments."""

    view: View
    total: int
    #: All documents, in any order; None where nobody asked for them.
    docs: Places | None
    #: At least the best ones with scores, in any order.
    scored: Scored
    #: How many match the root, whatever the filters say.
    unfiltered: int
    #: For each choice among the filters, all documents that match without it, by their numbers in the segment.
    without: Mapping[FacetField, Places] = field(default_factory=dict)


class Narrowing:
    """The filters of one question: masks of each segment, made once."""

    def __init__(self, matcher: Matcher, filters: Sequence[Filter]) -> None:
        self._matcher = matcher
        self._filters = tuple(filters)
        self._masks: dict[int, tuple[Mask, ...]] = {}
        self.narrows = bool(self._filters)

    def allowed(self, view: View, without: DrillSidewaysFilter | None = None) -> Mask | None:
        """Return which documents are alive and pass the filters, or all filters but one; None if all do."""
        masks = self._of(view)
        others = [mask for mask, one in zip(masks, self._filters, strict=True) if one is not without]
        if not others:
            return view.alive
        allowed = view.living_mask()
        for mask in others:
            allowed &= mask
        return allowed

    def choices(self) -> Iterator[DrillSidewaysFilter]:
        """Yield the choices among the filters."""
        return (one for one in self._filters if isinstance(one, DrillSidewaysFilter))

    def _of(self, view: View) -> tuple[Mask, ...]:
        masks = self._masks.get(view.number)
        if masks is None:
            masks = tuple(self._matcher.mask(node_of(one), view) for one in self._filters)
            self._masks[view.number] = masks
        return masks


def count(matcher: Matcher, views: Sequence[View], root: Node, narrowing: Narrowing) -> int:
    """Return how many documents match, without ranking them."""
    wanted = without_bare_stops(root)
    return sum(int(np.count_nonzero(_narrowed(matcher.mask(wanted, view), narrowing.allowed(view)))) for view in views)


def totals(matcher: Matcher, views: Sequence[View], queries: Sequence[Query]) -> list[int]:
    """Return how many documents match each of several questions; what they share is looked up once."""
    narrowings = {query.filters: Narrowing(matcher, query.filters) for query in queries}
    return [count(matcher, views, query.root, narrowings[query.filters]) for query in queries]


class Matching:
    """One query, ready to be asked of every segment."""

    def __init__(self, leaves: Leaves, matcher: Matcher, root: Node, narrowing: Narrowing) -> None:
        self.root = without_bare_stops(root)
        self._narrowing = narrowing
        leaves.times.update(positive_leaves(self.root))
        #: The leaves that score, each once.
        self.nodes = tuple(leaves.times)
        self.most = coord_clause(self.root)
        self._leaves, self._matcher = leaves, matcher

    def part(self, view: View, *, window: int, every: bool) -> Part:
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
        return Part(view, len(docs), placed, Scored(placed, scores), unfiltered, without)

    def _is_bare(self, node: Node) -> bool:
        return self._leaves.known(node) is not None

    def _is_single(self, leaf: Leaf) -> bool:
        """Return whether the whole query is one leaf that is looked up in the documents themselves."""
        return not self._is_bare(leaf) and self._leaves.is_own(leaf)

    def _without(self, view: View, docs: Places) -> dict[FacetField, Places]:
        """Return for each choice those of some documents that pass all other filters."""
        found = {}
        for choice in self._narrowing.choices():
            allowed = self._narrowing.allowed(view, choice)
            found[choice.field] = docs if allowed is None else docs[allowed.take(docs)]
        return found

    def _words(self, view: View) -> tuple[Places, Floats] | None:
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
        return all_of(self._leaves.collection, view, words)

    def _of_leaf(self, view: View) -> tuple[Places, Floats]:
        """Answer one phrase, prefix, fuzzy word or word of a field."""
        (leaf,) = self.nodes
        found = self._leaves.weighted(leaf, view)
        idf = np.float32(self._leaves.weight(leaf))
        return found.docs, (found.weights / (found.weights + np.float32(K1)) * idf).astype(np.float32)

    def _any_of(self, view: View, window: int, *, every: bool) -> Part:
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
        return Part(
            view,
            total,
            None if docs is None else docs + view.offset,
            Scored(best + view.offset, scores.take(best)),
            total if unfiltered is None else unfiltered,
            without,
        )

    def _by_mask(self, view: View, *, every: bool) -> Part:
        """Answer any tree."""
        mask = _narrowed(self._matcher.mask(self.root, view), view.alive)
        without = self._without(view, mask.nonzero()[0]) if every else {}
        docs = _narrowed(mask, self._narrowing.allowed(view)).nonzero()[0]
        scores = self._dense(view).take(docs) if self.nodes and len(docs) else np.zeros(len(docs), np.float32)
        tiers = self._matcher.how_many(self.most.children, view).take(docs) if self.most else None
        placed = docs + view.offset
        return Part(view, len(docs), placed, Scored(placed, scores, tiers), int(np.count_nonzero(mask)), without)

    def _dense(self, view: View) -> Floats:
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
                add(view, term, self._leaves.weight(leaf), scores, scratch)
        return scores


def _narrowed(mask: Mask, allowed: Mask | None) -> Mask:
    return mask if allowed is None else mask & allowed
