"""Query strings of analyses ↔ searches: counts over time, words; and what the description says of them.

An analysis takes the filters of a search as its page has them, so that one leads to the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, get_args
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from searchsvc.model.date_histogram import Interval
from searchsvc.search import PAGE_SIZE, ConcordanceOrder, SearchRequest
from searchsvc.web.parameters import PARAMETERS, UI, VALUE_PARAMETERS, one_of, read_leniently, read_request
from searchsvc.web.query_strings import pairs

#: Parameters of what is compared; and what every analysis takes from a search.
COMPARED = ("q", "q2", "q3", "q4")
_NO_FILTERS = {"q", "page", "size", "sort", "spelling", "explain", *VALUE_PARAMETERS}
_FILTERS = tuple(name for name in PARAMETERS if name not in _NO_FILTERS)
#: Parameters of counts over time.
TREND_PARAMETERS = (*COMPARED, "interval", "share", *_FILTERS)
#: Parameters of words in context, and lines a page if the query string does not say.
CONCORDANCE_PARAMETERS = ("q", "page", "size", "sort", "spelling", "order", *_FILTERS)
LINES = 50
#: Parameters of words that stand out.
KEYWORD_PARAMETERS = ("q", "sort", "spelling", *_FILTERS)


@dataclass(frozen=True, slots=True)
class TrendsRequest:
    """What is counted over time, and how it is shown."""

    #: One at least; all have the filters of the first.
    searches: tuple[SearchRequest, ...]
    #: None: the shortest that gives few periods.
    interval: Interval | None = None
    #: Whether the page draws shares of all articles, and not numbers.
    share: bool = False

    @property
    def filtered(self) -> SearchRequest:
        """The search whose filters hold for all."""
        return self.searches[0]

    @property
    def dated(self) -> SearchRequest:
        """The search whose relative dates change soonest: as long as it gives the same, all do."""
        order = ("minute", "day")
        units = [(one.understood.counts_from, one) for one in self.searches]
        return min(units, key=lambda unit: order.index(unit[0]) if unit[0] else len(order))[1]

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The filters that the page's form has no field for."""
        return [
            (name, value) for name, value in pairs(self.filtered) if name in _FILTERS and name not in {"from", "to"}
        ]

    def query_string(
        self, *, interval: Interval | None = None, share: bool | None = None, days: tuple[date, date] | None = None
    ) -> str:
        """Return the query string of the same counts, with another interval, other days, or shown otherwise."""
        changed = replace(self.filtered, first=days[0], last=days[1]) if days else self.filtered
        asked = {
            **dict(zip(COMPARED, (one.text for one in self.searches), strict=False)),
            "interval": interval or ("" if days else self.interval or ""),
            "share": "1" if (self.share if share is None else share) else "",
        }
        filters = [(name, value) for name, value in pairs(changed) if name in _FILTERS]
        return f"?{urlencode([*((name, value) for name, value in asked.items() if value), *filters])}"


def read_trends(args: "MultiDict[str, str]", *, strict: bool) -> tuple[TrendsRequest, tuple[str, ...]]:
    """Return what a query string asks to count, and what was passed over; arguments and errors as of `read_request`."""
    search, passed_over = _read(args, TREND_PARAMETERS, strict=strict)
    texts = [text for text in (args.get(name, "").strip() for name in COMPARED) if text]
    searches = tuple(replace(search, text=text) for text in texts or [""])
    interval = _choice(args, "interval", get_args(Interval), strict=strict)
    share = _choice(args, "share", ("1",), strict=strict)
    return TrendsRequest(searches, interval, bool(share)), passed_over  # type: ignore[arg-type]  # one of the values


def read_concordance(
    args: "MultiDict[str, str]", *, strict: bool
) -> tuple[SearchRequest, ConcordanceOrder, tuple[str, ...]]:
    """Return the search and the order of a query string, and what was passed over; the rest as of `read_trends`."""
    search, passed_over = _read(args, CONCORDANCE_PARAMETERS, strict=strict, size=LINES)
    order = _choice(args, "order", get_args(ConcordanceOrder), strict=strict)
    return search, order or "result", passed_over  # type: ignore[return-value]  # one of the values


def read_keywords(args: "MultiDict[str, str]", *, strict: bool) -> tuple[SearchRequest, tuple[str, ...]]:
    """Return the search of a query string, and what was passed over; the rest as of `read_trends`."""
    return _read(args, KEYWORD_PARAMETERS, strict=strict)


def concordance_pairs(search: SearchRequest, order: ConcordanceOrder, page: int = 1) -> list[tuple[str, str]]:
    """Return the parameters of a page of words in context as (name, value), without those that are as usual."""
    usual = {"order": "result", "size": str(LINES), "page": "1"}
    asked = [*_analysed(search), ("order", order), ("size", str(search.size)), ("page", str(page))]
    return [(name, value) for name, value in asked if usual.get(name) != value]


def concordance_href(search: SearchRequest, order: ConcordanceOrder, page: int = 1) -> str:
    """Return the query string of a page of words in context."""
    return f"?{urlencode(concordance_pairs(search, order, page))}"


def _read(
    args: "MultiDict[str, str]", known: Sequence[str], *, strict: bool, size: int = PAGE_SIZE
) -> tuple[SearchRequest, tuple[str, ...]]:
    if strict:
        return read_request(args, strict=True, known=known, size=size), ()
    return read_leniently(args, known, size=size)


def _choice(args: "MultiDict[str, str]", name: str, allowed: Sequence[str], *, strict: bool) -> str | None:
    """Return a value, one of those allowed; None if it is not given or, unless `strict`, is another."""
    return one_of(args, name, allowed) if strict or args.get(name, "").strip() in allowed else None


def analysis_href(search: SearchRequest) -> str:
    """Return the query string that an analysis of a search begins with: its text, filters and order."""
    asked = _analysed(search)
    return f"?{urlencode(asked)}" if asked else ""


def _analysed(search: SearchRequest) -> list[tuple[str, str]]:
    known = {"q", "sort", "spelling", *_FILTERS}
    return [(name, value) for name, value in pairs(search) if name in known]


def describe_analyses(paths: dict[str, Any]) -> None:
    """Add the analyses to the paths of the description of the API."""
    search = paths["/api/search"]["get"]
    told = {one["name"]: one for one in search["parameters"]}
    more = [{**told["q"], "name": name, "description": "One more search to compare."} for name in COMPARED[1:]]
    interval = {
        "name": "interval",
        "in": "query",
        "description": "Length of a period; weeks begin on Mondays. If not given the shortest that gives few periods.",
        "schema": {"type": "string", "enum": list(get_args(Interval))},
    }
    share = {
        "name": "share",
        "in": "query",
        "description": "1: the page of the same address draws shares. Answers have both always.",
        "schema": {"type": "string", "enum": ["1"]},
    }
    first = {**told["q"], "description": "The first search. Empty, and no other given: all articles."}
    filters = [told[name] for name in _FILTERS if name != UI]  # every address has that
    asked = [first, *more, interval, share, *filters]
    about = "Counts by period of up to four searches, and their share of all articles that pass the filters"
    _describe(paths, "trends", about, asked, "Trends")
    order = {
        "name": "order",
        "in": "query",
        "description": "Order of the lines: of the result, by what stands left or right, by the match, date or outlet.",
        "schema": {"type": "string", "enum": list(get_args(ConcordanceOrder)), "default": "result"},
    }
    words = {**told["q"], "description": "The query; without words there are no lines."}
    size = {**told["size"], "description": "Lines a page.", "schema": {**told["size"]["schema"], "default": LINES}}
    asked = [words, told["page"], size, told["sort"], told["spelling"], order, *filters]
    about = "Each place of the query's words in the first 1,000 articles that match, with what stands beside it"
    _describe(paths, "concordance", about, asked, "Concordance")
    query = {**told["q"], "description": "The query. Empty: the newest articles that pass the filters."}
    asked = [query, told["sort"], told["spelling"], *filters]
    about = "Words that the first 500 articles that match have more often than the rest of the collection"
    _describe(paths, "keywords", about, asked, "Keywords")


def _describe(
    paths: dict[str, Any], name: str, summary: str, parameters: Sequence[Mapping[str, Any]], schema: str
) -> None:
    """Add an analysis, as JSON and as CSV."""
    answers = paths["/api/search"]["get"]["responses"]
    refusals = {status: answer for status, answer in answers.items() if status != "200"}
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    found = {**answers["200"], "description": "What was counted.", "content": content}
    paths[f"/api/{name}"] = {
        "get": {
            "operationId": name,
            "summary": summary,
            "parameters": list(parameters),
            "responses": {"200": found, **refusals},
        }
    }
    file = {"description": "The file.", "content": {"text/csv; charset=utf-8; header=present": {}}}
    paths[f"/{name}.csv"] = {
        "get": {
            "operationId": f"{name}_csv",
            "summary": f"{summary}, as CSV",
            "parameters": list(parameters),
            "responses": {"200": file, **refusals},
        }
    }
