"""URL of an index in a cluster → Engine and GenerationStore; each method asks the last commit."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from copy import copy
from functools import wraps
from typing import Concatenate, Literal, ParamSpec, TypeVar

from searchsvc.engines.base import Expected, Writer
from searchsvc.engines.opensearch.access import access_of
from searchsvc.engines.opensearch.article_searcher import ArticleSearcher
from searchsvc.engines.opensearch.cluster import Cluster
from searchsvc.engines.opensearch.commit_state import CURRENT, CommitState
from searchsvc.engines.opensearch.copy_searches import copies_of
from searchsvc.engines.opensearch.document_counts import FilteredRoot, ask_ahead, count_by_period, count_matching
from searchsvc.engines.opensearch.erasure import (
    read_takedowns,
)
from searchsvc.engines.opensearch.generation_builder import BuildingWriter, build
from searchsvc.engines.opensearch.incremental_commit import SpoolingWriter, change, older_versions
from searchsvc.engines.opensearch.index_session import IndexSession, similar_words, words
from searchsvc.engines.opensearch.indexed_documents import (
    OtherFields,
    decoded,
    stored_article,
)
from searchsvc.engines.opensearch.lease import WRITING, held
from searchsvc.engines.opensearch.mapping import ARTICLE, HEADLINE, QUOTE, fingerprint
from searchsvc.engines.opensearch.query_dsl import Kind
from searchsvc.engines.opensearch.record_searcher import RecordSearcher, locate, stored_fields
from searchsvc.engines.opensearch.sharded_build import (
    discard_shards,
)
from searchsvc.engines.opensearch.upkeep import Upkeep
from searchsvc.engines.opensearch.wire_format import Json
from searchsvc.errors import OutdatedIndexError
from searchsvc.model.article import Article, ArticleHead, RelatedHeadline
from searchsvc.model.date_histogram import DateHistogram, Interval
from searchsvc.model.query import USUAL_SELECTION, FacetSelection, Filter, Leaf, MatchAll, Node, Query, Sort
from searchsvc.model.result import (
    Annotations,
    HeadlineRanking,
    QuoteRanking,
    QuoteWords,
    Ranking,
    SpeakerRanking,
)

P = ParamSpec("P")
T = TypeVar("T")
Method = Callable[Concatenate["OpenSearchEngine", P], T]


def consistent(method: Method[P, T]) -> Method[P, T]:
    """Return the method, called again where a commit came between two of its requests."""

    @wraps(method)
    def call(self: "OpenSearchEngine", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.session.consistent(lambda: method(self, *args, **kwargs))

    return call


class OpenSearchEngine(Upkeep):
    """An Engine, GenerationStore and CatalogueStore in a cluster. Threads may share it; each process opens its own.

    Args:
        url: What follows `opensearch:` in the URL of the index: hosts and name.

    """

    def __init__(self, url: str) -> None:
        super().__init__(Cluster(access_of(url, os.environ)))

    @property
    def folder(self) -> None:
        """None: nothing is kept on this machine."""
        return

    def at_one_commit(self, answer: Callable[["OpenSearchEngine"], T], /) -> T:
        """Return what a function returns that gets an engine of one commit, whose questions are asked together."""
        return self.session.at_one_commit(lambda session: answer(self._of(session)))

    def pinned(self) -> "OpenSearchEngine":
        """Return an engine of the last commit, from points in time, which its `close` lets go of."""
        return self._of(self.session.pinned())

    def _of(self, session: IndexSession) -> "OpenSearchEngine":
        engine = copy(self)
        engine.session = session
        return engine

    def prefetch(self, expected: Callable[[], Expected], /) -> None:
        """Send the searches for some answers along with the next request."""
        ask_ahead(self.session, expected)

    def writer(self, *, fresh: bool = False) -> AbstractContextManager[Writer]:
        """Open the only writer; commit when the block ends, undo if it raises."""
        return self._writer(fresh=fresh)

    @contextmanager
    def _writer(self, *, fresh: bool) -> Iterator[Writer]:
        session = self.session
        with held(session.cluster, session.commits.index, WRITING, "writer") as lease:
            takedowns = read_takedowns(session)
            state = session.commits.read(CURRENT)
            opened: AbstractContextManager[BuildingWriter | SpoolingWriter]
            if fresh or state is None:
                discard_shards(session)
                opened = build(session, state, takedowns, lease)
            else:
                opened = change(session, self._fitting(state), takedowns, lease)
            with opened as writer:
                yield writer

    def _fitting(self, state: CommitState) -> CommitState:
        if state.layout != fingerprint():
            where = self.session.cluster.access.where
            raise OutdatedIndexError(f"{where}: another version of searchsvc made it: run `searchsvc reindex`")
        return state

    @consistent
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

        def answer(session: IndexSession) -> Ranking:
            searcher = ArticleSearcher(session, query)
            return searcher.ranking(limit, offset, facets=counted, texts=texts, least=least)

        return self.session.at_one_commit(answer)

    @consistent
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
        return RecordSearcher(self.session, QUOTE, root, filters, grouped=grouped).quotes(limit, offset, sort, counted)

    @consistent
    def search_speakers(
        self,
        root: Node,
        filters: Sequence[Filter],
        /,
        *,
        limit: int,
        offset: int = 0,
        grouped: bool = False,
    ) -> SpeakerRanking:
        """Return who said the quotes that match: most quotes first, ties by name."""
        return RecordSearcher(self.session, QUOTE, root, filters, grouped=grouped).speakers(limit, offset)

    @consistent
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
        return RecordSearcher(self.session, HEADLINE, root, filters).headlines(limit, offset, sort, counted)

    @consistent
    def totals(self, queries: Sequence[Query], /, *, of: Literal["articles", "quotes"] = "articles") -> Sequence[int]:
        """Return how many articles, or quotes, match each of several queries."""
        kind: Kind = QUOTE if of == "quotes" else ARTICLE
        return count_matching(self.session, kind, list(map(FilteredRoot.of, queries)))

    @consistent
    def histograms(self, queries: Sequence[Query], interval: Interval, /) -> Sequence[DateHistogram]:
        """Return how many articles of each query are dated within each period."""
        return count_by_period(self.session, list(map(FilteredRoot.of, queries)), interval)

    def frequencies(self, leaves: Sequence[Leaf], /) -> Sequence[int]:
        """Return how many articles match each leaf."""
        return count_matching(self.session, ARTICLE, list(map(FilteredRoot, leaves)))

    @consistent
    def quote_words(self, filters: Sequence[Filter], /, *, limit: int) -> Sequence[QuoteWords]:
        """Return the words of the newest `limit` quotes that match; of quotes with the same words the newest alone."""
        return RecordSearcher(self.session, QUOTE, MatchAll(), filters).words(limit)

    def locate(self, headlines: Sequence[RelatedHeadline], /) -> Sequence[Sequence[str]]:
        """Return for each headline the id of the article at its address, else those of the articles with its words."""
        return locate(self.session, headlines)

    def annotations(self, article_ids: Sequence[str], /) -> Sequence[Annotations]:
        """Return quotes and related headlines of each article; none of those that are not there."""
        rest = stored_fields(self.session, article_ids, ["rest"])
        others = (decoded(rest[one]["rest"], OtherFields) if one in rest else None for one in article_ids)
        return [Annotations(other.quotes, other.related) if other else Annotations() for other in others]

    def article(self, article_id: str, /) -> Article | None:
        """Return the article, or None if it is not there."""
        return self.articles([article_id])[0]

    def articles(self, article_ids: Sequence[str], /) -> Sequence[Article | None]:
        """Return each article, or None if it is not there."""
        found = stored_fields(self.session, article_ids, ["shown", "rest"])
        return [stored_article(found[one]) if one in found else None for one in article_ids]

    def versions(self, article_id: str, /) -> Sequence[Article]:
        """Return the older versions of an article, the newest first."""
        return older_versions(self.session, article_id)

    @consistent
    def copies(self, article_id: str, /) -> Sequence[ArticleHead]:
        """Return the heads of the other articles of an article's group of copies, the first printed first."""
        return copies_of(self.session, article_id)

    def words(self, prefix: str, /, *, limit: int) -> Sequence[tuple[str, int]]:
        """Return at most `limit` words with a prefix, most frequent first, ties by word, with numbers of articles."""
        return words(self.session, prefix, limit)

    def similar_words(self, word: str, /, *, edits: int = 2, limit: int = 10) -> Sequence[tuple[str, int]]:
        """Return words within `edits`, nearest first, then most frequent, ties by word."""
        return similar_words(self.session, word, edits, limit) if word else []

    @consistent
    def ids(self) -> Sequence[str]:
        """Return the ids of all articles, ordered."""
        state = self.session.commits.now()
        body: Json = {"query": {"term": {"kind": ARTICLE}}, "sort": [{"id": "asc"}], "_source": False}
        return [hit["sort"][0] for hits in self.session.walk(state, body) for hit in hits]

    def count(self) -> int:
        """Return how many articles there are."""
        return self.session.commits.now().statistics.articles

    def languages(self) -> Sequence[str]:
        """Return the languages of the articles, most frequent first, ties by code."""
        return list(self.session.commits.now().statistics.languages)

    def close(self) -> None:
        """Close the connections, or only let go of the commit that was pinned; the engine is not used after this."""
        if not self.session.release():
            self.session.cluster.close()
