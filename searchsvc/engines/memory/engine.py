"""Store → Engine."""

from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Literal

from searchsvc.analysis import tokenize
from searchsvc.analysis.addresses import url_key
from searchsvc.analysis.edits import within
from searchsvc.engines.memory.collection import Collection
from searchsvc.engines.memory.ranking import Ranker
from searchsvc.engines.memory.records import count_quotes, find_headlines, find_quotes, find_speakers, quote_words
from searchsvc.engines.memory.store import MemoryWriter, Store, write
from searchsvc.engines.plan import Leaf
from searchsvc.model.article import Article, RelatedHeadline
from searchsvc.model.fields import TITLE
from searchsvc.model.query import Filter, Node, Query, Sort
from searchsvc.model.result import (
    Annotations,
    HeadlineRanking,
    IndexInfo,
    QuoteRanking,
    QuoteWords,
    Ranking,
    SpeakerRanking,
)


class MemoryEngine:
    """An Engine that keeps everything in memory.

    Args:
        store: What several engines may share; one of its own if not given.

    """

    def __init__(self, store: Store | None = None) -> None:
        self._store = store or Store()

    @property
    def folder(self) -> None:
        """None: nothing is kept on disk."""
        return

    @property
    def _collection(self) -> Collection:
        return self._store.commit.collection

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
        texts: bool = True,
        least: int = 0,
    ) -> Ranking:
        """Return at most `limit` articles from `offset` on, best first, ties by id."""
        return Ranker(self._collection, query).ranking(limit, offset, facets=facets, texts=texts, least=least)

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
        """Return quotes whose own words match: best first, then newest; or by date."""
        return find_quotes(self._collection, root, filters, limit, offset, sort, facets=facets)

    def search_speakers(
        self, root: Node, filters: Sequence[Filter], /, *, limit: int, offset: int = 0
    ) -> SpeakerRanking:
        """Return who said the quotes that match: most quotes first, ties by name."""
        return find_speakers(self._collection, root, filters, limit, offset)

    def search_headlines(
        self, root: Node, filters: Sequence[Filter], /, *, limit: int, offset: int = 0
    ) -> HeadlineRanking:
        """Return related headlines whose own words match: best first, then newest."""
        return find_headlines(self._collection, root, filters, limit, offset)

    def totals(self, queries: Sequence[Query], /, *, of: Literal["articles", "quotes"] = "articles") -> Sequence[int]:
        """Return how many articles, or quotes, match each question."""
        if of == "quotes":
            return count_quotes(self._collection, queries)
        return [Ranker(self._collection, query).total() for query in queries]

    def frequencies(self, leaves: Sequence[Leaf], /) -> Sequence[int]:
        """Return in how many articles each leaf stands."""
        return [len(self._collection.having((leaf,))) for leaf in leaves]

    def quote_words(self, filters: Sequence[Filter], /, *, limit: int) -> Sequence[QuoteWords]:
        """Return the words of the newest quotes that match, each statement once."""
        return quote_words(self._collection, filters, limit)

    def locate(self, headlines: Sequence[RelatedHeadline], /) -> Sequence[Sequence[str]]:
        """Return for each headline the article of its address, else those of its words."""
        return list(map(self._located, headlines))

    def _located(self, headline: RelatedHeadline) -> Sequence[str]:
        entries = self._collection.entries
        if key := url_key(headline.url or ""):
            there = [entry.id for entry in entries if url_key(entry.article.head.url or "") == key]
            if there:
                return there[:1]
        words = tuple(token.text for token in tokenize(headline.text))
        return [entry.id for entry in entries if words and entry.fields[TITLE] == (words,)]

    def annotations(self, article_ids: Sequence[str], /) -> Sequence[Annotations]:
        """Return what stands beside the text of each article."""
        found = map(self.article, article_ids)
        return [Annotations(article.quotes, article.related) if article else Annotations() for article in found]

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
