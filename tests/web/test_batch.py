"""Several searches in one request: each answer is that of a single one, refusals stand in their places."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from searchsvc.settings import Settings
from searchsvc.web import create_app
from searchsvc.web.admission import Admission
from searchsvc.web.batch import MAX_HITS, MAX_SEARCHES
from soak.random_requests import answer_validator
from tests.web.web_articles import filled_engine

PATH = "/api/search/batch"


def posted(client: FlaskClient, *searches: object) -> Any:
    return client.post(PATH, json={"searches": searches})


def test_each_answer_is_that_of_a_single_search(client: FlaskClient) -> None:
    asked = [
        ({"q": "swans mill"}, "q=swans+mill"),
        ({"q": "station", "size": 3, "page": 2, "section": ["Weather", "Rivers"]}, None),
        ({}, ""),
    ]
    answer = posted(client, *(body for body, _ in asked))
    assert answer.status_code == 200
    assert answer.headers["Server-Timing"].startswith("search;dur=")
    singles = ["q=swans+mill", "q=station&size=3&page=2&section=Weather&section=Rivers", ""]
    for one, single in zip(answer.get_json()["answers"], singles, strict=True):
        assert one == client.get(f"/api/search?{single}").get_json()
    assert answer.get_json()["answers"][1]["prev"].startswith("/api/search?q=station")


def test_a_refused_search_gets_its_problem_and_the_others_their_answers(client: FlaskClient) -> None:
    answers = posted(
        client, {"q": "a*"}, {"q": "otters"}, {"form": "2024"}, {"size": 1000}, {"q": ["a", "b"]}
    ).get_json()["answers"]
    assert [one.get("status") for one in answers] == [422, None, 400, 400, 400]
    assert answers[0]["suggestion"]
    assert answers[1]["total"] == 2
    assert answers[2]["parameter"] == "form"
    for one, query in ((answers[0], "q=a*"), (answers[2], "form=2024"), (answers[3], "size=1000")):
        assert one == client.get(f"/api/search?{query}").get_json(force=True)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"searches": []}', 400),
        (b'{"searches": [1]}', 400),
        (b'{"searches": [{"q": {"a": 1}}]}', 400),
        (b'{"searches": [{"q": null}]}', 400),
        (b'{"searches": [{}], "more": 1}', 400),
        (b'\xff{"searches": [{}]}', 400),
        (b"[" * 60_000, 400),
        (json.dumps({"searches": [{}] * (MAX_SEARCHES + 1)}).encode(), 400),
        (json.dumps({"searches": [{"size": 100}] * 3}).encode(), 422),
        (b'{"searches": [{"q": "' + b"a" * 70_000 + b'"}]}', 413),
    ],
)
def test_a_body_that_is_no_batch_is_a_problem(client: FlaskClient, body: bytes, status: int) -> None:
    answer = client.post(PATH, data=body, content_type="application/json")
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.get_json(force=True)["detail"]


def test_other_types_methods_and_parameters_are_problems(client: FlaskClient) -> None:
    assert client.post(PATH, data=b"{}", content_type="text/plain").status_code == 415
    assert client.get(PATH).status_code == 405
    assert client.post(f"{PATH}?q=x", json={"searches": [{}]}).status_code == 400
    assert client.options(PATH).headers["Access-Control-Allow-Methods"] == "POST, OPTIONS"
    assert posted(client, *[{"size": MAX_HITS // MAX_SEARCHES}] * MAX_SEARCHES).status_code == 200


def test_the_searches_share_the_time_of_one_request() -> None:
    client = create_app(Settings(query_seconds=0.1), filled_engine()).test_client()
    slow = " OR ".join(f"w{i}*" for i in range(100, 108))
    answers = posted(client, *[{"q": f"{slow} station", "size": 10}] * MAX_SEARCHES).get_json()["answers"]
    assert len(answers) == MAX_SEARCHES
    assert all("hits" in one or one["type"] == "/problems/costly-query" for one in answers)


def test_a_batch_has_the_lane_of_costly_requests() -> None:
    admission = Admission(4)
    assert admission.turn(b"POST /api/search/batch HTTP/1.1\r\n").lane is admission.costly
    assert admission.turn(b"POST /archive/api/search/batch HTTP/1.1\r\n").lane is admission.costly
    assert admission.turn(b"POST /api/verify HTTP/1.1\r\n").lane is admission.usual
    assert admission.turn(b"GET /api/search?q=/api/search/batch HTTP/1.1\r\n").lane is admission.usual


def test_the_description_says_what_is_sent_and_answered(client: FlaskClient) -> None:
    description = client.get("/openapi.json").get_json()
    example = description["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert answer_validator(description, "Batch").is_valid(example)
    assert not answer_validator(description, "Batch").is_valid({"searches": [{}] * (MAX_SEARCHES + 1)})
    good, bad = posted(client, {"q": "otters"}, {"q": "a*"}).get_json()["answers"]
    assert answer_validator(description, "Page").is_valid(good)
    assert answer_validator(description, "Problem").is_valid(bad)
    assert client.post(PATH, json=example).status_code == 200
