"""Search over time: how many articles of up to four searches are dated in each period, and their share of all articles.

All searches have the same filters, and all that these leave is the whole that shares are of. Everything is counted at
one commit. What is counted of a search is what its page of results lists: a search for which few articles have all the
words counts those with most of them, too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Annotated

from msgspec import Meta

from searchsvc.engines.base import Engine
from searchsvc.errors import QueryError
from searchsvc.model.date_histogram import DateHistogram, Interval, count_periods, last_day, periods_between
from searchsvc.model.deadline import check_deadline
from searchsvc.model.message import Message
from searchsvc.model.query import MatchAll, Notice, Query
from searchsvc.model.result import Asked, IndexInfo
from searchsvc.search.articles import rank_articles
from searchsvc.search.request import SearchRequest, with_language
from searchsvc.search.suggestions import Respelling

#: Searches that are compared, at most.
MAX_COMPARED = 4
#: Periods of an answer, at most: 54 years of days.
MAX_PERIODS = 20_000
#: The intervals, shortest first, and the periods of each at most where no interval is asked for: two months of days, a
#: year of weeks, ten years of months.
USUAL_PERIODS: Mapping[Interval, int] = MappingProxyType({"day": 62, "week": 54, "month": 124, "year": MAX_PERIODS})
INTERVALS = tuple(USUAL_PERIODS)


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A period, and how many articles of a search are dated within it."""

    #: First and last day, both included; of the first and the last period only what the dates of the search leave.
    first: date
    last: date
    articles: int
    #: All articles of the period that pass the filters.
    whole: int

    @property
    def share(self) -> float | None:
        """Return the share of all articles of the period, from 0 to 1; None where there are none."""
        return self.articles / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Trend:
    """One search over time."""

    text: Annotated[str, Meta(description="The query as it was typed.")]
    understood: str
    notices: tuple[Notice, ...]
    #: Articles that match, undated ones among them.
    total: int
    undated: int
    #: A point for each period, empty ones too; the same periods for all searches that are compared.
    points: tuple[TrendPoint, ...]


@dataclass(frozen=True, slots=True)
class TrendsPage:
    """The answer to searches over time."""

    asked: Asked
    interval: Interval
    trends: tuple[Trend, ...]
    #: All articles that pass the filters, and those of them without a date.
    whole: int
    undated: int
    index: IndexInfo


@dataclass(frozen=True, slots=True)
class _Counted:
    """A search that is counted."""

    request: SearchRequest
    query: Query
    understood: str
    notices: tuple[Notice, ...]


def search_trends(
    engine: Engine, requests: Sequence[SearchRequest], interval: Interval | None = None, *, most: int = MAX_PERIODS
) -> TrendsPage:
    """Return the counts of several searches by period, from the first period that one has to the last.

    Where days are chosen, the periods are those of these days.

    Args:
        engine: The index to search.
        requests: The searches, at most MAX_COMPARED; page, size and order do not count, filters are those of the first.
        interval: Length of a period; None: the shortest that gives at most its USUAL_PERIODS.
        most: Periods at most, where there is a greater interval.

    Raises:
        QueryError: A text cannot be parsed, a query would cost too much, or there are too many searches or periods.
        EngineError: The index cannot be read.

    """
    if not 1 <= len(requests) <= MAX_COMPARED:
        raise QueryError(
            Message("%(count)s searches cannot be compared: give 1 to %(most)s", count=len(requests), most=MAX_COMPARED)
        )
    return engine.at_one_commit(lambda held: _trends(held, requests, interval, most))


def _trends(engine: Engine, requests: Sequence[SearchRequest], interval: Interval | None, most: int) -> TrendsPage:
    filtered = requests[0]
    counted = [_counted(engine, replace(filtered, text=one.text)) for one in requests]
    whole = Query(MatchAll(), filtered.filters(), grouped=filtered.is_grouped, versions=filtered.versions)
    queries = [*(one.query for one in counted), whole]
    # The span of the periods says which interval is taken; months tell it, and years where no shorter one is wanted.
    coarse: Interval = "year" if interval == "year" else "month"
    found = engine.histograms(queries, coarse)
    span = _span(filtered, found[:-1])
    chosen = _interval(span, interval, most)
    if chosen != coarse:
        found = engine.histograms(queries, chosen)
    if span and interval != "month" and chosen in {"day", "week"}:
        # Months begin before their first article and end after the last one.
        span = _span(filtered, found[:-1]) or span
    every = found[-1]
    return TrendsPage(
        asked=filtered.asked,
        interval=chosen,
        trends=tuple(
            Trend(
                one.request.text,
                one.understood,
                one.notices,
                histogram.total,
                histogram.undated,
                tuple(_points(histogram, every, chosen, span, filtered)),
            )
            for one, histogram in zip(counted, found, strict=False)
        ),
        whole=every.total,
        undated=every.undated,
        index=engine.info(),
    )


def _counted(engine: Engine, request: SearchRequest) -> _Counted:
    """Return what is counted of a search: what its page of results ranks, as it was typed."""
    asked = with_language(engine, replace(request, page=1, size=1, sort=None, spelling="typed", explain=False))
    _, ranked, _ = rank_articles(engine, asked, Respelling(engine, asked), facets=False)
    query = replace(ranked.query, all_words=None)
    return _Counted(asked, query, asked.understood.text, (*asked.searched.notices, *ranked.notices))


def _span(request: SearchRequest, histograms: Sequence[DateHistogram]) -> tuple[date, date] | None:
    """Return the first and the last day of the periods; None if there are none.

    A day that is chosen bounds them; on a side without one the first, or last, period that has articles does.
    """
    periods = [one.first for histogram in histograms for one in histogram.periods]
    if not periods and not (request.first and request.last):
        return None
    first = request.first or min([*periods, *filter(None, [request.last])])
    last = request.last or max([*periods, first])
    return first, max(first, last)


def _interval(span: tuple[date, date] | None, asked: Interval | None, most: int) -> Interval:
    """Return the interval that is taken.

    Raises:
        QueryError: There are too many periods of the interval asked for.

    """
    if span is None:
        return asked or "month"
    if asked is None:
        fitting = (one for one, usual in USUAL_PERIODS.items() if count_periods(*span, one) <= min(usual, most))
        return next(fitting, INTERVALS[-1])
    if count_periods(*span, asked) > MAX_PERIODS:
        raise QueryError(
            Message(
                "from %(first)s to %(last)s there are more than %(most)s periods: "
                "ask for longer ones, or for fewer days",
                first=str(span[0]),
                last=str(span[1]),
                most=MAX_PERIODS,
            ),
            too_costly=True,
        )
    greater = INTERVALS[INTERVALS.index(asked) :]
    return next((one for one in greater if count_periods(*span, one) <= most), INTERVALS[-1])


def _points(
    histogram: DateHistogram,
    whole: DateHistogram,
    interval: Interval,
    span: tuple[date, date] | None,
    request: SearchRequest,
) -> Iterator[TrendPoint]:
    """Yield a point for each period of the span."""
    counts = {one.first: one.count for one in histogram.periods}
    every = {one.first: one.count for one in whole.periods}
    for first in periods_between(*span, interval) if span else ():
        check_deadline()
        begin = max(first, request.first) if request.first else first
        end = last_day(first, interval)
        end = min(end, request.last) if request.last else end
        yield TrendPoint(begin, end, counts.get(first, 0), every.get(first, 0))
