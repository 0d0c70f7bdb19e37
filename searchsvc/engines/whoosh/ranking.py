"""Query × Collection → Ranking: the best by BM25F, the best passage's bonus, the page asked for."""

from collections.abc import Sequence
from itertools import chain

import numpy as np

from searchsvc.engines.weights import PASSAGE_FIELDS, PASSAGE_WEIGHT, PASSAGE_WINDOW
from searchsvc.engines.whoosh.arrays import Places
from searchsvc.engines.whoosh.collection import Collection
from searchsvc.engines.whoosh.facets import count_facets
from searchsvc.engines.whoosh.leaves import Expand, Leaves
from searchsvc.engines.whoosh.matching import Matching, Part
from searchsvc.engines.whoosh.ordering import Scored, by_date, joined
from searchsvc.engines.whoosh.passages import best_passages
from searchsvc.engines.whoosh.query import Matcher
from searchsvc.engines.whoosh.view import View
from searchsvc.model.query import Query, TextField
from searchsvc.model.result import Facets, Hit, Ranking


class Ranker:
    """Answers one query on the articles of one commit."""

    def __init__(self, collection: Collection, expand: Expand, query: Query) -> None:
        self._collection = collection
        self._leaves = Leaves(collection, expand)
        self._matching = Matching(self._leaves, Matcher(self._leaves), query.root, query.filters)
        self._sort = query.sort
        self._passages: dict[int, tuple[float, int]] = {}

    def ranking(self, limit: int, offset: int, *, facets: bool) -> Ranking:
        """Return the hits of one page with totals and facets."""
        end = offset + limit
        every = facets or self._sort != "relevance" or end > PASSAGE_WINDOW
        deep = self._sort != "relevance" or end > PASSAGE_WINDOW
        window = self._collection.count if deep else PASSAGE_WINDOW
        parts = [self._matching.part(view, window=window, every=every) for view in self._collection.views]
        total = sum(part.total for part in parts)
        hits = self._page(joined([part.scored for part in parts]), offset, end) if limit and parts else ()
        return Ranking(
            hits=hits,
            total=total,
            total_all_words=self._with_all_words(parts, total),
            facets=count_facets([(p.view, p.docs - p.view.offset) for p in parts if p.docs is not None])
            if facets
            else Facets(),
        )

    def _with_all_words(self, parts: Sequence[Part], total: int) -> int:
        most = self._matching.most
        if most is None:
            return total
        tiers = [part.scored.tiers for part in parts if part.scored.tiers is not None]
        return sum(int(np.count_nonzero(found == len(most.children))) for found in tiers)

    def _page(self, found: Scored, offset: int, end: int) -> tuple[Hit, ...]:
        """Return the hits of one page."""
        rank = self._collection.rank
        window = self._with_bonus(found.best(PASSAGE_WINDOW, rank))
        if self._sort != "relevance":
            scores = dict(zip(found.docs.tolist(), found.scores.tolist(), strict=True))
            scores.update(zip(window.docs.tolist(), window.scores.tolist(), strict=True))
            page = by_date(found.docs, self._collection.dates, rank, self._sort)[offset:end]
            return self._hits([(doc, scores[doc]) for doc in page.tolist()])
        ordered = window
        if end > PASSAGE_WINDOW:
            every = found.take(found.order(rank))
            ordered = joined([window, every.take(np.arange(PASSAGE_WINDOW, len(every.docs)))])
        docs, scores_here = ordered.docs[offset:end], ordered.scores[offset:end]
        return self._hits(list(zip(docs.tolist(), scores_here.tolist(), strict=True)))

    def _with_bonus(self, window: Scored) -> Scored:
        """Add the best passages' bonus and order again."""
        self._look_at_passages(window.docs)
        if not self._passages:
            return window
        bonus = np.array([self._passages[doc][0] for doc in window.docs.tolist()], np.float32)
        raised = window.with_scores(window.scores + np.float32(PASSAGE_WEIGHT) * bonus)
        return raised.take(raised.order(self._collection.rank))

    def _look_at_passages(self, docs: Places) -> None:
        """Remember the best passages of some documents."""
        nodes = [leaf for leaf in self._matching.nodes if leaf.field in PASSAGE_FIELDS]
        if not nodes or not len(docs):
            return
        ascending = np.sort(docs)
        for view in self._collection.views:
            a, b = np.searchsorted(ascending, (view.offset, view.offset + view.count))
            if b > a:
                mine = ascending[a:b]
                best = best_passages(self._leaves, view, mine - view.offset, nodes)
                pairs = zip(best.scores.tolist(), best.numbers.tolist(), strict=True)
                self._passages.update(zip(mine.tolist(), pairs, strict=True))

    def _hits(self, page: Sequence[tuple[int, float]]) -> tuple[Hit, ...]:
        """Return the hits of a page's documents."""
        beyond = [doc for doc, _ in page if doc not in self._passages]
        self._look_at_passages(np.array(beyond, np.intp))
        fields = self._fields([doc for doc, _ in page])
        return tuple(self._hit(doc, score, fields[doc]) for doc, score in page)

    def _fields(self, docs: Sequence[int]) -> dict[int, tuple[TextField, ...]]:
        """Return in which fields each document matches."""
        by_view: dict[View, list[int]] = {}
        for doc in docs:
            by_view.setdefault(self._collection.place(doc)[0], []).append(doc)
        found = (
            zip(
                here, self._leaves.matched_fields(self._matching.nodes, view, np.array(here) - view.offset), strict=True
            )
            for view, here in by_view.items()
        )
        return dict(chain.from_iterable(found))

    def _hit(self, doc: int, score: float, fields: tuple[TextField, ...]) -> Hit:
        view, number = self._collection.place(doc)
        shown = view.arrays.shown(number)
        top, best = self._passages.get(doc, (0.0, 0))
        return Hit(
            head=shown.head,
            score=score,
            blocks=shown.blocks,
            passages=shown.passages,
            best=best if top > 0 and shown.passages else None,
            matched_in=fields,
        )
