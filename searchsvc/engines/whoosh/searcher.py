"""Query × articles → Ranking: the best by BM25F, the best passage's bonus, the page asked for."""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from searchsvc.engines.ranking_rules import PASSAGE_FIELDS, PASSAGE_WEIGHT, PASSAGE_WINDOW
from searchsvc.engines.whoosh.array_ops import Floats, Ints, Places, Scored, by_date, joined
from searchsvc.engines.whoosh.boolean_query import BooleanMatcher, FilterMasks, QueryScorer, SegmentMatches, count
from searchsvc.engines.whoosh.composite_reader import CompositeReader
from searchsvc.engines.whoosh.facets import DocsBySegment, count_facets
from searchsvc.engines.whoosh.passages import (
    ROUNDING,
    BestPassages,
    PassageScorer,
    bound_of_one_word,
    bound_of_words,
    concatenated,
)
from searchsvc.engines.whoosh.segment_reader import SegmentReader
from searchsvc.engines.whoosh.weight import Expand, QueryWeight
from searchsvc.model.fields import FacetField, TextField
from searchsvc.model.query import Query
from searchsvc.model.result import Facets, Hit, Ranking

#: So many articles at least tell what the others must reach to stand before them.
FEW = 32


class RankedArticle(NamedTuple):
    """An article on a page: its number among all, its score, its best passage."""

    doc: int
    score: float
    best: int | None


class Searcher:
    """Answers one query on the articles of one commit."""

    def __init__(self, collection: CompositeReader, expand: Expand, query: Query) -> None:
        self._collection = collection
        self._leaves = QueryWeight(collection, expand)
        self._matcher = BooleanMatcher(self._leaves)
        self._narrowing = FilterMasks(self._matcher, query.filters)
        self._matching = QueryScorer(self._leaves, self._matcher, query.root, self._narrowing)
        self._sort, self._all_words = query.sort, query.all_words
        #: Leaves that can choose a passage, and the passages of each segment that they were asked of.
        self._nodes = [leaf for leaf in self._matching.nodes if leaf.field in PASSAGE_FIELDS]
        self._passages: dict[int, PassageScorer] = {}

    def ranking(self, limit: int, offset: int, *, facets: bool, texts: bool = True, least: int = 0) -> Ranking:
        """Return the hits of one page with totals and facets."""
        end = offset + limit
        parts = self._parts(end, facets=facets)
        total, unfiltered = sum(part.total for part in parts), sum(part.unfiltered for part in parts)
        enough = unfiltered >= least
        page = self._page(joined([p.scored for p in parts]), offset, end) if limit and parts and enough else []
        return Ranking(
            hits=self._hits(page, texts=texts),
            total=total,
            total_all_words=self._with_all_words(parts, total),
            total_unfiltered=unfiltered,
            facets=self._facets(parts) if facets and enough else Facets(),
        )

    def _facets(self, parts: Sequence[SegmentMatches]) -> Facets:
        without: dict[FacetField, DocsBySegment] = {
            choice.field: [(part.reader, part.without[choice.field]) for part in parts]
            for choice in self._narrowing.choices()
        }
        return count_facets([(p.reader, p.docs - p.reader.offset) for p in parts if p.docs is not None], without)

    def ids(self, limit: int, *, passages: bool) -> list[str]:
        """Return the ids of the best articles, with or without the passages' bonus: the bare ranking."""
        parts = self._parts(limit, facets=False, passages=passages)
        found = joined([part.scored for part in parts])
        if passages:
            docs = [place.doc for place in self._page(found, 0, limit)] if parts else []
        else:
            docs = found.docs.take(found.best(limit, self._collection.rank)).tolist()
        return self._collection.ids(docs)

    def _parts(self, end: int, *, facets: bool, passages: bool = True) -> list[SegmentMatches]:
        """Return what matches in each segment."""
        deep = self._sort != "relevance" or end > PASSAGE_WINDOW
        window = self._collection.count if deep else PASSAGE_WINDOW if passages else end
        return [self._matching.part(reader, window=window, every=facets or deep) for reader in self._collection.readers]

    def _with_all_words(self, parts: Sequence[SegmentMatches], total: int) -> int:
        if self._all_words is not None:
            return count(self._matcher, self._collection.readers, self._all_words, self._narrowing)
        most = self._matching.most
        if most is None:
            return total
        tiers = [part.scored.tiers for part in parts if part.scored.tiers is not None]
        return sum(int(np.count_nonzero(found == len(most.children))) for found in tiers)

    def _page(self, found: Scored, offset: int, end: int) -> list[RankedArticle]:
        """Return the articles of one page."""
        if self._sort != "relevance" or end > PASSAGE_WINDOW:
            return self._deep_page(found, offset, end)
        rank = self._collection.rank
        if len(found.docs) > PASSAGE_WINDOW:
            found = found.take(found.window(PASSAGE_WINDOW, rank))
        window, best = self._contenders(found, end)
        places = window.best(end, rank)[offset:]
        return _places(window.take(places), best.scores.take(places), best.numbers.take(places))

    def _deep_page(self, found: Scored, offset: int, end: int) -> list[RankedArticle]:
        """Return the articles of a page on which some may stand that passages do not raise."""
        rank = self._collection.rank
        inside = found.window(PASSAGE_WINDOW, rank)
        if self._sort == "relevance":
            inside = inside[found.docs.take(inside).argsort()]
            scores = found.scores.copy()
            scores[inside] = self._raised(found.take(inside))[0].scores
            places = found.with_scores(scores).order(rank)[offset:end]
        else:
            places = by_date(found.docs, self._collection.dates, rank, self._sort, end)[offset:]
        page = found.take(places)
        ascending = page.docs.argsort()
        best = self._best(page.docs[ascending])
        back = ascending.argsort()
        tops = best.scores[back]
        lifted = np.zeros(len(found.docs), np.bool_)
        lifted[inside] = True
        page = page.with_scores(page.scores + np.float32(PASSAGE_WEIGHT) * tops * lifted.take(places))
        return _places(page, tops, best.numbers[back])

    def _contenders(self, window: Scored, end: int) -> tuple[Scored, BestPassages]:
        """Return all documents that may be among the first ones when passages have raised the scores, raised.

        A few of the best tell what the others must reach; what a passage adds is bounded.
        """
        few, count = max(FEW, 2 * end), len(window.docs)
        if count <= 2 * few or not self._nodes:
            return self._raised(window)
        places = window.standing(window.scores).argpartition(count - few)
        ahead, best = self._raised(window.take(places[-few:]))
        least = np.partition(ahead.standing(ahead.scores), few - end)[few - end]
        remaining_fields = window.take(places[:-few])
        remaining_fields = remaining_fields.take(
            (remaining_fields.standing(self._at_most(remaining_fields)) >= least).nonzero()[0]
        )
        if not len(remaining_fields.docs):
            return ahead, best
        remaining_fields, theirs = self._raised(remaining_fields)
        return joined([ahead, remaining_fields]), concatenated([best, theirs])

    def _at_most(self, window: Scored) -> Floats:
        """Return what the scores of some documents may become when passages raise them."""
        return (window.scores + np.float32(PASSAGE_WEIGHT) * self._bound(window)) * np.float32(1 + ROUNDING)

    def _bound(self, window: Scored) -> Floats | np.float32:
        """Return what the best passage of some documents can be worth at most."""
        most = np.float32(sum(self._leaves.weight(leaf) for leaf in self._nodes))
        if not self._leaves.are_bare(self._matching.nodes):
            return most
        norm = self._collection.least_norm.take(window.docs)
        normed_boost = self._collection.least_normed_boost.take(window.docs)
        if len(self._nodes) == 1:
            return bound_of_one_word(window.scores, most, norm, normed_boost)
        return bound_of_words(window.scores, norm, normed_boost)

    def _raised(self, window: Scored) -> tuple[Scored, BestPassages]:
        """Return some documents, ascending, their scores raised by the passages that stand beside."""
        window = window.take(window.docs.argsort())
        best = self._best(window.docs)
        return window.with_scores(window.scores + np.float32(PASSAGE_WEIGHT) * best.scores), best

    def _best(self, docs: Places) -> BestPassages:
        """Return the best passages of some documents, ascending."""
        if not self._nodes or not len(docs):
            return BestPassages(np.zeros(len(docs), np.float32), np.zeros(len(docs), np.intp))
        parts = []
        for reader in self._collection.readers:
            here = docs - reader.offset
            if len(self._collection.readers) > 1:
                here = here[slice(*here.searchsorted((0, reader.count)))]
            if len(here):
                passages = self._passages.get(reader.number)
                if passages is None:
                    passages = self._passages[reader.number] = PassageScorer(self._leaves, reader, self._nodes)
                parts.append(passages.best(here))
        return concatenated(parts)

    def _hits(self, page: Sequence[RankedArticle], *, texts: bool) -> tuple[Hit, ...]:
        """Return the hits of a page."""
        fields = self._fields([place.doc for place in page])
        return tuple(self._hit(place, fields[place.doc], texts=texts) for place in page)

    def _fields(self, docs: Sequence[int]) -> dict[int, tuple[TextField, ...]]:
        """Return in which fields each document matches."""
        by_view: dict[SegmentReader, list[int]] = {}
        for doc in docs:
            by_view.setdefault(self._collection.place(doc)[0], []).append(doc)
        found = (
            zip(
                here,
                self._leaves.matched_fields(self._matching.nodes, reader, np.array(here) - reader.offset),
                strict=True,
            )
            for reader, here in by_view.items()
        )
        return dict(chain.from_iterable(found))

    def _hit(self, place: RankedArticle, fields: tuple[TextField, ...], *, texts: bool) -> Hit:
        reader, number = self._collection.place(place.doc)
        if not texts:
            return Hit(reader.arrays.head(number), place.score, (), (), matched_in=fields)
        display_fields = reader.arrays.display_fields(number)
        ranges = reader.arrays.ranges(number, len(display_fields.blocks))
        return Hit(
            head=display_fields.head,
            score=place.score,
            blocks=display_fields.blocks,
            passages=ranges,
            best=place.best if ranges else None,
            matched_in=fields,
        )


def _places(page: Scored, tops: Floats, numbers: Ints) -> list[RankedArticle]:
    rows = zip(page.docs.tolist(), page.scores.tolist(), tops.tolist(), numbers.tolist(), strict=True)
    return [RankedArticle(doc, score, number if top > 0 else None) for doc, score, top, number in rows]
