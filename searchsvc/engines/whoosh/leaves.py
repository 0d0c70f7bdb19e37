"""Leaf × segments → documents and weighted frequencies; what one query has looked up is kept for its passages."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from searchsvc.engines.plan import Leaf, scored_words
from searchsvc.engines.weights import FIELDS, WEIGHTS
from searchsvc.engines.whoosh.arrays import NOTHING, NOWHERE, Floats, Ints, Places, bisect, union
from searchsvc.engines.whoosh.codec import FIELD_BITS
from searchsvc.engines.whoosh.codec import TextField as Text
from searchsvc.engines.whoosh.collection import Collection, Known, postings
from searchsvc.engines.whoosh.expansion import Forms, beginning, exactly
from searchsvc.engines.whoosh.phrases import Found, Slots, exact_slots, find_words
from searchsvc.engines.whoosh.slop import sloppy_slots
from searchsvc.engines.whoosh.view import Term, View
from searchsvc.model.query import Fuzzy, Node, Phrase, Prefix, TextField, Word

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


class Leaves:
    """What one query looks up in a collection."""

    def __init__(self, collection: Collection, expand: Expand, names: FieldNames = article_fields) -> None:
        self.collection = collection
        self._expand, self._names = expand, names
        #: Whether bare words look into the main field and the side lists, which have statistics of their own.
        self._bare = len(names(None)) > 1
        #: How often the query says each leaf.
        self.times: Counter[Leaf] = Counter()
        self._weighted: dict[tuple[Leaf, int], Weighted] = {}
        self._slots: dict[tuple[Leaf, int, str], Slots] = {}
        self._phrases: dict[tuple[Leaf, int], list[list[Found]]] = {}
        self._forms: dict[tuple[Leaf, int], Forms] = {}
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
                having = sum(view.count_living(self.weighted(leaf, view).docs) for view in self.collection.views)
                self._idf[leaf] = self.collection.idf(having)
        return self._idf[leaf]

    def weight(self, leaf: Leaf) -> float:
        """Return what a leaf tells, as often as the query says it."""
        return self.idf(leaf) * self.times.get(leaf, 1)

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
        for name in self._names(leaf.field):
            docs, counts = self.counts(leaf, view, name)
            if len(docs):
                bare = leaf.field is None and self._bare
                gain = view.gain(name, docs) if bare else view.own_gain(name).take(docs)
                parts.append((docs, (counts * gain).astype(np.float32, copy=False)))
        if len(parts) <= 1:
            return Weighted(*parts[0]) if parts else NONE
        docs = union([docs for docs, _ in parts])
        weights = np.zeros(len(docs), np.float32)
        for here, extra in parts:
            weights[docs.searchsorted(here)] += extra
        return Weighted(docs, weights)

    def counts(self, leaf: Leaf, view: View, name: str) -> tuple[Places, Ints]:
        """Return the documents that have a leaf in one field, ascending, and how often."""
        if not isinstance(leaf, Word):
            return self.slots(leaf, view, name).documents()
        text, lists = view.arrays.fields[name], []
        for term in self.terms(leaf, view):
            a, b = text.span(term.number)
            lists.append((text.doc[a:b].astype(np.intp), text.tf[a:b]))
        if len(lists) <= 1:
            return lists[0] if lists else (NOWHERE, NOWHERE)
        docs, counts = (np.concatenate(part) for part in zip(*lists, strict=True))
        order = np.argsort(docs)
        return docs[order], counts[order]

    def slots(self, leaf: Leaf, view: View, name: str) -> Slots:
        """Return the slots of a phrase, prefix or fuzzy word in one field."""
        key = (leaf, view.offset, name)
        if key not in self._slots:
            text = view.arrays.fields[name]
            if isinstance(leaf, Phrase):
                words = self._words(leaf, view)
                sloppy = leaf.slop and len(leaf.words) > 1
                self._slots[key] = sloppy_slots(text, leaf, words) if sloppy else exact_slots(text, words)
            else:
                self._slots[key] = self._expanded(leaf, view, text)
        return self._slots[key]

    def _words(self, leaf: Phrase, view: View) -> list[list[Found]]:
        key = (leaf, view.offset)
        if key not in self._phrases:
            self._phrases[key] = find_words(view.arrays, leaf, self.collection.marks)
        return self._phrases[key]

    def _expanded(self, leaf: Leaf, view: View, text: Text) -> Slots:
        key = (leaf, view.offset)
        if key not in self._forms:
            if isinstance(leaf, Prefix):
                self._forms[key] = beginning(view.arrays, leaf.text)
            else:
                self._forms[key] = exactly(view.arrays, self._expand(leaf) if isinstance(leaf, Fuzzy) else ())
        return self._forms[key].slots(text)

    def matched_fields(self, leaves: Sequence[Leaf], view: View, docs: Places) -> list[tuple[TextField, ...]]:
        """Return for each document the fields that hold at least one of the leaves, in schema order."""
        found: list[set[str]] = [set() for _ in docs]
        for leaf in leaves:
            known = self.known(leaf)
            if known is not None:
                for term in known.terms[view.number]:
                    _add_fields(view, term, docs, found)
                continue
            for name, here in self._lists(leaf, view):
                for i in (here.take(bisect(here, docs)) == docs).nonzero()[0].tolist():
                    found[i].add(name)
        return [tuple(name for name in FIELDS if name in fields) for fields in found]

    def _lists(self, leaf: Leaf, view: View) -> Iterator[tuple[str, Ints]]:
        """Yield the fields that hold a leaf somewhere, with their documents, ascending."""
        terms = self.terms(leaf, view) if isinstance(leaf, Word) else ()
        for name in self._names(leaf.field):
            text = view.arrays.fields[name]
            if isinstance(leaf, Word):
                spans = (text.span(term.number) for term in terms)
                yield from ((name, text.doc[a:b]) for a, b in spans if b > a)
            else:
                docs, _ = self.slots(leaf, view, name).documents()
                if len(docs):
                    yield name, docs


def _add_fields(view: View, term: Term, docs: Places, found: list[set[str]]) -> None:
    """Add the fields in which a bare word's term stands in some documents."""
    (a, b), (c, d), arrays = term.main, term.side, view.arrays
    if b > a:
        here = arrays.main.doc[a:b]
        for i in (here.take(bisect(here, docs)) == docs).nonzero()[0].tolist():
            found[i].add(arrays.main.name)
    if d > c:
        key, names = arrays.sides.key[c:d], arrays.sides.fields
        for i, place in enumerate(key.searchsorted((docs << FIELD_BITS).astype(key.dtype)).tolist()):
            doc, at = int(docs[i]), place
            while at < d - c and int(key[at]) >> FIELD_BITS == doc:
                found[i].add(names[int(key[at]) & ((1 << FIELD_BITS) - 1)])
                at += 1
