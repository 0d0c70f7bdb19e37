"""Response → response with the headers that keep readers safe, and caches honest."""

import hashlib
import re

from flask import Response, current_app, request

from searchsvc.model.result import IndexInfo

#: Nothing is loaded but our own style sheet, script and pictures; nothing is inline; nothing
#: may frame a page. `connect-src` is for the suggestions.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
_OPEN = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Server-Timing, Retry-After, Allow"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
)
_PREFLIGHT = (
    ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"),
    ("Access-Control-Allow-Headers", "Accept, If-None-Match"),
    ("Access-Control-Max-Age", "86400"),
)
_CLOSED = (("Cross-Origin-Resource-Policy", "same-origin"),)

#: What a relative date finds depends on the day: such a search has no validator.
_RELATIVE = re.compile(r"\b(?:after|before|date)\s*:\s*\W?\d+\s*[a-z]", re.IGNORECASE)

#: Ask each time whether it is still so; the answer is short (304).
REVALIDATE = "no-cache"


def is_open(path: str) -> bool:
    """Return whether scripts of other sites may read what stands there."""
    return path.startswith("/api/") or path in {"/openapi.json", "/feed.atom"}


def finish(response: Response) -> Response:
    """Add what every response carries."""
    headers = response.headers
    headers.extend(_ALWAYS)
    if is_open(request.path):
        headers.extend(_OPEN)
        if request.method == "OPTIONS":
            headers.extend(_PREFLIGHT)
    else:
        headers.extend(_CLOSED)
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = REVALIDATE if response.status_code < 400 else "no-store"  # noqa: PLR2004  errors
    return response


def entity_tag(info: IndexInfo, *, weak: bool = False) -> str | None:
    """Return the validator of what this request is answered with by this state of the index.

    None where the answer depends on the day. Weak for pages: they tell the time a search took.
    """
    if _RELATIVE.search(request.args.get("q", "")):
        return None
    state = f"{current_app.config['BUILD']} {info.generation} {info.articles} {info.updated}"
    said = f"{state} {request.host} {request.full_path}"
    digest = hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    return f'{"W/" if weak else ""}"{digest}"'


def unchanged(tag: str | None) -> Response | None:
    """Return a 304 if the asker has it already."""
    if tag is None or not request.if_none_match.contains_weak(tag.removeprefix("W/").strip('"')):
        return None
    return tagged(Response(status=304), tag)


def tagged(response: Response, tag: str | None) -> Response:
    """Give a response its validator."""
    if tag is not None:
        response.headers["ETag"] = tag
        response.headers["Cache-Control"] = REVALIDATE
    return response
