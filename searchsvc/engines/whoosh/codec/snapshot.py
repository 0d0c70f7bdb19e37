"""Folder → Snapshot: the state of an index after its last commit, held open while later commits go on."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from searchsvc.engines.whoosh.codec.container import Mask
from searchsvc.engines.whoosh.codec.family import FamilyName
from searchsvc.engines.whoosh.codec.private import INDEX_NAME, toc_name
from searchsvc.engines.whoosh.codec.segment import SegmentArrays
from searchsvc.engines.whoosh.codec.toc import UNFINISHED, SegmentEntry, read_contents
from searchsvc.errors import CorruptIndexError, EngineError

#: Extension of segment files.
EXTENSION = ".arrays"
#: A commit may remove what a reader is about to open; it then starts again, so many times.
ATTEMPTS, PAUSE = 20, 0.02


@dataclass(frozen=True, slots=True)
class OpenSegment:
    """A segment and which of its documents are alive (None: all)."""

    id: str
    arrays: SegmentArrays
    alive: Mask | None
    #: How many are alive.
    count: int

    @property
    def sound(self) -> bool:
        """Whether no damage of its file is known; a file that was cut or written over is noticed here."""
        try:
            self.arrays.file.look()
        except CorruptIndexError:
            return False
        return self.arrays.file.sound


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of an index after a commit."""

    folder: Path
    generation: int
    updated: datetime
    segments: tuple[OpenSegment, ...]

    def check(self) -> None:
        """Check the checksum of every array of every segment.

        Raises:
            CorruptIndexError: One differs.

        """
        for segment in self.segments:
            segment.arrays.file.verify()

    def of(self, family: FamilyName) -> tuple[OpenSegment, ...]:
        """Return the segments of a family."""
        return tuple(segment for segment in self.segments if segment.arrays.family.name == family)

    @property
    def articles(self) -> tuple[OpenSegment, ...]:
        """Segments of articles."""
        return self.of("article")

    @property
    def quotes(self) -> tuple[OpenSegment, ...]:
        """Segments of quotes."""
        return self.of("quote")

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
        previous: An earlier state, whose open files are used again, but for those found damaged.

    Raises:
        IndexMissingError: There is no index.
        CorruptIndexError: A file is damaged or missing.
        EngineError: The index is of another version or cannot be read.

    """
    known = {segment.id: segment.arrays for segment in previous.segments if segment.sound} if previous else {}
    for attempt in range(ATTEMPTS):
        try:
            contents = read_contents(folder)
            segments = tuple(open_segment(folder, entry, known) for entry in contents.segments)
        except FileNotFoundError as error:
            missing = error
            time.sleep(PAUSE * attempt)
        except OSError as error:
            msg = f"{folder}: the index cannot be read: {error}"
            raise EngineError(msg) from error
        else:
            return Snapshot(folder, contents.generation, contents.updated, segments)
    msg = f"{missing.filename}: this file of the index is missing; rebuild with `searchsvc reindex --full`"
    raise CorruptIndexError(msg)


def open_segment(folder: Path, entry: SegmentEntry, known: dict[str, SegmentArrays]) -> OpenSegment:
    """Open a segment that a table of contents lists, unless it is among those known."""
    arrays = known.get(entry.id) or SegmentArrays(segment_path(folder, entry.id))
    if arrays.count != entry.documents or arrays.family.name != entry.family:
        raise arrays.file.corrupt("the number or kind of documents", "the table of contents says otherwise")
    alive = entry.alive()
    return OpenSegment(entry.id, arrays, alive, entry.living)


def clean(folder: Path, generation: int, segments: Sequence[SegmentEntry]) -> None:
    """Remove files of other generations, and what a killed writer left."""
    wanted = {segment_path(folder, segment.id) for segment in segments} | {folder / toc_name(generation)}
    patterns = (f"_{INDEX_NAME}_*.toc", f"{INDEX_NAME}_*{EXTENSION}", f"_{INDEX_NAME}_*{UNFINISHED}")
    for pattern in patterns:
        for path in folder.glob(pattern):
            if path not in wanted:
                with suppress(OSError):  # tried again at the next commit
                    path.unlink()
