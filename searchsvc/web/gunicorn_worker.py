"""Gunicorn as this service runs it: address and number of workers → the server, and its kind of worker.

The server is configured here and nowhere else. What gunicorn's own command reads besides (`gunicorn.conf.py` of the
current folder, `GUNICORN_CMD_ARGS`), and that it looks for modules in the current folder, is for those who write
`gunicorn wsgi:application` themselves.

The worker takes connections fairly, and requests whole. Slow clients are waited for by the loop that watches all
sockets at once, never by one of the few threads that answer: these get a request when it has arrived, and the loop
takes leave of clients that are slow to go.
"""

import contextlib
import re
import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from selectors import EVENT_READ
from typing import Any

from flask import Flask
from gunicorn import http  # type: ignore[import-untyped]
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]
from gunicorn.errors import AppImportError  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from searchsvc.errors import SearchsvcError, UsageError
from searchsvc.web import create_app
from searchsvc.web.responses import refusal

#: Seconds that a worker leaves a new connection to the others, for each one that it has, and at most.
STEP, LONGEST = 0.0001, 0.001
#: Seconds in which a request has to arrive, all of it; when a worker stops, and to go after the answer.
ARRIVAL, LEAVING = 10.0, 2.0
#: Seconds that a thread waits at most for a client to send or take more.
STALLED = 30
#: Bytes that are collected: longer requests are refused by whoever reads their beginning, and not read on.
MOST = 100_000
_PIECE = 1 << 16
_END_OF_HEAD, _GO_ON = b"\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"
#: Where the status stands in an answer.
_STATUS = slice(9, 12)
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*0*(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)
#: Digits of a length that is not too large for sure.
_DIGITS = 9


@dataclass(slots=True, eq=False)
class _Arriving:
    """A request of which some is still to come; `connection` is gunicorn's."""

    connection: Any
    data: bytearray
    deadline: float = field(default_factory=lambda: time.monotonic() + ARRIVAL)
    #: Bytes of head and body together; None before the head is whole.
    size: int | None = None

    def look(self, looked: int) -> None:
        """Find out how long it is, if that can be told yet; what was looked at before is known to tell nothing."""
        end = self.data.find(_END_OF_HEAD, max(0, looked - len(_END_OF_HEAD) + 1)) if self.size is None else -1
        if end < 0:
            return
        body = end + len(_END_OF_HEAD)
        length = _LENGTH.search(self.data, 0, body)
        self.size = body
        if _CHUNKED.search(self.data, 0, body) or (length and len(length[1]) > _DIGITS):
            self.size = MOST + 1
        elif length:
            self.size += int(length[1])
        if self.size > len(self.data) and _EXPECTS.search(self.data, 0, body):
            with contextlib.suppress(OSError):
                self.connection.sock.send(_GO_ON)

    @property
    def has_arrived(self) -> bool:
        """Return whether all of it is there, or it is too large."""
        size = MOST if self.size is None else self.size
        return len(self.data) >= size or size > MOST

    def given(self) -> bytes:
        """Return what the reader gets: all, or of what is too large the beginning.

        That is changed into one of a client who wants no more after the answer: else the rest would be waited for.
        """
        data = bytes(self.data)
        if self.size is not None and len(data) >= self.size:
            return data
        line, end, rest = data.partition(b"\r\n")
        return line + end + b"Connection: close\r\n" + rest if end else data


class _Refused:
    """Stands for the socket while gunicorn refuses a request: of what it writes the status alone is sent."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def gettimeout(self) -> float:
        """Return that nothing is waited for."""
        return 0.0

    def sendall(self, answer: bytes) -> None:
        """Refuse in our words."""
        self._sock.setblocking(False)  # noqa: FBT003  the standard library's own
        self._sock.sendall(refusal(HTTPStatus(int(answer[_STATUS]))))


class FairWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A worker with threads that leaves new connections to those who have fewer, and waits for slow clients outside.

    All workers wait at one socket, and the first to wake takes what it can. Clients that keep their
    connections open would stay with it, while the other workers, and their processors, have nothing to do.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: By arrival, the earliest first; and sockets of clients who have their answer, by when they have to go.
        self._arriving: dict[_Arriving, None] = {}
        self._leaving: dict[socket.socket, float] = {}
        self._stops: float | None = None

    def accept(self, listener: socket.socket) -> None:
        """Take a connection, if no other worker wanted it."""
        if self.nr_conns:
            time.sleep(min(STEP * self.nr_conns, LONGEST))
        super().accept(listener)

    def enqueue_req(self, conn: Any) -> None:
        """Have a request answered when it has arrived."""
        if self.cfg.is_ssl:
            super().enqueue_req(conn)
            return
        if not conn.initialized:
            for option in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
                conn.sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", STALLED, 0))
            conn.parser = http.get_parser(self.cfg, conn.sock, conn.client)
            conn.initialized = True
            conn.close = self._close_of(conn.sock, conn.close)
        conn.sock.setblocking(False)  # noqa: FBT003  the standard library's own
        # What the last request's reader has read of this one.
        arriving = _Arriving(conn, bytearray(conn.parser.unreader.take_buffered()))
        arriving.look(0)
        self._arriving[arriving] = None
        self.poller.register(conn.sock, EVENT_READ, partial(self._read, arriving))
        self._read(arriving)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Refuse what is no request, or what the application has failed at, as the application would."""
        super().handle_error(req, _Refused(client), addr, exc)

    def murder_pending(self) -> None:
        """Close the connections whose request does not arrive, and those whose client does not go."""
        super().murder_pending()
        now = time.monotonic()
        if not self.alive and self._stops is None:
            self._stops = now + LEAVING
        for arriving in list(self._arriving):
            if arriving.deadline > now and (self._stops is None or self._stops > now):
                break
            self._give_up(arriving)
        for sock, deadline in list(self._leaving.items()):
            if deadline > now:
                break
            self._gone(sock)

    def _read(self, arriving: _Arriving, _socket: object = None) -> None:
        """Read what has arrived of a request."""
        conn = arriving.connection
        while not arriving.has_arrived:
            try:
                piece = conn.sock.recv(_PIECE)
            except BlockingIOError:
                return
            except OSError:
                piece = b""
            if not piece:
                self._give_up(arriving)
                return
            looked = len(arriving.data)
            arriving.data += piece
            arriving.look(looked)
        if arriving.size is None:
            with contextlib.suppress(OSError):
                conn.sock.send(refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE))
            self._give_up(arriving)
            return
        self._let_go(arriving)
        conn.parser.unreader.unread(arriving.given())
        super().enqueue_req(conn)

    def _give_up(self, arriving: _Arriving) -> None:
        self._let_go(arriving)
        self.nr_conns -= 1
        arriving.connection.close()

    def _let_go(self, arriving: _Arriving) -> None:
        del self._arriving[arriving]
        self.poller.unregister(arriving.connection.sock)

    def _close_of(self, sock: socket.socket, close: Callable[[], None]) -> Callable[..., None]:
        """Return how a connection is closed: gunicorn's way, but that the loop does not wait for the client to go."""

        def leave(*, graceful: bool = False) -> None:
            if not graceful:
                close()
                return
            try:
                sock.setblocking(False)  # noqa: FBT003  as above
                sock.shutdown(socket.SHUT_WR)
                self.poller.register(sock, EVENT_READ, self._drain)
                self._leaving[sock] = time.monotonic() + LEAVING
            except OSError:
                close()

        return leave

    def _drain(self, sock: socket.socket) -> None:
        """Pass over what a client still sends, until it goes."""
        try:
            more = sock.recv(_PIECE)
        except BlockingIOError:
            return
        except OSError:
            more = b""
        if not more:
            self._gone(sock)

    def _gone(self, sock: socket.socket) -> None:
        del self._leaving[sock]
        self.poller.unregister(sock)
        sock.close()


#: Threads of a worker, and bytes of an address that still reach the application's own answer.
THREADS, LONGEST_LINE = 4, 8190


class StartError(AppImportError, RuntimeError):  # type: ignore[misc]  # gunicorn has no types
    """The settings are wrong: of these two gunicorn shows the message alone, from a worker and from the master."""


def load_application() -> Flask:
    """Return the application that the environment's settings name.

    Raises:
        StartError: There is none; the message says why.

    """
    try:
        return create_app()
    except SearchsvcError as error:
        raise StartError(f"searchsvc: {error}") from error


class _Master(Arbiter):  # type: ignore[misc]  # as above
    """Starts the workers and watches them; a start that fails ends it with the exit code of wrong use, or a fault."""

    APP_LOAD_ERROR = UsageError.exit_code
    WORKER_BOOT_ERROR = SearchsvcError.exit_code


class Server(BaseApplication):  # type: ignore[misc]  # as above
    """What gunicorn asks for: configuration and application."""

    def __init__(self, address: str, workers: int) -> None:
        self._options = {
            "bind": [address],
            "workers": workers,
            "worker_class": FairWorker,
            "threads": THREADS,
            "limit_request_line": LONGEST_LINE,
            "control_socket_disable": True,
            # What a client says of the server's own paths is not believed.
            "forwarder_headers": "",
        }
        super().__init__(prog="searchsvc serve")

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults; on HUP once more."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application; called in each worker."""
        return load_application()

    def run(self) -> None:
        """Serve until told to stop."""
        _Master(self).run()


def main(address: str, workers: str) -> None:
    """Serve until told to stop.

    Args:
        address: `host:port`.
        workers: Processes that answer.

    """
    # On USR2 gunicorn starts the interpreter anew with these: the very command that this process was started by.
    sys.argv[:] = sys.orig_argv[1:]
    Server(address, int(workers)).run()
