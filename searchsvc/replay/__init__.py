"""Article → the saved page that it was read from, made safe to show: in another process, within limits.

Nothing of a page is run, and nothing outside of the archive is loaded: `safe_markup` says which elements are shown,
`markup_rewriter` writes them, `style_rewriter` does the same to style sheets, `recorded_page` finds the page again and
what lies beside it, `archive_folders` opens files of the folders that may be shown and no others. All of that runs in
`replay_process`, which is asked here.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from threading import Lock
from typing import Literal, NamedTuple

from searchsvc.errors import SearchsvcError, UsageError
from searchsvc.model.article import Article
from searchsvc.replay.page_answers import (
    FAILED,
    LOOK,
    PAGE,
    PICTURE,
    PageRequest,
    ReplayFailure,
    ShownPage,
    ShownPicture,
    decode_page,
    decode_picture,
    encode,
)
from searchsvc.sources.guarded_process import GuardedProcess

__all__ = ["PageKind", "ReplayError", "SavedPages", "ShownPage", "ShownPicture", "kind_of_page"]

#: From which kind of file a page was read.
PageKind = Literal["page", "crawl", "collection", "single file", "record"]
#: Why no page is looked for: none are shown here, the article came as a record, it was taken down, or others are read.
Unshown = Literal["off", "record", "taken-down", "busy"]
#: Bytes of address space of the process that reads pages.
MEMORY = 1 << 30
#: Seconds in which it answers, and for which a request waits until it is free.
SECONDS, WAITING_SECONDS = 30.0, 8.0
#: Answers after which a new process takes its place: what a page may have done to it does not last.
MOST_ANSWERS = 500
#: Ends of the names of files → what kind they are.
_KINDS: dict[str, PageKind] = {
    ".warc": "crawl",
    ".arc": "crawl",
    ".wacz": "collection",
    ".mhtml": "single file",
    ".mht": "single file",
    ".webarchive": "single file",
}
_PACKED = (".gz", ".zst", ".br")
#: How `Provenance.parser` begins where an article came as a record.
_RECORD = "record/"


class ReplayError(SearchsvcError):
    """A saved page, or a picture of it, cannot be shown; `failure` says why."""

    def __init__(self, failure: ReplayFailure | Unshown) -> None:
        """Store why."""
        super().__init__(f"the saved page cannot be shown: {failure}")
        self.failure = failure


class _Answer(NamedTuple):
    failure: ReplayFailure | None
    body: bytes


def kind_of_page(article: Article) -> PageKind:
    """Return from which kind of file an article was read."""
    provenance = article.provenance
    if provenance.parser.startswith(_RECORD):
        return "record"
    for part in provenance.path.lower().split("#"):
        name = PurePosixPath(part)
        suffix = PurePosixPath(name.stem).suffix if name.suffix in _PACKED else name.suffix
        if suffix in _KINDS:
            return _KINDS[suffix]
    return "crawl" if "#" in provenance.path else "page"


def real_folders(given: Sequence[str]) -> tuple[str, ...]:
    """Return the real paths of folders.

    Raises:
        UsageError: One is no folder that can be read.

    """
    for folder in given:
        if not os.path.isdir(folder) or not os.access(folder, os.R_OK | os.X_OK):  # noqa: PTH112  as given
            raise UsageError(f"SEARCHSVC_SAVED_PAGES: {folder!r} is no folder that can be read")
    return tuple(dict.fromkeys(os.path.realpath(folder) for folder in given))


@dataclass(slots=True)
class SavedPages:
    """The saved pages of an archive, in the folders that may be shown. Safe to use from several threads."""

    #: Real paths; none: no saved page is shown.
    folders: tuple[str, ...]
    _lock: Lock
    _process: GuardedProcess
    _answers: int = 0
    _owner: int = 0

    def __init__(self, folders: Sequence[str]) -> None:
        """Prepare to show pages of some folders.

        Raises:
            UsageError: One is no folder.

        """
        self.folders = real_folders(folders)
        self._lock = Lock()
        self._start_anew()

    def has_page(self, article: Article) -> bool:
        """Return whether an article can have a saved page: pages are shown, and it came as one. No file is read."""
        return bool(self.folders) and kind_of_page(article) != "record"

    def look(self, article: Article) -> None:
        """Do nothing if the page of an article is there, as it was read.

        Raises:
            ReplayError: It is not, or cannot be read.

        """
        self._ask(LOOK, article)

    def page(self, article: Article) -> ShownPage:
        """Return the page of an article; errors as those of `look`."""
        return decode_page(self._ask(PAGE, article))

    def picture(self, article: Article, key: str) -> ShownPicture:
        """Return a picture of the page of an article by its key; errors as those of `look`."""
        return decode_picture(self._ask(PICTURE, article, key))

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._process.close()

    def _start_anew(self) -> None:
        self._process = GuardedProcess(
            "searchsvc.replay.replay_process:main", str(MEMORY), what="the process that shows saved pages"
        )
        self._answers, self._owner = 0, os.getpid()

    def _ask(self, kind: bytes, article: Article, picture: str = "") -> bytes:
        if not self.has_page(article):
            raise ReplayError("record" if self.folders else "off")
        provenance = article.provenance
        request = PageRequest(self.folders, provenance.path, provenance.sha256, article.head.url, picture)
        if not self._lock.acquire(timeout=WAITING_SECONDS):
            raise ReplayError("busy")
        try:
            if self._owner != os.getpid():  # a worker that was forked: the process is another's
                self._start_anew()
            elif self._answers >= MOST_ANSWERS:
                self._process.close()
                self._answers = 0
            self._answers += 1
            self._process.send(kind, encode(request))
            frame = self._process.frame(SECONDS)
            if frame is None:  # it stands in the middle of an answer, or was brought down
                self._process.close()
                raise ReplayError("costly")
        finally:
            self._lock.release()
        if frame[0] == FAILED:
            raise ReplayError(frame[1].decode())  # type: ignore[arg-type]  # what the other side writes
        return frame[1]
