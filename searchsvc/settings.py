"""The settings of the service, read from environment variables."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from searchsvc.errors import UsageError

#: Digits of a number at most; longer texts are refused before `int` reads them.
_MAX_DIGITS = 9
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
#: What stands between the values of a list.
_BETWEEN = re.compile(r"[\s,]+")
_MAILBOX = re.compile(r"mailto:[\w.+-]+@[\w.-]+", re.ASCII)
_COLOUR = re.compile(r"#[0-9a-f]{6}")
#: Colours at most: for light pages, for dark ones.
MOST_COLOURS = 2
#: Host of an origin: a name in ASCII, or an address of IPv4 or IPv6.
_HOST = re.compile(r"[0-9a-z]([0-9a-z.-]*[0-9a-z])?|[0-9a-f:.]*:[0-9a-f:.]*")
#: Scheme of an origin → the port that is not written.
_PORTS = {"http": 80, "https": 443}
#: What `SEARCHSVC_VERSIONS` may be, at most.
MOST_VERSIONS = 50
#: What `SEARCHSVC_QUERY_SECONDS` may be.
MIN_SECONDS, MAX_SECONDS = 0.1, 3600.0


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of the service; each comment names the environment variable."""

    #: `SEARCHSVC_ENGINE`: URL of the engine, kind and folder: `whoosh:index`.
    engine: str = "whoosh:index"
    #: `SEARCHSVC_TITLE`: title of the search page.
    title: str = "News archive"
    #: `SEARCHSVC_UI`: tag of the language of the pages (`de`); `auto`: each browser says which.
    ui: str = "auto"
    #: `SEARCHSVC_LOGO`: path of an SVG or PNG file that stands before the title. Empty: none.
    logo: str = ""
    #: `SEARCHSVC_ACCENT`: colours of links and buttons, `#rrggbb` for light pages, a second one for dark pages. Empty:
    #: the service's own.
    accent: tuple[str, ...] = ()
    #: `SEARCHSVC_SYNONYMS`: path of a file of synonyms, read at the start. Empty: none.
    synonyms: str = ""
    #: `SEARCHSVC_UNFOUND`: path of a file in which queries that found nothing are counted. Empty: none are.
    unfound: str = ""
    #: `SEARCHSVC_ALERTS`: path of a file of saved searches whose new results `searchsvc alerts run` sends. Empty: only
    #: those that were added by `searchsvc alerts add`.
    alerts: str = ""
    #: `SEARCHSVC_ALERTS_KEY`: path of the file with the key that deliveries are signed with.
    alerts_key: str = ""
    #: `SEARCHSVC_ALERTS_STATE`: path of the file that has what was sent. Empty: `alerts.sqlite` in the index's folder.
    alerts_state: str = ""
    #: `SEARCHSVC_SAVED_PAGES`: folders whose pages are shown as they were saved; empty: none are.
    saved_pages: tuple[str, ...] = ()
    #: `SEARCHSVC_VERSIONS`: older versions that `reindex` keeps of an article, at most; 0: none.
    versions: int = 10
    #: `SEARCHSVC_CORS_ORIGINS`: origins (`https://paper.example`) whose scripts may read the API; `("*",)` for all,
    #: empty for none.
    cors_origins: tuple[str, ...] = ("*",)
    #: `SEARCHSVC_FRAME_ANCESTORS`: origins whose pages may show ours in a frame; the same.
    frame_ancestors: tuple[str, ...] = ()
    #: `SEARCHSVC_REPORT_TO`: address (https or mailto) to which readers report a wrong speaker. Empty: none.
    report_to: str = ""
    #: `SEARCHSVC_BASE_URL`: address that readers use, without a slash at its end. Feeds and descriptions name it; if
    #: it has a path (`https://example.org/archive`), the service answers below that path. Empty: the address of each
    #: request is used.
    base_url: str = ""
    #: `SEARCHSVC_HOST` and `PORT`: address and port that `serve` listens on.
    host: str = "127.0.0.1"
    port: int = 8000
    #: `SEARCHSVC_WORKERS`: number of worker processes.
    workers: int = 2
    #: `SEARCHSVC_QUERY_SECONDS`: seconds that the service works at one answer; a query that takes longer is refused.
    query_seconds: float = 5.0

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Return the settings that the environment sets, with the defaults for the rest.

        Raises:
            UsageError: A value cannot be used; the message names the variable.

        """
        default = cls()
        return cls(
            engine=_text(environ, "SEARCHSVC_ENGINE", default.engine),
            title=_text(environ, "SEARCHSVC_TITLE", default.title),
            ui=_text(environ, "SEARCHSVC_UI", default.ui).strip(),
            logo=_text(environ, "SEARCHSVC_LOGO", default.logo),
            accent=_colours(environ, "SEARCHSVC_ACCENT", default.accent),
            synonyms=_text(environ, "SEARCHSVC_SYNONYMS", default.synonyms),
            unfound=_text(environ, "SEARCHSVC_UNFOUND", default.unfound),
            alerts=_text(environ, "SEARCHSVC_ALERTS", default.alerts),
            alerts_key=_text(environ, "SEARCHSVC_ALERTS_KEY", default.alerts_key),
            alerts_state=_text(environ, "SEARCHSVC_ALERTS_STATE", default.alerts_state),
            saved_pages=_folders(environ, "SEARCHSVC_SAVED_PAGES", default.saved_pages),
            versions=_number(environ, "SEARCHSVC_VERSIONS", default.versions, 0, MOST_VERSIONS),
            cors_origins=_origins(environ, "SEARCHSVC_CORS_ORIGINS", default.cors_origins),
            frame_ancestors=_origins(environ, "SEARCHSVC_FRAME_ANCESTORS", default.frame_ancestors),
            base_url=_address(environ, "SEARCHSVC_BASE_URL", default.base_url),
            report_to=_report_address(environ, "SEARCHSVC_REPORT_TO", default.report_to),
            host=_text(environ, "SEARCHSVC_HOST", default.host),
            port=_number(environ, "PORT", default.port, 1, 65535),
            workers=_number(environ, "SEARCHSVC_WORKERS", default.workers, 1, 64),
            query_seconds=_seconds(environ, "SEARCHSVC_QUERY_SECONDS", default.query_seconds),
        )


def _text(environ: Mapping[str, str], name: str, default: str) -> str:
    """Return the value of a variable, the default if it is blank.

    Bytes that are not UTF-8 arrive as lone surrogates and raise UsageError.
    """
    text = environ.get(name, "")
    if not text.strip():
        return default
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"{name}={text!r}: these bytes are not UTF-8") from error
    return text


def _folders(environ: Mapping[str, str], name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """Return paths between colons, as in PATH; () for `none`."""
    text = _text(environ, name, "").strip()
    if not text or text == "none":
        return () if text else default
    return tuple(folder for folder in text.split(os.pathsep) if folder)


def _address(environ: Mapping[str, str], name: str, default: str) -> str:
    text = _text(environ, name, default).rstrip("/")
    try:
        parts = urlsplit(text)
        usable = not text or (parts.scheme in {"http", "https"} and parts.hostname and not parts.query + parts.fragment)
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(f"{name}={text!r}: give an address that begins with http:// or https:// and has no ? or #")
    return text


def _report_address(environ: Mapping[str, str], name: str, default: str) -> str:
    """Return an address that parameters can be added to: of a page, or of a mailbox."""
    text = _text(environ, name, default)
    if not text or _MAILBOX.fullmatch(text):
        return text
    try:
        parts = urlsplit(text)
        usable = parts.scheme in _PORTS and parts.hostname and not parts.fragment
    except ValueError:
        usable = False
    if not usable or any(character <= " " for character in text):
        raise UsageError(f"{name}={text!r}: give https://… without #, or mailto:somebody@example.org")
    return text


def _colours(environ: Mapping[str, str], name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """Return one or two colours in lower case."""
    text = _text(environ, name, "")
    colours = tuple(re.split(_BETWEEN, text.strip().lower())) if text else default
    if len(colours) > MOST_COLOURS or not all(map(_COLOUR.fullmatch, colours)):
        raise UsageError(f"{name}={text!r}: give a colour as #7a1f12, and after a space one for dark pages")
    return colours


def _origins(environ: Mapping[str, str], name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """Return origins as browsers write them; `("*",)` for `*`, () for `none`."""
    text = _text(environ, name, "").strip()
    if not text or text == "none":
        return () if text else default
    values = re.split(_BETWEEN, text)
    return ("*",) if values == ["*"] else tuple(dict.fromkeys(_origin(name, value) for value in values))


def _origin(name: str, text: str) -> str:
    """Return an origin in lower case, without the port that its scheme has anyway."""
    try:
        parts = urlsplit(text.lower())
        host, port = parts.hostname or "", parts.port
        usable = parts.scheme in _PORTS and _HOST.fullmatch(host) and "@" not in parts.netloc
        usable = usable and not parts.path.strip("/") + parts.query + parts.fragment
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(
            f"{name}: {text!r} is no origin: give addresses without a path, as https://paper.example, with spaces "
            "between them, * for all or none (a host of other letters as browsers write it, xn--…)"
        )
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port in {None, _PORTS[parts.scheme]} else f":{port}")


def _number(environ: Mapping[str, str], name: str, default: int, minimum: int, maximum: int) -> int:
    text = environ.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or len(text) > _MAX_DIGITS or not minimum <= int(text) <= maximum:
        raise UsageError(f"{name}={text!r}: give a whole number from {minimum} to {maximum}")
    return int(text)


def _seconds(environ: Mapping[str, str], name: str, default: float) -> float:
    text = environ.get(name, "")
    if not text:
        return default
    if not _SECONDS.fullmatch(text) or not MIN_SECONDS <= float(text) <= MAX_SECONDS:
        raise UsageError(f"{name}={text!r}: give a number of seconds from {MIN_SECONDS:g} to {MAX_SECONDS:g}")
    return float(text)
