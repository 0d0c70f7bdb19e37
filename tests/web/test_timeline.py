"""Counts by month become a bearable number of bars without gaps."""

import itertools
from datetime import date

import pytest

from searchsvc.model.result import FacetValue
from searchsvc.search import SearchRequest
from searchsvc.web.timeline import MAX_BARS, Bar, Timeline, month_period
from searchsvc.web.timeline import timeline as timeline_of


def months(*values: tuple[str, int]) -> tuple[FacetValue, ...]:
    return tuple(FacetValue(value, count) for value, count in values)


def timeline(counts: tuple[FacetValue, ...], request: SearchRequest) -> tuple[Bar, ...]:
    return timeline_of(counts, (), request).bars


def chosen(first: str, last: str, *counts: tuple[str, int], days: tuple[FacetValue, ...] = ()) -> Timeline:
    request = SearchRequest("swan", first=date.fromisoformat(first), last=date.fromisoformat(last))
    return timeline_of(months(*counts), days, request)


def lit(bars: tuple[Bar, ...]) -> list[str]:
    return [bar.label for bar in bars if bar.chosen]


def test_timeline_fills_the_gaps_between_months() -> None:
    bars = timeline(months(("2023-11", 2), ("2024-02", 4)), SearchRequest(text="swan"))
    assert [(bar.label, bar.count, bar.height) for bar in bars] == [
        ("November 2023", 2, 50),
        ("December 2023", 0, 0),
        ("January 2024", 0, 0),
        ("February 2024", 4, 100),
    ]
    assert [bar.year for bar in bars] == ["2023", "", "2024", ""]
    assert bars[1].href is None
    assert bars[3].href == "?q=swan&from=2024-02-01&to=2024-02-29"


def test_timeline_goes_over_to_years_and_decades() -> None:
    years = timeline(months(("2001-05", 1), ("2009-12", 3)), SearchRequest())
    assert [bar.label for bar in years] == [str(year) for year in range(2001, 2010)]
    assert years[-1].href == "?from=2009-01-01&to=2009-12-31"
    decades = timeline(months(("1899-01", 1), ("2009-12", 3)), SearchRequest())
    assert decades[0].label == "1890 to 1899"
    assert decades[0].short == "1890s"


def test_timeline_never_has_more_bars_than_a_screen_bears() -> None:
    for first in ("0001-01", "1000-06", "1600-12", "1950-01", "2022-01"):
        assert len(timeline(months((first, 1), ("2024-01", 9)), SearchRequest())) <= MAX_BARS


def test_timeline_survives_the_ends_of_the_calendar() -> None:
    bars = timeline(months(("0001-01", 1), ("9999-12", 1)), SearchRequest())
    assert bars[0].href == "?from=0001-01-01&to=0999-12-31" or bars[0].href is not None
    assert bars[-1].href is not None
    assert bars[-1].href.endswith("to=9999-12-31")


def test_timeline_of_one_period_or_none_is_not_drawn() -> None:
    assert timeline((), SearchRequest()) == ()
    assert timeline(months(("2024-02", 9)), SearchRequest()) == ()


def test_timeline_shows_a_single_article_beside_thousands() -> None:
    low, high = timeline(months(("2024-01", 1), ("2024-02", 5000)), SearchRequest())
    assert 0 < low.height < high.height


def test_month_label_is_printed_out() -> None:
    assert month_period("2009-07").label == "July 2009"


def test_a_chosen_month_stays_lit_among_its_neighbours_and_shows_its_days() -> None:
    found = chosen(
        "2023-11-01",
        "2023-11-30",
        ("2023-08", 1),
        ("2023-11", 2),
        ("2024-02", 4),
        days=months(("2023-11-05", 1), ("2023-11-30", 1)),
    )
    assert [bar.label for bar in found.bars][:1] == ["August 2023"]
    assert len(found.bars) == 7
    assert lit(found.bars) == ["November 2023"]
    assert [len(found.parts), sum(bar.count for bar in found.parts), lit(found.parts)] == [30, 2, []]
    assert found.parts[4].href == "?q=swan&from=2023-11-05&to=2023-11-05"
    assert found.previous
    assert found.previous.href == "?q=swan&from=2023-08-01&to=2023-08-31"
    assert found.next
    assert found.next.label == "February 2024"
    assert found.around
    assert found.around.href == "?q=swan&from=2023-01-01&to=2023-12-31"
    assert found.everything == "?q=swan"


def test_a_chosen_year_shows_its_months_and_a_chosen_day_the_days_of_its_month() -> None:
    year = chosen("2023-01-01", "2023-12-31", ("2022-08", 1), ("2023-11", 2))
    assert [lit(year.bars), len(year.parts), year.parts[10].count] == [["2023"], 12, 2]
    assert year.next is None
    day = chosen("2023-11-05", "2023-11-05", ("2023-11", 2), days=months(("2023-11-05", 1), ("2023-11-30", 1)))
    assert [len(day.bars), lit(day.bars), day.parts] == [30, ["5 November 2023"], ()]
    assert day.previous is None
    assert day.next
    assert day.next.label == "30 November 2023"
    assert day.around
    assert day.around.label == "November 2023"


@pytest.mark.parametrize(
    ("first", "last", "wanted"),
    [
        ("2023-11-01", "2023-11-30", "November 2023"),
        ("2023-01-01", "2023-12-31", "2023"),
        ("2020-01-01", "2029-12-31", "2020 to 2029"),
        ("2000-01-01", "2099-12-31", "2000 to 2099"),
        ("0001-01-01", "0099-12-31", "0 to 99"),
        ("9999-12-01", "9999-12-31", "December 9999"),
        ("9999-12-31", "9999-12-31", "31 December 9999"),
        ("0001-01-01", "0001-01-01", "1 January 1"),
    ],
)
def test_after_a_click_there_are_three_bars_or_what_the_calendar_has(first: str, last: str, wanted: str) -> None:
    found = chosen(first, last, (first[:7], 2), days=months((first, 2)))
    assert found.chosen == wanted
    assert lit(found.bars) == [wanted]
    assert 3 <= len(found.bars) <= 31 or "999" in wanted or wanted == "0 to 99"
    assert [bar.href for bar in found.bars if bar.chosen] == [None]


def test_days_that_are_no_period_light_the_bars_that_they_touch() -> None:
    found = chosen("2023-11-20", "2024-01-03", ("2023-08", 1), ("2023-11", 2), ("2024-02", 4))
    assert lit(found.bars) == ["November 2023", "December 2023", "January 2024"]
    assert (found.parts, found.previous, found.everything) == ((), None, "?q=swan")


def test_a_chosen_period_without_hits_leads_to_those_that_have_some() -> None:
    found = chosen("2023-12-01", "2023-12-31", ("2023-08", 1), ("2024-02", 4))
    assert lit(found.bars) == ["December 2023"]
    assert found.previous
    assert found.next
    assert (found.previous.label, found.next.label) == ("August 2023", "February 2024")


@pytest.mark.parametrize("count", range(2, 25))
def test_labels_have_room(count: int) -> None:
    bars = timeline(months(("1930-01", 1), (f"{1930 + count - 1}-01", 1)), SearchRequest())
    width = max(24, 288 / len(bars))
    shown = [i for i, bar in enumerate(bars) if bar.short]
    room = len(bars[0].short) * 6.5
    assert shown[0] == 0
    assert all((b - a) * width >= room for a, b in itertools.pairwise(shown))
    assert (len(bars) - shown[-1]) * width >= room
