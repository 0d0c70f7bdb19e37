"""How many full searches a second gunicorn answers, beside bare Flask routes that return the same ten hits.

One encodes them each time, as whoever has just found them must; the other has the bytes ready.
Two workers each, the same settings, one after the other, the client on the same machine: wrk
(`apt install wrk`), or without it one written in Python, which takes more of the machine's time. Rates of
one client only may be compared; the client is told. Queries are distinct; nothing caches a response.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import cast
from urllib.parse import quote

from benchmarks.corpus import Corpus, queries
from benchmarks.rivals import rival
from benchmarks.task import SAMPLE, memory
from searchsvc.cli.service_commands import ONE_HEAP
from searchsvc.engines import engine_url

#: Runs that count, after one to warm the workers up; each opens its connections anew.
RUNS, SECONDS, CONNECTIONS = 7, 4, 16
PORT = 8765
#: Whether wrk asks: it takes little of the machine's time.
HAS_WRK = shutil.which("wrk") is not None
FAIR_WORKER = "searchsvc.web.gunicorn_worker.FairWorker"
BARE = """
import json
from flask import Flask, Response
BODY = {body!r}
HITS = json.loads(BODY)
ready, encoded = Flask("ready"), Flask("encoded")
@ready.route("/api/search")
def answer_ready():
    return Response(BODY, content_type="application/json")
@encoded.route("/api/search")
def answer_encoded():
    return HITS
"""
LUA = """
local paths = {{}}
for line in io.lines("{paths}") do paths[#paths + 1] = line end
local at = 0
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
"""


def run(articles: int, count: int, place: Path) -> None:
    """Build an index, serve it, ask; then the bare route."""
    corpus = Corpus(articles)
    everything = list(corpus)
    rival("ours").build(everything, place / "index")
    asked = queries(corpus.seed, "or", count, everything[:SAMPLE])
    paths = place / "paths.txt"
    paths.write_text("".join(f"/api/search?q={quote(' '.join(words))}&match=any\n" for words in asked))
    script = place / "ask.lua"
    script.write_text(LUA.format(paths=paths))
    environ = {**ONE_HEAP, **os.environ, "SEARCHSVC_ENGINE": engine_url(place / "index")}
    with serving("searchsvc.web:create_app()", environ, place) as server:
        body = get(paths.read_text().splitlines()[0])
        ours = median_rate(script, paths)
        workers = [memory(worker) for worker in children(server)]
    (place / "bare.py").write_text(BARE.format(body=body))
    bare = {}
    for name in ("encoded", "ready"):
        with serving(f"bare:{name}", {**ONE_HEAP, **os.environ}, place):
            bare[name] = median_rate(script, paths)
    print(
        f"\n{articles:,} articles over HTTP, gunicorn with 2 workers, {count:,} queries, {len(body):,} bytes an answer,"
        f" asked by {'wrk' if HAS_WRK else 'a client in Python (wrk is not installed)'}"
    )
    print(f"  full search            {ours:8,.0f} requests/s")
    for name, rate in bare.items():
        print(f"  bare route, {name:11}{rate:8,.0f} requests/s   full search: {ours / rate:.1%} of it")
    for worker in workers:
        print(f"  a worker's memory      {worker['rss']:8,.0f} MB RSS, {worker['anonymous']:.0f} MB of it anonymous")


def median_rate(script: Path, paths: Path) -> float:
    """Requests a second, the median of several runs; any answer that is not 2xx ends it all."""

    def one() -> float:
        return one_run(script) if HAS_WRK else asked_in_python(paths.read_text().splitlines())

    one()
    return sorted(one() for _ in range(RUNS))[RUNS // 2]


def asked_in_python(paths: Sequence[str], port: int = PORT, seconds: float = SECONDS) -> float:
    """Requests a second of one run, by a client that waits for all its connections together."""
    following = cycle(paths)
    answered = 0
    with ExitStack() as opened, DefaultSelector() as selector:
        for _ in range(CONNECTIONS):
            client = opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            selector.register(client, EVENT_READ, bytearray())
            ask(client, next(following))
        begin = time.perf_counter()
        while (now := time.perf_counter()) - begin < seconds:
            for key, _ in selector.select(seconds):
                client, received = cast("socket.socket", key.fileobj), key.data
                received += client.recv(1 << 18)
                if is_whole(received):
                    received.clear()
                    answered += 1
                    ask(client, next(following))
    return answered / (now - begin)


def ask(client: socket.socket, path: str) -> None:
    """Send one request."""
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())


def is_whole(received: bytearray) -> bool:
    """Whether an answer has arrived whole; one that is not 2xx ends it all."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return False
    if not received.startswith(b"HTTP/1.1 2"):
        sys.exit(f"an answer was an error: {bytes(received[:end])!r}")
    length = re.search(rb"(?i)content-length: (\d+)", received[:end])
    return len(received) >= end + 4 + int(length[1])  # type: ignore[index]


def one_run(script: Path) -> float:
    """Requests a second of one run of wrk."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(script), f"http://127.0.0.1:{PORT}"]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in out:
        sys.exit(f"some answers were errors:\n{out}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])  # type: ignore[index]


def children(process: int) -> list[int]:
    """Return the processes that a process started."""
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def get(path: str) -> bytes:
    """One answer."""
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}") as answer:
        return bytes(answer.read())


@contextmanager
def serving(application: str, environ: dict[str, str], place: Path, worker: str = FAIR_WORKER) -> Iterator[int]:
    """Serve an application until the block ends; yield the master's process number.

    The workers are made when the application is loaded: else one may take all connections while the other loads.
    """
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{PORT}", "--workers", "2", "--threads", "4"]
    command += ["--worker-class", worker, "--preload", "--log-level", "warning"]
    command += ["--chdir", str(place), "--pythonpath", str(Path.cwd()), application]
    server = subprocess.Popen(command, env=environ)
    try:
        for _ in range(100):
            try:
                get("/api/search?q=warm")
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        yield server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
