"""Engine that keeps everything in memory: the executable specification of `engines.base`, in plain Python, slow."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from threading import Lock
from typing import Literal, TypeVar

from searchsvc.analysis import edit_distance, spellings, tokenize
from searchsvc.analysis.keys import url_key
from searchsvc.engines.base import Expected
from searchsvc.engines.memory.child_searcher import (
    count_quotes,
    find_headlines,
    find_quotes,
    find_speakers,
    quote_words,
)
from searchsvc.engines.memory.copy_groups import groups_of
from searchsvc.engines.memory.index import ArticleIndex, IndexedArticle, index_article
from searchsvc.engines.memory.searcher import Searcher
from searchsvc.engines.memory.term_counts import phrase_frequency
from searchsvc.errors import IndexBusyError
from searchsvc.model.article import Article, ArticleHead, RelatedHeadline, newest_first
from searchsvc.model.date_histogram import DateHistogram, Interval
from searchsvc.model.deadline import check_deadline
from searchsvc.model.document import ArticleDocument, ArticleVersions, Document, check_versions
from searchsvc.model.fields import TITLE
from searchsvc.model.query import USUAL_SELECTION, FacetSelection, Filter, Leaf, Node, Query, Sort
from searchsvc.model.result import (
    Annotations,
    HeadlineRanking,
    IndexInfo,
    QuoteRanking,
    QuoteWords,
    Ranking,
    SpeakerRanking,
)

__all__ = ["MemoryEngine", "Store"]

T = TypeVar("T")


def new_id() -> str:
    """Return a new identity for a commit: hexadecimal digits."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class Commit:
    """The state of a store after a commit."""

    collection: ArticleIndex
    generation: int = 1
    number: int = 0
    updated: datetime | None = None
    #: Identity of the commit.
    id: str = field(default_factory=new_id)


@dataclass(slots=True)
class Store:
    """Holds the last commit, for several engines; `writing` is held by the only writer."""

    commit: Commit = field(default_factory=lambda: Commit(ArticleIndex(())))
    writing: Lock = field(default_factory=Lock)


class MemoryWriter:
    """Applies changes to a copy of the index's articles and their older versions."""

    def __init__(self, old: ArticleIndex) -> None:
        self.entries = {entry.id: entry for entry in old.entries}
        self.older = versions_by_article(old)
        #: Identity that the store gets by the commit.
        self.commit_id = new_id()

    def put(self, documents: Sequence[Document], /) -> None:
        """Store one article; an older version is replaced. Errors as `index_article`."""
        new = index_article(documents)
        self.entries[new.id] = new

    def put_versions(self, article_id: str, versions: Sequence[ArticleDocument], /) -> None:
        """Replace the older versions of an article; errors as `check_versions`."""
        check_versions(article_id, versions)
        self.older[article_id] = tuple(map(IndexedArticle, versions))

    def delete(self, article_id: str, /) -> None:
        """Delete one article and its older versions. A no-op if it is not there."""
        self.entries.pop(article_id, None)
        self.older.pop(article_id, None)

    def stored(self, article_ids: Sequence[str], /) -> Sequence[ArticleVersions]:
        """Return each article as the commit will have it."""
        return list(map(self._stored, article_ids))

    def _stored(self, article_id: str) -> ArticleVersions:
        entry = self.entries.get(article_id)
        older = newest_first(entry.article for entry in self.older.get(article_id, ()))
        return ArticleVersions(None if entry is None else entry.article, older)


def versions_by_article(index: ArticleIndex) -> dict[str, tuple[IndexedArticle, ...]]:
    """Return the older versions of each article that has any."""
    found: dict[str, tuple[IndexedArticle, ...]] = {}
    for entry in index.versions:
        article = entry.article.head.article
        found[article] = (*found.get(article, ()), entry)
    return found


@contextmanager
def write(store: Store, *, fresh: bool) -> Iterator[MemoryWriter]:
    """Open the only writer of a store; its changes become one commit when the block ends, and are dropped if it raises.

    Raises:
        IndexBusyError: Another writer is open.

    """
    if not store.writing.acquire(blocking=False):
        raise IndexBusyError("another writer of this store is open: wait until its block ends")
    try:
        old = store.commit
        writer = MemoryWriter(ArticleIndex(()) if fresh else old.collection)
        yield writer
        store.commit = Commit(
            ArticleIndex(writer.entries.values(), chain.from_iterable(writer.older.values())),
            generation=old.generation + fresh,
            number=old.number + 1,
            updated=datetime.now(UTC),
            id=writer.commit_id,
        )
    finally:
        store.writing.release()


def _is_titled(entry: IndexedArticle, words: tuple[str, ...]) -> bool:
    """Return whether an article's title has some words and no others, in whichever of their spellings."""
    titles = entry.fields[TITLE]
    return (
        len(titles) == 1
        and len(titles[0]) == len(words)
        and phrase_frequency([frozenset(spellings(word, entry.language)) for word in words], 0, titles[0]) == 1
    )


class MemoryEngine:
    """An Engine that keeps everything in memory.

    Args:
        store: The store, which several engines may share; None: a new one.

    """

    def __init__(self, store: Store | None = None) -> None:
        self._store = store or Store()

    @property
    def folder(self) -> None:
        """None: nothing is kept on disk."""
        return

    @property
    def _collection(self) -> ArticleIndex:
        return self._store.commit.collection

    def at_one_commit(self, answer: Callable[["MemoryEngine"], T], /) -> T:
        """Return what a function returns that gets an engine of the last commit."""
        return answer(MemoryEngine(Store(self._store.commit)))

    def pinned(self) -> "MemoryEngine":
        """Return an engine of the last commit."""
        return self.at_one_commit(lambda held: held)

    def prefetch(self, expected: Callable[[], Expected], /) -> None:
        """Do nothing."""

    def writer(self, *, fresh: bool = False) -> AbstractContextManager[MemoryWriter]:
        """Open the only writer; commit when the block ends, undo if it raises."""
        return write(self._store, fresh=fresh)

    def search(
        self,
        query: Query,
        /,
        *,
        limit: int,
        offset: int = 0,
        facets: bool = True,
        selection: FacetSelection = USUAL_SELECTION,
        texts: bool = True,
        least: int = 0,
    ) -> Ranking:
        """Return at most `limit` articles from `offset` on, best first, ties by id."""
        counted = selection if facets else None
        return Searcher(self._asked(query), query).ranking(limit, offset, facets=counted, texts=texts, least=least)

    def search_quotes(
        self,
        root: Node,
        filters: Sequence[Filter],
        /,
        *,
        limit: int,
        offset: int = 0,
        sort: Sort = "relevance",
        facets: bool = True,
        selection: FacetSelection = USUAL_SELECTION,
        grouped: bool = False,
    ) -> QuoteRanking:
        """Return quotes whose own words match: best first, then newest; or by date."""
        counted = selection if facets else None
        return find_quotes(self._collection, root, filters, limit, offset, sort, facets=counted, grouped=grouped)

    def search_speakers(
        self, root: Node, filters: Sequence[Filter], /, *, limit: int, offset: int = 0, grouped: bool = False
    ) -> SpeakerRanking:
        """Return who said the quotes that match: most quotes first, ties by name."""
        return find_speakers(self._collection, root, filters, limit, offset, grouped=grouped)

    def search_headlines(
        self,
        root: Node,
        filters: Sequence[Filter],
        /,
        *,
        limit: int,
        offset: int = 0,
        sort: Sort = "relevance",
        facets: bool = True,
        selection: FacetSelection = USUAL_SELECTION,
    ) -> HeadlineRanking:
        """Return related headlines whose own words match: best first, then newest; or by date or arrival."""
        counted = selection if facets else None
        return find_headlines(self._collection, root, filters, limit, offset, sort, facets=counted)

    def totals(self, queries: Sequence[Query], /, *, of: Literal["articles", "quotes"] = "articles") -> Sequence[int]:
        """Return how many articles, or quotes, match each of several queries."""
        if of == "quotes":
            return count_quotes(self._collection, queries)
        return [Searcher(self._asked(query), query).total() for query in queries]

    def _asked(self, query: Query) -> ArticleIndex:
        """Return what a query searches."""
        return self._collection.with_versions if query.versions else self._collection

    def histograms(self, queries: Sequence[Query], interval: Interval, /) -> Sequence[DateHistogram]:
        """Return how many articles of each query are dated within each period."""
        return [Searcher(self._asked(query), query).histogram(interval) for query in queries]

    def frequencies(self, leaves: Sequence[Leaf], /) -> Sequence[int]:
        """Return how many articles match each leaf."""
        return [len(self._collection.having((leaf,))) for leaf in leaves]

    def quote_words(self, filters: Sequence[Filter], /, *, limit: int) -> Sequence[QuoteWords]:
        """Return the words of the newest `limit` quotes that match; of quotes with the same words the newest alone."""
        return quote_words(self._collection, filters, limit)

    def locate(self, headlines: Sequence[RelatedHeadline], /) -> Sequence[Sequence[str]]:
        """Return for each headline the id of the article at its address, else those of the articles with its words."""
        return list(map(self._located, headlines))

    def _located(self, headline: RelatedHeadline) -> Sequence[str]:
        check_deadline()
        entries = self._collection.entries
        if key := url_key(headline.url or ""):
            by_address = [entry.id for entry in entries if url_key(entry.article.head.url or "") == key]
            if by_address:
                return by_address[:1]
        words = tuple(token.text for token in tokenize(headline.text))
        return [entry.id for entry in entries if words and _is_titled(entry, words)]

    def annotations(self, article_ids: Sequence[str], /) -> Sequence[Annotations]:
        """Return quotes and related headlines of each article; none of those that are not there."""
        articles = map(self.article, article_ids)
        return [Annotations(article.quotes, article.related) if article else Annotations() for article in articles]

    def article(self, article_id: str, /) -> Article | None:
        """Return the article, or the older version of one; None if it is not there."""
        check_deadline()
        every = chain(self._collection.entries, self._collection.versions)
        return next((entry.article for entry in every if entry.id == article_id), None)

    def articles(self, article_ids: Sequence[str], /) -> Sequence[Article | None]:
        """Return each article, or None if it is not there."""
        return list(map(self.article, article_ids))

    def versions(self, article_id: str, /) -> Sequence[Article]:
        """Return the older versions of an article, the newest first."""
        check_deadline()
        every = (entry.article for entry in self._collection.versions)
        return newest_first(one for one in every if one.head.article == article_id)

    def copies(self, article_id: str, /) -> Sequence[ArticleHead]:
        """Return the heads of the other articles of an article's group of copies, the first printed first."""
        return groups_of(self._collection).others(article_id)

    def words(self, prefix: str, /, *, limit: int) -> Sequence[tuple[str, int]]:
        """Return at most `limit` words with a prefix, most frequent first, ties by word, with numbers of articles."""
        check_deadline()
        having = [item for item in self._collection.forms.items() if item[0].startswith(prefix)]
        return sorted(having, key=lambda item: (-item[1], item[0]))[:limit]

    def similar_words(self, word: str, /, *, edits: int = 2, limit: int = 10) -> Sequence[tuple[str, int]]:
        """Return words within `edits`, nearest first, then most frequent, ties by word."""
        check_deadline()
        distances = {form: edit_distance(word, form, edits) for form in self._collection.forms if word}
        near = [
            (distance, -self._collection.forms[form], form)
            for form, distance in distances.items()
            if distance is not None
        ]
        return [(form, -count) for _, count, form in sorted(near)[:limit]]

    def ids(self) -> Sequence[str]:
        """Return the ids of all articles."""
        return [entry.id for entry in self._collection.entries]

    def count(self) -> int:
        """Return how many articles there are."""
        return len(self._collection.entries)

    def languages(self) -> Sequence[str]:
        """Return the languages of the articles, most frequent first, ties by code."""
        counted = Counter(entry.article.head.language for entry in self._collection.entries)
        return [code for code, _ in sorted(counted.items(), key=lambda c: (-c[1], c[0] or "")) if code]

    def info(self) -> IndexInfo:
        """Return which commit answers now."""
        commit = self._store.commit
        return IndexInfo(f"{commit.generation}.{commit.number}", self.count(), commit.updated, commit.id)

    def close(self) -> None:
        """Do nothing: there are no files or connections."""
