"""The errors of the package with their exit codes, and the conversion of system and SQLite errors into them.

SearchsvcError                 the root: catches every error that this package raises on purpose
├── UsageError                 wrong use of a command or of the API         exit 2
├── SourceError                one page cannot be read: report, go on       exit 1
│   └── RefusedError           it is hostile or over a limit
├── QueryError                 a reader's query that cannot be answered     HTTP 400 or 422
├── NotFoundError              no such article or speaker                   HTTP 404
└── EngineError                the index cannot be read or written          exit 3, HTTP 503
    ├── IndexMissingError      the folder holds no index yet
    ├── IndexBusyError         another process writes to it or keeps it locked: wait
    ├── IndexRightsError       this user may not read or write it: says whose it is
    ├── NoRoomError            the disk, or the user's share of it, is full
    ├── ScarceError            too few file handles, too little memory
    ├── DeviceError            the disk fails, or the network that it lies behind
    ├── OutdatedIndexError     another version of this program made it: reindex
    └── CorruptIndexError      a file is damaged: names file and part

Only `CorruptIndexError` means that stored content is unusable, so only its message may advise to discard something
(`--full`, `rollback`). `error_from` converts errors of the operating system and of SQLite; no other module does. It
reports damage in two cases: SQLite's own result says so (corrupt, not a database, format), or a folder stands where
a file belongs. Damage inside a file of the index is reported by the code that checks that file.
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

    #: Exit code of a command that ends with this error: EX_SOFTWARE of sysexits.h unless a subclass says otherwise.
    exit_code = 70


class UsageError(SearchsvcError):
    """The command or function was called in a way that cannot work."""

    exit_code = 2


class SourceError(SearchsvcError):
    """One page cannot be read.

    Attributes:
        path: Path of the page as the caller gave it.
        reason: What is wrong with the page, in words for the report.
        count: Number of pages that cannot be read; more than one only if `path` is the file that holds them.

    """

    exit_code = 1

    def __init__(self, path: str, reason: str, count: int = 1) -> None:
        """Store the path, the reason and the count; the message is `path: reason`."""
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
        self.count = count

    def __reduce__(self) -> tuple[type["SourceError"], tuple[str, str, int]]:
        """Pickle all arguments, so that a worker process can send the error to the main process."""
        return type(self), (self.path, self.reason, self.count)


class RefusedError(SourceError):
    """The page exceeds a limit of size, depth or time."""


class QueryError(SearchsvcError):
    """A query that cannot be read or would cost too much.

    Attributes:
        reason: What is wrong, in words for the reader.
        position: Offset of the faulty part in the query, in code points from 0; None if the whole query is refused.
        length: Length of the faulty part in code points.
        suggestion: A query that would be accepted, or None.
        too_costly: True if the query is well formed but exceeds a cost limit (HTTP 422 instead of 400).

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
        """Store the parts; the message is `reason`."""
        super().__init__(reason)
        self.reason = reason
        self.position = position
        self.length = length
        self.suggestion = suggestion
        self.too_costly = too_costly


class NotFoundError(SearchsvcError):
    """No article or speaker has the requested id or name."""

    exit_code = 1


class EngineError(SearchsvcError):
    """The index cannot be read or written."""

    exit_code = 3


class IndexMissingError(EngineError):
    """The folder holds no index yet."""


class IndexBusyError(EngineError):
    """Another process writes to the index, or keeps it locked."""


class IndexRightsError(EngineError):
    """This user may not read or write the index; the message names its owner."""


class NoRoomError(EngineError):
    """The file system of the index, or the user's quota there, is full."""


class ScarceError(EngineError):
    """This process has too few file handles or too little memory."""


class DeviceError(EngineError):
    """The disk or network file system that holds the index fails."""


class OutdatedIndexError(EngineError):
    """Another version of this program made the index, with another file format or tokenizer: rebuild it."""


class CorruptIndexError(EngineError):
    """A file of the index is damaged; the message names the file and the part."""


RIGHTS = frozenset({errno.EACCES, errno.EPERM})
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
BUSY = frozenset({errno.EAGAIN, errno.EBUSY, errno.EDEADLK, errno.ETXTBSY})
MISSING = frozenset({errno.ENOENT, errno.ENOTDIR})
#: Errors of a failing disk or network file system.
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
#: SQLite's result code → errno of the same meaning: SQLite does not pass on the errno it received.
_ERRNO_OF_SQLITE = {
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
#: errno → error class and reason, where both depend on neither the path nor the operation.
_FIXED_REASONS: dict[int | None, tuple[type[EngineError], str]] = {
    errno.EISDIR: (CorruptIndexError, "a folder stands where a file belongs: move it away"),
    errno.ENFILE: (ScarceError, "the system has as many files open as it may: raise that limit (fs.file-max)"),
    errno.ENOMEM: (ScarceError, "there is not enough memory, or address space: give this process more (ulimit -v)"),
}
#: errno → texts in the dynamic linker's messages that indicate it.
_LINKER_MESSAGES = {
    errno.EMFILE: (os.strerror(errno.EMFILE),),
    errno.ENFILE: (os.strerror(errno.ENFILE),),
    errno.ENOMEM: (os.strerror(errno.ENOMEM), "failed to map segment"),
}
#: Errors caused by the state of the machine, not by the program or its data.
_TRANSIENT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, *FULL})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})
#: Mask of the primary result code; the higher bits of an extended code only refine it (sqlite.org/rescode.html).
_PRIMARY = 0xFF

#: Errors that `error_from` converts.
Trouble = OSError | MemoryError | sqlite3.Error


def error_from(
    error: Trouble, path: Path | str, what: str = "", *, writing: bool = False, way_out: str = ""
) -> EngineError:
    """Return the error to raise in place of an error of the operating system or of SQLite.

    Args:
        error: The caught error.
        path: File or folder of the operation; the path that the error itself names takes precedence.
        what: What failed, for the message: "the index cannot be read". Empty: the message leaves it out.
        writing: Whether the operation was to write there.
        way_out: What to do if SQLite says that the file is damaged; added to the message in that case.

    Returns:
        An error of the subclass of EngineError that fits, with the message `path: what: reason`.

    """
    path = _path_of(error, path)
    kind, reason = _class_and_reason(error, path, writing=writing, way_out=way_out)
    return kind(": ".join(filter(None, (str(path), what, reason))))


def transient_reason(error: BaseException) -> str | None:
    """Return the reason of an error caused by a shortage (memory, disk, file handles) or a failing device, else None.

    Such an error is no fault of the program, whichever line raises it.
    """
    number = _errno_of(error)
    if number not in _TRANSIENT:
        return None
    message, path = os.strerror(number), getattr(error, "filename", None)
    if number in FULL and not path:
        return message
    reason = _classify(number, message, Path(), writing=False)[1]
    return f"{path}: {reason}" if isinstance(path, str) else reason


def _errno_of(error: BaseException) -> int:
    """Return the errno of an error, 0 if it has none; a MemoryError counts as ENOMEM."""
    if isinstance(error, MemoryError):
        return errno.ENOMEM
    if isinstance(error, ImportError):
        # Errors of the dynamic linker have a text, but no errno.
        message = f"{error} {error.__cause__}"
        return next((number for number, texts in _LINKER_MESSAGES.items() if any(text in message for text in texts)), 0)
    return (error.errno or 0) if isinstance(error, OSError) else 0


def _path_of(error: Trouble, path: Path | str) -> Path:
    """Return the path that an error of the system names, else the given one."""
    named = error.filename if isinstance(error, OSError) else None
    if isinstance(named, str | bytes) and named:
        return Path(os.fsdecode(named))
    return Path(path)


def _class_and_reason(error: Trouble, path: Path, *, writing: bool, way_out: str) -> tuple[type[EngineError], str]:
    """Return which error is to be raised, and the last part of its message."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None) or 0
        if code & _PRIMARY in _DAMAGED:
            return CorruptIndexError, ": ".join(filter(None, (str(error), way_out)))
        if code & _PRIMARY == sqlite3.SQLITE_CANTOPEN:
            return _why_not_opened(error, path, writing=writing)
        if code & _PRIMARY == sqlite3.SQLITE_READONLY and all(os.access(one, os.W_OK) for one in (path, path.parent)):
            # SQLite opens a file for reading if the system does not let it write, and does not say why.
            return EngineError, "the system let it be read only, though its rights are right: look into its log"
        number = _ERRNO_OF_SQLITE.get(code) or _ERRNO_OF_SQLITE.get(code & _PRIMARY)
    else:
        number = errno.ENOMEM if isinstance(error, MemoryError) else error.errno
    return _classify(number, str(getattr(error, "strerror", None) or error), path, writing=writing)


def _classify(number: int | None, message: str, path: Path, *, writing: bool) -> tuple[type[EngineError], str]:
    """Return the error class and the reason for an errno; `message` is the system's message for it."""
    result: tuple[type[EngineError], str]
    if number in RIGHTS:
        result = IndexRightsError, _refused_access(path, message, writing=writing)
    elif number == errno.EROFS:
        result = IndexRightsError, "it lies on a file system that can only be read: nothing can be written there"
    elif number in FULL:
        result = NoRoomError, f"{message}: make room there, then do it again"
    elif number in BUSY:
        result = IndexBusyError, "another process has it locked: wait until it is done"
    elif number in MISSING:
        result = (
            IndexMissingError,
            "it is not there" if number == errno.ENOENT else "a file stands where a folder belongs",
        )
    elif number == errno.EMFILE:
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        result = ScarceError, f"this process may have {limit} files open and needs more: raise that limit (ulimit -n)"
    elif number in _FIXED_REASONS:
        result = _FIXED_REASONS[number]
    elif number in DEVICE:
        result = DeviceError, f"the device fails ({message}): look into the system's log"
    else:
        result = EngineError, message
    return result


def _why_not_opened(error: sqlite3.Error, path: Path, *, writing: bool) -> tuple[type[EngineError], str]:
    """Return why SQLite cannot open a file: SQLite does not say, so this opens the file to get the system's error."""
    try:
        with path.open("rb"):
            pass
        if writing:
            _check_writable(path.parent)
    except OSError as cause:
        return _classify(cause.errno, cause.strerror or str(cause), path, writing=writing)
    return EngineError, str(error)


def _check_writable(folder: Path) -> None:
    """Raise PermissionError if no file can be made in a folder: SQLite writes its journal beside the database."""
    if not os.access(folder, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _refused_access(path: Path, message: str, *, writing: bool) -> str:
    """Return which user may not access what, and who owns it.

    The refusing path is the topmost parent folder that the user may not enter; if there is none, the file itself; if
    the file is to be written and does not exist or is writable, its folder.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  Path.resolve would have to read the links
    closed_folder = next((folder for folder in reversed(absolute.parents) if not os.access(folder, os.X_OK)), None)
    verb, refusing = "entered", closed_folder
    if refusing is None:
        verb, refusing = ("written", absolute) if writing else ("read", absolute)
        if writing and (not os.path.lexists(absolute) or os.access(absolute, os.W_OK)):
            refusing = absolute.parent
    subject = "it" if refusing == absolute else f"the folder {refusing}"
    text = f"{subject} may not be {verb} by user {_user(os.geteuid())}"
    with suppress(OSError):
        status = refusing.stat()
        return f"{text}: it belongs to {_user(status.st_uid)}, mode {stat.S_IMODE(status.st_mode):o}"
    return f"{text}: {message}"


def _user(number: int) -> str:
    """Return the name of a user id; the number itself where the system has no name for it."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
