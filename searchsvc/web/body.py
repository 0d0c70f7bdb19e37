"""Body of a request → the one text it is to hold."""

from json import JSONDecodeError, detect_encoding

from flask import Request

from searchsvc.errors import UsageError
from searchsvc.json_input import DEEPEST, NestingError, read_json

JSON = "application/json"
#: Characters of a key that an error repeats.
SHOWN = 60


class BodyError(UsageError):
    """A request's body cannot be used."""

    def __init__(self, status: int, reason: str, *, key: str | None = None) -> None:
        """Keep the status to answer with, and the key that the trouble is with."""
        super().__init__(reason)
        self.status = status
        self.key = key


def read_text(request: Request, key: str) -> str:
    """Return the text of a body that is `{"key": "text"}`.

    Raises:
        BodyError: It is anything else; says what, and what would do.

    """
    wanted = f'send {{"{key}": "…"}}'
    if request.mimetype != JSON:
        raise BodyError(415, f"The body is {request.mimetype[:SHOWN] or 'of no type'}: {wanted} as {JSON}")
    pairs = _pairs(request.get_data(), wanted)
    names = [name for name, _ in pairs]
    if strange := next((name for name in names if name != key), None):
        raise BodyError(400, f"The key {_shown(strange)} is not known: {wanted}", key=strange[:SHOWN])
    if len(names) != 1:
        raise BodyError(400, f"The key {key!r} is {'given twice' if names else 'missing'}: {wanted}", key=key)
    text = pairs[0][1]
    if not isinstance(text, str):
        raise BodyError(422, f"The value of {key!r} is no text: {wanted}", key=key)
    return text


def _pairs(data: bytes, wanted: str) -> list[tuple[str, object]]:
    """Return the pairs of a JSON object; an object inside it is no text and may be read as anything."""
    try:
        found = read_json(data.decode(detect_encoding(data), "surrogatepass"), pairs=_Pairs)
    except JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise BodyError(400, f"The body is no JSON: {error.msg} at {place}; {wanted}") from error
    except UnicodeDecodeError as error:
        raise BodyError(400, f"The body is not UTF-8: byte {error.start + 1} is of another encoding") from error
    except NestingError as error:
        raise BodyError(400, f"The body is nested too deeply, more than {DEEPEST} deep: {wanted}") from error
    except ValueError as error:
        raise BodyError(400, f"The body holds too long a number: {wanted}") from error
    if not isinstance(found, _Pairs):
        raise BodyError(400, f"The body is no JSON object: {wanted}")
    return list(found)


class _Pairs(list[tuple[str, object]]):
    """The pairs of an object, so that one given twice is seen; a JSON array is a plain list."""


def _shown(name: str) -> str:
    return repr(name if len(name) <= SHOWN else name[: SHOWN - 1] + "…")
