"""Web crawls (WARC, WACZ) → one Source for each HTML page that was served."""

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import BinaryIO, Protocol, cast

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeadersParserException

from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.article import Source
from searchsvc.sources.found import File, reason
from searchsvc.sources.http import HTML, Body, body_of, kind_of
from searchsvc.sources.limits import CHUNK, MOST_BYTES, too_large

#: Bytes of HTTP headers at most, beside those of the page.
HEADERS = 1 << 16
#: What a damaged crawl makes its readers raise.
_DAMAGE = (
    ArchiveLoadFailed,
    StatusAndHeadersParserException,
    EOFError,
    ValueError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
)
_RECORDS = ("archive/", (".warc", ".warc.gz"))
_ENDS_EARLY = "the crawl is empty or ends early: pages after the cut are missing"
_CUT = "the crawl is cut off or damaged"
#: zlib's sign for a gzip stream.
_GZIP = zlib.MAX_WBITS | 16


class _Headers(Protocol):
    def get_header(self, name: str) -> str | None: ...


class _Record(Protocol):
    rec_type: str
    rec_headers: _Headers
    raw_stream: BinaryIO


class _Records(ArchiveIterator):  # type: ignore[misc]  # warcio has no types
    """The records of a crawl, as they are; knows whether the last one was cut off."""

    cut_off = False
    #: Where the record begins that was read last.
    offset: int

    def __init__(self, raw: BinaryIO) -> None:
        """Read from a file."""
        # HTTP headers are the page's own, so warcio, which reads lines of any length, must not see them.
        super().__init__(raw, no_record_parse=True)

    def close(self) -> None:
        """Called by warcio at the end of the file."""
        packed = self.reader.decompressor if self.reader else None
        self.cut_off = packed is not None and not packed.eof
        super().close()


def read_crawl(file: File) -> Iterator[Source | SourceError]:
    """Yield the HTML pages of a `.warc` or `.warc.gz`; the address of each is its record's offset, `#1234`."""
    try:
        with file.file.open("rb") as raw:
            yield from _pages(file, raw, "")
    except OSError as error:
        yield SourceError(file.path, reason(error))


def read_collection(file: File) -> Iterator[Source | SourceError]:
    """Yield the HTML pages of a `.wacz`: those of the crawls it packs, `#archive/data.warc.gz#1234`."""
    try:
        with zipfile.ZipFile(file.file) as packed:
            start, ends = _RECORDS
            for name in sorted(set(packed.namelist())):
                if name.startswith(start) and name.endswith(ends):
                    with packed.open(name) as raw:
                        yield from _pages(file, cast("BinaryIO", raw), f"#{name}")
    except OSError as error:
        yield SourceError(file.path, reason(error))
    except (RuntimeError, NotImplementedError, *_DAMAGE) as error:
        yield SourceError(file.path, f"not a WACZ that can be unpacked: {error}")


def _pages(file: File, raw: BinaryIO, within: str) -> Iterator[Source | SourceError]:
    place = File(file.file, file.path + within, file.name + within, file.modified)
    records = _Records(raw)
    seen = 0
    try:
        for record in records:
            seen += 1
            yield from _page(place, record, f"#{records.offset}")
    except ArchiveLoadFailed as error:
        if "non-chunked" not in str(error) or not raw.seekable():
            yield _damaged(place, records, error)
            return
        yield from _in_one_piece(place, raw, seen)
    except _DAMAGE as error:
        yield _damaged(place, records, error)
    if records.cut_off:
        yield SourceError(place.path, _ENDS_EARLY)


def _in_one_piece(place: File, raw: BinaryIO, seen: int) -> Iterator[Source | SourceError]:
    """Read on in a crawl whose records were packed together, not each for itself."""
    raw.seek(0)
    stream = _Inflated(raw)
    records = _Records(cast("BinaryIO", stream))
    try:
        for record in islice(records, seen, None):
            yield from _page(place, record, f"#{records.offset}")
    except _DAMAGE as error:
        yield _damaged(place, records, error)
    if stream.cut_off:
        yield SourceError(place.path, _ENDS_EARLY)


class _Inflated:
    """A gzip stream, inflated as far as it goes: a cut is its end, and no error that loses what stands before."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._inflate = zlib.decompressobj(_GZIP)
        self._packed = b""

    @property
    def cut_off(self) -> bool:
        return not self._inflate.eof

    def read(self, size: int = CHUNK) -> bytes:
        data = b""
        while not data:
            if self._inflate.eof:
                found = self._inflate.unused_data or self._raw.read(CHUNK)
                while found and not found.strip(b"\0"):
                    found = self._raw.read(CHUNK)
                if not found:
                    return b""
                self._packed, self._inflate = found.lstrip(b"\0"), zlib.decompressobj(_GZIP)
            elif not self._packed:
                self._packed = self._raw.read(CHUNK)
                if not self._packed:
                    return b""
            data = self._inflate.decompress(self._packed, size)
            self._packed = self._inflate.unconsumed_tail
        return data


def _damaged(place: File, records: _Records, error: Exception) -> SourceError:
    """Return what is wrong with a container: not with one of its records, for all that follow are missing too."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return SourceError(place.path, f"{lines[0]} (byte {max(0, records.offset):,}): what follows is not read")


def _page(place: File, record: _Record, at: str) -> Iterator[Source | SourceError]:
    try:
        found = _served(place, record, at)
    except SourceError as error:
        yield error
    else:
        if found:
            yield found


def _served(place: File, record: _Record, at: str) -> Source | None:
    headers = record.rec_headers
    length, kind = headers.get_header("Content-Length"), record.rec_type
    if not length:
        raise SourceError(place.path, f"the headers of record {at} end early: {_CUT}")
    if kind not in {"response", "resource"}:
        return None
    most = MOST_BYTES + HEADERS
    data = record.raw_stream.read(most + 1)
    path = place.path + at
    body = body_of(data, path) if kind == "response" else Body(kind_of(headers.get_header("Content-Type")), None, data)
    if body is None or body.media_type not in HTML:
        return None
    if len(data) > most:
        raise RefusedError(path, too_large())
    if len(data) < int(length):
        raise SourceError(place.path, f"record {at} ends early: {_CUT}")
    return place.source(
        body.decoded(path),
        "text/html",
        at=at,
        captured=_moment(headers.get_header("WARC-Date")),
        url=headers.get_header("WARC-Target-URI"),
        charset=body.charset,
    )


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
