"""Web crawls (WARC, WACZ) → one Source for each HTML page that was served."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO, cast

from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.article import Source
from searchsvc.sources.files import SourceFile, os_error_text, too_large_reason
from searchsvc.sources.gzip_members import MEMBER, Packed, Plain
from searchsvc.sources.http_response import HTML, Body, body_of, kind_of
from searchsvc.sources.warc_records import MOST, Record, Records

#: What a damaged container makes its readers raise.
_DAMAGE = (EOFError, ValueError, RuntimeError, struct.error, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
_RECORDS = ("archive/", (".warc", ".warc.gz"))
#: How a member of a zip file begins: its name and an extra field of these lengths follow.
_LOCAL = struct.Struct("<4s22xHH")


def read_crawl(file: SourceFile) -> Iterator[Source | SourceError]:
    """Yield the HTML pages of a `.warc` or `.warc.gz`; the address of each is its record's offset, `#1234`."""
    try:
        with file.file.open("rb") as raw:
            yield from _pages(file, raw, "", raw.seek(0, 2))
    except OSError as error:
        yield SourceError(file.path, os_error_text(error))


def read_collection(file: SourceFile) -> Iterator[Source | SourceError]:
    """Yield the HTML pages of a `.wacz`: those of the crawls it packs, `#archive/data.warc.gz#1234`."""
    try:
        with zipfile.ZipFile(file.file) as packed:
            start, ends = _RECORDS
            for name in sorted(set(packed.namelist())):
                if name.startswith(start) and name.endswith(ends):
                    yield from _member(file, packed, packed.getinfo(name))
    except OSError as error:
        yield SourceError(file.path, os_error_text(error))
    except _DAMAGE as error:
        yield SourceError(file.path, f"not a WACZ that can be unpacked: {error}")


def _member(file: SourceFile, packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[Source | SourceError]:
    within, plain = f"#{member.filename}", member.compress_type == zipfile.ZIP_STORED and not member.flag_bits & 1
    if not plain:
        with packed.open(member) as raw:
            yield from _pages(file, cast("BinaryIO", raw), within, None)
        return
    # zipfile would keep back what stands before a wrong checksum.
    with file.file.open("rb") as raw:
        raw.seek(member.header_offset)
        _, name, extra = _LOCAL.unpack(raw.read(_LOCAL.size))
        stored = _Stretch(raw, member.header_offset + _LOCAL.size + name + extra, member.file_size)
        yield from _pages(file, cast("BinaryIO", stored), within, member.file_size)


class _Stretch:
    """Part of a file, as a file."""

    def __init__(self, raw: BinaryIO, begin: int, size: int) -> None:
        self._raw, self._begin, self._size = raw, begin, size
        self.seek(0)

    def seek(self, at: int) -> None:
        """Go to a byte."""
        self._at = at
        self._raw.seek(self._begin + at)

    def read(self, size: int) -> bytes:
        """Return so many bytes at most."""
        found = self._raw.read(max(0, min(size, self._size - self._at)))
        self._at += len(found)
        return found


def _pages(file: SourceFile, raw: BinaryIO, within: str, size: int | None) -> Iterator[Source | SourceError]:
    place = SourceFile(file.file, file.path + within, file.name + within, file.modified)
    raw.seek(0)
    packed = raw.read(len(MEMBER)) == MEMBER
    raw.seek(0)
    records = Records(Packed(raw) if packed else Plain(raw, size))
    try:
        for record in records:
            try:
                found = _served(place, record, f"#{record.offset}")
            except SourceError as error:
                yield error
            else:
                if found:
                    yield found
    except _DAMAGE as error:
        yield SourceError(place.path, f"it cannot be unpacked to its end, the pages after that are missing: {error}")
    if records.losses.count:
        yield SourceError(place.path, str(records.losses))
    elif not records.seen:
        yield SourceError(place.path, "the crawl is empty: it ends early, or was never written")


def _served(place: SourceFile, record: Record, at: str) -> Source | None:
    headers, path = record.headers, place.path + at
    if record.kind not in {"response", "resource"}:
        return None
    told = headers.get("content-type")
    if record.kind == "resource":
        body = Body(kind_of(told), None, record.data)
    elif kind_of(told) in {"", "application/http"} and not record.data.startswith(b"HTTP/"):
        raise SourceError(path, "an HTTP response that does not begin as one")
    else:
        found = body_of(record.data, path)
        if found is None:
            return None
        body = found
    if body.media_type not in HTML:
        return None
    if len(record.data) > MOST:
        raise RefusedError(path, too_large_reason())
    return place.source(
        body.decoded(path),
        "text/html",
        at=at,
        captured=_moment(headers.get("warc-date")),
        url=headers.get("warc-target-uri"),
        charset=body.charset,
    )


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
