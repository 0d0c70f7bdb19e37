"""Reader of web archives (WARC, ARC, WACZ): yields a Source for each HTML page, from the response that was recorded.

What is no page (another media type, status or type of record) is yielded as PassedOver, so that it is counted.
"""

import lzma
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import BinaryIO, cast

from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.source import PassedOver, Source
from searchsvc.sources.content_codings import READ_BYTES, coding_of_bytes
from searchsvc.sources.files import FileItem, SourceFile, os_error_text, too_large_reason
from searchsvc.sources.gzip_members import DamagedMemberError, GzipReader, MemberReader, PlainReader
from searchsvc.sources.http_responses import HttpBody, PassedOverError, parse_response
from searchsvc.sources.media_types import HTML, charset_of, media_type_of
from searchsvc.sources.record_formats import ARC, WARC, RecordFormat
from searchsvc.sources.warc_records import MAX_RECORD_BYTES, WarcReader, WarcRecord

#: Exceptions that the libraries raise for damaged containers.
DAMAGE = (EOFError, ValueError, RuntimeError, struct.error, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
#: Suffixes of the members of a collection that are crawls, in whichever folder they lie (WACZ 1.1.1 says `archive/`,
#: others pack a folder around it), and of those that are collections themselves (Multi-WACZ).
_CRAWLS = tuple(f"{kind}{packing}" for kind in (".warc", ".arc") for packing in ("", ".gz", ".zst"))
_COLLECTIONS = (".wacz",)
#: Most collections inside each other; most bytes of one that is compressed in another.
MOST_NESTED, MAX_NESTED_BYTES = 3, 256_000_000
#: Bytes from which the packing and format of a crawl are told.
_HEAD_BYTES = 64
#: Most crawls of a WACZ that are read; most bytes of the list of its members. 100 bytes a member are usual.
MAX_MEMBERS, MAX_DIRECTORY_BYTES = 10_000, 8_000_000
#: Bytes at the end of a zip file that hold the records of its end: a comment may have 65,535 (APPNOTE.TXT 4.3.16).
_MAX_TAIL = 22 + 65_535 + 20 + 56
#: Value of a field of 4 bytes whose number stands in the record of Zip64.
_IN_ZIP64 = 0xFFFFFFFF
#: Local file header of a zip member: signature, …, length of the name, length of the extra field (APPNOTE.TXT 4.3.7).
_LOCAL_HEADER = struct.Struct("<4s22xHH")


def read_warc(file: SourceFile) -> Iterator[FileItem]:
    """Yield the HTML pages of a WARC or ARC file, plain, gzip or zstd; the address of each is its offset, `#1234`."""
    try:
        with file.location.open("rb") as raw:
            yield from _read_pages(file, raw, "", raw.seek(0, 2))
    except OSError as error:
        yield SourceError(file.path, os_error_text(error))


def read_wacz(file: SourceFile) -> Iterator[FileItem]:
    """Yield the HTML pages of the crawls in a collection; the address of each is like `#archive/data.warc.gz#1234`."""
    try:
        with file.location.open("rb") as raw:
            yield from _read_collection(file, raw, "", 1)
    except OSError as error:
        yield SourceError(file.path, os_error_text(error))


def _read_collection(file: SourceFile, raw: BinaryIO, fragment: str, depth: int) -> Iterator[FileItem]:
    path = file.path + fragment
    try:
        check_directory(path, raw)
        with zipfile.ZipFile(raw) as packed:
            members = {member.filename for member in packed.infolist() if not member.is_dir()}
            names = sorted(name for name in members if name.lower().endswith((*_CRAWLS, *_COLLECTIONS)))
            for name in names[:MAX_MEMBERS]:
                yield from _read_member(file, raw, packed, packed.getinfo(name), fragment, depth)
            if len(names) > MAX_MEMBERS:
                more = len(names) - MAX_MEMBERS
                reason = (
                    f"{more:,} of its crawls were not read, {MAX_MEMBERS:,} are the most: split it into smaller files"
                )
                yield RefusedError(path, reason)
            if not names:
                yield _without_crawl(file, path, len(members))
    except SourceError as error:
        yield error
    except OSError as error:
        yield SourceError(path, os_error_text(error))
    except DAMAGE as error:
        yield SourceError(path, f"not a WACZ that can be unpacked: {error}")


def _without_crawl(file: SourceFile, path: str, members: int) -> FileItem:
    """Return what is told of a collection without a crawl: a zip file of a folder may be anything."""
    if file.given or file.name.lower().endswith(_COLLECTIONS):
        endings = " ".join(_CRAWLS)
        return SourceError(path, f"no crawl in it: none of its {members:,} members ends in {endings} or .wacz")
    return PassedOver(path, "zip file without crawls")


def check_directory(path: str, raw: BinaryIO) -> None:
    """Refuse a zip file whose central directory is too long: zipfile reads all of it at once, in ten times its bytes.

    Its size stands in the record that ends the file, or in the one before that in files of Zip64 (APPNOTE.TXT 4.3.14,
    4.3.16); whether the record is whole is left to zipfile.

    Raises:
        RefusedError: It has more than MAX_DIRECTORY_BYTES.

    """
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
            path,
            f"its list of members has {size / 1e6:.1f} MB, {MAX_DIRECTORY_BYTES / 1e6:g} MB are the most that is read: "
            "split it into smaller files",
        )


def _read_member(
    file: SourceFile, raw: BinaryIO, packed: zipfile.ZipFile, member: zipfile.ZipInfo, within: str, depth: int
) -> Iterator[FileItem]:
    fragment = f"{within}#{member.filename}"
    is_collection = member.filename.lower().endswith(_COLLECTIONS)
    if is_collection and depth == MOST_NESTED:
        raise RefusedError(file.path + fragment, f"{MOST_NESTED} collections lie in each other: unpack the outer ones")
    with ExitStack() as opened:
        stream, size = member_stream(raw, packed, member, opened)
        if is_collection and size is None:
            stream = opened.enter_context(unpacked(stream, file.path + fragment))
        if is_collection:
            yield from _read_collection(file, stream, fragment, depth + 1)
        else:
            yield from _read_pages(file, stream, fragment, size)


def member_stream(
    raw: BinaryIO, packed: zipfile.ZipFile, member: zipfile.ZipInfo, opened: ExitStack
) -> tuple[BinaryIO, int | None]:
    """Return a stream of a member of a zip file, which `opened` closes; and its size, None if it is compressed."""
    if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1:
        return cast("BinaryIO", opened.enter_context(packed.open(member))), None
    # Read without zipfile, which raises at a wrong checksum before it returns the last bytes.
    raw.seek(member.header_offset)
    _, name, extra = _LOCAL_HEADER.unpack(raw.read(_LOCAL_HEADER.size))
    content = _FileRange(raw, member.header_offset + _LOCAL_HEADER.size + name + extra, member.file_size)
    return cast("BinaryIO", content), member.file_size


def unpacked(stream: BinaryIO, path: str) -> BinaryIO:
    """Return a temporary file of the bytes of a stream, because the list of a collection's members is at its end.

    Raises:
        RefusedError: It has more than MAX_NESTED_BYTES.

    """
    file = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    size = 0
    while chunk := stream.read(READ_BYTES):
        size += len(chunk)
        if size > MAX_NESTED_BYTES:
            file.close()
            raise RefusedError(path, f"{too_large_collection()}: unpack the outer one")
        file.write(chunk)
    return cast("BinaryIO", file)


def too_large_collection() -> str:
    """Return the reason why a collection inside of another is refused."""
    return f"a compressed collection of more than {MAX_NESTED_BYTES / 1e6:g} MB in another"


class _FileRange:
    """A range of a file, with `seek` and `read` of a file."""

    def __init__(self, raw: BinaryIO, begin: int, size: int) -> None:
        self._raw, self._begin, self._size, self._offset = raw, begin, size, 0

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to an offset in the range; return it."""
        self._offset = max(0, offset + (0, self._offset, self._size)[whence])
        return self._offset

    def tell(self) -> int:
        """Return the offset in the range."""
        return self._offset

    def seekable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return at most `size` bytes; all that are left if it is negative."""
        left = max(0, self._size - self._offset)
        self._raw.seek(self._begin + self._offset)
        data = self._raw.read(left if size < 0 else min(size, left))
        self._offset += len(data)
        return data


def members_of(raw: BinaryIO, size: int | None) -> tuple[MemberReader, RecordFormat]:
    """Return the reader of a crawl's members, and the format of its records: by its first bytes, of any name."""
    raw.seek(0)
    coding = coding_of_bytes(raw.read(_HEAD_BYTES))

    def members(form: RecordFormat) -> MemberReader:
        raw.seek(0)
        if coding == "zstd":
            from searchsvc.sources.zstd_members import ZstdReader  # noqa: PLC0415 - slow to import, and rare

            return ZstdReader(raw, form)
        return GzipReader(raw, form) if coding == "gzip" else PlainReader(raw, size)

    try:
        head = members(WARC).read()
    except DamagedMemberError:
        head = b""
    form = ARC if ARC.begins(head) else WARC
    return members(form), form


def _read_pages(file: SourceFile, raw: BinaryIO, fragment: str, size: int | None) -> Iterator[FileItem]:
    crawl = replace(file, path=file.path + fragment, name=file.name + fragment)
    reader: WarcReader | None = None
    try:
        members, form = members_of(raw, size)
        reader = WarcReader(members, form)
        for record in reader:
            try:
                yield page_of_record(crawl, record, f"#{record.offset}")
            except PassedOverError as reason:
                yield PassedOver(crawl.path, str(reason))
            except SourceError as error:
                yield error
    except DamagedMemberError as error:
        yield SourceError(crawl.path, f"it cannot be unpacked: {error}")
        return
    except DAMAGE as error:
        yield SourceError(crawl.path, f"it cannot be unpacked to its end, the pages after that are missing: {error}")
    if reader and reader.losses.count:
        yield SourceError(crawl.path, str(reader.losses))
    elif reader and not reader.count:
        yield SourceError(crawl.path, "the crawl is empty: it ends early, or was never written")


def page_of_record(crawl: SourceFile, record: WarcRecord, fragment: str) -> Source:
    """Return the page in a record.

    Raises:
        PassedOverError: It is none.
        SourceError: It cannot be read.

    """
    headers, path = record.headers, crawl.path + fragment
    if record.record_type not in {"response", "resource"}:
        raise PassedOverError(f"record of type {record.record_type}")
    content_type = headers.get("content-type")
    is_http = record.data.startswith(b"HTTP/")
    if record.record_type == "response" or is_http:
        if media_type_of(content_type) in {"", "application/http"} and not is_http:
            raise SourceError(path, "an HTTP response that does not begin as one")
        body = parse_response(record.data, path)
    else:
        body = HttpBody(media_type_of(content_type), charset_of(content_type), record.data)
    data, warnings = body.page(path)
    if len(record.data) > MAX_RECORD_BYTES:
        raise RefusedError(path, too_large_reason())
    return crawl.source(
        data,
        HTML,
        fragment=fragment,
        captured=_parse_date(headers.get("warc-date")),
        url=_address(headers.get("warc-target-uri")),
        charset=body.charset,
        warnings=warnings,
    )


def _address(uri: str | None) -> str | None:
    """Return an address without the brackets that WARC 1.0 printed around it."""
    return uri.removeprefix("<").removesuffix(">").strip() if uri else None


def _parse_date(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
