"""Copies of a story in the API, in files and on the command line."""

import csv
import html
import io
import re

import pytest
from flask.testing import FlaskClient

from searchsvc.engines.memory import MemoryEngine
from searchsvc.settings import Settings
from searchsvc.web import create_app
from tests.engines.test_contract_copies import ARTICLES, MORE


@pytest.fixture
def client() -> FlaskClient:
    engine = MemoryEngine()
    with engine.writer(fresh=True) as writer:
        for one in ARTICLES:
            writer.put(one)
    return create_app(Settings(), engine).test_client()


def test_a_hit_tells_its_copies(client: FlaskClient) -> None:
    answer = client.get("/api/search?q=ferry&sort=oldest").get_json(force=True)
    assert (answer["total"], answer["total_articles"]) == (4, 7)
    assert [hit["copies_total"] for hit in answer["hits"]] == [3, 0, 0, 0]
    assert [copy["id"] for copy in answer["hits"][0]["copies"]] == ["longer", "second", "undated"]


def test_each_copy_is_listed_where_that_is_asked_for(client: FlaskClient) -> None:
    answer = client.get("/api/search?q=ferry&dups=show").get_json(force=True)
    assert answer["total"] == answer["total_articles"] == len(answer["hits"]) == 7
    assert not any(hit["copies_total"] for hit in answer["hits"])


@pytest.mark.parametrize(("dups", "count"), [("", 4), ("&dups=show", 7)])
def test_files_list_what_pages_list(client: FlaskClient, dups: str, count: int) -> None:
    text = client.get(f"/search.csv?q=ferry&columns=id,copies{dups}").get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(rows) == count
    assert sum(int(row["copies"]) for row in rows) == 7 - count


@pytest.mark.parametrize("path", ["/", "/?q=ferry"])
def test_the_first_page_and_a_result_say_how_many_there_are_with_copies(client: FlaskClient, path: str) -> None:
    page = client.get(path).get_data(as_text=True)
    with_copies = re.search(r'\((\d+) with copies: <a href="([^"]+)">list each', page)
    assert with_copies
    each = client.get(html.unescape(with_copies[2])).get_data(as_text=True)
    assert f"<strong>{with_copies[1]} articles</strong>" in each
    assert "group copies" in each


def test_links_of_a_page_keep_that_copies_are_listed(client: FlaskClient) -> None:
    page = client.get("/?q=ferry&dups=show&size=2").get_data(as_text=True)
    assert "dups=show&amp;size=2&amp;page=2" in page


def test_copies_of_an_article_say_what_differs(client: FlaskClient) -> None:
    answer = client.get("/api/articles/first/copies").get_json(force=True)
    assert [copy["article"]["id"] for copy in answer["copies"]] == ["longer", "second", "undated"]
    longer, second, _ = answer["copies"]
    assert answer["total"] == 3
    assert [(block["state"], block["runs"][0]["text"]) for block in longer["blocks"]] == [("added", MORE)]
    assert second["blocks"] == []
    assert [run["kind"] for run in second["headline"]] != ["same"]


def test_an_article_without_copies_has_an_empty_list_and_none_is_404(client: FlaskClient) -> None:
    assert client.get("/api/articles/counted/copies").get_json(force=True)["copies"] == []
    assert client.get("/api/articles/nowhere/copies").status_code == 404
    assert client.get("/a/nowhere/copies").status_code == 404
    assert client.get("/a/counted/copies").status_code == 200


def test_trends_count_a_story_once(client: FlaskClient) -> None:
    trend = client.get("/api/trends?q=ferry&interval=month").get_json(force=True)["trends"][0]
    assert trend["total"] == 4
