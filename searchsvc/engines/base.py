"""The interface of engines: documents in, rankings out. Query syntax, snippets, pages and JSON are not part of it.

`Engine` is what every engine does, `Writer` what changes its index, `GenerationStore` what an engine with generations
on disk can do beside, `CatalogueStore` one that several machines reach.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeVar, runtime_checkable

from searchsvc.engines.takedowns import Erasure, Takedowns
from searchsvc.model.article import Article, ArticleHead, RelatedHeadline
from searchsvc.model.date_histogram import DateHistogram, Interval
from searchsvc.model.document import ArticleDocument, ArticleVersions, Document
from searchsvc.model.query import USUAL_SELECTION, FacetSelection, Filter, Leaf, Node, Phrase, Query, Sort
from searchsvc.model.result import (
    Annotations,
    HeadlineRanking,
    IndexInfo,
    QuoteRanking,
    QuoteWords,
    Ranking,
    SpeakerRanking,
)

T = TypeVar("T")


class Writer(Protocol):
    """Changes to an index, which become visible together when the `with` block of `Engine.writer` ends."""

    @property
    def commit_id(self) -> str:
        """Identity that the index gets by the commit: random, so that no other state of any index has it."""

    def put(self, documents: Sequence[Document], /) -> None:
        """Store one article: all of its documents, the ArticleDocument first. An older version is replaced.

        Raises:
            EngineError: The documents are of several articles, or cannot be stored.

        """

    def put_versions(self, article_id: str, versions: Sequence[ArticleDocument], /) -> None:
        """Replace the older versions of an article, each under an id of its own; none: it has no older ones.

        `put` leaves them as they are. No search finds them but one that asks for them (`Query.versions`), and they are
        no part of counts, words, quotes and headlines.

        Raises:
            EngineError: One cannot be stored.

        """

    def delete(self, article_id: str, /) -> None:
        """Delete one article, its documents and older versions. A no-op if it is not there."""

    def stored(self, article_ids: Sequence[str], /) -> Sequence[ArticleVersions]:
        """Return each of several articles as the commit will have it; nothing of those that this writer cannot tell."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Questions that an engine will be asked."""

    #: Leaves whose `frequencies` will be asked for.
    leaves: Sequence[Leaf] = ()
    #: Groups of such phrases that no article has, as a rule.
    seldom: Sequence[Sequence[Phrase]] = ()
    #: Queries that will be searched.
    queries: Sequence[Query] = ()
    #: Words whose `similar_words` will be asked for, with edits and limit.
    words: Sequence[tuple[str, int, int]] = ()


class Engine(Protocol):
    """An index of documents that can be searched.

    Any method may raise EngineError, and never an error of a library. Every reading method answers from the last
    commit, whichever process made it.
    """

    @property
    def folder(self) -> Path | None:
        """Folder of the index, in which `reindex` keeps its catalogue too; None if nothing is kept on this machine."""

    def at_one_commit(self, answer: Callable[["Engine"], T], /) -> T:
        """Return what a function returns; the engine that it gets answers from one commit, the last one at its begin.

        Args:
            answer: Reads, and changes nothing. It is called again if it cannot be answered whole from one commit,
                because another one came in between; where commits come too fast, at last with this engine itself.

        """

    def pinned(self) -> "Engine":
        """Return an engine that answers from the last commit until its `close`, whatever is committed since.

        It is closed by whoever asks for it, which leaves this engine open. Only one thread uses it.

        Raises:
            EngineError: From its methods, also that the commit could not be kept for so long.

        """

    def prefetch(self, expected: Callable[[], Expected], /) -> None:
        """Take note of what `at_one_commit` asks for next, so that a distant engine is asked for all of it at once.

        Other engines do nothing, and no answer depends on it.

        Args:
            expected: Returns what will be asked; called only if that is of use.

        """

    def writer(self, *, fresh: bool = False) -> AbstractContextManager[Writer]:
        """Open the only writer; its changes are committed when the block ends, and undone if it raises.

        Args:
            fresh: Start from an empty index, which replaces the old one at the commit. Until then searches see the
                old one.

        Raises:
            IndexBusyError: Another writer is open.

        """

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
        """Return at most `limit` hits from `offset` on in the order of `query.sort`, one for each article, and totals.

        Where the query groups copies, it is one for each group; a facet's value counts the groups of matching articles
        that have it, as the total does where it is chosen.

        Ties are ordered by article id, so that pages neither repeat nor skip an article.

        Args:
            query: The query.
            limit: Hits at most.
            offset: Hits that are passed over.
            facets: Whether to count the facets.
            selection: Which of their values are returned.
            texts: Whether hits get blocks and passages; else they have only heads.
            least: If fewer articles match the root without the filters, return only totals, without hits and facets;
                for callers that would then ask another query.

        """

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
        """Return at most `limit` quotes from `offset` on whose own text (or speaker, for `speaker` nodes) matches.

        If `grouped`, a quote that several copies of a story have is one hit, of the first printed one that matches, and
        counted once.

        Quotes with equal scores, such as all of `MatchAll`, come newest first, then by article id and number.
        """

    def search_speakers(
        self, root: Node, filters: Sequence[Filter], /, *, limit: int, offset: int = 0, grouped: bool = False
    ) -> SpeakerRanking:
        """Return the speakers of the quotes that match who have full names: most quotes first, ties by name.

        If `grouped`, a quote that several copies of a story have is counted once.

        Spellings that differ in case, accents, points or hyphens are one name (`analysis.keys.name_key`); other names
        are never joined.
        """

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
        """Return at most `limit` related headlines from `offset` on whose own text matches, in an order as of quotes.

        Dates and facets are those of the article whose page has the headline.
        """

    def totals(self, queries: Sequence[Query], /, *, of: Literal["articles", "quotes"] = "articles") -> Sequence[int]:
        """Return how many articles, or quotes, match each of several queries; nothing is ranked or read."""

    def histograms(self, queries: Sequence[Query], interval: Interval, /) -> Sequence[DateHistogram]:
        """Return how many of the articles that match each of several queries are dated within each period.

        Their days are the pages' own calendar days; periods without articles are left out.
        """

    def frequencies(self, leaves: Sequence[Leaf], /) -> Sequence[int]:
        """Return how many articles match each of several words, phrases, prefixes and fuzzy words."""

    def quote_words(self, filters: Sequence[Filter], /, *, limit: int) -> Sequence[QuoteWords]:
        """Return the words of the newest `limit` quotes that match, without reading articles.

        Of quotes with the same words only the newest is returned.
        """

    def locate(self, headlines: Sequence[RelatedHeadline], /) -> Sequence[Sequence[str]]:
        """Return for each related headline the ids of the articles it may be the headline of; none is read.

        They are the article with the headline's address (of several the first by id), or, if no article has it or the
        headline has none, all articles whose title has the same words, ordered by id.
        """

    def annotations(self, article_ids: Sequence[str], /) -> Sequence[Annotations]:
        """Return quotes and related headlines of each of several articles; none of those that are not there."""

    def article(self, article_id: str, /) -> Article | None:
        """Return the article, or the older version of one, that has this id; None if there is none."""

    def articles(self, article_ids: Sequence[str], /) -> Sequence[Article | None]:
        """Return each of several articles, or older versions, in their order; None for those that are not there."""

    def versions(self, article_id: str, /) -> Sequence[Article]:
        """Return the older versions of an article, the newest first; none if they are not kept."""

    def copies(self, article_id: str, /) -> Sequence[ArticleHead]:
        """Return the heads of all other articles of the group of copies that an article is in, the first printed first.

        Dates count as they are sorted by; undated articles come last, ties are ordered by id.
        """

    def words(self, prefix: str, /, *, limit: int) -> Sequence[tuple[str, int]]:
        """Return at most `limit` surface forms with a prefix and their numbers of articles.

        Most frequent first, ties by form.
        """

    def similar_words(self, word: str, /, *, edits: int = 2, limit: int = 10) -> Sequence[tuple[str, int]]:
        """Return at most `limit` surface forms within `edits` of a word and their numbers of articles.

        Nearest first, then most frequent, ties by form.
        """

    def ids(self) -> Sequence[str]:
        """Return the ids of all articles, in any order."""

    def count(self) -> int:
        """Return how many articles are in the index."""

    def languages(self) -> Sequence[str]:
        """Return the ISO 639-1 codes of the articles' languages, most frequent first, ties by code."""

    def info(self) -> IndexInfo:
        """Return which state of the index answers now."""

    def close(self) -> None:
        """Close files and connections. The engine is not used after this."""


@runtime_checkable
class GenerationStore(Protocol):
    """An engine that keeps generations on disk: it can check them, go back to an earlier one, and erase articles."""

    def generation(self) -> str | None:
        """Return the name of the current generation, even if it is missing; None if none is named."""

    def verify(self) -> Sequence[str]:
        """Read all files and check every checksum; return a line for each damage, nothing if the index is whole."""

    def damage(self) -> Sequence[str]:
        """Return the damage that commits of this engine met and did not copy, a line each."""

    def rollback(self) -> IndexInfo:
        """Make the generation before the current one the current one, without the articles taken down since.

        Raises:
            EngineError: There is none, or it is damaged; the current one stays.

        """

    def forget(self, takedowns: Takedowns, /) -> Erasure:
        """Take articles down: no search shows them from now on, and no file holds the text of those that are due.

        Raises:
            EngineError: The text of some may still be in a file; no search shows them all the same.

        """

    def forgotten(self) -> Takedowns:
        """Return the list of the articles taken down."""

    def keep_forgotten(self, takedowns: Takedowns, /) -> None:
        """Replace the list of the articles taken down."""

    def erase(self) -> Erasure:
        """Finish a `forget` that was killed; a no-op if there is nothing to finish."""


@runtime_checkable
class CatalogueStore(Protocol):
    """An engine that several machines reach: it keeps the catalogue of pages and the lock of `reindex`, too.

    The catalogue is a file. Who changes it takes the lock, gets a copy, and hands in each new state of it.
    """

    def reindexing(self) -> AbstractContextManager[None]:
        """Hold the lock of runs that change index and catalogue while the block runs.

        Raises:
            IndexBusyError: Another run, on whichever machine, has it.

        """

    def load_catalogue(self, path: Path, /) -> bool:
        """Write the catalogue as it was last handed in to a file; return whether there is one."""

    def save_catalogue(self, path: Path, /) -> None:
        """Keep the state of the catalogue that a file has.

        Raises:
            EngineError: It cannot be kept, or another run has handed in one since `load_catalogue`.

        """
