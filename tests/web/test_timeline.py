"""Counts by month become a bearable number of bars without gaps."""

from searchsvc.model.result import FacetValue
from searchsvc.search import SearchRequest
from searchsvc.web.facet_links import MAX_BARS, month_label, timeline


def months(*values: tuple[str, int]) -> tuple[FacetValue, ...]:
    return tuple(FacetValue(value, count) for value, count in values)


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
    assert month_label("2009-07") == "July 2009"
