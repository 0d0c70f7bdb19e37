"""Programs that serve, in processes of their own; and servers and applications, in a thread of the test's."""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from socketserver import BaseServer
from wsgiref.types import WSGIApplication

from werkzeug.serving import make_server

SECONDS = 60


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running(command: Sequence[str | Path], environ: Mapping[str, str], port: int) -> Iterator[None]:
    """A program, from when it takes connections."""
    with subprocess.Popen(command, env={**os.environ, **environ}) as process:
        try:
            deadline = time.monotonic() + SECONDS
            while True:
                assert process.poll() is None, "it has ended"
                assert time.monotonic() < deadline, "it takes no connections"
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.05)
            yield
        finally:
            process.send_signal(signal.SIGTERM)


@contextmanager
def at_work(server: BaseServer) -> Iterator[None]:
    """Run a server in a thread; when the block ends, it is closed."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def serving(app: WSGIApplication, port: int = 0) -> Iterator[str]:
    """The address of an application while it takes connections; port 0: any that is free."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    with at_work(server):
        yield f"http://127.0.0.1:{server.server_port}"
