"""gunicorn's `gthread` worker, whose event loop buffers whole requests, so that a slow client holds no thread.

What gunicorn 27 does not do, and this worker does:

1. **Buffer the request.** `gthread` hands a connection to a thread that then waits for the rest of the request: as many
   half-sent requests as there are threads stop a worker. Here the event loop reads all sockets; a thread gets a request
   that has arrived whole (MAX_REQUEST bytes; REQUEST_SECONDS in all).
2. **Close without waiting.** `gthread` lets a thread wait for the client to close first. Here the loop does.
3. **Share connections.** All workers wait at one listening socket and the first to wake takes what it can, so clients
   with kept-alive connections may all end at one worker. Here a worker waits ACCEPT_DELAY for each connection that it
   has before it takes one more.
4. **Refuse in the service's words**: a request that gunicorn itself refuses gets the security headers and problem+json.

`make bench ARGS="clients"` serves one index with each worker class, in one run. Beside 16 clients that sent half a
request, `gthread` let 19 of 30 others time out after 5 s, `gevent` and this worker none. Over 32 connections that stay
open the 99th percentile of the waits was 0.24 s here, 0.62 s with `gthread` and 2.6 s with `gevent`, whose loop waits
for every search that computes.

It can go when gunicorn's threaded worker buffers requests itself, or when every installation stands behind a proxy that
does (nginx does, Caddy does not; `docs/operating.md`): then `worker_class="gthread"` in `server.py` is enough.

gunicorn promises none of the names that are overridden or called here; the version is capped (`gunicorn<28`), and
`tests/web/test_gunicorn_names.py` names each of them with what is expected of it.
"""

import contextlib
import re
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from selectors import EVENT_READ
from typing import Any

from gunicorn import http
from gunicorn.workers.gthread import ThreadWorker

from searchsvc.web.responses import refusal

#: Seconds that a worker waits before it takes a new connection, for each one that it has, and at most.
ACCEPT_DELAY, MAX_ACCEPT_DELAY = 0.0001, 0.001
#: Seconds in which a whole request must arrive.
REQUEST_SECONDS = 10.0
#: Seconds that a client has to close its end after the last answer, or to send its request when the worker stops.
CLOSE_SECONDS = 2.0
#: Seconds that one call of a thread may wait for a client to send or take bytes (`SO_RCVTIMEO`, `SO_SNDTIMEO`).
SOCKET_SECONDS = 30
#: Bytes of a request that are buffered. The application refuses longer ones by their head; the rest is not read.
MAX_REQUEST = 100_000
#: Bytes of one read.
_PIECE = 1 << 16
_END_OF_HEAD, _CONTINUE = b"\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"
#: Where the three digits of the status stand in an answer: after `HTTP/1.1 `.
_STATUS = slice(9, 12)
_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*0*(\d+)", re.IGNORECASE)
_TRANSFER_ENCODING = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_EXPECT_CONTINUE = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)
#: A length of more digits than this is over MAX_REQUEST, and need not become a number.
_MAX_DIGITS = 9


@dataclass(slots=True, eq=False)
class _PartialRequest:
    """A request that has not arrived whole; `connection` is gunicorn's `TConn`."""

    connection: Any
    data: bytearray
    deadline: float = field(default_factory=lambda: time.monotonic() + REQUEST_SECONDS)
    #: Bytes of head and body together, over MAX_REQUEST if that cannot be told; None before the head is whole.
    size: int | None = None

    def find_size(self, searched: int) -> None:
        """Set `size` once the head is whole, and answer an `Expect: 100-continue`.

        The regular expressions need only find where the request ends: gunicorn's parser reads it afterwards, and it
        decides. A head that both read differently (an obsolete folded line, say) costs its own client a wait of
        REQUEST_SECONDS at most.

        Args:
            searched: Bytes that earlier calls searched for the end of the head, in vain.

        """
        end = self.data.find(_END_OF_HEAD, max(0, searched - len(_END_OF_HEAD) + 1)) if self.size is None else -1
        if end < 0:
            return
        body = end + len(_END_OF_HEAD)
        length = _CONTENT_LENGTH.search(self.data, 0, body)
        self.size = body
        if _TRANSFER_ENCODING.search(self.data, 0, body) or (length and len(length[1]) > _MAX_DIGITS):
            self.size = MAX_REQUEST + 1
        elif length:
            self.size += int(length[1])
        if self.size > len(self.data) and _EXPECT_CONTINUE.search(self.data, 0, body):
            with contextlib.suppress(OSError):
                self.connection.sock.send(_CONTINUE)

    @property
    def is_complete(self) -> bool:
        """Whether no more is to be read: the request is whole, or too large."""
        size = MAX_REQUEST if self.size is None else self.size
        return len(self.data) >= size or size > MAX_REQUEST

    def for_parser(self) -> bytes:
        """Return the bytes that gunicorn's parser gets.

        Of a request that is too large that is its beginning, with `Connection: close` as its first header: with
        kept-alive connections gunicorn would wait for the rest after the refusal.
        """
        data = bytes(self.data)
        if self.size is not None and len(data) >= self.size:
            return data
        line, end, rest = data.partition(b"\r\n")
        return line + end + b"Connection: close\r\n" + rest if end else data


class _RefusingSocket:
    """Takes the socket's place while gunicorn refuses a request: sends our refusal with the status of gunicorn's."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def gettimeout(self) -> float:
        """Return that the socket does not block: gunicorn asks before it writes."""
        return 0.0

    def sendall(self, answer: bytes) -> None:
        """Send the refusal that has the status of gunicorn's answer."""
        self._sock.setblocking(False)  # noqa: FBT003  the standard library's own
        self._sock.sendall(refusal(HTTPStatus(int(answer[_STATUS]))))


class FairWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """`ThreadWorker` with buffered requests and shared connections; the module's docstring says why.

    All methods run in the event loop's thread, so nothing here needs a lock; `handle_error` alone is called by the
    thread that answers, and touches only its own connection.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Ordered sets: insertion order is the order of the deadlines, so the first one in time ends a search.
        self._partial: dict[_PartialRequest, None] = {}
        #: Sockets whose client has its last answer → monotonic time by which it must have closed.
        self._closing: dict[socket.socket, float] = {}
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
            for option in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
                conn.sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", SOCKET_SECONDS, 0))
            conn.parser = http.get_parser(self.cfg, conn.sock, conn.client)
            conn.initialized = True
            conn.close = self._close_of(conn.sock, conn.close)
        conn.sock.setblocking(False)  # noqa: FBT003  the standard library's own
        # A pipelined request: its beginning was read together with the one before.
        request = _PartialRequest(conn, bytearray(conn.parser.unreader.take_buffered()))
        request.find_size(0)
        self._partial[request] = None
        self.poller.register(conn.sock, EVENT_READ, partial(self._read, request))
        self._read(request)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer what is no HTTP request, and for an application that failed, as the application itself refuses."""
        super().handle_error(req, _RefusingSocket(client), addr, exc)

    def murder_pending(self) -> None:
        """Close connections whose request is late, and those whose client does not close; called once a second."""
        super().murder_pending()
        now = time.monotonic()
        if not self.alive and self._stop_deadline is None:
            self._stop_deadline = now + CLOSE_SECONDS
        for request in list(self._partial):
            if request.deadline > now and (self._stop_deadline is None or self._stop_deadline > now):
                break
            self._give_up(request)
        for sock, deadline in list(self._closing.items()):
            if deadline > now:
                break
            self._close_now(sock)

    def _read(self, request: _PartialRequest, _socket: object = None) -> None:
        """Read what has arrived; hand the request to a thread if it is complete."""
        conn = request.connection
        while not request.is_complete:
            try:
                piece = conn.sock.recv(_PIECE)
            except BlockingIOError:
                return
            except OSError:
                piece = b""
            if not piece:
                self._give_up(request)
                return
            searched = len(request.data)
            request.data += piece
            request.find_size(searched)
        if request.size is None:
            with contextlib.suppress(OSError):
                conn.sock.send(refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE))
            self._give_up(request)
            return
        self._stop_reading(request)
        conn.parser.unreader.unread(request.for_parser())
        super().enqueue_req(conn)

    def _give_up(self, request: _PartialRequest) -> None:
        self._stop_reading(request)
        self.nr_conns -= 1
        request.connection.close()

    def _stop_reading(self, request: _PartialRequest) -> None:
        del self._partial[request]
        self.poller.unregister(request.connection.sock)

    def _close_of(self, sock: socket.socket, close: Callable[[], None]) -> Callable[..., None]:
        """Return what replaces a connection's `close`: the event loop waits for the client's end, no thread does."""

        def close_without_waiting(*, graceful: bool = False) -> None:
            if not graceful:
                close()
                return
            try:
                sock.setblocking(False)  # noqa: FBT003  as above
                sock.shutdown(socket.SHUT_WR)
                self.poller.register(sock, EVENT_READ, self._drain)
                self._closing[sock] = time.monotonic() + CLOSE_SECONDS
            except OSError:
                close()

        return close_without_waiting

    def _drain(self, sock: socket.socket) -> None:
        """Read and drop what a client still sends, until it closes."""
        try:
            more = sock.recv(_PIECE)
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
