"""What every engine does alike: counts of articles by day, week, month and year."""

from datetime import date
from itertools import pairwise

import pytest

from searchsvc.engines.base import Engine
from searchsvc.model.date_histogram import (
    DateHistogram,
    Interval,
    PeriodCount,
    count_periods,
    first_day,
    last_day,
    periods_between,
)
from searchsvc.model.fields import SECTION
from searchsvc.model.query import And, FacetFilter, MatchAll, Not, Query, Word
from tests.engines.engine_articles import documents

#: Id, text, day and section: 28 February 2021 is a Sunday, 1 March the Monday of the next week.
DATED = (
    ("a", "The weir holds.", "2021-02-28", "Rivers"),
    ("b", "The weir leaks.", "2021-03-01", "Rivers"),
    ("c", "The weir leaks again.", "2021-03-01", "Towns"),
    ("d", "The mill turns.", "2021-03-07", "Towns"),
    ("e", "The weir is old.", "1969-12-31", "Towns"),
    ("f", "The weir has no date.", None, "Rivers"),
)


@pytest.fixture
def dated(engine: Engine) -> Engine:
    """In two commits, of which the second one replaces an article of the first."""
    with engine.writer() as writer:
        writer.put(documents("a", "A", "The weir stood here.", day="1999-01-01"))
        for article_id, text, day, section in DATED[3:]:
            writer.put(documents(article_id, article_id, text, day=day, section=section))
    with engine.writer() as writer:
        for article_id, text, day, section in DATED[:3]:
            writer.put(documents(article_id, article_id, text, day=day, section=section))
    return engine


def told(histogram: DateHistogram) -> tuple[dict[str, int], int]:
    return {one.first.isoformat(): one.count for one in histogram.periods}, histogram.undated


@pytest.mark.parametrize(
    ("interval", "weir", "every"),
    [
        ("day", {"1969-12-31": 1, "2021-02-28": 1, "2021-03-01": 2}, {"2021-03-07": 1}),
        ("week", {"1969-12-29": 1, "2021-02-22": 1, "2021-03-01": 2}, {"2021-03-01": 3}),
        ("month", {"1969-12-01": 1, "2021-02-01": 1, "2021-03-01": 2}, {"2021-03-01": 3}),
        ("year", {"1969-01-01": 1, "2021-01-01": 3}, {"2021-01-01": 4}),
    ],
)
def test_articles_are_counted_by_period_and_undated_ones_apart(
    dated: Engine, interval: Interval, weir: dict[str, int], every: dict[str, int]
) -> None:
    found, whole = dated.histograms([Query(Word("weir")), Query(MatchAll())], interval)
    assert told(found) == (weir, 1)
    assert told(whole) == (weir | every, 1)
    assert found.total == dated.search(Query(Word("weir")), limit=0).total
    assert whole.total == dated.count()
    assert [one.first for one in whole.periods] == sorted(one.first for one in whole.periods)


def test_filters_and_any_tree_are_counted(dated: Engine) -> None:
    rivers = (FacetFilter(SECTION, "rivers"),)
    queries = [
        Query(And((Word("weir"), Not(Word("leaks"))))),
        Query(Word("weir"), rivers),
        Query(MatchAll(), rivers),
        Query(Word("zzqqx")),
    ]
    assert [told(one) for one in dated.histograms(queries, "month")] == [
        ({"1969-12-01": 1, "2021-02-01": 1}, 1),
        ({"2021-02-01": 1, "2021-03-01": 1}, 1),
        ({"2021-02-01": 1, "2021-03-01": 1}, 1),
        ({}, 0),
    ]
    assert list(dated.histograms([], "day")) == []


def test_an_empty_index_has_no_periods(engine: Engine) -> None:
    with engine.writer():
        pass
    assert list(engine.histograms([Query(MatchAll())], "week")) == [DateHistogram()]


@pytest.mark.parametrize("interval", ["day", "week", "month", "year"])
def test_periods_follow_each_other_to_the_ends_of_the_calendar(interval: Interval) -> None:
    for first, last in (
        (date(1999, 11, 17), date(2001, 2, 3)),
        (date(9997, 5, 5), date.max),
        (date.min, date(3, 1, 1)),
        (date(2024, 2, 29), date(2024, 2, 29)),
    ):
        periods = list(periods_between(first, last, interval))
        assert len(periods) == count_periods(first, last, interval)
        assert periods[0] <= first <= last_day(periods[0], interval)
        assert periods[-1] <= last <= last_day(periods[-1], interval)
        for one, after in pairwise(periods):
            end = last_day(one, interval)
            assert (after - end).days == 1
            assert first_day(end, interval) == one
            assert date.fromordinal(end.toordinal()).isocalendar().week == one.isocalendar().week or interval != "week"


def test_a_histogram_adds_up() -> None:
    histogram = DateHistogram((PeriodCount(date(2021, 3, 1), 2), PeriodCount(date(2021, 3, 8), 5)), 4)
    assert (histogram.dated, histogram.total) == (7, 11)
