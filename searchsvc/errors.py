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
(`--full`, `rollback`) stands with it alone. `trouble.py` tells them apart.
"""


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
