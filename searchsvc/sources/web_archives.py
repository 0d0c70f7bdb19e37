"""Web archive (WARC, WACZ) → one Source for each HTML page that was served."""

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
from searchsvc.sources.gzip_members import GZIP_HEADER, GzipReader, PlainReader
from searchsvc.sources.http_response import HTML_TYPES, HttpBody, media_type_of, parse_response
from searchsvc.sources.warc_records import MAX_RECORD_BYTES, WarcReader, WarcRecord

#: What a damaged container makes its readers raise.
_DAMAGE = (EOFError, ValueError, RuntimeError, struct.error, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
#: Folder and suffixes of the WARC files in a WACZ.
_WARC_MEMBERS = ("archive/", (".warc", ".warc.gz"))
#: How a member of a zip file begins: its name and an extra field of these lengths follow.
_LOCAL_HEADER = struct.Struct("<4s22xHH")


def read_warc(file: SourceFile) -> Iterator[Source | SourceError]:
    """Yield the HTML pages of a `.warc` or `.warc.gz`; the address of each is its record's offset, `#1234`."""
    try:
        with file.location.open("rb") as raw:
            yield from _read_pages(file, raw, "", raw.seek(0, 2))
    except OSError as error:
        yield SourceError(file.path, os_error_text(error))


def read_wacz(file: SourceFile) -> Iterator[Source | SourceError]:
    """Yield the HTML pages of a `.wacz`: those of the WARC files it packs, `#archive/data.warc.gz#1234`."""
    try:
        with zipfile.ZipFile(file.location) as packed:
            start, ends = _WARC_MEMBERS
            for name in sorted(set(packed.namelist())):
                if name.startswith(start) and name.endswith(ends):
                    yield from _read_member(file, packed, packed.getinfo(name))
    except OSError as error:
        yield SourceError(file.path, os_error_text(error))
    except _DAMAGE as error:
        yield SourceError(file.path, f"not a WACZ that can be unpacked: {error}")


def _read_member(file: SourceFile, packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[Source | SourceError]:
    fragment = f"#{member.filename}"
    stored = member.compress_type == zipfile.ZIP_STORED and not member.flag_bits & 1
    if not stored:
        with packed.open(member) as raw:
            yield from _read_pages(file, cast("BinaryIO", raw), fragment, None)
        return
    # zipfile would keep back what stands before a wrong checksum.
    with file.location.open("rb") as raw:
        raw.seek(member.header_offset)
        _, name, extra = _LOCAL_HEADER.unpack(raw.read(_LOCAL_HEADER.size))
        content = _FileRange(raw, member.header_offset + _LOCAL_HEADER.size + name + extra, member.file_size)
        yield from _read_pages(file, cast("BinaryIO", content), fragment, member.file_size)


class _FileRange:
    """Part of a file, as a file."""

    def __init__(self, raw: BinaryIO, begin: int, size: int) -> None:
        self._raw, self._begin, self._size = raw, begin, size
        self.seek(0)

    def seek(self, offset: int) -> None:
        """Go to a byte."""
        self._offset = offset
        self._raw.seek(self._begin + offset)

    def read(self, size: int) -> bytes:
        """Return so many bytes at most."""
        data = self._raw.read(max(0, min(size, self._size - self._offset)))
        self._offset += len(data)
        return data


def _read_pages(file: SourceFile, raw: BinaryIO, fragment: str, size: int | None) -> Iterator[Source | SourceError]:
    warc = SourceFile(file.location, file.path + fragment, file.name + fragment, file.modified)
    raw.seek(0)
    compressed = raw.read(len(GZIP_HEADER)) == GZIP_HEADER
    raw.seek(0)
    reader = WarcReader(GzipReader(raw) if compressed else PlainReader(raw, size))
    try:
        for record in reader:
            try:
                source = _to_source(warc, record, f"#{record.offset}")
            except SourceError as error:
                yield error
            else:
                if source:
                    yield source
    except _DAMAGE as error:
        yield SourceError(warc.path, f"it cannot be unpacked to its end, the pages after that are missing: {error}")
    if reader.losses.count:
        yield SourceError(warc.path, str(reader.losses))
    elif not reader.count:
        yield SourceError(warc.path, "the crawl is empty: it ends early, or was never written")


def _to_source(warc: SourceFile, record: WarcRecord, fragment: str) -> Source | None:
    headers, path = record.headers, warc.path + fragment
    if record.record_type not in {"response", "resource"}:
        return None
    content_type = headers.get("content-type")
    if record.record_type == "resource":
        body = HttpBody(media_type_of(content_type), None, record.data)
    elif media_type_of(content_type) in {"", "application/http"} and not record.data.startswith(b"HTTP/"):
        raise SourceError(path, "an HTTP response that does not begin as one")
    else:
        response = parse_response(record.data, path)
        if response is None:
            return None
        body = response
    if body.media_type not in HTML_TYPES:
        return None
    if len(record.data) > MAX_RECORD_BYTES:
        raise RefusedError(path, too_large_reason())
    return warc.source(
        body.decoded(path),
        "text/html",
        fragment=fragment,
        captured=_parse_date(headers.get("warc-date")),
        url=headers.get("warc-target-uri"),
        charset=body.charset,
    )


def _parse_date(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
