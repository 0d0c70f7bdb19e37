"""The JSON API: shapes, determinism, refusals."""

import json
from datetime import datetime, timedelta, tzinfo
from typing import Any, Self

import pytest
from flask.testing import FlaskClient

from searchsvc.model.fields import ARTICLE_FACETS
from searchsvc.search import request
from tests.web.web_articles import ARTICLES, MILL


def get(client: FlaskClient, path: str, status: int = 200) -> Any:
    response = client.get(path)
    assert response.status_code == status, response.text
    return response.get_json(force=True)


def test_search_finds_and_marks(client: FlaskClient) -> None:
    answer = get(client, "/api/search?q=otters")
    assert answer["hits"][0]["id"] == "otters"
    assert answer["total"] >= 1
    (snippet, *_) = answer["hits"][0]["snippets"]
    for start, end in snippet["marks"]:
        assert snippet["text"][start:end].lower() == "otters"
    assert "<mark>" in snippet["html"]


def test_search_answers_with_all_keys_always(client: FlaskClient) -> None:
    keys = {
        "query",
        "total",
        "total_articles",
        "total_all_words",
        "page",
        "size",
        "hits",
        "facets",
        "suggestion",
        "next",
        "prev",
        "index",
    }
    for path in ("/api/search", "/api/search?q=swans", "/api/search?q=nothing-has-this", "/api/search?page=77"):
        answer = get(client, path)
        assert set(answer) == keys
        assert set(answer["facets"]) == {*(row.name for row in ARTICLE_FACETS), "month", "totals"}
        assert set(answer["index"]) == {"generation", "articles", "updated", "commit"}
        for hit in answer["hits"]:
            assert {"id", "url", "title", "outlet", "section", "published", "score", "matched_in"} <= set(hit)


def test_search_without_a_text_returns_the_newest(client: FlaskClient) -> None:
    answer = get(client, "/api/search?size=3")
    assert answer["total"] == len(ARTICLES)
    assert answer["query"]["sort"] == "newest"
    dates = [hit["published"] for hit in answer["hits"]]
    assert dates == sorted(dates, reverse=True)


def test_search_pages_neither_repeat_nor_skip(client: FlaskClient) -> None:
    seen = [hit["id"] for page in range(1, 8) for hit in get(client, f"/api/search?size=5&page={page}")["hits"]]
    assert len(seen) == len(ARTICLES)
    assert len(set(seen)) == len(seen)


def test_search_narrows_by_facets_and_dates(client: FlaskClient) -> None:
    assert get(client, "/api/search?section=Rivers&lang=en")["total"] == 2
    assert get(client, "/api/search?section=Rivers&section=Weather")["total"] == 29
    assert get(client, "/api/search?from=2024-03-05&to=2024-03-05")["total"] == 1
    assert get(client, "/api/search?speaker=Greta%20Oldroyd")["hits"][0]["id"] == "mill"


def test_search_gives_the_same_bytes_and_keeps_time_in_a_header(client: FlaskClient) -> None:
    first, second = client.get("/api/search?q=mill+swans"), client.get("/api/search?q=mill+swans")
    assert first.data == second.data
    assert first.headers["ETag"] == second.headers["ETag"]
    assert first.headers["Server-Timing"].startswith("search;dur=")
    assert first.content_type == "application/json"


def test_search_answers_304_to_who_has_it(client: FlaskClient) -> None:
    tag = client.get("/api/search?q=mill").headers["ETag"]
    kept = client.get("/api/search?q=mill", headers={"If-None-Match": f'"other", {tag}'})
    assert kept.status_code == 304
    assert kept.data == b""
    assert kept.headers["ETag"] == tag
    assert kept.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get("/api/search?q=swans", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "changes"),
    [
        ("after:7d", True),
        ("AFTER:yesterday", True),
        ("date:today", True),
        ("date:2020..7d", True),
        ("-after:(2020 1w)", True),
        ("mill OR (reeds date:2m)", True),
        ("before:2021", False),
        ("date:2020-01..2021-05", False),
        ('"after:7d" today', False),
        ("mill date: 2m", False),
    ],
)
def test_the_validator_of_a_search_changes_with_the_day_where_dates_count_from_it(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, asked: str, *, changes: bool
) -> None:
    def tag() -> str:
        return client.get("/api/search", query_string={"q": f"swans {asked}"}).headers["ETag"]

    today = tag()
    assert tag() == today

    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) + timedelta(days=1)

    monkeypatch.setattr(request, "datetime", Tomorrow)
    assert (tag() != today) is changes


@pytest.mark.parametrize("asked", ["after:7h", "-before:7H", "date:2020..3hours", "after:(1d 7h)", "mill OR after:1h"])
@pytest.mark.parametrize("path", ["/api/search", "/api/quotes", "/", "/quotes", "/speakers", "/search.atom", "/a/mill"])
def test_a_search_by_hours_has_no_validator(client: FlaskClient, path: str, asked: str) -> None:
    response = client.get(path, query_string={"q": f"swans {asked}"})
    assert response.status_code == 200
    assert "ETag" not in response.headers


@pytest.mark.parametrize("path", ["/api/suggest", "/api/search", "/"])
def test_words_that_look_like_hours_leave_the_validator(client: FlaskClient, path: str) -> None:
    assert "ETag" in client.get(path, query_string={"q": '"after: 7h" mill'}).headers


@pytest.mark.parametrize("path", ["/api/articles/nosuch", "/api/search?q=a*", "/a/nosuch"])
def test_any_version_at_all_is_none_of_what_is_not_there(client: FlaskClient, path: str) -> None:
    assert client.get(path, headers={"If-None-Match": "*"}).status_code in {400, 404, 422}


@pytest.mark.parametrize(
    ("path", "status", "name", "told"),
    [
        ("/api/search?size=1000", 400, "bad-parameter", "size is 1,000"),
        ("/api/search?colour=red", 400, "bad-parameter", "colour is no parameter"),
        ("/api/search?page=900000&size=100", 422, "bad-parameter", "narrow the dates"),
        ("/api/articles/nobody", 404, "not-found", "'nobody'"),
        ("/api/articles/mill?x=1", 400, "bad-parameter", "x is no parameter"),
        ("/api/nothing", 404, "not-found", "address"),
        ("/api/search?q=" + "a" * 9000, 414, "too-long", "fewer"),
    ],
    ids=["size", "unknown", "deep", "no-article", "article-parameter", "no-route", "long"],
)
def test_refusals_are_problem_json(client: FlaskClient, path: str, status: int, name: str, told: str) -> None:
    response = client.get(path)
    problem = json.loads(response.data)
    assert response.status_code == problem["status"] == status
    assert response.content_type == "application/problem+json"
    assert problem["type"] == f"/problems/{name}"
    assert told in problem["detail"]
    assert problem["title"]
    assert client.get(problem["type"]).status_code == 200


@pytest.mark.parametrize(
    ("text", "status", "name", "marked"),
    [
        ("swan date:2024-99", 400, "bad-query", "date:2024-99"),
        ("otters a* swan", 422, "costly-query", "a*"),
        ("a" * 3000, 422, "costly-query", "a" * 952),
    ],
    ids=["date", "prefix", "long"],
)
def test_a_query_that_cannot_be_answered_is_told_with_place_reason_and_one_that_works(
    client: FlaskClient, text: str, status: int, name: str, marked: str
) -> None:
    response = client.get("/api/search", query_string={"q": text})
    problem = response.get_json(force=True)
    assert response.status_code == problem["status"] == status
    assert problem["type"] == f"/problems/{name}"
    assert text[problem["position"] :][: problem["length"]] == marked
    assert problem["reason"] == problem["detail"]
    assert client.get("/api/search", query_string={"q": problem["suggestion"]}).status_code == 200


def test_only_reading_is_allowed(client: FlaskClient) -> None:
    refused = client.post("/api/search", data=b"x")
    assert refused.status_code == 405
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert refused.get_json(force=True)["type"] == "/problems/not-allowed"
    assert client.post("/api/search", data=b"x" * 20_000).status_code == 413


def test_options_lets_scripts_of_other_sites_read(client: FlaskClient) -> None:
    headers = client.options("/api/search", headers={"Origin": "https://other.example"}).headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "Access-Control-Allow-Credentials" not in headers
    assert "Access-Control-Allow-Origin" not in client.get("/").headers


def test_article_is_returned_whole(client: FlaskClient) -> None:
    answer = get(client, "/api/articles/mill")
    assert answer["head"]["title"] == MILL.head.title
    assert [block["kind"] for block in answer["blocks"]] == [block.kind for block in MILL.blocks]
    assert get(client, "/api/articles///undated/with%20slash")["head"]["published"] is None


def test_headlines_are_found_by_their_own_words(client: FlaskClient) -> None:
    answer = client.get("/api/headlines?q=otter").get_json()
    (hit,) = answer["hits"]
    assert (answer["total"], hit["article"]["id"], hit["headline"]["date"]) == (1, "mill", "2023-11-20")
    assert hit["html"] == "<mark>Otters</mark> return to the Tarn"
    assert client.get("/api/headlines?section=nowhere").get_json()["total"] == 0
    assert client.get("/api/headlines").get_json()["total"] == 4
    assert client.get("/api/headlines?speaker=x").status_code == 400


def test_collection_says_what_is_in_here(client: FlaskClient) -> None:
    answer = get(client, "/api/collection")
    assert answer["articles"] == len(ARTICLES)
    assert (answer["first_month"], answer["last_month"], answer["undated"]) == ("2021-01", "2024-03", 2)


def test_suggest_completes_titles_speakers_and_words(client: FlaskClient) -> None:
    title = {"kind": "title", "text": "Otters return to the Tarn", "href": "/a/otters", "count": None}
    assert title | {"day": "2023-11-20"} in get(client, "/api/suggest?q=otters+ret")["suggestions"]
    speaker = {"kind": "speaker", "text": "Greta Oldroyd", "href": "/speakers/Greta%20Oldroyd", "count": 2, "day": None}
    assert speaker in get(client, "/api/suggest?q=oldr")["suggestions"]
    word = {"kind": "word", "text": "otters", "href": "/?q=otters", "count": 2, "day": None}
    assert word in get(client, "/api/suggest?q=ott")["suggestions"]
    assert [one["text"] for one in get(client, "/api/suggest?q=the+dri")["suggestions"]] == ["the drizzle"]


def test_suggest_completes_searches_for_quotes_and_names_alone(client: FlaskClient) -> None:
    found = get(client, "/api/suggest?q=swa&for=quotes")["suggestions"]
    assert {one["kind"] for one in found} == {"word"}
    assert found[0]["href"] == "/quotes?q=swans"
    assert found[0]["count"] == get(client, "/api/quotes?q=swans&match=all")["total"]
    assert [one["text"] for one in get(client, "/api/suggest?q=old&for=speakers")["suggestions"]] == ["Greta Oldroyd"]
    assert client.get("/api/suggest?q=old&for=words").status_code == 400


@pytest.mark.parametrize(
    "text", ["", "a", "ab ", "title:swa", "the ", "x" * 500, "((((", "🦦🦦🦦🦦", "\x00\x00\x00\x00"]
)
def test_suggest_has_nothing_for_what_is_not_being_completed(client: FlaskClient, text: str) -> None:
    answer = client.get("/api/suggest", query_string={"q": text})
    assert answer.status_code == 200
    assert answer.get_json()["suggestions"] == []
