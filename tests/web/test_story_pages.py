"""Related headlines, links, similar articles and stories: as pages, JSON, feed and files."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from lxml import etree

from searchsvc.engines.memory import MemoryEngine
from searchsvc.model.document import chunk
from searchsvc.settings import Settings
from searchsvc.web import create_app
from searchsvc.web.openapi import describe
from soak.random_requests import answer_validator
from tests.search.story_articles import archive, article, related
from tests.web.test_feeds import ATOM as VALID_ATOM

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    engine = archive(MemoryEngine())
    with engine.writer() as writer:
        nasty = (related('<img src=x onerror="alert(1)"> & co', url="javascript:alert(1)"),)
        writer.put(chunk(article("a/b c?d#e.csv", "Odd <b>id</b>", "Bells & <i>whistles</i>.", 4, boxes=nasty)))
    with create_app(Settings(), engine).test_client() as made:
        yield made


def soup(client: FlaskClient, path: str, status: int = 200) -> BeautifulSoup:
    response = client.get(path)
    assert response.status_code == status, response.text[:500]
    return BeautifulSoup(response.text, "lxml")


def texts(page: Tag, selector: str) -> list[str]:
    return [" ".join(one.get_text().split()) for one in page.select(selector)]


def test_headlines_are_labelled_by_whether_the_archive_has_the_story(client: FlaskClient) -> None:
    page = soup(client, "/headlines?q=port+OR+papers+OR+recipes&sort=newest")
    told = dict(zip(texts(page, ".hit h2"), texts(page, ".hit .facts:not(p)"), strict=True))
    assert "in this archive" in told["Ferries stay in port"]
    assert told["What the papers say today"] == "The Letterknown by its headline alone"
    ferries = next(one for one in page.select(".hit") if "Ferries" in one.get_text())
    assert ferries.select_one("h2 a")["href"] == "/a/ferries"  # type: ignore[index]
    shown_on = ferries.select_one("p.facts a")
    assert shown_on is not None
    assert (shown_on.get_text(), shown_on["href"]) == ("Sea wall falls at Port Aldous", "/a/fall#r0")


def test_a_headline_of_several_pages_is_one_entry() -> None:
    engine = MemoryEngine()
    with engine.writer() as writer:
        for number in range(4):
            boxes = (related("Harbour pilots strike" if number else "Pilots at the harbour"),)
            writer.put(
                chunk(article(f"p{number}", f"Page {number}", f"Text {number} of its own.", number + 1, boxes=boxes))
            )
    with create_app(Settings(), engine).test_client() as client:
        page = soup(client, "/headlines?q=harbour&sort=newest")
    assert texts(page, "[role=status] strong") == ["4 headlines"]
    assert texts(page, ".hit h2") == ["Harbour pilots strike", "Pilots at the harbour"]
    assert texts(page, ".hit summary") == ["and on 2 more of these pages: Harbour pilots strike"]
    assert [one["href"] for one in page.select(".hit details a")] == ["/a/p2#r0", "/a/p1#r0"]


def test_headlines_are_searched_filtered_sorted_and_paged_as_quotes_are(client: FlaskClient) -> None:
    page = soup(client, "/headlines?size=2")
    assert texts(page, ".total strong") == ["6 headlines"]
    assert [one["href"] for one in page.select(".pages a[rel=next]")] == ["/headlines?size=2&page=2"]
    assert texts(page, ".sorts a[aria-current]") == ["Newest"]
    narrowed = soup(client, "/headlines?outlet=The+Letter")
    assert texts(narrowed, ".filters li") == ["Remove filterOutlet: The Letter×"]
    assert texts(narrowed, ".hit h2") == ["Sea wall falls at Port Aldous"]
    assert texts(soup(client, "/headlines/facets/outlet"), ".choices .value") == ["The Courier", "The Letter"]
    assert soup(client, "/headlines/facets/speaker", 404)
    beyond = soup(client, "/headlines?page=9")
    assert "The result ends on page 1" in texts(beyond, ".beyond")[0]


def test_headlines_that_are_not_there_have_ways_out_and_bad_values_are_passed_over(client: FlaskClient) -> None:
    empty = soup(client, "/headlines?q=zeppelin&outlet=The+Letter")
    assert texts(empty, ".nothing li") == [
        "Remove all filters",
        "Search the articles instead",
        "See the headlines of the newest pages",
    ]
    odd = soup(client, "/headlines?page=x&size=7000&from=never")
    assert len(texts(odd, ".notice")) == 3
    assert soup(client, "/headlines?q=((((")
    assert client.get("/api/headlines?dups=show").status_code == 400


def test_text_of_strangers_is_escaped_and_addresses_of_scripts_are_no_links(client: FlaskClient) -> None:
    for path in (
        "/headlines?q=co",
        f"/a/{quote('a/b c?d#e.csv', safe='')}",
        f"/story/{quote('a/b c?d#e.csv', safe='')}",
    ):
        page = soup(client, path)
        assert not page.select("main img, main b, main i")
        assert not [one for one in page.select("a[href]") if str(one["href"]).startswith("javascript")]


def test_an_article_shows_who_names_it_and_what_is_like_it(client: FlaskClient) -> None:
    page = soup(client, "/a/fall")
    sections = {texts(one, "h2")[0]: one for one in page.select(".related")}
    assert [one["href"] for one in sections["Linked from"].select("a")] == ["/a/column", "/a/lists"]
    assert [one["href"] for one in sections["More like this"].select("a")] == ["/a/repair", "/a/inquiry"]
    assert texts(sections["More like this"], ".shared")[0].startswith("shares ")
    alone = page.select_one(".related .headline-only a")
    assert alone is not None
    assert texts(soup(client, str(alone["href"])), ".hit h2") == ["What the papers say today"]
    (story,) = [one["href"] for one in page.select(".byline a") if "story" in one.get_text()]
    assert story == "/story/fall"


def test_all_that_name_an_article_are_one_click_away() -> None:
    engine = archive(MemoryEngine())
    with engine.writer() as writer:
        boxes = (related("Wall", url="https://courier.example/fall"),)
        for number in range(12):
            writer.put(chunk(article(f"n{number:02}", f"News {number}", "Something else.", number, boxes=boxes)))
    many = create_app(Settings(), engine).test_client()
    page = soup(many, "/a/fall")
    (every,) = [one for one in page.select(".related a") if one.get_text().startswith("All ")]
    assert every.get_text() == "All 14 articles"
    assert texts(soup(many, str(every["href"])), ".total strong") == ["14 articles"]


def test_a_story_is_a_page_by_date_with_its_speakers(client: FlaskClient) -> None:
    page = soup(client, "/story/fall")
    assert [one["href"] for one in page.select(".thread h2 a")] == [
        f"/a/{name}" for name in ("fall", "ferries", "repair", "lists", "column")
    ]
    assert texts(page, ".thread .begun h2") == ["Sea wall falls at Port Aldous"]
    assert texts(page, ".total") == ["5 articles, 1 March 2021 to 30 May 2021, 2 outlets"]
    assert texts(page, "[aria-labelledby=speaks-title] li") == ["Ida Bloom 3 quotes, 2 articles", "Tom Reed 1 quote"]
    assert texts(page, ".sorts a[aria-current]") == ["Similar articles within ± 14 days"]
    assert [one["href"] for one in page.select("link[rel=alternate]")] == ["/story.atom?id=fall"]
    shorter = soup(client, "/story/fall?days=3")
    assert "/a/repair" not in [one["href"] for one in shorter.select(".thread h2 a")]
    assert [str(one["href"]) for one in shorter.select(".tools a")][:2] == [
        "/story.atom?id=fall&days=3",
        "/story.csv?id=fall&days=3",
    ]


def test_a_story_of_one_article_has_ways_out_and_bad_days_are_passed_over(client: FlaskClient) -> None:
    page = soup(client, "/story/short?days=many")
    assert "Days" in texts(page, ".notice")[0]
    assert texts(page, ".nothing li") == ["Look within a year before and after", "Back to the article"]
    assert soup(client, "/story/nobody", 404)


def test_a_story_is_a_feed_newest_first(client: FlaskClient) -> None:
    response = client.get("/story.atom?id=fall")
    assert response.content_type == "application/atom+xml; charset=utf-8"
    feed = etree.fromstring(response.data)
    ids = [str(one.text) for one in feed.iterfind(f"{ATOM}entry/{ATOM}id")]
    assert [one.rpartition("/")[2] for one in ids] == ["column", "lists", "repair", "ferries", "fall"]
    assert feed.findtext(f"{ATOM}title") == "The story around Sea wall falls at Port Aldous - News archive"
    again = client.get("/story.atom?id=fall", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_the_feed_of_a_story_is_valid_and_ordered_by_arrival_and_no_entry_is_of_1970() -> None:
    engine = archive(MemoryEngine())
    came_in = {"repair": datetime(2026, 11, 3, 9, tzinfo=UTC), "fall": datetime(2026, 11, 2, 9, tzinfo=UTC)}
    with engine.writer() as writer:
        for one, added in came_in.items():
            known = engine.article(one)
            assert known is not None
            head = replace(known.head, added=added)
            writer.put(chunk(replace(known, head=replace(head, published=None) if one == "repair" else head)))
    response = create_app(Settings(), engine).test_client().get("/story.atom?id=repair")
    feed = etree.fromstring(response.data)
    VALID_ATOM.assertValid(feed)
    entries = [(one.findtext(f"{ATOM}id"), one.findtext(f"{ATOM}updated")) for one in feed.iterfind(f"{ATOM}entry")]
    assert [(str(name).rpartition("/")[2], at) for name, at in entries[:2]] == [
        ("repair", "2026-11-03T09:00:00+00:00"),
        ("fall", "2026-11-02T09:00:00+00:00"),
    ]
    assert feed.findtext(f"{ATOM}updated") == "2026-11-03T09:00:00+00:00"
    assert "1970" not in response.text


def test_a_story_is_a_file_by_date(client: FlaskClient) -> None:
    response = client.get("/story.csv?id=fall&days=3")
    assert response.headers["Content-Disposition"] == 'attachment; filename="story.csv"'
    rows = list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))
    assert [(row["id"], row["relations"]) for row in rows] == [
        ("fall", ""),
        ("ferries", "linked_to"),
        ("lists", "linked_from"),
        ("column", "linked_from"),
    ]
    assert rows[0]["speakers"] == "Ida Bloom"
    lines = [json.loads(line) for line in client.get("/story.jsonl?id=fall&days=3").data.splitlines()]
    assert [one["id"] for one in lines] == [row["id"] for row in rows]
    assert client.get("/headlines.csv?columns=text,story_id&q=ferries").data.decode("utf-8-sig").splitlines()[1:] == [
        "Ferries stay in port,ferries"
    ]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/story.atom", 400),
        ("/story.csv?id=", 400),
        ("/story.csv?id=nobody", 404),
        ("/story.csv?id=fall&days=999", 400),
        ("/story.csv?id=fall&day=3", 400),
        ("/api/story/fall?days=-1", 400),
        ("/api/story/nobody", 404),
        ("/api/articles/fall/similar?limit=0", 400),
        ("/api/articles/fall/similar?limit=51", 400),
        ("/api/articles/nobody/similar", 404),
        ("/api/articles/fall/links?limit=x", 400),
        ("/api/articles/nobody/links", 404),
    ],
)
def test_what_cannot_be_answered_is_refused_with_its_reason(client: FlaskClient, path: str, status: int) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert response.get_json(force=True)["detail"]


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/api/headlines?q=port", "HeadlinePage"),
        ("/api/articles/fall/links", "ArticleLinks"),
        ("/api/articles/repair/similar", "SimilarPage"),
        ("/api/story/fall", "Story"),
        ("/api/story/undated", "Story"),
    ],
)
def test_answers_are_as_described(client: FlaskClient, path: str, schema: str) -> None:
    description: Any = json.loads(describe())
    assert list(answer_validator(description, schema).iter_errors(client.get(path).get_json())) == []


def test_any_id_has_its_story(client: FlaskClient) -> None:
    odd = quote("a/b c?d#e.csv", safe="")
    assert client.get(f"/story/{odd}").status_code == 200
    assert client.get(f"/story.csv?id={odd}").status_code == 200
    assert client.get(f"/api/story/{odd}").get_json()["article"]["id"] == "a/b c?d#e.csv"
