"""Query strings are read by one set of rules, and refused by name."""

from datetime import date
from urllib.parse import parse_qsl

import pytest
from werkzeug.datastructures import MultiDict

from searchsvc.model.fields import LANGUAGE, SECTION, SPEAKER, FacetField
from searchsvc.search import SearchRequest
from searchsvc.web.parameters import ParameterError, read_request
from searchsvc.web.query_strings import pairs, query_string, with_value, without_filters, without_value


def read(query: str, *, strict: bool = True) -> SearchRequest:
    return read_request(MultiDict(parse_qsl(query, keep_blank_values=True)), strict=strict)


def test_read_request_reads_every_parameter() -> None:
    assert read(
        "q=swan&page=3&size=20&sort=oldest&match=any&section=Rivers&section=Weather&outlet=Echo&author=Pike"
        "&speaker=Oldroyd&lang=en&from=2024-01-02&to=2024-02-29&dups=show"
    ) == SearchRequest(
        text="swan",
        page=3,
        size=20,
        sort="oldest",
        match="any",
        chosen={
            SECTION: ("Rivers", "Weather"),
            FacetField("outlet"): ("Echo",),
            FacetField("author"): ("Pike",),
            SPEAKER: ("Oldroyd",),
            LANGUAGE: ("en",),
        },
        first=date(2024, 1, 2),
        last=date(2024, 2, 29),
        show_copies=True,
    )


def test_read_request_takes_empty_values_as_not_given() -> None:
    assert read("q=&page=&size=&sort=&match=&section=&from=&to=&lang=&dups=") == SearchRequest()


@pytest.mark.parametrize(
    ("query", "parameter", "told"),
    [
        ("page=0", "page", "counted from 1"),
        ("page=-1", "page", "not a whole number"),
        ("page=1.5", "page", "not a whole number"),
        ("page=٣", "page", "not a whole number"),
        ("page=" + "9" * 5000, "page", "not a whole number"),
        ("size=0", "size", "1 to 100"),
        ("size=101", "size", "1 to 100"),
        ("page=99999&size=100", "page", "narrow the dates"),
        ("sort=best", "sort", "relevance or newest or oldest"),
        ("match=some", "match", "auto or all or any"),
        ("dups=hide", "dups", "show"),
        ("from=2024-02-30", "from", "not a day of the calendar"),
        ("from=2024-2-3", "from", "2024-05-31"),
        ("to=yesterday", "to", "not a day of the calendar"),
        ("from=2024-02-02&to=2024-02-01", "from", "exchange the two"),
        ("form=2024-02-02", "form", "did you mean from?"),
        ("zzz=1", "zzz", "known are q, page"),
        ("q=a&q=b", "q", "more than once"),
        ("&".join(f"section={n}" for n in range(51)), "section", "50 at most"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_read_request_names_the_parameter_and_the_way_out(query: str, parameter: str, told: str) -> None:
    with pytest.raises(ParameterError) as refused:
        read(query)
    assert refused.value.parameter == parameter
    assert told in str(refused.value)
    assert len(str(refused.value)) < 300


def test_read_request_passes_over_decorations_of_a_link_where_it_is_not_strict() -> None:
    assert read("q=swan&utm_source=mail&q=other", strict=False) == SearchRequest(text="swan")


def test_a_page_exchanges_days_that_are_the_wrong_way_round() -> None:
    days = SearchRequest(first=date(2024, 1, 1), last=date(2024, 6, 1))
    assert read("from=2024-06-01&to=2024-01-01", strict=False) == days


@pytest.mark.parametrize(
    "request_",
    [
        SearchRequest(),
        SearchRequest(text='a&b=c "d" #é', page=2),
        SearchRequest(
            text="x", size=50, sort="newest", match="all", chosen={SECTION: ("A & B", "C"), LANGUAGE: ("en",)}
        ),
        SearchRequest(
            first=date(2020, 1, 1),
            last=date(2020, 12, 31),
            chosen={FacetField("author"): ("O'Hara",), SPEAKER: ("Ån",)},
        ),
    ],
    ids=["bare", "signs", "choices", "dates"],
)
def test_query_string_asks_for_the_same_again(request_: SearchRequest) -> None:
    assert read(query_string(request_).removeprefix("?")) == request_


def test_query_string_says_nothing_that_is_so_anyway() -> None:
    assert query_string(SearchRequest()) == ""
    assert pairs(SearchRequest(text="swan", page=1, size=10, match="auto")) == [("q", "swan")]


def test_query_string_goes_back_to_the_first_page_when_something_changes() -> None:
    asked = SearchRequest(text="swan", page=4)
    assert query_string(asked, sort="newest") == "?q=swan&sort=newest"
    assert query_string(asked, page=5) == "?q=swan&page=5"


def test_links_add_and_take_away_values_of_a_facet() -> None:
    asked = SearchRequest(text="swan", chosen={SECTION: ("Rivers",)}, page=2)
    assert with_value(asked, SECTION, "Weather") == "?q=swan&section=Rivers&section=Weather"
    assert with_value(asked, LANGUAGE, "ar") == "?q=swan&section=Rivers&language=ar"
    assert without_value(asked, SECTION, "Rivers") == "?q=swan"
    assert (
        without_filters(SearchRequest(text="swan", chosen={FacetField("outlet"): ("Echo",)}, first=date(2024, 1, 1)))
        == "?q=swan"
    )
