"""Assemble the web application: pages, JSON API and feeds over one engine. Nothing in this package writes an index."""

import hashlib
import logging
from collections.abc import Mapping
from importlib.metadata import version
from importlib.resources import files

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import PathConverter, RequestRedirect

from searchsvc.engines.base import Engine
from searchsvc.errors import EngineError
from searchsvc.settings import Settings
from searchsvc.web import api, api_docs, discovery, pages
from searchsvc.web.branding import branded_files
from searchsvc.web.compression import compress_answers
from searchsvc.web.problems import Problem, problem_json, problem_of
from searchsvc.web.responses import (
    MAX_QUOTATION_BODY,
    EngineProvider,
    MountPoint,
    RequestLock,
    refuse_large,
    refuse_type,
)
from searchsvc.web.security_headers import EMBEDDED_SCRIPT, SafeHeaders, is_open
from searchsvc.web.static_files import StaticFiles, packaged_files

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
    branded = branded_files(settings)
    static = packaged_files() | branded
    app.config.update(BUILD=_build(settings, static), MAX_CONTENT_LENGTH=MAX_QUOTATION_BODY)
    static_files = StaticFiles(static, app.config["BUILD"], frozenset({EMBEDDED_SCRIPT}))
    app.add_url_rule("/static/<filename>", "static", static_files.answer)
    compress_answers(app)
    # An article's id may contain two slashes in a row, and begin with one.
    app.url_map.merge_slashes = False
    app.url_map.converters["path"] = _AnyPath
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "autoescape": True}
    app.jinja_env.globals.update(archive=settings.title, build=app.config["BUILD"], branded=[*branded])
    provider = EngineProvider(settings.engine, engine)
    app.before_request(refuse_large)
    app.before_request(refuse_type)
    app.register_blueprint(api.blueprint(provider))
    app.register_blueprint(api_docs.blueprint())
    app.register_blueprint(pages.blueprint(provider))
    app.register_blueprint(discovery.blueprint(provider, settings))
    app.register_error_handler(Exception, _answer_error)
    locked = RequestLock(app.wsgi_app, settings.query_seconds)
    safe = SafeHeaders(locked, settings.cors_origins, settings.frame_ancestors)
    wrapped = MountPoint(safe, settings.base_url)
    app.wsgi_app = wrapped  # type: ignore[method-assign]  # Flask's documented way to add middleware
    return app


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
    if reads_json or is_open(request.path) or request.path in api.HEALTH_PATHS:
        return problem_json(problem)
    return _problem_page(problem)


def _problem_page(problem: Problem) -> Response:
    body = render_template("problem.html", problem=problem, asked=request.args.get("q", ""))
    return Response(body, status=problem.status, headers=dict(problem.headers), content_type="text/html; charset=utf-8")


def _build(settings: Settings, static: Mapping[str, bytes]) -> str:
    """Return a digest of what pages depend on besides the index: version, title, templates, styles and script."""
    digest = hashlib.blake2b(f"{version('searchsvc')} {settings.title}".encode(), digest_size=6)
    for file in sorted(files("searchsvc.web").joinpath("templates").iterdir(), key=lambda file: file.name):
        digest.update(file.read_bytes())
    for name, content in static.items():
        digest.update(f"{name} {len(content)} ".encode() + content)
    return digest.hexdigest()
