"""What all responses share: cache headers, limits of request size, the address of the service, the engine."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from flask import Response, abort, current_app, render_template, request

from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.json_output import to_json
from searchsvc.model.result import ArticlePage, IndexInfo
from searchsvc.search import SearchRequest
from searchsvc.settings import Settings
from searchsvc.web.address_kinds import POST_PATHS
from searchsvc.web.compression import chosen_coding
from searchsvc.web.page_language import page_language
from searchsvc.web.security_headers import CLOSED, REVALIDATE

if TYPE_CHECKING:
    pass

#: What `/healthz` answers.
ALIVE = {"status": "ok"}
#: Bytes of path and query string, at most: a query of 2,000 bytes has 6,000 when percent-encoded.
MAX_URL_BYTES = 8000
#: Bytes of a body, at most: of one that is not read, and of one with a quotation to check (8,000 characters of the
#: Basic Multilingual Plane have 48,000 bytes when all are written as escapes, `\u2019`).
MAX_BODY, MAX_QUOTATION_BODY = 16_384, 65_536

HTML = "text/html; charset=utf-8"
#: Extension of the application that counts queries that found nothing.
UNFOUND = "searchsvc.unfound"
#: Returns the values that a template shows, given the engine.
Make = Callable[[Engine], Mapping[str, object]]
T = TypeVar("T")


def refusal(status: HTTPStatus, *, retry_after: int | None = None) -> bytes:
    """Return a complete HTTP response, head and body, for bytes that did not become a request of the application.

    It contains nothing of what was received.

    Args:
        status: Why it is refused.
        retry_after: Seconds after which the client may ask again.

    """
    detail = f"{status.description or status.phrase}."
    body = to_json({"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail})
    more = () if retry_after is None else (("Retry-After", str(retry_after)),)
    return _whole_answer(status, "application/problem+json", body, more)


def healthy(*, body: bool) -> bytes:
    """Return the whole answer to a health check: that of `/healthz`; without its body for HEAD."""
    answer = _whole_answer(HTTPStatus.OK, "application/json", to_json(ALIVE))
    return answer if body else answer[: answer.index(b"\r\n\r\n") + 4]


def _whole_answer(status: HTTPStatus, content_type: str, body: bytes, more: Iterable[tuple[str, str]] = ()) -> bytes:
    headers = (
        ("Date", formatdate(usegmt=True)),
        ("Connection", "close"),
        ("Content-Type", content_type),
        ("Content-Length", str(len(body))),
        *more,
        ("Cache-Control", "no-store"),
        *CLOSED,
    )
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode() + body


def entity_tag(
    info: IndexInfo, search: SearchRequest | None = None, *, weak: bool = False, also: str = ""
) -> str | None:
    """Return the entity tag (RFC 9110) of the response to the current request; None if it changes every minute.

    The tag depends on the build, the commit of the index, the URL, and for queries with relative dates on the day.

    Args:
        info: The state of the index.
        search: The parsed search of the request, if it has one: its text may contain relative dates.
        weak: Whether the body may differ in details: pages state the time that the search took.
        also: What else the response depends on.

    Raises:
        QueryError: The text of the search cannot be parsed.

    """
    unit = search and search.understood.counts_from
    if unit == "minute":
        return None
    if search and unit == "day":
        also = f"{also} {search.now.astimezone(UTC).date()}"
    environ = request.environ
    state = f"{current_app.config['BUILD']} {info.commit} {also}"
    content = f"{state} {environ.get('SCRIPT_NAME')} {environ.get('PATH_INFO')}?{environ.get('QUERY_STRING')}"
    digest = hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    return f'{"W/" if weak else ""}"{digest}"'


def unchanged(tag: str | None) -> Response | None:
    """Return a 304 response if the client's cached copy has this entity tag, in any content coding; else None.

    The tag of a compressed copy has the name of the coding after a colon. The response has the tag of the copy.
    """
    if tag is None or "HTTP_IF_NONE_MATCH" not in request.environ:
        return None
    # `If-None-Match: *` matches any existing resource; whether this one exists is not known yet.
    cached = request.if_none_match
    opaque = tag.removeprefix("W/").strip('"')
    held = [one for one in cached.as_set(include_weak=True) if one.partition(":")[0] == opaque]
    if cached.star_tag or not held:
        return None
    wanted = f"{opaque}:{chosen_coding(request.accept_encodings)}"
    copy = min(held, key=lambda one: (one != wanted, one))
    return Response(status=304, headers=validated(tag if tag.startswith("W/") else f'"{copy}"'))


def validated(tag: str | None) -> dict[str, str]:
    """Return the cache headers of a response with an entity tag; {} for None."""
    return {"Cache-Control": REVALIDATE, "ETag": tag} if tag else {}


def base_url(settings: Settings) -> str:
    """Return the public address of the service; the one that the request used if the settings give none."""
    return settings.base_url or request.url_root.rstrip("/")


def refuse_large() -> None:
    """Abort the request with 411, 413 or 414 if its URL or body is too long, before either is parsed."""
    environ = request.environ
    if len(environ.get("QUERY_STRING", "")) + len(environ.get("PATH_INFO", "")) > MAX_URL_BYTES:
        abort(414)
    max_body = MAX_QUOTATION_BODY if request.path in POST_PATHS else MAX_BODY
    if "HTTP_TRANSFER_ENCODING" in environ:
        abort(411)
    if environ.get("CONTENT_LENGTH") and (request.content_length or 0) > max_body:
        abort(413)


class EngineProvider:
    """Opens the engine of each process at its first request.

    It is not opened earlier, since a server may fork after the application is made, and since the service must start
    without an index, too. If the engine cannot be opened, the next request tries again.
    """

    def __init__(self, url: str, engine: Engine | None = None) -> None:
        """Store the engine's URL, or an open engine to be used instead.

        Raises:
            UsageError: The URL names no engine.

        """
        if engine is None:
            # Reads nothing: only checks the URL before the first request.
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


def answered(
    provider: EngineProvider,
    make: Callable[[Engine], T],
    search: SearchRequest | None = None,
    *,
    weak: bool = False,
    also: str = "",
) -> tuple[str | None, T | Response]:
    """Return the entity tag of an answer, and what `make` returns: both of one commit of the index.

    Where the client's cached copy is still valid, the answer is a 304 response and `make` is not called. Arguments and
    errors as those of `page_of` and `entity_tag`.
    """

    def answer(engine: Engine) -> tuple[str | None, T | Response]:
        tag = entity_tag(engine.info(), search, weak=weak, also=also)
        not_modified = unchanged(tag)
        return tag, make(engine) if not_modified is None else not_modified

    return provider.engine().at_one_commit(answer)


def note_unfound(page: ArticlePage) -> None:
    """Count the query of a first page without hits, or whose hits are those of another spelling, if a setting says so.

    A search that is narrowed is not counted: what it lacks may be there elsewhere.
    """
    asked = page.asked
    narrowed = asked.chosen or asked.first or asked.last or asked.added_after or asked.added_before
    if page.page == 1 and (not page.total or page.respelled) and not narrowed:
        current_app.extensions[UNFOUND].note(page.text)


def page_of(provider: EngineProvider, template: str, make: Make, search: SearchRequest | None = None) -> Response:
    """Return an HTML page, or 304 if the client's cached copy is still valid.

    Args:
        provider: Provides the engine.
        template: File name of the template.
        make: Returns the template's values; called only if the page is not cached.
        search: The parsed search of the request, if it has one.

    Raises:
        QueryError: The text of the search cannot be parsed.
        EngineError: The index cannot be read.

    """
    started = time.perf_counter()
    tag, values = answered(provider, make, search, weak=True, also=page_language().tag)
    if isinstance(values, Response):
        return values
    seconds = time.perf_counter() - started
    body = render_template(template, seconds=seconds, **values)
    headers = {"Server-Timing": f"search;dur={seconds * 1000:.2f}", **validated(tag)}
    return Response(body, content_type=HTML, headers=headers)
