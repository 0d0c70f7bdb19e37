"""Parse query strings to SearchRequests, alike for pages, API and feed."""

import difflib
import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import get_args

from werkzeug.datastructures import MultiDict

from searchsvc.errors import QueryError, UsageError
from searchsvc.model.fields import ARTICLE_FACETS, FACET, FACETS, HEADLINE_FACETS, KIND, SPEAKER, FacetRow
from searchsvc.model.message import MAX_REPEATED, Message, join_messages, shortened
from searchsvc.model.query import FACET_LIMIT, Sort
from searchsvc.query_parser.field_values import INSTANT
from searchsvc.search import PAGE_SIZE, MatchMode, SearchRequest, Spelling
from searchsvc.web.ui_languages import ui_languages

#: Parameter of every address: the language of pages and feeds; JSON and files take it for links that are shared.
UI = "ui"
#: Parameters that are given at most once.
SINGLE_PARAMETERS = ("q", "page", "size", "sort", "match", "from", "to", "month", "dups", UI)
#: Parameters of when articles came in.
ADDED_PARAMETERS = ("added_after", "added_before")
#: Parameters that say which values of facets are counted out.
VALUE_PARAMETERS = ("facet_limit", "facet_query")
#: Parameters of a search for articles, which have no facet `kind`, and for quotes, which are never respelled.
PARAMETERS = (
    *(*SINGLE_PARAMETERS, *ADDED_PARAMETERS, "spelling", "versions", "explain"),
    *(row.parameter for row in ARTICLE_FACETS),
    *VALUE_PARAMETERS,
)
QUOTE_PARAMETERS = (*SINGLE_PARAMETERS, *ADDED_PARAMETERS, *(row.parameter for row in FACETS), *VALUE_PARAMETERS)
#: Parameters of the list of speakers, which has a fixed order, and of one speaker, whose name is in the path.
SPEAKERS_PARAMETERS = tuple(
    name for name in QUOTE_PARAMETERS if name not in {"sort", "match", "dups", *VALUE_PARAMETERS}
)
SPEAKER_PARAMETERS = tuple(name for name in QUOTE_PARAMETERS if name != FACET[SPEAKER].parameter)
#: Parameters of a search for related headlines: only facets of the head of the article that carries them.
HEADLINE_PARAMETERS = (
    *(name for name in (*SINGLE_PARAMETERS, *ADDED_PARAMETERS) if name != "dups"),
    *(row.parameter for row in HEADLINE_FACETS),
    *VALUE_PARAMETERS,
)

#: Digits of a whole number, at most: a longer one is out of every range, and `int` takes quadratic time.
MAX_DIGITS = 9
#: Values of one facet in a request, at most.
MAX_FACET_VALUES = 50

JSON = "application/json"

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)
#: Names of parameters in the version before, and what they are called now.
_FORMER = {row.former: row.parameter for row in FACETS if row.former}
_NUMBER = re.compile(r"\d+", re.ASCII)


class ParameterError(UsageError):
    """A parameter of the query string is unknown or has a value that cannot be used."""

    def __init__(self, parameter: str, reason: str, *, too_costly: bool = False) -> None:
        """Store the name of the parameter, and the message, a sentence without its full stop.

        It is the reason, if that has a place for the parameter (`%(name)s`), else `parameter reason`.
        """
        is_sentence = isinstance(reason, Message) and "name" in reason.values
        self.sentence = reason if is_sentence else Message("%(name)s %(reason)s", name=parameter, reason=reason)
        super().__init__(self.sentence)
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
    else:
        one_of(args, UI, tuple(ui_languages()))
    first, last = _month(args) or (_day(args, "from"), _day(args, "to"))
    if not strict and first and last and first > last:
        first, last = last, first
    try:
        return SearchRequest(
            text=args.get("q", "").strip(),
            page=whole_number(args, "page", 1),
            size=whole_number(args, "size", size),
            sort=one_of(args, "sort", get_args(Sort)),  # type: ignore[arg-type]  # one of the values
            match=one_of(args, "match", get_args(MatchMode)) or "auto",  # type: ignore[arg-type]  # the same
            spelling=one_of(args, "spelling", get_args(Spelling)) or "auto",  # type: ignore[arg-type]  # the same
            chosen={row.name: _values(args, row) for row in FACETS if row.parameter in known},
            first=first,
            last=last,
            added_after=_moment(args, "added_after"),
            added_before=_moment(args, "added_before"),
            facet_limit=whole_number(args, "facet_limit", FACET_LIMIT),
            facet_query=args.get("facet_query", "").strip(),
            versions=one_of(args, "versions", ("newest", "all")) == "all" and "versions" in known,
            explain=bool(one_of(args, "explain", ("1",))) and "explain" in known,
            show_copies=one_of(args, "dups", ("show",)) is not None,
        )
    except QueryError as error:
        name, _, rest = error.reason.partition(" ")
        reason = error.reason if isinstance(error.reason, Message) else rest
        raise ParameterError(name, reason, too_costly=error.too_costly) from error


def read_leniently(
    args: "MultiDict[str, str]", known: Sequence[str] = PARAMETERS, *, size: int = PAGE_SIZE
) -> tuple[SearchRequest, tuple[str, ...]]:
    """Return the search that a page's query string describes, without the values that cannot be used, and why not.

    A reader who follows a link with one bad value gets the rest of the search.
    """
    kept = MultiDict(args)
    left_out: list[str] = []
    while True:
        try:
            return read_request(kept, strict=False, known=known, size=size), tuple(left_out)
        except ParameterError as error:
            names = [name for name in kept if _FORMER.get(name, name) == error.parameter]
            if not names:
                raise
            for name in names:
                kept.poplist(name)
            left_out.append(passed_over(error))


def passed_over(error: ParameterError) -> str:
    """Return what a page says of a value that it leaves out."""
    return Message("%(reason)s. It was passed over.", reason=_capitalized(error.sentence))


def _capitalized(sentence: str) -> str:
    """Return a sentence with a capital letter, which is that of a parameter's name if it begins with one."""
    if isinstance(sentence, Message):
        begin = str(sentence.values.get("name", ""))
        values = {**sentence.values, "name": begin[:1].upper() + begin[1:]}
        return Message(sentence.pattern, plural=sentence.plural, **values)
    return f"{sentence[:1].upper()}{sentence[1:]}"


def check_names(args: "MultiDict[str, str]", known: Sequence[str]) -> None:
    """Refuse unknown parameters, repeated ones except those of facets, and languages that pages do not speak.

    Args:
        args: The query string.
        known: Names of the parameters that the address has beside `ui`.

    Raises:
        ParameterError: It names the parameter, and the most similar known one.

    """
    known = tuple(dict.fromkeys((*known, UI)))
    repeatable = {row.parameter for row in FACETS}
    for name in args:
        if name not in known:
            near = difflib.get_close_matches(name[:MAX_REPEATED], known, n=1)
            reason = (
                Message("%(name)s is no parameter of this; did you mean %(near)s?", name=shortened(name), near=near[0])
                if near
                else Message(
                    "%(name)s is no parameter of this; known are %(known)s",
                    name=shortened(name),
                    known=", ".join(known),
                )
            )
            raise ParameterError(shortened(name), reason)
        if name not in repeatable and len(args.getlist(name)) > 1:
            raise ParameterError(name, Message("%(name)s is given more than once; give one value", name=name))
    one_of(args, UI, tuple(ui_languages()))


def whole_number(args: "MultiDict[str, str]", name: str, default: int) -> int:
    """Return a whole number of at most MAX_DIGITS digits; SearchRequest checks its range."""
    text = args.get(name, "").strip()
    if not text:
        return default
    if not _NUMBER.fullmatch(text) or len(text) > MAX_DIGITS:
        reason = Message(
            "%(name)s %(value)s is not a whole number that can be used; leave it out for %(usual)s",
            name=name,
            value=repr(shortened(text)),
            usual=default,
        )
        raise ParameterError(name, reason)
    return int(text)


def one_of(args: "MultiDict[str, str]", name: str, allowed: Sequence[str]) -> str | None:
    """Return a value, one of those allowed; None if it is not given."""
    text = args.get(name, "").strip()
    if text and text not in allowed:
        reason = Message(
            "%(name)s %(value)s is not known; use %(known)s, or leave it out",
            name=name,
            value=repr(shortened(text)),
            known=join_messages(allowed, Message(" or ")),
        )
        raise ParameterError(name, reason)
    return text or None


def _values(args: "MultiDict[str, str]", row: FacetRow) -> tuple[str, ...]:
    """Return the distinct values of a facet's parameter, at most MAX_FACET_VALUES, each a known one if these are."""
    name = row.parameter
    values = tuple(dict.fromkeys(value.strip() for value in args.getlist(name) if value.strip()))
    if len(values) > MAX_FACET_VALUES:
        reason = Message(
            "%(name)s is given %(times)s times; %(most)s at most", name=name, times=len(values), most=MAX_FACET_VALUES
        )
        raise ParameterError(name, reason)
    for value in values if row.known else ():
        if value not in row.known:
            reason = Message(
                "%(name)s %(value)s is no %(what)s; there are %(known)s",
                name=name,
                value=repr(shortened(value)),
                what=_what(row),
                known=", ".join(row.known),
            )
            raise ParameterError(name, reason)
    return values


def _what(row: FacetRow) -> str:
    """Return the noun for a value of a facet: `kind of quote`."""
    return Message("kind of quote") if row.name == KIND else row.name


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
    reason = Message(
        "%(name)s %(value)s is not a day of the calendar; write it as 2024-05-31",
        name=name,
        value=repr(shortened(text)),
    )
    raise ParameterError(name, reason)


def _moment(args: "MultiDict[str, str]", name: str) -> datetime | None:
    """Return an instant that is written as 2024-05-31, where that day begins in UTC, or as 2024-05-31T10:20:00Z."""
    text = args.get(name, "").strip()
    if not text:
        return None
    try:
        if _DAY.fullmatch(text) or INSTANT.fullmatch(text):
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        pass
    reason = Message(
        "%(name)s %(value)s is no day or time; write 2024-05-31, or 2024-05-31T10:20:00Z in UTC",
        name=name,
        value=repr(shortened(text)),
    )
    raise ParameterError(name, reason)


def _month(args: "MultiDict[str, str]") -> tuple[date, date] | None:
    """Return the first and the last day of a month that is written as 2024-05; None if none is given."""
    text = args.get("month", "").strip()
    if not text:
        return None
    if args.get("from") or args.get("to"):
        raise ParameterError(
            "month", Message("%(name)s is given with from or to; give either the month or its days", name="month")
        )
    try:
        if _MONTH.fullmatch(text):
            first = date.fromisoformat(f"{text}-01")
            return first, first.replace(day=monthrange(first.year, first.month)[1])
    except ValueError:
        pass
    reason = Message(
        "%(name)s %(value)s is not a month of the calendar; write it as 2024-05",
        name="month",
        value=repr(shortened(text)),
    )
    raise ParameterError("month", reason)
