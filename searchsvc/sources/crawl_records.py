"""Records of a crawl by their place: the page at `#1234`, and what was recorded near it, without reading all before.

The place of a record is the offset of its gzip member or zstd frame, or, where nothing is compressed, of itself. Where
it is another (a crawl that is one gzip member), nothing is found here, and the crawl has to be read from its beginning.
"""

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import BinaryIO, NamedTuple

from searchsvc.errors import SourceError
from searchsvc.model.source import Source
from searchsvc.sources.files import MAX_PAGE_BYTES, SourceFile, os_error_text
from searchsvc.sources.http_responses import HttpBody, PassedOverError, parse_response
from searchsvc.sources.media_types import charset_of, media_type_of
from searchsvc.sources.readers import READERS, reader_of
from searchsvc.sources.warc_records import WarcReader, WarcRecord
from searchsvc.sources.web_archives import (
    DAMAGE,
    MAX_MEMBERS,
    MOST_NESTED,
    check_directory,
    member_stream,
    members_of,
    page_of_record,
    unpacked,
)

#: Bytes of a crawl before the record of a page, and after it, in which the page's pictures and styles are looked for:
#: browsers and crawlers record them with the page. Records that are looked at, at most.
BYTES_BEFORE, BYTES_AFTER, MOST_RECORDS = 4_000_000, 32_000_000, 20_000


class RecordPlace(NamedTuple):
    """Where a record lies in a file: the members of collections that lead to its crawl, and its offset there."""

    members: tuple[str, ...]
    offset: int

    @classmethod
    def of(cls, fragment: str) -> "RecordPlace | None":
        """Return the place that the end of a `Source.path` names: `#1234`, `#archive/data.warc.gz#1234`."""
        *members, offset = fragment.removeprefix("#").split("#")
        if not fragment or not offset.isascii() or not offset.isdecimal() or len(members) > MOST_NESTED:
            return None
        return cls(tuple(members), int(offset))


class RecordedBody(NamedTuple):
    """What was recorded at an address, decoded."""

    data: bytes
    media_type: str
    charset: str | None


def is_crawl(file: SourceFile) -> bool:
    """Return whether a file is a crawl or a collection of them."""
    return reader_of(file) in {READERS[".warc"], READERS[".wacz"]}


@contextmanager
def opened_crawl(file: SourceFile, members: Sequence[str]) -> Iterator["CrawlRecords"]:
    """Open a crawl, which may lie in a collection.

    Raises:
        SourceError: It cannot be opened.

    """
    with ExitStack() as opened:
        try:
            stream: BinaryIO = opened.enter_context(file.location.open("rb"))
            size: int | None = stream.seek(0, 2)
            for number, name in enumerate(members, start=1):
                check_directory(file.path, stream)
                packed = opened.enter_context(zipfile.ZipFile(stream))
                if len(packed.infolist()) > MAX_MEMBERS * 10:
                    raise SourceError(file.path, "too many members")
                stream, size = member_stream(stream, packed, packed.getinfo(name), opened)
                if size is None and number < len(members):
                    stream = opened.enter_context(unpacked(stream, file.path))
        except (KeyError, *DAMAGE) as error:
            raise SourceError(file.path, f"cannot be opened: {error}") from error
        except OSError as error:
            raise SourceError(file.path, os_error_text(error)) from error
        yield CrawlRecords(file, stream, size)


class CrawlRecords:
    """An open crawl."""

    def __init__(self, file: SourceFile, stream: BinaryIO, size: int | None) -> None:
        self._file, self._stream, self._size = file, stream, size

    def records(self, offset: int) -> Iterator[WarcRecord]:
        """Yield the records from an offset on, which need not be the beginning of one."""
        members, form = members_of(self._stream, self._size)
        yield from WarcReader(members, form, offset)

    def at(self, offset: int) -> WarcRecord | None:
        """Return the record at an offset; None if none begins there."""
        found = next(self.records(offset), None)
        return found if found and found.offset == offset else None

    def page_at(self, offset: int) -> Source | None:
        """Return the page at an offset; None if none is there."""
        found = self.at(offset)
        if found is None:
            return None
        try:
            return page_of_record(self._file, found, f"#{offset}")
        except (PassedOverError, SourceError):
            return None

    def near(self, offset: int) -> dict[str, int]:
        """Return the offsets of what was recorded near a page, by `address_key`; of one address the first after it."""
        found: dict[str, int] = {}
        for number, record in enumerate(self.records(max(0, offset - BYTES_BEFORE))):
            if record.offset > offset + BYTES_AFTER or number >= MOST_RECORDS:
                break
            if record.record_type in {"response", "resource"} and len(record.data) <= MAX_PAGE_BYTES:
                key = address_key(record.headers.get("warc-target-uri", ""))
                if record.offset >= offset and found.get(key, offset) < offset:
                    del found[key]
                found.setdefault(key, record.offset)
        return found

    def body_at(self, offset: int) -> RecordedBody | None:
        """Return what was recorded at an offset; None if that is no whole answer."""
        record = self.at(offset)
        if record is None:
            return None
        try:
            if record.data.startswith(b"HTTP/"):
                body = parse_response(record.data, self._file.path)
            else:
                kind = record.headers.get("content-type")
                body = HttpBody(media_type_of(kind), charset_of(kind), record.data)
            return RecordedBody(body.decoded(self._file.path)[0], body.media_type, body.charset)
        except (PassedOverError, SourceError):
            return None


def address_key(address: str) -> str:
    """Return by what an address is found among recorded ones: without scheme and fragment.

    >>> address_key("<http://Post.example/a.png#top>")
    '//post.example/a.png'
    """
    bare = address.strip("<> ").partition("#")[0]
    scheme, colon, rest = bare.partition(":")
    if scheme.lower() not in {"http", "https"} or not colon:
        return bare
    host, slash, path = rest.removeprefix("//").partition("/")
    return f"//{host.lower()}{slash or '/'}{path}"
