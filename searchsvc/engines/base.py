"""The interface of engines: documents in, rankings out. Query syntax, snippets, pages and JSON are not part of it.

`Engine` is what every engine does, `Writer` what changes its index, `GenerationStore` what an engine with generations
on disk can do beside, `CatalogueStore` one that several machines reach.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from searchsvc.engines.takedowns import Takedowns
from searchsvc.model.article import Article, RelatedHeadline
from searchsvc.model.document import Document
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

    def delete(self, article_id: str, /) -> None:
        """Delete one article and its documents. A no-op if it is not there."""


class Engine(Protocol):
    """An index of documents that can be searched.

    Any method may raise EngineError, and never an error of a library. Every reading method answers from the last
    commit, whichever process made it.
    """

    @property
    def folder(self) -> Path | None:
        """Folder of the index, in which `reindex` keeps its catalogue too; None if nothing is kept on this machine."""

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
    ) -> QuoteRanking:
        """Return at most `limit` quotes from `offset` on whose own text (or speaker, for `speaker` nodes) matches.

        Quotes with equal scores, such as all of `MatchAll`, come newest first, then by article id and number.
        """

    def search_speakers(
        self, root: Node, filters: Sequence[Filter], /, *, limit: int, offset: int = 0
    ) -> SpeakerRanking:
        """Return the speakers of the quotes that match who have full names: most quotes first, ties by name.

        Spellings that differ in case, accents, points or hyphens are one name (`analysis.keys.name_key`); other names
        are never joined.
        """

    def search_headlines(
        self, root: Node, filters: Sequence[Filter], /, *, limit: int, offset: int = 0
    ) -> HeadlineRanking:
        """Return at most `limit` related headlines from `offset` on whose own text matches: best first, then newest."""

    def totals(self, queries: Sequence[Query], /, *, of: Literal["articles", "quotes"] = "articles") -> Sequence[int]:
        """Return how many articles, or quotes, match each of several queries; nothing is ranked or read."""

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
        """Return the article, or None if it is not there."""

    def articles(self, article_ids: Sequence[str], /) -> Sequence[Article | None]:
        """Return each of several articles, in their order; None for those that are not there."""

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


@dataclass(frozen=True, slots=True)
class ErasureCommit:
    """One commit that erased articles from a generation."""

    generation: str
    #: Identity of the commit before, and of this one.
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was done to erase articles from the files of an index."""

    steps: tuple[ErasureCommit, ...] = ()
    #: Generations that were removed, because they could not be read or were not needed any more.
    removed: tuple[str, ...] = ()
    #: Size of the files that were searched for the articles' words afterwards.
    bytes: int = 0


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
