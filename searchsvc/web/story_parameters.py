"""Parameters of links, similar articles and stories: read from query strings, told in the description of the API."""

from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from searchsvc.model.message import Message
from searchsvc.search import LINKED_SHOWN, MAX_LINKING, MAX_SIMILAR, MAX_STORY_DAYS, SIMILAR_SHOWN, STORY_DAYS
from searchsvc.web.parameters import ParameterError, check_names, passed_over, whole_number

#: Names of the parameters: days before and after, articles at most, the article where it is not in the path.
DAYS, LIMIT, ID = "days", "limit", "id"
_PATH = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "Id of the article.",
    "schema": {"type": "string"},
}
_ASKED = {
    "name": ID,
    "in": "query",
    "required": True,
    "description": "Id of the article.",
    "schema": {"type": "string"},
}


def read_days(args: "MultiDict[str, str]", *known: str) -> int:
    """Return the days before and after an article in which similar ones belong to its story.

    Args:
        args: The query string.
        known: Names of the other parameters that it may have.

    Raises:
        ParameterError: A parameter is unknown, or the number is out of range.

    """
    check_names(args, (DAYS, *known))
    return _within(args, DAYS, STORY_DAYS, (0, MAX_STORY_DAYS))


def read_limit(args: "MultiDict[str, str]", usual: int, most: int) -> int:
    """Return how many articles are asked for; errors as of `read_days`."""
    check_names(args, (LIMIT,))
    return _within(args, LIMIT, usual, (1, most))


def days_leniently(args: "MultiDict[str, str]") -> tuple[int, tuple[str, ...]]:
    """Return the days that a page is asked for, and why another value was passed over."""
    try:
        return _within(args, DAYS, STORY_DAYS, (0, MAX_STORY_DAYS)), ()
    except ParameterError as error:
        return STORY_DAYS, (passed_over(error),)


def _within(args: "MultiDict[str, str]", name: str, usual: int, ends: tuple[int, int]) -> int:
    number = whole_number(args, name, usual)
    if not ends[0] <= number <= ends[1]:
        raise ParameterError(
            name,
            Message(
                "%(name)s is %(n)s; ask for %(least)s to %(most)s", name=name, n=number, least=ends[0], most=ends[1]
            ),
        )
    return number


def story_query(article_id: str, days: int) -> str:
    """Return the query string of the feed and the files of a story."""
    return f"?{urlencode({ID: article_id, **({DAYS: days} if days != STORY_DAYS else {})})}"


def describe_stories(paths: dict[str, Any]) -> None:
    """Add links, similar articles and stories to the paths of the description of the API."""
    like = paths["/api/articles/{id}"]["get"]["responses"]
    refused = {status: answer for status, answer in like.items() if status not in {"200", "304"}}
    days = _number(DAYS, "Days before and after the article in which similar ones belong to its story.", STORY_DAYS)
    days["schema"] |= {"minimum": 0, "maximum": MAX_STORY_DAYS}
    for name, (path, schema, summary, more) in {
        "article_links": (
            "/api/articles/{id}/links",
            "ArticleLinks",
            "What an article links to in its related headlines, and which articles name it",
            _limit("Articles that name it, the newest.", LINKED_SHOWN, MAX_LINKING),
        ),
        "similar": (
            "/api/articles/{id}/similar",
            "SimilarPage",
            "Articles like one, by its own weighted words; without copies of it",
            _limit("Articles at most.", SIMILAR_SHOWN, MAX_SIMILAR),
        ),
        "story": (
            "/api/story/{id}",
            "Story",
            "The story around an article: linked both ways, or like it and near it in time, by date, with who speaks",
            days,
        ),
    }.items():
        told = like["200"] | {
            "description": "The answer.",
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
        }
        answers = {**like, "200": told}
        paths[path] = {
            "get": {"operationId": name, "summary": summary, "parameters": [_PATH, more], "responses": answers}
        }
    for suffix, media_type, summary in (
        ("atom", "application/atom+xml", "The story around an article as an Atom feed, newest first"),
        ("csv", "text/csv", "The story around an article as CSV, a row for each article, by date"),
        ("jsonl", "application/jsonl", "The story around an article as JSONL, a line for each article, by date"),
    ):
        told = {"description": "The file.", "content": {media_type: {}}}
        paths[f"/story.{suffix}"] = {
            "get": {
                "operationId": f"story_{suffix}",
                "summary": summary,
                "parameters": [_ASKED, days],
                "responses": {"200": told, "304": like["304"], **refused},
            }
        }


def _limit(does: str, usual: int, most: int) -> dict[str, Any]:
    told = _number(LIMIT, does, usual)
    told["schema"] |= {"minimum": 1, "maximum": most}
    return told


def _number(name: str, does: str, usual: int) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": does, "schema": {"type": "integer", "default": usual}}
