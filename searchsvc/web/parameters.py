"""Parse query strings to SearchRequests and write them, alike for pages, API and feed; parse the body of a check."""

import difflib
import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from json import detect_encoding
from typing import Annotated, TypedDict, Unpack, get_args
from urllib.parse import urlencode

import msgspec
from flask import Request
from werkzeug.datastructures import MultiDict

from searchsvc.errors import QueryError, UsageError
from searchsvc.json_input import MAX_DEPTH, NestingError, check_depth
from searchsvc.model.fields import ARTICLE_FACETS, FACET, FACETS, SPEAKER, FacetField, FacetRow
from searchsvc.model.query import FACET_LIMIT, Sort
from searchsvc.search import PAGE_SIZE, MatchMode, SearchRequest, Spelling

#: Parameters that are given at most once.
SINGLE_PARAMETERS = ("q", "page", "size", "sort", "match", "from", "to", "month", "dups")
#: Parameters that say which values of facets are counted out.
VALUE_PARAMETERS = ("facet_limit", "facet_query")
#: Parameters of a search for articles, which have no facet `kind`, and for quotes, which are never respelled.
PARAMETERS = (*SINGLE_PARAMETERS, "spelling", *(row.parameter for row in ARTICLE_FACETS), *VALUE_PARAMETERS)
QUOTE_PARAMETERS = (*SINGLE_PARAMETERS, *(row.parameter for row in FACETS), *VALUE_PARAMETERS)
#: Parameters of the list of speakers, which has a fixed order, and of one speaker, whose name is in the path.
SPEAKERS_PARAMETERS = tuple(
    name for name in QUOTE_PARAMETERS if name not in {"sort", "match", "dups", *VALUE_PARAMETERS}
)
SPEAKER_PARAMETERS = tuple(name for name in QUOTE_PARAMETERS if name != FACET[SPEAKER].parameter)
#: Parameters of a search for related headlines: only facets of the head of the article that carries them.
HEADLINE_PARAMETERS = ("q", "page", "size", *(row.parameter for row in FACETS if row.of_head), "from", "to", "month")

#: Digits of a whole number, at most: a longer one is out of every range, and `int` takes quadratic time.
MAX_DIGITS = 9
#: Values of one facet in a request, at most.
MAX_FACET_VALUES = 50
#: Characters of a refused value that an error message repeats, at most.
MAX_REPEATED = 60

JSON = "application/json"
#: End of the messages about a refused body: what to send instead.
WANTED_BODY = 'send {"quote": "…"}'
#: Code points of a quotation, at most.
MAX_QUOTATION_LENGTH = 8_000

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)
#: Names of parameters in the version before, and what they are called now.
_FORMER = {row.former: row.parameter for row in FACETS if row.former}
_NUMBER = re.compile(r"\d+", re.ASCII)
#: Parts of msgspec's messages that name the key of the body that was refused.
_UNKNOWN_KEY = re.compile(r"unknown field `(.*)`", re.DOTALL)
_MISSING_KEY, _WRONG_VALUE = re.compile(r"missing required field `(\w+)`"), re.compile(r" at `\$\.(\w+)`$")


class ParameterError(UsageError):
    """A parameter of the query string is unknown or has a value that cannot be used."""

    def __init__(self, parameter: str, reason: str, *, too_costly: bool = False) -> None:
        """Store the name of the parameter; the message is `parameter reason`, which reads as a sentence."""
        super().__init__(f"{parameter} {reason}")
        self.parameter = parameter
        self.too_costly = too_costly


def read_request(
    args: "MultiDict[str, str]", *, strict: bool, known: Sequence[str] = PARAMETERS, size: int = PAGE_SIZE
) -> SearchRequest:
    """Return the search that a query string describes.

    Args:
        args: The decoded query string. Forms send empty values; these count as not given.
        strict: Whether to refuse unknown and repeated parameters. The API does, so that a misspelled
            `form=2024-01-01` does not silently search all years. Pages do not, since other sites append parameters to
            links; they also exchange a first and a last day in the wrong order.
        known: Names of the parameters that are read.
        size: Hits a page if the query string does not set it.

    Raises:
        ParameterError: A parameter is refused; it names the parameter.

    """
    args = MultiDict([(_FORMER.get(name, name), value) for name, value in args.items(multi=True)])
    if strict:
        check_names(args, known)
    _one_of(args, "dups", ("show",))
    first, last = _month(args) or (_day(args, "from"), _day(args, "to"))
    if not strict and first and last and first > last:
        first, last = last, first
    try:
        return SearchRequest(
            text=args.get("q", "").strip(),
            page=_number(args, "page", 1),
            size=_number(args, "size", size),
            sort=_one_of(args, "sort", get_args(Sort)),  # type: ignore[arg-type]  # one of the values
            match=_one_of(args, "match", get_args(MatchMode)) or "auto",  # type: ignore[arg-type]  # the same
            spelling=_one_of(args, "spelling", get_args(Spelling)) or "auto",  # type: ignore[arg-type]  # the same
            chosen={row.name: _values(args, row) for row in FACETS if row.parameter in known},
            first=first,
            last=last,
            facet_limit=_number(args, "facet_limit", FACET_LIMIT),
            facet_query=args.get("facet_query", "").strip(),
        )
    except QueryError as error:
        name, _, rest = error.reason.partition(" ")
        raise ParameterError(name, rest, too_costly=error.too_costly) from error


def read_leniently(
    args: "MultiDict[str, str]", known: Sequence[str] = PARAMETERS
) -> tuple[SearchRequest, tuple[str, ...]]:
    """Return the search that a page's query string describes, without the values that cannot be used, and why not.

    A reader who follows a link with one bad value gets the rest of the search.
    """
    kept = MultiDict(args)
    passed_over: list[str] = []
    while True:
        try:
            return read_request(kept, strict=False, known=known), tuple(passed_over)
        except ParameterError as error:
            names = [name for name in kept if _FORMER.get(name, name) == error.parameter]
            if not names:
                raise
            for name in names:
                kept.poplist(name)
            reason = str(error).removesuffix(".")
            passed_over.append(f"{reason[:1].upper()}{reason[1:]}. It was passed over.")


def check_names(args: "MultiDict[str, str]", known: Sequence[str]) -> None:
    """Refuse unknown parameters, and repeated ones except those of facets.

    Raises:
        ParameterError: It names the parameter, and the most similar known one.

    """
    repeatable = {row.parameter for row in FACETS}
    for name in args:
        if name not in known:
            near = difflib.get_close_matches(name[:MAX_REPEATED], known, n=1)
            way_out = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            raise ParameterError(_cut(name), f"is no parameter of this; {way_out}")
        if name not in repeatable and len(args.getlist(name)) > 1:
            raise ParameterError(name, "is given more than once; give one value")


def _number(args: "MultiDict[str, str]", name: str, default: int) -> int:
    """Return a whole number of at most MAX_DIGITS digits; SearchRequest checks its range."""
    text = args.get(name, "").strip()
    if not text:
        return default
    if not _NUMBER.fullmatch(text) or len(text) > MAX_DIGITS:
        raise ParameterError(name, f"{_cut(text)!r} is not a whole number that can be used; leave it out for {default}")
    return int(text)


def _one_of(args: "MultiDict[str, str]", name: str, allowed: Sequence[str]) -> str | None:
    text = args.get(name, "").strip()
    if text and text not in allowed:
        raise ParameterError(name, f"{_cut(text)!r} is not known; use {' or '.join(allowed)}, or leave it out")
    return text or None


def _values(args: "MultiDict[str, str]", row: FacetRow) -> tuple[str, ...]:
    """Return the distinct values of a facet's parameter, at most MAX_FACET_VALUES, each a known one if these are."""
    name = row.parameter
    values = tuple(dict.fromkeys(value.strip() for value in args.getlist(name) if value.strip()))
    if len(values) > MAX_FACET_VALUES:
        raise ParameterError(name, f"is given {len(values)} times; {MAX_FACET_VALUES} at most")
    for value in values if row.known else ():
        if value not in row.known:
            what = _what(row)
            raise ParameterError(name, f"{_cut(value)!r} is no {what}; there are {', '.join(row.known)}")
    return values


def _what(row: FacetRow) -> str:
    """Return the noun for a value of a facet: `kind of quote`."""
    titles = row.articles or row.quotes
    return titles.title.lower() if titles else row.name


def _day(args: "MultiDict[str, str]", name: str) -> date | None:
    """Return a day that is written as 2024-05-31."""
    text = args.get(name, "").strip()
    if not text:
        return None
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ParameterError(name, f"{_cut(text)!r} is not a day of the calendar; write it as 2024-05-31")


def _month(args: "MultiDict[str, str]") -> tuple[date, date] | None:
    """Return the first and the last day of a month that is written as 2024-05; None if none is given."""
    text = args.get("month", "").strip()
    if not text:
        return None
    if args.get("from") or args.get("to"):
        raise ParameterError("month", "is given with from or to; give either the month or its days")
    try:
        if _MONTH.fullmatch(text):
            first = date.fromisoformat(f"{text}-01")
            return first, first.replace(day=monthrange(first.year, first.month)[1])
    except ValueError:
        pass
    raise ParameterError("month", f"{_cut(text)!r} is not a month of the calendar; write it as 2024-05")


def _cut(text: str) -> str:
    return text if len(text) <= MAX_REPEATED else text[: MAX_REPEATED - 1] + "…"


def pairs(request: SearchRequest) -> list[tuple[str, str]]:
    """Return the parameters of a search as (name, value), without those that have their default value."""
    return list(_pairs(request))


class Changes(TypedDict, total=False):
    """Fields of a SearchRequest that a link changes."""

    text: str
    page: int
    size: int
    sort: Sort | None
    match: MatchMode
    spelling: Spelling
    first: date | None
    last: date | None


def query_string(request: SearchRequest, **changes: Unpack[Changes]) -> str:
    """Return the query string of a search with some fields changed: `?…`, or "" if all have their default value.

    Any change resets the page to 1, unless it sets the page itself.
    """
    if changes and "page" not in changes:
        changes["page"] = 1
    parameters = pairs(replace(request, **changes))
    return f"?{urlencode(parameters)}" if parameters else ""


def with_value(request: SearchRequest, field: FacetField, value: str) -> str:
    """Return the query string of the search with one more chosen value of a facet."""
    return query_string(request.choosing(field, (*request.values(field), value)), page=1)


def without_value(request: SearchRequest, field: FacetField, value: str) -> str:
    """Return the query string of the search without a chosen value of a facet."""
    return query_string(request.choosing(field, [one for one in request.values(field) if one != value]), page=1)


def has_filters(request: SearchRequest) -> bool:
    """Return whether a search has dates or chosen facet values."""
    return bool(request.first or request.last or request.chosen)


def without_filters(request: SearchRequest) -> str:
    """Return the query string of the search without dates and facet values."""
    return query_string(replace(request, chosen={}), first=None, last=None)


def _pairs(request: SearchRequest) -> Iterator[tuple[str, str]]:
    """Yield the parameters in the order in which links have them."""
    if request.text:
        yield "q", request.text
    for field, values in request.chosen.items():
        for value in values:
            yield FACET[field].parameter, value
    usual = SearchRequest()
    rest: tuple[tuple[str, object, object], ...] = (
        ("from", request.first and request.first.isoformat(), None),
        ("to", request.last and request.last.isoformat(), None),
        ("sort", request.sort, usual.sort),
        ("match", request.match, usual.match),
        ("spelling", request.spelling, usual.spelling),
        ("facet_limit", request.facet_limit, usual.facet_limit),
        ("facet_query", request.facet_query, usual.facet_query),
        ("size", request.size, usual.size),
        ("page", request.page, usual.page),
    )
    yield from ((name, str(value)) for name, value, default in rest if value != default)


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
            description="1 to 400 words. An ellipsis may skip any words, [a bracket] stands for a few, "
            "[h]e is a change of letter.",
            extra_json_schema={"minLength": 1, "maxLength": MAX_QUOTATION_LENGTH},
        ),
    ]


def read_quotation(request: Request) -> str:
    """Return the quotation in the body of a request, `{"quote": "…"}`.

    Raises:
        BodyError: The body is of another type, encoding or shape; the message says which, and what to send instead.

    """
    if request.mimetype != JSON:
        raise BodyError(415, f"The body is {request.mimetype[:MAX_REPEATED] or 'of no type'}: {WANTED_BODY} as {JSON}")
    data = request.get_data()
    try:
        text = data.decode(detect_encoding(data))
        check_depth(text)
        return msgspec.json.decode(text, type=QuotationJson).quote
    except UnicodeDecodeError as error:
        raise BodyError(400, f"The body is not UTF-8: byte {error.start + 1} is of another encoding") from error
    except NestingError as error:
        raise BodyError(400, f"The body is nested too deeply, more than {MAX_DEPTH} deep: {WANTED_BODY}") from error
    except msgspec.ValidationError as error:
        raise _wrong_shape(str(error)) from error
    except msgspec.DecodeError as error:
        raise BodyError(400, f"The body is no JSON: {error}; {WANTED_BODY}") from error


def _wrong_shape(reason: str) -> BodyError:
    """Return the error for a body of JSON with the wrong shape; `reason` is msgspec's message."""
    if match := _UNKNOWN_KEY.search(reason):
        return BodyError(400, f"The key {_cut(match[1])!r} is not known: {WANTED_BODY}", key=match[1][:MAX_REPEATED])
    if match := _MISSING_KEY.search(reason):
        return BodyError(400, f"The key {match[1]!r} is missing: {WANTED_BODY}", key=match[1])
    if match := _WRONG_VALUE.search(reason):
        return BodyError(422, f"The value of {match[1]!r} is no text: {WANTED_BODY}", key=match[1])
    return BodyError(400, f"The body is no JSON object: {WANTED_BODY}")
