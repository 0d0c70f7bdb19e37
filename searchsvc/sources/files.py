"""Reader of single files: a page, or a JSONL file with a record a line; sizes are bounded while it is unpacked."""

import gzip
import hashlib
import os
import re
import signal
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.article import PageContainer, Source

#: Most bytes of a page or record, decompressed; bounds the work of every parser. The largest page that `make quality`
#: reads has 2.2 MB.
MAX_PAGE_BYTES = 5_000_000
#: Bytes per read from a stream.
READ_BYTES = 1 << 16
#: Most bytes of all pages of a container, unpacked: so many of any container, and so many for each byte of the file.
#: Crawls and records of news pages unpack to 4 to 20 times their size. Each page counts PAGE_COST bytes more, for what
#: it costs besides its text.
BASE_BYTES, UNPACKED_RATIO, PAGE_COST = 12_000_000, 100, 1_000
#: Seconds of processor time that its pages may take together to be parsed: so many for any container, for each million
#: bytes of the file, and for each page. Usual pages take a tenth of it.
BASE_PAGE_SECONDS, PAGE_SECONDS_PER_MB, PAGE_SECONDS_PER_PAGE = 20.0, 20.0, 0.02
#: Most errors of a container that name their page, and most reasons by which the others are counted.
MAX_NAMED_ERRORS, MAX_COUNTED_REASONS = 1_000, 20

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
    #: The file itself if it holds many pages.
    container: PageContainer | None = None

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
            container=self.container if fragment else None,
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
    printable = printable_path(path)
    container = PageContainer(printable, status.st_size)
    return SourceFile(location, printable, printable_path(name), modified, container)


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


FileReader = Callable[[SourceFile], Iterator[Source | SourceError]]


def read_file(file: SourceFile, reader: FileReader) -> Iterator[Source | SourceError]:
    """Yield what a reader yields of a file, within the limits of a container; nothing is raised.

    Where its pages unpack to more than the file may, reading stops and an error says so. Errors beyond
    MAX_NAMED_ERRORS come last, counted by reason, under the path of the file.
    """
    size = file.container.size if file.container else 0
    left = BASE_BYTES + UNPACKED_RATIO * size
    pages = errors = 0
    counted: Counter[tuple[type[SourceError], str]] = Counter()
    try:
        for item in reader(file):
            if isinstance(item, Source):
                left -= len(item.data) + PAGE_COST
                if left < 0 and pages:
                    yield RefusedError(file.path, _over_budget_reason(size, pages))
                    break
                pages += 1
                yield item
            elif errors < MAX_NAMED_ERRORS:
                errors += 1
                yield item
            else:
                known = (type(item), item.reason) in counted or len(counted) < MAX_COUNTED_REASONS
                counted[(type(item), item.reason) if known else (SourceError, "other reasons")] += item.count
    except MemoryError:
        yield RefusedError(file.path, "needs more memory than one file may have")
    except Exception as error:  # noqa: BLE001  a library may raise anything on hostile bytes; the other files are still read
        yield SourceError(file.path, f"it cannot be read: {type(error).__name__}: {error}")
    for (error_type, reason), count in counted.items():
        yield error_type(file.path, reason, count)


class OutOfTimeError(BaseException):
    """The file has used its processor time. No `except Exception` of a reader may catch it."""


class FileClock:
    """Limits the processor time of one file, and never interrupts the writing of a frame."""

    def __init__(self) -> None:
        self._held, self._expired = True, False
        signal.signal(signal.SIGPROF, self._expire)

    def _expire(self, *_: object) -> None:
        self._expired = True
        if not self._held:
            raise OutOfTimeError

    def start(self, seconds: float) -> None:
        """Begin a file that may take so many seconds.

        The signal comes again each second: an exception that is raised in a destructor is lost.
        """
        self._held = self._expired = False
        signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)

    def hold(self) -> None:
        """Interrupt nothing until `release`."""
        self._held = True

    def release(self) -> None:
        """Interrupt again.

        Raises:
            OutOfTimeError: The time ran out in between.

        """
        self._held = False
        if self._expired:
            raise OutOfTimeError

    def stop(self) -> None:
        """End the file."""
        self._held = True
        signal.setitimer(signal.ITIMER_PROF, 0)


class PageBudget:
    """The processor time that the pages of each container have taken to be parsed."""

    def __init__(self) -> None:
        #: Path of a container → seconds, without those that each page may take.
        self._spent: dict[str, float] = {}

    def spend(self, container: PageContainer | None, seconds: float) -> bool:
        """Count the seconds of a page; return whether its container has no more now, and had some before."""
        if container is None or self.refusal(container):
            return False
        self._spent[container.path] = self._spent.get(container.path, 0.0) + seconds - PAGE_SECONDS_PER_PAGE
        return self.refusal(container) is not None

    def refusal(self, container: PageContainer | None) -> str | None:
        """Return the reason why a page is not parsed any more; None if its container has time left."""
        seconds = BASE_PAGE_SECONDS + PAGE_SECONDS_PER_MB * (container.size if container else 0) / 1e6
        if container is None or self._spent.get(container.path, 0.0) <= seconds:
            return None
        return (
            f"not read: the pages before it took the {seconds:.0f} s of processor time that all pages of its file may "
            "take; split it into smaller files"
        )


def _over_budget_reason(size: int, pages: int) -> str:
    return (
        f"its pages unpack to more than {BASE_BYTES / 1e6:g} MB and {UNPACKED_RATIO} times its {size:,} bytes: "
        f"the first {pages:,} were read, the others were not; split it into smaller files, or unpack it"
    )


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
