"""Request → JSON, in the shapes of json_output.py: searches, suggestions, the verbatim check, health."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from flask import Blueprint, Response, request, url_for

from searchsvc.analysis import fold, tokenize
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
from searchsvc.json_shapes import FacetsJson
from searchsvc.model.fields import SPEAKER, SPEAKER_NAME, TITLE
from searchsvc.model.query import And, MatchAll, Node, Prefix, Query, Word
from searchsvc.model.result import IndexInfo
from searchsvc.search import (
    SearchRequest,
    find_speaker,
    search_articles,
    search_headlines,
    search_quotes,
    search_speakers,
)
from searchsvc.verify import verify_quotation
from searchsvc.web.parameters import (
    HEADLINE_PARAMETERS,
    JSON,
    QUOTE_PARAMETERS,
    SPEAKER_PARAMETERS,
    SPEAKERS_PARAMETERS,
    check_names,
    read_quotation,
    read_request,
)
from searchsvc.web.responses import EngineProvider, entity_tag, unchanged, validated

#: Below this a prefix stands for half the collection.
SHORTEST = 3
#: A sentence, or something pasted, is not being completed.
LONGEST = 200
MOST_WORDS = 10
TITLES, SPEAKERS, WORDS = 4, 3, 4
#: Routes for whoever watches the service.
HEALTH_PATHS = frozenset({"/healthz", "/readyz"})
#: Characters of an id that an error repeats.
SHOWN = 80


def blueprint(provider: EngineProvider) -> Blueprint:
    """Return the routes."""
    routes = Blueprint("api", __name__)

    @routes.get("/api/search")
    def search_json() -> Response:
        """Answer one search."""
        asked = read_request(request.args, strict=True)
        return _answer(provider, lambda engine: page_to_json(search_articles(engine, asked)), asked)

    @routes.get("/api/articles/<path:article_id>")
    def article_json(article_id: str) -> Response:
        """Return one article, whole."""
        check_names(request.args, ())
        return _answer(provider, lambda engine: _article(engine, article_id))

    @routes.get("/api/quotes")
    def quotes_json() -> Response:
        """Answer one search for quotes."""
        asked = read_request(request.args, strict=True, known=QUOTE_PARAMETERS)
        return _answer(provider, lambda engine: quotes_to_json(search_quotes(engine, asked)), asked)

    @routes.get("/api/headlines")
    def headlines_json() -> Response:
        """Answer one search for related headlines."""
        asked = read_request(request.args, strict=True, known=HEADLINE_PARAMETERS)
        return _answer(provider, lambda engine: headlines_to_json(search_headlines(engine, asked)), asked)

    @routes.get("/api/speakers")
    def speakers_json() -> Response:
        """Say who is quoted, most quotes first."""
        asked = read_request(request.args, strict=True, known=SPEAKERS_PARAMETERS)
        return _answer(provider, lambda engine: speakers_to_json(search_speakers(engine, asked)), asked)

    @routes.get("/api/speakers/<path:name>")
    def speaker_json(name: str) -> Response:
        """Say what one of them said: newest first, over time, by topic."""
        asked = read_request(request.args, strict=True, known=SPEAKER_PARAMETERS)
        return _answer(provider, lambda engine: speaker_to_json(find_speaker(engine, name, asked)), asked)

    @routes.get("/api/suggest")
    def suggest_json() -> Response:
        """Return what a text that is being typed may become."""
        check_names(request.args, ("q",))
        text = request.args.get("q", "")
        return _answer(provider, lambda engine: to_json(SuggestionsJson(text, suggest(engine, text))))

    @routes.get("/api/collection")
    def collection_json() -> Response:
        """Say what is in here."""
        check_names(request.args, ())
        return _answer(provider, _collection)

    @routes.post("/api/verify")
    def verify_json() -> Response:
        """Check whether a quotation is printed here."""
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
        """Answer as long as the process lives, with or without an index."""
        return _never_kept({"status": "ok"})

    @routes.get("/readyz")
    def ready() -> Response:
        """Answer 200 if searches can be answered; an index that is away becomes a 503 problem."""
        return _never_kept({"status": "ok", "index": provider.engine().info()})


def _answer(provider: EngineProvider, make: Callable[[Engine], bytes], asked: SearchRequest | None = None) -> Response:
    """Return what is made, or that the asker has it already.

    The time it took is no part of the answer, which is the same bytes each time: it stands in a header.
    """
    started = time.perf_counter()
    engine = provider.engine()
    tag = entity_tag(engine.info(), asked)
    if (kept := unchanged(tag)) is not None:
        return kept
    body = make(engine)
    headers = {"Server-Timing": f"search;dur={(time.perf_counter() - started) * 1000:.2f}", **validated(tag)}
    return Response(body, content_type=JSON, headers=headers)


def _never_kept(value: object) -> Response:
    return Response(to_json(value), content_type=JSON, headers={"Cache-Control": "no-store"})


def _article(engine: Engine, article_id: str) -> bytes:
    article = engine.article(article_id)
    if article is None:
        raise NotFoundError(f"No article has the id {article_id[:SHOWN]!r}")
    return article_to_json(article)


def _collection(engine: Engine) -> bytes:
    """Return how many articles there are, of when, and under which names."""
    found, info = engine.search(Query(MatchAll()), limit=0), engine.info()
    months = found.facets.month
    return to_json(
        CollectionJson(
            articles=info.articles,
            first_month=months[0].value if months else None,
            last_month=months[-1].value if months else None,
            undated=found.total - sum(month.count for month in months),
            facets=facets(found.facets),
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

    kind: Literal["title", "speaker", "word"]
    text: str
    href: Annotated[str, msgspec.Meta(description="Path of the page it leads to.")]


class SuggestionsJson(msgspec.Struct, frozen=True):
    """What a text that is being typed may become."""

    query: str
    suggestions: tuple[Suggestion, ...]


def suggest(engine: Engine, text: str) -> tuple[Suggestion, ...]:
    """Return a few completions, words first; none for a text that is too short, too long or an expression."""
    if not SHORTEST <= len(text.strip()) <= LONGEST or any(mark in text for mark in '":()*~'):
        return ()
    words = [token.text for token in tokenize(text)]
    if not words or len(words) > MOST_WORDS or len(words[-1]) < SHORTEST or not text[-1].isalnum():
        return ()
    return (*_words(engine, text, words[-1]), *_speakers(engine, words), *_titles(engine, words))


def _titles(engine: Engine, words: list[str]) -> Iterator[Suggestion]:
    nodes: list[Node] = [Word(word, TITLE) for word in words[:-1]]
    query = Query(And((*nodes, Prefix(words[-1], TITLE))))
    for hit in engine.search(query, limit=TITLES, facets=False, texts=False).hits:
        yield Suggestion("title", hit.head.title, url_for("pages.article", article_id=hit.head.id))


def _speakers(engine: Engine, words: list[str]) -> Iterator[Suggestion]:
    """Speakers one of whose names begins so: a quote may match by its mention, which is another name."""
    nodes: list[Node] = [Word(word, SPEAKER_NAME) for word in words[:-1]]
    found = engine.search_quotes(And((*nodes, Prefix(words[-1], SPEAKER_NAME))), (), limit=0).facets[SPEAKER]
    names = [one.value for one in found if any(part.startswith(words[-1]) for part in fold(one.value).split())]
    for name in names[:SPEAKERS]:
        yield Suggestion("speaker", name, url_for("pages.start", speaker=name))


def _words(engine: Engine, text: str, last: str) -> Iterator[Suggestion]:
    before = text[: len(text) - len(text.rsplit(maxsplit=1)[-1])]
    for word, _ in engine.words(last, limit=WORDS):
        if word != last:
            yield Suggestion("word", before + word, url_for("pages.start", q=before + word))
