"""URL of an index in a cluster → Engine and GenerationStore; each method asks the last commit."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from pathlib import Path
from typing import Concatenate, Literal, ParamSpec, TypeVar

from searchsvc.analysis import tokenize
from searchsvc.analysis.keys import url_key
from searchsvc.engines.base import Erasure, Writer
from searchsvc.engines.opensearch.access import access_of
from searchsvc.engines.opensearch.article_searcher import ArticleSearcher
from searchsvc.engines.opensearch.catalogue_store import StoredCatalogue
from searchsvc.engines.opensearch.cluster import Cluster, Json
from searchsvc.engines.opensearch.commit_state import CURRENT, CommitState
from searchsvc.engines.opensearch.erasure import (
    erase,
    forget,
    is_unfinished,
    missing_parts,
    read_takedowns,
    roll_back,
    write_takedowns,
)
from searchsvc.engines.opensearch.generation_builder import BuildingWriter, build
from searchsvc.engines.opensearch.incremental_commit import SpoolingWriter, change
from searchsvc.engines.opensearch.index_session import RESULT_WINDOW, IndexSession, similar_words, words
from searchsvc.engines.opensearch.indexed_documents import (
    OtherFields,
    article_key,
    decoded,
    key_term,
    stored_article,
    title_key,
)
from searchsvc.engines.opensearch.lease import WRITING, held
from searchsvc.engines.opensearch.mapping import ARTICLE, HEADLINE, QUOTE, fingerprint
from searchsvc.engines.opensearch.query_dsl import Kind
from searchsvc.engines.opensearch.record_searcher import RecordSearcher, count_matching
from searchsvc.engines.opensearch.sharded_build import (
    discard_shards,
    merge_shards,
    shard_catalogues,
    shard_states,
    shard_writer,
)
from searchsvc.engines.sharding import Shard, ShardMerger, ShardState, ShardWriter
from searchsvc.engines.takedowns import Takedowns
from searchsvc.errors import OutdatedIndexError
from searchsvc.model.article import Article, RelatedHeadline
from searchsvc.model.query import USUAL_SELECTION, FacetSelection, Filter, Leaf, MatchAll, Node, Query, Sort
from searchsvc.model.result import (
    Annotations,
    HeadlineRanking,
    IndexInfo,
    QuoteRanking,
    QuoteWords,
    Ranking,
    SpeakerRanking,
)

P = ParamSpec("P")
T = TypeVar("T")


def consistent(
    method: Callable[Concatenate["OpenSearchEngine", P], T],
) -> Callable[Concatenate["OpenSearchEngine", P], T]:
    """Return the method, called again where a commit came between two of its requests."""

    @wraps(method)
    def call(self: "OpenSearchEngine", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.session.consistent(lambda: method(self, *args, **kwargs))

    return call


class OpenSearchEngine:
    """An Engine, GenerationStore and CatalogueStore in a cluster. Threads may share it; each process opens its own.

    Args:
        url: What follows `opensearch:` in the URL of the index: hosts and name.

    """

    def __init__(self, url: str) -> None:
        cluster = Cluster(access_of(url, os.environ))
        self.session = IndexSession(cluster)
        self._catalogue = StoredCatalogue(cluster, self.session.commits.index)

    @property
    def folder(self) -> None:
        """None: nothing is kept on this machine."""
        return

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
            raise OutdatedIndexError(
                f"{self.session.cluster.access.where}: another version of searchsvc made this index: "
                "run `searchsvc reindex`"
            )
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
        searcher = ArticleSearcher(self.session, query)
        return searcher.ranking(limit, offset, facets=selection if facets else None, texts=texts, least=least)

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
    ) -> QuoteRanking:
        """Return quotes whose own words match: best first, then newest; or by date."""
        counted = selection if facets else None
        return RecordSearcher(self.session, QUOTE, root, filters).quotes(limit, offset, sort, counted)

    @consistent
    def search_speakers(
        self, root: Node, filters: Sequence[Filter], /, *, limit: int, offset: int = 0
    ) -> SpeakerRanking:
        """Return who said the quotes that match: most quotes first, ties by name."""
        return RecordSearcher(self.session, QUOTE, root, filters).speakers(limit, offset)

    @consistent
    def search_headlines(
        self, root: Node, filters: Sequence[Filter], /, *, limit: int, offset: int = 0
    ) -> HeadlineRanking:
        """Return related headlines whose own words match: best first, then newest."""
        return RecordSearcher(self.session, HEADLINE, root, filters).headlines(limit, offset)

    def totals(self, queries: Sequence[Query], /, *, of: Literal["articles", "quotes"] = "articles") -> Sequence[int]:
        """Return how many articles, or quotes, match each of several queries."""
        kind: Kind = QUOTE if of == "quotes" else ARTICLE
        return count_matching(self.session, kind, [(query.root, query.filters) for query in queries])

    def frequencies(self, leaves: Sequence[Leaf], /) -> Sequence[int]:
        """Return how many articles match each leaf."""
        return count_matching(self.session, ARTICLE, [(leaf, ()) for leaf in leaves])

    @consistent
    def quote_words(self, filters: Sequence[Filter], /, *, limit: int) -> Sequence[QuoteWords]:
        """Return the words of the newest `limit` quotes that match; of quotes with the same words the newest alone."""
        return RecordSearcher(self.session, QUOTE, MatchAll(), filters).words(limit)

    def locate(self, headlines: Sequence[RelatedHeadline], /) -> Sequence[Sequence[str]]:
        """Return for each headline the id of the article at its address, else those of the articles with its words."""
        keys = [key_term(url_key(one.url or "")) for one in headlines]
        titles = [[word.text for word in tokenize(one.text)] for one in headlines]

        def question(state: CommitState) -> list[tuple[str, Json]]:
            languages = state.statistics.stemmers
            asked = [("address", [key] if key else [], 1) for key in keys]
            asked += [
                ("title_words", [title_key(title, one) for one in languages] if title else [], RESULT_WINDOW)
                for title in titles
            ]
            return [(state.articles, _articles_with(name, values, size)) for name, values, size in asked]

        if not headlines:
            return []
        _, answers = self.session.ask(question)
        found = [[hit["sort"][0] for hit in answer["hits"]["hits"]] for answer in answers]
        by_address, by_title = found[: len(keys)], found[len(keys) :]
        return [first or second for first, second in zip(by_address, by_title, strict=True)]

    def annotations(self, article_ids: Sequence[str], /) -> Sequence[Annotations]:
        """Return quotes and related headlines of each article; none of those that are not there."""
        rest = self._read(article_ids, ["rest"])
        others = (decoded(rest[one]["rest"], OtherFields) if one in rest else None for one in article_ids)
        return [Annotations(other.quotes, other.related) if other else Annotations() for other in others]

    def article(self, article_id: str, /) -> Article | None:
        """Return the article, or None if it is not there."""
        return self.articles([article_id])[0]

    def articles(self, article_ids: Sequence[str], /) -> Sequence[Article | None]:
        """Return each article, or None if it is not there."""
        found = self._read(article_ids, ["shown", "rest"])
        return [stored_article(found[one]) if one in found else None for one in article_ids]

    def _read(self, article_ids: Sequence[str], fields: list[str]) -> dict[str, Json]:
        """Return stored fields of articles by id."""
        keys = {article_key(one): one for one in article_ids}
        body = {"query": {"ids": {"values": list(keys)}}, "size": len(keys), "_source": fields}
        if not keys:
            return {}
        _, (answer,) = self.session.ask(lambda state: [(state.articles, body)])
        return {keys[hit["_id"]]: hit["_source"] for hit in answer["hits"]["hits"]}

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

    def info(self) -> IndexInfo:
        """Return which commit answers now."""
        state = self.session.commits.now()
        return IndexInfo(f"{state.generation}.{state.number}", state.statistics.articles, state.updated, state.id)

    def close(self) -> None:
        """Close the connections; the engine is not used after this."""
        self.session.cluster.close()

    def reindexing(self) -> AbstractContextManager[None]:
        """Hold the lock of runs that change index and catalogue while the block runs."""
        return self._catalogue.reindexing()

    def load_catalogue(self, path: Path, /) -> bool:
        """Write the catalogue as it was last handed in to a file; return whether there is one."""
        return self._catalogue.load(path)

    def save_catalogue(self, path: Path, /) -> None:
        """Keep the state of the catalogue that a file has."""
        self._catalogue.save(path)

    def shards(self) -> Sequence[ShardState]:
        """Return how far each of several runs is that build a generation; nothing if none is built so."""
        return shard_states(self.session)

    def shard_writer(self, shard: Shard, places: Sequence[str], /) -> AbstractContextManager[ShardWriter]:
        """Join the runs that build a generation, or begin."""
        return shard_writer(self.session, shard, places, read_takedowns(self.session))

    def shard_catalogues(self, folder: Path, /) -> Sequence[Path]:
        """Write the catalogues of the runs that are done to files in a folder."""
        return shard_catalogues(self.session, folder)

    def merge_shards(self) -> AbstractContextManager[ShardMerger]:
        """Open the writer that completes what several runs have written; it becomes the current generation."""
        return merge_shards(self.session)

    def generation(self) -> str | None:
        """Return the name of the current generation; None if there is none."""
        state = self.session.commits.read(CURRENT)
        return str(state.generation) if state else None

    def verify(self) -> Sequence[str]:
        """Return a line for each index or shard that is missing, nothing if all articles are there."""
        return missing_parts(self.session.cluster, self.session.commits.now())

    def damage(self) -> Sequence[str]:
        """Return nothing: a cluster mends its copies itself, and `verify` says what it lacks."""
        return ()

    def rollback(self) -> IndexInfo:
        """Make the generation before the current one the current one, without the articles taken down since.

        Raises:
            EngineError: There is none, or it is not whole; the current one stays.

        """
        session = self.session
        with held(session.cluster, session.commits.index, WRITING, "writer") as lease:
            roll_back(session, lease)
        return self.info()

    def forget(self, takedowns: Takedowns, /) -> Erasure:
        """Take articles down: no search shows them from now on, and no segment holds those that are due.

        Raises:
            IndexBusyError: Another writer is open.
            EngineError: The cluster still keeps deleted documents; no search shows them all the same.

        """
        session = self.session
        with held(session.cluster, session.commits.index, WRITING, "writer") as lease:
            return forget(session, takedowns, lease)

    def forgotten(self) -> Takedowns:
        """Return the list of the articles taken down."""
        return read_takedowns(self.session)

    def keep_forgotten(self, takedowns: Takedowns, /) -> None:
        """Replace the list of the articles taken down; raises IndexBusyError if another writer is open."""
        with held(self.session.cluster, self.session.commits.index, WRITING, "writer"):
            write_takedowns(self.session, takedowns)

    def erase(self) -> Erasure:
        """Finish a `forget` that was killed or could not erase all; a no-op if there is nothing to finish."""
        session = self.session
        if not is_unfinished(session):
            return Erasure()
        with held(session.cluster, session.commits.index, WRITING, "writer") as lease:
            return erase(session, lease)


def _articles_with(name: str, values: Sequence[str], size: int) -> Json:
    """Return the search for the ids of articles that have one of some values in a field, in order."""
    query = {"bool": {"filter": [{"term": {"kind": ARTICLE}}, {"terms": {name: list(values)}}]}}
    return {"query": query, "sort": [{"id": "asc"}], "size": size, "_source": False}
