"""The seam: what every engine can do. Query syntax, snippets, paging arithmetic and JSON stay outside."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from searchsvc.engines.takedowns import Takedowns
from searchsvc.model.article import Article, RelatedHeadline
from searchsvc.model.document import Document
from searchsvc.model.query import Filter, Leaf, Node, Query, Sort
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
    """Changes to an index, kept together until the block ends."""

    @property
    def commit_id(self) -> str:
        """Identity that the index has after the commit: random, never that of another state."""

    def put(self, documents: Sequence[Document], /) -> None:
        """Store one article: all of its documents, the ArticleDocument first. An older version is replaced."""

    def delete(self, article_id: str, /) -> None:
        """Forget one article. A no-op if it is not there."""


class Engine(Protocol):
    """A place where documents are kept and found again.

    Any method may raise EngineError, and no error of its own library. Every reading method
    sees the last commit, whichever process made it.
    """

    @property
    def folder(self) -> Path | None:
        """Folder of the index, in which those who fill it keep files of their own; None where there is none."""

    def writer(self, *, fresh: bool = False) -> AbstractContextManager[Writer]:
        """Open the only writer; commit when the block ends, undo if it raises.

        Args:
            fresh: Start from an empty index, which takes the place of the old one at the
                commit. Until then searches see the old one.

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
        texts: bool = True,
        least: int = 0,
    ) -> Ranking:
        """Return at most `limit` hits from `offset` on, best first: one hit for each article.

        Ties are ordered by article id, so pages neither repeat nor skip.

        Args:
            query: The question.
            limit: Hits at most.
            offset: Hits that are passed over.
            facets: Count the facets.
            texts: Read the texts of the hits; else they have heads, and neither blocks nor passages.
            least: Where fewer articles match the root, whatever the filters say, only totals are
                returned: whoever would then ask for something else needs no more.

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
    ) -> QuoteRanking:
        """Return quotes whose own text (or speaker, for `speaker` nodes) matches.

        Equally good ones, and so those of `MatchAll`, come newest first; ties by article id
        and place.
        """

    def search_speakers(
        self, root: Node, filters: Sequence[Filter], /, *, limit: int, offset: int = 0
    ) -> SpeakerRanking:
        """Return who said the quotes that match, under their full names: most quotes first, ties by name.

        Spellings that differ in case, accents, points or hyphens are one name
        (`analysis.names.name_key`); different names are never joined.
        """

    def search_headlines(
        self, root: Node, filters: Sequence[Filter], /, *, limit: int, offset: int = 0
    ) -> HeadlineRanking:
        """Return related headlines whose own text matches."""

    def totals(self, queries: Sequence[Query], /, *, of: Literal["articles", "quotes"] = "articles") -> Sequence[int]:
        """Return how many articles, or quotes, match each of several questions; nothing is ranked or read."""

    def frequencies(self, leaves: Sequence[Leaf], /) -> Sequence[int]:
        """Return in how many articles each of several words, phrases, prefixes and fuzzy words stands."""

    def quote_words(self, filters: Sequence[Filter], /, *, limit: int) -> Sequence[QuoteWords]:
        """Return the words of the newest `limit` quotes that match, without reading articles.

        A statement that several articles carry is returned once, as the newest of them has it.
        """

    def locate(self, headlines: Sequence[RelatedHeadline], /) -> Sequence[Sequence[str]]:
        """Return for each headline the ids of the articles it may be the headline of; nothing is read of them.

        That is the one article of its address (of several the first by id); where none has it, or the
        headline has no address, all whose title has the same words, ordered by id.
        """

    def annotations(self, article_ids: Sequence[str], /) -> Sequence[Annotations]:
        """Return what stands beside the text of each of several articles; nothing of those that are not there."""

    def article(self, article_id: str, /) -> Article | None:
        """Return the article, or None if it is not there."""

    def words(self, prefix: str, /, *, limit: int) -> Sequence[tuple[str, int]]:
        """Return surface words that begin so with their number of articles, most frequent first, ties by word."""

    def similar_words(self, word: str, /, *, edits: int = 2, limit: int = 10) -> Sequence[tuple[str, int]]:
        """Return surface words within `edits` of this one with their number of articles.

        The first letter holds, as in Elasticsearch's term suggester: slips of the hand are rare
        there, and all other words need not be looked at. Nearest first, then most frequent.
        """

    def ids(self) -> Sequence[str]:
        """Return the ids of all articles, in any order."""

    def count(self) -> int:
        """Return how many articles are in the index."""

    def languages(self) -> Sequence[str]:
        """Return the ISO 639-1 codes of the articles' languages, most frequent first."""

    def info(self) -> IndexInfo:
        """Return which state of the index would answer now."""

    def close(self) -> None:
        """Let go of files and connections. The engine is not used after this."""


@dataclass(frozen=True, slots=True)
class ErasureCommit:
    """One commit that took articles out of a generation: its identity, and that of the commit before."""

    generation: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was done to take articles out of the files of an index."""

    steps: tuple[ErasureCommit, ...] = ()
    #: Generations that could not be looked into, or were of no use any more, and were removed whole.
    removed: tuple[str, ...] = ()
    #: Bytes of the files that were looked through afterwards.
    bytes: int = 0


@runtime_checkable
class GenerationStore(Protocol):
    """An engine that keeps generations on disk and can look after them."""

    def generation(self) -> str | None:
        """Return the name of the current generation, whether or not it is there; None where there is none."""

    def verify(self) -> Sequence[str]:
        """Read everything and check every checksum; return what is wrong, a line each, empty if whole."""

    def damage(self) -> Sequence[str]:
        """Return what commits of this engine found damaged and did not copy, a line each."""

    def rollback(self) -> IndexInfo:
        """Make the generation before the current one current again, without the articles taken down since.

        Raises:
            EngineError: There is none.
            EngineError: It cannot be read whole; the current one stays.

        """

    def forget(self, takedowns: Takedowns, /) -> Erasure:
        """Take articles down for good: no reader sees them from now on, no file keeps the text of those that are due.

        Raises:
            EngineError: The text of some is still in a file; they are out of every search all the same.

        """

    def forgotten(self) -> Takedowns:
        """Return the list of the articles taken down."""

    def keep_forgotten(self, takedowns: Takedowns, /) -> None:
        """Write the list of the articles taken down anew."""

    def erase(self) -> Erasure:
        """Do what a `forget` that was ended too soon has left undone."""
