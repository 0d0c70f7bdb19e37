"""Query × articles of a commit → Ranking: scored by BM25F, raised by their best passages, cut to the page asked for.

Only the PASSAGE_WINDOW best articles by BM25F are raised. Passages are read of even fewer: upper bounds for what a
passage can add tell which articles cannot reach the page (`Searcher._contenders`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain, product
from typing import NamedTuple

import numpy as np

from searchsvc.engines.ranking_rules import COPIES_LISTED, PASSAGE_FIELDS, PASSAGE_WEIGHT, PASSAGE_WINDOW
from searchsvc.engines.whoosh.array_ops import DocIds, Scored, Scores, joined
from searchsvc.engines.whoosh.boolean_query import BooleanMatcher, FilterMasks, QueryScorer, count
from searchsvc.engines.whoosh.codec.container import Indices, end_to_end
from searchsvc.engines.whoosh.composite_reader import CompositeReader, in_order_of
from searchsvc.engines.whoosh.copy_groups import Grouping, split_by_group
from searchsvc.engines.whoosh.facets import FacetCounter, count_facets
from searchsvc.engines.whoosh.passages import (
    ROUNDING,
    BestPassages,
    PassageScorer,
    bound_of_one_word,
    bound_of_words,
    concatenated,
)
from searchsvc.engines.whoosh.score_parts import score_parts
from searchsvc.engines.whoosh.segment_reader import SegmentMatches, SegmentReader
from searchsvc.engines.whoosh.weight import Expand, QueryWeight
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import ARTICLE_FACETS, FacetField, TextField
from searchsvc.model.query import FacetSelection, Query
from searchsvc.model.result import Facets, Hit, Ranking, ScorePart

#: Least number of articles whose passages are read first, to find the score that other articles must reach.
FEW = 32


class RankedArticle(NamedTuple):
    """An article of the page asked for."""

    #: Number among the documents of all segments.
    doc: int
    score: float
    #: Number of its best passage; None if no passage matches.
    best: int | None
    #: Whether its best passage has raised the score.
    raised: bool = True


class Searcher:
    """Answers one query on the articles of one commit."""

    def __init__(
        self,
        collection: CompositeReader,
        expand: Expand,
        query: Query,
        counters: Mapping[FacetField, FacetCounter] | None = None,
        groups: Grouping | None = None,
    ) -> None:
        """Prepare a search.

        Args:
            collection: The articles.
            expand: Gives the forms that a leaf stands for.
            query: The query.
            counters: What counts each facet; None: no facets are asked for.
            groups: The articles that are copies of each other; None: each stands for itself.

        """
        self._collection = collection
        self._groups = groups if groups is not None and groups.hidden else None
        self._counters = counters or {}
        self._leaves = QueryWeight(collection, expand)
        self._matcher = BooleanMatcher(self._leaves)
        self._narrowing = FilterMasks(self._matcher, query.filters)
        self._matching = QueryScorer(self._leaves, self._matcher, query.root, self._narrowing)
        self._sort, self._all_words, self._explain = query.sort, query.all_words, query.explain
        #: Leaves whose words stand in passages, and the scorer of each segment by the segment's number.
        self._nodes = [leaf for leaf in self._matching.nodes if leaf.field in PASSAGE_FIELDS]
        self._passages: dict[int, PassageScorer] = {}

    def ranking(
        self, limit: int, offset: int, *, facets: FacetSelection | None, texts: bool = True, least: int = 0
    ) -> Ranking:
        """Return the hits of one page with totals and facets; `facets` None: uncounted; the rest as `Engine.search`."""
        end = offset + limit
        every = self._parts(end, facets=facets is not None)
        parts = every if self._groups is None else self._groups.listed(every)
        total, unfiltered = sum(part.total for part in parts), sum(part.unfiltered for part in parts)
        enough = unfiltered >= least
        page = self._page(joined([p.scored for p in parts]), offset, end) if limit and parts and enough else []
        return Ranking(
            hits=self._with_copies(self._hits(page, texts=texts), page, every),
            total=total,
            total_articles=sum(part.total for part in every),
            total_all_words=self._with_all_words(every, total),
            total_unfiltered=unfiltered,
            facets=self._facets(every, facets) if facets and enough else Facets(),
        )

    def _with_copies(
        self, hits: tuple[Hit, ...], page: Sequence[RankedArticle], every: Sequence[SegmentMatches]
    ) -> tuple[Hit, ...]:
        """Return the hits of a page with the articles that they stand for."""
        if self._groups is None:
            return hits
        docs = end_to_end([part.docs for part in every if part.docs is not None], np.intp)
        copies = self._groups.copies(docs, [article.doc for article in page])
        return tuple(
            replace(hit, copies=tuple(map(self._collection.head, others[:COPIES_LISTED])), copies_total=len(others))
            if (others := copies.get(article.doc))
            else hit
            for hit, article in zip(hits, page, strict=True)
        )

    def _facets(self, every: Sequence[SegmentMatches], selection: FacetSelection) -> Facets:
        matches, without = split_by_group(every, self._groups)
        return count_facets(self._counters, ARTICLE_FACETS, matches, without, selection)

    def ids(self, limit: int, *, passages: bool) -> list[str]:
        """Return the ids of the best `limit` articles in order, raised by their best passages or not."""
        parts = self._parts(limit, facets=False, passages=passages)
        scored = joined([part.scored for part in parts])
        if passages:
            docs = [article.doc for article in self._page(scored, 0, limit)] if parts else []
        else:
            docs = scored.docs.take(scored.best(limit, self._collection.rank)).tolist()
        return self._collection.ids(docs)

    def _parts(self, end: int, *, facets: bool, passages: bool = True) -> list[SegmentMatches]:
        """Return what matches in each segment: at least the documents that a page up to `end` may show."""
        deep = self._sort != "relevance" or end > PASSAGE_WINDOW
        window = self._collection.count if deep else PASSAGE_WINDOW if passages else end
        every = facets or deep
        if self._groups is not None:
            window, every = window + self._groups.hidden, True
        return [self._matching.part(reader, window=window, every=every) for reader in self._collection.readers]

    def _with_all_words(self, every: Sequence[SegmentMatches], total: int) -> int:
        if self._all_words is not None:
            return count(self._matcher, self._collection.readers, self._all_words, self._narrowing, self._groups)
        most = self._matching.most
        if most is None:
            return total
        having = [
            part.scored.docs[part.scored.tiers == len(most.children)] for part in every if part.scored.tiers is not None
        ]
        if self._groups is None:
            return sum(map(len, having))
        return self._groups.count(end_to_end(having, np.intp))

    def _page(self, scored: Scored, offset: int, end: int) -> list[RankedArticle]:
        """Return the articles of the page from `offset` up to `end`."""
        if self._sort != "relevance" or end > PASSAGE_WINDOW:
            return self._deep_page(scored, offset, end)
        rank = self._collection.rank
        if len(scored.docs) > PASSAGE_WINDOW:
            scored = scored.take(scored.window(PASSAGE_WINDOW, rank))
        raised, best = self._contenders(scored, end)
        order = raised.best(end, rank)[offset:]
        return _ranked_articles(raised.take(order), best.scores.take(order), best.numbers.take(order))

    def _deep_page(self, scored: Scored, offset: int, end: int) -> list[RankedArticle]:
        """Return the articles of a page that may show some which passages do not raise: by date, or a late page."""
        rank = self._collection.rank
        inside = scored.window(PASSAGE_WINDOW, rank)
        if self._sort == "relevance":
            inside = inside[scored.docs.take(inside).argsort()]
            scores = scored.scores.copy()
            scores[inside] = self._raised(scored.take(inside))[0].scores
            order = scored.with_scores(scores).order(rank)[offset:end]
        else:
            order = in_order_of(self._sort, scored.docs, self._collection, rank, end)[offset:]
        page = scored.take(order)
        ascending = page.docs.argsort()
        best = self._best(page.docs[ascending])
        back = ascending.argsort()
        tops = best.scores[back]
        is_raised = np.zeros(len(scored.docs), np.bool_)
        is_raised[inside] = True
        page = page.with_scores(page.scores + np.float32(PASSAGE_WEIGHT) * tops * is_raised.take(order))
        raised = is_raised.take(order).tolist()
        ranked = _ranked_articles(page, tops, best.numbers[back])
        return [one._replace(raised=is_so) for one, is_so in zip(ranked, raised, strict=True)]

    def _contenders(self, window: Scored, end: int) -> tuple[Scored, BestPassages]:
        """Return documents with raised scores among which are the best `end` by raised score, and their passages.

        The `few` best before the raise are raised first; `least` is the `end`-th largest of their raised scores. At
        least `end` documents reach it, so that a document whose upper bound is below `least` is not among the best
        `end`: its passages are not read. A document whose bound equals it is kept, since ties are ordered by rank.
        This is the pruning of MaxScore (Turtle & Flood 1995), by document instead of by term.
        """
        few, count = max(FEW, 2 * end), len(window.docs)
        if count <= 2 * few or not self._nodes:
            return self._raised(window)
        order = window.standing(window.scores).argpartition(count - few)
        ahead, best = self._raised(window.take(order[-few:]))
        least = np.partition(ahead.standing(ahead.scores), few - end)[few - end]
        others = window.take(order[:-few])
        others = others.take((others.standing(self._at_most(others)) >= least).nonzero()[0])
        if not len(others.docs):
            return ahead, best
        others, their_best = self._raised(others)
        return joined([ahead, others]), concatenated([best, their_best])

    def _at_most(self, window: Scored) -> Scores:
        """Return (documents,) upper bounds for the raised scores of some documents."""
        return (window.scores + np.float32(PASSAGE_WEIGHT) * self._bound(window)) * np.float32(1 + ROUNDING)

    def _bound(self, window: Scored) -> Scores | np.float32:
        """Return upper bounds for the scores of the best passages of some documents, one each or one for all.

        For all it is the sum of the leaves' weights, which the saturation never exceeds.
        """
        most = np.float32(sum(self._leaves.weight(leaf) for leaf in self._nodes))
        if not self._leaves.are_bare(self._matching.nodes):
            return most
        norm = self._collection.least_norm.take(window.docs)
        normed_boost = self._collection.least_normed_boost.take(window.docs)
        if len(self._nodes) == 1:
            return bound_of_one_word(window.scores, most, norm, normed_boost)
        return bound_of_words(window.scores, norm, normed_boost)

    def _raised(self, window: Scored) -> tuple[Scored, BestPassages]:
        """Return some documents, ascending, with scores raised by their best passages, and these passages."""
        window = window.take(window.docs.argsort())
        best = self._best(window.docs)
        return window.with_scores(window.scores + np.float32(PASSAGE_WEIGHT) * best.scores), best

    def _best(self, docs: DocIds) -> BestPassages:
        """Return the best passages of some documents, given in ascending order."""
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
        """Return the hits of a page; `texts`: with blocks and passages."""
        fields = self._fields([article.doc for article in page])
        hits = (self._hit(article, fields[article.doc], texts=texts) for article in page)
        if not self._explain:
            return tuple(hits)
        parts = self._explanations(page)
        return tuple(replace(hit, parts=parts[article.doc]) for article, hit in zip(page, hits, strict=True))

    def _explanations(self, page: Sequence[RankedArticle]) -> dict[int, tuple[ScorePart, ...]]:
        """Return the parts of the score of each article of a page."""
        found: dict[int, tuple[ScorePart, ...]] = {}
        for raised, reader in product((True, False), self._collection.readers):
            ends = reader.offset, reader.offset + reader.count
            docs = [one.doc - reader.offset for one in page if one.raised == raised and ends[0] <= one.doc < ends[1]]
            if docs:
                passages = PassageScorer(self._leaves, reader, self._nodes) if raised and self._nodes else None
                parts = score_parts(self._leaves, reader, self._matching.nodes, docs, passages)
                found |= {doc + reader.offset: own for doc, own in parts.items()}
        return found

    def _fields(self, docs: Sequence[int]) -> dict[int, tuple[TextField, ...]]:
        """Return for each document the fields in which it matches, in schema order."""
        by_reader: dict[SegmentReader, list[int]] = {}
        for doc in docs:
            by_reader.setdefault(self._collection.place(doc)[0], []).append(doc)
        matched = (
            zip(
                here,
                self._leaves.matched_fields(self._matching.nodes, reader, np.array(here) - reader.offset),
                strict=True,
            )
            for reader, here in by_reader.items()
        )
        return dict(chain.from_iterable(matched))

    def _hit(self, article: RankedArticle, fields: tuple[TextField, ...], *, texts: bool) -> Hit:
        check_deadline()
        reader, number = self._collection.place(article.doc)
        if not texts:
            return Hit(reader.arrays.head(number), article.score, (), (), matched_in=fields)
        display_fields = reader.arrays.display_fields(number)
        ranges = reader.arrays.ranges(number, len(display_fields.blocks))
        return Hit(
            head=display_fields.head,
            score=article.score,
            blocks=display_fields.blocks,
            passages=ranges,
            best=article.best if ranges else None,
            matched_in=fields,
        )


def _ranked_articles(page: Scored, tops: Scores, numbers: Indices) -> list[RankedArticle]:
    """Return the articles of a page; `tops` and `numbers` are the scores and numbers of their best passages."""
    rows = zip(page.docs.tolist(), page.scores.tolist(), tops.tolist(), numbers.tolist(), strict=True)
    return [RankedArticle(doc, score, number if top > 0 else None) for doc, score, top, number in rows]
