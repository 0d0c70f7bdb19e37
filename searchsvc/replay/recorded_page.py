"""Article's path and digest → the saved page itself, and what lies beside it: pictures and styles by their address."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urljoin

from searchsvc.errors import SearchsvcError, SourceError
from searchsvc.model.source import PassedOver, Source
from searchsvc.replay.archive_folders import FoundFile, address_in, file_at, files_of
from searchsvc.replay.page_answers import PageRequest, ReplayFailure
from searchsvc.sources.crawl_records import RecordedBody, RecordPlace, address_key, is_crawl, opened_crawl
from searchsvc.sources.files import MAX_PAGE_BYTES, SourceFile, read_file
from searchsvc.sources.mhtml import SavedPart, parts_beside
from searchsvc.sources.readers import READERS, reader_of

#: Files that are tried for one path: those whose name ends alike.
MOST_FILES = 8
#: Readers of pages that are saved as one file with their pictures.
_WITH_PARTS = (READERS[".mhtml"], READERS[".webarchive"])
_STYLE, _STYLES = ".css", "text/css"


class UnshownPageError(SearchsvcError):
    """A saved page cannot be shown."""

    def __init__(self, failure: ReplayFailure) -> None:
        """Store why."""
        super().__init__(failure)
        self.failure = failure


class Beside(Protocol):
    """What lies beside a page: in its folder, its crawl, or its file."""

    @property
    def base(self) -> str:
        """The address against which references of the page are read."""

    def has(self, address: str) -> bool:
        """Return whether something lies at an address."""

    def read(self, address: str) -> RecordedBody | None:
        """Return what lies at an address; None if nothing does, or too much."""


@dataclass(frozen=True, slots=True)
class RecordedPage:
    """A saved page, as it was read again."""

    source: Source
    beside: Beside


def find_page(request: PageRequest) -> RecordedPage:
    """Return the page that an article was read from.

    Raises:
        UnshownPageError: It is not there, or not as it was read.

    """
    seen = False
    for number, found in enumerate(files_of(request.folders, request.path)):
        if number == MOST_FILES:
            break
        for source in _pages_in(found):
            seen = True
            if source.sha256 == request.sha256:
                return RecordedPage(source, _beside(found, source, request.url or ""))
    raise UnshownPageError("changed" if seen else "missing")


def _pages_in(found: FoundFile) -> Iterator[Source]:
    """Yield the page at a place, then those of the whole file: the place may be another than it was."""
    place = RecordPlace.of(found.fragment)
    if place and is_crawl(found.file):
        with suppress(SourceError), opened_crawl(found.file, place.members) as crawl:
            page = crawl.page_at(place.offset)
            if page:
                yield page
    reader = reader_of(found.file)
    if not isinstance(reader, PassedOver):
        yield from (item for item in read_file(found.file, reader) if isinstance(item, Source))


def _beside(found: FoundFile, source: Source, url: str) -> Beside:
    place = RecordPlace.of(found.fragment)
    if is_crawl(found.file):
        return _OfCrawl(found.file, source.url or url, place) if place else _Nothing(source.url or url)
    if reader_of(found.file) in _WITH_PARTS:
        return _OfFile(source.url or url, found.file)
    return _OfFolder(found.folder, address_in(found.name))


@dataclass(frozen=True, slots=True)
class _Nothing:
    base: str

    def has(self, _address: str) -> bool:
        return False

    def read(self, _address: str) -> RecordedBody | None:
        return None


@dataclass(frozen=True, slots=True)
class _OfFolder:
    folder: Path
    base: str

    def has(self, address: str) -> bool:
        return file_at(self.folder, address) is not None

    def read(self, address: str) -> RecordedBody | None:
        location = file_at(self.folder, address)
        if location is None:
            return None
        # The name says what is a style: no other text of the folder is shown as one.
        media_type = _STYLES if location.name.lower().partition("?")[0].endswith(_STYLE) else ""
        with suppress(OSError), location.open("rb") as raw:
            data = raw.read(MAX_PAGE_BYTES + 1)
            return RecordedBody(data, media_type, None) if len(data) <= MAX_PAGE_BYTES else None
        return None


class _OfCrawl:
    def __init__(self, file: SourceFile, base: str, place: RecordPlace) -> None:
        self.base = base
        self._file, self._place = file, place
        self._offsets: dict[str, int] | None = None

    def has(self, address: str) -> bool:
        if self._offsets is None:
            self._offsets = {}
            with suppress(SourceError), opened_crawl(self._file, self._place.members) as crawl:
                self._offsets = crawl.near(self._place.offset)
        return address_key(address) in self._offsets

    def read(self, address: str) -> RecordedBody | None:
        if not self.has(address):
            return None
        with suppress(SourceError), opened_crawl(self._file, self._place.members) as crawl:
            return crawl.body_at((self._offsets or {})[address_key(address)])
        return None


@dataclass(slots=True)
class _OfFile:
    base: str
    file: SourceFile
    _parts: dict[str, SavedPart] | None = field(default=None)

    def _all(self) -> dict[str, SavedPart]:
        if self._parts is None:
            self._parts = {}
            with suppress(SourceError):
                for part in parts_beside(self.file, lambda kind: kind == _STYLES or kind.startswith("image/")):
                    self._parts.setdefault(address_key(urljoin(self.base, part.address)), part)
        return self._parts

    def has(self, address: str) -> bool:
        return address_key(address) in self._all()

    def read(self, address: str) -> RecordedBody | None:
        part = self._all().get(address_key(address))
        return RecordedBody(part.data, part.media_type, part.charset) if part else None
