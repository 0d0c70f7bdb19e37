"""Routes around an article: related headlines, links both ways, similar articles, and the story with feed and files."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from urllib.parse import quote

from flask import Blueprint, Response, g, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from searchsvc.analysis import fold
from searchsvc.engines.base import Engine
from searchsvc.exports import FILE_FORMATS, STORY_COLUMNS, csv_of, jsonl_of
from searchsvc.exports.columns import Around
from searchsvc.json_stories import links_to_json, similar_to_json, story_to_json
from searchsvc.model.message import Message
from searchsvc.model.query import MatchAll
from searchsvc.search import (
    LINKED_SHOWN,
    MAX_LINKING,
    MAX_SIMILAR,
    SIMILAR_SHOWN,
    STORY_DAYS,
    HeadlineResult,
    SearchRequest,
    Story,
    StoryArticle,
    find_links,
    find_similar,
    find_story,
    search_headlines,
)
from searchsvc.settings import Settings
from searchsvc.web.api import json_answer
from searchsvc.web.article_view import headlines_of, safe_link
from searchsvc.web.facet_links import Link
from searchsvc.web.facet_value_pages import ValuesAsked, values_page
from searchsvc.web.feed_entries import article_entry
from searchsvc.web.feeds import ATOM, FeedDocument, FeedLink
from searchsvc.web.page_language import page_language, told
from searchsvc.web.parameters import HEADLINE_PARAMETERS, ParameterError, read_leniently
from searchsvc.web.query_strings import query_string
from searchsvc.web.responses import EngineProvider, answered, base_url, page_of, validated
from searchsvc.web.result_view import HEADLINE_FACETS_SHOWN, as_it_is, headlines_view
from searchsvc.web.story_parameters import ID, days_leniently, read_days, read_limit, story_query

#: Windows of days that the page of a story offers.
WINDOWS = (3, STORY_DAYS, 60, 365)
#: Speakers of a story that its page names.
SPEAKERS_SHOWN = 12


def blueprint(provider: EngineProvider, settings: Settings) -> Blueprint:
    """Return the routes."""
    routes = Blueprint("stories", __name__)

    @routes.get("/headlines")
    def headlines() -> Response:
        """Show the related headlines that match; without a search, those of the newest pages."""
        search = _asked()

        def make(engine: Engine) -> dict[str, object]:
            page = search_headlines(engine, search, offers=True)
            shown = [
                (one, safe_link(one.headline.url), headlines_of(one.headline, one.head), more)
                for one, *more in _alike(page.results)
            ]
            return {"view": headlines_view(search, page), "shown": shown}

        return page_of(provider, "headlines.html", make, search)

    @routes.get("/headlines/facets/<name>")
    def headline_values(name: str) -> Response:
        """Show all values of a facet of the pages whose headlines match."""
        asked = ValuesAsked(name, _asked(), HEADLINE_FACETS_SHOWN, url_for("stories.headlines"), as_it_is)
        return values_page(provider, asked, partial(search_headlines, offers=True))

    @routes.get("/story/<path:article_id>")
    def story(article_id: str) -> Response:
        """Show the story around an article, by date, with who speaks."""
        days, g.passed_over = days_leniently(request.args)
        return page_of(provider, "story.html", lambda engine: _shown(find_story(engine, article_id, days=days)))

    _add_json(routes, provider)
    _add_files(routes, provider, settings)
    return routes


def _alike(results: Sequence[HeadlineResult]) -> Iterable[Sequence[HeadlineResult]]:
    """Return the headlines of a page in their order; those of the same words and the same story stand together."""
    groups: dict[tuple[str, str | None], list[HeadlineResult]] = {}
    for one in results:
        leads_to = one.story.id if one.story else one.headline.url
        groups.setdefault((fold(one.headline.text), leads_to), []).append(one)
    return groups.values()


def _add_json(routes: Blueprint, provider: EngineProvider) -> None:
    @routes.get("/api/articles/<path:article_id>/links")
    def links_json(article_id: str) -> Response:
        """Return what an article links to, and what links to it."""
        limit = read_limit(request.args, LINKED_SHOWN, MAX_LINKING)
        return json_answer(provider, lambda engine: links_to_json(find_links(engine, article_id, limit=limit)))

    @routes.get("/api/articles/<path:article_id>/similar")
    def similar_json(article_id: str) -> Response:
        """Return the articles that are like one."""
        limit = read_limit(request.args, SIMILAR_SHOWN, MAX_SIMILAR)
        return json_answer(provider, lambda engine: similar_to_json(find_similar(engine, article_id, limit=limit)))

    @routes.get("/api/story/<path:article_id>")
    def story_json(article_id: str) -> Response:
        """Return the story around an article."""
        days = read_days(request.args)
        return json_answer(provider, lambda engine: story_to_json(find_story(engine, article_id, days=days)))


def _add_files(routes: Blueprint, provider: EngineProvider, settings: Settings) -> None:
    @routes.get("/story.atom")
    def story_feed() -> Response:
        """Return the story around an article as an Atom feed (RFC 4287), what came in last first."""
        base = base_url(settings)

        def write(story: Story, query: str) -> str:
            return render_template("feed.xml", feed=_feed_of(story, base, query, settings.title))

        return _written(provider, base, ATOM, write)

    @routes.get("/story.csv")
    def story_csv() -> Response:
        """Return the articles of a story as CSV, by date."""
        around = Around(MatchAll(), base_url(settings))
        return _file(provider, around, "csv", lambda story: csv_of(STORY_COLUMNS, story.articles, around))

    @routes.get("/story.jsonl")
    def story_jsonl() -> Response:
        """Return the articles of a story, a JSON object a line, by date."""
        around = Around(MatchAll(), base_url(settings))
        return _file(provider, around, "jsonl", lambda story: jsonl_of(STORY_COLUMNS, story.articles, around))


def _file(provider: EngineProvider, around: Around, suffix: str, write: Callable[[Story], bytes]) -> Response:
    response = _written(provider, around.base, FILE_FORMATS[suffix].media_type, lambda story, _: write(story))
    response.headers["Content-Disposition"] = f'attachment; filename="story.{suffix}"'
    return response


def _written(
    provider: EngineProvider, base: str, media_type: str, write: Callable[[Story, str], str | bytes]
) -> Response:
    """Return the story that the query string asks for as a file, or 304 if the client's cached copy is still valid."""
    days, article_id = read_days(request.args, ID), request.args.get(ID, "")
    if not article_id:
        raise ParameterError(ID, Message("is not given: name the article"))
    tag, story = answered(
        provider,
        lambda engine: find_story(engine, article_id, days=days),
        also=f"{base} {page_language().tag if media_type == ATOM else ''}",
    )
    if isinstance(story, Response):
        return story
    body = write(story, story_query(article_id, days))
    return Response(body, content_type=media_type, headers=validated(tag))


def _asked() -> SearchRequest:
    """Return the search for headlines of the current request; the page tells which values were passed over."""
    search, g.passed_over = read_leniently(MultiDict(request.args), HEADLINE_PARAMETERS)
    return search


def _newest_first(one: StoryArticle) -> tuple[bool, float, str]:
    """Return the sort key by which articles come by date, the newest first, undated ones last."""
    at = one.head.dated
    return at is None, -at.timestamp() if at else 0.0, one.head.id


def _feed_of(story: Story, base: str, query: str, archive: str) -> FeedDocument:
    """Return the feed of a story: what came in last first, and of what came in together what was printed last.

    Args:
        story: The story.
        base: Address of the service.
        query: Query string that asks for the story.
        archive: Title of the archive.

    """
    entries = [article_entry(one.head, base) for one in sorted(story.articles, key=_newest_first)]
    entries.sort(key=lambda one: one.updated, reverse=True)
    around = article_entry(story.article, base)
    address = f"{base}/story.atom{query}"
    return FeedDocument(
        title=f"{told(Message('The story around %(title)s', title=around.title))} - {archive}",
        id=address,
        updated=entries[0].updated,
        entries=entries,
        links=[FeedLink("self", address)],
        alternate=f"{base}/story/{quote(story.article.id)}",
        is_archive=False,
    )


def _shown(story: Story) -> dict[str, object]:
    """Return the values that the page of a story shows."""
    here = url_for("stories.story", article_id=story.article.id)
    windows = [
        Link(
            Message("%(n)s day", plural="%(n)s days", n=days),
            here if days == STORY_DAYS else f"{here}?days={days}",
            current=days == story.days,
        )
        for days in WINDOWS
    ]
    return {
        "story": story,
        "speakers": story.speakers[:SPEAKERS_SHOWN],
        "windows": windows if story.article.dated_day else [],
        "files": story_query(story.article.id, story.days),
        "days": "" if story.days == STORY_DAYS else f"?days={story.days}",
        "all_linking": _search(story.linking_query) if story.linking_query else "",
        "by_words": _by_words([one.word for one in story.words]),
    }


def _search(text: str) -> str:
    return query_string(SearchRequest(text=text, sort="newest"))


def _by_words(words: Sequence[str]) -> str:
    """Return the query string of the search by the words of a story, any of them; "" without words."""
    return query_string(SearchRequest(text=" ".join(words), match="any")) if words else ""
