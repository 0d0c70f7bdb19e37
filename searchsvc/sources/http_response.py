"""HTTP response as it was recorded → the page in it, its encodings undone."""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import zstandard
from warcio.bufferedreaders import ChunkedDataReader

from searchsvc.errors import RefusedError, SourceError
from searchsvc.sources.files import MAX_PAGE_BYTES, too_large_reason

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_SUCCESS = re.compile(rb"HTTP/\d(?:\.\d)? +2\d\d\b")
_BLANK = re.compile(rb"\r?\n\r?\n")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HttpBody:
    """What a server sent, still encoded."""

    media_type: str
    charset: str | None
    data: bytes
    chunked: bool = False
    #: Content encodings in the order they were applied.
    encodings: tuple[str, ...] = ()

    def decoded(self, path: str) -> bytes:
        """Return the page, never more than one may have.

        Raises:
            SourceError: It cannot be decoded; RefusedError if it is too large.

        """
        data = self.data
        if self.chunked:
            data = ChunkedDataReader(BytesIO(data)).read()
        for name in reversed(self.encodings):
            data = _decode(data, name, path)
        if len(data) > MAX_PAGE_BYTES:
            raise RefusedError(path, too_large_reason())
        return data


def parse_response(data: bytes, path: str) -> HttpBody | None:
    """Return the body of a recorded response, or None if it is no success.

    Raises:
        SourceError: It has no end of headers.

    """
    if not _SUCCESS.match(data):
        return None
    blank = _BLANK.search(data)
    if blank is None:
        raise SourceError(path, "an HTTP response without an end of its headers")
    headers = _parse_headers(data[: blank.start()])
    content_type = headers.get("content-type", "")
    charset = _CHARSET.search(content_type)
    encodings = [name.strip().lower() for name in headers.get("content-encoding", "").split(",")]
    return HttpBody(
        media_type_of(content_type),
        charset[1] if charset else None,
        data[blank.end() :],
        chunked="chunked" in headers.get("transfer-encoding", "").lower(),
        encodings=tuple(name for name in encodings if name not in {"", "identity"}),
    )


def media_type_of(content_type: str | None) -> str:
    """Return the media type of a Content-Type header, without its parameters."""
    return (content_type or "").partition(";")[0].strip().lower()


def _parse_headers(block: bytes) -> dict[str, str]:
    lines = block.decode("latin-1").splitlines()[1:]
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


def _decode(data: bytes, name: str, path: str) -> bytes:
    decoder = _DECODERS.get(name)
    if decoder is None:
        raise SourceError(path, f"its content encoding is {name[:40]}; gzip, deflate and zstd are read")
    try:
        decoded_data = decoder(data)
    except (zlib.error, zstandard.ZstdError):
        if data.lstrip()[:1] == b"<":  # crawlers that store the decoded page keep the header
            return data
        raise SourceError(path, f"its {name} content is damaged") from None
    if len(decoded_data) > MAX_PAGE_BYTES:
        raise RefusedError(path, too_large_reason())
    return decoded_data


def _gzip(data: bytes) -> bytes:
    return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(data, MAX_PAGE_BYTES + 1)


def _deflate(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, MAX_PAGE_BYTES + 1)
    except zlib.error:  # without its header, as some servers send it
        return zlib.decompressobj(wbits=-zlib.MAX_WBITS).decompress(data, MAX_PAGE_BYTES + 1)


def _zstd(data: bytes) -> bytes:
    with zstandard.ZstdDecompressor().stream_reader(BytesIO(data)) as stream:
        return stream.read(MAX_PAGE_BYTES + 1)


_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "zstd": _zstd,
}
