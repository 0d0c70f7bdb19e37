"""Turn errors into problems: the status, type, message and advice that a reader or a program receives (RFC 9457)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated

import msgspec
from flask import Response, request
from msgspec import UNSET, UnsetType
from werkzeug.exceptions import HTTPException, MethodNotAllowed, ServiceUnavailable

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
from searchsvc.model.message import Message, join_messages
from searchsvc.replay import ReplayError
from searchsvc.web.parameters import ParameterError
from searchsvc.web.request_bodies import BodyError

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
    "bad-query": Message("The query cannot be read"),
    "costly-query": Message("The query would cost too much"),
    "bad-parameter": Message("A parameter cannot be used"),
    "not-found": Message("There is nothing here"),
    "taken-down": Message("This article was taken down"),
    "no-saved-page": Message("There is no saved page"),
    "no-index": Message("There is no index yet"),
    "outdated-index": Message("The index was made by another version"),
    "damaged-index": Message("A file of the index is damaged"),
    "index-rights": Message("The index may not be read by this service"),
    "scarce": Message("This service is short of memory or of file handles"),
    "failing-device": Message("The device of the index fails"),
    "index-trouble": Message("The index cannot be read just now"),
    "not-acceptable": Message("This is answered in another type"),
    "busy": Message("Too much is asked at once"),
    "too-long": Message("The address is too long"),
    "too-large": Message("The request is too large"),
    "not-allowed": Message("This can only be read"),
    "use-post": Message("This is asked with POST"),
    "bad-body": Message("The body cannot be used"),
    "fault": Message("Something went wrong on our side"),
}
#: HTTP status of an HTTPException → problem type and detail.
_BY_STATUS: Mapping[int, tuple[str, str]] = {
    404: ("not-found", Message("No page has this address.")),
    405: ("not-allowed", Message("Use GET: nothing can be changed here.")),
    406: (
        "not-acceptable",
        Message(
            "The Accept header has no type of this address: /api has application/json, the feed application/atom+xml."
        ),
    ),
    413: ("too-large", Message("A body here holds a quotation to check, or a batch of searches: send less.")),
    414: ("too-long", Message("Search for fewer words, or narrow by fewer values.")),
    500: ("fault", Message("It has been noted. The same search may well work again in a moment.")),
}
#: Class of EngineError → problem type and detail; the first class that matches counts, so the base class is last.
_BY_ENGINE_ERROR: Mapping[type[EngineError], tuple[str, str]] = {
    IndexMissingError: ("no-index", Message("Run `searchsvc reindex` on a folder of saved pages first.")),
    OutdatedIndexError: (
        "outdated-index",
        Message("Run `searchsvc reindex`: it builds the index anew, from the same places."),
    ),
    CorruptIndexError: (
        "damaged-index",
        Message(
            "`searchsvc doctor` names the file; `searchsvc rollback`, or `searchsvc reindex --full`, leads out of it."
        ),
    ),
    IndexRightsError: ("index-rights", Message("The log of this service says which file, and whose it is.")),
    ScarceError: ("scarce", Message("Try again in a moment; the log of this service says which limit to raise.")),
    DeviceError: ("failing-device", Message("The log of this service, and that of the system, say more.")),
    EngineError: ("index-trouble", Message("Try again in a moment; `searchsvc doctor` says more.")),
}


#: Why a saved page is not shown → status, problem type and detail.
_BY_REPLAY: Mapping[str, tuple[int, str, str]] = {
    "taken-down": (
        410,
        "taken-down",
        Message("It is in this archive no more, and neither is the page that it was saved from."),
    ),
    "off": (404, "no-saved-page", Message("Saved pages are not shown here; the article is, as it was read.")),
    "record": (404, "no-saved-page", Message("This article came as a record in a file of records, not as a page.")),
    "missing": (
        404,
        "no-saved-page",
        Message("The file of this page is not where saved pages are kept; the article is here, as it was read."),
    ),
    "changed": (
        404,
        "no-saved-page",
        Message("The file of this page has changed since it was read; the article is here, as it was then."),
    ),
    "costly": (
        404,
        "no-saved-page",
        Message("This page takes more time or memory than one page may have; the article is here, as it was read."),
    ),
    "no-picture": (404, "not-found", Message("The saved page has no such picture.")),
    "busy": (503, "busy", Message("Other saved pages are being read: try again in a moment.")),
}
#: Seconds after which a saved page may be asked for again where others are being read.
_REPLAY_RETRY = 5


def problem_of(error: Exception) -> Problem:
    """Return the problem for an error; any unexpected exception becomes a 500 without details."""
    match error:
        case QueryError():
            name = "costly-query" if error.too_costly else "bad-query"
            problem = Problem(_refused(error), name, error.reason, query=error)
        case ParameterError():
            problem = Problem(_refused(error), "bad-parameter", _sentence(error), error.parameter)
        case BodyError():
            problem = Problem(error.status, "bad-body", _sentence(error), error.key)
        case NotFoundError():
            problem = Problem(404, "not-found", _sentence(error))
        case ReplayError():
            busy = {"Retry-After": str(_REPLAY_RETRY)} if error.failure == "busy" else {}
            problem = Problem(*_BY_REPLAY[error.failure], headers=busy)
        case EngineError():
            problem = _index_problem(error)
        case HTTPException():
            problem = _http_problem(error)
        case _:
            problem = Problem(500, *_BY_STATUS[500])
    return problem


def problem_json(problem: Problem) -> Response:
    """Return the problem as `application/problem+json`."""
    body = to_json(problem_shape(problem, request.script_root))
    return Response(body, status=problem.status, headers=dict(problem.headers), content_type=PROBLEM_JSON)


def problem_shape(problem: Problem, root: str) -> ProblemJson:
    """Return what is written of a problem; `root` is the path below which the service answers."""
    refused = problem.query
    return ProblemJson(
        type=f"{root}/problems/{problem.name}",
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        parameter=UNSET if problem.parameter is None else problem.parameter,
        reason=refused.reason if refused else UNSET,
        position=refused.position if refused else UNSET,
        length=refused.length if refused else UNSET,
        suggestion=refused.suggestion if refused else UNSET,
    )


def _sentence(error: Exception) -> str:
    """Return the message of an error as a sentence: with a full stop, unless it ends as a question."""
    text: str = error.args[0] if error.args else ""
    return text if text.endswith("?") else join_messages((text, "."), "")


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
    if isinstance(error, ServiceUnavailable) and isinstance(error.retry_after, int):
        name, detail = "busy", error.description or detail
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(sorted(error.valid_methods))
        if "POST" in error.valid_methods:
            name, detail = (
                "use-post",
                Message("Send POST with a body of JSON, as /docs shows; /verify?quote=… is a page."),
            )
    return Problem(status, name, detail, headers=headers)
