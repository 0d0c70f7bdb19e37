"""Feeds: what came in last is first, whatever its date; nothing is missed or shown twice while more comes in."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from lxml import etree

from searchsvc.engines.memory import MemoryEngine
from searchsvc.model.document import chunk
from searchsvc.settings import Settings
from searchsvc.web import create_app
from tests.engines.engine_articles import article
from tests.web.web_articles import filled_engine

ATOM = etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))
JUNE = datetime(2026, 6, 1, tzinfo=UTC)
BASE = "https://archive.example"
DAY = timedelta(days=1)


def arrive(engine: MemoryEngine, at: datetime, *ids: str, **head: Any) -> None:
    with engine.writer() as writer:
        for one in ids:
            told = article(
                one, f"Tide {one}", "The tide.", quotes=(("we sail", "Ivo Marr"),), related=(f"Ebb {one}",), **head
            )
            writer.put(chunk(replace(told, head=replace(told.head, added=at))))


@pytest.fixture
def engine() -> MemoryEngine:
    """Twelve articles that came in on twelve days, the oldest page last."""
    engine = MemoryEngine()
    for number in range(12):
        arrive(engine, JUNE + DAY * number, f"a{number:02}", day=f"2020-01-{28 - number:02}")
    return engine


@pytest.fixture
def client(engine: MemoryEngine) -> FlaskClient:
    return create_app(Settings(base_url=BASE, title="Tarn & Co"), engine).test_client()


def parsed(client: FlaskClient, path: str) -> Any:
    """Return a feed as a program reads it, after a look at its grammar."""
    response = client.get(path)
    assert response.status_code == 200, response.text
    assert response.content_type == "application/atom+xml; charset=utf-8"
    assert ATOM.validate(etree.fromstring(response.data)), ATOM.error_log
    feed = feedparser.parse(response.data)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    ids = [entry.id for entry in feed.entries]
    assert len(ids) == len(set(ids))
    return feed


def linked(feed: Any, relation: str) -> str | None:
    """Return path and query of a link."""
    found = [link.href for link in feed.feed.links if link.rel == relation]
    assert len(found) <= 1
    return found[0].removeprefix(BASE) if found else None


def ids(feed: Any) -> list[str]:
    return [urlsplit(entry.id).path.removeprefix("/a/") for entry in feed.entries]


def chain(client: FlaskClient, path: str | None, relation: str) -> Iterator[Any]:
    while path is not None:
        feed = parsed(client, path)
        yield feed
        path = linked(feed, relation)


def test_an_old_page_that_comes_in_today_is_first(engine: MemoryEngine, client: FlaskClient) -> None:
    arrive(engine, JUNE + DAY * 20, "old", day="1999-01-01")
    feed = parsed(client, "/search.atom?q=tide")
    assert ids(feed)[:2] == ["old", "a11"]
    first = feed.entries[0]
    assert (first.updated, first.published) == ("2026-06-21T00:00:00+00:00", "1999-01-01T00:00:00+00:00")
    assert feed.feed.updated == first.updated
    assert ids(parsed(client, "/search.atom?q=tide&sort=newest"))[-1] == "old"


def test_an_undated_article_says_when_it_came_in_and_no_more(engine: MemoryEngine, client: FlaskClient) -> None:
    arrive(engine, JUNE + DAY * 20, "undated")
    entry = parsed(client, "/search.atom").entries[0]
    assert entry.updated == "2026-06-21T00:00:00+00:00"
    assert "published" not in entry


def test_a_later_change_that_the_page_tells_counts(engine: MemoryEngine, client: FlaskClient) -> None:
    arrive(engine, JUNE, "changed", updated=JUNE + DAY * 30)
    arrive(engine, JUNE, "former", updated=JUNE - DAY * 30)
    told = {entry.title: entry.updated for entry in parsed(client, "/search.atom").entries}
    assert told["Tide changed"] == "2026-07-01T00:00:00+00:00"
    assert told["Tide former"] == "2026-06-01T00:00:00+00:00"


def test_an_article_of_which_nothing_is_known_is_last(engine: MemoryEngine, client: FlaskClient) -> None:
    with engine.writer() as writer:
        writer.put(chunk(article("unknown", "Tide unknown", "The tide.")))
    entry = parsed(client, "/search.atom").entries[-1]
    assert (entry.title, entry.updated) == ("Tide unknown", "1970-01-01T00:00:00+00:00")


@pytest.mark.parametrize(
    "path", ["/search.atom?q=tide", "/quotes.atom?q=sail", "/speakers/Ivo%20Marr.atom", "/headlines.atom?q=ebb"]
)
def test_every_feed_has_archives_that_hold_everything_once(client: FlaskClient, path: str) -> None:
    whole = [entry.id for entry in parsed(client, path).entries]
    assert len(whole) == 12
    assert [one.partition("#")[0].rpartition("/")[2] for one in whole] == [f"a{n:02}" for n in reversed(range(12))]
    sized = f"{path}{'&' if '?' in path else '?'}size=5"
    first, *archives = chain(client, sized, "prev-archive")
    assert [len(one.entries) for one in (first, *archives)] == [5, 5, 5]
    # The archives are full; the feed repeats what is in the last of them.
    found = dict.fromkeys(entry.id for feed in (first, *archives) for entry in feed.entries)
    assert [*found] == whole
    assert all("<fh:archive/>" in client.get(linked(one, "self") or "").text for one in archives)
    assert {linked(one, "current") for one in archives} == {linked(first, "self")}


def test_archives_do_not_change_when_more_comes_in(engine: MemoryEngine, client: FlaskClient) -> None:
    _, *before = chain(client, "/search.atom?size=5", "prev-archive")
    kept = {linked(one, "self"): ids(one) for one in before}
    arrive(engine, JUNE + DAY * 20, *(f"b{number}" for number in range(8)), day="1999-01-01")
    first, *after = chain(client, "/search.atom?size=5", "prev-archive")
    now = {linked(one, "self"): ids(one) for one in after}
    assert {path: now[path] for path in kept} == kept
    found = dict.fromkeys(one for feed in (first, *after) for one in ids(feed))
    assert len(found) == 20
    forth = [*chain(client, "/search.atom?size=5&archive=1", "next-archive")]
    assert [one for feed in forth for one in reversed(ids(feed))] == [*reversed(found)]


def test_pages_do_not_shift_when_more_comes_in(engine: MemoryEngine, client: FlaskClient) -> None:
    first = parsed(client, "/search.atom?q=tide&size=5")
    arrive(engine, JUNE + DAY * 20, "b0", "b1", "b2", day="1999-01-01")
    pages = [first, *chain(client, linked(first, "next"), "next")]
    assert [one for page in pages for one in ids(page)] == [f"a{number:02}" for number in reversed(range(12))]
    assert linked(pages[1], "first") is not None
    previous = parsed(client, linked(pages[1], "previous") or "")
    assert ids(previous) == ids(first)
    assert linked(pages[-1], "next") is None


def test_pages_of_another_order_are_turned_too(client: FlaskClient) -> None:
    pages = [*chain(client, "/search.atom?sort=oldest&size=5", "next")]
    assert [one for page in pages for one in ids(page)] == [f"a{number:02}" for number in reversed(range(12))]
    assert linked(pages[0], "prev-archive") is None


def test_an_archive_that_is_not_full_is_not_there(client: FlaskClient) -> None:
    assert client.get("/search.atom?size=5&archive=3").status_code == 404
    assert client.get("/search.atom?size=5&archive=2&lang=en").status_code == 200
    assert client.get("/search.atom?size=5&archive=2&archive=1").status_code == 400
    assert client.get("/search.atom?form=2024-01-01").status_code == 400
    for wrong in ("0", "-1", "x", "٣", "1" * 30):
        assert client.get(f"/search.atom?archive={wrong}").status_code == 400, wrong
    assert client.get("/search.atom?archive=1&sort=newest").status_code == 400


def test_a_feed_has_what_matches_all_the_words_as_typed(engine: MemoryEngine, client: FlaskClient) -> None:
    arrive(engine, JUNE + DAY * 20, "wall", day="1999-01-01")
    assert parsed(client, "/search.atom?q=tide+wall").entries[0].title == "Tide wall"
    assert len(parsed(client, "/search.atom?q=tide+wall").entries) == 1
    assert len(parsed(client, "/search.atom?q=tide+wall&match=any").entries) == 13
    assert parsed(client, "/search.atom?q=tidw").entries == []


def test_a_feed_is_narrowed_by_when_articles_came_in(client: FlaskClient) -> None:
    assert ids(parsed(client, "/search.atom?added_after=2026-06-11")) == ["a11", "a10"]
    assert ids(parsed(client, "/search.atom?q=added_before:2026-06-02")) == ["a00"]
    assert client.get("/search.atom?added_after=June").status_code == 400


def test_the_former_address_leads_to_the_feed(client: FlaskClient) -> None:
    response = client.get("/feed.atom?q=tide%20%22x%22&size=5")
    assert (response.status_code, response.headers["Location"]) == (301, "/search.atom?q=tide%20%22x%22&size=5")
    assert client.get("/feed.atom").headers["Location"] == "/search.atom"


def test_a_speaker_whom_nobody_quotes_has_no_feed(client: FlaskClient) -> None:
    assert client.get("/speakers/Nobody%20Here.atom").status_code == 404
    feed = parsed(client, "/speakers/ivo%20marr.atom?size=3")
    assert feed.feed.title == "ivo marr - Quotes - Tarn & Co"
    assert feed.entries[0].title == "Ivo Marr: “we sail”"
    assert linked(feed, "alternate") == "/speakers/ivo%20marr"


def test_a_reader_that_has_the_feed_gets_304(engine: MemoryEngine, client: FlaskClient) -> None:
    # An instant of the same second as the commit could be that of another one.
    engine._store.commit = replace(engine._store.commit, updated=datetime.now(UTC) - timedelta(seconds=5))
    response = client.get("/search.atom?q=tide")
    tag, changed = response.headers["ETag"], response.headers["Last-Modified"]
    assert client.get("/search.atom?q=tide", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/search.atom?q=tide", headers={"If-Modified-Since": changed}).status_code == 304
    arrive(engine, JUNE + DAY * 20, "new")
    for header in ({"If-None-Match": tag}, {"If-Modified-Since": changed}):
        assert client.get("/search.atom?q=tide", headers=header).status_code == 200


def test_result_pages_name_their_feeds(client: FlaskClient) -> None:
    for page, title in (
        ("/?q=tide", "Tide a11"),
        ("/quotes?q=sail", "Ivo Marr: “we sail”"),
        ("/speakers/Ivo%20Marr", "Ivo Marr: “we sail”"),
        ("/headlines?q=ebb", "Ebb a11"),
    ):
        soup = BeautifulSoup(client.get(page).text, "lxml")
        (link,) = soup.select('link[rel="alternate"][type="application/atom+xml"]')
        assert parsed(client, str(link["href"])).entries[0].title == title
        for other in soup.select('a[type="application/atom+xml"]'):
            assert parsed(client, str(other["href"])).entries[0].title == title


def test_hostile_articles_make_plain_entries() -> None:
    client = create_app(Settings(base_url=BASE), filled_engine()).test_client()
    for path in ("/search.atom", "/quotes.atom", "/headlines.atom"):
        feed = parsed(client, path)
        assert feed.entries
        assert not re.search(r"<(script|img|b)\b", client.get(path).text)


def test_names_from_right_to_left_are_isolated_where_a_title_has_several_parts(
    engine: MemoryEngine, client: FlaskClient
) -> None:
    with engine.writer() as writer:
        told = article("port", "ميناء جديد", "نص.", outlet="صحيفة الساحل", quotes=(("harbour", "ليلى حداد"),))
        writer.put(chunk(replace(told, head=replace(told.head, added=JUNE + DAY * 90))))
    (entry, *_) = feedparser.parse(client.get("/quotes.atom?q=harbour").data).entries
    assert entry.title == "\u2068ليلى حداد\u2069: “harbour”"
    assert entry.summary == "\u2068ميناء جديد\u2069 (\u2068صحيفة الساحل\u2069)"
    (entry, *_) = feedparser.parse(client.get("/search.atom").data).entries
    assert entry.title == "ميناء جديد", "a title that stands alone is left as it is"
