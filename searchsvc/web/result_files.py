"""Routes of whole searches as files: `/search.csv`, `/quotes.jsonl` and so on, streamed in slices.

Each slice is made in a turn of its own, as a request is, so that long files do not hold up searches; the deadline of a
request counts for the first one only. An error after that ends the connection in the middle of the body: the client
misses the last chunk, and takes no part for the whole. A client that is slow gets the next slice when it has taken
those before; at most FILES_AT_ONCE files are made by a process at once.
"""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from threading import BoundedSemaphore
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import ServiceUnavailable

from searchsvc.analysis import fold
from searchsvc.errors import NotFoundError, SearchsvcError, UsageError
from searchsvc.exports import FILE_FORMATS, RECORD_KINDS, chosen_columns, written
from searchsvc.exports.columns import Around
from searchsvc.model.message import Message
from searchsvc.settings import Settings
from searchsvc.web.parameters import (
    HEADLINE_PARAMETERS,
    PARAMETERS,
    QUOTE_PARAMETERS,
    SPEAKERS_PARAMETERS,
    ParameterError,
    check_names,
    read_request,
)
from searchsvc.web.responses import EngineProvider, base_url
from searchsvc.web.wsgi_middleware import TURN

#: Seconds in which a client must take one piece of a file.
DRAIN_SECONDS = 30.0
#: Files that a process makes at once, at most; another request is refused, and may ask again after RETRY_SECONDS.
FILES_AT_ONCE, RETRY_SECONDS = 2, 15
#: Name of the parameter that chooses columns.
COLUMNS = "columns"
#: Name of the header that says how many records a file has.
TOTAL = "X-Total-Count"
#: Kind of records → the parameters of its files.
FILE_PARAMETERS = {
    "search": (*PARAMETERS, COLUMNS),
    "quotes": (*QUOTE_PARAMETERS, COLUMNS),
    "speakers": (*SPEAKERS_PARAMETERS, COLUMNS),
    "headlines": (*HEADLINE_PARAMETERS, COLUMNS),
}
#: Characters of the query in a file's name, at most.
MAX_NAME = 40
_NOT_NAME = re.compile(r"[^a-z0-9]+")
_log = logging.getLogger(__name__)


def describe_files(paths: dict[str, Any]) -> None:
    """Add the files to the paths of the description of the API."""
    refusals = paths["/api/search"]["get"]["responses"]
    refusals = {status: refusals[status] for status in ("400", "414", "422", "503")}
    total = {"description": "How many records the file has.", "schema": {"type": "integer"}}
    for name, kind in RECORD_KINDS.items():
        asked = paths[f"/api/{name}"]["get"]["parameters"]
        columns = {
            "name": COLUMNS,
            "in": "query",
            "description": f"Names with commas between them: {', '.join(column.name for column in kind.columns)}.",
            "schema": {"type": "string"},
            "allowEmptyValue": True,
        }
        for suffix, output in FILE_FORMATS.items():
            if output.cites and kind.cited is None:
                continue
            told = {"description": "The file.", "headers": {TOTAL: total}, "content": {output.media_type: {}}}
            paths[f"/{name}.{suffix}"] = {
                "get": {
                    "operationId": f"{name}_{suffix}",
                    "summary": f"All {kind.nouns} of a search as {output.title}, whatever page and size say",
                    "parameters": [*asked, columns],
                    "responses": {"200": told, **refusals},
                }
            }


class _Slot:
    """The right to make one file, given back once."""

    def __init__(self, slots: BoundedSemaphore) -> None:
        if not slots.acquire(blocking=False):
            busy = Message(
                "This service makes %(files)s files at once: ask again in %(seconds)s seconds.",
                files=FILES_AT_ONCE,
                seconds=RETRY_SECONDS,
            )
            raise ServiceUnavailable(busy, retry_after=RETRY_SECONDS)
        self._slots: BoundedSemaphore | None = slots

    def give_back(self) -> None:
        """Let another file be made; a no-op the second time."""
        slots, self._slots = self._slots, None
        if slots is not None:
            slots.release()


def blueprint(provider: EngineProvider, settings: Settings) -> Blueprint:
    """Return the routes."""
    routes = Blueprint("files", __name__)
    slots = BoundedSemaphore(FILES_AT_ONCE)

    @routes.get(f"/<any({','.join(RECORD_KINDS)}):kind>.<any({','.join(FILE_FORMATS)}):suffix>")
    def whole(kind: str, suffix: str) -> Response:
        """Return all records of a search in one file, in the order of its pages."""
        slot = _Slot(slots)
        try:
            response = _file(provider, settings, kind, suffix, slot)
        except BaseException:
            slot.give_back()
            raise
        response.call_on_close(slot.give_back)
        return response

    return routes


def _file(provider: EngineProvider, settings: Settings, name: str, suffix: str, slot: _Slot) -> Response:
    kind, output = RECORD_KINDS[name], FILE_FORMATS[suffix]
    if output.cites and kind.cited is None:
        raise NotFoundError(Message("There is no such file: there is /%(name)s.csv and /%(name)s.jsonl", name=name))
    check_names(request.args, FILE_PARAMETERS[name])
    args = MultiDict(request.args)
    asked = args.poplist(COLUMNS)
    search = read_request(args, strict=True, known=FILE_PARAMETERS[name])
    try:
        columns = chosen_columns(kind, asked[0] if asked else "")
    except UsageError as error:
        raise ParameterError(COLUMNS, str(error)) from error
    found = kind.find(provider.engine(), search, any(column.reads for column in columns))
    around = Around(found.root, base_url(settings))
    pieces = written(output, kind, columns, found.slices, around)
    begin = next(pieces) + next(pieces, b"")
    headers = {
        TOTAL: str(found.total),
        "Content-Disposition": f'attachment; filename="{file_name(name, search.text)}.{suffix}"',
    }
    body = _streamed(begin, pieces, request.environ, slot)
    return Response(body, content_type=output.media_type, headers=headers)


def _streamed(begin: bytes, pieces: Iterator[bytes], environ: dict[str, Any], slot: _Slot) -> Iterator[bytes]:
    """Yield the pieces; each is made in a turn, after the client has taken the one before."""
    turn: Callable[[], AbstractContextManager[None]] = environ.get(TURN, nullcontext)
    wait_until_sent = getattr(environ.get("gunicorn.socket"), "drain", None)
    try:
        piece: bytes | None = begin
        while piece is not None:
            if piece:
                yield piece
            if wait_until_sent is not None:
                wait_until_sent(DRAIN_SECONDS)
            with turn():
                piece = next(pieces, None)
    except SearchsvcError as error:
        _log.warning("%s ends before its end: %s", environ.get("PATH_INFO"), error)
        raise
    finally:
        slot.give_back()


def file_name(kind: str, text: str) -> str:
    """Return a name of ASCII letters, digits and hyphens: what the records are, and the words asked for."""
    words = _NOT_NAME.sub("-", fold(text)).strip("-")[:MAX_NAME].strip("-")
    return f"{kind}-{words}" if words else kind
