"""What a connection's socket has not brought or not taken yet: a request that still arrives, an answer on its way.

Neither waits: a server's event loop asks them whenever a socket is ready, so that no thread waits for a client.
"""

import contextlib
import re
import select
import socket
import time
from collections import deque
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, BinaryIO

from searchsvc.web.responses import refusal

#: Seconds in which a whole request must arrive.
REQUEST_SECONDS = 10.0
#: Bytes of a request that are buffered. The application refuses longer ones by their head; the rest is not read.
MAX_REQUEST = 100_000
#: Bytes of one read.
PIECE = 1 << 16
_END_OF_HEAD, _CONTINUE = b"\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"
_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*0*(\d+)", re.IGNORECASE)
_TRANSFER_ENCODING = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_EXPECT_CONTINUE = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)
#: Where the three digits of the status stand in an answer: after `HTTP/1.1 `.
_STATUS = slice(9, 12)
#: A length of more digits than this is over MAX_REQUEST, and need not become a number.
_MAX_DIGITS = 9


@dataclass(slots=True, eq=False)
class PartialRequest:
    """A request that has not arrived whole."""

    sock: Any
    data: bytearray
    deadline: float = field(default_factory=lambda: time.monotonic() + REQUEST_SECONDS)
    #: Bytes of head and body together, over MAX_REQUEST if that cannot be told; None before the head is whole.
    size: int | None = None

    def __post_init__(self) -> None:
        """Look into the bytes that were read together with the request before (pipelining)."""
        self._find_size(0)

    def receive(self) -> bool:
        """Read what has arrived, until the request is complete or nothing more is there.

        Returns:
            Whether the client may still send more; False if it is gone.

        """
        while not self.is_complete:
            try:
                piece = self.sock.recv(PIECE, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return True
            except OSError:
                return False
            if not piece:
                return False
            searched = len(self.data)
            self.data += piece
            self._find_size(searched)
        return True

    def _find_size(self, searched: int) -> None:
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
                self.sock.send(_CONTINUE, socket.MSG_DONTWAIT)

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


class AnswerBuffer:
    """A connection's socket whose `sendall` does not wait: it keeps what the kernel does not take.

    While a thread answers, the buffer is the thread's; afterwards the event loop sends the rest. Whatever else is asked
    of it, the socket itself does.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        #: What is left of the pieces that the application gave, without a copy.
        self._pieces: deque[memoryview] = deque()
        #: Bytes that the kernel has not taken.
        self.unsent = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def sendall(self, data: bytes | memoryview) -> None:
        """Send as much as the kernel takes at once, keep the rest.

        Raises:
            OSError: The client is gone.

        """
        piece = memoryview(data)
        if not self._pieces:
            piece = piece[self._send(piece) :]
        if piece:
            self._pieces.append(piece)
            self.unsent += len(piece)

    def sendfile(self, file: BinaryIO, offset: int = 0, count: int | None = None) -> int:
        """Send a stretch of a file; return its length."""
        file.seek(offset)
        data = file.read(-1 if count is None else count)
        self.sendall(data)
        return len(data)

    def send_rest(self) -> bool:
        """Send more of what was kept; return whether all is sent.

        Raises:
            OSError: The client is gone.

        """
        while self._pieces:
            taken = self._send(self._pieces[0])
            self.unsent -= taken
            if taken < len(self._pieces[0]):
                self._pieces[0] = self._pieces[0][taken:]
                return False
            self._pieces.popleft()
        return True

    def drain(self, seconds: float) -> None:
        """Wait until the client has taken all that was kept: for a thread that makes an answer piece by piece.

        Raises:
            OSError: The client is gone, or has not taken it in time.

        """
        deadline = time.monotonic() + seconds
        ready = select.poll()
        ready.register(self._sock, select.POLLOUT)
        while not self.send_rest():
            left = deadline - time.monotonic()
            if left <= 0 or not ready.poll(left * 1000):
                raise TimeoutError("the client does not take its answer")

    def _send(self, data: memoryview) -> int:
        try:
            return self._sock.send(data, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return 0


class RefusingSocket:
    """Takes the socket's place while gunicorn refuses a request: sends our refusal with the status of gunicorn's."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def gettimeout(self) -> float:
        """Return that the socket does not block: gunicorn asks before it writes."""
        return 0.0

    def sendall(self, answer: bytes) -> None:
        """Send the refusal that has the status of gunicorn's answer."""
        self._sock.sendall(refusal(HTTPStatus(int(answer[_STATUS]))))
