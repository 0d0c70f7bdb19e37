"""Assemble the web application: pages, JSON API and feeds over one engine. Nothing in this package writes an index."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import PathConverter, RequestRedirect

from searchsvc.engines.base import Engine
from searchsvc.errors import EngineError
from searchsvc.replay import SavedPages
from searchsvc.search import Synonyms, UnfoundQueries, load_synonyms, using_synonyms
from searchsvc.settings import Settings
from searchsvc.web import (
    analyses,
    api,
    api_docs,
    article_links,
    copy_pages,
    discovery,
    feeds,
    guide_pages,
    pages,
    replay_pages,
    result_files,
    story_pages,
    version_pages,
)
from searchsvc.web.address_kinds import HEALTH_PATHS, is_open, refuse_type
from searchsvc.web.branding import branded_files
from searchsvc.web.compression import compress_answers
from searchsvc.web.page_language import add_languages, say_in_page_language
from searchsvc.web.problems import Problem, problem_json, problem_of
from searchsvc.web.responses import MAX_QUOTATION_BODY, UNFOUND, EngineProvider, base_url, refuse_large
from searchsvc.web.script_words import site_words
from searchsvc.web.security_headers import EMBEDDED_SCRIPT, SafeHeaders
from searchsvc.web.static_files import StaticFiles, packaged_files
from searchsvc.web.ui_languages import translation_files
from searchsvc.web.wsgi_middleware import MountPoint, RequestLock

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["create_app"]

_log = logging.getLogger(__name__)

#: Lowest status of a server error.
SERVER_ERROR = 500


class _AnyPath(PathConverter):
    """URL converter for article ids and speakers' names, which may contain slashes and begin with one."""

    part_isolating = False
    regex = ".+?"


def create_app(settings: Settings | None = None, engine: Engine | None = None) -> Flask:
    """Return the WSGI application.

    Args:
        settings: Settings of the service; read from the environment if not given.
        engine: Engine to search; if not given, the one that the settings name is opened at the first request.

    Raises:
        UsageError: A setting cannot be used.

    """
    settings = settings or Settings.from_env()
    app = Flask("searchsvc.web", static_folder=None)
    branded, synonyms = branded_files(settings), load_synonyms(settings.synonyms)
    static = packaged_files() | branded
    app.config.update(BUILD=_build(settings, static, synonyms), MAX_CONTENT_LENGTH=MAX_QUOTATION_BODY)
    static_files = StaticFiles(static, app.config["BUILD"], frozenset({EMBEDDED_SCRIPT}))
    app.add_url_rule("/static/<filename>", "static", static_files.answer)
    app.jinja_options = {
        "trim_blocks": True,
        "lstrip_blocks": True,
        "autoescape": True,
        "finalize": say_in_page_language,
    }
    compress_answers(app)
    add_languages(app, settings.ui)
    # An article's id may contain two slashes in a row, and begin with one.
    app.url_map.merge_slashes = False
    app.url_map.converters["path"] = _AnyPath
    named = {"archive": settings.title, "branded": [*branded], "report_to": settings.report_to}
    app.jinja_env.globals.update(
        named, build=app.config["BUILD"], site_words=site_words, base_url=lambda: base_url(settings)
    )
    provider = EngineProvider(settings.engine, engine)
    app.extensions[replay_pages.SAVED] = SavedPages(settings.saved_pages)
    app.extensions[UNFOUND] = UnfoundQueries(settings.unfound)
    app.before_request(refuse_large)
    app.before_request(refuse_type)
    app.register_blueprint(api.blueprint(provider))
    app.register_blueprint(api_docs.blueprint(provider))
    app.register_blueprint(pages.blueprint(provider))
    app.register_blueprint(guide_pages.blueprint(provider))
    app.register_blueprint(discovery.blueprint(provider, settings))
    app.register_blueprint(feeds.blueprint(provider, settings))
    app.register_blueprint(article_links.blueprint(provider, settings))
    app.register_blueprint(replay_pages.blueprint(provider, settings))
    app.register_blueprint(analyses.blueprint(provider, settings))
    app.register_blueprint(version_pages.blueprint(provider))
    app.register_blueprint(copy_pages.blueprint(provider))
    app.register_blueprint(story_pages.blueprint(provider, settings))
    app.register_blueprint(result_files.blueprint(provider, settings))
    app.register_error_handler(Exception, _answer_error)
    locked = RequestLock(_with_synonyms(app.wsgi_app, synonyms), settings.query_seconds)
    safe = SafeHeaders(locked, settings.cors_origins, settings.frame_ancestors)
    wrapped = MountPoint(safe, settings.base_url)
    app.wsgi_app = wrapped  # type: ignore[method-assign]  # Flask's documented way to add middleware
    return app


def _with_synonyms(application: WSGIApplication, synonyms: Synonyms) -> WSGIApplication:
    """Return WSGI middleware that gives synonyms to the searches of each request."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with using_synonyms(synonyms):
            return application(environ, start_response)

    return call


def _answer_error(error: Exception) -> Response:
    """Return the response for an error: problem JSON for the API and health checks, a page for readers.

    Index trouble and faults are logged, with the path but without the query: what people search for is private.
    """
    if isinstance(error, RequestRedirect):
        return Response(status=error.code, headers={"Location": error.new_url})
    problem = problem_of(error)
    if isinstance(error, EngineError):
        _log.warning("%s on %s: %s", problem.name, request.path, error)
    elif problem.status >= SERVER_ERROR and not isinstance(error, HTTPException):
        _log.error("%s on %s", problem.name, request.path, exc_info=error)
    accepts = request.accept_mimetypes
    reads_json = bool(accepts) and not accepts.accept_html and accepts.accept_json
    if reads_json or is_open(request.path) or request.path in HEALTH_PATHS:
        return problem_json(problem)
    return _problem_page(problem)


def _problem_page(problem: Problem) -> Response:
    body = render_template("problem.html", problem=problem, asked=request.args.get("q", ""))
    return Response(body, status=problem.status, headers=dict(problem.headers), content_type="text/html; charset=utf-8")


def _build(settings: Settings, static: Mapping[str, bytes], synonyms: Synonyms) -> str:
    """Return a digest of what answers depend on besides the index: version, settings, templates, files."""
    digest = hashlib.blake2b(f"{version('searchsvc')} {settings.title}".encode(), digest_size=6)
    digest.update(repr([[*synonyms.others.items()], bool(settings.saved_pages)]).encode())
    for file in sorted(files("searchsvc.web").joinpath("templates").iterdir(), key=lambda file: file.name):
        digest.update(file.read_bytes())
    for texts in translation_files():
        digest.update(texts.read_bytes())
    for name, content in static.items():
        digest.update(f"{name} {len(content)} ".encode() + content)
    return digest.hexdigest()
