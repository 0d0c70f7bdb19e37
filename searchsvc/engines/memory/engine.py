"""Store → Engine."""

from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from searchsvc.analysis.edits import within
from searchsvc.engines.memory.collection import Collection
from searchsvc.engines.memory.ranking import Ranker
from searchsvc.engines.memory.records import find_headlines, find_quotes, find_speakers
from searchsvc.engines.memory.store import MemoryWriter, Store, write
from searchsvc.model.article import Article
from searchsvc.model.query import Node, Query, Sort
from searchsvc.model.result import HeadlineRanking, IndexInfo, QuoteFacets, QuoteRanking, Ranking, SpeakerRanking


class MemoryEngine:
    """An Engine that keeps everything in memory.

    Args:
        store: What several engines may share; one of its own if not given.

    """

    def __init__(self, store: Store | None = None) -> None:
        self._store = store or Store()

    @property
    def _collection(self) -> Collection:
        return self._store.commit.collection

    def writer(self, *, fresh: bool = False) -> AbstractContextManager[MemoryWriter]:
        """Open the only writer; commit when the block ends, undo if it raises."""
        return write(self._store, fresh=fresh)

    def search(self, query: Query, /, *, limit: int, offset: int = 0, facets: bool = True) -> Ranking:
        """Return at most `limit` articles from `offset` on, best first, ties by id."""
        return Ranker(self._collection, query).ranking(limit, offset, facets=facets)

    def search_quotes(
        self,
        root: Node,
        filters: Sequence[Node],
        /,
        *,
        limit: int,
        offset: int = 0,
        sort: Sort = "relevance",
        facets: bool = True,
    ) -> QuoteRanking:
        """Return quotes whose own words match: best first, then newest; or by date."""
        found = find_quotes(self._collection, root, filters, limit, offset, sort)
        return found if facets else replace(found, facets=QuoteFacets())

    def search_speakers(self, root: Node, filters: Sequence[Node], /, *, limit: int, offset: int = 0) -> SpeakerRanking:
        """Return who said the quotes that match: most quotes first, ties by name."""
        return find_speakers(self._collection, root, filters, limit, offset)

    def search_headlines(
        self, root: Node, filters: Sequence[Node], /, *, limit: int, offset: int = 0
    ) -> HeadlineRanking:
        """Return related headlines whose own words match: best first, then newest."""
        return find_headlines(self._collection, root, filters, limit, offset)

    def article(self, article_id: str, /) -> Article | None:
        """Return the article, or None if it is not there."""
        return next((entry.article for entry in self._collection.entries if entry.id == article_id), None)

    def words(self, prefix: str, /, *, limit: int) -> Sequence[tuple[str, int]]:
        """Return words that begin so, most frequent first, ties by word."""
        found = [item for item in self._collection.forms.items() if item[0].startswith(prefix)]
        return sorted(found, key=lambda item: (-item[1], item[0]))[:limit]

    def similar_words(self, word: str, /, *, edits: int = 2, limit: int = 10) -> Sequence[tuple[str, int]]:
        """Return words with the same first letter within `edits`, nearest first, then most frequent, ties by word."""
        alike = [form for form in self._collection.forms if word and form[:1] == word[:1]]
        distances = {form: within(word, form, edits) for form in alike}
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
        """Nothing to let go of."""
