"""Values of facets in API and pages: how many, all of them, those with some words; and dates as pages printed them."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from searchsvc.engines import open_engine
from searchsvc.engines.memory import MemoryEngine
from searchsvc.model.article import Quote
from searchsvc.model.document import chunk
from searchsvc.reindex import reindex_places
from searchsvc.settings import Settings
from searchsvc.web import create_app
from searchsvc.web.feed_entries import feed_moment
from tests.web.web_articles import article
from tests.web.web_forms import submitted

STORY = ("paragraph", "The harbour was quiet, and nobody minded.")


@pytest.fixture(scope="module")
def outlets() -> FlaskClient:
    """63 outlets; the first is spelled in three ways, in five articles."""
    engine = MemoryEngine()
    spellings = ["Ávila Courier", "AVILA COURIER", "Ávila Courier", "avila  courier", "Ávila Courier"]
    names = [*spellings, *(f"Paper {n:02}" for n in range(1, 63))]
    with engine.writer() as writer:
        for number, outlet in enumerate(names):
            quote = Quote("The harbour was quiet", "full", f"Ana Oar{number:02}", block=0)
            story = article(f"a{number}", f"Harbour {number}", STORY, outlet=outlet, section="News", quotes=(quote,))  # type: ignore[arg-type]  # a kind
            writer.put(chunk(story))
    return create_app(Settings(), engine).test_client()


def soup_of(client: FlaskClient, path: str) -> BeautifulSoup:
    response = client.get(path)
    assert response.status_code == 200, response.text
    return BeautifulSoup(response.text, "lxml")


@pytest.mark.parametrize("path", ["/api/search?q=harbour", "/api/quotes?q=harbour", "/api/collection?"])
def test_totals_count_the_values_and_facet_limit_gives_them_all(outlets: FlaskClient, path: str) -> None:
    facets = outlets.get(path).get_json()["facets"]
    assert (len(facets["outlet"]), facets["totals"]["outlet"], facets["totals"]["section"]) == (50, 63, 1)
    assert facets["outlet"][0] == {"value": "Ávila Courier", "count": 5}
    every = outlets.get(f"{path}&facet_limit=10000").get_json()["facets"]
    assert (len(every["outlet"]), every["totals"]) == (63, facets["totals"])
    within = outlets.get(f"{path}&facet_query=outlet:ÁVILA").get_json()["facets"]
    assert (within["outlet"], within["totals"]["outlet"]) == (facets["outlet"][:1], 1)
    assert within["section"] == facets["section"]
    assert outlets.get(f"{path}&facet_query=paper").get_json()["facets"]["section"] == []


@pytest.mark.parametrize("limit", ["0", "10001", "many", "-1"])
def test_a_limit_out_of_range_is_refused_by_name(outlets: FlaskClient, limit: str) -> None:
    refused = outlets.get(f"/api/search?facet_limit={limit}")
    assert refused.status_code == 400
    assert "facet_limit" in refused.text


def test_totals_are_counted_under_the_other_filters(outlets: FlaskClient) -> None:
    facets = outlets.get("/api/search?q=harbour&outlet=avila courier").get_json()["facets"]
    assert (facets["totals"]["outlet"], facets["totals"]["speaker"]) == (1, 5)


def test_page_says_how_many_there_are_and_leads_to_all_of_them(outlets: FlaskClient) -> None:
    soup = soup_of(outlets, "/?q=harbour")
    (line,) = soup.select("#fold-outlet > .of")
    assert line.get_text() == "50 of 63 outlets"
    link = line.select("a")[0]
    assert link["href"] == "/facets/outlet?q=harbour"
    every = soup_of(outlets, str(link["href"]))
    assert every.select(".total")[0].get_text() == "63 outlets"
    boxes = [str(box["value"]) for box in every.select(".choices input[type=checkbox]")]
    assert (len(boxes), boxes[0]) == (63, "Ávila Courier")
    assert soup_of(outlets, "/").select(".total")[0].get_text().split()[:5] == ["67", "articles", "of", "63", "outlets"]


def test_search_within_and_choice_work_as_plain_forms(outlets: FlaskClient) -> None:
    every = soup_of(outlets, "/facets/outlet?q=harbour&outlet=Paper 07")
    found = soup_of(outlets, submitted(every, ".narrowing", facet_query="avilA"))
    assert [box["value"] for box in found.select(".choices input[type=checkbox]")] == ["Ávila Courier"]
    box = found.select(".choices input[type=checkbox]")[0]
    box["checked"] = ""
    address = submitted(found, ".choices")
    assert parse_qs(urlsplit(address).query) == {"q": ["harbour"], "outlet": ["Paper 07", "Ávila Courier"]}
    assert soup_of(outlets, address).select(".total")[0].get_text().split()[0] == "6"
    again = soup_of(outlets, "/facets/outlet?q=harbour&outlet=AVILA courier")
    assert [box["value"] for box in again.select("input[checked]")] == ["Ávila Courier"]


def test_quotes_have_a_page_of_all_values_too(outlets: FlaskClient) -> None:
    soup = soup_of(outlets, "/quotes?q=harbour")
    link = soup.select("#fold-speaker > .of a")[0]
    every = soup_of(outlets, str(link["href"]))
    boxes = every.select(".choices input[type=checkbox]")
    assert (len(boxes), boxes[0]["value"]) == (67, '"Ana Oar00"')
    boxes[0]["checked"] = ""
    assert soup_of(outlets, submitted(every, ".choices")).select(".total")[0].get_text().split()[0] == "1"


def test_an_unknown_facet_is_not_found(outlets: FlaskClient) -> None:
    refused = outlets.get("/facets/colour")
    assert refused.status_code == 404
    assert "section, outlet" in refused.text


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Records, read into an index and served: what each printed of its date."""
    folder = tmp_path_factory.mktemp("printed")
    dates = {
        "auckland": {"published": "2019-03-01T00:30+13:00", "updated": "2019-03-02T09:00:30+13:00"},
        "day": {"published": "2019-03-01"},
        "utc": {"published": "2019-03-01T10:21:07Z"},
        "honolulu": {"published": "2019-02-28T23:30:00-10:00"},
    }
    lines = [json.dumps({"id": name, "title": name, "body": STORY[1], **date}) for name, date in dates.items()]
    (folder / "records.jsonl").write_text("\n".join(lines))
    reindex_places([str(folder / "records.jsonl")], index=str(folder / "index"))
    return create_app(Settings(), open_engine(f"whoosh:{folder / 'index'}")).test_client()


def test_json_tells_instant_day_and_precision(printed: FlaskClient) -> None:
    hits = {hit["id"]: hit for hit in printed.get("/api/search?q=harbour").get_json()["hits"]}
    keys = ("published", "published_day", "published_precision")
    assert {name: tuple(hit[key] for key in keys) for name, hit in hits.items()} == {
        "auckland": ("2019-02-28T11:30:00Z", "2019-03-01", "minute"),
        "day": ("2019-03-01", "2019-03-01", "day"),
        "utc": ("2019-03-01T10:21:07Z", "2019-03-01", "second"),
        "honolulu": ("2019-03-01T09:30:00Z", "2019-02-28", "second"),
    }
    assert (hits["auckland"]["updated"], hits["auckland"]["updated_day"]) == ("2019-03-01T20:00:30Z", "2019-03-02")
    assert hits["day"]["updated"] is hits["day"]["updated_day"] is hits["day"]["updated_precision"] is None
    head = printed.get("/api/articles/auckland").get_json()["head"]
    assert head == {key: hits["auckland"][key] for key in head}


@pytest.mark.parametrize("asked", ["q=harbour date:2019-03-01", "q=harbour&from=2019-03-01&to=2019-03-01"])
def test_a_day_is_the_page_s_own(printed: FlaskClient, asked: str) -> None:
    answer = printed.get(f"/api/search?{asked}").get_json()
    assert {hit["id"] for hit in answer["hits"]} == {"auckland", "day", "utc"}
    assert answer["facets"]["month"] == [{"value": "2019-03", "count": 3}]


def test_records_of_our_own_json_are_read_as_they_were_written(printed: FlaskClient, tmp_path: Path) -> None:
    hits = printed.get("/api/search?q=harbour").get_json()["hits"]
    (tmp_path / "again.jsonl").write_text("\n".join(json.dumps({**hit, "body": STORY[1]}) for hit in hits))
    reindex_places([str(tmp_path / "again.jsonl")], index=str(tmp_path / "index"))
    again = create_app(Settings(), open_engine(f"whoosh:{tmp_path / 'index'}")).test_client()
    read = again.get("/api/search?q=harbour").get_json()["hits"]
    # When an article came in is a fact of the index, and not of the record.
    assert all(hit.pop("added") for hit in read)
    assert read == [{name: value for name, value in hit.items() if name != "added"} for hit in hits]


def test_pages_show_the_day_and_a_clock_only_where_one_was_printed(printed: FlaskClient) -> None:
    shown = {
        str(hit.select("h2 a")[0].get_text()): hit.select("time")[0].get_text()
        for hit in soup_of(printed, "/?q=harbour").select(".hit")
    }
    assert shown == dict.fromkeys(("auckland", "day", "utc"), "1 March 2019") | {"honolulu": "28 February 2019"}
    lines = {name: soup_of(printed, f"/a/{name}").select(".byline time")[0] for name in shown}
    assert {name: line.get_text() for name, line in lines.items()} == {
        "auckland": "1 March 2019 (28 February 2019, 11:30 UTC)",
        "day": "1 March 2019",
        "utc": "1 March 2019, 10:21 UTC",
        "honolulu": "28 February 2019 (1 March 2019, 09:30 UTC)",
    }
    assert lines["day"]["datetime"] == "2019-03-01"


def test_feed_has_the_instant_at_an_offset_that_gives_the_day(printed: FlaskClient) -> None:
    feed = BeautifulSoup(printed.get("/search.atom?q=harbour").text, "xml")
    said = {entry.title.text: entry.published.text for entry in feed.select("entry")}  # type: ignore[union-attr]  # there
    assert said == {
        "auckland": "2019-03-01T00:00:00+12:30",
        "day": "2019-03-01T00:00:00+00:00",
        "utc": "2019-03-01T10:21:07+00:00",
        "honolulu": "2019-02-28T23:59:00-09:31",
    }


@pytest.mark.parametrize("minutes", range(-14 * 60, 14 * 60 + 1, 95))
@pytest.mark.parametrize("clock", ["00:00:00", "11:30:20", "23:59:59"])
def test_feed_moment_is_the_same_instant_on_the_page_s_day(minutes: int, clock: str) -> None:
    at = datetime.fromisoformat(f"2019-03-01T{clock}+00:00")
    own = at.astimezone(timezone(timedelta(minutes=minutes)))
    written = datetime.fromisoformat(feed_moment(at, own.date()))
    assert (written, written.date()) == (at, own.date())
    assert abs(written.utcoffset() or timedelta()) <= abs(timedelta(minutes=minutes)) + timedelta(minutes=1)
    assert at.tzinfo is UTC


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
@pytest.mark.parametrize("hour", [0, 23])
def test_feed_moment_knows_the_first_and_last_day_that_there_is(day: date, hour: int) -> None:
    at = datetime(day.year, day.month, day.day, hour, 59, tzinfo=UTC)
    assert datetime.fromisoformat(feed_moment(at, day)) == at


def test_values_that_are_as_frequent_are_ordered_as_readers_count() -> None:
    engine = MemoryEngine()
    with engine.writer() as writer:
        for number, section in enumerate(("Section 10", "Section 2", "Section 1", "Harbour", "Section 10 b")):
            writer.put(chunk(article(f"a{number}", "Harbour", STORY, section=section)))  # type: ignore[arg-type]  # a kind
    soup = soup_of(create_app(Settings(), engine).test_client(), "/?q=harbour")
    shown = [value.get_text() for value in soup.select("#fold-section .value")]
    assert shown == ["Harbour", "Section 1", "Section 2", "Section 10", "Section 10 b"]
