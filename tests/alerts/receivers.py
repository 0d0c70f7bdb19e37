"""A real HTTP server that takes deliveries, or does not: it answers as each test tells it to."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.servers import at_work

#: Answers a request; returns the status, or None where it has answered itself.
Behaviour = Callable[["Handler"], int | None]


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes
    status: int | None


@dataclass
class Receiver:
    url: str
    requests: list[Received] = field(default_factory=list)
    #: How the next requests are answered, one after the other; then with 204.
    behaviours: list[Behaviour] = field(default_factory=list)

    @property
    def taken(self) -> list[Received]:
        return [one for one in self.requests if one.status == 204]


class Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        receiver = self.receiver
        behaviour = receiver.behaviours.pop(0) if receiver.behaviours else lambda _: 204
        received = Received(self.path, {name.lower(): value for name, value in self.headers.items()}, body, None)
        receiver.requests.append(received)
        received.status = behaviour(self)
        if received.status is not None:
            self.send_response(received.status)
            self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def status(code: int, **headers: str) -> Behaviour:
    """Answer with a status and some headers."""

    def behave(handler: Handler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()

    return behave


def hang_up(handler: Handler) -> None:
    """Close the connection without an answer."""
    handler.connection.close()


def drip(handler: Handler) -> None:
    """Answer with header after header, without an end."""
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(100):
            handler.wfile.write(b"X-More: 1\r\n")
            handler.wfile.flush()
            time.sleep(0.1)
    except OSError:
        pass


def hold(handler: Handler) -> None:
    """Answer nothing for seconds."""
    handler.connection.settimeout(10)
    with suppress(OSError):
        handler.connection.recv(1)


def endless(handler: Handler) -> None:
    """Take the delivery with a body that never ends."""
    try:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65536)
    except OSError:
        pass


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A server that runs while the block does."""
    handler = type("OfThisTest", (Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    handler.receiver = Receiver(f"http://127.0.0.1:{server.server_address[1]}/hook?to=desk")  # type: ignore[attr-defined]
    with at_work(server):
        yield handler.receiver  # type: ignore[attr-defined]
