"""Counts over time: of what a search's page lists, with gaps, shares, and up to four searches beside each other."""

from datetime import date
from itertools import pairwise

import pytest

from searchsvc.engines.base import Engine
from searchsvc.engines.memory import MemoryEngine
from searchsvc.errors import QueryError
from searchsvc.json_analyses import trends_to_json
from searchsvc.model.fields import FacetField
from searchsvc.search import SearchRequest, TrendsPage, search_articles, search_trends
from tests.engines.engine_articles import documents

OUTLET = FacetField("outlet")


@pytest.fixture(scope="module")
def engine() -> Engine:
    engine = MemoryEngine()
    rows: list[tuple[str | None, str, str]] = [
        ("2020-01-31", "ferry", "Courier"),
        ("2020-02-01", "ferry bridge", "Letter"),
        ("2020-05-04", "ferry", "Letter"),
        *((f"2020-05-{day:02}", "bridge", "Letter") for day in range(1, 12)),
        (None, "ferry", "Letter"),
        (None, "bridge", "Courier"),
    ]
    with engine.writer() as writer:
        for i, (day, text, outlet) in enumerate(rows):
            writer.put(documents(f"a{i:02}", f"Number {i}", f"The {text} again.", day=day, outlet=outlet))
    return engine


def counts(page: TrendsPage, trend: int = 0) -> list[tuple[str, int, int]]:
    return [(point.first.isoformat(), point.articles, point.whole) for point in page.trends[trend].points]


def test_gaps_are_filled_with_zeros_and_shares_are_of_all_articles(engine: Engine) -> None:
    page = search_trends(engine, [SearchRequest("ferry")], "month")
    assert counts(page) == [
        ("2020-01-01", 1, 1),
        ("2020-02-01", 1, 1),
        ("2020-03-01", 0, 0),
        ("2020-04-01", 0, 0),
        ("2020-05-01", 1, 12),
    ]
    (ferry,) = page.trends
    assert [point.share for point in ferry.points] == [1, 1, None, None, pytest.approx(1 / 12)]
    assert [point.last for point in ferry.points][1] == date(2020, 2, 29)
    assert (ferry.total, ferry.undated, page.whole, page.undated) == (4, 1, 16, 2)


@pytest.mark.parametrize("interval", ["day", "week", "month", "year", None])
def test_every_point_is_what_its_search_finds(engine: Engine, interval: str | None) -> None:
    requests = [SearchRequest("ferry"), SearchRequest("bridge OR zzqqx"), SearchRequest("ferry bridge")]
    page = search_trends(engine, requests, interval)  # type: ignore[arg-type]  # one of them
    for request, trend in zip(requests, page.trends, strict=True):
        whole = search_articles(engine, request)
        assert trend.total == whole.total
        assert sum(point.articles for point in trend.points) + trend.undated == trend.total
        for point in trend.points:
            found = search_articles(engine, SearchRequest(request.text, first=point.first, last=point.last))
            assert (found.total, point.articles) == (point.articles, found.total)
    spans = [[(point.first, point.last) for point in trend.points] for trend in page.trends]
    assert spans[0] == spans[1] == spans[2]
    assert all((after[0] - one[1]).days == 1 for one, after in pairwise(spans[0]))


def test_the_days_of_a_search_bound_its_periods_and_cut_the_first_and_the_last(engine: Engine) -> None:
    asked = SearchRequest("bridge", first=date(2020, 4, 15), last=date(2020, 5, 6))
    page = search_trends(engine, [asked], "month")
    assert [(str(point.first), str(point.last), point.articles) for point in page.trends[0].points] == [
        ("2020-04-15", "2020-04-30", 0),
        ("2020-05-01", "2020-05-06", 6),
    ]
    assert page.trends[0].undated == 0


def test_filters_hold_for_the_searches_and_for_the_whole(engine: Engine) -> None:
    courier = SearchRequest("ferry", chosen={OUTLET: ("Courier",)})
    page = search_trends(engine, [courier, SearchRequest("bridge")], "year")
    assert counts(page) == [("2020-01-01", 1, 1)]
    assert (page.whole, page.undated) == (2, 1)
    assert (page.trends[1].total, page.trends[1].undated) == (1, 1)


def test_a_search_of_few_articles_is_relaxed_as_on_its_page_and_says_so(engine: Engine) -> None:
    (both,) = search_trends(engine, [SearchRequest("ferry bridge")], "year").trends
    page = search_articles(engine, SearchRequest("ferry bridge"))
    assert (both.total, [one.code for one in both.notices]) == (page.total, [one.code for one in page.notices])
    (strict,) = search_trends(engine, [SearchRequest("ferry bridge", match="all")], "year").trends
    assert (strict.total, strict.notices) == (1, ())


def test_a_search_that_finds_nothing_has_no_periods_and_is_not_respelled(engine: Engine) -> None:
    page = search_trends(engine, [SearchRequest("ferrry")])
    assert (page.trends[0].total, page.trends[0].points, page.trends[0].text) == (0, (), "ferrry")
    beside = search_trends(engine, [SearchRequest("ferrry"), SearchRequest("ferry")], "year")
    assert counts(beside) == [("2020-01-01", 0, 14)]


def test_the_usual_interval_is_the_shortest_with_few_periods(engine: Engine) -> None:
    assert search_trends(engine, [SearchRequest("ferry")]).interval == "week"
    years = SearchRequest("ferry", first=date(2001, 1, 1), last=date(2020, 12, 31))
    assert search_trends(engine, [years]).interval == "year"
    assert search_trends(engine, [years], "day", most=600).interval == "month"
    assert len(search_trends(engine, [years], "day").trends[0].points) == 7305


def test_too_many_periods_and_searches_are_refused(engine: Engine) -> None:
    ever = SearchRequest("ferry", first=date.min, last=date.max)
    with pytest.raises(QueryError, match="ask for longer ones") as refused:
        search_trends(engine, [ever], "day")
    assert refused.value.too_costly
    assert len(search_trends(engine, [ever]).trends[0].points) == 9999
    with pytest.raises(QueryError, match="1 to 4"):
        search_trends(engine, [SearchRequest("ferry")] * 5)


def test_the_same_search_gives_the_same_bytes(engine: Engine) -> None:
    requests = [SearchRequest("ferry"), SearchRequest("bridge")]
    assert trends_to_json(search_trends(engine, requests)) == trends_to_json(search_trends(engine, requests))
