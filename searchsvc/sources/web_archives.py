"""Reader of web archives (WARC, WACZ): yields a Source for each HTML page, from the HTTP response that was recorded."""

import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import BinaryIO, cast

from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.article import Source
from searchsvc.sources.files import MAX_PAGE_BYTES, SourceFile, os_error_text, too_large_reason
from searchsvc.sources.gzip_members import GZIP_HEADER, GzipReader, PlainReader
from searchsvc.sources.warc_records import MAX_HTTP_HEADER_BYTES, MAX_RECORD_BYTES, WarcReader, WarcRecord

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_SUCCESS = re.compile(rb"HTTP/\d(?:\.\d)? +2\d\d\b")
_BLANK = re.compile(rb"\r?\n\r?\n")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HttpBody:
    """The body of an HTTP response, as it was sent, with what is needed to decode it."""

    media_type: str
    charset: str | None
    data: bytes
    chunked: bool = False
    #: Content encodings in the order they were applied.
    encodings: tuple[str, ...] = ()

    def decoded(self, path: str) -> bytes:
        """Return the decoded body.

        Raises:
            SourceError: It cannot be decoded.
            RefusedError: It has more than MAX_PAGE_BYTES.

        """
        data = self.data
        if self.chunked:
            from warcio.bufferedreaders import ChunkedDataReader  # noqa: PLC0415 - slow to import, and many crawls have no chunks

            data = ChunkedDataReader(BytesIO(data)).read()
        for name in reversed(self.encodings):
            data = _decode(data, name, path)
        if len(data) > MAX_PAGE_BYTES:
            raise RefusedError(path, too_large_reason())
        return data


def parse_response(data: bytes, path: str) -> HttpBody | None:
    """Return the body of a recorded response, or None if its status is not 2xx.

    Raises:
        SourceError: No blank line ends its headers.
        RefusedError: Its headers have more than MAX_HTTP_HEADER_BYTES.

    """
    if not _SUCCESS.match(data):
        return None
    blank = _BLANK.search(data, 0, MAX_HTTP_HEADER_BYTES)
    if blank is None:
        if len(data) > MAX_HTTP_HEADER_BYTES:
            raise RefusedError(path, f"its HTTP headers have more than {MAX_HTTP_HEADER_BYTES:,} bytes")
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
    except zlib.error:
        if data.lstrip()[:1] == b"<":  # some crawlers store the decoded page with the original headers
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
    except zlib.error:  # raw deflate without the zlib header, as some servers send it
        return zlib.decompressobj(wbits=-zlib.MAX_WBITS).decompress(data, MAX_PAGE_BYTES + 1)


def _zstd(data: bytes) -> bytes:
    import zstandard  # noqa: PLC0415 - slow to import, and few responses are compressed by it

    try:
        with zstandard.ZstdDecompressor().stream_reader(BytesIO(data)) as stream:
            return stream.read(MAX_PAGE_BYTES + 1)
    except zstandard.ZstdError as error:
        raise zlib.error(str(error)) from error


_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "zstd": _zstd,
}


#: Exceptions that the libraries raise for damaged containers.
_DAMAGE = (EOFError, ValueError, RuntimeError, struct.error, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
#: Folder and suffixes of the WARC files in a WACZ (WACZ specification 1.1.1).
_WARC_MEMBERS = ("archive/", (".warc", ".warc.gz"))
#: Most crawls of a WACZ that are read; most bytes of the list of its members. 100 bytes a member are usual.
MAX_MEMBERS, MAX_DIRECTORY_BYTES = 10_000, 8_000_000
#: Bytes at the end of a zip file that hold the records of its end: a comment may have 65,535 (APPNOTE.TXT 4.3.16).
_MAX_TAIL = 22 + 65_535 + 20 + 56
#: Value of a field of 4 bytes whose number stands in the record of Zip64.
_IN_ZIP64 = 0xFFFFFFFF
#: Local file header of a zip member: signature, …, length of the name, length of the extra field (APPNOTE.TXT 4.3.7).
_LOCAL_HEADER = struct.Struct("<4s22xHH")


def read_warc(file: SourceFile) -> Iterator[Source | SourceError]:
    """Yield the HTML pages of a `.warc` or `.warc.gz`; the address of each is the offset of its record, `#1234`."""
    try:
        with file.location.open("rb") as raw:
            yield from _read_pages(file, raw, "", raw.seek(0, 2))
    except OSError as error:
        yield SourceError(file.path, os_error_text(error))


def read_wacz(file: SourceFile) -> Iterator[Source | SourceError]:
    """Yield the HTML pages of the WARC files in a `.wacz`; the address of each is like `#archive/data.warc.gz#1234`."""
    try:
        _check_directory(file)
        with zipfile.ZipFile(file.location) as packed:
            start, ends = _WARC_MEMBERS
            names = sorted({name for name in packed.namelist() if name.startswith(start) and name.endswith(ends)})
            for name in names[:MAX_MEMBERS]:
                yield from _read_member(file, packed, packed.getinfo(name))
            if len(names) > MAX_MEMBERS:
                more = len(names) - MAX_MEMBERS
                reason = (
                    f"{more:,} of its crawls were not read, {MAX_MEMBERS:,} are the most: split it into smaller files"
                )
                yield RefusedError(file.path, reason)
    except SourceError as error:
        yield error
    except OSError as error:
        yield SourceError(file.path, os_error_text(error))
    except _DAMAGE as error:
        yield SourceError(file.path, f"not a WACZ that can be unpacked: {error}")


def _check_directory(file: SourceFile) -> None:
    """Refuse a zip file whose central directory is too long: zipfile reads all of it at once, in ten times its bytes.

    Its size stands in the record that ends the file, or in the one before that in files of Zip64 (APPNOTE.TXT 4.3.14,
    4.3.16); whether the record is whole is left to zipfile.

    Raises:
        RefusedError: It has more than MAX_DIRECTORY_BYTES.

    """
    with file.location.open("rb") as raw:
        raw.seek(max(0, raw.seek(0, 2) - _MAX_TAIL))
        tail = raw.read(_MAX_TAIL)
    size = 0
    for signature, offset, width in ((b"PK\5\6", 12, 4), (b"PK\6\6", 40, 8)):
        begin = tail.rfind(signature)
        if begin >= 0:
            value = int.from_bytes(tail[begin + offset : begin + offset + width], "little")
            size = max(size, value if value != _IN_ZIP64 else 0)
    if size > MAX_DIRECTORY_BYTES:
        raise RefusedError(
            file.path,
            f"its list of members has {size / 1e6:.1f} MB, {MAX_DIRECTORY_BYTES / 1e6:g} MB are the most that is read: "
            "split it into smaller files",
        )


def _read_member(file: SourceFile, packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[Source | SourceError]:
    fragment = f"#{member.filename}"
    stored = member.compress_type == zipfile.ZIP_STORED and not member.flag_bits & 1
    if not stored:
        with packed.open(member) as raw:
            yield from _read_pages(file, cast("BinaryIO", raw), fragment, None)
        return
    # Read without zipfile, which raises at a wrong checksum before it returns the last bytes.
    with file.location.open("rb") as raw:
        raw.seek(member.header_offset)
        _, name, extra = _LOCAL_HEADER.unpack(raw.read(_LOCAL_HEADER.size))
        content = _FileRange(raw, member.header_offset + _LOCAL_HEADER.size + name + extra, member.file_size)
        yield from _read_pages(file, cast("BinaryIO", content), fragment, member.file_size)


class _FileRange:
    """A range of a file, with `seek` and `read` of a file."""

    def __init__(self, raw: BinaryIO, begin: int, size: int) -> None:
        self._raw, self._begin, self._size = raw, begin, size
        self.seek(0)

    def seek(self, offset: int) -> None:
        """Go to an offset in the range."""
        self._offset = offset
        self._raw.seek(self._begin + offset)

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes."""
        data = self._raw.read(max(0, min(size, self._size - self._offset)))
        self._offset += len(data)
        return data


def _read_pages(file: SourceFile, raw: BinaryIO, fragment: str, size: int | None) -> Iterator[Source | SourceError]:
    warc = replace(file, path=file.path + fragment, name=file.name + fragment)
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
