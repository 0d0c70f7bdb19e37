"""A deadline holds for all that is done below it, and for nobody else."""

from threading import Thread

import pytest
from flask.testing import FlaskClient

from searchsvc.engines.memory import MemoryEngine
from searchsvc.errors import QueryError, UsageError
from searchsvc.model import deadline
from searchsvc.model.deadline import check_deadline, time_limit
from searchsvc.search import SearchRequest, search_articles
from searchsvc.settings import Settings
from searchsvc.verify import verify_quotation
from searchsvc.web import create_app
from tests.web.web_articles import filled_engine

OVER = 0.0


def test_nothing_is_refused_without_a_deadline_or_before_it() -> None:
    check_deadline()
    with time_limit(None):
        check_deadline()
    with time_limit(60):
        check_deadline()


def test_the_earlier_one_of_two_deadlines_holds() -> None:
    with time_limit(OVER), time_limit(60), pytest.raises(QueryError, match="takes longer than 0 s"):
        check_deadline()
    with time_limit(60):
        with time_limit(OVER), pytest.raises(QueryError):
            check_deadline()
        check_deadline()
    with time_limit(OVER), time_limit(None), pytest.raises(QueryError):
        check_deadline()


def test_work_that_others_hold_up_has_twice_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks = {"monotonic": 100.0, "thread_time": 7.0}
    for name in ("monotonic", "thread_time"):
        monkeypatch.setattr(deadline, name, lambda name=name: clocks[name])
    with time_limit(5):
        clocks.update(monotonic=106.0, thread_time=9.0)
        check_deadline()
        clocks.update(monotonic=104.0, thread_time=13.0)
        check_deadline()
        clocks.update(monotonic=106.0, thread_time=12.5)
        with pytest.raises(QueryError, match="takes longer than 5 s"):
            check_deadline()
        clocks.update(monotonic=111.0, thread_time=9.0)
        with pytest.raises(QueryError, match="takes longer than 5 s"):
            check_deadline()


def test_threads_have_their_own() -> None:
    seen: list[str] = []

    def look() -> None:
        check_deadline()
        seen.append("had time")

    with time_limit(OVER):
        thread = Thread(target=look)
        thread.start()
        thread.join()
    assert seen == ["had time"]


@pytest.fixture(scope="module")
def hurried() -> FlaskClient:
    """A client of a service that has no time for anything."""
    return create_app(Settings(query_seconds=OVER), filled_engine()).test_client()


PATHS = ("/api/search", "/api/quotes", "/api/headlines", "/api/speakers", "/api/speakers/Ann", "/search.atom")


@pytest.mark.parametrize("path", [*(f"{path}?q=otters" for path in PATHS), "/api/suggest?q=ott", "/api/collection"])
def test_the_api_refuses_as_it_refuses_other_costly_queries(
    hurried: FlaskClient, client_in_time: FlaskClient, path: str
) -> None:
    assert client_in_time.get(path).status_code in {200, 404}
    answer = hurried.get(path)
    assert answer.status_code == 422
    if path.startswith("/api/"):
        problem = answer.get_json()
        assert problem["type"].endswith("/problems/costly-query")
        assert problem["title"] == "The query would cost too much"
        assert "takes longer than 0 s" in problem["reason"]


@pytest.fixture(scope="module")
def client_in_time() -> FlaskClient:
    return create_app(Settings(), filled_engine()).test_client()


@pytest.mark.parametrize("path", ["/?q=otters", "/", "/quotes?q=otters", "/speakers", "/verify?quote=the+otters"])
def test_pages_say_so_and_keep_the_query(hurried: FlaskClient, path: str) -> None:
    answer = hurried.get(path)
    assert answer.status_code == 422
    assert "takes longer than" in answer.text
    assert "otters" in answer.text or "otters" not in path


def test_health_needs_no_time(hurried: FlaskClient) -> None:
    assert hurried.get("/healthz").status_code == 200
    assert hurried.get("/readyz").status_code == 200


def test_snippets_suggestions_and_the_check_of_a_quotation_look_at_the_clock_too() -> None:
    engine: MemoryEngine = filled_engine()
    with time_limit(OVER):
        with pytest.raises(QueryError, match="takes longer"):
            search_articles(engine, SearchRequest("oters"), offers=True)
        with pytest.raises(QueryError, match="takes longer"):
            verify_quotation(engine, "the otters are back")


@pytest.mark.parametrize("text", ["0", "0.01", "nan", "inf", "-1", "1e3", "3601", "5 s", "٣"])
def test_a_setting_that_is_no_sensible_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"SEARCHSVC_QUERY_SECONDS=.*from 0\.1 to 3600"):
        Settings.from_env({"SEARCHSVC_QUERY_SECONDS": text})


def test_the_setting_takes_fractions() -> None:
    assert Settings.from_env({"SEARCHSVC_QUERY_SECONDS": "2.5"}).query_seconds == 2.5
    assert Settings.from_env({}).query_seconds == 5.0
