"""Leaf × segments → documents and weighted frequencies; what one query has looked up is kept for its passages."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from searchsvc.engines.ranking_rules import WEIGHTS, scored_words
from searchsvc.engines.whoosh.arrays import NOTHING, NOWHERE, Floats, Ints, Places, bisect, union
from searchsvc.engines.whoosh.codec.field_arrays import FIELD_BITS
from searchsvc.engines.whoosh.codec.field_arrays import FieldPostings as Text
from searchsvc.engines.whoosh.collection import Collection, Known, documents_with, postings
from searchsvc.engines.whoosh.expansion import beginning, exactly
from searchsvc.engines.whoosh.phrases import Slots, exact_slots, find_words
from searchsvc.engines.whoosh.slop import Looks, sloppy_slots
from searchsvc.engines.whoosh.view import Term, View
from searchsvc.model.fields import TEXT, TextField
from searchsvc.model.query import Fuzzy, Leaf, Node, Phrase, Prefix, Word

#: Names of a node's field in this family: None for one that it does not have.
FieldNames = Callable[[str | None], tuple[str, ...]]
#: A fuzzy word → the entries of the tables it stands for.
Expand = Callable[[Fuzzy], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Weighted:
    """Documents, ascending, with weighted frequencies."""

    docs: Places
    weights: Floats


NONE = Weighted(NOWHERE, NOTHING)


def article_fields(field: str | None) -> tuple[str, ...]:
    """Return the fields of an article that a leaf's field means."""
    return tuple(WEIGHTS) if field is None else (field,)


class Standing:
    """Where a phrase, prefix or fuzzy word stands in a segment: looked up once in each field."""

    def __init__(self, look_up: Callable[[Text], Slots]) -> None:
        self._look_up = look_up
        self._slots: dict[str, Slots] = {}

    def slots(self, text: Text) -> Slots:
        """Return its slots in a field."""
        found = self._slots.get(text.name)
        if found is None:
            found = self._slots[text.name] = self._look_up(text)
        return found


class Leaves:
    """What one query looks up in a collection."""

    def __init__(self, collection: Collection, expand: Expand, names: FieldNames = article_fields) -> None:
        self.collection = collection
        self._expand, self._names = expand, names
        #: Whether bare words look into the main field and the side lists, which have statistics of their own.
        self._bare = len(names(None)) > 1
        self._looks = Looks()
        #: How often the query says each leaf.
        self.times: Counter[Leaf] = Counter()
        self._weighted: dict[tuple[Leaf, int], Weighted] = {}
        self._standing: dict[tuple[Leaf, int], Standing] = {}
        self._idf: dict[Leaf, float] = {}

    def known(self, leaf: Node) -> Known | None:
        """Return the statistics of a bare word of articles, None of any other node."""
        if isinstance(leaf, Word) and leaf.field is None and self._bare:
            return self.collection.known(leaf.text)
        return None

    def are_bare(self, leaves: Sequence[Leaf]) -> bool:
        """Return whether all of some leaves look into all fields of articles."""
        return self._bare and all(leaf.field is None for leaf in leaves)

    def terms(self, leaf: Word, view: View) -> tuple[Term, ...]:
        """Return the terms of a word in a segment."""
        known = self.known(leaf)
        return known.terms[view.number] if known else self.collection.terms(view, leaf.text)

    def is_own(self, leaf: Leaf) -> bool:
        """Return whether documents of this family have the field of a leaf."""
        return bool(self._names(leaf.field))

    def idf(self, leaf: Leaf) -> float:
        """Return how much a leaf tells; a phrase tells what its words tell together."""
        known = self.known(leaf)
        if known:
            return known.idf
        if leaf not in self._idf:
            if isinstance(leaf, Phrase):
                self._idf[leaf] = sum(map(self.idf, scored_words(leaf)))
            else:
                self._idf[leaf] = self.collection.idf(self.frequency(leaf))
        return self._idf[leaf]

    def frequency(self, leaf: Leaf) -> int:
        """Return how many living documents have a leaf."""
        known, views = self.known(leaf), self.collection.views
        if known is None:
            return sum(view.count_living(self.weighted(leaf, view).docs) for view in views)
        return sum(documents_with(view, term) for view in views for term in known.terms[view.number])

    def weight(self, leaf: Leaf) -> float:
        """Return what a leaf tells, as often as the query says it."""
        known = self.known(leaf)
        return (self.idf(leaf) if known is None else known.idf) * self.times.get(leaf, 1)

    def documents(self, leaf: Leaf, view: View) -> Places:
        """Return the documents that have a leaf, in any order, deleted ones included."""
        known = self.known(leaf)
        if known is None:
            return self.weighted(leaf, view).docs
        lists = [postings(view, term) for term in known.terms[view.number]]
        return np.concatenate(lists) if len(lists) > 1 else lists[0] if lists else NOWHERE

    def weighted(self, leaf: Leaf, view: View) -> Weighted:
        """Return the documents of a leaf that is no bare word, with its weighted frequencies."""
        key = (leaf, view.offset)
        if key not in self._weighted:
            self._weighted[key] = self._look_up(leaf, view)
        return self._weighted[key]

    def _look_up(self, leaf: Leaf, view: View) -> Weighted:
        parts = []
        bare = leaf.field is None and self._bare
        for name, docs, counts in self._fields(leaf, view):
            if len(docs):
                gain = view.gain(name, docs) if bare else view.own_gain(name).take(docs)
                parts.append((docs, (counts * gain).astype(np.float32, copy=False)))
        if len(parts) <= 1:
            return Weighted(*parts[0]) if parts else NONE
        docs = union([docs for docs, _ in parts])
        weights = np.zeros(len(docs), np.float32)
        for here, extra in parts:
            weights[docs.searchsorted(here)] += extra
        return Weighted(docs, weights)

    def _fields(self, leaf: Leaf, view: View) -> Iterator[tuple[str, Places, Ints]]:
        """Yield for each field of a leaf the documents that have it there, ascending, and how often."""
        standing = None if isinstance(leaf, Word) else self.standing(leaf, view)
        for name in self._names(leaf.field):
            text = view.arrays.fields[name]
            if isinstance(leaf, Word):
                yield name, *self._counts(leaf, view, text)
            elif standing is not None:
                yield name, *standing.slots(text).documents()

    def _counts(self, leaf: Word, view: View, text: Text) -> tuple[Places, Ints]:
        """Return the documents that have a word in a field, ascending, and how often."""
        lists = []
        for term in self.terms(leaf, view):
            a, b = text.span(term.number)
            lists.append((text.doc[a:b].astype(np.intp), text.tf[a:b]))
        if len(lists) <= 1:
            return lists[0] if lists else (NOWHERE, NOWHERE)
        docs, counts = (np.concatenate(part) for part in zip(*lists, strict=True))
        order = np.argsort(docs)
        return docs[order], counts[order]

    def standing(self, leaf: Phrase | Prefix | Fuzzy, view: View) -> Standing:
        """Return where a phrase, prefix or fuzzy word stands."""
        key = (leaf, view.offset)
        found = self._standing.get(key)
        if found is None:
            found = self._standing[key] = Standing(self._finder(leaf, view))
        return found

    def _finder(self, leaf: Phrase | Prefix | Fuzzy, view: View) -> Callable[[Text], Slots]:
        match leaf:
            case Phrase():
                words = find_words(view.arrays, leaf, self.collection.marks)
                sloppy = leaf.slop and len(leaf.words) > 1
                return (
                    partial(sloppy_slots, node=leaf, languages=words, looks=self._looks)
                    if sloppy
                    else partial(exact_slots, languages=words)
                )
            case Prefix():
                return beginning(view.arrays, leaf.text).slots
            case Fuzzy():
                return exactly(view.arrays, self._expand(leaf)).slots

    def matched_fields(self, leaves: Sequence[Leaf], view: View, docs: Places) -> list[tuple[TextField, ...]]:
        """Return for each document the fields that hold at least one of the leaves, in schema order."""
        found: list[set[str]] = [set() for _ in docs]
        for leaf in leaves:
            known = self.known(leaf)
            if known is not None:
                for term in known.terms[view.number]:
                    _add_fields(view, term, docs, found)
                continue
            for name, here, _ in self._fields(leaf, view):
                if len(here):
                    for i in (here.take(bisect(here, docs)) == docs).nonzero()[0].tolist():
                        found[i].add(name)
        return [tuple(name for name in TEXT if name in fields) for fields in found]


def _add_fields(view: View, term: Term, docs: Places, found: list[set[str]]) -> None:
    """Add the fields in which a bare word's term stands in some documents."""
    (a, b), (c, d), arrays = term.main, term.side, view.arrays
    if b > a:
        here = arrays.main.doc[a:b]
        for i in (here.take(bisect(here, docs)) == docs).nonzero()[0].tolist():
            found[i].add(arrays.main.name)
    if d > c:
        key, names, numbers = arrays.sides.key[c:d], arrays.family.sides, (1 << FIELD_BITS) - 1
        lowest = (docs << FIELD_BITS).astype(key.dtype)
        first, end = key.searchsorted(lowest), key.searchsorted(lowest | key.dtype.type(numbers), "right")
        for i in (end > first).nonzero()[0].tolist():
            found[i].update([names[k & numbers] for k in key[first[i] : end[i]].tolist()])
