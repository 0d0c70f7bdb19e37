"""Query and ArticleIndex → Ranking: articles scored by BM25F and raised by their best passages (`ranking_rules`)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from searchsvc.engines.memory.copy_groups import groups_of, latest_first
from searchsvc.engines.memory.facet_counts import FacetCounts
from searchsvc.engines.memory.index import ArticleIndex, IndexedArticle, facet_values
from searchsvc.engines.memory.term_counts import content_length, term_frequency
from searchsvc.engines.ranking_rules import (
    COPIES_LISTED,
    K1,
    OWN_WEIGHT,
    PASSAGE_FIELDS,
    PASSAGE_WEIGHT,
    PASSAGE_WINDOW,
    WEIGHTS,
    coord_clause,
    node_of,
    without_bare_stops,
)
from searchsvc.model.article import ArticleHead
from searchsvc.model.date_histogram import DateHistogram, Interval, PeriodCount, first_day
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import ARTICLE_FACETS, BODY, TEXT, FacetField, TextField
from searchsvc.model.query import DrillSidewaysFilter, FacetSelection, Leaf, Query, Sort, positive_leaves
from searchsvc.model.result import Facets, Hit, Ranking, ScorePart

V = TypeVar("V", str, date | None)


@dataclass(slots=True)
class ScoredArticle:
    """An article that matches, with its score; the search changes score and best passage."""

    entry: IndexedArticle
    score: float
    #: Number of children of the query's `MinShouldMatch` that it matches; 0 without one.
    matched: int
    #: Index of its best passage; None: no passage matches, or it was not looked for yet.
    best: int | None = None
    #: Whether its best passage has raised the score.
    raised: bool = False


class Searcher:
    """Answers one query on the articles of one commit."""

    def __init__(self, collection: ArticleIndex, query: Query) -> None:
        self._collection = collection
        self._query = query
        self._is_grouped = query.grouped and not query.versions
        self._root = without_bare_stops(query.root)
        self._leaves = tuple(positive_leaves(self._root))
        self._most = coord_clause(self._root)

    def ranking(self, limit: int, offset: int, *, facets: FacetSelection | None, texts: bool, least: int) -> Ranking:
        """Return the hits of one page with totals and facets; `facets` None: uncounted; the rest as `Engine.search`."""
        matching = self._collection.having((self._root,))
        narrowed = self._narrowed(matching)
        listed = self._listed(narrowed)
        enough = len(matching) >= least
        page = self._ordered(listed)[offset : offset + limit] if enough else []
        copies = self._copies(narrowed)
        return Ranking(
            hits=tuple(self._hit(ranked, copies.get(ranked.entry.id, ()), texts=texts) for ranked in page),
            total=len(listed),
            total_articles=len(narrowed),
            total_all_words=self._with_all_words(narrowed),
            total_unfiltered=len(matching),
            facets=self._facets(matching, narrowed, facets) if facets and enough else Facets(),
        )

    def total(self) -> int:
        """Return how many articles match root and filters, copies grouped as the query says."""
        return len(self._listed(self._narrowed(self._collection.having((self._root,)))))

    def _listed(self, matching: list[IndexedArticle]) -> list[IndexedArticle]:
        """Return those of some articles that are hits."""
        return groups_of(self._collection).leading(matching) if self._is_grouped else matching

    def _copies(self, narrowed: Sequence[IndexedArticle]) -> dict[str, Sequence[IndexedArticle]]:
        """Return by the id of each hit the articles that it stands for beside itself."""
        if not self._is_grouped:
            return {}
        groups = groups_of(self._collection)
        found = groups.grouped(narrowed, lambda entry: entry, groups.name)
        return {first[0].id: [one for (one,) in others] for first, *others in found.values()}

    def histogram(self, interval: Interval) -> DateHistogram:
        """Return how many articles that match root and filters are dated within each period."""
        narrowed = self._narrowed(self._collection.having((self._root,)))
        days = ((entry, entry.article.head.dated_day) for entry in narrowed)
        counts = Counter(self._once([(entry, first_day(day, interval) if day else None) for entry, day in days]))
        undated = counts.pop(None, 0)
        periods = sorted((first, count) for first, count in counts.items() if first)
        again = sum(count for _, count in periods) + undated - len(self._listed(narrowed))
        return DateHistogram(tuple(PeriodCount(*item) for item in periods), undated, again)

    def _facets(
        self, matching: Sequence[IndexedArticle], narrowed: Sequence[IndexedArticle], selection: FacetSelection
    ) -> Facets:
        without = self._without(matching)
        counts = FacetCounts(narrowed, without, lambda entry: entry.article.head, facet_values, self._once)
        return counts.facets(ARTICLE_FACETS, selection)

    def _once(self, rows: Sequence[tuple[IndexedArticle, V]]) -> list[V]:
        """Return the values of matching articles, those that copies share once."""
        if not self._is_grouped:
            return [value for _, value in rows]
        groups = groups_of(self._collection)
        return groups.once(rows, lambda entry: entry, groups.name)

    def _narrowed(
        self, matching: Sequence[IndexedArticle], without: DrillSidewaysFilter | None = None
    ) -> list[IndexedArticle]:
        """Return those of some articles that pass all filters but `without`."""
        nodes = [node_of(condition) for condition in self._query.filters if condition is not without]
        return [entry for entry in matching if all(self._collection.matches(node, entry) for node in nodes)]

    def _without(self, matching: Sequence[IndexedArticle]) -> dict[FacetField, list[IndexedArticle]]:
        """Return by facet of each `DrillSidewaysFilter` the articles that pass all other filters."""
        choices = (condition for condition in self._query.filters if isinstance(condition, DrillSidewaysFilter))
        return {choice.field: self._narrowed(matching, choice) for choice in choices}

    def _with_all_words(self, narrowed: Sequence[IndexedArticle]) -> int:
        if self._query.all_words is not None:
            having = self._narrowed(self._collection.having((without_bare_stops(self._query.all_words),)))
            return len(self._listed(having))
        wanted = self._most.children if self._most else ()
        every = [entry for entry in narrowed if all(self._collection.matches(node, entry) for node in wanted)]
        return len(self._listed(every))

    def _ordered(self, matching: Sequence[IndexedArticle]) -> list[ScoredArticle]:
        """Return all articles in the order of the query, the PASSAGE_WINDOW best with raised scores."""
        scored = sorted(map(self._ranked, matching), key=lambda ranked: (-ranked.matched, -ranked.score))
        for ranked in scored:
            self._choose_passage(ranked, bonus=False)
        for ranked in scored[:PASSAGE_WINDOW]:
            self._choose_passage(ranked, bonus=True)
        if self._query.sort == "relevance":
            return sorted(scored, key=lambda ranked: (-ranked.matched, -ranked.score, ranked.entry.id))
        return sorted(scored, key=lambda r: (*order_key(r.entry.article.head, self._query.sort), r.entry.id))

    def _ranked(self, entry: IndexedArticle) -> ScoredArticle:
        score = sum(self._score(leaf, entry) for leaf in self._leaves)
        children = self._most.children if self._most else ()
        return ScoredArticle(entry, score, sum(self._collection.matches(child, entry) for child in children))

    def _score(self, leaf: Leaf, entry: IndexedArticle) -> float:
        """Return what a leaf adds to an article's BM25F score."""
        counts = self._collection.counts(leaf, entry)
        weighted = sum(count * self._boost(leaf, entry, field) for field, count in counts.items())
        return self._collection.idf(leaf) * weighted / (weighted + K1)

    def _boost(self, leaf: Leaf, entry: IndexedArticle, field: TextField) -> float:
        weight = WEIGHTS[field] if leaf.field is None else OWN_WEIGHT
        return weight / length_norm(TEXT[field].length_norm, entry.lengths[field], self._collection.average[field])

    def _choose_passage(self, ranked: ScoredArticle, *, bonus: bool) -> None:
        """Set the best passage, the first of equal ones, if one matches; with `bonus` raise the score by it."""
        scores = [self._passage_score(ranked.entry, i) for i in range(len(ranked.entry.passages))]
        top = max(scores, default=0.0)
        if top > 0 and ranked.entry.ranges:
            ranked.best = scores.index(top)
        if bonus:
            ranked.score += PASSAGE_WEIGHT * top
            ranked.raised = top > 0

    def _passage_score(self, entry: IndexedArticle, number: int, only: Leaf | None = None) -> float:
        """Return the BM25 score of one passage, in which leaves of PASSAGE_FIELDS count, or `only` one leaf."""
        check_deadline()
        words = entry.passages[number]
        size = length_norm(
            TEXT[BODY].length_norm, content_length(words, entry.language), self._collection.average_passage
        )
        total = 0.0
        for leaf in self._leaves if only is None else (only,):
            if leaf.field in PASSAGE_FIELDS:
                count = term_frequency(leaf, words, entry.language, self._collection.forms)
                total += self._collection.idf(leaf) * count / (count + K1 * size)
        return total

    def _parts(self, ranked: ScoredArticle) -> tuple[ScorePart, ...]:
        """Return what each leaf adds to an article's score: in the article, and in its best passage."""
        entry, times = ranked.entry, Counter(self._leaves)
        parts = [ScorePart(leaf, "article", n * self._score(leaf, entry)) for leaf, n in times.items()]
        if ranked.raised:
            scores = [self._passage_score(entry, i) for i in range(len(entry.passages))]
            best = scores.index(max(scores))
            share = {leaf: n * self._passage_score(entry, best, leaf) for leaf, n in times.items()}
            parts += [ScorePart(leaf, "passage", PASSAGE_WEIGHT * score) for leaf, score in share.items()]
        return tuple(part for part in parts if part.score)

    def _hit(self, ranked: ScoredArticle, copies: Sequence[IndexedArticle], *, texts: bool) -> Hit:
        document = ranked.entry.document
        fields = {f for leaf in self._leaves for f in self._collection.counts(leaf, ranked.entry)}
        return Hit(
            head=document.article.head,
            score=ranked.score,
            blocks=document.article.blocks if texts else (),
            passages=ranked.entry.ranges if texts else (),
            best=ranked.best if texts else None,
            matched_in=tuple(field for field in TEXT if field in fields),
            parts=self._parts(ranked) if self._query.explain else None,
            copies=tuple(copy.article.head for copy in copies[:COPIES_LISTED]),
            copies_total=len(copies),
        )


def length_norm(strength: float, words: int, average: float) -> float:
    """Return the length norm of a text, 1 for one of average length; `strength` is from 0 (no norm) to 1."""
    return 1 - strength + strength * words / average


def order_key(head: ArticleHead, sort: Sort) -> tuple[bool | int, ...]:
    """Return the sort key of an article, or of its quotes, by date or arrival, both in whole seconds."""
    dated = latest_first(head.dated, oldest=sort == "oldest")
    return (*latest_first(head.added), *dated) if sort == "added" else dated
