"""Query and ArticleIndex → Ranking: articles scored by BM25F and raised by their best passages (`ranking_rules`)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import floor

from searchsvc.analysis.keys import value_key
from searchsvc.engines.memory.index import ArticleIndex, IndexedArticle, content_length, facet_values, term_frequency
from searchsvc.engines.ranking_rules import (
    K1,
    OWN_WEIGHT,
    PASSAGE_FIELDS,
    PASSAGE_WEIGHT,
    PASSAGE_WINDOW,
    WEIGHTS,
    coord_clause,
    node_of,
    shown_spelling,
    wanted_words,
    without_bare_stops,
)
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import ARTICLE_FACETS, BODY, TEXT, FacetField, TextField
from searchsvc.model.query import DrillSidewaysFilter, FacetSelection, Leaf, Query, Sort, positive_leaves
from searchsvc.model.result import Facets, FacetValue, Hit, Ranking


@dataclass(slots=True)
class ScoredArticle:
    """An article that matches, with its score; the search changes score and best passage."""

    entry: IndexedArticle
    score: float
    #: Number of children of the query's `MinShouldMatch` that it matches; 0 without one.
    matched: int
    #: Index of its best passage; None: no passage matches, or it was not looked for yet.
    best: int | None = None


class Searcher:
    """Answers one query on the articles of one commit."""

    def __init__(self, collection: ArticleIndex, query: Query) -> None:
        self._collection = collection
        self._query = query
        self._root = without_bare_stops(query.root)
        self._leaves = tuple(positive_leaves(self._root))
        self._most = coord_clause(self._root)

    def ranking(self, limit: int, offset: int, *, facets: FacetSelection | None, texts: bool, least: int) -> Ranking:
        """Return the hits of one page with totals and facets; `facets` None: uncounted; the rest as `Engine.search`."""
        matching = self._collection.having((self._root,))
        narrowed = self._narrowed(matching)
        enough = len(matching) >= least
        page = self._ordered(narrowed)[offset : offset + limit] if enough else []
        return Ranking(
            hits=tuple(self._hit(ranked, texts=texts) for ranked in page),
            total=len(narrowed),
            total_all_words=self._with_all_words(narrowed),
            total_unfiltered=len(matching),
            facets=count_facets(narrowed, self._without(matching), facets) if facets and enough else Facets(),
        )

    def total(self) -> int:
        """Return how many articles match root and filters."""
        return len(self._narrowed(self._collection.having((self._root,))))

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
            return len(self._narrowed(self._collection.having((without_bare_stops(self._query.all_words),))))
        wanted = self._most.children if self._most else ()
        return sum(all(self._collection.matches(node, entry) for node in wanted) for entry in narrowed)

    def _ordered(self, matching: Sequence[IndexedArticle]) -> list[ScoredArticle]:
        """Return all articles in the order of the query, the PASSAGE_WINDOW best with raised scores."""
        scored = sorted(map(self._ranked, matching), key=lambda ranked: (-ranked.matched, -ranked.score))
        for ranked in scored:
            self._choose_passage(ranked, bonus=False)
        for ranked in scored[:PASSAGE_WINDOW]:
            self._choose_passage(ranked, bonus=True)
        if self._query.sort == "relevance":
            return sorted(scored, key=lambda ranked: (-ranked.matched, -ranked.score, ranked.entry.id))
        return sorted(scored, key=lambda r: (*dated_key(r.entry.article.head.dated, self._query.sort), r.entry.id))

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

    def _passage_score(self, entry: IndexedArticle, number: int) -> float:
        """Return the BM25 score of one passage, in which leaves of PASSAGE_FIELDS count."""
        check_deadline()
        words = entry.passages[number]
        size = length_norm(
            TEXT[BODY].length_norm, content_length(words, entry.language), self._collection.average_passage
        )
        total = 0.0
        for leaf in self._leaves:
            if leaf.field in PASSAGE_FIELDS:
                count = term_frequency(leaf, words, entry.language, self._collection.forms)
                total += self._collection.idf(leaf) * count / (count + K1 * size)
        return total

    def _hit(self, ranked: ScoredArticle, *, texts: bool) -> Hit:
        document = ranked.entry.document
        fields = {f for leaf in self._leaves for f in self._collection.counts(leaf, ranked.entry)}
        return Hit(
            head=document.article.head,
            score=ranked.score,
            blocks=document.article.blocks if texts else (),
            passages=ranked.entry.ranges if texts else (),
            best=ranked.best if texts else None,
            matched_in=tuple(field for field in TEXT if field in fields),
        )


def length_norm(strength: float, words: int, average: float) -> float:
    """Return the length norm of a text, 1 for one of average length; `strength` is from 0 (no norm) to 1."""
    return 1 - strength + strength * words / average


def dated_key(at: datetime | None, sort: Sort) -> tuple[bool, int]:
    """Return the sort key of a date, in whole seconds; undated articles come last in both orders."""
    if at is None:
        return True, 0
    seconds = floor(at.timestamp())
    return False, seconds if sort == "oldest" else -seconds


def count_facets(
    entries: Sequence[IndexedArticle],
    without: Mapping[FacetField, Sequence[IndexedArticle]],
    selection: FacetSelection,
) -> Facets:
    """Return the facets of articles.

    Args:
        entries: The articles that match the query.
        without: Facet of each `DrillSidewaysFilter` → the articles that match without it, over which it is counted.
        selection: Which values are returned.

    """
    counted = {
        row.name: most_frequent(
            (v for e in without.get(row.name, entries) for v in facet_values(e, row.name)), selection, row.name
        )
        for row in ARTICLE_FACETS
    }
    return Facets(
        {name: values for name, (values, _) in counted.items()},
        {name: total for name, (_, total) in counted.items()},
        count_months(e.article.head.dated_day for e in entries),
    )


def most_frequent(
    values: Iterable[str], selection: FacetSelection, field: FacetField
) -> tuple[tuple[FacetValue, ...], int]:
    """Return the most frequent of a facet's values with their counts, ties by key; and how many are wanted in all."""
    spellings: dict[str, Counter[str]] = {}
    for value in values:
        spellings.setdefault(value_key(value), Counter())[value] += 1
    words = wanted_words(selection, field)
    wanted = (key for key in spellings if all(word in key for word in words))
    order = sorted(wanted, key=lambda key: (-spellings[key].total(), key))
    return tuple(
        FacetValue(shown_spelling(spellings[key]), spellings[key].total()) for key in order[: selection.limit]
    ), len(order)


def count_months(days: Iterable[date | None]) -> tuple[FacetValue, ...]:
    """Return the months of days (`2009-07`) in order with their counts."""
    return tuple(FacetValue(*item) for item in sorted(Counter(day.isoformat()[:7] for day in days if day).items()))
