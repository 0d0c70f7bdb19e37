"""Routes of the JSON API: searches, articles, speakers, suggestions, the verbatim check, and health checks."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, TypeVar, get_args
from urllib.parse import quote

import msgspec
from flask import Blueprint, Response, request, url_for
from werkzeug.datastructures import MultiDict

from searchsvc.engines.base import Engine
from searchsvc.json_output import (
    article_to_json,
    facets,
    page_to_json,
    quotes_to_json,
    speaker_to_json,
    speakers_to_json,
    to_json,
)
from searchsvc.json_queries import PageLinks
from searchsvc.json_shapes import FacetsJson
from searchsvc.json_stories import headlines_to_json
from searchsvc.json_verdicts import verdict_to_json, verdicts_to_json
from searchsvc.model.result import ArticlePage, IndexInfo
from searchsvc.query_parser import MAX_QUERY_LENGTH
from searchsvc.search import (
    Completed,
    Completion,
    CompletionKind,
    FilledField,
    Gap,
    Growth,
    HeadlinePage,
    PagesRead,
    QuotePage,
    SearchRequest,
    SpeakerPage,
    SpeakersPage,
    complete,
    describe_collection,
    find_article,
    find_speaker,
    search_articles,
    search_headlines,
    search_quotes,
    search_speakers,
)
from searchsvc.verify import verify_quotation, verify_quotations
from searchsvc.web.batch import answer_batch, read_batch
from searchsvc.web.facet_links import last_page_of
from searchsvc.web.parameters import (
    HEADLINE_PARAMETERS,
    JSON,
    QUOTE_PARAMETERS,
    SPEAKER_PARAMETERS,
    SPEAKERS_PARAMETERS,
    VALUE_PARAMETERS,
    ParameterError,
    check_names,
    one_of,
    read_request,
)
from searchsvc.web.query_strings import query_string
from searchsvc.web.replay_pages import saved_page_of
from searchsvc.web.request_bodies import read_quotation, read_quotations
from searchsvc.web.responses import ALIVE, EngineProvider, answered, note_unfound, validated


def blueprint(provider: EngineProvider) -> Blueprint:
    """Return the routes of the API."""
    routes = Blueprint("api", __name__)

    @routes.get("/api/search")
    def search_json() -> Response:
        """Return one page of the articles that match."""
        search = read_request(request.args, strict=True)
        return _listed(provider, search, _found, page_to_json)

    @routes.get("/api/articles/<path:article_id>")
    def article_json(article_id: str) -> Response:
        """Return one article with its full text, quotes and provenance."""
        check_names(request.args, ())
        return json_answer(provider, lambda engine: _article(engine, article_id))

    @routes.get("/api/quotes")
    def quotes_json() -> Response:
        """Return one page of the quotes that match."""
        search = read_request(request.args, strict=True, known=QUOTE_PARAMETERS)
        return _listed(provider, search, search_quotes, quotes_to_json)

    @routes.get("/api/headlines")
    def headlines_json() -> Response:
        """Return one page of the related headlines that match."""
        search = read_request(request.args, strict=True, known=HEADLINE_PARAMETERS)
        return _listed(provider, search, search_headlines, headlines_to_json)

    @routes.get("/api/speakers")
    def speakers_json() -> Response:
        """Return one page of the speakers whose quotes match, most quotes first."""
        search = read_request(request.args, strict=True, known=SPEAKERS_PARAMETERS)
        return _listed(provider, search, search_speakers, speakers_to_json)

    @routes.get("/api/speakers/<path:name>")
    def speaker_json(name: str) -> Response:
        """Return one speaker with counts, topics and one page of quotes."""
        search = read_request(request.args, strict=True, known=SPEAKER_PARAMETERS)
        return _listed(provider, search, lambda engine, asked: find_speaker(engine, name, asked), speaker_to_json)

    @routes.get("/api/suggest")
    def suggest_json() -> Response:
        """Return completions of a query that is being typed."""
        check_names(request.args, ("q", "for"))
        text, completed = request.args.get("q", ""), _completed(request.args)
        if len(text) > MAX_QUERY_LENGTH:
            raise ParameterError("q", f"has {len(text)} characters; {MAX_QUERY_LENGTH} can be completed")
        return json_answer(provider, lambda engine: _completions(engine, text, completed))

    @routes.get("/api/collection")
    def collection_json() -> Response:
        """Return how many articles the index has, their months and the values of their facets."""
        search = read_request(request.args, strict=True, known=VALUE_PARAMETERS)
        return json_answer(provider, lambda engine: _collection(engine, search), search)

    _add_posted(routes, provider)
    _add_health(routes, provider)
    return routes


def _add_posted(routes: Blueprint, provider: EngineProvider) -> None:
    @routes.post("/api/search/batch")
    def batch_json() -> Response:
        """Return the answers to several searches, each that of `/api/search`."""
        check_names(request.args, ())
        searches, started = read_batch(request), time.perf_counter()
        body = answer_batch(provider.engine(), searches, _search_links, request.script_root)
        headers = {"Server-Timing": f"search;dur={(time.perf_counter() - started) * 1000:.2f}"}
        return Response(body, content_type=JSON, headers=headers)

    @routes.post("/api/verify")
    def verify_json() -> Response:
        """Return whether a quotation is printed in an article, and where."""
        check_names(request.args, ())
        quote = read_quotation(request)
        started = time.perf_counter()
        body = verdict_to_json(verify_quotation(provider.engine(), quote))
        return _timed(body, started)

    @routes.post("/api/verify/many")
    def verify_many_json() -> Response:
        """Return for each of many quotations whether it is printed, and where; one that is refused stops none."""
        check_names(request.args, ())
        quotes = read_quotations(request)
        started = time.perf_counter()
        return _timed(verdicts_to_json(quotes, list(verify_quotations(provider.engine(), quotes))), started)


def _timed(body: bytes, started: float) -> Response:
    """Return the JSON of a check, with the time it took."""
    headers = {"Server-Timing": f"verify;dur={(time.perf_counter() - started) * 1000:.2f}"}
    return Response(body, content_type=JSON, headers=headers)


def _add_health(routes: Blueprint, provider: EngineProvider) -> None:
    @routes.get("/healthz")
    def alive() -> Response:
        """Return 200 as long as the process runs, with or without an index."""
        return _uncached(ALIVE)

    @routes.get("/readyz")
    def ready() -> Response:
        """Return 200 if searches can be answered; an EngineError becomes a 503 problem."""
        return _uncached({"status": "ok", "index": provider.engine().info()})


def json_answer(
    provider: EngineProvider, make: Callable[[Engine], bytes], search: SearchRequest | None = None
) -> Response:
    """Return the JSON that `make` returns, or 304 if the client's cached copy is still valid.

    The time taken is sent in a header, so that the body is the same bytes each time.
    """
    started = time.perf_counter()
    tag, body = answered(provider, make, search)
    if isinstance(body, Response):
        return body
    headers = {"Server-Timing": f"search;dur={(time.perf_counter() - started) * 1000:.2f}", **validated(tag)}
    return Response(body, content_type=JSON, headers=headers)


Found = TypeVar("Found", ArticlePage, QuotePage, HeadlinePage, SpeakersPage, SpeakerPage)


def _listed(
    provider: EngineProvider,
    search: SearchRequest,
    find: Callable[[Engine, SearchRequest], Found],
    write: Callable[[Found, PageLinks], bytes],
) -> Response:
    """Return a page of a result, whose body and Link header (RFC 8288) tell where the pages beside it are."""
    links = PageLinks()

    def make(engine: Engine) -> bytes:
        nonlocal links
        found = find(engine, search)
        links = _links(search, _total(found))
        return write(found, links)

    response = json_answer(provider, make, search)
    for relation, address in links._asdict().items():
        if address:
            response.headers.add("Link", f'<{address}>; rel="{relation}"')
    return response


def _links(search: SearchRequest, total: int) -> PageLinks:
    """Return the addresses of the pages beside the one asked for; before a page beyond the end stands the last one."""
    return _links_at(quote(request.script_root + request.path), search, total)


def _search_links(search: SearchRequest, total: int) -> PageLinks:
    """Return the addresses of the pages beside an answer of a batch, where `/api/search` gives them."""
    return _links_at(url_for("api.search_json"), search, total)


def _links_at(here: str, search: SearchRequest, total: int) -> PageLinks:
    last = last_page_of(search, total)
    after = query_string(search, page=search.page + 1) if search.page < last else None
    before = query_string(search, page=min(search.page - 1, last)) if search.page > 1 else None
    return PageLinks(*(None if to is None else here + to for to in (after, before)))


def _total(page: ArticlePage | QuotePage | HeadlinePage | SpeakersPage | SpeakerPage) -> int:
    match page:
        case SpeakersPage():
            return page.ranking.total
        case SpeakerPage():
            return page.quotes.total
        case _:
            return page.total


def _uncached(value: object) -> Response:
    return Response(to_json(value), content_type=JSON, headers={"Cache-Control": "no-store"})


def _found(engine: Engine, search: SearchRequest) -> ArticlePage:
    """Return the page of a search, which is counted if it finds nothing."""
    page = search_articles(engine, search)
    note_unfound(page)
    return page


def _article(engine: Engine, article_id: str) -> bytes:
    article = find_article(engine, article_id)
    return article_to_json(article, saved_page_of(article))


def _collection(engine: Engine, search: SearchRequest) -> bytes:
    """Return the JSON of what is in the index."""
    found = describe_collection(engine, search.selection)
    return to_json(
        CollectionJson(
            articles=found.articles,
            first_month=found.first_month,
            last_month=found.last_month,
            undated=found.undated,
            facets=facets(found.facets),
            index=found.index,
            quotes=found.quotes,
            headlines=found.headlines,
            fields=found.fields,
            gaps=found.gaps,
            growth=found.growth,
            pages=found.pages,
        )
    )


class CollectionJson(msgspec.Struct, frozen=True):
    """What is in here."""

    articles: int
    first_month: str | None
    last_month: str | None
    undated: int
    facets: FacetsJson
    index: IndexInfo
    quotes: int
    headlines: int
    fields: Annotated[tuple[FilledField, ...], msgspec.Meta(description="How many articles have each field.")]
    gaps: Annotated[tuple[Gap, ...], msgspec.Meta(description="Months without an article, the longest gaps first.")]
    growth: Annotated[tuple[Growth, ...], msgspec.Meta(description="Articles after the last run of each day.")]
    pages: Annotated[PagesRead | None, msgspec.Meta(description="What the last run has read; null if none has told.")]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One completion: a title leads to its article, the others to a search."""

    kind: CompletionKind
    text: str
    href: Annotated[str, msgspec.Meta(description="Path of the page it leads to.")]
    count: Annotated[
        int | None,
        msgspec.Meta(description="Articles (or quotes, with `for=quotes`) with all words, or quotes of a speaker."),
    ] = None
    day: Annotated[date | None, msgspec.Meta(description="Day of the article of a title.")] = None


class SuggestionsJson(msgspec.Struct, frozen=True):
    """What a text that is being typed may become."""

    query: str
    suggestions: tuple[Suggestion, ...]


def _completed(args: "MultiDict[str, str]") -> Completed:
    """Return what `for` says is completed; a search for articles if it is not given."""
    return one_of(args, "for", get_args(Completed)) or "articles"  # type: ignore[return-value]  # one of the values


def _completions(engine: Engine, text: str, completed: Completed) -> bytes:
    found = complete(engine, text, completed)
    return to_json(SuggestionsJson(text, tuple(_suggestion(one, completed) for one in found)))


def _suggestion(one: Completion, completed: Completed) -> Suggestion:
    return Suggestion(one.kind, one.text, _path(one, completed), one.count, one.day)


def _path(completion: Completion, completed: Completed) -> str:
    """Return the path of the page that a completion leads to."""
    if completion.kind == "title":
        return url_for("pages.article", article_id=completion.article)
    if completion.kind == "speaker" and not completion.text.startswith("/"):
        return url_for("pages.speaker", name=completion.text)
    return url_for("pages.quotes" if completed == "quotes" else "pages.start", q=completion.text)
