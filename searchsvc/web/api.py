"""Routes of the JSON API: searches, articles, speakers, suggestions, the verbatim check, and health checks."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar
from urllib.parse import quote

import msgspec
from flask import Blueprint, Response, request, url_for

from searchsvc.engines.base import Engine
from searchsvc.errors import NotFoundError
from searchsvc.json_output import (
    article_to_json,
    facets,
    headlines_to_json,
    page_to_json,
    quotes_to_json,
    speaker_to_json,
    speakers_to_json,
    to_json,
    verdict_to_json,
)
from searchsvc.json_queries import PageLinks
from searchsvc.json_shapes import FacetsJson
from searchsvc.model.query import MatchAll, Query
from searchsvc.model.result import ArticlePage, IndexInfo
from searchsvc.search import (
    Completion,
    CompletionKind,
    HeadlinePage,
    QuotePage,
    SearchRequest,
    SpeakerPage,
    SpeakersPage,
    complete,
    find_speaker,
    search_articles,
    search_headlines,
    search_quotes,
    search_speakers,
)
from searchsvc.verify import verify_quotation
from searchsvc.web.facet_links import last_page_of
from searchsvc.web.parameters import (
    HEADLINE_PARAMETERS,
    JSON,
    QUOTE_PARAMETERS,
    SPEAKER_PARAMETERS,
    SPEAKERS_PARAMETERS,
    VALUE_PARAMETERS,
    check_names,
    query_string,
    read_quotation,
    read_request,
)
from searchsvc.web.responses import ALIVE, EngineProvider, entity_tag, unchanged, validated

#: Routes for monitoring.
HEALTH_PATHS = frozenset({"/healthz", "/readyz"})
#: Characters of an id that an error message repeats, at most.
MAX_REPEATED = 80


def blueprint(provider: EngineProvider) -> Blueprint:
    """Return the routes of the API."""
    routes = Blueprint("api", __name__)

    @routes.get("/api/search")
    def search_json() -> Response:
        """Return one page of the articles that match."""
        search = read_request(request.args, strict=True)
        return _listed(provider, search, search_articles, page_to_json)

    @routes.get("/api/articles/<path:article_id>")
    def article_json(article_id: str) -> Response:
        """Return one article with its full text, quotes and provenance."""
        check_names(request.args, ())
        return _answer(provider, lambda engine: _article(engine, article_id))

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
        check_names(request.args, ("q",))
        text = request.args.get("q", "")
        return _answer(provider, lambda engine: _completions(engine, text))

    @routes.get("/api/collection")
    def collection_json() -> Response:
        """Return how many articles the index has, their months and the values of their facets."""
        search = read_request(request.args, strict=True, known=VALUE_PARAMETERS)
        return _answer(provider, lambda engine: _collection(engine, search), search)

    @routes.post("/api/verify")
    def verify_json() -> Response:
        """Return whether a quotation is printed in an article, and where."""
        check_names(request.args, ())
        quote = read_quotation(request)
        started = time.perf_counter()
        body = verdict_to_json(verify_quotation(provider.engine(), quote))
        headers = {"Server-Timing": f"verify;dur={(time.perf_counter() - started) * 1000:.2f}"}
        return Response(body, content_type=JSON, headers=headers)

    _add_health(routes, provider)
    return routes


def _add_health(routes: Blueprint, provider: EngineProvider) -> None:
    @routes.get("/healthz")
    def alive() -> Response:
        """Return 200 as long as the process runs, with or without an index."""
        return _uncached(ALIVE)

    @routes.get("/readyz")
    def ready() -> Response:
        """Return 200 if searches can be answered; an EngineError becomes a 503 problem."""
        return _uncached({"status": "ok", "index": provider.engine().info()})


def _answer(provider: EngineProvider, make: Callable[[Engine], bytes], search: SearchRequest | None = None) -> Response:
    """Return the JSON that `make` returns, or 304 if the client's cached copy is still valid.

    The time taken is sent in a header, so that the body is the same bytes each time.
    """
    started = time.perf_counter()
    engine = provider.engine()
    tag = entity_tag(engine.info(), search)
    if (not_modified := unchanged(tag)) is not None:
        return not_modified
    body = make(engine)
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

    response = _answer(provider, make, search)
    for relation, address in links._asdict().items():
        if address:
            response.headers.add("Link", f'<{address}>; rel="{relation}"')
    return response


def _links(search: SearchRequest, total: int) -> PageLinks:
    """Return the addresses of the pages beside the one asked for; before a page beyond the end stands the last one."""
    here, last = quote(request.script_root + request.path), last_page_of(search, total)
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


def _article(engine: Engine, article_id: str) -> bytes:
    article = engine.article(article_id)
    if article is None:
        raise NotFoundError(f"No article has the id {article_id[:MAX_REPEATED]!r}")
    return article_to_json(article)


def _collection(engine: Engine, search: SearchRequest) -> bytes:
    """Return the JSON of the counts over all articles."""
    ranking, info = engine.search(Query(MatchAll()), limit=0, selection=search.selection), engine.info()
    months = ranking.facets.month
    return to_json(
        CollectionJson(
            articles=info.articles,
            first_month=months[0].value if months else None,
            last_month=months[-1].value if months else None,
            undated=ranking.total - sum(month.count for month in months),
            facets=facets(ranking.facets),
            index=info,
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


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One completion: a title leads to its article, the others to a search."""

    kind: CompletionKind
    text: str
    href: Annotated[str, msgspec.Meta(description="Path of the page it leads to.")]


class SuggestionsJson(msgspec.Struct, frozen=True):
    """What a text that is being typed may become."""

    query: str
    suggestions: tuple[Suggestion, ...]


def _completions(engine: Engine, text: str) -> bytes:
    return to_json(SuggestionsJson(text, tuple(map(_suggestion, complete(engine, text)))))


def _suggestion(completion: Completion) -> Suggestion:
    return Suggestion(completion.kind, completion.text, _path(completion))


def _path(completion: Completion) -> str:
    """Return the path of the page that a completion leads to."""
    if completion.kind == "title":
        return url_for("pages.article", article_id=completion.article)
    if completion.kind == "speaker" and not completion.text.startswith("/"):
        return url_for("pages.speaker", name=completion.text)
    return url_for("pages.start", q=completion.text)
