"""How the service stands up, stays up and is watched."""

import logging
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

import wsgi
from searchsvc.engines import open_engine
from searchsvc.engines.memory import MemoryEngine, Store
from searchsvc.errors import UsageError
from searchsvc.model.document import chunk
from searchsvc.model.result import IndexInfo
from searchsvc.settings import Settings
from searchsvc.web import create_app
from searchsvc.web.responses import EngineProvider
from tests.web.web_articles import MILL, OTTERS, filled_engine

#: Attributes that hold an address.
LINKS = ("href", "src", "action", "data-suggest", "data-href")
T = TypeVar("T")
ATOM = {"a": "http://www.w3.org/2005/Atom"}


class FallenEngine(MemoryEngine):
    """An engine with a fault that nobody foresaw."""

    def info(self) -> IndexInfo:
        raise RuntimeError("the shelf gave way")

    def at_one_commit(self, answer: Callable[[MemoryEngine], T], /) -> T:
        return answer(self)


@pytest.fixture
def without_index(tmp_path: Path) -> FlaskClient:
    return create_app(Settings(engine=f"whoosh:{tmp_path / 'index'}")).test_client()


def test_without_an_index_the_service_lives_and_says_what_to_do(without_index: FlaskClient) -> None:
    assert without_index.get("/healthz").status_code == 200
    ready = without_index.get("/readyz")
    assert ready.status_code == 503
    assert ready.headers["Retry-After"] == "30"
    assert ready.get_json(force=True)["type"] == "/problems/no-index"
    search = without_index.get("/api/search?q=otters")
    assert search.status_code == 503
    assert search.content_type == "application/problem+json"
    for path in ("/", "/a/mill"):
        page = without_index.get(path)
        assert page.status_code == 503
        assert "searchsvc reindex" in page.text


def test_without_an_index_the_log_says_where_it_was_looked_for(
    without_index: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    body = without_index.get("/readyz").text
    (line,) = caplog.messages
    assert line.startswith("no-index on /readyz: ")
    assert "index" in line.removeprefix("no-index on /readyz: ")
    assert "pytest" not in body


def test_behind_a_prefix_every_address_has_it(client: FlaskClient) -> None:
    behind = {"SCRIPT_NAME": "/news"}
    page = client.get("/?q=station", environ_overrides=behind).text
    assert 'action="/news/"' in page
    assert 'href="/news/a/report-' in page
    assert 'href="/news/?q=station&amp;sort=newest"' in page
    problem = client.get("/api/search?size=0", environ_overrides=behind).get_json(force=True)
    assert problem["type"] == "/news/problems/bad-parameter"


def test_an_index_that_comes_later_is_found_without_a_restart(tmp_path: Path) -> None:
    place = f"whoosh:{tmp_path / 'index'}"
    client = create_app(Settings(engine=place)).test_client()
    assert client.get("/readyz").status_code == 503
    with open_engine(place).writer(fresh=True) as writer:
        writer.put(chunk(OTTERS))
    assert client.get("/readyz").status_code == 200
    assert client.get("/api/search?q=otters").get_json()["total"] == 1


def test_a_new_state_of_the_index_is_followed_and_changes_the_validator() -> None:
    store = Store()
    with MemoryEngine(store).writer() as writer:
        writer.put(chunk(OTTERS))
    client = create_app(Settings(), MemoryEngine(store)).test_client()
    before = client.get("/api/search?q=mill")
    with MemoryEngine(store).writer() as writer:
        writer.put(chunk(MILL))
    after = client.get("/api/search?q=mill", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.get_json()["total"] == before.get_json()["total"] + 1


def test_an_empty_index_shows_a_page() -> None:
    client = create_app(Settings(), MemoryEngine()).test_client()
    assert "no articles in here yet" in client.get("/").text
    assert client.get("/?q=otters").status_code == 200
    assert client.get("/api/collection").get_json()["first_month"] is None


def test_a_fault_of_ours_is_logged_without_what_was_searched_for(caplog: pytest.LogCaptureFixture) -> None:
    client = create_app(Settings(), FallenEngine()).test_client()
    with caplog.at_level(logging.ERROR):
        problem = client.get("/api/search?q=private-matter")
        page = client.get("/?q=private-matter")
    assert problem.status_code == page.status_code == 500
    assert problem.get_json(force=True)["title"] == "Something went wrong on our side"
    assert "shelf" not in problem.text + page.text
    assert "shelf gave way" in caplog.text
    assert "private-matter" not in caplog.text


def test_collection_opens_once_and_not_before_it_is_asked() -> None:
    collection = EngineProvider("memory:")
    assert collection.engine() is collection.engine()
    EngineProvider("whoosh:/nowhere at all")
    with pytest.raises(UsageError, match="nonsense"):
        EngineProvider("nonsense:")


def test_wsgi_gives_the_application() -> None:
    assert wsgi.application.test_client().get("/healthz").get_json() == {"status": "ok"}


def test_readyz_says_which_state_of_the_index_answers(client: FlaskClient) -> None:
    assert client.get("/readyz").get_json()["index"]["articles"] > 0


def test_feed_holds_the_newest_of_a_search(client: FlaskClient) -> None:
    response = client.get("/search.atom?q=swans")
    assert response.content_type == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(response.data)  # noqa: S314  our own output
    titles = [entry.findtext("a:title", None, ATOM) for entry in feed.iterfind("a:entry", ATOM)]
    assert titles[0] == "Mill race to be cleared by autumn"
    assert feed.findtext("a:title", None, ATOM) == "swans - Tarn <Archive>"
    assert all(entry.findtext("a:id", None, ATOM) for entry in feed.iterfind("a:entry", ATOM))


def test_feed_ids_do_not_depend_on_the_address_of_the_request() -> None:
    engine = MemoryEngine()
    with engine.writer() as writer:
        writer.put(chunk(OTTERS))
    client = create_app(Settings(base_url="https://archive.example/news"), engine).test_client()
    assert b"https://archive.example/news/a/otters" in client.get("/search.atom", base_url="http://inside:8000").data
    docs = client.get("/docs", base_url="http://inside:8000").data
    assert b"https://archive.example/news/api/search" in docs
    assert b"inside:8000" not in docs


@pytest.mark.no_cover
def test_below_a_path_every_link_stays_below_it() -> None:
    client = create_app(Settings(base_url="https://news.example/quotes"), filled_engine()).test_client()
    todo, seen = ["/quotes/?q=mill", "/quotes/quotes", "/quotes/speakers", "/quotes/nowhere"], set[str]()
    while todo:
        path = todo.pop()
        seen.add(path)
        with client.get(path, follow_redirects=True) as answer:
            assert answer.status_code == (404 if path == "/quotes/nowhere" else 200), path
            page = BeautifulSoup(answer.data, "lxml") if answer.mimetype == "text/html" else None
        if page and len(seen) < 60:
            links = [str(tag[key]) for key in LINKS for tag in page.select(f"[{key}]")]
            here = [link.partition("#")[0] for link in links if link.startswith("/")]
            assert here
            assert [link for link in here if not link.startswith("/quotes/")] == [], path
            todo += [link for link in dict.fromkeys(here) if link not in seen and link not in todo]
    assert {"/quotes/quotes", "/quotes/verify", "/quotes/openapi.json", "/quotes/api/suggest"} <= seen
    assert client.get("/quotes").location == "http://localhost/quotes/"
    assert client.get("/healthz").status_code == client.get("/quotes/healthz").status_code == 200
    assert client.get("/quotes/api/search?from=x").get_json(force=True)["type"].startswith("/quotes/problems/")
    assert client.get("/quotesandmore").status_code == 404


def test_opensearch_is_kept_only_where_it_names_the_address_that_was_set(client: FlaskClient) -> None:
    assert client.get("/opensearch.xml").headers["Cache-Control"] == "no-cache"
    known = create_app(Settings(base_url="https://archive.example"), MemoryEngine()).test_client()
    assert "max-age" in known.get("/opensearch.xml").headers["Cache-Control"]


def test_opensearch_describes_the_search_box(client: FlaskClient) -> None:
    root = ET.fromstring(client.get("/opensearch.xml").data)  # noqa: S314  our own output
    space = {"o": "http://a9.com/-/spec/opensearch/1.1/"}
    assert root.findtext("o:ShortName", None, space) == "Tarn <Archive>"
    urls = [str(url.get("template")) for url in root.iterfind("o:Url", space)]
    assert urls[0] == "http://localhost/?q={searchTerms}"


def test_the_search_field_of_a_browser_completes_what_is_typed(client: FlaskClient) -> None:
    root = ET.fromstring(client.get("/opensearch.xml").data)  # noqa: S314  our own output
    (url,) = root.iterfind("{*}Url[@type='application/x-suggestions+json']")
    path = str(url.get("template")).removeprefix("http://localhost").replace("{searchTerms}", "otters+ret")
    answer = client.get(path)
    assert answer.content_type == "application/x-suggestions+json"
    assert answer.get_json(force=True) == ["otters ret", ["otters return", "Otters return to the Tarn"]]
    assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    for nothing in ("", "?q=", "?q=%22", "?x=y"):
        assert client.get(f"/opensearch/suggestions{nothing}").get_json(force=True)[1] == []


def test_robots_may_read_articles_but_not_endless_searches(client: FlaskClient) -> None:
    rules = client.get("/robots.txt").text
    assert "Disallow: /*?" in rules
    assert "Disallow: /api/" in rules


def test_icon_is_a_picture(client: FlaskClient) -> None:
    for path in ("/favicon.ico", "/favicon.svg"):
        assert client.get(path).content_type.startswith("image/svg+xml")
