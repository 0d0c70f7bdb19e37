"""gunicorn's worker class of the service: an event loop that reads and writes, and threads that answer.

`FairWorker` is gunicorn's `gthread` worker with an event loop that buffers requests and answers, so that a slow client
holds no thread. What gunicorn 27 does not do, and it does:

1. **Buffer the request.** `gthread` hands a connection to a thread that then waits for the rest of the request: as many
   half-sent requests as there are threads stop a worker. Here the event loop reads all sockets; a thread gets a request
   that has arrived whole (`connection_buffers`).
2. **Buffer the answer.** `gthread` lets a thread wait while a client takes its answer: as many clients that read
   nothing as there are threads stop a worker. Here a thread leaves what the kernel does not take to the event loop,
   which sends it within ANSWER_SECONDS in all, and holds MAX_UNSENT bytes for all clients together.
3. **Close without waiting.** `gthread` lets a thread wait for the client to close first. Here the loop does.
4. **Refuse what it cannot answer soon.** `gthread` queues without end. Here requests that would wait too long are
   answered 503 with `Retry-After`, and costly ones leave threads for all others (`admission`).
5. **Answer health checks apart from work, and share connections.** `gthread` takes connections in each worker, where
   the first to wake takes what it can and computing threads hold up the loop. Here a process beside the worker takes
   them (`acceptor`), answers `/healthz`, and leaves connections to the worker that has fewest.
6. **Take new connections when all are used.** `gthread` lets them wait, and ends where the system gives it no more
   files. Here the connection that has been idle for longest is closed; without one, the worker waits a moment.
7. **Stop without loss.** `gthread` resets connections that wait to be accepted when it stops. Here they are answered
   as all others, with `Connection: close`, and the listening socket is closed at once: a client that comes later is
   refused by the system, or comes to another worker.
8. **Refuse in the service's words**: a request that gunicorn itself refuses gets the security headers and problem+json.

`make bench ARGS="clients"` serves one index with each worker class, in one run. Beside 16 clients that sent half a
request, `gthread` let 19 of 30 others time out after 5 s, `gevent` and this worker none. Over 32 connections that stay
open the 99th percentile of the waits was 0.24 s here, 0.62 s with `gthread` and 2.6 s with `gevent`, whose loop waits
for every search that computes.

It can go when gunicorn's threaded worker buffers requests itself, or when every installation stands behind a proxy that
does (nginx does, Caddy does not; `docs/operating.md`): then `gthread` in `gunicorn_server` is enough.

gunicorn promises none of the names that are overridden or called here; the version is capped (`gunicorn<28`), and
`tests/web/test_gunicorn_names.py` names each of them with what is expected of it.
"""

import contextlib
import socket
import struct
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from http import HTTPStatus
from selectors import EVENT_READ, EVENT_WRITE
from typing import Any

from gunicorn import http
from gunicorn.workers.gthread import ThreadWorker

from searchsvc.settings import Settings
from searchsvc.web.acceptor import HEALTH_CHECKS, PassedConnections
from searchsvc.web.admission import Admission, Lane, WorkerLoads
from searchsvc.web.connection_buffers import PIECE, AnswerBuffer, PartialRequest, RefusingSocket
from searchsvc.web.gunicorn_server import connections_within, raise_file_limit
from searchsvc.web.responses import healthy, refusal

#: Seconds after which a thread that computes gives up the interpreter's lock: Python's 0.005 is long for an event loop.
SWITCH_SECONDS = 0.0005
#: Seconds in which a client must take a whole answer.
ANSWER_SECONDS = 30.0
#: Bytes of answers that clients have not taken yet, of all connections of a worker: beyond that the oldest are closed.
MAX_UNSENT = 32 << 20
#: Connections that wait for their client to close, at most: beyond that the oldest are closed.
MAX_CLOSING = 64
#: Seconds that a worker takes no connection after the system gave it no more files, and none was idle.
SCARCE_SECONDS = 0.5
#: Seconds that a client has to close its end after the last answer, or to send its request when the worker stops.
CLOSE_SECONDS = 2.0
#: Seconds that a thread may wait for bytes that a client still sends (`SO_RCVTIMEO`): those of a refused body.
SOCKET_SECONDS = 30
#: Connections of all workers; the module is loaded by the master process, before it starts them.
_LOADS = WorkerLoads()


class FairWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """`ThreadWorker` with buffered requests and answers; the module's docstring says why.

    All methods run in the event loop's thread, so nothing here needs a lock; `handle` and `handle_error` alone are
    called by the thread that answers, and touch only their own connection.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Ordered sets: insertion order is the order of the deadlines, so the first one in time ends a search.
        self._partial: dict[PartialRequest, Any] = {}
        #: Connections whose answer is not taken yet → monotonic time by which it must be, and the future of the answer.
        self._sending: dict[Any, tuple[float, Future[bool]]] = {}
        #: Sockets whose client has its last answer → monotonic time by which it must have closed.
        self._closing: dict[socket.socket, float] = {}
        #: Monotonic time before which no connection is taken.
        self._accept_after = 0.0
        #: Connections that were taken so far.
        self._taken = 0
        #: Monotonic time after which a stopping worker waits for no request; None while it serves.
        self._stop_deadline: float | None = None

    def init_process(self) -> None:
        """Prepare the process: its limit of files decides how many connections it takes."""
        self.worker_connections: int = min(self.worker_connections, connections_within(raise_file_limit()))
        self.max_keepalived = self.worker_connections - self.cfg.threads
        sys.setswitchinterval(SWITCH_SECONDS)
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the application, after the acceptor was started: it shall share no memory with what is loaded."""
        listeners: Sequence[Any] = self.sockets
        self._passed = PassedConnections(listeners, self.age, _LOADS, self.tmp.last_update)
        self.sockets: list[PassedConnections] = [self._passed]
        super().load_wsgi()
        self._admission = Admission(self.cfg.threads, Settings.from_env().base_url)

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001  gunicorn's own parameter
        """Take connections or not. A worker that stops first takes those that wait to be accepted."""
        if enabled and time.monotonic() < self._accept_after:
            return
        super().set_accept_enabled(enabled)
        if self.alive:
            self._passed.set_taking(taking=enabled)
        else:
            self._passed.stop()
            while not self._passed.is_over:
                self._take(self._passed)
            self._passed.close()

    def accept(self, listener: PassedConnections) -> None:
        """Take a connection; stop if its acceptor has ended, so that the master process starts both anew."""
        self._take(listener)
        if listener.is_over:
            self.log.error("searchsvc: the process that takes connections has ended; the worker stops")
            self.alive = False

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait for sockets; before that the acceptors are told how many connections this worker has."""
        self._passed.ended(self.nr_conns - len(self._partial))
        super().wait_for_and_dispatch_events(timeout)

    def _take(self, listener: PassedConnections) -> bool:
        """Take a connection, and close the one that has been idle for longest if it was the last that may be had.

        Returns:
            Whether there was one to take.

        """
        before = self._taken
        try:
            super().accept(listener)
        except OSError as error:
            # Errors of `accept` that gunicorn lets end the worker are those of one connection, or of too few files.
            if self._closing:
                self._close_now(next(iter(self._closing)))
            elif not self._close_idlest():
                self.log.warning("searchsvc: no connection can be taken (%s): allow more files (ulimit -n)", error)
                self._accept_after = time.monotonic() + SCARCE_SECONDS
                super().set_accept_enabled(enabled=False)
            return False
        if self.nr_conns >= self.worker_connections:
            self._close_idlest()
        return self._taken > before

    def _close_idlest(self) -> bool:
        """Close the connection that has been idle for longest, else the one that is slowest to send its request.

        Returns:
            Whether there was one beside that which was just taken.

        """
        if self.keepalived_conns:
            conn = self.keepalived_conns.popleft()
            self.poller.unregister(conn.sock)
            self.nr_conns -= 1
            conn.close()
        elif len(self._partial) > 1:
            self._give_up(next(iter(self._partial)))
        else:
            return False
        return True

    def enqueue_req(self, conn: Any) -> None:
        """Read a request in the event loop; hand it to a thread when it is whole."""
        if self.cfg.is_ssl:
            super().enqueue_req(conn)
            return
        if not conn.initialized:
            self._taken += 1
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
            self._admission.answered(conn.turn)
            self._hand_out(conn.turn.lane)
            if conn.sock.unsent:
                self._finish_when_sent(conn, fs)
                return
        super().finish_request(conn, fs)

    def handle(self, conn: Any) -> Any:
        """Answer a request in a thread, unless its turn came too late."""
        if not isinstance(conn.sock, AnswerBuffer):
            return super().handle(conn)
        if conn.turn.is_late:
            with contextlib.suppress(OSError):
                conn.sock.sendall(conn.turn.lane.refusal)
            return False
        with conn.turn:
            return super().handle(conn)

    def _hand_out(self, lane: Lane) -> None:
        """Hand the requests of a lane whose turn has come to the threads."""
        while (conn := lane.next()) is not None:
            super().enqueue_req(conn)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer what is no HTTP request, and for an application that failed, as the application itself refuses."""
        super().handle_error(req, RefusingSocket(client), addr, exc)

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
        """Read what has arrived; give the request its turn if it is complete."""
        conn = self._partial[request]
        if not request.receive():
            self._give_up(request)
        elif not request.is_complete:
            return
        elif request.size is None:
            self._answer(request, refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE))
        elif request.data.startswith(HEALTH_CHECKS):
            self._answer(request, healthy(body=request.data.startswith(b"GET")))
        elif (turn := self._admission.turn(request.data)).lane.is_full:
            self._answer(request, turn.lane.refusal)
        else:
            self._stop_reading(request)
            conn.parser.unreader.unread(request.for_parser())
            conn.turn = turn
            turn.lane.give(conn)
            self._hand_out(turn.lane)

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
                if len(self._closing) > MAX_CLOSING:
                    self._close_now(next(iter(self._closing)))
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
