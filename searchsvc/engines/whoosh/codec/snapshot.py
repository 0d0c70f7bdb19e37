"""Folder → Snapshot: the segments of the last commit, opened; later commits do not change them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from searchsvc.copies import NO_LINKS, CopyLinks
from searchsvc.engines.takedowns import Takedowns
from searchsvc.engines.whoosh.codec.commit import UNFINISHED, SegmentInfo, latest_commit, read_commit
from searchsvc.engines.whoosh.codec.container import Mask, missing
from searchsvc.engines.whoosh.codec.copy_arrays import decode_links
from searchsvc.engines.whoosh.codec.schema import DocumentTypeName
from searchsvc.engines.whoosh.codec.segment import SegmentArrays
from searchsvc.engines.whoosh.codec.whoosh_api import INDEX_NAME, toc_name
from searchsvc.errors import CorruptIndexError, error_from

#: Extension of segment files.
EXTENSION = ".arrays"
#: A commit may remove a file that a reader is about to open. The reader then opens that commit, which is visible before
#: the files of the one before are removed; so often at most, if commits go on overtaking it.
ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class OpenSegment:
    """A segment of a commit, and which of its documents the commit has not deleted."""

    id: str
    arrays: SegmentArrays
    #: (documents,) which documents are not deleted; None: all.
    alive: Mask | None
    #: Number of documents that are not deleted.
    count: int

    @property
    def sound(self) -> bool:
        """Whether no damage of its file is known; looks whether the file was truncated or overwritten meanwhile."""
        try:
            self.arrays.file.look()
        except CorruptIndexError:
            return False
        return self.arrays.file.sound


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of an index after a commit."""

    folder: Path
    #: Number and identity of the commit.
    number: int
    commit: str
    updated: datetime
    segments: tuple[OpenSegment, ...]
    #: `Takedowns.mark` of the list of articles taken down that this commit holds none of.
    forgotten: str = ""
    #: Links between texts that resemble each other.
    copies: CopyLinks = NO_LINKS

    def check(self) -> None:
        """Check the checksum of every array of every segment.

        Raises:
            CorruptIndexError: One differs.

        """
        for segment in self.segments:
            segment.arrays.file.verify()

    def of(self, document_type: DocumentTypeName) -> tuple[OpenSegment, ...]:
        """Return the segments of a type of documents."""
        return tuple(segment for segment in self.segments if segment.arrays.document_type.name == document_type)

    @property
    def articles(self) -> tuple[OpenSegment, ...]:
        """Segments of articles."""
        return self.of("article")

    @property
    def quotes(self) -> tuple[OpenSegment, ...]:
        """Segments of quotes."""
        return self.of("quote")

    @property
    def versions(self) -> tuple[OpenSegment, ...]:
        """Segments of older versions of articles."""
        return self.of("version")

    @property
    def headlines(self) -> tuple[OpenSegment, ...]:
        """Segments of related headlines."""
        return self.of("headline")


def segment_path(folder: Path, segment_id: str) -> Path:
    """Return where a segment's file lies."""
    return folder / f"{INDEX_NAME}_{segment_id}{EXTENSION}"


def open_snapshot(folder: Path, previous: Snapshot | None = None) -> Snapshot:
    """Open the last commit.

    Args:
        folder: The index.
        previous: An earlier state: its open segments are used again, unless they are known to be damaged.

    Raises:
        IndexMissingError: There is no index in the folder.
        CorruptIndexError: A file is damaged or missing.
        OutdatedIndexError: The index is of another version.
        EngineError: A file cannot be read for lack of rights, or a temporary failure of the system.

    """
    known = {segment.id: segment.arrays for segment in previous.segments if segment.sound} if previous else {}
    number = -1
    for _ in range(ATTEMPTS):
        try:
            contents = read_commit(folder)
            number = contents.number
            segments = tuple(open_segment(folder, entry, known) for entry in contents.segments)
        except FileNotFoundError as error:
            gone = error
            if latest_commit(folder) == number:
                break
        except OSError as error:
            raise error_from(error, folder, "the index cannot be read") from error
        else:
            links = decode_links(contents.copies)
            return Snapshot(folder, contents.number, contents.id, contents.updated, segments, contents.forgotten, links)
    raise missing(gone.filename)


def open_segment(folder: Path, entry: SegmentInfo, known: dict[str, SegmentArrays]) -> OpenSegment:
    """Open a segment of a table of contents; `known` are arrays that are open already, by the segment's id.

    Raises:
        FileNotFoundError: The file does not exist.
        CorruptIndexError: It is damaged, or has not the documents that the table of contents says.
        OutdatedIndexError: It is of another version.
        EngineError: It cannot be read.

    """
    arrays = known.get(entry.id) or SegmentArrays(segment_path(folder, entry.id))
    if arrays.count != entry.documents or arrays.document_type.name != entry.document_type:
        raise arrays.file.corrupt("the number or kind of documents", "the table of contents says otherwise")
    alive = entry.alive()
    return OpenSegment(entry.id, arrays, alive, entry.living)


def without(snapshot: Snapshot, takedowns: Takedowns) -> Snapshot:
    """Return the state with the documents of articles taken down deleted, where the commit still holds some.

    It does after a `forget` that was killed, or a restored backup, until the next run takes them out of the files.
    """
    if snapshot.forgotten == takedowns.mark:
        return snapshot
    hidden = (_hidden(segment, takedowns) for segment in snapshot.segments)
    return replace(snapshot, segments=tuple(segment for segment in hidden if segment.count))


def _hidden(segment: OpenSegment, takedowns: Takedowns) -> OpenSegment:
    arrays = segment.arrays
    key = arrays.keys[arrays.document_type.keys[0]]
    dead = [doc for article_id in key.values() if article_id in takedowns for doc in key.documents(article_id)]
    if not dead:
        return segment
    alive = np.ones(arrays.count, np.bool_) if segment.alive is None else segment.alive.copy()
    alive[dead] = False
    return replace(segment, alive=alive, count=int(alive.sum()))


def living_ids(segment: OpenSegment) -> list[str]:
    """Return the ids of a segment's documents that are not deleted, in the order of the documents."""
    ids = [text.decode("utf-8", "surrogatepass") for text in segment.arrays.ids.all()]
    return ids if segment.alive is None else [ids[doc] for doc in np.flatnonzero(segment.alive).tolist()]


def clean(folder: Path, number: int, segments: Sequence[SegmentInfo]) -> None:
    """Remove the files of other commits, and unfinished ones of killed writers; failures are left to the next commit.

    Args:
        folder: The index.
        number: Number of the commit to keep.
        segments: Its segments.

    """
    wanted = {segment_path(folder, segment.id) for segment in segments} | {folder / toc_name(number)}
    patterns = (f"_{INDEX_NAME}_*.toc", f"{INDEX_NAME}_*{EXTENSION}", f"_{INDEX_NAME}_*{UNFINISHED}")
    for pattern in patterns:
        with suppress(OSError):
            for path in folder.glob(pattern):
                if path not in wanted:
                    with suppress(OSError):
                        path.unlink()
