"""Rule of an address → what is answered there: a page, a feed, JSON, or a file; and whether a request takes that.

The rule tells it: new pages, calls and files are known by where they stand. Pages and feeds speak the language of the
reader, calls and files do not; what is no page may be read by programs of other origins.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from flask import abort, request

AddressKind = Literal["page", "feed", "json", "file"]

#: Paths of health checks.
HEALTH_PATHS = frozenset({"/healthz", "/readyz"})
#: Paths that are requested with POST.
POST_PATHS = frozenset({"/api/verify", "/api/verify/many", "/verify", "/api/search/batch"})
#: Paths of files of records, and of feeds.
_RECORDS = re.compile(r"/[^/]+\.(?:atom|bib|csv|json|jsonl|ris)|/speakers/.+\.atom")
#: Beginnings of addresses that are files without a suffix.
_FILES = ("/static/", "/opensearch/", "/saved/<path:article_id>/r/", *HEALTH_PATHS)
#: Pages that are sent whatever a request takes: programs find their addresses in answers of JSON.
_PROBLEMS = "/problems/"
#: Kind → the media types of which a request must take one; files are sent whatever it takes.
_MEDIA_TYPES: Mapping[AddressKind, Sequence[str]] = {
    "page": ("text/html", "application/xhtml+xml"),
    "feed": ("application/atom+xml", "application/xml"),
    "json": ("application/json", "application/problem+json"),
    "file": (),
}


def kind_of(rule: str) -> AddressKind:
    """Return what an address answers with, by its rule.

    >>> [kind_of(rule) for rule in ("/trends", "/trends.csv", "/api/trends", "/speakers/<path:name>.atom")]
    ['page', 'file', 'json', 'feed']
    """
    if rule == "/api" or rule.startswith("/api/") or rule == "/openapi.json":
        return "json"
    if rule.endswith(".atom"):
        return "feed"
    return "file" if rule.startswith(_FILES) or "." in rule.rpartition("/")[2] else "page"


def is_open(path: str) -> bool:
    """Return whether programs of other origins may read what a path answers, if the settings allow theirs.

    >>> [is_open(path) for path in ("/api/search", "/trends.csv", "/trends", "/a/2009.csv")]
    [True, True, False, False]
    """
    return path == "/api" or path.startswith("/api/") or _RECORDS.fullmatch(path) is not None


def refuse_type() -> None:
    """Abort the request with 406 if its Accept header has none of the types that its address is answered in."""
    if request.url_rule is None or request.url_rule.rule.startswith(_PROBLEMS):
        return
    types = _MEDIA_TYPES[kind_of(request.url_rule.rule)]
    if types and request.accept_mimetypes and not request.accept_mimetypes.best_match(types):
        abort(406)
