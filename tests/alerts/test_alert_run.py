"""Runs of alerts: what came in is sent once it is taken, and never lost, whatever fails in between."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from searchsvc.alerts import AlertState, SavedSearch, Webhook, alert_run, run_alerts
from searchsvc.alerts.alert_run import begins_after, new_results
from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.errors import EngineError, IndexBusyError
from searchsvc.model.document import chunk
from tests.alerts.receivers import Receiver, hang_up, receiver, status
from tests.engines.clusters import cluster_index
from tests.engines.engine_articles import article

JUNE = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture(params=["whoosh", pytest.param("opensearch", marks=pytest.mark.cluster)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with ExitStack() as stack:
        here = f"whoosh:{tmp_path / 'index'}"
        url = stack.enter_context(cluster_index()) if request.param == "opensearch" else here
        yield stack.enter_context(closing(open_engine(url)))


@pytest.fixture
def state(tmp_path: Path) -> Iterator[AlertState]:
    with AlertState(tmp_path / "state" / "alerts.sqlite") as kept:
        yield kept


def arrive(engine: Engine, day: int, *ids: str, title: str = "Harbour wall") -> None:
    said = (("we sail", "Ivo Marr"), ("we row", None))
    with engine.writer() as writer:
        for one in ids:
            told = article(one, f"{title} {one}", "The tide.", quotes=said, day="1999-01-01")
            writer.put(chunk(replace(told, head=replace(told.head, added=JUNE + timedelta(days=day)))))


def run(engine: Engine, state: AlertState, *searches: SavedSearch) -> list[tuple[int, int, str | None]]:
    webhook = Webhook(b"k" * 32, lambda _: None, attempt_seconds=2.0)
    outcomes = run_alerts(engine, searches, state, webhook, base_url="https://archive.example")
    return [(one.sent, one.waiting, one.failure) for one in outcomes]


def bodies(server: Receiver) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in server.taken]


def ids(server: Receiver) -> list[str]:
    return [one["article"]["id"] for body in bodies(server) for one in body["data"]["results"]]


def test_what_came_in_since_the_last_run_is_sent_once(engine: Engine, state: AlertState, server: Receiver) -> None:
    harbour = SavedSearch("harbour", server.url, "harbour wall")
    arrive(engine, 1, "old")
    assert run(engine, state, harbour) == [(0, 0, None)]
    assert server.requests == []
    arrive(engine, 2, "a", "b")
    arrive(engine, 2, "other", title="Council budget")
    assert run(engine, state, harbour) == [(2, 0, None)]
    assert run(engine, state, harbour) == [(0, 0, None)]
    (body,) = bodies(server)
    assert (body["type"], body["data"]["alert"], body["data"]["query"]) == ("articles.added", "harbour", "harbour wall")
    first = body["data"]["results"][0]
    assert first["article"]["id"] == "a"
    assert (first["address"], first["article"]["added"]) == ("https://archive.example/a/a", "2026-06-03T00:00:00Z")
    assert first["article"]["published"] == "1999-01-01T00:00:00Z"
    assert first["quote"] is None


def test_quotes_can_be_sent(engine: Engine, state: AlertState, server: Receiver) -> None:
    said = SavedSearch("said", server.url, "sail", of="quotes", filters={"speaker": ('"Ivo Marr"',)})
    arrive(engine, 1, "old")
    run(engine, state, said)
    arrive(engine, 2, "a")
    assert run(engine, state, said) == [(1, 0, None)]
    (body,) = bodies(server)
    (one,) = body["data"]["results"]
    assert body["type"] == "quotes.added"
    assert (one["article"]["id"], one["index"], one["quote"]["text"]) == ("a", 0, "we sail")


def test_everything_that_comes_into_an_empty_index_is_new(engine: Engine, state: AlertState, server: Receiver) -> None:
    with engine.writer():
        pass
    every = SavedSearch("every", server.url)
    assert run(engine, state, every) == [(0, 0, None)]
    arrive(engine, 1, "a")
    assert run(engine, state, every) == [(1, 0, None)]


def test_what_is_not_taken_waits_and_is_sent_under_the_same_id(
    engine: Engine, state: AlertState, server: Receiver
) -> None:
    every = SavedSearch("every", server.url)
    arrive(engine, 1, "old")
    run(engine, state, every)
    arrive(engine, 2, "a")
    server.behaviours = [status(400)]
    assert run(engine, state, every) == [(0, 1, "answered 400")]
    arrive(engine, 3, "b")
    server.behaviours = [hang_up] * 4
    ((sent, waiting, failure),) = run(engine, state, every)
    assert (sent, waiting) == (0, 1)
    assert failure is not None
    assert run(engine, state, every) == [(2, 0, None)]
    assert ids(server) == ["a", "b"]
    tried = [one.headers["webhook-id"] for one in server.requests]
    assert len(set(tried)) == 2
    assert len(set(tried[:6])) == 1


def test_many_results_are_sent_in_parts_and_a_failure_loses_none(
    engine: Engine, state: AlertState, server: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_run, "PART", 4)
    every = SavedSearch("every", server.url)
    arrive(engine, 1, "old")
    run(engine, state, every)
    wanted = [f"n{number:02}" for number in range(18)]
    arrive(engine, 2, *wanted)
    server.behaviours = [lambda _: 204, lambda _: 204, status(403)]
    assert run(engine, state, every) == [(8, 10, "answered 403")]
    arrive(engine, 3, "late")
    assert run(engine, state, every) == [(11, 0, None)]
    assert ids(server) == [*wanted, "late"]
    assert [len(body["data"]["results"]) for body in bodies(server)] == [4, 4, 4, 4, 2, 1]


def test_a_run_that_is_killed_sends_nothing_twice_that_was_taken(
    engine: Engine, tmp_path: Path, server: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_run, "PART", 2)
    every, path = SavedSearch("every", server.url), tmp_path / "alerts.sqlite"
    arrive(engine, 1, "old")
    with AlertState(path) as state:
        run(engine, state, every)
    arrive(engine, 2, "a", "b", "c", "d", "e")

    def killed(_: object) -> int:
        raise KeyboardInterrupt

    for _ in range(3):
        with AlertState(path) as state:
            taken, calls = state.taken, list[Any]()

            def once(delivery: Any, taken: Any = taken, calls: Any = calls) -> None:
                if calls:
                    killed(delivery)
                calls.append(delivery)
                taken(delivery)

            monkeypatch.setattr(state, "taken", once)
            try:
                run(engine, state, every)
            except KeyboardInterrupt:
                continue
    by_id = {one.headers["webhook-id"]: one for one in server.taken}
    sent = [one["article"]["id"] for got in by_id.values() for one in json.loads(got.body)["data"]["results"]]
    assert sorted(sent) == ["a", "b", "c", "d", "e"]


def test_the_end_of_a_window_is_found_again_when_its_articles_change(
    engine: Engine, state: AlertState, server: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_run, "PART", 2)
    every = SavedSearch("every", server.url)
    arrive(engine, 1, "old")
    run(engine, state, every)
    arrive(engine, 2, "a", "b", "c", "d", "e")
    server.behaviours = [lambda _: 204, status(403)]
    assert run(engine, state, every)[0][0] == 2
    with engine.writer() as writer:
        writer.delete("a")
        writer.delete("d")
    assert run(engine, state, every) == [(2, 0, None)]
    assert ids(server) == ["a", "b", "c", "e"]


def test_a_dry_run_tells_what_is_new_and_changes_nothing(engine: Engine, tmp_path: Path, server: Receiver) -> None:
    every, path = SavedSearch("every", server.url), tmp_path / "alerts.sqlite"
    arrive(engine, 1, "old")
    with AlertState(path, read_only=True) as state:
        assert new_results(engine, every, state).is_new
    assert not path.exists()
    with AlertState(path) as state:
        run(engine, state, every)
    arrive(engine, 2, "a", "b")
    before = path.read_bytes()
    with AlertState(path, read_only=True) as state:
        assert new_results(engine, every, state).waiting == 2
    assert (path.read_bytes(), server.requests) == (before, [])


def test_a_state_that_was_killed_before_it_began_is_empty(engine: Engine, tmp_path: Path, server: Receiver) -> None:
    path = tmp_path / "alerts.sqlite"
    arrive(engine, 1, "old")
    path.touch()
    with AlertState(path, read_only=True) as state:
        assert new_results(engine, SavedSearch("every", server.url), state).is_new


def test_two_runs_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "alerts.sqlite"
    with AlertState(path), pytest.raises(IndexBusyError), AlertState(path):
        pass
    with AlertState(path):
        pass


def test_a_state_of_another_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "alerts.sqlite"
    with AlertState(path):
        pass
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version=99")
    before = path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(EngineError, match="another version of searchsvc; move it away"):
            AlertState(path, read_only=read_only)
    assert path.read_bytes() == before


def test_a_search_that_is_replaced_goes_on_where_it_was(engine: Engine, state: AlertState, server: Receiver) -> None:
    arrive(engine, 1, "old")
    state.save(SavedSearch("one", server.url, "council"), begins_after(engine))
    arrive(engine, 2, "a")
    state.save(SavedSearch("one", server.url, "harbour"), begins_after(engine))
    assert run(engine, state, *state.saved()) == [(1, 0, None)]
    assert state.remove("one")
    assert not state.remove("one")
    assert state.saved() == ()
