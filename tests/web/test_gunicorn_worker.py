"""Workers share the connections of clients that keep them open, and slow clients hold nobody up."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

#: It computes, as a search does: a worker that does so is late to take the next connection.
APPLICATION = """
import time
from searchsvc.web import connection_buffers, gunicorn_worker

connection_buffers.REQUEST_SECONDS = 2.0
gunicorn_worker.ANSWER_SECONDS = 4.0
gunicorn_worker.MAX_UNSENT = 8_000_000

PIECE = b"x" * 100_000

def application(environ, start_response):
    sum(range(200_000))
    if environ["PATH_INFO"] == "/work":
        time.sleep(5)
    if "HTTP_TRANSFER_ENCODING" in environ or int(environ.get("CONTENT_LENGTH") or 0) > 1000:
        start_response("413 Content Too Large", [("Content-Length", "0")])
        return []
    if environ["PATH_INFO"] == "/fault":
        raise RuntimeError("a secret")
    body, more = b"ok" + environ["wsgi.input"].read(), int(environ["QUERY_STRING"] or 0) // len(PIECE)
    start_response("200 OK", [("Content-Length", str(len(body) + more * len(PIECE)))])
    return [body, *[PIECE] * more]
"""
#: Connections that come at once, how often, and how many of each burst the less busy worker takes at least.
CLIENTS, BURSTS, FAIR_SHARE = 16, 4, 3
#: Bytes of an answer that is larger than what the system takes of it (`net.ipv4.tcp_wmem`, 4 MB at most).
SLOWLY_TAKEN = 9_000_000
ASKED = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """Start a server with two workers; yield its port and process number."""
    (tmp_path / "app.py").write_text(APPLICATION)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "2"]
    command += [
        "--worker-class",
        "searchsvc.web.gunicorn_worker.FairWorker",
        "--keep-alive",
        "30",
        "--no-control-socket",
    ]
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
    """Of several bursts: on a busy machine a worker may sleep through one."""
    port, process = server
    before = {child: connections(child) for child in children(process)}
    clients = list[socket.socket]()
    for _ in range(BURSTS):
        clients += burst(port)
        for client in clients[-CLIENTS:]:
            assert client.recv(4096).startswith(b"HTTP/1.1 200")
    shares = sorted(connections(child) - before[child] for child in children(process))
    for client in clients:
        client.close()
    assert sum(shares) == BURSTS * CLIENTS
    assert shares[0] >= BURSTS * FAIR_SHARE, shares


def crowd(port: int, said: bytes) -> list[socket.socket]:
    """Return the connections of clients, each of which has said something."""
    clients = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(CLIENTS)]
    for client in clients:
        client.sendall(said)
    return clients


BEGINNINGS = {
    "nothing": b"",
    "half a line": b"GE",
    "half a head": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "half a body": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf",
    "half of a second one": ASKED + b"GET / HTTP/1.1\r\nX-Slow: ",
}


@pytest.mark.parametrize("beginning", BEGINNINGS.values(), ids=BEGINNINGS)
def test_clients_that_are_slow_to_ask_hold_nobody_up(server: tuple[int, int], beginning: bytes) -> None:
    """Four threads answer in all; these clients are more."""
    port, _ = server
    slow = crowd(port, beginning)
    time.sleep(0.3)
    assert ask(port, ASKED).startswith(b"HTTP/1.1 200")
    assert all(map(is_open, slow)), "it was answered before their time was over"
    for client in slow:
        while client.recv(4096):
            pass  # what was whole is answered; in the end the server closes
        client.close()


def is_open(client: socket.socket) -> bool:
    """Return whether the server has not closed a connection, after any answer that it may have sent."""
    client.setblocking(False)
    try:
        while piece := client.recv(4096):
            assert piece
    except BlockingIOError:
        return True
    finally:
        client.settimeout(30)
    return False


def ask(port: int, request: bytes, pieces: int = 1) -> bytes:
    """Send a request, in some pieces, and return the beginning of the answer, some of its body included."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        size = -(-len(request) // pieces)
        for at in range(0, len(request), size):
            client.sendall(request[at : at + size])
            time.sleep(0.02)
        found = client.recv(4096)
        # Head and body are sent one after the other.
        while found.endswith(b"\r\n\r\n") and b"Content-Length: 0" not in found and (piece := client.recv(4096)):
            found += piece
        return found


def test_requests_arrive_in_any_pieces(server: tuple[int, int]) -> None:
    port, _ = server
    posted = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na body of"
    for pieces in (1, 2, 7, len(posted)):
        assert ask(port, posted, pieces).endswith(b"oka body of")
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.sendall(posted + ASKED + posted)
        client.shutdown(socket.SHUT_WR)
        found = b""
        while piece := client.recv(4096):
            found += piece
    assert found.count(b"HTTP/1.1 200") == 3


POSTED = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
REFUSED = {
    "chunks": POSTED + b"Transfer-Encoding: chunked\r\n\r\n3e8\r\nabc\r\n0\r\n\r\n",
    "a body that is too large": POSTED + b"Content-Length: 9999999\r\n\r\nx",
    "a head without end": b"GET / HTTP/1.1\r\n" + b"X-Long: x\r\n" * 12_000,
    "a length without end": POSTED + b"Content-Length: 99999999999999999999\r\n\r\nx",
}


@pytest.mark.parametrize("request_", REFUSED.values(), ids=REFUSED)
def test_what_is_too_large_is_refused_unread(server: tuple[int, int], request_: bytes) -> None:
    port, _ = server
    clients = crowd(port, request_)
    for client in clients:
        found = client.recv(4096).lower()
        assert found.startswith(b"http/1.1 4")
        assert b"connection: close" in found
    assert ask(port, ASKED).startswith(b"HTTP/1.1 200")
    for client in clients:
        client.close()


def test_a_client_that_does_not_go_holds_nobody_up(server: tuple[int, int]) -> None:
    port, _ = server
    stay = crowd(port, ASKED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    for client in stay:
        assert client.recv(4096).startswith(b"HTTP/1.1 200")
    # Sixteen times two seconds they may take to go.
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(ASKED)
        assert client.recv(4096).startswith(b"HTTP/1.1 200")
    for client in stay:
        client.close()


def readers(port: int, count: int, size: int) -> list[socket.socket]:
    """Return the connections of clients that ask for an answer of some size, and have no room for it."""
    clients = []
    for _ in range(count):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(30)
        client.connect(("127.0.0.1", port))
        client.sendall(f"GET /?{size} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        clients.append(client)
    return clients


def rest(client: socket.socket) -> int:
    """Return how many bytes still come, until the server ends the connection."""
    count = 0
    try:
        while piece := client.recv(1 << 16):
            count += len(piece)
    except ConnectionResetError:
        pass
    return count


def test_clients_that_do_not_take_their_answers_hold_nobody_up(server: tuple[int, int]) -> None:
    """Four threads answer in all; these clients are more, and none of their answers fits the system's buffers."""
    port, _ = server
    slow = readers(port, 24, SLOWLY_TAKEN)
    time.sleep(0.5)
    (client,) = readers(port, 1, 1_000_000)
    answer = bytearray(client.recv(100))
    assert answer.startswith(b"HTTP/1.1 200")
    while len(answer) < 1_000_000:
        answer += client.recv(1 << 16)
    client.close()
    assert ask(port, ASKED).startswith(b"HTTP/1.1 200")
    # When their time is over they find what the system's buffers held.
    time.sleep(6)
    assert all(rest(client) < SLOWLY_TAKEN for client in slow)
    for client in slow:
        client.close()


def test_answers_that_nobody_takes_have_a_bound_of_memory(server: tuple[int, int]) -> None:
    port, process = server
    before = sum(map(memory, children(process)))
    slow = readers(port, 60, SLOWLY_TAKEN)
    time.sleep(2)
    assert sum(map(memory, children(process))) - before < 100_000_000
    assert ask(port, ASKED).startswith(b"HTTP/1.1 200")
    for client in slow:
        client.close()


def memory(process: int) -> int:
    """Return the bytes that a process holds for itself."""
    (line,) = [
        line for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines() if "Private_Dirty" in line
    ]
    return int(line.split()[1]) * 1024


def test_health_checks_are_answered_while_all_threads_work(server: tuple[int, int]) -> None:
    port, _ = server
    busy = crowd(port, ASKED.replace(b"/", b"/work", 1))
    health = ASKED.replace(b"/", b"/healthz", 1)
    for _ in range(10):
        assert b'{"status":"ok"}' in ask(port, health)
    assert not ask(port, health.replace(b"GET", b"HEAD")).partition(b"\r\n\r\n")[2]
    for client in busy:
        assert is_open(client)
        client.close()


def test_more_than_can_be_answered_soon_is_refused_with_a_time_to_ask_again(server: tuple[int, int]) -> None:
    port, _ = server
    crowds = [crowd(port, ASKED.replace(b"/", b"/work", 1)) for _ in range(12)]
    answer = ask(port, ASKED)
    assert answer.startswith(b"HTTP/1.1 503")
    assert b"\r\nRetry-After: 2\r\n" in answer
    for client in chain(*crowds):
        client.close()


def test_a_client_that_asks_whether_to_go_on_is_told(server: tuple[int, int]) -> None:
    with socket.create_connection(("127.0.0.1", server[0]), timeout=30) as client:
        client.sendall(POSTED + b"Content-Length: 000000000000000000004\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.1 100")
        client.sendall(b"body")
        found = b""
        while not found.endswith(b"okbody"):
            piece = client.recv(4096)
            assert piece
            found += piece


def test_a_request_on_its_way_is_answered_by_a_worker_that_stops(server: tuple[int, int]) -> None:
    port, process = server
    clients = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(4)]
    for client in clients[:2]:
        client.sendall(ASKED[:20])
    time.sleep(0.3)
    os.kill(process, signal.SIGTERM)
    time.sleep(0.3)
    for client in clients:
        client.sendall(ASKED[20:] if client in clients[:2] else ASKED)
        assert client.recv(4096).startswith(b"HTTP/1.1 200")
        client.close()


def test_what_is_no_request_is_refused(server: tuple[int, int]) -> None:
    port, _ = server
    assert ask(port, b"no request at all\r\n\r\n").startswith(b"HTTP/1.1 400")
    assert ask(port, b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 4")
    assert ask(port, ASKED).startswith(b"HTTP/1.1 200")


def test_a_fault_of_the_application_shows_nothing_of_it(server: tuple[int, int]) -> None:
    found = ask(server[0], ASKED.replace(b"/", b"/fault", 1))
    assert found.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert b"\r\nContent-Security-Policy: default-src 'none'" in found
    assert b"secret" not in found
