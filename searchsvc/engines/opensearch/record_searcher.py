"""Query tree → quotes, speakers and related headlines whose own text matches: counts first, then the page.

They are documents of their own, joined to their article: a leaf of a field that they do not have looks into it.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from searchsvc.analysis import surface_forms
from searchsvc.analysis.keys import url_key
from searchsvc.engines.opensearch.commit_state import CommitState
from searchsvc.engines.opensearch.copy_searches import matching_copies, sideways_copies, with_copies
from searchsvc.engines.opensearch.facet_aggregations import (
    COUNTED_EXACTLY,
    SHARD_VALUES,
    SPELLINGS,
    Narrowing,
    exact,
    totals_of,
)
from searchsvc.engines.opensearch.index_session import IndexSession
from searchsvc.engines.opensearch.indexed_documents import article_key, decoded, key_term, title_key
from searchsvc.engines.opensearch.mapping import ARTICLE
from searchsvc.engines.opensearch.matching_copies import NO_COPIES, NONE_GROUPED, MatchingCopies, Sideways
from searchsvc.engines.opensearch.query_dsl import ORDERS, Kind, QueryBuilder
from searchsvc.engines.opensearch.scripted_scores import Scorer, counted_leaves
from searchsvc.engines.opensearch.wire_format import RESULT_WINDOW, Json
from searchsvc.engines.ranking_rules import shown_spelling, without_bare_stops
from searchsvc.model.article import RelatedHeadline
from searchsvc.model.fields import HEADLINE_FACETS, QUOTE_FACETS, SPEAKER, FacetRow
from searchsvc.model.query import FacetSelection, Filter, Leaf, Node, Sort, positive_leaves
from searchsvc.model.result import (
    Facets,
    HeadlineHit,
    HeadlineRanking,
    QuoteHit,
    QuoteRanking,
    QuoteWords,
    SpeakerHit,
    SpeakerRanking,
)

_BY_COUNT: list[Json] = [{"_count": "desc"}, {"_key": "asc"}]
#: Best first, then newest, then by article and number; or by date or arrival alone.
_ORDERS: dict[str, list[Json]] = {
    "relevance": [{"_score": "desc"}, *ORDERS["newest"], {"index": "asc"}],
    **{sort: [*ORDERS[sort], {"index": "asc"}] for sort in ("newest", "oldest", "added")},
}


class RecordSearcher:
    """Answers one query on the quotes, or on the related headlines, of the last commit."""

    def __init__(
        self, session: IndexSession, kind: Kind, root: Node, filters: Sequence[Filter], *, grouped: bool = False
    ) -> None:
        self._session = session
        self._kind: Kind = kind
        self._root = root
        self._filters = tuple(filters)
        self._leaves = positive_leaves(without_bare_stops(root))
        self._is_grouped = grouped

    def quotes(self, limit: int, offset: int, sort: Sort, facets: FacetSelection | None) -> QuoteRanking:
        """Return the quotes of one page; `facets` None: uncounted; the rest as `Engine.search_quotes`."""
        state, found, having = self._count(QUOTE_FACETS, limit, facets)
        copies = self._copies(state)
        total, without = totals_of(found)
        total -= len(copies.every)
        hits = self._hits(state, having, limit, offset, sort, copies.every) if limit and offset < total else []
        return QuoteRanking(
            hits=with_copies(
                self._session, state, list(map(_scored_quote, hits)), [copies.every.others(hit["_id"]) for hit in hits]
            ),
            total=total,
            facets=self._facets(QUOTE_FACETS, state, found, facets, copies) if facets else Facets(),
            totals_without={name: number - len(copies.without(name)) for name, number in without.items()},
        )

    def _groups(self, state: CommitState) -> bool:
        return self._is_grouped and bool(state.statistics.copies)

    def _copies(self, state: CommitState) -> Sideways:
        """Return the quotes that match and that copies of their article may have, too."""
        if not self._groups(state):
            return NONE_GROUPED
        narrowing = Narrowing(self._builder(state), self._kind, self._filters, state.statistics)
        return sideways_copies(self._session, state, narrowing, self._root)[0]

    def _facets(
        self,
        rows: Sequence[FacetRow],
        state: CommitState,
        found: Json,
        selection: FacetSelection,
        copies: Sideways = NONE_GROUPED,
    ) -> Facets:
        narrowing = Narrowing(self._builder(state), self._kind, self._filters, state.statistics)
        matching = narrowing.builder.matching(self._kind, self._root, narrowing.fixed)

        def ask(aggregations: Json) -> Json:
            body = {"query": matching, "aggs": aggregations, "size": 0}
            answered: Json = self._session.ask_at(state, [(state.articles, body)])[0]["aggregations"]
            return answered

        return narrowing.facets(found, rows, selection, ask, copies)

    def headlines(self, limit: int, offset: int, sort: Sort, facets: FacetSelection | None) -> HeadlineRanking:
        """Return the related headlines of one page; `facets` None: uncounted; the rest as `search_headlines`."""
        state, found, having = self._count(HEADLINE_FACETS, limit, facets)
        total, without = totals_of(found)
        hits = self._hits(state, having, limit, offset, sort) if limit and offset < total else []
        return HeadlineRanking(
            hits=tuple(_scored_headline(hit) for hit in hits),
            total=total,
            facets=self._facets(HEADLINE_FACETS, state, found, facets) if facets else Facets(),
            totals_without=without,
        )

    def words(self, limit: int) -> list[QuoteWords]:
        """Return the words of the newest `limit` quotes that match; of quotes with the same words the newest alone."""
        state = self._session.commits.now()
        body = {"query": self._matching(state), "sort": _ORDERS["newest"], "_source": ["words"]}
        by_forms: dict[tuple[str, ...], QuoteWords] = {}
        for hit in self._session.hits_of(state, [(body, 0, limit)])[0]:
            stored = decoded(hit["_source"]["words"], QuoteWords)
            by_forms.setdefault(stored.forms, stored)
        return list(by_forms.values())

    def speakers(self, limit: int, offset: int) -> SpeakerRanking:
        """Return who said the quotes that match, under full names; arguments as `Engine.search_speakers`."""
        names: Json = {
            "names": {"terms": {"field": "full_name", "size": SHARD_VALUES, "order": _BY_COUNT}},
            "all": {"cardinality": {"field": "full_name", "precision_threshold": COUNTED_EXACTLY}},
        }
        counted: Json = {"size": 0, "aggs": names}
        state, answers = self._session.ask(
            lambda state: [] if self._groups(state) else [(state.articles, counted | {"query": self._matching(state)})]
        )
        matching = self._matching(state)
        if not answers:
            # A quote that copies have counts once for each name that it is given to.
            (copies,) = matching_copies(self._session, state, self._kind, [matching])
            matching = copies.by(lambda one: one.fields.get("full_name", ("",))[0]).shown(matching)
            answers = self._session.ask_at(state, [(state.articles, counted | {"query": matching})])
        (answer,) = answers
        buckets = exact(answer["aggregations"]["names"])
        # More names than the cluster lists at once are counted nearly exactly.
        listed = not answer["aggregations"]["names"]["sum_other_doc_count"]
        total = len(buckets) if listed else max(len(buckets), answer["aggregations"]["all"]["value"])
        keys = [bucket["key"] for bucket in buckets[offset : offset + limit]]
        if not keys:
            return SpeakerRanking((), total)
        spelling = {"field": f"facet.{SPEAKER}", "size": SPELLINGS, "shard_size": SHARD_VALUES, "order": _BY_COUNT}
        each = {
            "spelling": {"terms": spelling},
            "articles": {"cardinality": {"field": "id", "precision_threshold": COUNTED_EXACTLY}},
            "first": {"min": {"field": "dated"}},
            "last": {"max": {"field": "dated"}},
            "first_day": {"min": {"field": "day"}},
            "last_day": {"max": {"field": "day"}},
        }
        of_page = {
            "terms": {"field": "full_name", "include": keys, "size": len(keys), "order": _BY_COUNT},
            "aggs": each,
        }
        body = {"query": matching, "size": 0, "aggs": {"names": of_page}}
        (answer,) = self._session.ask_at(state, [(state.articles, body)])
        return SpeakerRanking(tuple(map(_speaker, answer["aggregations"]["names"]["buckets"])), total)

    def _builder(self, state: CommitState) -> QueryBuilder:
        return self._session.builder(state, self._root, *self._filters)

    def _matching(self, state: CommitState) -> Json:
        return self._builder(state).matching(self._kind, self._root, self._filters)

    def _count(
        self, rows: Sequence[FacetRow], limit: int, facets: FacetSelection | None
    ) -> tuple[CommitState, Json, dict[Leaf, int]]:
        """Return the commit, the aggregations of what matches, and the number of records that have each leaf."""
        counted = counted_leaves(self._leaves) if limit else ()

        def question(state: CommitState) -> list[tuple[str, Json]]:
            builder = self._builder(state)
            narrowing = Narrowing(builder, self._kind, self._filters, state.statistics)
            main = {
                "query": builder.matching(self._kind, self._root, narrowing.fixed),
                "aggs": narrowing.aggregations(rows, facets),
            }
            each: list[Json] = [{"query": builder.matching(self._kind, leaf)} for leaf in counted]
            return [(state.articles, body | {"size": 0, "track_total_hits": True}) for body in (main, *each)]

        state, (main, *having) = self._session.ask(question)
        numbers = {leaf: answer["hits"]["total"] for leaf, answer in zip(counted, having, strict=True)}
        return state, main["aggregations"], numbers

    def _hits(
        self,
        state: CommitState,
        having: dict[Leaf, int],
        limit: int,
        offset: int,
        sort: Sort,
        copies: MatchingCopies = NO_COPIES,
    ) -> list[Json]:
        builder = self._builder(state)
        scores = Scorer(builder, state.statistics, self._leaves, having).records(self._kind)
        body: Json = {
            "query": {"bool": {"filter": [copies.shown(self._matching(state))], "should": scores}},
            "sort": _ORDERS[sort],
            "track_scores": True,
            "_source": ["hit"],
        }
        return self._session.hits_of(state, [(body, offset, limit)])[0]


def _scored_quote(hit: Json) -> QuoteHit:
    one = decoded(hit["_source"]["hit"], QuoteHit)
    return QuoteHit(one.head, one.index, one.quote, one.context, one.mention_context, one.anchor, float(hit["_score"]))


def _scored_headline(hit: Json) -> HeadlineHit:
    one = decoded(hit["_source"]["hit"], HeadlineHit)
    return HeadlineHit(one.head, one.index, one.headline, float(hit["_score"]))


def _speaker(bucket: Json) -> SpeakerHit:
    first, last = bucket["first"]["value"], bucket["last"]["value"]
    days = bucket["first_day"]["value"], bucket["last_day"]["value"]
    first_day, last_day = (None if day is None else date.fromordinal(int(day)) for day in days)
    return SpeakerHit(
        name=shown_spelling({one["key"]: one["doc_count"] for one in bucket["spelling"]["buckets"]}),
        quotes=bucket["doc_count"],
        articles=bucket["articles"]["value"],
        first=None if first is None else datetime.fromtimestamp(first, UTC),
        last=None if last is None else datetime.fromtimestamp(last, UTC),
        first_day=first_day,
        last_day=last_day,
    )


def stored_fields(session: IndexSession, article_ids: Sequence[str], fields: list[str]) -> dict[str, Json]:
    """Return stored fields of articles by id; nothing of those that are not there."""
    keys = {article_key(one): one for one in article_ids}
    body = {"query": {"ids": {"values": list(keys)}}, "size": len(keys), "_source": fields}
    if not keys:
        return {}
    _, (answer,) = session.ask(lambda state: [(state.asked(versions=True).articles, body)])
    return {keys[hit["_id"]]: hit["_source"] for hit in answer["hits"]["hits"]}


def locate(session: IndexSession, headlines: Sequence[RelatedHeadline]) -> list[list[str]]:
    """Return for each headline the id of the article at its address, else those of the articles with its words."""
    keys = [key_term(url_key(one.url or "")) for one in headlines]
    titles = [surface_forms(one.text) for one in headlines]

    def question(state: CommitState) -> list[tuple[str, Json]]:
        languages = state.statistics.stemmers
        asked = [("address", [key] if key else [], 1) for key in keys]
        asked += [
            ("title_words", [title_key(title, one) for one in languages] if title else [], RESULT_WINDOW)
            for title in titles
        ]
        return [(state.articles, _articles_with(name, values, size)) for name, values, size in asked]

    if not headlines:
        return []
    _, answers = session.ask(question)
    found = [[hit["sort"][0] for hit in answer["hits"]["hits"]] for answer in answers]
    by_address, by_title = found[: len(keys)], found[len(keys) :]
    return [first or second for first, second in zip(by_address, by_title, strict=True)]


def _articles_with(name: str, values: Sequence[str], size: int) -> Json:
    """Return the search for the ids of articles that have one of some values in a field, in order."""
    query = {"bool": {"filter": [{"term": {"kind": ARTICLE}}, {"terms": {name: list(values)}}]}}
    return {"query": query, "sort": [{"id": "asc"}], "size": size, "_source": False}
