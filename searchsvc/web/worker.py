"""How a worker of gunicorn takes connections and requests: fairly, and whole.

Slow clients are waited for by the loop that watches all sockets at once, never by one of the few
threads that answer: these get a request when it has arrived.
"""

import re
import socket
import struct
import time
from dataclasses import dataclass, field
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn import http  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

#: Seconds that a worker leaves a new connection to the others, for each one that it has, and at most.
STEP, LONGEST = 0.0001, 0.001
#: Seconds in which a request has to arrive, and within which a client has to take more of an answer.
ARRIVAL, STALLED = 10.0, 30
#: Bytes that are collected: longer requests are refused by whoever reads their beginning, and not read on.
MOST = 1 << 18
_PIECE = 1 << 16
_END_OF_HEAD = b"\r\n\r\n"
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*(?=\r)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)


@dataclass(slots=True, eq=False)
class _Arriving:
    """A request of which some is still to come; `connection` is gunicorn's."""

    connection: Any
    data: bytearray
    deadline: float = field(default_factory=lambda: time.monotonic() + ARRIVAL)

    def is_whole(self) -> bool:
        """Return whether head and body have arrived."""
        end = self.data.find(_END_OF_HEAD)
        if end < 0:
            return False
        if _CHUNKED.search(self.data, 0, end + 2):
            return self.data.endswith(_LAST_CHUNK)
        length = _LENGTH.search(self.data, 0, end + 2)
        return len(self.data) >= end + len(_END_OF_HEAD) + (int(length[1]) if length else 0)

    def closing(self) -> bytes:
        """Return the beginning of a request that is too large, as of a client that wants no more after the answer.

        Else the rest of its body would be waited for.
        """
        line, end, rest = bytes(self.data).partition(b"\r\n")
        return line + end + b"Connection: close\r\n" + rest if end else line


class FairWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A worker with threads that leaves new connections to those who have fewer, and waits for slow clients outside.

    All workers wait at one socket, and the first to wake takes what it can. Clients that keep their
    connections open would stay with it, while the other workers, and their processors, have nothing to do.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: By arrival, the earliest first.
        self._arriving: dict[_Arriving, None] = {}

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
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", STALLED, 0))
            conn.parser = http.get_parser(self.cfg, conn.sock, conn.client)
            conn.initialized = True
        conn.sock.setblocking(False)  # noqa: FBT003  the standard library's own
        # What the last request's reader has read of this one.
        arriving = _Arriving(conn, bytearray(conn.parser.unreader.take_buffered()))
        self._arriving[arriving] = None
        self.poller.register(conn.sock, EVENT_READ, partial(self._read, arriving))
        self._read(arriving)

    def murder_pending(self) -> None:
        """Close the connections whose request does not arrive."""
        super().murder_pending()
        now = time.monotonic()
        for arriving in list(self._arriving):
            if arriving.deadline > now and self.alive:
                break
            self._close(arriving)

    def _read(self, arriving: _Arriving, _socket: object = None) -> None:
        """Read what has arrived of a request."""
        conn = arriving.connection
        while not (whole := arriving.is_whole()) and len(arriving.data) < MOST:
            try:
                piece = conn.sock.recv(_PIECE)
            except BlockingIOError:
                return
            except OSError:
                piece = b""
            if not piece:
                self._close(arriving)
                return
            arriving.data += piece
        self._let_go(arriving)
        conn.parser.unreader.unread(bytes(arriving.data) if whole else arriving.closing())
        super().enqueue_req(conn)

    def _close(self, arriving: _Arriving) -> None:
        self._let_go(arriving)
        self.nr_conns -= 1
        arriving.connection.close()

    def _let_go(self, arriving: _Arriving) -> None:
        del self._arriving[arriving]
        self.poller.unregister(arriving.connection.sock)
