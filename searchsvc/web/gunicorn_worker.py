"""Run the service with gunicorn: the worker class, and the server that is configured here only.

`FairWorker` is gunicorn's `gthread` worker with an event loop that buffers requests and answers, so that a slow client
holds no thread. What gunicorn 27 does not do, and it does:

1. **Buffer the request.** `gthread` hands a connection to a thread that then waits for the rest of the request: as many
   half-sent requests as there are threads stop a worker. Here the event loop reads all sockets; a thread gets a request
   that has arrived whole (`connection_buffers`).
2. **Buffer the answer.** `gthread` lets a thread wait while a client takes its answer: as many clients that read
   nothing as there are threads stop a worker. Here a thread leaves what the kernel does not take to the event loop,
   which sends it within ANSWER_SECONDS in all, and holds MAX_UNSENT bytes for all clients together.
3. **Close without waiting.** `gthread` lets a thread wait for the client to close first. Here the loop does.
4. **Refuse what it cannot answer soon.** `gthread` queues without end. Here MAX_GIVEN requests have a thread or wait
   for one; the next ones are answered 503 with `Retry-After`.
5. **Answer health checks apart from work.** `/healthz` is answered by the event loop, however many searches wait.
6. **Share connections.** All workers wait at one listening socket and the first to wake takes what it can, so clients
   with kept-alive connections may all end at one worker. Here a worker waits ACCEPT_DELAY for each connection that it
   has before it takes one more.
7. **Refuse in the service's words**: a request that gunicorn itself refuses gets the security headers and problem+json.

`make bench ARGS="clients"` serves one index with each worker class, in one run. Beside 16 clients that sent half a
request, `gthread` let 19 of 30 others time out after 5 s, `gevent` and this worker none. Over 32 connections that stay
open the 99th percentile of the waits was 0.24 s here, 0.62 s with `gthread` and 2.6 s with `gevent`, whose loop waits
for every search that computes.

It can go when gunicorn's threaded worker buffers requests itself, or when every installation stands behind a proxy that
does (nginx does, Caddy does not; `docs/operating.md`): then `gthread` in `Server` is enough.

gunicorn promises none of the names that are overridden or called here; the version is capped (`gunicorn<28`), and
`tests/web/test_gunicorn_names.py` names each of them with what is expected of it.

Unlike the command `gunicorn wsgi:application`, `main` reads neither `gunicorn.conf.py` nor `GUNICORN_CMD_ARGS`, and
imports no modules from the current folder.
"""

import contextlib
import socket
import struct
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from http import HTTPStatus
from selectors import EVENT_READ, EVENT_WRITE
from typing import Any

from flask import Flask
from gunicorn import http
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import AppImportError
from gunicorn.workers.gthread import ThreadWorker

from searchsvc.errors import SearchsvcError, UsageError
from searchsvc.web import create_app
from searchsvc.web.connection_buffers import PIECE, AnswerBuffer, PartialRequest
from searchsvc.web.responses import healthy, refusal

#: Threads of a worker process.
THREADS = 4
#: Bytes of a request line, at most (gunicorn's maximum). URLs up to it are refused by the application, with its page.
MAX_REQUEST_LINE = 8190
#: Seconds that a worker waits before it takes a new connection, for each one that it has, and at most.
ACCEPT_DELAY, MAX_ACCEPT_DELAY = 0.0001, 0.001
#: Seconds in which a client must take a whole answer.
ANSWER_SECONDS = 30.0
#: Bytes of answers that clients have not taken yet, of all connections of a worker: beyond that the oldest are closed.
MAX_UNSENT = 32 << 20
#: Requests that the threads work at or that wait for one of them.
MAX_GIVEN = 64
#: Seconds after which a client that was refused may ask again.
RETRY_SECONDS = 2
#: Seconds that a client has to close its end after the last answer, or to send its request when the worker stops.
CLOSE_SECONDS = 2.0
#: Seconds that a thread may wait for bytes that a client still sends (`SO_RCVTIMEO`): those of a refused body.
SOCKET_SECONDS = 30
#: How a health check begins.
_HEALTH_CHECKS = (b"GET /healthz ", b"HEAD /healthz ")
#: Where the three digits of the status stand in an answer: after `HTTP/1.1 `.
_STATUS = slice(9, 12)


class _RefusingSocket:
    """Takes the socket's place while gunicorn refuses a request: sends our refusal with the status of gunicorn's."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def gettimeout(self) -> float:
        """Return that the socket does not block: gunicorn asks before it writes."""
        return 0.0

    def sendall(self, answer: bytes) -> None:
        """Send the refusal that has the status of gunicorn's answer."""
        self._sock.sendall(refusal(HTTPStatus(int(answer[_STATUS]))))


class FairWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """`ThreadWorker` with buffered requests and answers; the module's docstring says why.

    All methods run in the event loop's thread, so nothing here needs a lock; `handle_error` alone is called by the
    thread that answers, and touches only its own connection.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Ordered sets: insertion order is the order of the deadlines, so the first one in time ends a search.
        self._partial: dict[PartialRequest, Any] = {}
        #: Connections whose answer is not taken yet → monotonic time by which it must be, and the future of the answer.
        self._sending: dict[Any, tuple[float, Future[bool]]] = {}
        #: Sockets whose client has its last answer → monotonic time by which it must have closed.
        self._closing: dict[socket.socket, float] = {}
        #: Requests that were given to the threads and are not answered yet.
        self._given = 0
        #: Monotonic time after which a stopping worker waits for no request; None while it serves.
        self._stop_deadline: float | None = None

    def accept(self, listener: socket.socket) -> None:
        """Take a connection, unless a worker with fewer of them does within the delay."""
        if self.nr_conns:
            time.sleep(min(ACCEPT_DELAY * self.nr_conns, MAX_ACCEPT_DELAY))
        super().accept(listener)

    def enqueue_req(self, conn: Any) -> None:
        """Read a request in the event loop; hand it to a thread when it is whole."""
        if self.cfg.is_ssl:
            super().enqueue_req(conn)
            return
        if not conn.initialized:
            conn.close = self._close_of(conn.sock, conn.close)
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SOCKET_SECONDS, 0))
            conn.sock = AnswerBuffer(conn.sock)
            conn.parser = http.get_parser(self.cfg, conn.sock, conn.client)
            conn.initialized = True
        # Of a pipelined request the beginning was read together with the one before.
        request = PartialRequest(conn.sock, bytearray(conn.parser.unreader.take_buffered()))
        self._partial[request] = conn
        self.poller.register(conn.sock, EVENT_READ, partial(self._read, request))
        self._read(request)

    def finish_request(self, conn: Any, fs: "Future[bool]") -> None:
        """Go on with a connection whose request a thread has answered: first the client takes the answer."""
        if isinstance(conn.sock, AnswerBuffer):
            self._given -= 1
            if conn.sock.unsent:
                self._finish_when_sent(conn, fs)
                return
        super().finish_request(conn, fs)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer what is no HTTP request, and for an application that failed, as the application itself refuses."""
        super().handle_error(req, _RefusingSocket(client), addr, exc)

    def murder_pending(self) -> None:
        """Close connections whose deadline is over; called once a second."""
        super().murder_pending()
        now = time.monotonic()
        if not self.alive and self._stop_deadline is None:
            self._stop_deadline = now + CLOSE_SECONDS
        for request in list(self._partial):
            if request.deadline > now and (self._stop_deadline is None or self._stop_deadline > now):
                break
            self._give_up(request)
        for conn, (deadline, _) in list(self._sending.items()):
            if deadline > now:
                break
            self._drop(conn)
        for sock, deadline in list(self._closing.items()):
            if deadline > now:
                break
            self._close_now(sock)

    def _read(self, request: PartialRequest, _socket: object = None) -> None:
        """Read what has arrived; hand the request to a thread if it is complete."""
        conn = self._partial[request]
        if not request.receive():
            self._give_up(request)
        elif request.is_complete:
            if request.size is None:
                self._answer(request, refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE))
            elif request.data.startswith(_HEALTH_CHECKS):
                self._answer(request, healthy(body=request.data.startswith(b"GET")))
            elif self._given >= MAX_GIVEN:
                self._answer(request, refusal(HTTPStatus.SERVICE_UNAVAILABLE, retry_after=RETRY_SECONDS))
            else:
                self._stop_reading(request)
                conn.parser.unreader.unread(request.for_parser())
                self._given += 1
                super().enqueue_req(conn)

    def _answer(self, request: PartialRequest, answer: bytes) -> None:
        """Answer in the event loop, and close: short answers, which the kernel takes at once."""
        conn = self._partial[request]
        self._stop_reading(request)
        self.nr_conns -= 1
        with contextlib.suppress(OSError):
            conn.sock.sendall(answer)
        conn.close(graceful=True)

    def _give_up(self, request: PartialRequest) -> None:
        conn = self._partial[request]
        self._stop_reading(request)
        self.nr_conns -= 1
        conn.close()

    def _stop_reading(self, request: PartialRequest) -> None:
        self.poller.unregister(self._partial.pop(request).sock)

    def _finish_when_sent(self, conn: Any, fs: "Future[bool]") -> None:
        self._sending[conn] = time.monotonic() + ANSWER_SECONDS, fs
        self.poller.register(conn.sock, EVENT_WRITE, partial(self._send, conn))
        self._close_slowest()

    def _send(self, conn: Any, _socket: object = None) -> None:
        """Send more of an answer; go on with the connection when all of it is sent."""
        try:
            if not conn.sock.send_rest():
                return
        except OSError:
            self._drop(conn)
            return
        self.poller.unregister(conn.sock)
        _, answered = self._sending.pop(conn)
        super().finish_request(conn, answered)

    def _close_slowest(self) -> None:
        """Close connections, those that took longest so far first, until the rest keeps within MAX_UNSENT."""
        unsent = sum(conn.sock.unsent for conn in self._sending)
        for conn in list(self._sending):
            if unsent <= MAX_UNSENT:
                break
            unsent -= conn.sock.unsent
            self._drop(conn)

    def _drop(self, conn: Any) -> None:
        """Close a connection in the middle of its answer: the client misses bytes of the length that it was told."""
        del self._sending[conn]
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def _close_of(self, sock: socket.socket, close: Callable[[], None]) -> Callable[..., None]:
        """Return what replaces a connection's `close`: the event loop waits for the client's end, no thread does."""

        def close_without_waiting(*, graceful: bool = False) -> None:
            if not graceful:
                close()
                return
            try:
                sock.shutdown(socket.SHUT_WR)
                self.poller.register(sock, EVENT_READ, self._drain)
                self._closing[sock] = time.monotonic() + CLOSE_SECONDS
            except OSError:
                close()

        return close_without_waiting

    def _drain(self, sock: socket.socket) -> None:
        """Read and drop what a client still sends, until it closes."""
        try:
            more = sock.recv(PIECE, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            more = b""
        if not more:
            self._close_now(sock)

    def _close_now(self, sock: socket.socket) -> None:
        del self._closing[sock]
        self.poller.unregister(sock)
        sock.close()


class StartError(AppImportError, RuntimeError):  # type: ignore[misc]  # as above
    """The application cannot be made because of its settings.

    It inherits from the two classes of which gunicorn shows only the message: AppImportError in a worker, RuntimeError
    in the master process.
    """


def load_application() -> Flask:
    """Return the application that the environment's settings describe.

    Raises:
        StartError: The settings cannot be used; the message says which and why.

    """
    try:
        return create_app()
    except SearchsvcError as error:
        raise StartError(f"searchsvc: {error}") from error


class _Master(Arbiter):  # type: ignore[misc]  # as above
    """gunicorn's master process, with this package's exit codes for a failed start: wrong settings, or a fault."""

    APP_LOAD_ERROR = UsageError.exit_code
    WORKER_BOOT_ERROR = SearchsvcError.exit_code


class Server(BaseApplication):  # type: ignore[misc]  # as above
    """Gives gunicorn its configuration and the application."""

    def __init__(self, address: str, workers: int) -> None:
        self._options = {
            "bind": [address],
            "workers": workers,
            "worker_class": FairWorker,
            "threads": THREADS,
            "limit_request_line": MAX_REQUEST_LINE,
            "control_socket_disable": True,
            # Clients may not set SCRIPT_NAME and PATH_INFO by headers.
            "forwarder_headers": "",
        }
        super().__init__(prog="searchsvc serve")

    def load_config(self) -> None:
        """Set the options that differ from gunicorn's defaults; gunicorn calls this again on SIGHUP."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application; gunicorn calls this in each worker process."""
        return load_application()

    def run(self) -> None:
        """Serve until a signal stops the master process."""
        _Master(self).run()


def main(address: str, workers: str) -> None:
    """Serve until a signal stops the process.

    Args:
        address: Address to listen on, `host:port`.
        workers: Number of worker processes, in digits.

    """
    # On SIGUSR2 gunicorn restarts the interpreter with `sys.argv`: it must be the command that started this process.
    sys.argv[:] = sys.orig_argv[1:]
    Server(address, int(workers)).run()
