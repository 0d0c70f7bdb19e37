"""Leaves and queries → how many documents match, and when; and what a request asks, sent with its first search."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from searchsvc.engines.base import Expected
from searchsvc.engines.opensearch.article_searcher import ArticleSearcher
from searchsvc.engines.opensearch.commit_state import CommitState
from searchsvc.engines.opensearch.commit_view import counting
from searchsvc.engines.opensearch.copy_searches import matching_copies
from searchsvc.engines.opensearch.facet_aggregations import MONTHS, exact
from searchsvc.engines.opensearch.index_session import IndexSession, similar_searches
from searchsvc.engines.opensearch.mapping import ALL_FORMS, ARTICLE
from searchsvc.engines.opensearch.matching_copies import NO_COPIES, MatchingCopies, Member
from searchsvc.engines.opensearch.query_dsl import Kind, all_of, any_of
from searchsvc.engines.opensearch.wire_format import Json
from searchsvc.errors import EngineError
from searchsvc.model.date_histogram import DateHistogram, Interval, PeriodCount, first_day
from searchsvc.model.query import Filter, Node, Query


class FilteredRoot(NamedTuple):
    """What is counted."""

    root: Node
    filters: Sequence[Filter] = ()
    #: As of `Query.versions`.
    versions: bool = False
    #: As of `Query.grouped`.
    grouped: bool = False

    @classmethod
    def of(cls, query: Query) -> "FilteredRoot":
        """Return what is counted of a query."""
        return cls(query.root, query.filters, query.versions, query.grouped and not query.versions)


def count_matching(session: IndexSession, kind: Kind, asked: Sequence[FilteredRoot]) -> list[int]:
    """Return how many documents of a kind match each of several roots and filters, in one request.

    Where copies are grouped, those that match are asked for in one or two more.
    """
    view = session.view if kind == ARTICLE else None
    nowhere = {one.root for one in asked if view and not one.versions and view.is_nowhere(one.root)}
    counted = [one for one in asked if one.versions or one.root not in nowhere]
    if not counted:
        return [0] * len(asked)
    state, answers = session.ask(lambda state: _searches(session, state, kind, counted))
    copies = _copies(session, state, kind, counted)
    numbers = (answer["hits"]["total"] - len(one) for answer, one in zip(answers, copies, strict=True))
    return [next(numbers) if one.versions or one.root not in nowhere else 0 for one in asked]


def count_by_period(session: IndexSession, asked: Sequence[FilteredRoot], interval: Interval) -> list[DateHistogram]:
    """Return how many articles that match each of several roots and filters are dated within each period.

    Raises:
        EngineError: There are more different days, or months, than one answer has.

    """
    field = "month" if interval in {"month", "year"} else "day"
    counted: Json = {
        "dated": {"terms": {"field": field, "size": MONTHS, "order": {"_key": "asc"}}},
        "undated": {"missing": {"field": "day"}},
    }
    if not asked:
        return []
    state, answers = session.ask(
        lambda state: [(index, body | {"aggs": counted}) for index, body in _searches(session, state, ARTICLE, asked)]
    )
    copies = _copies(session, state, ARTICLE, asked)
    return [_histogram(answer, interval, one) for answer, one in zip(answers, copies, strict=True)]


def _histogram(answer: Json, interval: Interval, copies: MatchingCopies) -> DateHistogram:
    """Return the histogram of aggregations by day, or by month; copies of a story count once in each period."""
    found = answer["aggregations"]
    if found["dated"]["sum_other_doc_count"]:
        raise EngineError(f"there are more than {MONTHS} different days: ask for months, or for fewer days")
    counts: Counter[date | None] = Counter()
    for bucket in exact(found["dated"]):
        key = bucket["key"]
        day = date.fromordinal(key) if isinstance(key, int) else date.fromisoformat(f"{key}-01")
        counts[first_day(day, interval)] += bucket["doc_count"]
    counts.subtract(copies.repeated_by(lambda one: _period_of(one, interval)))
    undated = counts.pop(None, 0) + found["undated"]["doc_count"]
    periods = tuple(PeriodCount(first, count) for first, count in sorted(counts.items()) if first)
    again = sum(one.count for one in periods) + undated - (answer["hits"]["total"] - len(copies))
    return DateHistogram(periods, undated, again)


def _period_of(member: Member, interval: Interval) -> date | None:
    days = member.fields.get("day", ())
    return first_day(date.fromordinal(int(days[0])), interval) if days else None


def _copies(
    session: IndexSession, state: CommitState, kind: Kind, asked: Sequence[FilteredRoot]
) -> list[MatchingCopies]:
    """Return for each of several roots and filters the members of groups that match, where copies are grouped."""
    grouped = [one for one in asked if one.grouped]
    bodies = [body["query"] for _, body in _searches(session, state, kind, grouped)] if state.statistics.copies else []
    found = iter(matching_copies(session, state, kind, bodies) or [NO_COPIES] * len(grouped))
    return [next(found) if one.grouped else NO_COPIES for one in asked]


def ask_ahead(session: IndexSession, expected: Callable[[], Expected]) -> None:
    """Send along with the next request what a session that has a view will be asked; as `Engine.prefetch`.

    Of phrases that are seldom anywhere one search asks whether any article has the words of one: only then each is
    counted.
    """
    view = session.view
    if view is None:
        return
    state, asked = view.now(), expected()
    view.ahead(_searches(session, state, ARTICLE, list(map(FilteredRoot, asked.leaves))))
    for group in asked.seldom:
        builder = session.builder(state)
        together = [
            all_of([{"terms": {ALL_FORMS: builder.same_words(word)}} for word in phrase.words]) for phrase in group
        ]
        view.seldom(group, (state.articles, counting(any_of(together))))
    for query in asked.queries:
        view.ahead(ArticleSearcher(session, query).counts(state))
    for word, edits, limit in asked.words:
        view.ahead(similar_searches(state, word, edits, limit))


def _searches(
    session: IndexSession, state: CommitState, kind: Kind, asked: Sequence[FilteredRoot]
) -> list[tuple[str, Json]]:
    nodes = [node for one in asked for node in (one.root, *one.filters)]
    seen = {versions: state.asked(versions=versions) for versions in {one.versions for one in asked}}
    builders = {versions: session.builder(held, *nodes) for versions, held in seen.items()}
    return [
        (seen[one.versions].articles, counting(builders[one.versions].matching(kind, one.root, one.filters)))
        for one in asked
    ]
