"""JSON lines → one Source a record."""

import gzip
import zlib
from collections.abc import Iterator
from typing import IO

from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.article import Source
from searchsvc.sources.files import CHUNK, GZIP, MOST_BYTES, File, reason, too_large

UTF8_MARK = b"\xef\xbb\xbf"


def read_records(file: File) -> Iterator[Source | SourceError]:
    """Yield the records of a `.jsonl` or `.jsonl.gz` file; the address of each is its line, `#12`."""
    try:
        with file.file.open("rb") as raw:
            packed = raw.read(len(GZIP)) == GZIP
            raw.seek(0)
            yield from _records(file, gzip.GzipFile(fileobj=raw) if packed else raw)
    except EOFError:
        yield SourceError(file.path, "gzip ends early: the records after the cut are missing")
    except (zlib.error, gzip.BadGzipFile) as error:
        yield SourceError(file.path, f"gzip is damaged: {error}: the records after it are missing")
    except OSError as error:
        yield SourceError(file.path, reason(error))


def _records(file: File, stream: IO[bytes] | gzip.GzipFile) -> Iterator[Source | SourceError]:
    number = 0
    while line := stream.readline(MOST_BYTES + 1):
        number += 1
        at = f"#{number}"
        if len(line) > MOST_BYTES:
            _skip_line(stream, line)
            yield RefusedError(file.path + at, too_large())
            continue
        record = line.removeprefix(UTF8_MARK if number == 1 else b"").strip()
        if record[:1] == b"{" and record[-1:] == b"}":
            yield file.source(record, "application/json", at=at)
        elif record:
            yield SourceError(file.path + at, "not a JSON object: each line is one article, {…}")


def _skip_line(stream: IO[bytes] | gzip.GzipFile, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = stream.readline(CHUNK)
