"""Query → Ranking, in three requests at most: counts and facets; the best articles where many match; the page.

The first request counts, since scores need the idf of each leaf, and gives totals and facets. Only the PASSAGE_WINDOW
best articles by BM25F are raised by their best passages: where more match, the second request asks which these are, or
which articles the page has where it lies behind them or is sorted by date. The last one scores, raises and reads the
articles of the page. A query with fuzzy words needs one more, for the forms that they stand for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from searchsvc.engines.opensearch.cluster import Json
from searchsvc.engines.opensearch.commit_state import CommitState
from searchsvc.engines.opensearch.facet_aggregations import Narrowing, totals_of
from searchsvc.engines.opensearch.index_session import RESULT_WINDOW, IndexSession
from searchsvc.engines.opensearch.indexed_documents import ShownFields, ShownHead, decoded
from searchsvc.engines.opensearch.mapping import ARTICLE
from searchsvc.engines.opensearch.query_dsl import QueryBuilder, all_of, any_of, of_kind, scripted
from searchsvc.engines.opensearch.scripted_scores import Scorer, best_of, counted_leaves
from searchsvc.engines.ranking_rules import PASSAGE_FIELDS, PASSAGE_WINDOW, WEIGHTS, coord_clause, without_bare_stops
from searchsvc.model.fields import ARTICLE_FACETS, TEXT, TextField
from searchsvc.model.query import FacetSelection, Leaf, Query, positive_leaves
from searchsvc.model.result import Facets, Hit, Ranking

#: Orders of articles; `dated` is in whole seconds, undated articles come last.
ORDERS: dict[str, list[Json]] = {
    "relevance": [{"_score": "desc"}, {"id": "asc"}],
    "newest": [{"dated": {"order": "desc", "missing": "_last"}}, {"id": "asc"}],
    "oldest": [{"dated": {"order": "asc", "missing": "_last"}}, {"id": "asc"}],
}
#: BM25F score → a number below 1, to which the number of matched children of the coord clause is added.
_FRACTION = "_score / highest"
#: Matched children of the coord clause, from the table that the request brings.
_MATCHED = "params.matched[doc['id'].value]"


@dataclass(frozen=True, slots=True)
class Place:
    """An article in an order of all that match."""

    id: str
    #: How many articles come before it.
    rank: int
    #: BM25F score; with a coord clause the number of matched children and a fraction that grows with the score.
    score: float

    @property
    def standing(self) -> tuple[float, str]:
        """The better one has the lesser."""
        return -self.score, self.id


@dataclass(frozen=True, slots=True)
class Part:
    """Articles of a page that one search reads."""

    #: Those to choose from; None: all that match.
    among: tuple[Place, ...] | None
    order: list[Json]
    offset: int
    limit: int
    #: Whether their best passages add to their scores.
    raised: bool = True


class ArticleSearcher:
    """Answers one query on the articles of the last commit."""

    def __init__(self, session: IndexSession, query: Query) -> None:
        self._session = session
        self._query = query
        self._root = without_bare_stops(query.root)
        self._leaves = positive_leaves(self._root)
        self._coord = coord_clause(self._root)
        self._in_passages = any(leaf.field in PASSAGE_FIELDS for leaf in self._leaves)

    def ranking(self, limit: int, offset: int, *, facets: FacetSelection | None, texts: bool, least: int) -> Ranking:
        """Return the hits of one page with totals and facets; `facets` None: uncounted; the rest as `Engine.search`."""
        counted = counted_leaves(self._leaves) if limit else ()
        state, answers = self._session.ask(lambda state: self._counting(state, counted, facets))
        main, unfiltered, all_words, *having = answers
        total, _ = totals_of(main["aggregations"])
        enough = unfiltered["hits"]["total"] >= least
        ranking = Ranking(
            hits=(),
            total=total,
            total_all_words=all_words["hits"]["total"],
            total_unfiltered=unfiltered["hits"]["total"],
            facets=self._facets(state, main["aggregations"], facets) if facets and enough else Facets(),
        )
        if not enough or not limit or offset >= total:
            return ranking
        numbers = {leaf: answer["hits"]["total"] for leaf, answer in zip(counted, having, strict=True)}
        scorer = Scorer(self._builder(state), state.statistics, self._leaves, numbers)
        parts = self._parts(state, scorer, limit, offset, total)
        return replace(ranking, hits=self._read(state, scorer, parts, texts=texts))

    def _facets(self, state: CommitState, found: Json, selection: FacetSelection) -> Facets:
        builder = self._builder(state)
        narrowing = Narrowing(builder, ARTICLE, self._query.filters)
        matching = builder.matching(ARTICLE, self._query.root, narrowing.fixed)

        def ask(aggregations: Json) -> Json:
            body = {"query": matching, "aggs": aggregations, "size": 0}
            answered: Json = self._session.ask_at(state, [(state.articles, body)])[0]["aggregations"]
            return answered

        return narrowing.facets(found, ARTICLE_FACETS, selection, ask)

    def _builder(self, state: CommitState) -> QueryBuilder:
        return self._session.builder(state, self._query.root, *self._query.filters, self._query.all_words)

    def _counting(
        self, state: CommitState, counted: Sequence[Leaf], facets: FacetSelection | None
    ) -> list[tuple[str, Json]]:
        """Return the searches that count: the result with its facets, the root, all words, each leaf."""
        builder, query = self._builder(state), self._query
        narrowing = Narrowing(builder, ARTICLE, query.filters)
        root = builder.matching(ARTICLE, query.root)
        every = builder.matching(ARTICLE, query.all_words or query.root, query.filters)
        if query.all_words is None and self._coord is not None:
            every = all_of([every, *(builder.node(child, ARTICLE) for child in self._coord.children)])
        bodies: list[Json] = [
            {
                "query": builder.matching(ARTICLE, query.root, narrowing.fixed),
                "aggs": narrowing.aggregations(ARTICLE_FACETS, facets),
            },
            {"query": root},
            {"query": every},
            *({"query": builder.in_article(leaf)} for leaf in counted),
        ]
        return [(state.articles, body | {"size": 0, "track_total_hits": True}) for body in bodies]

    def _parts(self, state: CommitState, scorer: Scorer, limit: int, offset: int, total: int) -> list[Part]:
        """Return which articles the page has, as far as that is known before they are scored."""
        order, relevance = ORDERS[self._query.sort], self._query.sort == "relevance"
        few = total <= PASSAGE_WINDOW or not self._in_passages
        if few and not (self._coord and relevance) and offset + limit <= RESULT_WINDOW:
            return [Part(None, order, offset, limit)]
        by_score, end = ORDERS["relevance"], min(offset + limit, total)
        if not relevance:
            last = (by_score, PASSAGE_WINDOW - 1, 1)
            page, lowest = self._places(state, scorer, (order, offset, limit), last)
            raised = {place for place in page if not lowest or place.standing <= lowest[0].standing}
            return [
                Part(tuple(place for place in page if (place in raised) == so), order, 0, limit, raised=so)
                for so in (True, False)
            ]
        window, rest = self._places(
            state,
            scorer,
            (by_score, 0, PASSAGE_WINDOW if offset < PASSAGE_WINDOW else 0),
            (by_score, max(offset, PASSAGE_WINDOW), max(0, end - max(offset, PASSAGE_WINDOW))),
        )
        here = max(0, min(limit, PASSAGE_WINDOW - offset))
        return [Part(window, by_score, offset, here), Part(rest, by_score, 0, len(rest), raised=False)]

    def _places(
        self, state: CommitState, scorer: Scorer, *ranges: tuple[list[Json], int, int]
    ) -> list[tuple[Place, ...]]:
        """Return for each order, offset and limit the articles there, before any is raised."""
        scores = scorer.articles()
        if self._coord is not None:
            fraction = [scripted(any_of(scores), _FRACTION, highest=scorer.highest())] if scores else []
            children = [scorer.builder.node(child, ARTICLE) for child in self._coord.children]
            scores = [*fraction, *({"constant_score": {"filter": child}} for child in children)]
        matching = scorer.builder.matching(ARTICLE, self._query.root, self._query.filters)
        body: Json = {
            "query": {"bool": {"filter": [matching], "should": scores}},
            "track_scores": True,
            "_source": False,
            "stored_fields": "_none_",
        }
        found = self._session.hits_of(
            state, [(body | {"sort": order}, offset, limit) for order, offset, limit in ranges]
        )
        return [
            tuple(Place(hit["sort"][-1], offset + i, float(hit["_score"])) for i, hit in enumerate(hits))
            for hits, (_, offset, _) in zip(found, ranges, strict=True)
        ]

    def _read(self, state: CommitState, scorer: Scorer, parts: Sequence[Part], *, texts: bool) -> tuple[Hit, ...]:
        """Return the articles of a page, scored, in the order of the query."""
        wanted = [part for part in parts if part.among is None or part.among]
        answers = self._session.ask_at(
            state, [(state.articles, self._body(scorer, part, texts=texts)) for part in wanted]
        )
        read = [hit for answer in answers for hit in answer["hits"]["hits"]]
        if self._query.sort != "relevance":
            ranks = {place.id: place.rank for part in wanted for place in part.among or ()}
            read.sort(key=lambda hit: ranks.get(hit["sort"][-1], 0))
        return tuple(self._hit(hit, texts=texts) for hit in read)

    def _body(self, scorer: Scorer, part: Part, *, texts: bool) -> Json:
        """Return the search that scores and reads the articles of a part."""
        builder, query = scorer.builder, self._query
        order = part.order
        if part.among is None:
            matching = builder.matching(ARTICLE, query.root, query.filters)
        else:
            matching = all_of([of_kind(ARTICLE), {"terms": {"id": [place.id for place in part.among]}}])
            if self._coord is not None and query.sort == "relevance":
                matched = {place.id: int(place.score) for place in part.among}
                script = {"source": _MATCHED, "params": {"matched": matched}}
                order = [{"_script": {"type": "number", "script": script, "order": "desc"}}, *order]
        passage = scorer.best_passage(raising=part.raised, shown=texts)
        scores = [*scorer.articles(), *([passage] if passage else []), *self._named(builder)]
        return {
            "query": {"bool": {"filter": [matching], "should": scores}},
            "sort": order,
            "track_scores": True,
            "from": part.offset,
            "size": part.limit,
            "_source": ["shown"],
        }

    def _named(self, builder: QueryBuilder) -> list[Json]:
        """Return for each text field a query of the articles that have a leaf there; the hits name those that match."""
        named = []
        for name in TEXT:
            here = [leaf for leaf in dict.fromkeys(self._leaves) if _looks_into(leaf, name)]
            if here:
                matching = any_of([builder.in_field(leaf, name) for leaf in here])
                named.append({"constant_score": {"filter": matching, "boost": 0, "_name": name}})
        return named

    @staticmethod
    def _hit(hit: Json, *, texts: bool) -> Hit:
        names = set(hit.get("matched_queries", ()))
        matched_in = tuple(name for name in TEXT if name in names)
        score = float(hit["_score"])
        if not texts:
            return Hit(decoded(hit["_source"]["shown"], ShownHead).head, score, (), (), matched_in=matched_in)
        shown = decoded(hit["_source"]["shown"], ShownFields)
        best = best_of(hit) if shown.passages else None
        return Hit(shown.head, score, shown.blocks, shown.passages, best, matched_in)


def _looks_into(leaf: Leaf, name: TextField) -> bool:
    return leaf.field == name or (leaf.field is None and name in WEIGHTS)
