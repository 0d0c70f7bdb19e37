"""This project's engine, ranked by words alone: BM25F, the ids of the ten best."""

from collections.abc import Iterable
from pathlib import Path
from typing import cast

from benchmarks.rivals import Searcher
from searchsvc.engines.whoosh import WhooshEngine
from searchsvc.engines.whoosh import searcher as ranking
from searchsvc.model.article import Article
from searchsvc.model.document import chunk
from searchsvc.model.query import And, Node, Or, Phrase, Query, Word


def taken(article: Article) -> Article:
    """Return the article: to cut it into documents is part of the work."""
    return article


def build(given: Iterable[Article], place: Path) -> None:
    """Index a new generation."""
    with WhooshEngine(place).writer(fresh=True) as writer:
        for article in given:
            writer.put(chunk(article))


def open(place: Path) -> Searcher:  # noqa: A001  the protocol's word
    """Open one engine."""
    return searcher(place, passages=False)


def searcher(place: Path, *, passages: bool) -> Searcher:
    """Return how queries are made and answered."""
    engine = WhooshEngine(place)

    def query(kind: str, words: list[str]) -> object:
        return Query(tree(kind, words))

    def search(asked: object) -> list[str]:
        state = engine._now()  # noqa: SLF001  as the engine's own searches begin
        ranker = ranking.Searcher(state.articles, state.term_dictionary.expand, cast("Query", asked))
        return ranker.ids(10, passages=passages)

    return Searcher(query, search)


def tree(kind: str, words: list[str]) -> Node:
    """Return the query as a tree."""
    if kind == "phrase":
        return Phrase(tuple(words))
    nodes = tuple(Word(word) for word in words)
    if len(nodes) == 1:
        return nodes[0]
    return And(nodes) if kind == "and" else Or(nodes)


def update(place: Path, given: Article) -> None:
    """Replace one article and commit."""
    with WhooshEngine(place).writer() as writer:
        writer.put(chunk(given))
