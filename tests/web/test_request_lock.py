"""Requests of one process take turns, and none waits long."""

from collections.abc import Callable, Iterable
from threading import Event, Thread
from typing import Any

from searchsvc.web.wsgi_middleware import PAUSE, RequestLock


class Slow:
    """A WSGI application whose requests end when they are told to."""

    def __init__(self) -> None:
        self.began = {name: Event() for name in ("first", "second")}
        self.end = Event()

    def __call__(self, environ: dict[str, str], _start: object) -> Iterable[bytes]:
        self.began[environ["PATH_INFO"]].set()
        self.end.wait(10)
        return [environ["PATH_INFO"].encode()]


def start(_status: str, _headers: list[tuple[str, str]], _exc_info: object = None) -> Callable[[bytes], object]:
    """Take the head of a response, which no test looks at."""
    return lambda _: None


def asked(application: RequestLock, name: str) -> Thread:
    thread = Thread(target=lambda: application({"PATH_INFO": name}, start))
    thread.start()
    return thread


def test_a_request_waits_for_the_one_before_but_not_for_ever() -> None:
    slow = Slow()
    application = RequestLock(slow)
    first = asked(application, "first")
    assert slow.began["first"].wait(10)
    second = asked(application, "second")
    assert not slow.began["second"].wait(0.01)
    assert slow.began["second"].wait(10)
    slow.end.set()
    first.join(10)
    second.join(10)
    assert list(application({"PATH_INFO": "first"}, start)) == [b"first"]


def test_a_request_that_waits_for_another_process_holds_no_turn() -> None:
    began, end, computed = Event(), Event(), Event()

    def waiting(environ: dict[str, Any], _start: object) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "computes":
            computed.set()
            return []
        with environ[PAUSE]():
            began.set()
            end.wait(10)
        assert not application._lock.acquire(blocking=False), "it computes again, in its turn"
        return []

    application = RequestLock(waiting)
    threads = [asked(application, "waits") for _ in range(3)]  # more than compute at once
    assert began.wait(10)
    assert list(application({"PATH_INFO": "computes"}, start)) == []
    assert computed.is_set()
    end.set()
    for thread in threads:
        thread.join(10)
    assert application._lock.acquire(blocking=False)
