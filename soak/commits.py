"""Commits beside readers of a real server: incremental and full runs, and rollbacks.

All articles of the index are changed at once, and all name the number of that change. Right: every answer has all
articles, of one change, and each is seen soon; no answer is an error; the server's descriptors and memory do not grow.
"""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import mean
from typing import ClassVar, Self
from urllib.parse import quote

from soak.archive import record
from soak.commands import ROOT, Commands, check_ending
from soak.part import Part, Wrong, require

ARTICLES, CLIENTS = 30, 3
#: What commits, with how often each is done; the articles are changed before the first two.
ACTIONS = {("reindex",): 80, ("reindex", "--full"): 12, ("rollback",): 8}
#: Seconds until a commit must be seen, and a server must have started, even on a busy machine.
SEEN, STARTED = 30.0, 90.0
#: What the clients ask in turn. Each answers with one state of the index.
ASKED = ("/api/search?q=&size=100", f"/api/quotes?q={quote('for us')}&size=100", "/api/search?q=title:number*&size=100")
#: Commits at the beginning and at the end that are compared, at most, and those before the first of them: what is
#: imported and cached at the first requests is no growth.
COMPARED, WARM = 100, 20
#: Growth that is none: descriptors, and a share of the memory with some bytes more.
FEW, SHARE, BYTES = 3.0, 1.15, 8 << 20
_ROUND = re.compile(r"number(\d+) round(\d+)")


@dataclass(frozen=True, slots=True)
class Size:
    """What the processes of the server hold together."""

    descriptors: int
    #: Memory of their own in bytes: not that of mapped files.
    memory: int
    #: Mapped files that were removed.
    removed: int


class Commits(Part):
    """Commits into one index, one after the other, under load."""

    name: ClassVar[str] = "commits"
    full: ClassVar[int] = 1000

    def __enter__(self) -> Self:
        """Make the index, serve it, and let the clients ask."""
        self._commands, self._index = Commands(), self.place / "index"
        self._write(0)
        self._run("reindex", "--jobs", "1", str(self.place / "pages.jsonl"))
        self._run("reindex", "--full", "--jobs", "1")
        self._known, self._wrong, self._tally = {0}, list[str](), Counter[str]()
        self._sizes: list[Size] = []
        self._port, self._log = _free_port(), self.place / "server.log"
        with self._log.open("wb") as log:
            self._server = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "searchsvc",
                    "serve",
                    "--index",
                    str(self._index),
                    "--port",
                    str(self._port),
                ],
                cwd=self.place,
                env={**os.environ, "PYTHONPATH": str(ROOT), "SEARCHSVC_WORKERS": "2"},
                stdout=log,
                stderr=log,
            )
        self._over = threading.Event()
        self._clients = [threading.Thread(target=self._ask_on, args=(number,)) for number in range(CLIENTS)]
        try:
            self._wait_for_start()
        except BaseException:
            self.__exit__()
            raise
        for client in self._clients:
            client.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End clients, server and launcher."""
        self._over.set()
        for client in self._clients:
            if client.ident is not None:
                client.join()
        self._server.terminate()
        self._server.wait()
        self._commands.close()

    def trial(self, number: int, rng: Random) -> None:
        """Change the articles and commit, or roll back, and wait until it is seen."""
        action = rng.choices(list(ACTIONS), weights=list(ACTIONS.values()))[0]
        before = len(self._wrong)
        if action[0] == "reindex":
            self._write(number + 1)
            self._known.add(number + 1)
            self._run(*action, "--jobs", "1")
            self._wait_for({number + 1}, " ".join(action))
        else:
            (shown,) = set(self._shown())
            self._run(*action)
            self._wait_for(self._known - {shown}, "rollback")
            # A generation to go back to, for the next rollback.
            self._run("reindex", "--full", "--jobs", "1")
        self._sizes.append(self._size())
        found = self._wrong[before:]
        require(not found, f"{' '.join(action)}: {len(found)} answers are wrong: {'; '.join(found[:3])}")

    def finish(self) -> str:
        """Compare descriptors and memory of the first and the last commits."""
        log = self._log.read_text(errors="replace")
        require("Traceback" not in log, f"a traceback in the server's log: {log[-3000:]}")
        part = min(COMPARED, max(0, len(self._sizes) - WARM) // 3)
        answers = f"{sum(self._tally.values()):,} answers"
        if not part:
            return f"{answers}, too few commits in one run for growth"
        first, last = self._sizes[WARM : WARM + part], self._sizes[-part:]
        numbers = {
            name: (mean(getattr(size, name) for size in first), mean(getattr(size, name) for size in last))
            for name in ("descriptors", "memory", "removed")
        }
        (begun, ended), (small, large), (few, many) = numbers.values()
        grown = f"descriptors {begun:.1f} to {ended:.1f}, memory {small / 1e6:.0f} to {large / 1e6:.0f} MB"
        grown += (
            f", removed files {few:.1f} to {many:.1f}, from the first {part} commits to the last of {len(self._sizes)}"
        )
        require(ended <= begun + FEW, f"descriptors grow: {grown}")
        require(large <= small * SHARE + BYTES, f"memory grows: {grown}")
        require(many <= few + FEW, f"files that were removed stay mapped: {grown}")
        return f"{answers}; {grown}"

    def _write(self, round_: int) -> None:
        lines = [json.dumps(record(number, round_)) for number in range(ARTICLES)]
        (self.place / "pages.jsonl").write_text("\n".join(lines) + "\n")

    def _run(self, *arguments: str) -> None:
        name, *rest = arguments
        done = self._commands.run(name, *rest, "--index", self._index)
        wrong = check_ending(done, " ".join(arguments))
        require(wrong is None, wrong or "")

    def _wait_for_start(self) -> None:
        late = time.monotonic() + STARTED
        while time.monotonic() < late and self._server.poll() is None:
            try:
                self._shown()
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.1)
            else:
                return
        raise Wrong(f"the server does not start: {self._log.read_text(errors='replace')[-1000:]}")

    def _wait_for(self, rounds: set[int], what: str) -> None:
        """Wait until the server shows one of these changes."""
        late = time.monotonic() + SEEN
        while not (shown := set(self._shown())) <= rounds:
            require(time.monotonic() < late, f"{what}: after {SEEN:g} s the server shows {shown}, not {rounds}")
            time.sleep(0.01)

    def _shown(self) -> list[int]:
        """Return the changes that the articles of an answer are of."""
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=SEEN)) as connection:
            connection.request("GET", ASKED[0])
            return [round_ for _, round_ in _named(json.loads(connection.getresponse().read()))]

    def _ask_on(self, number: int) -> None:
        """Ask one thing after the other, over a connection that stays open; note what is wrong."""
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=SEEN)) as connection:
            while not self._over.is_set():
                number += 1
                path = ASKED[number % len(ASKED)]
                try:
                    connection.request("GET", path)
                    response = connection.getresponse()
                    body = response.read()
                    wrong = self._judge(response.status, body)
                except (OSError, http.client.HTTPException) as error:
                    connection.close()
                    wrong = f"{type(error).__name__}: {error}"
                self._tally[path] += 1
                if wrong:
                    self._wrong.append(f"{path}: {wrong}")

    def _judge(self, status: int, body: bytes) -> str:
        """Return what is wrong with an answer; "" if nothing is."""
        if status != http.client.OK:
            return f"{status}: {body[:200].decode(errors='replace')}"
        answer = json.loads(body)
        named = _named(answer)
        if answer["total"] != ARTICLES or sorted(number for number, _ in named) != [*range(ARTICLES)]:
            return f"total {answer['total']}, articles {sorted(named)}"
        rounds = {round_ for _, round_ in named}
        return "" if len(rounds) == 1 and rounds <= self._known else f"of several changes, or an unknown one: {rounds}"

    def _size(self) -> Size:
        processes = [self._server.pid, *_children(self._server.pid)]
        files = sum(len(os.listdir(f"/proc/{process}/fd")) for process in processes)  # noqa: PTH208  nothing but names
        memory, removed = 0, 0
        for process in processes:
            folder = Path(f"/proc/{process}")
            memory += int(re.findall(r"RssAnon:\s+(\d+)", (folder / "status").read_text())[0]) * 1024
            removed += (folder / "maps").read_text().count("(deleted)")
        return Size(files, memory, removed)


def _named(answer: dict[str, list[object]]) -> list[tuple[int, int]]:
    """Return every number and round that the articles, or quotations, of an answer name."""
    found = [sorted(set(_ROUND.findall(json.dumps(hit)))) for hit in answer["hits"]]
    return [(int(number), int(round_)) for marks in found for number, round_ in marks]


def _children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
