"""The process that takes connections: health checks while the worker is busy, still or gone; shares of connections."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import Popen

import pytest

from searchsvc.web.admission import WorkerLoads
from tests.web.test_gunicorn_worker import ASKED, answers, ask, children
from tests.web.test_server import free_port

APPLICATION = """
import ctypes, pathlib, threading, time
from searchsvc.web import acceptor

acceptor.STALLED_SECONDS = 6.0

def application(environ, start_response):
    if environ["PATH_INFO"] == "/costly":
        begin = time.thread_time()
        while time.thread_time() < begin + 1:
            pass
    if environ["PATH_INFO"] == "/compute":
        pathlib.Path("computing").touch()
        ctypes.PyDLL(None).sleep(3)  # it keeps the interpreter's lock: nothing else of the process runs
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, Popen[bytes]]]:
    """Start a server with one worker; yield its port and the master process."""
    (tmp_path / "app.py").write_text(APPLICATION)
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--preload"]
    command += ["--worker-class", "searchsvc.web.gunicorn_worker.FairWorker", "--no-control-socket"]
    command += ["--log-level", "error", "--chdir", str(tmp_path), "app:application"]
    with Popen(command) as process:
        wait_until(lambda: answers(port) and ask(port, ASKED).startswith(b"HTTP/1.1 200"), "the server does not start")
        yield port, process
        process.terminate()


def wait_until(is_so: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            if is_so():
                return
        except OSError:
            pass
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)


def family(master: Popen[bytes]) -> tuple[int, int]:
    """Return the worker's process and its acceptor's."""
    (worker,) = children(master.pid)
    (acceptor,) = children(worker)
    return worker, acceptor


def test_health_checks_do_not_wait_for_threads_that_compute(server: tuple[int, Popen[bytes]], tmp_path: Path) -> None:
    port, _ = server
    with ThreadPoolExecutor(1) as pool:
        begin = time.monotonic()
        computed = pool.submit(ask, port, ASKED.replace(b"/", b"/compute", 1))
        wait_until((tmp_path / "computing").exists, "it does not compute")
        assert b'{"status":"ok"}' in ask(port, HEALTH)
        assert time.monotonic() < begin + 3
        assert computed.result().startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("costly", ["/costly", "/costly?q=" + "x" * 600], ids=["a known one", "a long one"])
def test_a_crowd_of_costly_requests_leaves_threads_for_others(server: tuple[int, Popen[bytes]], costly: str) -> None:
    port, _ = server
    asked = ASKED.replace(b"/", costly.encode(), 1)
    if "?" not in costly:
        assert ask(port, asked).startswith(b"HTTP/1.1 200")
    over = threading.Event()

    def insist(_: int) -> list[bytes]:
        found = []
        while not over.is_set():
            found.append(ask(port, asked)[:12])
            time.sleep(0.1)
        return found

    with ThreadPoolExecutor(24) as pool:
        crowd = pool.map(insist, range(24))
        time.sleep(2)
        # All of them, unless other programs have the processors just then: without a lane of their own hardly any.
        answered = 0
        for _ in range(5):
            others = [ask(port, ASKED.replace(b"/", b"/usual", 1))[:12] for _ in range(20)]
            answered = max(answered, others.count(b"HTTP/1.1 200"))
            if answered > 12:
                break
            time.sleep(1)
        over.set()
        found = [status for each in crowd for status in each]
    assert answered > 12
    assert set(found) == {b"HTTP/1.1 200", b"HTTP/1.1 503"}


def test_a_worker_that_stands_still_is_not_healthy_until_it_goes_on(server: tuple[int, Popen[bytes]]) -> None:
    port, master = server
    worker, _ = family(master)
    os.kill(worker, signal.SIGSTOP)
    try:
        assert ask(port, HEALTH).startswith(b"HTTP/1.1 200")
        wait_until(lambda: ask(port, HEALTH).startswith(b"HTTP/1.1 503"), "it is called healthy")
        answer = ask(port, HEALTH)
        assert b"\r\nRetry-After: 1\r\n" in answer
        assert answer.endswith(b"}")
    finally:
        os.kill(worker, signal.SIGCONT)
    wait_until(lambda: ask(port, HEALTH).startswith(b"HTTP/1.1 200"), "it stays ill")


def test_a_worker_whose_acceptor_ends_is_replaced(server: tuple[int, Popen[bytes]]) -> None:
    port, master = server
    worker, acceptor = family(master)
    with socket.create_connection(("127.0.0.1", port), timeout=30) as kept:
        kept.sendall(ASKED)
        assert whole_answer(kept).startswith(b"HTTP/1.1 200")
        os.kill(acceptor, signal.SIGKILL)
        kept.sendall(ASKED)
        assert whole_answer(kept).startswith(b"HTTP/1.1 200")
    wait_until(lambda: children(master.pid) not in ([], [worker]), "no other worker comes")
    wait_until(lambda: ask(port, ASKED).startswith(b"HTTP/1.1 200"), "it does not answer")


def test_an_acceptor_ends_with_its_worker(server: tuple[int, Popen[bytes]]) -> None:
    port, master = server
    worker, acceptor = family(master)
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: not is_running(acceptor), "it stays")
    wait_until(lambda: ask(port, ASKED).startswith(b"HTTP/1.1 200"), "no other one comes")
    _, acceptor = family(master)
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        os.kill(acceptor, name)
    assert ask(port, ASKED).startswith(b"HTTP/1.1 200")
    master.terminate()
    assert master.wait(30) == 0
    wait_until(lambda: not is_running(acceptor), "it stays")


def whole_answer(client: socket.socket) -> bytes:
    """Read an answer of the application, which may come in several pieces."""
    answer = b""
    while not answer.endswith(b"\r\n\r\nok") and (piece := client.recv(4096)):
        answer += piece
    return answer


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("beginning", [b"", b"GET /healthz HT", b"GE", HEALTH[:-2], b"GET /healthz?x HTTP/1.1\r\n"])
def test_what_comes_in_pieces_is_answered_all_the_same(server: tuple[int, Popen[bytes]], beginning: bytes) -> None:
    port, _ = server
    whole = beginning + (HEALTH[len(beginning) :] if HEALTH.startswith(beginning) else b"Host: h\r\n\r\n")
    for pause in (0.05, 1.3):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
            client.sendall(beginning)
            time.sleep(pause)
            client.sendall(whole[len(beginning) :])
            assert client.recv(4096).startswith(b"HTTP/1.1 200")


def test_loads_tell_how_many_more_a_worker_has_than_another() -> None:
    loads = WorkerLoads()
    first, second, third = 7, 8, 9
    loads.join(first)
    for _ in range(5):
        loads.passed(first)
    assert loads.excess(first) == 0, "there is no other"
    loads.join(second)
    assert loads.excess(first) == 5
    assert loads.excess(second) == -5
    loads.set_ended(first, 2)
    loads.passed(second)
    assert loads.excess(first) == 2
    loads.join(third)
    assert loads.excess(first) == 3
    loads.leave(third)
    loads.leave(second)
    assert loads.excess(first) == 0
    loads.join(second + WorkerLoads.SLOTS)
    assert loads.excess(first) == 3, "numbers of workers go on for as long as the master process runs"
