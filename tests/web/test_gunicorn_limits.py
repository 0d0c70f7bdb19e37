"""What a server does at its limits: few files, many connections, clients that are slow, and signals that stop it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import pytest

from searchsvc.web.gunicorn_server import FEW_CONNECTIONS, LEAST_CONNECTIONS, MAX_CONNECTIONS, connections_within
from tests.web.test_gunicorn_worker import ASKED, answers, ask, children, connections, memory
from tests.web.test_server import MAIN, free_port, surroundings

APPLICATION = """
import time
from searchsvc.web import connection_buffers, gunicorn_server, gunicorn_worker

connection_buffers.REQUEST_SECONDS = {request_seconds}
gunicorn_worker.ANSWER_SECONDS = 3.0
gunicorn_worker.MAX_UNSENT = 64_000_000
gunicorn_server.OTHER_FILES = {other_files}

PIECE = b"x" * 100_000

def application(environ, start_response):
    sum(range(50_000))
    if environ["PATH_INFO"] == "/work":
        time.sleep(1)
    body, more = b"ok" + environ["wsgi.input"].read(), int(environ["QUERY_STRING"] or 0) // len(PIECE)
    start_response("200 OK", [("Content-Length", str(len(body) + more * len(PIECE)))])
    return [body, *[PIECE] * more]
"""
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
HALF_A_HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
HALF_A_BODY = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf"
Served = tuple[int, subprocess.Popen[bytes]]


@contextmanager
def serving(folder: Path, *, files: int = 0, other_files: int = 512, request_seconds: float = 3.0) -> Iterator[Served]:
    """Start a server with two workers; yield its port and process. `files`: how many a process may have open."""
    text = APPLICATION.format(other_files=other_files, request_seconds=request_seconds)
    (folder / "app.py").write_text(text)
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "2"]
    command += ["--worker-class", "searchsvc.web.gunicorn_worker.FairWorker", "--no-control-socket", "--preload"]
    command += ["--log-level", "warning", "--keep-alive", "30", "--chdir", str(folder), "app:application"]
    if files:
        command = ["sh", "-c", f'ulimit -n {files} && exec "$@"', "sh", *command]
    with subprocess.Popen(command) as process:
        try:
            deadline = time.monotonic() + 30
            while not answers(port) or len(children(process.pid)) < 2:
                assert time.monotonic() < deadline, "the server does not start"
                time.sleep(0.05)
            time.sleep(0.5)
            yield port, process
        finally:
            process.terminate()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as both:
        yield both


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that all tests with slow clients use, one after the other."""
    with serving(tmp_path_factory.mktemp("crowded")) as both:
        yield both


def wait_for_health(port: int) -> float:
    """Return the seconds until a health check is answered, the better of two."""
    waits = []
    for _ in range(2):
        begin = time.monotonic()
        assert b"200 OK" in ask(port, HEALTH)
        waits.append(time.monotonic() - begin)
    return min(waits)


def slow_client(port: int, said: bytes) -> socket.socket:
    """Return the connection of a client with little room for an answer, which said something."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    client.settimeout(30)
    client.connect(("127.0.0.1", port))
    client.sendall(said)
    return client


def asking_for(size: int) -> bytes:
    return f"GET /?{size} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()


#: How many clients say what, and whether they read a byte at a time, or nothing.
SLOW = {
    "24 that read nothing of 100 kB": (24, asking_for(100_000), False),
    "24 that read a byte at a time of 100 kB": (24, asking_for(100_000), True),
    "24 that read nothing of 1 MB": (24, asking_for(1_000_000), False),
    "24 that read a byte at a time of 1 MB": (24, asking_for(1_000_000), True),
    "500 that read nothing of 100 kB": (500, asking_for(100_000), False),
    "500 that read nothing of 1 MB": (500, asking_for(1_000_000), False),
    "100 that read a byte at a time of 1 MB": (100, asking_for(1_000_000), True),
    "500 half bodies": (500, HALF_A_BODY, False),
    "2,300 half heads": (2300, HALF_A_HEAD, False),
}


@pytest.mark.parametrize(("count", "said", "reads"), SLOW.values(), ids=SLOW)
def test_slow_clients_hold_up_neither_others_nor_health_checks(
    crowded: Served, count: int, said: bytes, *, reads: bool
) -> None:
    port, process = crowded
    workers = children(process.pid)
    idle, before = wait_for_health(port), sum(map(memory, workers))
    open_before = sum(map(connections, workers))
    with ExitStack() as clients:
        slow = [clients.enter_context(slow_client(port, said)) for _ in range(count)]
        time.sleep(0.5)
        for _ in range(3):
            assert wait_for_health(port) < max(1.0, 20 * idle)
            assert ask(port, ASKED).startswith(b"HTTP/1.1 200")
            if reads:
                for client in slow:
                    client.recv(1)
        assert sum(map(memory, workers)) - before < 100_000_000
        deadline = time.monotonic() + 30
        while sum(map(connections, workers)) > open_before + 2:
            assert time.monotonic() < deadline, "the slow ones are not gone"
            time.sleep(0.2)
    assert children(process.pid) == workers


def test_connections_that_stay_open_are_served_alike(crowded: Served) -> None:
    port, _ = crowded

    def waits(_: int) -> list[float]:
        found = []
        with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
            for _ in range(20):
                begin = time.monotonic()
                client.sendall(ASKED)
                read_answer(client)
                found.append(time.monotonic() - begin)
        return found

    with ThreadPoolExecutor(32) as pool:
        each = list(pool.map(waits, range(32)))
    means = sorted(map(median, each))
    assert means[-1] < 10 * means[len(means) // 2]


def read_answer(client: socket.socket) -> bytes:
    """Return the head of one answer, after its body; b"" if the server has closed."""
    found = b""
    while b"\r\n\r\n" not in found:
        piece = client.recv(4096)
        if not piece:
            return b""
        found += piece
    head, _, body = found.partition(b"\r\n\r\n")
    (length,) = re.findall(rb"(?i)content-length: (\d+)", head)
    while len(body) < int(length):
        piece = client.recv(4096)
        if not piece:
            return b""
        body += piece
    return head


class Tally:
    """Clients that keep their connections, and what became of their requests."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answered = self.lost = self.refused = 0
        self.over = False

    def ask(self, _: int) -> None:
        """Ask one after the other; connect anew where the answer before says that the server closes."""
        while not self.over:
            try:
                client = socket.create_connection(("127.0.0.1", self.port), timeout=30)
            except ConnectionRefusedError:
                self.refused += 1
                return
            with client:
                self._ask_on(client)

    def _ask_on(self, client: socket.socket) -> None:
        while not self.over:
            try:
                client.sendall(ASKED)
                head = read_answer(client)
            except ConnectionError:
                head = b""
            if not head:
                self.lost += 1
                return
            self.answered += 1
            if b"connection: close" in head.lower():
                return


def told(tally: Tally, tell: Callable[[], None]) -> None:
    """Let 16 clients ask, tell the server something in the middle, and wait for them."""
    with ThreadPoolExecutor(16) as pool:
        asking = [pool.submit(tally.ask, number) for number in range(16)]
        time.sleep(0.5)
        tell()
        tally.over = True
        for one in asking:
            one.result(30)


def test_a_reload_loses_no_request(served: Served) -> None:
    port, process = served
    tally, old = Tally(port), set(children(process.pid))

    def reload() -> None:
        process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 30
        while old & set(children(process.pid)):
            assert time.monotonic() < deadline, "the old workers stay"
            time.sleep(0.1)
        time.sleep(0.5)

    told(tally, reload)
    assert (tally.lost, tally.refused) == (0, 0)
    assert tally.answered > 16
    assert ask(port, ASKED).startswith(b"HTTP/1.1 200")


def test_a_stop_loses_no_request(served: Served) -> None:
    port, process = served
    tally = Tally(port)

    def stop() -> None:
        process.terminate()
        process.wait(30)

    told(tally, stop)
    assert tally.lost == 0
    assert tally.answered > 16
    assert tally.refused == 16


def test_connections_that_wait_to_be_accepted_are_answered_by_workers_that_stop(served: Served) -> None:
    port, process = served
    workers = children(process.pid)
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    with ExitStack() as opened:
        clients = [opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30)) for _ in range(8)]
        for client in clients:
            client.sendall(ASKED)
        process.terminate()
        time.sleep(0.5)
        for worker in workers:
            os.kill(worker, signal.SIGCONT)
        for client in clients:
            head = read_answer(client)
            assert head.startswith(b"HTTP/1.1 200")
            assert b"connection: close" in head.lower()
    assert process.wait(30) == 0


def processor_time(workers: list[int]) -> float:
    """Return the seconds that processes have computed."""
    fields = [Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split() for worker in workers]
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


def test_new_connections_are_taken_when_idle_ones_use_all(tmp_path: Path) -> None:
    with serving(tmp_path, files=560, request_seconds=60.0) as (port, process), ExitStack() as opened:
        workers = children(process.pid)
        for said in (HALF_A_HEAD, b"", ASKED) * 50:
            client = opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            client.sendall(said)
        time.sleep(0.5)
        for _ in range(20):
            assert ask(port, ASKED).startswith(b"HTTP/1.1 200")
        assert sum(map(connections, workers)) < 2 * (connections_within(560) + 80)
        assert children(process.pid) == workers


def test_a_worker_without_files_neither_ends_nor_spins(tmp_path: Path) -> None:
    """It believes that no other files are open, so that the system refuses it connections."""
    with serving(tmp_path, files=40, other_files=0) as (port, process), ExitStack() as opened:
        workers = children(process.pid)
        for _ in range(100):
            client = opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            client.sendall(ASKED.replace(b"/", b"/work", 1))
        time.sleep(0.5)
        before = processor_time(workers)
        time.sleep(1.5)
        assert processor_time(workers) - before < 1.0, "of 3 s that two workers could have computed"
        opened.close()
        deadline = time.monotonic() + 30
        while True:
            try:
                assert ask(port, HEALTH).startswith(b"HTTP/1.1 200")
                break
            except ConnectionError:
                assert time.monotonic() < deadline
        assert children(process.pid) == workers


@pytest.mark.parametrize(
    ("limit", "connections_"), [(10, LEAST_CONNECTIONS), (600, 88), (1024, 512), (1 << 20, MAX_CONNECTIONS)]
)
def test_connections_leave_room_for_the_files_of_the_index(limit: int, connections_: int) -> None:
    assert connections_within(limit) == connections_


@pytest.mark.parametrize("files", [300, 2000])
def test_a_start_with_few_files_says_which_limit_to_raise(files: int) -> None:
    command = ["sh", "-c", f'ulimit -n {files} && exec "$@"', "sh"]
    command += [sys.executable, "-P", "-c", MAIN.format(free_port())]
    environ = surroundings(SEARCHSVC_ENGINE="nonsense")
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=60)
    lines = [line for line in done.stderr.splitlines() if "files open" in line]
    expected = (
        "searchsvc: each process may have 300 files open, which leaves 16 connections at once: "
        "allow 1512 (ulimit -n, or LimitNOFILE= in systemd)"
    )
    assert lines == ([expected] if connections_within(files) < FEW_CONNECTIONS else [])


def test_the_limit_of_files_is_raised_to_what_the_system_lets() -> None:
    code = "from searchsvc.web.gunicorn_server import raise_file_limit as r; import resource as s;"
    code += "print(r(), *s.getrlimit(s.RLIMIT_NOFILE))"
    command = ["sh", "-c", 'ulimit -S -n 100 && ulimit -H -n 900 && exec "$@"', "sh", sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() == ["900"] * 3
