"""What can go wrong, and what the caller should do about it.

SearchsvcError                 the root: catch this to catch everything of ours
├── UsageError                 wrong use of a command or of the API         exit 2
├── SourceError                one page cannot be read: report, go on       exit 1
│   └── RefusedError           it is hostile or over a limit
├── QueryError                 a reader's query that cannot be answered     HTTP 400 or 422
├── NotFoundError              no such article or speaker                   HTTP 404
└── EngineError                the index cannot be read or written          exit 3, HTTP 503
    ├── IndexMissingError      there is no index in that place yet
    ├── IndexBusyError         somebody else writes to it: wait
    ├── IndexRightsError       this user may not read or write it: says whose it is
    ├── NoRoomError            the disk, or the user's share of it, is full
    ├── ScarceError            too few file handles, too little memory
    ├── DeviceError            the disk fails, or the network that it lies behind
    ├── OutdatedIndexError     another version of this program made it: reindex
    └── CorruptIndexError      a file is damaged: names file and part

Only the last one means that what is there is worth nothing: advice that gives something up
(`--full`, `rollback`) stands with it alone. `error_from` tells them apart: what the system and SQLite say
becomes one of these in this module and nowhere else. Only damage that SQLite itself has proven, and a folder in
place of a file, is called damage by it; what is wrong within a file of the index is for those to say who check it.
"""

import errno
import os
import pwd
import resource
import sqlite3
import stat
from contextlib import suppress
from pathlib import Path


class SearchsvcError(Exception):
    """Root of every error this package raises on purpose."""

    exit_code = 70


class UsageError(SearchsvcError):
    """The command or function was called in a way that cannot work."""

    exit_code = 2


class SourceError(SearchsvcError):
    """One page cannot be read.

    Attributes:
        path: Where the page lies, as it was given.
        reason: What is wrong with it, in words for the report.

    """

    exit_code = 1

    def __init__(self, path: str, reason: str) -> None:
        """Keep the place and the reason."""
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason

    def __reduce__(self) -> tuple[type["SourceError"], tuple[str, str]]:
        """Cross process borders whole."""
        return type(self), (self.path, self.reason)


class RefusedError(SourceError):
    """The page is over a limit of size, depth or time."""


class QueryError(SearchsvcError):
    """A query that cannot be read or would cost too much.

    Attributes:
        reason: What is wrong, in words for the reader.
        position: Code point in the query where the trouble starts; None if it is the whole.
        length: Code points the trouble spans.
        suggestion: A query that would work, or None.
        too_costly: True if the query is well formed but over a cost limit (422 rather than 400).

    """

    exit_code = 2

    def __init__(
        self,
        reason: str,
        *,
        position: int | None = None,
        length: int = 0,
        suggestion: str | None = None,
        too_costly: bool = False,
    ) -> None:
        """Keep the parts."""
        super().__init__(reason)
        self.reason = reason
        self.position = position
        self.length = length
        self.suggestion = suggestion
        self.too_costly = too_costly


class NotFoundError(SearchsvcError):
    """There is nothing under that name."""

    exit_code = 1


class EngineError(SearchsvcError):
    """The index cannot be read or written."""

    exit_code = 3


class IndexMissingError(EngineError):
    """There is no index in that place yet."""


class IndexBusyError(EngineError):
    """Another process writes to the index, or keeps it locked."""


class IndexRightsError(EngineError):
    """This user may not read or write the index; the message says whose it is."""


class NoRoomError(EngineError):
    """There is no room left where the index lies."""


class ScarceError(EngineError):
    """This process has too few file handles or too little memory."""


class DeviceError(EngineError):
    """The device that the index lies on fails."""


class OutdatedIndexError(EngineError):
    """The index was made by a version of this program whose files or words were others: it has to be rebuilt."""


class CorruptIndexError(EngineError):
    """A file of the index is damaged; the message names the file and the part."""


RIGHTS = frozenset({errno.EACCES, errno.EPERM})
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
BUSY = frozenset({errno.EAGAIN, errno.EBUSY, errno.EDEADLK, errno.ETXTBSY})
MISSING = frozenset({errno.ENOENT, errno.ENOTDIR})
#: What a disk, or a file system over a network, answers when it fails.
DEVICE = frozenset(
    {
        errno.EIO,
        errno.ENXIO,
        errno.ENODEV,
        errno.EREMOTEIO,
        errno.ESTALE,
        errno.EUCLEAN,
        errno.ETIMEDOUT,
        errno.ENOTCONN,
        errno.EHOSTDOWN,
        errno.ENOLINK,
    }
)
#: What SQLite's results are as numbers of the system; it does not hand on those it got.
_OF_SQLITE = {
    sqlite3.SQLITE_PERM: errno.EACCES,
    sqlite3.SQLITE_AUTH: errno.EACCES,
    sqlite3.SQLITE_READONLY: errno.EACCES,
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_BUSY: errno.EBUSY,
    sqlite3.SQLITE_LOCKED: errno.EBUSY,
    sqlite3.SQLITE_PROTOCOL: errno.EBUSY,
    sqlite3.SQLITE_NOMEM: errno.ENOMEM,
    sqlite3.SQLITE_IOERR_NOMEM: errno.ENOMEM,
    sqlite3.SQLITE_IOERR: errno.EIO,
}
#: What is told alike wherever it is met.
_ALIKE: dict[int | None, tuple[type[EngineError], str]] = {
    errno.EISDIR: (CorruptIndexError, "a folder stands where a file belongs: move it away"),
    errno.ENFILE: (ScarceError, "the system has as many files open as it may: raise that limit (fs.file-max)"),
    errno.ENOMEM: (ScarceError, "there is not enough memory, or address space: give this process more (ulimit -v)"),
}
#: What the loader of libraries says where these are its trouble.
_OF_LOADER = {
    errno.EMFILE: (os.strerror(errno.EMFILE),),
    errno.ENFILE: (os.strerror(errno.ENFILE),),
    errno.ENOMEM: (os.strerror(errno.ENOMEM), "failed to map segment"),
}
_PASSING = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, *FULL})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})
#: The lower byte of SQLite's result codes; those above say more of the same.
_PRIMARY = 0xFF

Trouble = OSError | MemoryError | sqlite3.Error


def error_from(
    error: Trouble, path: Path | str, what: str = "", *, writing: bool = False, way_out: str = ""
) -> EngineError:
    """Return the error to raise in place of one of the system or of SQLite.

    Args:
        error: What was caught.
        path: What was worked on; the system's own word of it goes first.
        what: What cannot be done, or has become of it: "the index cannot be read".
        writing: Whether something was to be written there.
        way_out: What to do if the file is damaged.

    """
    place = _place(error, path)
    kind, reason = _reason(error, place, writing=writing, way_out=way_out)
    return kind(": ".join(filter(None, (str(place), what, reason))))


def is_passing(error: BaseException) -> str | None:
    """Return what this process is short of, or that a device fails: no fault of the program's, wherever it is met.

    None is any other error.
    """
    number = _number(error)
    if number not in _PASSING:
        return None
    said, named = os.strerror(number), getattr(error, "filename", None)
    if number in FULL and not named:
        return said
    reason = _told(number, said, Path(), writing=False)[1]
    return f"{named}: {reason}" if isinstance(named, str) else reason


def _number(error: BaseException) -> int:
    """Return the number of an error of the system; 0 where it has none."""
    if isinstance(error, MemoryError):
        return errno.ENOMEM
    if isinstance(error, ImportError):
        # The loader of libraries hands on the words alone.
        said = f"{error} {error.__cause__}"
        return next((number for number, words in _OF_LOADER.items() if any(word in said for word in words)), 0)
    return (error.errno or 0) if isinstance(error, OSError) else 0


def _place(error: Trouble, path: Path | str) -> Path:
    named = error.filename if isinstance(error, OSError) else None
    if isinstance(named, str | bytes) and named:
        return Path(os.fsdecode(named))
    return Path(path)


def _reason(error: Trouble, path: Path, *, writing: bool, way_out: str) -> tuple[type[EngineError], str]:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None) or 0
        if code & _PRIMARY in _DAMAGED:
            return CorruptIndexError, ": ".join(filter(None, (str(error), way_out)))
        if code & _PRIMARY == sqlite3.SQLITE_CANTOPEN:
            return _not_opened(error, path, writing=writing)
        number = _OF_SQLITE.get(code) or _OF_SQLITE.get(code & _PRIMARY)
    else:
        number = errno.ENOMEM if isinstance(error, MemoryError) else error.errno
    return _told(number, str(getattr(error, "strerror", None) or error), path, writing=writing)


def _told(number: int | None, said: str, path: Path, *, writing: bool) -> tuple[type[EngineError], str]:
    """Say what a number of the system means for a file."""
    found: tuple[type[EngineError], str]
    if number in RIGHTS:
        found = IndexRightsError, _rights(path, said, writing=writing)
    elif number == errno.EROFS:
        found = IndexRightsError, "it lies on a file system that can only be read: nothing can be written there"
    elif number in FULL:
        found = NoRoomError, f"{said}: make room there, then do it again"
    elif number in BUSY:
        found = IndexBusyError, "another process has it locked: wait until it is done"
    elif number in MISSING:
        found = (
            IndexMissingError,
            "it is not there" if number == errno.ENOENT else "a file stands where a folder belongs",
        )
    elif number == errno.EMFILE:
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        found = ScarceError, f"this process may have {most} files open and needs more: raise that limit (ulimit -n)"
    elif number in _ALIKE:
        found = _ALIKE[number]
    elif number in DEVICE:
        found = DeviceError, f"the device fails ({said}): look into the system's log"
    else:
        found = EngineError, said
    return found


def _not_opened(error: sqlite3.Error, path: Path, *, writing: bool) -> tuple[type[EngineError], str]:
    """Say why SQLite cannot open a file: it does not tell, so this is tried once more."""
    try:
        with path.open("rb"):
            pass
        if writing:
            _try_folder(path.parent)
    except OSError as found:
        return _told(found.errno, found.strerror or str(found), path, writing=writing)
    return EngineError, str(error)


def _try_folder(folder: Path) -> None:
    """Raise what keeps files from being made in a folder: SQLite needs some beside its own."""
    if not os.access(folder, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _rights(path: Path, said: str, *, writing: bool) -> str:
    """Say who keeps whom out: the first folder on the way that may not be entered, else the file or its folder."""
    whole = Path(os.path.abspath(path))  # noqa: PTH100  Path.resolve would have to read the links
    shut = next((folder for folder in reversed(whole.parents) if not os.access(folder, os.X_OK)), None)
    verb, guilty = "entered", shut
    if guilty is None:
        verb, guilty = ("written", whole) if writing else ("read", whole)
        if writing and (not os.path.lexists(whole) or os.access(whole, os.W_OK)):
            guilty = whole.parent
    of = "it" if guilty == whole else f"the folder {guilty}"
    text = f"{of} may not be {verb} by user {_user(os.geteuid())}"
    with suppress(OSError):
        status = guilty.stat()
        mine = f"belongs to {_user(status.st_uid)}, mode {stat.S_IMODE(status.st_mode):o}"
        return f"{text}: it {mine}"
    return f"{text}: {said}"


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
