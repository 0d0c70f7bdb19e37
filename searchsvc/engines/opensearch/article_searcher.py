"""Query → Ranking, in three requests at most: counts and facets; the best articles where many match; the page.

Where the numbers of articles that have each leaf are known from before, the first two are one request; and where it is
known, too, that few articles match, all three are.

The first request counts, since scores need the idf of each leaf, and gives totals and facets. Only the PASSAGE_WINDOW
best articles by BM25F are raised by their best passages: where more match, the second request asks which these are, or
which articles the page has where it lies behind them or is sorted by date. The last one scores, raises and reads the
articles of the page. A query with fuzzy words needs one more, for the forms that they stand for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from searchsvc.engines.opensearch.commit_state import CommitState
from searchsvc.engines.opensearch.commit_view import CommitView, counting
from searchsvc.engines.opensearch.copy_searches import copies_search, sideways_bodies, sideways_copies, with_copies
from searchsvc.engines.opensearch.facet_aggregations import Narrowing
from searchsvc.engines.opensearch.index_session import IndexSession
from searchsvc.engines.opensearch.indexed_documents import ShownFields, ShownHead, article_key, decoded
from searchsvc.engines.opensearch.mapping import ARTICLE
from searchsvc.engines.opensearch.matching_copies import NO_COPIES, NONE_GROUPED, MatchingCopies, Sideways
from searchsvc.engines.opensearch.page_parts import PageParts, Part, Place, Range
from searchsvc.engines.opensearch.query_dsl import QueryBuilder, all_of, any_of, of_kind, scripted
from searchsvc.engines.opensearch.score_explanation import leaf_searches, score_parts_of
from searchsvc.engines.opensearch.scripted_scores import Scorer, best_of, counted_leaves, matched_fields
from searchsvc.engines.opensearch.wire_format import RESULT_WINDOW, Json
from searchsvc.engines.ranking_rules import without_bare_stops
from searchsvc.model.fields import ARTICLE_FACETS
from searchsvc.model.query import LEAVES, And, FacetSelection, Leaf, Query, positive_leaves
from searchsvc.model.result import Facets, Hit, Ranking

#: Searches for totals: of the result, of what the root matches, of what has all words.
TOTALS = 3
#: BM25F score → a number below 1, to which the number of matched children of the coord clause is added.
_FRACTION = "_score / highest"
#: Matched children of the coord clause, from the table that the request brings.
_MATCHED = "params.matched[doc['id'].value]"


class ArticleSearcher:
    """Answers one query on the articles of the last commit."""

    def __init__(self, session: IndexSession, query: Query) -> None:
        self._session = session
        self._query = query
        self._root = without_bare_stops(query.root)
        self._leaves = positive_leaves(self._root)
        self._parts = PageParts(self._root, query.sort)
        self._coord = self._parts.coord
        #: Id of each article of the page → number of the passage that has raised its score; for explanations.
        self._best: dict[str, int | None] = {}
        #: The members of groups of copies that match.
        self._copies = NO_COPIES
        #: How many articles match.
        self._articles = 0

    def ranking(self, limit: int, offset: int, *, facets: FacetSelection | None, texts: bool, least: int) -> Ranking:
        """Return the hits of one page with totals and facets; `facets` None: uncounted; the rest as `Engine.search`."""
        view = self._session.view
        if view is not None:
            known = self._known(view)
            if known and known.total_unfiltered < least:
                return known
            if limit and not self._groups(self._asked(view.now())):
                self._ask_ahead(view, limit, offset, known.total if known else None, texts=texts)
        counted = counted_leaves(self._leaves) if limit else ()
        last, answers = self._session.ask(lambda state: self._counting(self._asked(state), counted))
        state = self._asked(last)
        (main, unfiltered, all_words), having = answers[:TOTALS], answers[TOTALS:]
        copies, of_all_words = self._grouped(state)
        self._copies = copies.every
        self._articles = articles = main["hits"]["total"]
        total = articles - len(copies.every)
        enough = unfiltered["hits"]["total"] >= least
        ranking = Ranking(
            hits=(),
            total=total,
            total_articles=articles,
            total_all_words=all_words["hits"]["total"] - len(of_all_words),
            total_unfiltered=unfiltered["hits"]["total"],
            facets=Facets(),
        )
        if not enough:
            return ranking
        if facets:
            self._session.ahead([self._facet_search(state, self._aggregations(state, facets))])
        if limit and offset < total:
            numbers = {leaf: answer["hits"]["total"] for leaf, answer in zip(counted, having, strict=False)}
            scorer = Scorer(self._builder(state), state.statistics, self._leaves, numbers)
            ranking = replace(ranking, hits=self._hits(state, scorer, limit, offset, total, facets, texts=texts))
        return replace(ranking, facets=self._facets(state, facets, copies)) if facets else ranking

    def _hits(
        self,
        state: CommitState,
        scorer: Scorer,
        limit: int,
        offset: int,
        total: int,
        facets: FacetSelection | None,
        *,
        texts: bool,
    ) -> tuple[Hit, ...]:
        """Return the hits of a page; what facets need beside is sent along with the last request for them."""
        parts = self._parts.at_once(limit, offset, total)
        if not parts:
            found = self._places(state, scorer, self._parts.ranges(limit, offset, total))
            parts = self._parts.placed(found, limit, offset)
        hits = self._read(state, scorer, parts, texts=texts)
        if facets:
            self._ask_keys_ahead(state, facets)
        if parts[0].level is not None:
            hits = hits[offset : offset + limit]
        others = [self._copies.others(article_key(hit.head.id)) for hit in hits]
        hits = with_copies(self._session, state, hits, others)
        return self._explained(state, scorer, hits) if self._query.explain else hits

    def _asked(self, state: CommitState) -> CommitState:
        """Return the commit as the query searches it."""
        return state.asked(versions=self._query.versions)

    def _groups(self, state: CommitState) -> bool:
        """Return whether copies are grouped, and there are any."""
        return self._query.grouped and not self._query.versions and bool(state.statistics.copies)

    def _grouped(self, state: CommitState) -> tuple[Sideways, MatchingCopies]:
        """Return the members of groups of copies that match; and those that have all words, too."""
        if not self._groups(state):
            return NONE_GROUPED, NO_COPIES
        all_words = self._bodies(state)[-1]
        copies, (having,) = sideways_copies(self._session, state, self._narrowing(state), self._query.root, all_words)
        return copies, having

    def counts(self, last: CommitState) -> list[tuple[str, Json]]:
        """Return the searches for the totals, and for the number of articles of each leaf that scores need."""
        state = self._asked(last)
        builder = self._builder(state)
        having = [builder.matching(ARTICLE, leaf) for leaf in counted_leaves(self._leaves)]
        return [*self._totals(state), *((state.articles, counting(one)) for one in having), *self._copies_ahead(state)]

    def _totals(self, state: CommitState) -> list[tuple[str, Json]]:
        """Return the searches that count the result, what the root matches, and what has all words."""
        return [(state.articles, counting(one)) for one in self._bodies(state)]

    def _bodies(self, state: CommitState) -> tuple[Json, Json, Json]:
        """Return the queries of the result, of what the root matches, and of what has all words."""
        builder, query = self._builder(state), self._query
        every = builder.matching(ARTICLE, query.all_words or query.root, query.filters)
        if query.all_words is None and self._coord is not None:
            every = all_of([every, *(builder.node(child, ARTICLE) for child in self._coord.children)])
        return builder.matching(ARTICLE, query.root, query.filters), builder.matching(ARTICLE, query.root), every

    def _known(self, view: CommitView) -> Ranking | None:
        """Return the totals, if they are known without asking."""
        state = self._asked(view.now())
        if self._groups(state):
            return None
        answers = [view.known(one) for one in self._totals(state)]
        numbers = [answer["hits"]["total"] for answer in answers if answer is not None]
        if len(numbers) < len(answers):
            return None
        total, unfiltered, all_words = numbers
        return Ranking((), total, total, total_all_words=all_words, total_unfiltered=unfiltered)

    def _ask_ahead(self, view: CommitView, limit: int, offset: int, total: int | None, *, texts: bool) -> None:
        """Send the searches for the page along with those that count, if all numbers that scores need are known.

        Args:
            view: The commit.
            limit: Hits of the page.
            offset: Hits before it.
            total: How many articles match; None: that is not known.
            texts: As of `Engine.search`.

        """
        state = self._asked(view.now())
        leaves = counted_leaves(self._leaves)
        answers = [view.known(search) for search in self.counts(state)[TOTALS : TOTALS + len(leaves)]]
        numbers = {leaf: one["hits"]["total"] for leaf, one in zip(leaves, answers, strict=True) if one is not None}
        if len(numbers) < len(leaves):
            return
        scorer = Scorer(self._builder(state), state.statistics, self._leaves, numbers)
        most = self._at_most(numbers, state.statistics.articles) if total is None else total
        parts = self._parts.at_once(limit, offset, most)
        if not parts and self._session.pin is not None:
            return
        bodies = [self._body(scorer, part, texts=texts) for part in parts] or [
            self._places_body(scorer) | {"sort": order, "from": first, "size": size}
            for order, first, size in self._parts.ranges(limit, offset, most)
            if size and first + size <= RESULT_WINDOW
        ]
        view.ahead([(state.articles, body) for body in bodies])

    def _at_most(self, numbers: Mapping[Leaf, int], articles: int) -> int:
        """Return a number of articles that no result exceeds, from those of leaves that every hit must have."""
        needed = self._root.children if isinstance(self._root, And) else (self._root,)
        return min((numbers[node] for node in needed if isinstance(node, LEAVES) and node in numbers), default=articles)

    def _narrowing(self, state: CommitState) -> Narrowing:
        return Narrowing(self._builder(state), ARTICLE, self._query.filters, state.statistics)

    def _aggregations(self, state: CommitState, selection: FacetSelection) -> Json:
        return self._narrowing(state).aggregations(ARTICLE_FACETS, selection, documents=self._articles)

    def _facet_search(self, state: CommitState, aggregations: Json) -> tuple[str, Json]:
        narrowing = self._narrowing(state)
        matching = narrowing.builder.matching(ARTICLE, self._query.root, narrowing.fixed)
        return state.articles, {"query": matching, "aggs": aggregations, "size": 0, "track_total_hits": False}

    def _ask_keys_ahead(self, state: CommitState, selection: FacetSelection) -> None:
        """Send the search for keys of facets along with the next request, if it is known to be needed."""
        narrowing = self._narrowing(state)
        known = self._session.known(self._facet_search(state, self._aggregations(state, selection)))
        more = narrowing.more(known["aggregations"], ARTICLE_FACETS, selection) if known else None
        if more:
            self._session.ahead([self._facet_search(state, more)])

    def _facets(self, state: CommitState, selection: FacetSelection, copies: Sideways) -> Facets:
        narrowing = self._narrowing(state)

        def ask(aggregations: Json) -> Json:
            answered: Json = self._session.ask_at(state, [self._facet_search(state, aggregations)])[0]["aggregations"]
            return answered

        found = ask(self._aggregations(state, selection))
        return narrowing.facets(found, ARTICLE_FACETS, selection, ask, copies)

    def _builder(self, state: CommitState) -> QueryBuilder:
        return self._session.builder(state, self._query.root, *self._query.filters, self._query.all_words)

    def _counting(self, state: CommitState, counted: Sequence[Leaf]) -> list[tuple[str, Json]]:
        """Return the searches that count the result, the root, all words and each leaf; of a view also for copies."""
        builder = self._builder(state)
        having = (counting(builder.matching(ARTICLE, leaf)) for leaf in counted)
        return [*self._totals(state), *((state.articles, one) for one in having), *self._copies_ahead(state)]

    def _copies_ahead(self, state: CommitState) -> list[tuple[str, Json]]:
        """Return the searches that `_grouped` makes; a view keeps their answers."""
        if self._session.view is None or self._session.pin is not None or not self._groups(state):
            return []
        bodies = [*sideways_bodies(self._narrowing(state), self._query.root), self._bodies(state)[-1]]
        return [copies_search(state, ARTICLE, body) for body in bodies]

    def _places(self, state: CommitState, scorer: Scorer, ranges: Sequence[Range]) -> list[tuple[Place, ...]]:
        """Return for each range the articles there, before any is raised."""
        body = self._places_body(scorer)
        found = self._session.hits_of(
            state, [(body | {"sort": order}, offset, limit) for order, offset, limit in ranges]
        )
        return [
            tuple(Place(hit["sort"][-1], offset + i, float(hit["_score"])) for i, hit in enumerate(hits))
            for hits, (_, offset, _) in zip(found, ranges, strict=True)
        ]

    def _places_body(self, scorer: Scorer) -> Json:
        """Return the search for the places of articles, without order and range."""
        scores = scorer.articles()
        if self._coord is not None:
            fraction = [scripted(any_of(scores), _FRACTION, highest=scorer.highest())] if scores else []
            children = [scorer.builder.node(child, ARTICLE) for child in self._coord.children]
            scores = [*fraction, *({"constant_score": {"filter": child}} for child in children)]
        matching = self._copies.shown(scorer.builder.matching(ARTICLE, self._query.root, self._query.filters))
        return {
            "query": {"bool": {"filter": [matching], "should": scores}},
            "track_scores": True,
            "_source": False,
            "stored_fields": "_none_",
        }

    def _read(self, state: CommitState, scorer: Scorer, parts: Sequence[Part], *, texts: bool) -> tuple[Hit, ...]:
        """Return the articles of a page, scored, in the order of the query."""
        wanted = [part for part in parts if part.among is None or part.among]
        answers = self._session.ask_at(
            state, [(state.articles, self._body(scorer, part, texts=texts)) for part in wanted]
        )
        read = [
            hit | {"raised": part.raised}
            for part, answer in zip(wanted, answers, strict=True)
            for hit in answer["hits"]["hits"]
        ]
        if self._query.sort != "relevance":
            ranks = {place.id: place.rank for part in wanted for place in part.among or ()}
            read.sort(key=lambda hit: ranks.get(hit["sort"][-1], 0))
        if self._query.explain:
            self._best = {hit["sort"][-1]: best_of(hit) if hit["raised"] else None for hit in read}
        return tuple(self._hit(hit, texts=texts) for hit in read)

    def _explained(self, state: CommitState, scorer: Scorer, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """Return the hits of a page with the parts of their scores."""
        searches = list(leaf_searches(scorer, self._best))
        answers = self._session.ask_at(state, [(state.articles, one.body) for one in searches])
        parts = score_parts_of(searches, answers, self._best)
        return tuple(replace(hit, parts=parts[hit.head.id]) for hit in hits)

    def _body(self, scorer: Scorer, part: Part, *, texts: bool) -> Json:
        """Return the search that scores and reads the articles of a part."""
        builder, query = scorer.builder, self._query
        order = part.order
        if part.among is None:
            matching = self._copies.shown(builder.matching(ARTICLE, query.root, query.filters))
            matching = self._parts.of_level(builder, part, matching)
        else:
            matching = all_of([of_kind(ARTICLE), {"terms": {"id": [place.id for place in part.among]}}])
            if self._coord is not None and query.sort == "relevance":
                matched = {place.id: int(place.score) for place in part.among}
                script = {"source": _MATCHED, "params": {"matched": matched}}
                order = [{"_script": {"type": "number", "script": script, "order": "desc"}}, *order]
        passage = scorer.best_passage(raising=part.raised, shown=texts or query.explain)
        scores = [*scorer.articles(told=True), *([passage] if passage else [])]
        return {
            "query": {"bool": {"filter": [matching], "should": scores}},
            "sort": order,
            "track_scores": True,
            "from": part.offset,
            "size": part.limit,
        }

    @staticmethod
    def _hit(hit: Json, *, texts: bool) -> Hit:
        matched_in = matched_fields(hit)
        score = float(hit["_score"])
        if not texts:
            return Hit(decoded(hit["_source"]["shown"], ShownHead).head, score, (), (), matched_in=matched_in)
        shown = decoded(hit["_source"]["shown"], ShownFields)
        best = best_of(hit) if shown.passages else None
        return Hit(shown.head, score, shown.blocks, shown.passages, best, matched_in)
