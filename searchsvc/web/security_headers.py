"""Settings → the security and cross-origin headers of every response."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from searchsvc.web.address_kinds import POST_PATHS, is_open

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Name and value of a header.
HeaderPair = tuple[str, str]

#: Pages load only the service's own style sheets, script and images, and have nothing inline. `connect-src` allows the
#: script to request suggestions.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)
#: The policy of a saved page, whose markup `replay` has written: a document without origin in which nothing runs, which
#: sends no form, and whose links open in a window of their own, without a way back to it.
_SAVED_PAGE = (
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; font-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'{ancestors}; sandbox allow-popups allow-popups-to-escape-sandbox"
)
#: The policy where no setting lets other pages frame ours.
CONTENT_SECURITY_POLICY = _POLICY.format(ancestors="'none'")
#: Headers of every response, after the Content-Security-Policy.
_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
#: Headers of responses that only pages of the service may load, but for the policy.
_SAME_ORIGIN = ("Cross-Origin-Resource-Policy", "same-origin")
#: Headers of responses that every page may load and read (CORS).
_ANY_ORIGIN = (("Access-Control-Allow-Origin", "*"), ("Cross-Origin-Resource-Policy", "cross-origin"))
_EXPOSED = (
    "Access-Control-Expose-Headers",
    "ETag, Link, Server-Timing, Retry-After, Allow, X-Total-Count, Content-Disposition",
)
#: Headers of the answers to preflight requests.
_PREFLIGHT = (
    ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"),
    ("Access-Control-Allow-Headers", "Accept, If-None-Match"),
    ("Access-Control-Max-Age", "86400"),
)
_PREFLIGHT_POST = (
    ("Access-Control-Allow-Methods", "POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "Accept, Content-Type"),
    ("Access-Control-Max-Age", "86400"),
)
#: Headers of responses that are made without settings: refusals of bytes that are no request.
CLOSED: tuple[HeaderPair, ...] = (("Content-Security-Policy", CONTENT_SECURITY_POLICY), *_ALWAYS, _SAME_ORIGIN)

#: File name and path of the script that pages of others load.
EMBEDDED_SCRIPT = "news-search.js"
_SCRIPT_PATH = f"/static/{EMBEDDED_SCRIPT}"

#: Cache-Control of responses that a client may cache, but must revalidate each time (304 if unchanged).
REVALIDATE = "no-cache"


def framing_policy(frame_ancestors: Sequence[str]) -> str:
    """Return the policy of a page of ours that frames another one of ours."""
    return _POLICY.format(ancestors=" ".join(frame_ancestors) or "'none'") + "; frame-src 'self'"


def saved_page_policy(frame_ancestors: Sequence[str]) -> str:
    """Return the policy of a saved page, which stands in a page of ours, and with that in those that may frame ours."""
    return _SAVED_PAGE.format(ancestors="".join(f" {origin}" for origin in frame_ancestors))


class SafeHeaders:
    """WSGI middleware: adds the security headers that a response does not bring, and a Cache-Control header.

    It wraps the Flask application, so that responses made by Flask itself have the headers, too.
    """

    def __init__(
        self, application: WSGIApplication, cors_origins: Sequence[str] = ("*",), frame_ancestors: Sequence[str] = ()
    ) -> None:
        """Store the wrapped application and whom its responses are for.

        Args:
            application: The wrapped application.
            cors_origins: Origins whose scripts may read what `is_open`, `("*",)` for all.
            frame_ancestors: Origins whose pages may frame ours, `("*",)` for all.

        """
        self._application = application
        self._origins = frozenset(cors_origins)
        ancestors = " ".join(frame_ancestors) or "'none'"
        self._always = (("Content-Security-Policy", _POLICY.format(ancestors=ancestors)), *_ALWAYS)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Call the application with a `start_response` that adds the headers."""
        path = environ.get("PATH_INFO", "")
        more: tuple[HeaderPair, ...] = (*self._always, _SAME_ORIGIN)
        vary = False
        if path == _SCRIPT_PATH:
            more = (*self._always, *_ANY_ORIGIN)
        elif is_open(path):
            more = (*self._always, *self._cross_origin(environ))
            vary = "*" not in self._origins

        def start(status: str, headers: list[HeaderPair], exc_info: Any = None) -> Callable[[bytes], object]:
            own = {name for name, _ in headers}
            headers = [*(_varied(headers) if vary else headers), *(pair for pair in more if pair[0] not in own)]
            if all(name != "Cache-Control" for name, _ in headers):
                headers.append(("Cache-Control", REVALIDATE if status < "4" else "no-store"))
            return start_response(status, headers, exc_info)

        return self._application(environ, start)

    def _cross_origin(self, environ: WSGIEnvironment) -> tuple[HeaderPair, ...]:
        """Return the headers for scripts of other origins: none of them for an origin that is not allowed."""
        own: tuple[HeaderPair, ...] = _ANY_ORIGIN
        if "*" not in self._origins:
            origin = environ.get("HTTP_ORIGIN", "")
            if origin not in self._origins:
                return (_SAME_ORIGIN,)
            own = (("Access-Control-Allow-Origin", origin), _SAME_ORIGIN)
        if environ.get("REQUEST_METHOD") != "OPTIONS":
            return (*own, _EXPOSED)
        preflight = _PREFLIGHT_POST if environ.get("PATH_INFO") in POST_PATHS else _PREFLIGHT
        return (*own, _EXPOSED, *preflight)


def _varied(headers: Iterable[HeaderPair]) -> list[HeaderPair]:
    """Return the headers with `Origin` in the Vary header, of which there is one."""
    varying = [value for name, value in headers if name.lower() == "vary"]
    rest = [(name, value) for name, value in headers if name.lower() != "vary"]
    return [*rest, ("Vary", ", ".join([*varying, "Origin"]))]
