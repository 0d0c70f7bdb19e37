"""Read the bodies of requests: one quotation to check, or many."""

import re
from collections.abc import Sequence
from json import detect_encoding
from typing import Annotated, TypeVar

import msgspec
from flask import Request

from searchsvc.errors import UsageError
from searchsvc.json_input import MAX_DEPTH, NestingError, check_depth
from searchsvc.model.message import MAX_REPEATED, shortened
from searchsvc.verify import MAX_CHARACTERS, MAX_WORDS
from searchsvc.web.parameters import JSON

#: Quotations that are checked in one request, at most.
MAX_QUOTATIONS = 50

#: Parts of msgspec's messages that name the key of the body that was refused.
_UNKNOWN_KEY = re.compile(r"unknown field `(.*)`", re.DOTALL)
_MISSING_KEY = re.compile(r"missing required field `(\w+)`")
_WRONG_VALUE = re.compile(r" at `\$\.(\w+)(?:\[\.{3}\])?`$")


class BodyError(UsageError):
    """The body of a request cannot be used."""

    def __init__(self, status: int, reason: str, *, key: str | None = None) -> None:
        """Store the HTTP status of the response, and the key of the body that is refused, if it is one."""
        super().__init__(reason)
        self.status = status
        self.key = key


class QuotationJson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be checked."""

    quote: Annotated[
        str,
        msgspec.Meta(
            description=f"1 to {MAX_WORDS:,} words. An ellipsis may skip any words, [a bracket] stands for a few, "
            "[h]e is a change of letter.",
            extra_json_schema={"minLength": 1, "maxLength": MAX_CHARACTERS},
        ),
    ]


class QuotationsJson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be checked, many at once."""

    quotes: Annotated[
        list[str],
        msgspec.Meta(description="Each as `quote` of /api/verify.", min_length=1, max_length=MAX_QUOTATIONS),
    ]


Body = TypeVar("Body", QuotationJson, QuotationsJson)


def read_quotation(request: Request) -> str:
    """Return the quotation in the body of a request, `{"quote": "…"}`.

    Raises:
        BodyError: The body is of another type, encoding or shape; the message says which, and what to send instead.

    """
    return _read(request, QuotationJson, 'send {"quote": "…"}').quote


def read_quotations(request: Request) -> Sequence[str]:
    """Return the quotations in the body of a request, `{"quotes": ["…", …]}`, 1 to MAX_QUOTATIONS.

    Raises:
        BodyError: As of `read_quotation`.

    """
    return _read(request, QuotationsJson, f'send {{"quotes": ["…", …]}}, 1 to {MAX_QUOTATIONS} of them').quotes


def _read(request: Request, shape: type[Body], wanted: str) -> Body:
    if request.mimetype != JSON:
        raise BodyError(415, f"The body is {request.mimetype[:MAX_REPEATED] or 'of no type'}: {wanted} as {JSON}")
    data = request.get_data()
    try:
        text = data.decode(detect_encoding(data))
        check_depth(text)
        return msgspec.json.decode(text, type=shape)
    except UnicodeDecodeError as error:
        raise BodyError(400, f"The body is not UTF-8: byte {error.start + 1} is of another encoding") from error
    except NestingError as error:
        raise BodyError(400, f"The body is nested too deeply, more than {MAX_DEPTH} deep: {wanted}") from error
    except msgspec.ValidationError as error:
        raise _wrong_shape(str(error), wanted) from error
    except msgspec.DecodeError as error:
        raise BodyError(400, f"The body is no JSON: {error}; {wanted}") from error


def _wrong_shape(reason: str, wanted: str) -> BodyError:
    """Return the error for a body of JSON with the wrong shape; `reason` is msgspec's message."""
    if match := _UNKNOWN_KEY.search(reason):
        return BodyError(400, f"The key {shortened(match[1])!r} is not known: {wanted}", key=match[1][:MAX_REPEATED])
    if match := _MISSING_KEY.search(reason):
        return BodyError(400, f"The key {match[1]!r} is missing: {wanted}", key=match[1])
    if match := _WRONG_VALUE.search(reason):
        return BodyError(422, f"The value of {match[1]!r} is no text: {wanted}", key=match[1])
    return BodyError(400, f"The body is no JSON object: {wanted}")
