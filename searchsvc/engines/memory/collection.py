"""Entries → Collection: what is true of all of them together, and which of them a node matches."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from math import log
from typing import assert_never

from searchsvc.analysis.addresses import url_key
from searchsvc.analysis.names import name_key
from searchsvc.engines.facet_values import article_values
from searchsvc.engines.memory.index import Entry, count_articles, length, occurrences
from searchsvc.engines.ranking_rules import WEIGHTS, Leaf, scored_words
from searchsvc.model.article import ArticleHead
from searchsvc.model.fields import FACET, TEXT
from searchsvc.model.query import (
    And,
    Everything,
    Facet,
    Fuzzy,
    Most,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Published,
    Url,
    Word,
)
from searchsvc.model.rows import FacetField, TextField

LeafTest = Callable[[Leaf], bool]
FacetTest = Callable[[Facet], bool]


class Collection:
    """The articles of one commit."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = tuple(sorted(entries, key=lambda entry: entry.id))
        self._counts: dict[tuple[Leaf, str], dict[TextField, int]] = {}
        self._idf: dict[Leaf, float] = {}

    @cached_property
    def forms(self) -> Counter[str]:
        """Surface forms of the fields a bare word is looked up in, with their numbers of articles."""
        return count_articles(
            [form for field in WEIGHTS for words in entry.fields[field] for form in words] for entry in self.entries
        )

    @cached_property
    def average(self) -> dict[TextField, float]:
        """Average length of every field over the articles that have it."""
        return {field: mean([entry.lengths[field] for entry in self.entries]) for field in TEXT}

    @cached_property
    def average_passage(self) -> float:
        """Average length of the passages that have words of lead or body."""
        return mean([length(passage, entry.language) for entry in self.entries for passage in entry.passages])

    def counts(self, leaf: Leaf, entry: Entry) -> dict[TextField, int]:
        """Return how often the leaf stands in each field it is looked up in, without zeros."""
        key = (leaf, entry.id)
        if key not in self._counts:
            fields = WEIGHTS if leaf.field is None else (leaf.field,)
            found = {f: occurrences(leaf, entry.fields[f], entry.language, self.forms) for f in fields}
            self._counts[key] = {field: count for field, count in found.items() if count}
        return self._counts[key]

    def idf(self, leaf: Leaf) -> float:
        """Return how much the leaf tells; a phrase tells what its words tell together."""
        if leaf not in self._idf:
            if isinstance(leaf, Phrase):
                self._idf[leaf] = sum(map(self.idf, scored_words(leaf)))
            else:
                self._idf[leaf] = idf(len(self.entries), sum(bool(self.counts(leaf, e)) for e in self.entries))
        return self._idf[leaf]

    def having(self, nodes: Sequence[Node]) -> list[Entry]:
        """Return the articles that match all of some nodes."""
        return [entry for entry in self.entries if all(self.matches(node, entry) for node in nodes)]

    def matches(self, node: Node, entry: Entry) -> bool:
        """Return whether the article matches."""
        return holds(
            node,
            entry.article.head,
            lambda leaf: bool(self.counts(leaf, entry)),
            lambda facet: name_key(facet.value) in map(name_key, facet_values(entry, facet.field)),
        )


def holds(  # noqa: PLR0911 - one return a kind of node
    node: Node, head: ArticleHead, leaf: LeafTest, facet: FacetTest
) -> bool:
    """Return whether a node is true of an article, or of a record of it, given the tests of leaves and facets."""
    match node:
        case Word() | Phrase() | Prefix() | Fuzzy():
            return leaf(node)
        case Facet():
            return facet(node)
        case Url(url):
            key = url_key(url)
            return bool(key) and key == url_key(head.url or "")
        case Published(start, end):
            at = head.dated
            return at is not None and (start is None or start <= at) and (end is None or at < end)
        case And(children):
            return all(holds(child, head, leaf, facet) for child in children)
        case Or(children):
            return any(holds(child, head, leaf, facet) for child in children)
        case Most(children, least):
            return sum(holds(child, head, leaf, facet) for child in children) >= least
        case Not(child):
            return not holds(child, head, leaf, facet)
        case Everything():
            return True
        case _:
            assert_never(node)


def facet_values(entry: Entry, field: FacetField) -> tuple[str, ...]:
    """Return an article's values of a facet, each once."""
    values = dict(zip(FACET, article_values(entry.article), strict=True))[field]
    return tuple(dict.fromkeys(value for value in values if value))


def idf(articles: int, having: int) -> float:
    """Return Lucene's idf of BM25, which is never negative."""
    return log(1 + (articles - having + 0.5) / (having + 0.5))


def mean(lengths: Sequence[int]) -> float:
    """Return the mean of what is not zero, 1 if there is nothing."""
    present = [n for n in lengths if n]
    return sum(present) / len(present) if present else 1.0
