"""What holds for every response: the engine it comes from, security and cache headers, limits of size and turns."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC
from email.utils import formatdate
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Response, abort, current_app, render_template, request

from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.json_output import to_json
from searchsvc.model.result import IndexInfo
from searchsvc.search import SearchRequest

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Nothing is loaded but our own style sheet, script and pictures; nothing is inline; nothing
#: may frame a page. `connect-src` is for the suggestions.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
_OPEN = (
    *_ALWAYS,
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Server-Timing, Retry-After, Allow"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
)
_PREFLIGHT = (
    *_OPEN,
    ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"),
    ("Access-Control-Allow-Headers", "Accept, If-None-Match"),
    ("Access-Control-Max-Age", "86400"),
)
_PREFLIGHT_POST = (
    *_OPEN,
    ("Access-Control-Allow-Methods", "POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "Accept, Content-Type"),
    ("Access-Control-Max-Age", "86400"),
)
_CLOSED = (
    *_ALWAYS,
    ("Cross-Origin-Resource-Policy", "same-origin"),
)

#: What is asked with POST.
POSTED = frozenset({"/api/verify"})

#: Ask each time whether it is still so; the answer is short (304).
REVALIDATE = "no-cache"


def is_open(path: str) -> bool:
    """Return whether scripts of other sites may read what stands there."""
    return path.startswith("/api/") or path in {"/openapi.json", "/feed.atom"}


def _preflight(environ: WSGIEnvironment) -> tuple[tuple[str, str], ...]:
    return _PREFLIGHT_POST if environ.get("PATH_INFO") in POSTED else _PREFLIGHT


class SafeHeaders:
    """WSGI application → the same with the headers that every response carries.

    It stands outside of Flask, so that what Flask itself answers with has them too.
    """

    def __init__(self, application: WSGIApplication) -> None:
        """Keep what is inside."""
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer."""
        more: tuple[tuple[str, str], ...] = _CLOSED
        if is_open(environ.get("PATH_INFO", "")):
            more = _preflight(environ) if environ.get("REQUEST_METHOD") == "OPTIONS" else _OPEN

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            headers.extend(more)
            if all(name != "Cache-Control" for name, _ in headers):
                headers.append(("Cache-Control", REVALIDATE if status < "4" else "no-store"))
            return start_response(status, headers, exc_info)

        return self._application(environ, start)


class MountPoint:
    """WSGI middleware: the service answers below the path of its base URL (`/archive`), where a proxy leaves that on.

    The path moves from PATH_INFO to SCRIPT_NAME, from which all links are made. A request without it (a health check
    that asks the server itself) is answered, too, with the same links.
    """

    def __init__(self, application: WSGIApplication, base_url: str) -> None:
        """Keep the application and the path of the address that readers use."""
        self._application = application
        self._path = urlsplit(base_url).path.rstrip("/")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer."""
        if self._path:
            path = environ.get("PATH_INFO", "")
            environ["SCRIPT_NAME"] = self._path
            if path == self._path or path.startswith(f"{self._path}/"):
                environ["PATH_INFO"] = path.removeprefix(self._path)
        return self._application(environ, start_response)


def refusal(status: HTTPStatus) -> bytes:
    """Return the whole answer to what has not become a request of the application; nothing of it is repeated."""
    detail = f"{status.description or status.phrase}."
    body = to_json({"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail})
    headers = (
        ("Date", formatdate(usegmt=True)),
        ("Connection", "close"),
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        *_CLOSED,
    )
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode() + body


def entity_tag(
    info: IndexInfo, asked: SearchRequest | None = None, *, weak: bool = False, also: str = ""
) -> str | None:
    """Return the validator of what this request is answered with by this state of the index.

    None where the answer depends on the minute.

    Args:
        info: The state of the index.
        asked: What is searched for, if anything is: its text may count dates from the day, or from the minute.
        weak: The answer is a page, which tells the time a search took.
        also: What else the answer depends on.

    Raises:
        QueryError: What is searched for cannot be read.

    """
    unit = asked and asked.understood.counts_from
    if unit == "minute":
        return None
    if asked and unit == "day":
        also = f"{also} {asked.now.astimezone(UTC).date()}"
    environ = request.environ
    state = f"{current_app.config['BUILD']} {info.commit} {also}"
    said = f"{state} {environ.get('SCRIPT_NAME')} {environ.get('PATH_INFO')}?{environ.get('QUERY_STRING')}"
    digest = hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    return f'{"W/" if weak else ""}"{digest}"'


def unchanged(tag: str | None) -> Response | None:
    """Return a 304 if the asker has it already."""
    if tag is None or "HTTP_IF_NONE_MATCH" not in request.environ:
        return None
    # `*` asks whether there is anything at all, which is not known yet.
    asked = request.if_none_match
    if asked.star_tag or not asked.contains_weak(tag.removeprefix("W/").strip('"')):
        return None
    return Response(status=304, headers=validated(tag))


def validated(tag: str | None) -> dict[str, str]:
    """Return the headers that give a response its validator."""
    return {"Cache-Control": REVALIDATE, "ETag": tag} if tag else {}


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


class RequestLock:
    """WSGI middleware: one request of a process computes at a time.

    Threads that compute at once pass the interpreter's lock (GIL) to each other in the middle of their work, which
    costs all of them more than waiting for a turn. After PATIENCE seconds a request starts anyway, so a long search
    delays the others by that at most. Answers are sent to clients after the lock is released.

    """

    def __init__(self, application: WSGIApplication) -> None:
        """Keep what is inside."""
        self._application = application
        self._lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer when it is this request's turn, or when the one before takes long."""
        acquired = self._lock.acquire(timeout=PATIENCE)
        try:
            return self._application(environ, start_response)
        finally:
            if acquired:
                self._lock.release()


class EngineProvider:
    """The engine that answers.

    It is opened at the first request and not before: a server may fork after the application
    is made, and it must start, and say so, where there is no index yet. An engine that could
    not be opened is tried again at the next request.
    """

    def __init__(self, url: str, engine: Engine | None = None) -> None:
        """Keep the address; an engine that is given is used as it is.

        Raises:
            UsageError: The address names no engine.

        """
        if engine is None:
            # Nothing is read yet: this only tells a wrong address before anybody asks.
            open_engine(url).close()
        self._url = url
        self._given = engine
        self._opened: Engine | None = None
        self._process = 0
        self._lock = threading.Lock()

    def engine(self) -> Engine:
        """Return the engine of this process.

        Raises:
            EngineError: The index cannot be opened.

        """
        if self._given is not None:
            return self._given
        if self._opened is not None and self._process == os.getpid():
            return self._opened
        with self._lock:
            if self._opened is None or self._process != os.getpid():
                self._opened, self._process = open_engine(self._url), os.getpid()
            return self._opened


HTML = "text/html; charset=utf-8"
#: The engine → the values of a template.
Make = Callable[[Engine], Mapping[str, object]]


def page_of(provider: EngineProvider, template: str, make: Make, asked: SearchRequest | None = None) -> Response:
    """Return a page made of what the engine tells, or that the asker has it already.

    Args:
        provider: Holds the engine.
        template: Name of the page's template.
        make: What the engine tells.
        asked: What is searched for, if anything is.

    Raises:
        QueryError: What is searched for cannot be read.

    """
    started = time.perf_counter()
    engine = provider.engine()
    tag = entity_tag(engine.info(), asked, weak=True)
    if (kept := unchanged(tag)) is not None:
        return kept
    values = make(engine)
    seconds = time.perf_counter() - started
    body = render_template(template, seconds=seconds, **values)
    headers = {"Server-Timing": f"search;dur={seconds * 1000:.2f}", **validated(tag)}
    return Response(body, content_type=HTML, headers=headers)
