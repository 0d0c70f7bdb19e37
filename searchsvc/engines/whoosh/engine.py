"""Folder of an index → Engine and GenerationStore; each method asks the reader of the last commit."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial, wraps
from pathlib import Path
from typing import Concatenate, Literal, ParamSpec, TypeVar

from searchsvc.analysis.keys import url_key
from searchsvc.engines.base import Expected, Writer
from searchsvc.engines.takedowns import Erasure, Takedowns
from searchsvc.engines.whoosh.child_documents import headline_ranking, quote_ranking
from searchsvc.engines.whoosh.codec.check_index import verify
from searchsvc.engines.whoosh.codec.container import ARRAY_ERRORS
from searchsvc.engines.whoosh.codec.index_writer import IndexWriter
from searchsvc.engines.whoosh.codec.snapshot import living_ids
from searchsvc.engines.whoosh.erasure import erase, forget, is_erased, keep, read_forgotten, roll_back
from searchsvc.engines.whoosh.generation_builder import CountingWriter, build_generation
from searchsvc.engines.whoosh.generations import Generations
from searchsvc.engines.whoosh.index_reader import IndexReader
from searchsvc.engines.whoosh.look_ups import (
    annotations,
    article_totals,
    histograms,
    locate,
    older_versions,
    quote_words,
    read_articles,
)
from searchsvc.engines.whoosh.reader_manager import ReaderManager, current_index
from searchsvc.engines.whoosh.searcher import Searcher
from searchsvc.engines.whoosh.weight import QueryWeight
from searchsvc.errors import CorruptIndexError, error_from
from searchsvc.model.article import Article, ArticleHead, RelatedHeadline
from searchsvc.model.date_histogram import DateHistogram, Interval
from searchsvc.model.deadline import check_deadline
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


def guarded(
    method: Callable[Concatenate["WhooshEngine", P], T],
) -> Callable[Concatenate["WhooshEngine", P], T]:
    """Return the method with errors of numpy raised as CorruptIndexError where the index is damaged.

    Arrays are checked when they are first read, but a number in one that passed its checksum may be out of bounds:
    numpy raises an error when a search uses it, or a MemoryError if it asks for too much. Then all files are checked,
    and the first fault found is raised; if there is none, the error is a bug and raised as it is.
    """

    @wraps(method)
    def call(self: "WhooshEngine", /, *args: P.args, **kwargs: P.kwargs) -> T:
        check_deadline()
        try:
            return method(self, *args, **kwargs)
        except ARRAY_ERRORS as error:
            faults: Sequence[str] = ()
            with suppress(MemoryError):
                faults = self.faults()
            if faults:
                raise CorruptIndexError(faults[0]) from error
            if isinstance(error, MemoryError):
                raise error_from(error, "the index", "it cannot be searched") from error
            raise

    return call


class WhooshEngine:
    """An Engine and GenerationStore on a folder of generations. Threads may share it; each process opens its own.

    Args:
        folder: Folder of the index; it is made by the first writer.

    """

    def __init__(self, folder: str | Path) -> None:
        self._generations = Generations(Path(folder))
        self._readers = ReaderManager(self._generations)
        self._damage: list[str] = []
        #: Reader of the only commit that answers; None: the last one does.
        self._held: IndexReader | None = None

    @property
    def folder(self) -> Path:
        """Folder of the index."""
        return self._generations.folder

    def at_one_commit(self, answer: Callable[["WhooshEngine"], T], /) -> T:
        """Return what a function returns that gets an engine of the commit that answers now."""
        if self._held is not None:
            return answer(self)
        # `copy` would take as long as looking for the last commit.
        held = object.__new__(type(self))
        vars(held).update(vars(self), _held=self._now())
        return answer(held)

    def pinned(self) -> "WhooshEngine":
        """Return an engine of the commit that answers now; its files stay open."""
        return self.at_one_commit(lambda held: held)

    def prefetch(self, expected: Callable[[], Expected], /) -> None:
        """Do nothing."""

    def writer(self, *, fresh: bool = False) -> AbstractContextManager[Writer]:
        """Open the only writer; commit when the block ends, undo if it raises."""
        return self._writer(fresh=fresh)

    @contextmanager
    def _writer(self, *, fresh: bool) -> Iterator[Writer]:
        with self._generations.locked():
            takedowns = read_forgotten(self._generations.folder)
            opened: AbstractContextManager[CountingWriter | IndexWriter]
            # If an index that this engine has opened is gone, an incremental writer raises and makes no new one.
            if fresh or not (self._readers.opened or self._generations.started()):
                opened = build_generation(self._generations, takedowns)
            else:
                _, folder = current_index(self._generations)
                opened = IndexWriter(folder, url_key=url_key, takedowns=takedowns)
            with opened as writer:
                yield writer
            self._damage += map(str, writer.damage)

    def damage(self) -> Sequence[str]:
        """Return the damage that merges of this engine's commits met and did not copy, a line each."""
        return tuple(self._damage)

    @guarded
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
        state = self._now()
        searched, expand = state.asked(query), state.term_dictionary.expand
        searcher = Searcher(searched, expand, query, state.facets_of(searched), state.groups(query))
        return searcher.ranking(limit, offset, facets=selection if facets else None, texts=texts, least=least)

    @guarded
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
        state = self._now()
        groups = state.quote_copies if grouped else None
        expand = state.term_dictionary.expand
        matches = state.quotes.find(root, filters, expand, limit, offset, sort, groups, counted=facets)
        return quote_ranking(state.parents, matches, state.quote_facets, selection if facets else None)

    @guarded
    def search_speakers(
        self, root: Node, filters: Sequence[Filter], /, *, limit: int, offset: int = 0, grouped: bool = False
    ) -> SpeakerRanking:
        """Return who said the quotes that match: most quotes first, ties by name."""
        state = self._now()
        expand = state.term_dictionary.expand
        matches = state.quotes.find(root, filters, expand, 0, groups=state.quote_copies if grouped else None)
        return state.speakers.ranking(matches.every, state.quotes.owners, limit, offset)

    @guarded
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
        state = self._now()
        matches = state.headlines.find(root, filters, state.term_dictionary.expand, limit, offset, sort)
        return headline_ranking(state.parents, matches, state.headline_facets, selection if facets else None)

    @guarded
    def totals(self, queries: Sequence[Query], /, *, of: Literal["articles", "quotes"] = "articles") -> Sequence[int]:
        """Return how many articles, or quotes, match each of several queries."""
        state = self._now()
        if of == "quotes":
            return state.quotes.totals(queries, state.term_dictionary.expand, state.quote_groups)
        return article_totals(state, queries)

    @guarded
    def histograms(self, queries: Sequence[Query], interval: Interval, /) -> Sequence[DateHistogram]:
        """Return how many articles of each query are dated within each period."""
        return histograms(self._now(), queries, interval)

    @guarded
    def frequencies(self, leaves: Sequence[Leaf], /) -> Sequence[int]:
        """Return how many articles match each leaf."""
        state = self._now()
        weight = QueryWeight(state.articles, state.term_dictionary.expand)
        return [state.term_dictionary.frequency(leaf, weight.frequency) for leaf in leaves]

    @guarded
    def quote_words(self, filters: Sequence[Filter], /, *, limit: int) -> Sequence[QuoteWords]:
        """Return the words of the newest `limit` quotes that match; of quotes with the same words the newest alone."""
        state = self._now()
        expand = state.term_dictionary.expand
        return quote_words(state.quotes.find(MatchAll(), filters, expand, limit, 0, "newest", counted=False).page)

    @guarded
    def locate(self, headlines: Sequence[RelatedHeadline], /) -> Sequence[Sequence[str]]:
        """Return for each headline the id of the article at its address, else those of the articles with its words."""
        articles = self._now().articles
        return [locate(articles, headline) for headline in headlines]

    @guarded
    def annotations(self, article_ids: Sequence[str], /) -> Sequence[Annotations]:
        """Return quotes and related headlines of each article; none of those that are not there."""
        return list(map(partial(annotations, self._now()), article_ids))

    @guarded
    def article(self, article_id: str, /) -> Article | None:
        """Return the article, or None if it is not there."""
        return read_articles(self._now(), [article_id])[0]

    @guarded
    def articles(self, article_ids: Sequence[str], /) -> Sequence[Article | None]:
        """Return each article, or None if it is not there."""
        return read_articles(self._now(), article_ids)

    @guarded
    def versions(self, article_id: str, /) -> Sequence[Article]:
        """Return the older versions of an article, the newest first."""
        return older_versions(self._now().snapshot, article_id)

    @guarded
    def copies(self, article_id: str, /) -> Sequence[ArticleHead]:
        """Return the heads of the other articles of an article's group of copies, the first printed first."""
        return self._now().copies_of(article_id)

    @guarded
    def words(self, prefix: str, /, *, limit: int) -> Sequence[tuple[str, int]]:
        """Return at most `limit` words with a prefix, most frequent first, ties by word, with numbers of articles."""
        return self._now().term_dictionary.words(prefix, limit)

    @guarded
    def similar_words(self, word: str, /, *, edits: int = 2, limit: int = 10) -> Sequence[tuple[str, int]]:
        """Return words with the same first letter within `edits`, nearest first, then most frequent, ties by word."""
        return self._now().term_dictionary.similar(word, edits, limit)

    def count(self) -> int:
        """Return how many articles there are."""
        return self._now().articles.living

    def languages(self) -> Sequence[str]:
        """Return the languages of the articles, most frequent first, ties by code."""
        return [code for code, _ in self._now().articles.languages]

    def info(self) -> IndexInfo:
        """Return which commit answers now."""
        state = self._now()
        return IndexInfo(state.marker, state.articles.living, state.snapshot.updated, state.commit)

    def ids(self) -> Sequence[str]:
        """Return the ids of all articles, ordered by id within each segment."""
        return [article_id for segment in self._now().snapshot.articles for article_id in living_ids(segment)]

    def close(self) -> None:
        """Drop the reader; the engine is not used after this. One that was pinned leaves the others open."""
        if self._held is None:
            self._readers.close()

    def verify(self) -> Sequence[str]:
        """Read all files and check every checksum; return a line for each damage, nothing if the index is whole."""
        _, folder = current_index(self._generations)
        return verify(folder)

    def faults(self) -> Sequence[str]:
        """Return what is wrong with the commit that answers now; its files are read once."""
        return self._now().faults

    def rollback(self) -> IndexInfo:
        """Make the generation before the current one the current one, without the articles taken down since.

        Raises:
            EngineError: There is none, or it is damaged; the current one stays.

        """
        with self._generations.locked():
            roll_back(self._generations)
        return self.info()

    def generation(self) -> str | None:
        """Return the name of the current generation, even if it is missing; None if no pointer names one."""
        number = self._generations.named()
        return str(number) if number else None

    def forget(self, takedowns: Takedowns) -> Erasure:
        """Take articles down: no search shows them from now on, and no file holds the text of those that are due.

        Raises:
            IndexBusyError: Another writer is open.
            EngineError: The text of some may still be in a file; no search shows them all the same.

        """
        with self._generations.locked():
            return forget(self._generations, takedowns)

    def forgotten(self) -> Takedowns:
        """Return the list of the articles taken down."""
        return read_forgotten(self._generations.folder)

    def keep_forgotten(self, takedowns: Takedowns) -> None:
        """Replace the list of the articles taken down; raises IndexBusyError if another writer is open."""
        with self._generations.locked():
            keep(self._generations, takedowns)

    def erase(self) -> Erasure:
        """Finish a `forget` that was killed; a no-op if there is nothing to finish. Raises as `forget`."""
        if is_erased(self._generations):
            return Erasure()
        with self._generations.locked():
            return erase(self._generations)

    def _now(self) -> IndexReader:
        return self._held or self._readers.now()
