"""Request → refusal, if it is larger than any honest one; requests → one at a time."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING

from flask import abort, request

from searchsvc.web.headers import POSTED

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Bytes of path and query string. A query of 2 kB, percent-encoded thrice over, still fits.
LONGEST_URL = 8000
#: Bytes of a body that nobody reads, and of a quotation to check, every letter of it escaped.
LARGEST_BODY, LARGEST_QUOTATION = 16_384, 65_536
#: Seconds that a request waits for the one before it: longer than a search takes, too short to be noticed.
PATIENCE = 0.05


def refuse_large() -> None:
    """Refuse a request that is over a limit before anything is read out of it."""
    environ = request.environ
    if len(environ.get("QUERY_STRING", "")) + len(environ.get("PATH_INFO", "")) > LONGEST_URL:
        abort(414)
    largest = LARGEST_QUOTATION if request.path in POSTED else LARGEST_BODY
    if "HTTP_TRANSFER_ENCODING" in environ:
        abort(411)
    if environ.get("CONTENT_LENGTH") and (request.content_length or 0) > largest:
        abort(413)


class OneAtATime:
    """WSGI application → the same, in one thread of a process at a time as long as that is quick.

    Threads that compute at once hand the interpreter to and fro in the middle of their work, which
    costs all of them more than waiting. Slow clients are not waited for: they are sent to outside.
    """

    def __init__(self, application: WSGIApplication) -> None:
        """Keep what is inside."""
        self._application = application
        self._turn = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer when it is this request's turn, or when the one before takes long."""
        mine = self._turn.acquire(timeout=PATIENCE)
        try:
            return self._application(environ, start_response)
        finally:
            if mine:
                self._turn.release()
