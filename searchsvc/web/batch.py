"""Several searches for articles in one request: the body of a batch → its answers, each what `/api/search` answers.

They share the deadline and the turn of one request. A search that is refused gets its problem in the place of its
answer, and so do those for which no time is left; the others are answered.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from json import detect_encoding
from typing import Annotated

import msgspec
from flask import Request
from werkzeug.datastructures import MultiDict

from searchsvc.engines.base import Engine
from searchsvc.errors import QueryError
from searchsvc.json_input import NestingError, check_depth
from searchsvc.json_output import page_to_json, to_json
from searchsvc.json_queries import PageLinks
from searchsvc.search import SearchRequest, search_articles
from searchsvc.web.parameters import JSON, ParameterError, read_request
from searchsvc.web.problems import problem_of, problem_shape
from searchsvc.web.request_bodies import BodyError

#: Searches of a batch at most, and hits that all of them may ask for together.
MAX_SEARCHES, MAX_HITS = 20, 200
WANTED = 'send {"searches": [{"q": "…"}, …]}'
#: Values of a parameter in the body of a batch: a text, a whole number, or, of facets, several texts.
ParameterValue = str | int | list[str]


class BatchJson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Several searches, each with the parameters of `/api/search`."""

    searches: Annotated[
        list[dict[str, ParameterValue]],
        msgspec.Meta(
            min_length=1,
            max_length=MAX_SEARCHES,
            description="The parameters of each; those of facets take a list of texts. Their sizes add up to "
            f"{MAX_HITS} at most.",
        ),
    ]


#: Gives the links to the pages beside an answer, of a search and its total.
Links = Callable[[SearchRequest, int], PageLinks]


def read_batch(request: Request) -> Sequence[SearchRequest | Exception]:
    """Return the searches in the body of a request; in the place of one that cannot be read, the error.

    Raises:
        BodyError: The body is of another type or shape, or the searches ask for too much; the message says which.

    """
    if request.mimetype != JSON:
        raise BodyError(415, f"The body is no {JSON}: {WANTED}")
    data = request.get_data()
    try:
        text = data.decode(detect_encoding(data))
        check_depth(text)
        batch = msgspec.json.decode(text, type=BatchJson)
    except UnicodeDecodeError as error:
        raise BodyError(400, f"The body is not UTF-8: byte {error.start + 1} is of another encoding") from error
    except (NestingError, msgspec.MsgspecError) as error:
        raise BodyError(400, f"The body is no batch, {error}: {WANTED}, {MAX_SEARCHES} at most") from error
    searches = [_read(one) for one in batch.searches]
    hits = sum(one.size for one in searches if isinstance(one, SearchRequest))
    if hits > MAX_HITS:
        raise BodyError(422, f"The searches ask for {hits} hits together: {MAX_HITS} at most", key="searches")
    return searches


def _read(parameters: Mapping[str, ParameterValue]) -> SearchRequest | Exception:
    pairs = [(name, str(one)) for name, value in parameters.items() for one in _values(value)]
    try:
        return read_request(MultiDict(pairs), strict=True)
    except ParameterError as error:
        return error


def _values(value: ParameterValue) -> Sequence[str | int]:
    return value if isinstance(value, list) else [value]


def answer_batch(engine: Engine, searches: Sequence[SearchRequest | Exception], links: Links, root: str) -> bytes:
    """Return the JSON of the answers.

    Args:
        engine: The index.
        searches: From `read_batch`.
        links: Makes the links of each answer.
        root: Path below which the service answers, for the types of problems.

    Raises:
        EngineError: The index cannot be read.

    """
    return b'{"answers":[' + b",".join(_answers(engine, searches, links, root)) + b"]}"


def _answers(engine: Engine, searches: Sequence[SearchRequest | Exception], links: Links, root: str) -> Iterator[bytes]:
    for one in searches:
        try:
            if isinstance(one, Exception):
                raise one
            page = search_articles(engine, one)
            yield page_to_json(page, links(one, page.total))
        except (QueryError, ParameterError) as error:
            yield to_json(problem_shape(problem_of(error), root))
