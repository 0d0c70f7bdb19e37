"""Query string ↔ SearchRequest, by the same rules for page, API and feed; JSON body → the quotation it holds."""

import difflib
import re
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
from searchsvc.model.query import Sort
from searchsvc.search import PAGE_SIZE, MatchMode, SearchRequest

SINGLE_PARAMETERS = ("q", "page", "size", "sort", "match", "from", "to", "dups")
#: Of articles, which have no kind, and of quotes.
PARAMETERS = (*SINGLE_PARAMETERS, *(row.parameter for row in ARTICLE_FACETS))
QUOTE_PARAMETERS = (*SINGLE_PARAMETERS, *(row.parameter for row in FACETS))
#: Of all speakers, who have an order of their own; of one speaker, who is named already.
SPEAKERS_PARAMETERS = tuple(name for name in QUOTE_PARAMETERS if name not in {"sort", "match", "dups"})
SPEAKER_PARAMETERS = tuple(name for name in QUOTE_PARAMETERS if name != FACET[SPEAKER].parameter)
#: Of related headlines, which are found by their own words and the head of the article that carries them.
HEADLINE_PARAMETERS = ("q", "page", "size", *(row.parameter for row in FACETS if row.of_head), "from", "to")

#: Whole numbers longer than this are out of every range, and Python takes its time to read them.
LONGEST_NUMBER = 9
#: Values of one facet that may be asked for at once.
MOST_VALUES = 50
#: Characters of a bad value that an error repeats.
SHOWN = 60

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"\d+", re.ASCII)


class ParameterError(UsageError):
    """A parameter has a value that cannot be used, or is not known."""

    def __init__(self, parameter: str, reason: str, *, too_costly: bool = False) -> None:
        """Keep the name of the parameter; the reason goes on from it as a sentence."""
        super().__init__(f"{parameter} {reason}")
        self.parameter = parameter
        self.too_costly = too_costly


def read_request(
    args: "MultiDict[str, str]", *, strict: bool, known: Sequence[str] = PARAMETERS, size: int = PAGE_SIZE
) -> SearchRequest:
    """Return the search that a query string asks for.

    Args:
        args: The decoded query string. An empty value counts as not given, as forms send it.
        strict: Refuse parameters that are not known or given twice, as the API does: a
            misspelled `form=2024-01-01` must not silently search all years. A page is opened
            from links that others have decorated, and passes over them; it exchanges two days
            that are the wrong way round.
        known: The parameters there are; what the others say is not looked at.
        size: Hits a page where nothing is said of it.

    Raises:
        ParameterError: A parameter cannot be used.

    """
    if strict:
        check_names(args, known)
    _one_of(args, "dups", ("show",))
    first, last = _day(args, "from"), _day(args, "to")
    if not strict and first and last and first > last:
        first, last = last, first
    try:
        return SearchRequest(
            text=args.get("q", "").strip(),
            page=_number(args, "page", 1),
            size=_number(args, "size", size),
            sort=_one_of(args, "sort", get_args(Sort)),  # type: ignore[arg-type]  # one of the values
            match=_one_of(args, "match", get_args(MatchMode)) or "auto",  # type: ignore[arg-type]  # the same
            chosen={row.name: _values(args, row) for row in FACETS if row.parameter in known},
            first=first,
            last=last,
        )
    except QueryError as error:
        name, _, rest = error.reason.partition(" ")
        raise ParameterError(name, rest, too_costly=error.too_costly) from error


def check_names(args: "MultiDict[str, str]", known: Sequence[str]) -> None:
    """Refuse what is not known, or given twice where one value is wanted.

    Raises:
        ParameterError: Names the parameter and the nearest known one.

    """
    repeatable = {row.parameter for row in FACETS}
    for name in args:
        if name not in known:
            near = difflib.get_close_matches(name[:SHOWN], known, n=1)
            way_out = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            raise ParameterError(_cut(name), f"is no parameter of this; {way_out}")
        if name not in repeatable and len(args.getlist(name)) > 1:
            raise ParameterError(name, "is given more than once; give one value")


def _number(args: "MultiDict[str, str]", name: str, default: int) -> int:
    text = args.get(name, "").strip()
    if not text:
        return default
    if not _NUMBER.fullmatch(text) or len(text) > LONGEST_NUMBER:
        raise ParameterError(name, f"{_cut(text)!r} is not a whole number that can be used; leave it out for {default}")
    return int(text)


def _one_of(args: "MultiDict[str, str]", name: str, allowed: Sequence[str]) -> str | None:
    text = args.get(name, "").strip()
    if text and text not in allowed:
        raise ParameterError(name, f"{_cut(text)!r} is not known; use {' or '.join(allowed)}, or leave it out")
    return text or None


def _values(args: "MultiDict[str, str]", row: FacetRow) -> tuple[str, ...]:
    name = row.parameter
    values = tuple(dict.fromkeys(value.strip() for value in args.getlist(name) if value.strip()))
    if len(values) > MOST_VALUES:
        raise ParameterError(name, f"is given {len(values)} times; {MOST_VALUES} at most")
    for value in values if row.known else ():
        if value not in row.known:
            what = _what(row)
            raise ParameterError(name, f"{_cut(value)!r} is no {what}; there are {', '.join(row.known)}")
    return values


def _what(row: FacetRow) -> str:
    """Return what a value of a facet is called in a sentence: `kind of quote`."""
    titles = row.articles or row.quotes
    return titles.title.lower() if titles else row.name


def _day(args: "MultiDict[str, str]", name: str) -> date | None:
    text = args.get(name, "").strip()
    if not text:
        return None
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ParameterError(name, f"{_cut(text)!r} is not a day of the calendar; write it as 2024-05-31")


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def pairs(request: SearchRequest) -> list[tuple[str, str]]:
    """Return the parameters that ask for it, without those that say what is so anyway."""
    return list(_pairs(request))


class Changes(TypedDict, total=False):
    """Fields of a SearchRequest that a link changes."""

    text: str
    page: int
    size: int
    sort: Sort | None
    match: MatchMode
    first: date | None
    last: date | None


def query_string(request: SearchRequest, **changes: Unpack[Changes]) -> str:
    """Return `?…` for the request with some fields changed; nothing for the bare page.

    Any change but that of the page number starts at the first page again.
    """
    if changes and "page" not in changes:
        changes["page"] = 1
    asked = pairs(replace(request, **changes))
    return f"?{urlencode(asked)}" if asked else ""


def with_value(request: SearchRequest, field: FacetField, value: str) -> str:
    """Return the query string that also takes articles with this value of the facet."""
    return query_string(request.choosing(field, (*request.values(field), value)), page=1)


def without_value(request: SearchRequest, field: FacetField, value: str) -> str:
    """Return the query string that no longer asks for this value of the facet."""
    return query_string(request.choosing(field, [one for one in request.values(field) if one != value]), page=1)


def has_filters(request: SearchRequest) -> bool:
    """Return whether something narrows the result beside its text."""
    return bool(request.first or request.last or request.chosen)


def without_filters(request: SearchRequest) -> str:
    """Return the query string that asks for the text alone."""
    return query_string(replace(request, chosen={}), first=None, last=None)


def _pairs(request: SearchRequest) -> Iterator[tuple[str, str]]:
    if request.text:
        yield "q", request.text
    for field, values in request.chosen.items():
        for value in values:
            yield FACET[field].parameter, value
    if request.first:
        yield "from", request.first.isoformat()
    if request.last:
        yield "to", request.last.isoformat()
    if request.sort:
        yield "sort", request.sort
    if request.match != "auto":
        yield "match", request.match
    if request.size != PAGE_SIZE:
        yield "size", str(request.size)
    if request.page > 1:
        yield "page", str(request.page)


JSON = "application/json"
#: What a refused body should have been.
WANTED_BODY = 'send {"quote": "…"}'
#: Characters of a quotation at most.
LONGEST_QUOTATION = 8_000
#: Where msgspec's reasons name the key that the trouble is with.
_UNKNOWN_KEY = re.compile(r"unknown field `(.*)`", re.DOTALL)
_MISSING_KEY, _WRONG_VALUE = re.compile(r"missing required field `(\w+)`"), re.compile(r" at `\$\.(\w+)`$")


class BodyError(UsageError):
    """A request's body cannot be used."""

    def __init__(self, status: int, reason: str, *, key: str | None = None) -> None:
        """Keep the status to answer with, and the key that the trouble is with."""
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
            extra_json_schema={"minLength": 1, "maxLength": LONGEST_QUOTATION},
        ),
    ]


def read_quotation(request: Request) -> str:
    """Return the quotation that a request's body holds.

    Raises:
        BodyError: It is anything else; says what, and what would do.

    """
    if request.mimetype != JSON:
        raise BodyError(415, f"The body is {request.mimetype[:SHOWN] or 'of no type'}: {WANTED_BODY} as {JSON}")
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
    """Return the error of a body that is JSON of another shape, for the reason that msgspec gives."""
    if found := _UNKNOWN_KEY.search(reason):
        return BodyError(400, f"The key {_cut(found[1])!r} is not known: {WANTED_BODY}", key=found[1][:SHOWN])
    if found := _MISSING_KEY.search(reason):
        return BodyError(400, f"The key {found[1]!r} is missing: {WANTED_BODY}", key=found[1])
    if found := _WRONG_VALUE.search(reason):
        return BodyError(422, f"The value of {found[1]!r} is no text: {WANTED_BODY}", key=found[1])
    return BodyError(400, f"The body is no JSON object: {WANTED_BODY}")
