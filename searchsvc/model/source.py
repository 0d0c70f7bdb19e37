"""Source: a page as it was read from a file, before it is parsed; and what was passed over because it is no page."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PageContainer:
    """A file that holds many pages: a crawl, or a file of records."""

    path: str
    #: Size of the file in bytes, as it lies on disk.
    size: int


@dataclass(frozen=True, slots=True)
class Source:
    """One saved page, not parsed yet."""

    #: Path of the file, or of the container with the record's number: `pages/a.html`, `crawl.warc.gz#17`.
    path: str
    #: Path relative to the folder that is read: the stable name of a page that has no URL.
    name: str
    data: bytes
    #: `text/html`, `text/plain` or `application/json` (one record).
    media_type: str
    #: Hex digest of `data`.
    sha256: str
    #: Time of modification of the file; None for a record of a container.
    modified: datetime | None = None
    #: When the page was captured, if the container says so (WARC).
    captured: datetime | None = None
    #: Address of the page according to the container (WARC, JSONL).
    url: str | None = None
    #: Character encoding according to the container (an HTTP header).
    charset: str | None = None
    #: The container that holds the page; None for a page in a file of its own.
    container: PageContainer | None = None
    #: What its file or container lost or mended of it: warnings of the article.
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Files, records or members that are no pages: no error, but counted, so that nothing vanishes without a word."""

    #: Path of the file or folder.
    path: str
    #: Why: `.png`, `type image/png`, `status 404`.
    reason: str
    count: int = 1
    #: Whether the path holds no page at all: then the reason names all others.
    is_place: bool = False

    @property
    def kind(self) -> str:
        """What it is counted as."""
        return "file or folder without a page" if self.is_place else self.reason
