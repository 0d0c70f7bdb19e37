"""Workers share the connections of clients that keep them open."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

#: It computes, as a search does: a worker that does so is late to take the next connection.
APPLICATION = """
def application(environ, start_response):
    sum(range(200_000))
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""
CLIENTS, FAIR_SHARE = 16, 3
ASKED = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """Start a server with two workers; yield its port and process number."""
    (tmp_path / "app.py").write_text(APPLICATION)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "2"]
    command += ["--worker-class", "searchsvc.web.worker.FairWorker", "--keep-alive", "30", "--no-control-socket"]
    command += ["--preload", "--log-level", "warning", "--chdir", str(tmp_path), "app:application"]
    with subprocess.Popen(command) as process:
        deadline = time.monotonic() + 30
        while len(children(process.pid)) < 2 or not answers(port):
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.05)
        time.sleep(0.5)
        yield port, process.pid
        process.terminate()


def children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port)):
            return True
    except OSError:
        return False


def connections(process: int) -> int:
    """How many sockets a process holds."""
    found = 0
    for entry in Path(f"/proc/{process}/fd").iterdir():
        try:
            found += entry.readlink().name.startswith("socket:")
        except FileNotFoundError:
            continue
    return found


def burst(port: int) -> list[socket.socket]:
    """Return the connections of clients that come at once, each with a request on its way."""
    clients = [socket.socket() for _ in range(CLIENTS)]
    for client in clients:
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", port))
    for client in clients:
        client.setblocking(True)
        client.settimeout(30)
        client.sendall(ASKED)
    return clients


def test_no_worker_takes_all_connections(server: tuple[int, int]) -> None:
    port, process = server
    before = {child: connections(child) for child in children(process)}
    clients = burst(port)
    for client in clients:
        assert client.recv(4096).startswith(b"HTTP/1.1 200")
    shares = sorted(connections(child) - before[child] for child in children(process))
    for client in clients:
        client.close()
    assert sum(shares) == CLIENTS
    assert shares[0] >= FAIR_SHARE, shares
