"""Manners of the API: names alike for asking and answering, pages linked, types respected, what there is listed."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from searchsvc.web.api_docs import BODIES, EXAMPLES
from searchsvc.web.parameters import ADDED_PARAMETERS


def get(client: FlaskClient, path: str) -> Any:
    response = client.get(path)
    assert response.status_code == 200, response.text
    return json.loads(response.data)


def test_what_was_asked_is_repeated_under_the_names_of_the_parameters(client: FlaskClient) -> None:
    asked = "q=swan&section=Rivers&language=en&from=2024-01-01&to=2024-12-31&match=any&spelling=typed&sort=newest"

    query = get(client, f"/api/search?{asked}")["query"]

    assert {name: query[name] for name in ("text", "sort", "match", "spelling")} == {
        "text": "swan",
        "sort": "newest",
        "match": "any",
        "spelling": "typed",
    }
    assert query["filters"] == {
        "section": ["Rivers"],
        "outlet": [],
        "author": [],
        "speaker": [],
        "language": ["en"],
        "from": "2024-01-01",
        "to": "2024-12-31",
        "added_after": None,
        "added_before": None,
    }


@pytest.mark.parametrize(
    ("path", "names"),
    [
        (
            "/api/quotes?kind=full",
            {"section", "outlet", "author", "speaker", "language", "kind", "from", "to", *ADDED_PARAMETERS},
        ),
        (
            "/api/speakers",
            {"section", "outlet", "author", "speaker", "language", "kind", "from", "to", *ADDED_PARAMETERS},
        ),
        ("/api/headlines", {"section", "outlet", "author", "language", "from", "to", *ADDED_PARAMETERS}),
    ],
)
def test_every_list_repeats_its_filters(client: FlaskClient, path: str, names: set[str]) -> None:
    assert get(client, path)["query"]["filters"].keys() == names


def test_the_facets_that_are_counted_can_be_asked_for(client: FlaskClient) -> None:
    facets = get(client, "/api/search")["facets"]
    for name in ("section", "outlet", "author", "speaker", "language", "month"):
        value = facets[name][0]
        assert get(client, f"/api/search?{name}={quote(value['value'])}")["total"] == value["count"], name


def test_the_name_of_the_version_before_is_still_read(client: FlaskClient) -> None:
    assert get(client, "/api/search?lang=en")["hits"] == get(client, "/api/search?language=en")["hits"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("month=2024-13", "month '2024-13' is not a month of the calendar; write it as 2024-05."),
        ("month=2024-05&from=2024-05-02", "month is given with from or to; give either the month or its days."),
        ("month=2024-05&month=2024-06", "month is given more than once; give one value."),
    ],
)
def test_a_month_that_cannot_be_used_is_named(client: FlaskClient, asked: str, told: str) -> None:
    response = client.get(f"/api/search?{asked}")

    assert (response.status_code, response.get_json(force=True)["detail"]) == (400, told)


@pytest.mark.parametrize("path", ["/api/search?size=1", "/api/quotes?size=1", "/api/headlines?size=1"])
def test_pages_lead_to_all_hits_and_back(client: FlaskClient, path: str) -> None:
    first = get(client, path)
    pages, here = [path], first
    while here["next"]:
        pages.append(here["next"])
        here = get(client, here["next"])

    assert first["prev"] is None
    assert len(pages) == first["total"] > 1
    for number in range(len(pages) - 1, 0, -1):
        assert here["page"] == number + 1
        here = get(client, here["prev"])
    assert here == first


def test_the_link_header_says_the_same(client: FlaskClient) -> None:
    response = client.get("/api/search?q=swan+OR+river&section=Rivers&size=1&page=2")
    body = json.loads(response.data)

    expected = [f'<{body[name]}>; rel="{name}"' for name in ("next", "prev") if body[name]]
    assert expected
    assert response.headers.getlist("Link") == expected


def test_before_a_page_beyond_the_end_stands_the_last(client: FlaskClient) -> None:
    beyond = get(client, "/api/search?size=1&page=9999")

    assert (beyond["hits"], beyond["next"]) == ([], None)
    assert get(client, beyond["prev"])["hits"]


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("/api/search", "text/csv", 406),
        ("/api/search", "text/html", 406),
        ("/api/search", "application/json", 200),
        ("/api/search", "text/html, */*;q=0.1", 200),
        ("/api/search?page=0", "application/problem+json", 400),
        ("/?q=swan", "application/json", 406),
        ("/?q=swan", "text/html,application/xhtml+xml", 200),
        ("/search.atom", "application/atom+xml", 200),
        ("/search.atom", "image/png", 406),
        ("/healthz", "text/plain", 200),
        ("/api/articles/none/versions", "text/html", 406),
        ("/api/articles/none/copies", "text/html", 406),
        ("/versions/none", "application/json", 406),
        ("/a/none/copies", "application/json", 406),
        ("/docs", "application/json", 406),
        ("/problems/not-found", "application/json", 200),
        ("/trends.csv?q=swan", "text/csv", 200),
        ("/trends.csv?q=swan", "application/json", 200),
        ("/api/trends?q=swan", "text/csv", 406),
        ("/nowhere", "application/json", 404),
    ],
)
def test_the_accept_header_is_respected(client: FlaskClient, path: str, accept: str, status: int) -> None:
    response = client.get(path, headers={"Accept": accept})

    assert response.status_code == status
    if status == 406:
        assert response.mimetype == "application/problem+json"
        assert response.get_json(force=True)["type"].endswith("/problems/not-acceptable")


@pytest.mark.parametrize("path", ["/api", "/api/"])
def test_the_api_lists_what_there_is(client: FlaskClient, path: str) -> None:
    listed = get(client, path)

    described = get(client, listed["openapi"])["paths"]
    assert [one["path"] for one in listed["operations"]] == list(described)
    assert client.get(listed["docs"]).status_code == 200


def test_every_operation_has_an_example_that_works(client: FlaskClient) -> None:
    listed = get(client, "/api")["operations"]
    examples = [one["example"] for one in listed if one["method"] == "GET"]
    assert len(examples) == len(EXAMPLES)
    page = client.get("/docs").text
    for address in examples:
        assert client.get(address, follow_redirects=True).status_code == 200, address
        assert f"{address.replace('&', '&amp;')}&#39;" in page or f"{address.replace('&', '&amp;')}'" in page
    for path, body in BODIES.values():
        assert client.post(path, data=body, content_type="application/json").status_code == 200, path


def test_the_docs_show_every_operation_parameter_and_answer(client: FlaskClient) -> None:
    page = client.get("/docs").text

    for path, methods in get(client, "/openapi.json")["paths"].items():
        for method, told in methods.items():
            assert f"<code>{method.upper()} {path}</code>" in page
            for parameter in told.get("parameters", ()):
                assert f"<code>{parameter['name']}</code>" in page


def test_explain_tells_the_parts_of_each_score_in_api_and_on_the_page(client: FlaskClient) -> None:
    hits = client.get("/api/search?q=swans+mill&match=any&explain=1").get_json()["hits"]
    assert hits
    for hit in hits:
        assert sum(part["score"] for part in hit["explanation"]) == pytest.approx(hit["score"], abs=1e-4)
        assert {part["text"] for part in hit["explanation"]} <= {"swans", "mill"}
        assert {part["place"] for part in hit["explanation"]} <= {"article", "passage"}
    plain = client.get("/api/search?q=swans+mill&match=any").get_json()["hits"]
    assert [hit["explanation"] for hit in plain] == [None] * len(hits)
    page = client.get("/?q=swans+mill&match=any&explain=1").text
    assert page.count("Why here:") == len(hits)
    assert "Why here" not in client.get("/?q=swans+mill&match=any").text
    assert "/search.atom?q=swans+mill&amp;match=any" in page
    assert client.get("/api/search?q=mill&explain=yes").status_code == 400


def test_words_that_stand_nowhere_in_a_hit_are_named_in_api_and_on_the_page(client: FlaskClient) -> None:
    answer = client.get("/api/search?q=swans+lantern").get_json()
    missing = {hit["id"]: hit["missing"] for hit in answer["hits"]}
    assert answer["total_all_words"] == 0
    assert set(map(tuple, missing.values())) == {("swans",), ("lantern",)}
    page = client.get("/?q=swans+lantern").text
    assert page.count("Not in it:") == len(missing)
    assert {tuple(hit["missing"]) for hit in client.get("/api/search?q=swans+OR+lantern").get_json()["hits"]} == {()}


def test_a_message_that_asks_back_ends_as_a_question(client: FlaskClient) -> None:
    assert client.get("/api/search?siez=3").get_json()["detail"] == "siez is no parameter of this; did you mean size?"
    assert client.get("/api/search?size=no").get_json()["detail"].endswith(".")


def test_what_may_be_empty_is_read_as_not_given_as_the_description_says(client: FlaskClient) -> None:
    described = client.get("/openapi.json").get_json()["paths"]
    for path in ("/api/search", "/api/quotes", "/api/headlines", "/api/speakers", "/api/collection"):
        names = [one["name"] for one in described[path]["get"]["parameters"] if one.get("allowEmptyValue")]
        assert names
        for name in names:
            assert client.get(f"{path}?{name}=").status_code == 200, (path, name)
