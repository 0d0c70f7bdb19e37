"""Bodies of recorded HTTP responses: their type, and decoding of what was done to send them; loss is a warning."""

import re
from dataclasses import dataclass

from searchsvc.errors import RefusedError, SourceError
from searchsvc.sources.content_codings import UNREAD_CODINGS, Coding, coding_named, coding_of_bytes, inflate
from searchsvc.sources.files import MAX_PAGE_BYTES, too_large_reason
from searchsvc.sources.media_types import SNIFF_BYTES, charset_of, is_html, is_html_type, may_be_page, media_type_of
from searchsvc.sources.page_files import fully_inflated

#: Most bytes of the HTTP headers in a record.
MAX_HTTP_HEADER_BYTES = 1 << 16
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? +(\d\d\d)\b")
_SUCCESS = range(200, 300)
_BLANK = re.compile(rb"\r?\n\r?\n")
_CHUNK = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n")
_LINE_END = re.compile(rb"\r?\n")
#: Bytes of a header of the media type that are told.
_TOLD = 40


class PassedOverError(Exception):
    """A record is no page; the message says why."""


@dataclass(frozen=True, slots=True)
class HttpBody:
    """The body of an HTTP response, as it was sent, with what is needed to decode it."""

    media_type: str
    charset: str | None
    data: bytes
    chunked: bool = False
    #: Content encodings in the order they were applied, as the server names them.
    encodings: tuple[str, ...] = ()

    def page(self, path: str) -> tuple[bytes, tuple[str, ...]]:
        """Return the decoded page, and warnings about what is lost of it.

        Raises:
            PassedOverError: It is no page.
            SourceError: It cannot be decoded.
            RefusedError: It has more than MAX_PAGE_BYTES.

        """
        is_declared = is_html_type(self.media_type)
        if not is_declared and not may_be_page(self.media_type):
            raise PassedOverError(f"type {self.media_type[:_TOLD]}")
        try:
            data, warnings = self.decoded(path)
        except SourceError:
            if is_declared:
                raise
            data, warnings = b"", ()
        if not is_declared and not is_html(data[:SNIFF_BYTES]):
            raise PassedOverError(f"type {self.media_type[:_TOLD]}" if self.media_type else "no type, and no HTML")
        return data, warnings

    def decoded(self, path: str) -> tuple[bytes, tuple[str, ...]]:
        """Return the decoded body, and warnings about what is lost of it.

        Raises:
            SourceError: It cannot be decoded.
            RefusedError: It has more than MAX_PAGE_BYTES.

        """
        data, warnings = self.data, []
        if self.chunked:
            data, is_whole = without_chunks(data)
            if not is_whole:
                warnings.append("the response ends early: the end of the page is missing")
        for label in reversed(self.encodings):
            data, warning = _undone(data, label, path)
            warnings += [warning] if warning else []
        data = fully_inflated(data, path)
        if len(data) > MAX_PAGE_BYTES:
            raise RefusedError(path, too_large_reason())
        return data, tuple(warnings)


def parse_response(data: bytes, path: str) -> HttpBody:
    """Return the body of a recorded response.

    Raises:
        PassedOverError: Its status is not 2xx.
        SourceError: No blank line ends its headers.
        RefusedError: Its headers have more than MAX_HTTP_HEADER_BYTES.

    """
    status = _STATUS.match(data)
    if status is None or int(status[1]) not in _SUCCESS:
        raise PassedOverError(f"status {status[1].decode()}" if status else "no response")
    blank = _BLANK.search(data, 0, MAX_HTTP_HEADER_BYTES)
    if blank is None:
        if len(data) > MAX_HTTP_HEADER_BYTES:
            raise RefusedError(path, f"its HTTP headers have more than {MAX_HTTP_HEADER_BYTES:,} bytes")
        raise SourceError(path, "an HTTP response without an end of its headers")
    headers = _parse_headers(data[: blank.start()])
    content_type = headers.get("content-type", "")
    return HttpBody(
        media_type_of(content_type),
        charset_of(content_type),
        data[blank.end() :],
        chunked="chunked" in headers.get("transfer-encoding", "").lower(),
        encodings=(*_labels(headers.get("content-encoding")), *_labels(headers.get("transfer-encoding"))),
    )


def without_chunks(data: bytes) -> tuple[bytes, bool]:
    """Return a body without the lengths of its chunks (RFC 9112 §7.1), and whether its end was there.

    A body that does not begin with a length is returned as it is: some crawlers store it decoded, with the old header.
    """
    at, parts = 0, []
    match = _CHUNK.match(data)
    if match is None:
        return data, True
    while match and int(match[1], 16):
        end = match.end() + int(match[1], 16)
        parts.append(data[match.end() : end])
        line_end = _LINE_END.match(data, end)
        if line_end is None:
            return b"".join([*parts, data[end:]]) if end < len(data) else b"".join(parts), False
        at = line_end.end()
        match = _CHUNK.match(data, at)
    # What follows instead of a length is part of the page, and not lost.
    return b"".join(parts) if match else b"".join([*parts, data[at:]]), match is not None


def _labels(header: str | None) -> tuple[str, ...]:
    labels = (label.strip().lower() for label in (header or "").split(","))
    return tuple(label for label in labels if label not in {"", "identity", "chunked"})


def _parse_headers(block: bytes) -> dict[str, str]:
    """Return the headers by name in lower case; of one that is there twice, both values with a comma between."""
    headers: dict[str, str] = {}
    for line in block.decode("latin-1").splitlines()[1:]:
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if colon:
            headers[name] = f"{headers[name]}, {value.strip()}" if headers.get(name) else value.strip()
    return headers


def _undone(data: bytes, label: str, path: str) -> tuple[bytes, str | None]:
    """Return a body without one coding, and a warning if its end is missing."""
    coding = coding_named(label)
    if coding is None:
        if label in UNREAD_CODINGS and not _is_markup(data):
            raise SourceError(path, f"its content encoding is {label[:_TOLD]}; gzip, deflate, br and zstd are read")
        return data, None  # no name of a coding: none was applied, or its signature tells it
    decoded, fault = _inflated(data, coding, path)
    if fault.startswith("is damaged") or (fault and not decoded):
        other = coding_of_bytes(data)
        if _is_markup(data):  # some crawlers store the decoded page with the original headers
            return data, None
        if other and other != coding:
            decoded, fault = _inflated(data, other, path)
        if not decoded:
            raise SourceError(path, f"its {label} content is damaged")
    return decoded, f"its {label} content {fault}: the end of the page is missing" if fault else None


def _inflated(data: bytes, coding: Coding, path: str) -> tuple[bytes, str]:
    decoded, inflater = inflate(data, coding, MAX_PAGE_BYTES)
    if len(decoded) > MAX_PAGE_BYTES:
        raise RefusedError(path, too_large_reason())
    return decoded, inflater.fault


def _is_markup(data: bytes) -> bool:
    return data.lstrip(b"\xef\xbb\xbf \t\r\n\0")[:1] == b"<"
