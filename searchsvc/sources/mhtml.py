"""Reader of pages saved as one file by browsers: MHTML (RFC 2557; `.mht`, `.mhtml`) and Safari's web archive.

Of an MHTML file the part that is the page is decoded; `parts_beside` yields its pictures and styles, and frames are not
read. The address and the time of saving are those of its header.
"""

import binascii
import plistlib
import quopri
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from xml.parsers.expat import ExpatError

from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.source import PassedOver, Source
from searchsvc.sources.content_codings import DamagedError
from searchsvc.sources.files import MAX_PAGE_BYTES, SourceFile, os_error_text, too_large_reason
from searchsvc.sources.media_types import HTML, charset_of, is_html, is_html_type, media_type_of
from searchsvc.sources.page_files import damage_text, open_unpacked, read_page, read_to_limit

#: Most bytes of a file with all its pictures.
MAX_FILE_BYTES = 64_000_000
#: Most bytes of the header of a file or part; most parts that are looked at.
MAX_HEADER_BYTES, MAX_PARTS = 1 << 16, 2_000
_HEADER_END = re.compile(rb"\r?\n[ \t]*\r?\n")
_FOLDED = re.compile(r"\r?\n[ \t]+")
_PARAMETER = re.compile(r";\s*([\w-]{1,40})\s*=\s*(?:\"([^\"]{0,300})\"|([^\s;]{1,300}))")
#: What plistlib raises for damaged lists, and what comes of lists of another shape.
_DAMAGE = (ExpatError, ValueError, KeyError, TypeError, AttributeError, OverflowError)
_BOUNDARY = re.compile(rb"^--[^\r\n]{1,300}\r?$", re.MULTILINE)
#: Bytes that are no sign of base64.
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


class _Part(NamedTuple):
    """A part of an MHTML file, not decoded."""

    headers: Mapping[str, str]
    body: bytes


def read_mhtml(file: SourceFile) -> Iterator[Source | SourceError | PassedOver]:
    """Yield the page in an MHTML file; a file without a header of that kind is read as a page of another type."""
    try:
        data = _read(file)
        headers, at = _headers_of(data, 0)
        if "mime-version" in headers or "content-type" in headers:
            yield _page_in_mhtml(file, data, headers, at)
        else:
            yield from read_page(file)
    except SourceError as error:
        yield error


def read_webarchive(file: SourceFile) -> Iterator[Source | SourceError]:
    """Yield the page in a web archive of Safari: a property list with the page under `WebMainResource`."""
    try:
        yield _page_in_webarchive(file, _read(file))
    except SourceError as error:
        yield error


class SavedPart(NamedTuple):
    """A picture or style that lies beside the page in its file."""

    #: Its address, absolute or relative to that of the page, or `cid:` and its id.
    address: str
    media_type: str
    charset: str | None
    #: Decoded.
    data: bytes


def parts_beside(file: SourceFile, wanted: Callable[[str], bool]) -> Iterator[SavedPart]:
    """Yield what lies beside the page in an MHTML file or a web archive, of the media types that are wanted.

    Raises:
        SourceError: The file cannot be read.

    """
    data = _read(file)
    if data.startswith(b"bplist"):
        yield from _subresources(data, wanted)
        return
    headers, at = _headers_of(data, 0)
    for part in _parts(headers, data, at):
        kind = part.headers.get("content-type")
        if not wanted(media_type_of(kind)):
            continue
        names = [part.headers.get("content-location", "")]
        if number := part.headers.get("content-id", "").strip("<> "):
            names.append(f"cid:{number}")
        for name in filter(None, names):
            yield SavedPart(name, media_type_of(kind), charset_of(kind), _decoded(part))


def _subresources(data: bytes, wanted: Callable[[str], bool]) -> Iterator[SavedPart]:
    try:
        found = plistlib.loads(data).get("WebSubresources") or []
    except (*_DAMAGE, plistlib.InvalidFileException):
        return
    for one in found[:MAX_PARTS] if isinstance(found, list) else ():
        if not isinstance(one, dict):
            continue
        body, url, kind = (one.get(f"WebResource{key}") for key in ("Data", "URL", "MIMEType"))
        if isinstance(body, bytes) and isinstance(url, str) and isinstance(kind, str) and wanted(kind.lower()):
            charset = one.get("WebResourceTextEncodingName")
            yield SavedPart(url, kind.lower(), charset if isinstance(charset, str) else None, body)


def _page_in_mhtml(file: SourceFile, data: bytes, headers: Mapping[str, str], at: int) -> Source:
    page = _page_of(headers, data, at)
    if page is None:
        raise SourceError(file.path, "MHTML without a page: none of its parts is HTML")
    address = headers.get("snapshot-content-location") or headers.get("content-location") or ""
    address = address if address.startswith("http") else page.headers.get("content-location", "")
    return file.source(
        _bounded(_decoded(page), file.path),
        HTML,
        captured=_time_of(headers),
        url=address if address.startswith("http") else None,
        charset=charset_of(page.headers.get("content-type")),
    )


def _page_in_webarchive(file: SourceFile, data: bytes) -> Source:
    try:
        main = plistlib.loads(data)["WebMainResource"]
        page, url, charset = (main.get(f"WebResource{key}") for key in ("Data", "URL", "TextEncodingName"))
    except (*_DAMAGE, plistlib.InvalidFileException) as error:
        raise SourceError(file.path, "not a web archive that can be read: its property list is damaged") from error
    if not isinstance(page, bytes) or not is_html(page):
        raise SourceError(file.path, "a web archive without a page: its main resource is no HTML")
    return file.source(
        _bounded(page, file.path),
        HTML,
        url=url if isinstance(url, str) and url.startswith("http") else None,
        charset=charset if isinstance(charset, str) else None,
    )


def _bounded(page: bytes, path: str) -> bytes:
    if len(page) > MAX_PAGE_BYTES:
        raise RefusedError(path, too_large_reason())
    return page


def _read(file: SourceFile) -> bytes:
    try:
        with file.location.open("rb") as raw:
            stream, _ = open_unpacked(file, raw)
            return read_to_limit(stream, file.path, MAX_FILE_BYTES)
    except DamagedError as error:
        raise SourceError(file.path, damage_text(error, "the file is cut off")) from error
    except OSError as error:
        raise SourceError(file.path, os_error_text(error)) from error


def _headers_of(data: bytes, at: int) -> tuple[dict[str, str], int]:
    """Return the header fields that begin at an offset, by name in lower case, and where the body begins."""
    while data[at : at + 1] in {b"\r", b"\n"}:
        at += 1
    end = _HEADER_END.search(data, at, at + MAX_HEADER_BYTES)
    block = data[at : end.start() if end else at].decode("utf-8", "replace").lstrip("\ufeff")
    pairs = (line.partition(":") for line in _FOLDED.sub(" ", block).splitlines())
    headers: dict[str, str] = {}
    for name, colon, value in pairs:
        if colon:
            headers.setdefault(name.strip().lower(), value.strip())
    return headers, end.end() if end else at


def _parameters(header: str) -> dict[str, str]:
    return {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(header)}


def _page_of(headers: Mapping[str, str], data: bytes, at: int) -> _Part | None:
    """Return the part that is the page: the one that `start` names, else the first that is HTML."""
    content_type = headers.get("content-type", "")
    if is_html_type(media_type_of(content_type)):
        return _Part(headers, data[at:])
    start = _parameters(content_type).get("start", "").strip("<>")
    first = None
    for part in _parts(headers, data, at):
        if not is_html_type(media_type_of(part.headers.get("content-type"))):
            continue
        if not start or part.headers.get("content-id", "").strip("<>") == start:
            return part
        first = first or part
    return first


def _parts(headers: Mapping[str, str], data: bytes, at: int) -> Iterator[_Part]:
    """Yield the parts that are no multiparts themselves, in order; those of inner multiparts in their place."""
    boundary = _parameters(headers.get("content-type", "")).get("boundary")
    if not boundary:
        return
    boundaries = {boundary.encode()}
    begin, count = -1, 0
    part_headers: dict[str, str] = {}
    for line in _BOUNDARY.finditer(data, at):
        mark = line[0].strip()[2:]
        is_end = mark not in boundaries and mark.removesuffix(b"--") in boundaries
        if mark not in boundaries and not is_end:
            continue
        if begin >= 0:
            yield _Part(part_headers, data[begin : line.start()])
        count += 1
        if count > MAX_PARTS:
            return
        begin = -1
        if not is_end:
            part_headers, begin = _headers_of(data, line.end())
            if inner := _parameters(part_headers.get("content-type", "")).get("boundary"):
                boundaries.add(inner.encode())
                begin = -1
    if begin >= 0:  # the file ends early, or without the last boundary
        yield _Part(part_headers, data[begin:])


def _decoded(part: _Part) -> bytes:
    encoding = part.headers.get("content-transfer-encoding", "").strip().lower()
    if encoding == "quoted-printable":
        return quopri.decodestring(part.body)
    if encoding == "base64":
        signs = _NOT_BASE64.sub(b"", part.body)
        return binascii.a2b_base64(signs[: len(signs) - (len(signs) % 4 == 1)] + b"===")
    return part.body


def _time_of(headers: Mapping[str, str]) -> datetime | None:
    try:
        moment = parsedate_to_datetime(headers.get("date", ""))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError):
        return None
