"""What readers get while other clients send half a request, from each class of gunicorn's workers.

The same index, two workers, four threads each where there are threads. Honest clients come at once, each with
one search, beside slow ones that sent the first half of a request and stay; then some ask one search after the
other over connections that stay open. Times are those that the clients see.
"""

import http.client
import os
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import quote

from benchmarks.corpus import Corpus, queries
from benchmarks.http import FAIR_WORKER, PORT, serving
from benchmarks.rivals import rival
from benchmarks.task import SAMPLE
from searchsvc.cli.service_commands import ONE_HEAP
from searchsvc.engines import engine_url

#: What is served, by what is told of it: application and class of workers.
SERVED = {
    "gthread": ("searchsvc.web:create_app()", "gthread"),
    "gevent": ("searchsvc.web:create_app()", "gevent"),
    "ours, without the request lock": ("unlocked:create_app()", FAIR_WORKER),
    "ours": ("searchsvc.web:create_app()", FAIR_WORKER),
}
#: A request waits no time for the one before it.
UNLOCKED = """
from searchsvc.web import create_app, wsgi_middleware
wsgi_middleware.LOCK_TIMEOUT = 0
"""
SLOW, HONEST = 16, 30
#: Seconds that an honest client waits.
PATIENCE = 5.0
#: Connections that stay open, and how long each of them asks.
OPEN, SECONDS = 32, 5.0
#: Rounds over all of them: the worst count of answers and the best waits are told.
ROUNDS = 3
HALF_A_REQUEST = b"GET /api/search?q=half HTTP/1.1\r\nHost: localhost\r\nX-Half: "


def run(articles: int, count: int, place: Path) -> None:
    """Build an index, serve it with each class of workers, and ask."""
    corpus = Corpus(articles)
    everything = list(corpus)
    rival("ours").build(everything, place / "index")
    asked = queries(corpus.seed, "or", count, everything[:SAMPLE])
    paths = [f"/api/search?q={quote(' '.join(words))}" for words in asked]
    print(
        f"\n{articles:,} articles, 2 workers; {SLOW} clients send half a request, {HONEST} ask and wait {PATIENCE:g} s"
    )
    (place / "unlocked.py").write_text(UNLOCKED)
    served = {name: what for name, what in SERVED.items() if name != "gevent" or find_spec("gevent")}
    answered = dict.fromkeys(served, HONEST)
    waits: dict[str, list[list[float]]] = {name: [] for name in served}
    environ = {**ONE_HEAP, **os.environ, "SEARCHSVC_ENGINE": engine_url(place / "index")}
    for _ in range(ROUNDS):
        for name, (application, worker) in served.items():
            with serving(application, environ, place, worker):
                answered[name] = min(answered[name], beside_slow_clients(paths))
            with serving(application, environ, place, worker):
                waits[name].append(sorted(over_open_connections(paths)))
    for name in SERVED:
        if name not in served:
            print(f"  SKIPPED {name}: it is not installed")
            continue
        # What else the machine does only makes a round slower.
        best = max(waits[name], key=len)
        print(
            f"  {name:31}{HONEST - answered[name]:3} of {HONEST} timed out;  {OPEN} open connections:"
            f" {len(best) / SECONDS:6,.0f} answers/s, p50 {best[len(best) // 2] * 1000:6.0f} ms,"
            f" p99 {best[len(best) * 99 // 100] * 1000:6.0f} ms"
        )


def beside_slow_clients(paths: Sequence[str]) -> int:
    """Return how many honest clients are answered."""
    slow = [socket.create_connection(("127.0.0.1", PORT)) for _ in range(SLOW)]
    try:
        for client in slow:
            client.sendall(HALF_A_REQUEST)
        time.sleep(0.5)
        with ThreadPoolExecutor(HONEST) as pool:
            return sum(pool.map(is_answered, islice(cycle(paths), HONEST)))
    finally:
        for client in slow:
            client.close()


def is_answered(path: str) -> bool:
    """Ask once, over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status == http.client.OK and bool(answer.read())
    except OSError:
        return False
    finally:
        connection.close()


def over_open_connections(paths: Sequence[str]) -> list[float]:
    """Return how many seconds each answer took."""
    with ThreadPoolExecutor(OPEN) as pool:
        each = pool.map(lambda number: ask_on(paths[number::OPEN] or paths), range(OPEN))
        return [wait for waits in each for wait in waits]


def ask_on(paths: Sequence[str]) -> list[float]:
    """Ask one after the other over one connection; an answer that is no success ends it all."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    waits: list[float] = []
    begin = time.perf_counter()
    while time.perf_counter() - begin < SECONDS:
        sent = time.perf_counter()
        connection.request("GET", paths[len(waits) % len(paths)])
        answer = connection.getresponse()
        answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError(f"answered {answer.status}")
        waits.append(time.perf_counter() - sent)
    connection.close()
    return waits
