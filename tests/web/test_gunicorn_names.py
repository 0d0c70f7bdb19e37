"""Each unpromised name of gunicorn's that our worker overrides or uses, so that a new version is met here first."""

import inspect
import io
import socket
from collections.abc import Iterator
from selectors import BaseSelector, DefaultSelector

import pytest
from gunicorn import http, util
from gunicorn.config import Config
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers import base, gthread, workertmp

from searchsvc.web.gunicorn_worker import FairWorker


@pytest.fixture
def connection() -> Iterator[gthread.TConn]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\nrest")
        yield gthread.TConn(Config(), ours, ("127.0.0.1", 1), ("127.0.0.1", 2))


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("accept", ["self", "listener"]),
        ("finish_request", ["self", "conn", "fs"]),
        ("enqueue_req", ["self", "conn"]),
        ("handle", ["self", "conn"]),
        ("handle_error", ["self", "req", "client", "addr", "exc"]),
        ("init_process", ["self"]),
        ("load_wsgi", ["self"]),
        ("murder_pending", ["self"]),
        ("set_accept_enabled", ["self", "enabled"]),
        ("wait_for_and_dispatch_events", ["self", "timeout"]),
    ],
)
def test_overridden_methods_take_what_they_took(name: str, parameters: list[str]) -> None:
    theirs = getattr(gthread.ThreadWorker, name)
    assert list(inspect.signature(theirs).parameters) == parameters
    assert list(inspect.signature(getattr(FairWorker, name)).parameters) == parameters
    assert getattr(FairWorker, name) is not theirs


@pytest.mark.parametrize(
    ("caller", "calls"),
    [
        ("set_accept_enabled", "self.poller.register(listener, selectors.EVENT_READ, self.accept)"),
        ("set_accept_enabled", "for listener in self.sockets:"),
        ("accept", "client_sock, client_addr = listener.accept()"),
        ("accept", "TConn(self.cfg, client_sock, client_addr, listener.getsockname())"),
        ("accept", "if e.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):"),
        ("accept", "self.enqueue_req(conn)"),
        ("run", "self.notify()"),
        ("run", "self.wait_for_and_dispatch_events(timeout=1.0)"),
        ("on_client_socket_readable", "self.enqueue_req(conn)"),
        ("finish_request", "self.enqueue_req(conn)"),
        ("run", "self.murder_pending()"),
        ("run", "self.set_accept_enabled(False)"),
        ("run", "can_accept = self.nr_conns < self.worker_connections"),
        ("enqueue_req", "self.tpool.submit(self.handle, conn)"),
        ("handle", "self.handle_error(req, conn.sock, conn.client, e)"),
        ("wait_for_and_dispatch_events", "callback(key.fileobj)"),
    ],
)
def test_overridden_methods_are_called_where_they_were(caller: str, calls: str) -> None:
    assert calls in inspect.getsource(getattr(gthread.ThreadWorker, caller))


def test_a_worker_counts_its_connections_and_watches_sockets_with_a_selector() -> None:
    source = inspect.getsource(gthread.ThreadWorker)
    assert "self.nr_conns = 0" in source
    assert "self.poller = selectors.DefaultSelector()" in source
    assert issubclass(DefaultSelector, BaseSelector)
    assert {"nr_conns += 1", "nr_conns -= 1"} <= {line.strip().removeprefix("self.") for line in source.splitlines()}
    assert "self.alive = True" in inspect.getsource(base.Worker)


def test_a_worker_says_when_its_loop_went_round_last_and_loads_the_application_before_it_runs() -> None:
    assert "self.tmp.notify()" in inspect.getsource(base.Worker.notify)
    assert "time.monotonic()" in inspect.getsource(workertmp.WorkerTmp.notify)
    source = inspect.getsource(base.Worker.init_process)
    assert source.index("set_owner_process") < source.index("self.init_signals()") < source.index("self.load_wsgi()")
    assert "self.age = age" in inspect.getsource(base.Worker)


def test_a_connection_is_initialized_once_and_keeps_the_parser_that_it_has(connection: gthread.TConn) -> None:
    assert (connection.initialized, connection.parser) == (False, None)
    assert not connection.cfg.is_ssl
    connection.parser = parser = http.get_parser(connection.cfg, connection.sock, connection.client)
    connection.initialized = True
    connection.init()
    assert connection.parser is parser


def test_a_parser_reads_what_was_put_back_before_the_socket(connection: gthread.TConn) -> None:
    parser = http.get_parser(connection.cfg, connection.sock, connection.client)
    assert isinstance(parser.unreader, SocketUnreader)
    parser.unreader.unread(connection.sock.recv(20))
    request = next(parser)
    assert (request.method, request.path, request.headers) == ("GET", "/", [("HOST", "h")])
    assert parser.unreader.take_buffered() == b"rest"
    assert parser.unreader.take_buffered() == b""


def test_a_connection_is_closed_by_a_method_that_an_attribute_can_replace(connection: gthread.TConn) -> None:
    assert list(inspect.signature(connection.close).parameters) == ["graceful"]
    closed: list[bool] = []
    connection.close = lambda graceful=False: closed.append(graceful)
    connection.close(graceful=True)
    assert closed == [True]
    assert "conn.close(graceful=True)" in inspect.getsource(gthread.ThreadWorker.finish_request)


def test_a_refusal_is_written_once_with_the_status_in_its_place() -> None:
    class Socket(io.BytesIO):
        def gettimeout(self) -> float:
            return 0.0

        def sendall(self, data: bytes) -> None:
            self.write(data)

    refused = Socket()
    util.write_error(refused, 414, "URI Too Long", "too long")
    assert refused.getvalue()[9:12] == b"414"
