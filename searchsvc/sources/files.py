"""SourceFile, a file that may hold pages, and the limits of a file of many pages: bytes, errors, processor time."""

import hashlib
import os
import re
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.source import PageContainer, PassedOver, Source

#: Most bytes of a page or record, decompressed; bounds the work of every parser. The largest page that `make quality`
#: reads has 2.2 MB.
MAX_PAGE_BYTES = 5_000_000
#: Most bytes of all pages of a container, unpacked: so many of any container, and so many for each byte of the file.
#: Crawls and records of news pages unpack to 4 to 20 times their size. Each page counts PAGE_COST bytes more, for what
#: it costs besides its text.
BASE_BYTES, UNPACKED_RATIO, PAGE_COST = 12_000_000, 100, 1_000
#: Seconds of processor time that its pages may take together to be parsed: so many for any container, for each million
#: bytes of the file, and for each page. Usual pages take a tenth of it.
BASE_PAGE_SECONDS, PAGE_SECONDS_PER_MB, PAGE_SECONDS_PER_PAGE = 20.0, 20.0, 0.02
#: Most errors of a container that name their page, and most reasons by which the others are counted.
MAX_NAMED_ERRORS, MAX_COUNTED_REASONS = 1_000, 20
#: Reason of what is beyond MAX_COUNTED_REASONS; most reasons that are named for a file without a page.
OTHER_REASONS, MOST_NAMED_REASONS = "other reasons", 5

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
    #: Whether it was given itself, not found in a folder: then it is read whatever its name is.
    given: bool = True

    def source(
        self,
        data: bytes,
        media_type: str,
        *,
        fragment: str = "",
        captured: datetime | None = None,
        url: str | None = None,
        charset: str | None = None,
        warnings: tuple[str, ...] = (),
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
            warnings=warnings,
        )


def regular_file(location: Path, path: str, name: str, *, given: bool = True) -> SourceFile | SourceError:
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
    return SourceFile(location, printable, printable_path(name), modified, container, given)


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


#: What a reader yields of a file.
FileItem = Source | SourceError | PassedOver
FileReader = Callable[[SourceFile], Iterator[FileItem]]


def read_file(file: SourceFile, reader: FileReader) -> Iterator[FileItem]:
    """Yield what a reader yields of a file, within the limits of a container; nothing is raised.

    Where its pages unpack to more than the file may, reading stops and an error says so. Errors beyond
    MAX_NAMED_ERRORS come last, counted by reason, under the path of the file; so does what was passed over.
    """
    size = file.container.size if file.container else 0
    left = BASE_BYTES + UNPACKED_RATIO * size
    pages = 0
    tally = _Tally()
    try:
        for item in reader(file):
            if isinstance(item, Source):
                left -= len(item.data) + PAGE_COST
                if left < 0 and pages:
                    yield RefusedError(file.path, _over_budget_reason(size, pages))
                    break
                pages += 1
                yield item
            elif tally.is_named(item):
                yield item
    except MemoryError:
        yield tally.first(RefusedError(file.path, "needs more memory than one file may have"))
    except Exception as error:  # noqa: BLE001  a library may raise anything on hostile bytes; the other files are still read
        yield tally.first(SourceError(file.path, f"it cannot be read: {type(error).__name__}: {error}"))
    for (error_type, reason), count in tally.counted.items():
        yield error_type(file.path, reason, count)
    for reason, count in tally.passed.items():
        yield PassedOver(file.path, reason, count)
    if not pages and not tally.named:
        yield no_page_in(file.path, tally.passed)


class _Tally:
    """What is no page in a file: the first MAX_NAMED_ERRORS errors name their page, all else is counted by reason."""

    def __init__(self) -> None:
        self.named = 0
        self.counted: Counter[tuple[type[SourceError], str]] = Counter()
        self.passed: Counter[str] = Counter()

    def is_named(self, error: SourceError | PassedOver) -> bool:
        if isinstance(error, PassedOver):
            known = error.reason in self.passed or len(self.passed) < MAX_COUNTED_REASONS
            self.passed[error.reason if known else OTHER_REASONS] += error.count
            return False
        if self.named < MAX_NAMED_ERRORS:
            self.named += 1
            return True
        key = (type(error), error.reason)
        known = key in self.counted or len(self.counted) < MAX_COUNTED_REASONS
        self.counted[key if known else (SourceError, OTHER_REASONS)] += error.count
        return False

    def first(self, error: SourceError) -> SourceError:
        self.named += 1
        return error


def no_page_in(path: str, passed: Counter[str]) -> PassedOver:
    """Return what is told of a file or folder in which everything was passed over; `passed` counts it by reason."""
    named = ", ".join(f"{count:,} × {reason}" for reason, count in passed.most_common(MOST_NAMED_REASONS))
    more = ", …" if len(passed) > MOST_NAMED_REASONS else ""
    return PassedOver(path, f"no page in it: {named}{more}" if named else "no page in it: it is empty", is_place=True)


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
