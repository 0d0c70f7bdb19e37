"""Reader of single files: a page, or a JSONL file with a record a line; gzip is decompressed, sizes are bounded."""

import gzip
import hashlib
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.article import Source

#: Most bytes of a page or record, decompressed; bounds the work of every parser. The largest page that `make quality`
#: reads has 2.2 MB.
MAX_PAGE_BYTES = 5_000_000
#: Bytes per read from a stream.
READ_BYTES = 1 << 16

MEDIA_TYPES = {".html": "text/html", ".htm": "text/html", ".stm": "text/html", ".txt": "text/plain"}
UTF8_BOM = b"\xef\xbb\xbf"
GZIP_MAGIC = b"\x1f\x8b"
#: Bytes from which the type of a file without a known suffix is detected.
SNIFF_BYTES = 1024

#: Characters that would end a line, control a terminal, or change the direction of text.
_CONTROL_CHARACTERS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that may hold pages."""

    #: Path to open it by.
    location: Path
    #: Printable path for reports; printable name relative to the folder that was given.
    path: str
    name: str
    modified: datetime | None = None

    def source(
        self,
        data: bytes,
        media_type: str,
        *,
        fragment: str = "",
        captured: datetime | None = None,
        url: str | None = None,
        charset: str | None = None,
    ) -> Source:
        """Return a page of this file; `fragment` is its address in the file, such as `#12`."""
        return Source(
            path=self.path + fragment,
            name=self.name + fragment,
            data=data,
            media_type=media_type,
            sha256=hashlib.sha256(data).hexdigest(),
            modified=self.modified,
            captured=captured,
            url=url,
            charset=charset,
        )


def regular_file(location: Path, path: str, name: str) -> SourceFile | SourceError:
    """Return a regular file, or a SourceError for anything else (missing, a pipe, a device)."""
    try:
        status = location.stat()
    except OSError as error:
        return SourceError(printable_path(path), os_error_text(error))
    if not location.is_file():
        return SourceError(printable_path(path), "not a regular file (a pipe or a device): save the page as a file")
    modified = datetime.fromtimestamp(max(0, status.st_mtime), UTC)
    return SourceFile(location=location, path=printable_path(path), name=printable_path(name), modified=modified)


def printable_path(path: str) -> str:
    """Return a path as one line of UTF-8 text: other bytes and control characters are escaped."""
    return _CONTROL_CHARACTERS.sub(_escape, os.fsencode(path).decode("utf-8", "backslashreplace"))


def _escape(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape").decode("ascii")


def os_error_text(error: OSError) -> str:
    """Return the message of the system, in lower case."""
    return (error.strerror or str(error) or type(error).__name__).lower()


def too_large_reason(limit: int = MAX_PAGE_BYTES) -> str:
    """Return the reason why a page of more than `limit` bytes is refused."""
    return f"larger than {limit / 1e6:g} MB, the most that is read of one page"


def suffix_of(name: str) -> str:
    """Return the suffix of a file name in lower case; of `page.html.gz` it is `.html`."""
    pure = PurePosixPath(name.lower())
    return PurePosixPath(pure.stem).suffix if pure.suffix == ".gz" else pure.suffix


def read_page(file: SourceFile) -> Iterator[Source | SourceError]:
    """Yield the page in a file, or the SourceError that says why it cannot be read."""
    try:
        data = _read_limited(file)
    except SourceError as error:
        yield error
        return
    media_type = MEDIA_TYPES.get(suffix_of(file.name)) or _sniff_media_type(data)
    if media_type is None:
        yield SourceError(file.path, "neither HTML nor text: pages end in .html, .htm, .stm or .txt (or that and .gz)")
    else:
        yield file.source(data, media_type)


def _read_limited(file: SourceFile) -> bytes:
    try:
        with file.location.open("rb") as raw:
            # By its bytes, not by its name: crawlers save compressed bodies as `page.html`.
            if raw.read(len(GZIP_MAGIC)) == GZIP_MAGIC:
                raw.seek(0)
                return _gunzip(raw, file.path)
            if file.name.lower().endswith(".gz"):
                raise SourceError(file.path, "ends in .gz but is not gzip: rename or compress it again")
            raw.seek(0)
            return _read_stream(raw, file.path)
    except OSError as error:
        raise SourceError(file.path, os_error_text(error)) from error


def _gunzip(raw: IO[bytes], path: str) -> bytes:
    """Return the decompressed gzip stream; at most MAX_PAGE_BYTES are decompressed, and one read more.

    Raises:
        RefusedError: It has more than MAX_PAGE_BYTES, decompressed.
        SourceError: It is damaged or ends early.

    """
    try:
        with gzip.GzipFile(fileobj=raw) as stream:
            return _read_stream(stream, path)
    except EOFError as error:
        raise SourceError(path, "gzip ends early: the file is cut off") from error
    except (zlib.error, gzip.BadGzipFile) as error:
        raise SourceError(path, f"gzip is damaged: {error}") from error


def _read_stream(stream: IO[bytes] | gzip.GzipFile, path: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := stream.read(READ_BYTES):
        size += len(part)
        if size > MAX_PAGE_BYTES:
            raise RefusedError(path, too_large_reason())
        parts.append(part)
    return b"".join(parts)


def _sniff_media_type(data: bytes) -> str | None:
    start = data[:SNIFF_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        return "text/html"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" not in start:
        return "text/plain"
    return None


def read_json_lines(file: SourceFile) -> Iterator[Source | SourceError]:
    """Yield the records of a `.jsonl` or `.jsonl.gz` file; the address of each is the number of its line, `#12`."""
    try:
        with file.location.open("rb") as raw:
            compressed = raw.read(len(GZIP_MAGIC)) == GZIP_MAGIC
            raw.seek(0)
            yield from _json_lines(file, gzip.GzipFile(fileobj=raw) if compressed else raw)
    except EOFError:
        yield SourceError(file.path, "gzip ends early: the records after the cut are missing")
    except (zlib.error, gzip.BadGzipFile) as error:
        yield SourceError(file.path, f"gzip is damaged: {error}: the records after it are missing")
    except OSError as error:
        yield SourceError(file.path, os_error_text(error))


def _json_lines(file: SourceFile, stream: IO[bytes] | gzip.GzipFile) -> Iterator[Source | SourceError]:
    number = 0
    while line := stream.readline(MAX_PAGE_BYTES + 1):
        number += 1
        fragment = f"#{number}"
        if len(line) > MAX_PAGE_BYTES:
            _skip_line(stream, line)
            yield RefusedError(file.path + fragment, too_large_reason())
            continue
        record = line.removeprefix(UTF8_BOM if number == 1 else b"").strip()
        if record[:1] == b"{" and record[-1:] == b"}":
            yield file.source(record, "application/json", fragment=fragment)
        elif record:
            yield SourceError(file.path + fragment, "not a JSON object: each line is one article, {…}")


def _skip_line(stream: IO[bytes] | gzip.GzipFile, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = stream.readline(READ_BYTES)
