"""Turn errors into problems: the status, type, message and advice that a reader or a program receives (RFC 9457)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated

import msgspec
from flask import Response, request
from msgspec import UNSET, UnsetType
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from searchsvc.errors import (
    CorruptIndexError,
    DeviceError,
    EngineError,
    IndexMissingError,
    IndexRightsError,
    NotFoundError,
    OutdatedIndexError,
    QueryError,
    ScarceError,
)
from searchsvc.json_output import to_json
from searchsvc.web.parameters import BodyError, ParameterError

#: Seconds that the Retry-After header advises if the index cannot be read.
RETRY_AFTER = 30
PROBLEM_JSON = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request is not answered."""

    #: HTTP status.
    status: int
    #: Name of the problem type, the last part of its URL: `bad-query`.
    name: str
    detail: str
    #: The parameter, or key of the body, that is refused, if it is one.
    parameter: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    #: The error of a refused query, whose position the page marks.
    query: QueryError | None = None

    @property
    def title(self) -> str:
        """Return the title of the problem type, which is the same for all problems of that type."""
        return TITLES.get(self.name) or HTTPStatus(self.status).phrase


class ProblemJson(msgspec.Struct, frozen=True):
    """RFC 9457. A refused query has reason, position, length and suggestion too; a refused parameter its name."""

    type: str
    title: str
    status: int
    detail: str
    parameter: str | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    position: (
        Annotated[int | None, msgspec.Meta(description="Code point of the query where the trouble starts.")] | UnsetType
    ) = UNSET
    length: int | UnsetType = UNSET
    suggestion: Annotated[str | None, msgspec.Meta(description="A query that works.")] | UnsetType = UNSET


#: Problem type → title.
TITLES: Mapping[str, str] = {
    "bad-query": "The query cannot be read",
    "costly-query": "The query would cost too much",
    "bad-parameter": "A parameter cannot be used",
    "not-found": "There is nothing here",
    "no-index": "There is no index yet",
    "outdated-index": "The index was made by another version",
    "damaged-index": "A file of the index is damaged",
    "index-rights": "The index may not be read by this service",
    "scarce": "This service is short of memory or of file handles",
    "failing-device": "The device of the index fails",
    "index-trouble": "The index cannot be read just now",
    "not-acceptable": "This is answered in another type",
    "too-long": "The address is too long",
    "too-large": "The request is too large",
    "not-allowed": "This can only be read",
    "use-post": "This is asked with POST",
    "bad-body": "The body cannot be used",
    "fault": "Something went wrong on our side",
}
#: HTTP status of an HTTPException → problem type and detail.
_BY_STATUS: Mapping[int, tuple[str, str]] = {
    404: ("not-found", "No page has this address."),
    405: ("not-allowed", "Use GET: nothing can be changed here."),
    406: (
        "not-acceptable",
        "The Accept header has no type of this address: /api has application/json, the feed application/atom+xml.",
    ),
    413: ("too-large", "A body here holds a quotation to check and nothing else: send less."),
    414: ("too-long", "Search for fewer words, or narrow by fewer values."),
    500: ("fault", "It has been noted. The same search may well work again in a moment."),
}
#: Class of EngineError → problem type and detail; the first class that matches counts, so the base class is last.
_BY_ENGINE_ERROR: Mapping[type[EngineError], tuple[str, str]] = {
    IndexMissingError: ("no-index", "Run `searchsvc reindex` on a folder of saved pages first."),
    OutdatedIndexError: ("outdated-index", "Run `searchsvc reindex`: it builds the index anew, from the same places."),
    CorruptIndexError: (
        "damaged-index",
        "`searchsvc doctor` names the file; `searchsvc rollback`, or `searchsvc reindex --full`, leads out of it.",
    ),
    IndexRightsError: ("index-rights", "The log of this service says which file, and whose it is."),
    ScarceError: ("scarce", "Try again in a moment; the log of this service says which limit to raise."),
    DeviceError: ("failing-device", "The log of this service, and that of the system, say more."),
    EngineError: ("index-trouble", "Try again in a moment; `searchsvc doctor` says more."),
}


def problem_of(error: Exception) -> Problem:
    """Return the problem for an error; any unexpected exception becomes a 500 without details."""
    match error:
        case QueryError():
            name = "costly-query" if error.too_costly else "bad-query"
            problem = Problem(_refused(error), name, error.reason, query=error)
        case ParameterError():
            problem = Problem(_refused(error), "bad-parameter", f"{error}.", error.parameter)
        case BodyError():
            problem = Problem(error.status, "bad-body", f"{error}.", error.key)
        case NotFoundError():
            problem = Problem(404, "not-found", f"{error}.")
        case EngineError():
            problem = _index_problem(error)
        case HTTPException():
            problem = _http_problem(error)
        case _:
            problem = Problem(500, *_BY_STATUS[500])
    return problem


def problem_json(problem: Problem) -> Response:
    """Return the problem as `application/problem+json`."""
    refused = problem.query
    shape = ProblemJson(
        type=f"{request.script_root}/problems/{problem.name}",
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        parameter=UNSET if problem.parameter is None else problem.parameter,
        reason=refused.reason if refused else UNSET,
        position=refused.position if refused else UNSET,
        length=refused.length if refused else UNSET,
        suggestion=refused.suggestion if refused else UNSET,
    )
    return Response(to_json(shape), status=problem.status, headers=dict(problem.headers), content_type=PROBLEM_JSON)


def _refused(error: QueryError | ParameterError) -> int:
    return 422 if error.too_costly else 400


def _index_problem(error: EngineError) -> Problem:
    """Return the problem of an index that cannot be read. The path of the index is logged, but not sent to clients."""
    name, detail = next(problem for kind, problem in _BY_ENGINE_ERROR.items() if isinstance(error, kind))
    return Problem(503, name, detail, headers={"Retry-After": str(RETRY_AFTER)})


def _http_problem(error: HTTPException) -> Problem:
    """Return the problem of an error of Flask's; a 405 names the methods that are allowed."""
    status = error.code or 500
    name, detail = _BY_STATUS.get(status, ("refused", HTTPStatus(status).description or HTTPStatus(status).phrase))
    headers = {}
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(sorted(error.valid_methods))
        if "POST" in error.valid_methods:
            name, detail = (
                "use-post",
                'Send POST with a body of JSON, {"quote": "…"}, or open /verify?quote=… as a page.',
            )
    return Problem(status, name, detail, headers=headers)
