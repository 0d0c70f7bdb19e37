"""Routes of feeds: what a search finds, what came in last first, as Atom (RFC 4287), with all that came in before.

The feed itself has the last entries. Those before stand in archives (RFC 5005, section 4), which are counted from the
oldest entry on and are linked when they are full: new entries change none of them. A reader may also turn the pages
(section 3), which stop at what had come in when he began, so that new entries move none. A feed has what matches all
the words, as typed: a search that shows other articles where few match would fill it with these.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from searchsvc.engines.base import Engine
from searchsvc.errors import NotFoundError
from searchsvc.model.fields import SPEAKER
from searchsvc.model.message import Message
from searchsvc.model.result import ArticlePage
from searchsvc.search import (
    HeadlinePage,
    QuotePage,
    SearchRequest,
    exactly,
    search_articles,
    search_headlines,
    search_quotes,
)
from searchsvc.settings import Settings
from searchsvc.web.facet_links import last_page_of
from searchsvc.web.feed_entries import UNDATED, FeedEntry, article_entry, headline_entry, quote_entry
from searchsvc.web.page_language import told
from searchsvc.web.parameters import (
    HEADLINE_PARAMETERS,
    MAX_DIGITS,
    PARAMETERS,
    QUOTE_PARAMETERS,
    SPEAKER_PARAMETERS,
    ParameterError,
    read_request,
)
from searchsvc.web.query_strings import pairs, query_string
from searchsvc.web.responses import EngineProvider, answered, base_url, validated
from searchsvc.web.ui_languages import isolated

#: Entries of a feed, and of each archive, if the query string does not set it.
FEED_SIZE = 50
#: Name of the parameter that asks for an archive.
ARCHIVE = "archive"
ATOM = "application/atom+xml; charset=utf-8"
_SECOND = timedelta(seconds=1)

FeedPage = ArticlePage | QuotePage | HeadlinePage


@dataclass(frozen=True, slots=True)
class FeedKind:
    """What the entries of a feed are."""

    #: What they are called behind the words that were asked for; "" for articles.
    title: str
    parameters: Sequence[str]
    find: Callable[[Engine, SearchRequest], FeedPage]
    #: Returns the entries of a page of results, given the address of the service.
    entries: Callable[[FeedPage, str], list[FeedEntry]]
    #: Path of the same for readers.
    page: str


def _article_entries(page: FeedPage, base: str) -> list[FeedEntry]:
    return [article_entry(one.head, base) for one in page.results] if isinstance(page, ArticlePage) else []


def _quote_entries(page: FeedPage, base: str) -> list[FeedEntry]:
    return [quote_entry(one, base) for one in page.results] if isinstance(page, QuotePage) else []


def _headline_entries(page: FeedPage, base: str) -> list[FeedEntry]:
    return [headline_entry(one, base) for one in page.results] if isinstance(page, HeadlinePage) else []


ARTICLES = FeedKind("", PARAMETERS, search_articles, _article_entries, "/")
QUOTES = FeedKind(Message("Quotes"), QUOTE_PARAMETERS, search_quotes, _quote_entries, "/quotes")
HEADLINES = FeedKind(Message("Headlines"), HEADLINE_PARAMETERS, search_headlines, _headline_entries, "/headlines")


def describe_feeds(paths: dict[str, Any]) -> None:
    """Add the feeds to the paths of the description of the API."""
    archive = {
        "name": ARCHIVE,
        "in": "query",
        "description": "An archive of the feed (RFC 5005) by its number, 1 is the oldest; as its links name it.",
        "schema": {"type": "integer", "minimum": 1},
    }
    for path, like, name, nouns in (
        ("/search.atom", "/api/search", "search_atom", "articles of a search"),
        ("/quotes.atom", "/api/quotes", "quotes_atom", "quotes of a search"),
        ("/speakers/{name}.atom", "/api/speakers/{name}", "speaker_atom", "quotes of one speaker"),
        ("/headlines.atom", "/api/headlines", "headlines_atom", "related headlines of a search"),
    ):
        asked = paths[like]["get"]
        refusals = {code: told for code, told in asked["responses"].items() if code != "200"}
        parameters = [_sized(one) for one in asked["parameters"]]
        paths[path] = {
            "get": {
                "operationId": name,
                "summary": f"The {nouns} as an Atom feed, what came in last first",
                "parameters": [*parameters, archive],
                "responses": {
                    "200": {"description": "The feed.", "content": {"application/atom+xml": {}}},
                    "404": paths["/api/speakers/{name}"]["get"]["responses"]["404"],
                    **refusals,
                },
            }
        }


def _sized(parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a parameter as feeds have it: they are longer than pages."""
    if parameter["name"] != "size":
        return parameter
    return {**parameter, "schema": {**parameter["schema"], "default": FEED_SIZE}}


class FeedLink(NamedTuple):
    """A link of a feed to another document: its relation, and its address."""

    relation: str
    href: str


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """One document of a feed: the feed itself, one of its pages, or an archive."""

    title: str
    id: str
    updated: datetime
    entries: Sequence[FeedEntry]
    links: Sequence[FeedLink]
    #: Address of the same for readers.
    alternate: str
    is_archive: bool


def blueprint(provider: EngineProvider, settings: Settings) -> Blueprint:
    """Return the routes of the feeds."""
    routes = Blueprint("feeds", __name__)

    def answer(kind: FeedKind, *, speaker: str | None = None) -> Response:
        base = base_url(settings)
        return _Feed(provider, kind, base, settings.title, speaker).response()

    @routes.get("/search.atom")
    def articles() -> Response:
        """Return the articles that match; what came in last is first."""
        return answer(ARTICLES)

    @routes.get("/feed.atom")
    def former() -> Response:
        """Lead to the feed of articles."""
        text = request.query_string.decode("latin-1")
        to = f"{url_for('feeds.articles')}{'?' if text else ''}{text}"
        return Response(status=301, headers={"Location": to})

    @routes.get("/quotes.atom")
    def quotes() -> Response:
        """Return the quotes that match; those of the article that came in last are first."""
        return answer(QUOTES)

    @routes.get("/speakers/<path:name>.atom")
    def speaker(name: str) -> Response:
        """Return the quotes of one speaker, as `quotes` does."""
        return answer(replace(QUOTES, parameters=SPEAKER_PARAMETERS), speaker=name)

    @routes.get("/headlines.atom")
    def headlines() -> Response:
        """Return the related headlines that match; those of the page that came in last are first."""
        return answer(HEADLINES)

    return routes


class _Feed:
    """The answer to one request for a feed."""

    def __init__(self, provider: EngineProvider, kind: FeedKind, base: str, title: str, speaker: str | None) -> None:
        args = MultiDict(request.args)
        self._archive = _archive_number(args.poplist(ARCHIVE))
        self._asked = read_request(args, strict=True, known=kind.parameters, size=FEED_SIZE)
        self._by_arrival = self._asked.sort in {None, "added"}
        if self._archive and not self._by_arrival:
            raise ParameterError(ARCHIVE, "is for what is ordered by arrival; leave out sort")
        self._provider, self._kind, self._base, self._title, self._speaker = provider, kind, base, title, speaker
        every = "all" if self._asked.match == "auto" else self._asked.match
        search = replace(self._asked, sort=self._asked.sort or "added", match=every, spelling="typed")
        if speaker is not None:
            search = search.choosing(SPEAKER, (exactly(speaker),))
        self._search = search

    def response(self) -> Response:
        """Return the document, or 304 if the client has it."""
        search = self._search
        tag, made = answered(
            self._provider, self._document, search, also=f"{self._base} {self._title} {told(self._kind.title)}"
        )
        if isinstance(made, Response):
            return made
        document, committed = made
        headers = validated(tag)
        if committed and search.understood.counts_from is None and datetime.now(UTC) >= committed + _SECOND:
            headers["Last-Modified"] = format_datetime(committed, usegmt=True)
            since = request.if_modified_since
            if since is not None and "HTTP_IF_NONE_MATCH" not in request.environ and committed <= since:
                return Response(status=304, headers=headers)
        return Response(render_template("feed.xml", feed=document), content_type=ATOM, headers=headers)

    def _document(self, engine: Engine) -> tuple[FeedDocument, datetime | None]:
        """Return the document, and when the index was last changed, to the second."""
        number, size = self._archive, self._asked.size
        if number is None:
            page = self._kind.find(engine, self._search)
        else:
            total = self._kind.find(engine, replace(self._search, page=1, size=1)).total
            if number * size > total:
                raise NotFoundError(Message("This feed has no such archive: only full ones are there, the oldest is 1"))
            page = self._kind.find(engine, replace(self._search, page=1, skipped=total - number * size))
        if self._speaker is not None and not page.total:
            raise NotFoundError(Message("Nobody of this name is quoted so in this collection"))
        entries = self._kind.entries(page, self._base)
        committed = page.index.updated and page.index.updated.replace(microsecond=0)
        newest = max((entry.updated for entry in entries), default=committed or UNDATED)
        parts = (self._asked.text, self._speaker, told(self._kind.title), self._title)
        document = FeedDocument(
            title=" - ".join(isolated(part) for part in parts if part),
            id=self._address(self._plain),
            updated=newest,
            entries=entries,
            links=[FeedLink(*one) for one in self._links(page)],
            alternate=self._alternate(),
            is_archive=number is not None,
        )
        return document, committed

    @property
    def _plain(self) -> SearchRequest:
        """The search of the feed itself, as links have it."""
        return replace(self._asked, page=1)

    def _address(self, search: SearchRequest, archive: int | None = None) -> str:
        """Return the address of a document of this feed."""
        path = request.path if self._speaker is None else f"/speakers/{quote(self._speaker)}.atom"
        # Pages have another size where none is given.
        given = [(name, value) for name, value in pairs(replace(search, size=SearchRequest().size))]
        given += [("size", str(search.size))] if search.size != FEED_SIZE else []
        given += [(ARCHIVE, str(archive))] if archive is not None else []
        return f"{self._base}{path}{'?' if given else ''}{urlencode(given)}"

    def _alternate(self) -> str:
        here = query_string(replace(self._plain, size=SearchRequest().size, sort=None))
        if self._speaker is not None:
            return f"{self._base}/speakers/{quote(self._speaker)}{here}"
        return f"{self._base}{self._kind.page}{here}"

    def _links(self, page: FeedPage) -> list[tuple[str, str]]:
        plain, size, total, number = self._plain, self._asked.size, page.total, self._archive
        feed = self._address(plain)
        if number is not None:
            links = [("self", self._address(plain, number)), ("current", feed)]
            links += [("prev-archive", self._address(plain, number - 1))] if number > 1 else []
            links += [("next-archive", self._address(plain, number + 1))] if (number + 1) * size <= total else []
            return links
        pinned = self._pinned(page)
        last = last_page_of(self._asked, total)
        links = [("self", self._address(self._asked))]
        if self._asked.page > 1:
            links += [("first", feed), ("previous", self._address(replace(pinned, page=self._asked.page - 1)))]
        if self._asked.page < last:
            links.append(("next", self._address(replace(pinned, page=self._asked.page + 1))))
        if self._by_arrival and total > size and self._asked.page == 1:
            # Archives overlap the feed where its entries are no multiple of the size: nothing is between them.
            links.append(("prev-archive", self._address(plain, -(-(total - size) // size))))
        return links

    def _pinned(self, page: FeedPage) -> SearchRequest:
        """Return the search, without what comes in from now on."""
        if not self._by_arrival or self._asked.page > 1 or self._asked.added_before or not page.results:
            return self._plain
        newest = page.results[0].head.added
        return replace(self._plain, added_before=newest + _SECOND) if newest else self._plain


def _archive_number(given: Sequence[str]) -> int | None:
    """Return the number of an archive, from 1; None if none is asked for."""
    text = "".join(given).strip()
    if not text:
        return None
    if len(given) > 1:
        raise ParameterError(ARCHIVE, "is given more than once; give one value")
    if not (text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS and int(text)):
        raise ParameterError(ARCHIVE, "is no number of an archive; they are counted from 1")
    return int(text)
