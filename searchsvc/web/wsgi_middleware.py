"""WSGI middleware around the application: the path that it is served below, and the turns in which requests compute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock, Semaphore
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from searchsvc.model.deadline import time_limit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Seconds that a request waits for the lock before it starts without.
LOCK_TIMEOUT = 0.05
#: Requests of a process that compute at once, at most.
COMPUTING = 2
#: Key of the WSGI environment: a function that returns a turn, for an answer that computes while it is sent.
TURN = "searchsvc.turn"
#: Key of the WSGI environment: a context in which the request holds no turn, because it waits for another process.
PAUSE = "searchsvc.pause"


def mount_path(base_url: str) -> str:
    """Return the path that a service of this base URL is served below: `/archive`; "" for none."""
    return urlsplit(base_url).path.rstrip("/")


class MountPoint:
    """Serves the application below the path of its base URL (`/archive`).

    If a proxy passes the path on, it is moved from PATH_INFO to SCRIPT_NAME, from which all links are made. Requests
    without the path, such as health checks sent to the server directly, get the same responses.
    """

    def __init__(self, application: WSGIApplication, base_url: str) -> None:
        """Store the wrapped application and the path of the base URL."""
        self._application = application
        self._path = mount_path(base_url)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Call the application with the path moved."""
        if self._path:
            path = environ.get("PATH_INFO", "")
            environ["SCRIPT_NAME"] = self._path
            if path == self._path or path.startswith(f"{self._path}/"):
                environ["PATH_INFO"] = path.removeprefix(self._path)
        return self._application(environ, start_response)


class RequestLock:
    """The requests of a process compute in turn, each with a deadline.

    Threads that compute at once pass the interpreter's lock (GIL) to each other in the middle of their work, which
    costs all of them more than waiting for a turn, and holds up the thread that accepts connections. After
    LOCK_TIMEOUT seconds a request starts beside the one before, so that a long search delays a short one by at most
    that time; no more than COMPUTING do so at once. Responses are sent after the lock is released.
    """

    def __init__(self, application: WSGIApplication, seconds: float | None = None) -> None:
        """Store the wrapped application, and the seconds that it may work at an answer (`time_limit`)."""
        self._application = application
        self._seconds = seconds
        self._lock = Lock()
        self._computing = Semaphore(COMPUTING)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Call the application in a turn, with a deadline."""
        environ[TURN] = self.turn
        with ExitStack() as held, time_limit(self._seconds):

            @contextmanager
            def pause() -> Iterator[None]:
                held.close()
                try:
                    yield
                finally:
                    held.enter_context(self.turn())

            environ[PAUSE] = pause
            held.enter_context(self.turn())
            return self._application(environ, start_response)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the lock while the block computes, or go without it after LOCK_TIMEOUT seconds; sets no deadline."""
        with self._computing:
            acquired = self._lock.acquire(timeout=LOCK_TIMEOUT)
            try:
                yield
            finally:
                if acquired:
                    self._lock.release()
