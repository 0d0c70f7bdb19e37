"""File → one page, its bytes inflated and capped."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO

from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.article import Source
from searchsvc.sources.files import CHUNK, MOST_BYTES, File, reason, too_large

MEDIA_TYPES = {".html": "text/html", ".htm": "text/html", ".stm": "text/html", ".txt": "text/plain"}
GZIP = b"\x1f\x8b"
#: Bytes that tell what a file without a known suffix is.
SNIFFED = 1024


def suffix_of(name: str) -> str:
    """Return the suffix that says what a file holds, in lower case, `.gz` put aside."""
    pure = PurePosixPath(name.lower())
    return PurePosixPath(pure.stem).suffix if pure.suffix == ".gz" else pure.suffix


def read_page(file: File) -> Iterator[Source | SourceError]:
    """Yield the page in a file, or why it cannot be read."""
    try:
        data = _capped(file)
    except SourceError as error:
        yield error
        return
    media_type = MEDIA_TYPES.get(suffix_of(file.name)) or _sniffed(data)
    if media_type is None:
        yield SourceError(file.path, "neither HTML nor text: pages end in .html, .htm, .stm or .txt (or that and .gz)")
    else:
        yield file.source(data, media_type)


def _capped(file: File) -> bytes:
    try:
        with file.file.open("rb") as raw:
            # By its bytes, not its name: crawlers save compressed bodies as `page.html`.
            if raw.read(len(GZIP)) == GZIP:
                raw.seek(0)
                return inflated(raw, file.path)
            if file.name.lower().endswith(".gz"):
                raise SourceError(file.path, "ends in .gz but is not gzip: rename or compress it again")
            raw.seek(0)
            return _whole(raw, file.path)
    except OSError as error:
        raise SourceError(file.path, reason(error)) from error


def inflated(raw: IO[bytes], path: str) -> bytes:
    """Return what a gzip stream holds, never more than a page may have.

    Raises:
        RefusedError: It inflates to more.
        SourceError: It is damaged or ends early.

    """
    try:
        with gzip.GzipFile(fileobj=raw) as stream:
            return _whole(stream, path)
    except EOFError as error:
        raise SourceError(path, "gzip ends early: the file is cut off") from error
    except (zlib.error, gzip.BadGzipFile) as error:
        raise SourceError(path, f"gzip is damaged: {error}") from error


def _whole(stream: IO[bytes] | gzip.GzipFile, path: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := stream.read(CHUNK):
        size += len(part)
        if size > MOST_BYTES:
            raise RefusedError(path, too_large())
        parts.append(part)
    return b"".join(parts)


def _sniffed(data: bytes) -> str | None:
    start = data[:SNIFFED].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        return "text/html"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" not in start:
        return "text/plain"
    return None
