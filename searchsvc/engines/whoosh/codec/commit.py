"""Segments ↔ table of contents: one small checksummed file a commit, which makes it atomic (Lucene's segments_N)."""

import base64
import os
import secrets
import struct
import zlib
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np

from searchsvc.engines.whoosh.codec.container import Mask
from searchsvc.engines.whoosh.codec.schema import DocumentTypeName, word_rules
from searchsvc.engines.whoosh.codec.whoosh_api import of_whoosh, toc_body, toc_header, toc_name, toc_pattern
from searchsvc.errors import CorruptIndexError, IndexMissingError, OutdatedIndexError, error_from

#: Number of the files' layout; an index of another one is rebuilt.
LAYOUT = 4
#: Documents a segment may hold; beyond that the writer opens a new one.
MOST_DOCUMENTS = 1 << 26
#: Slots of the main field a segment may have: their numbers must fit 32 bits.
MOST_SLOTS = 1 << 31
#: Ending of a table of contents that is being written.
UNFINISHED = ".unfinished"
_CRC = struct.Struct("<I")
#: Bytes of randomness in the identity of a commit.
COMMIT_BYTES = 8


class SegmentInfo(msgspec.Struct, frozen=True, rename={"document_type": "family"}):
    """One segment: its name, what it holds, how many documents, and which are deleted (packed bits)."""

    id: Annotated[str, msgspec.Meta(pattern="^[0-9a-z]{8,40}$")]
    document_type: DocumentTypeName
    documents: Annotated[int, msgspec.Meta(gt=0, le=MOST_DOCUMENTS)]
    #: Slots of its main field.
    slots: Annotated[int, msgspec.Meta(ge=0, le=MOST_SLOTS)]
    #: Documents that are not deleted.
    living: Annotated[int, msgspec.Meta(gt=0, le=MOST_DOCUMENTS)]
    deleted: str | None = None

    def alive(self) -> Mask | None:
        """Return which documents are not deleted; None if all are alive."""
        if self.deleted is None:
            if self.living != self.documents:
                msg = f"the table of contents: segment {self.id} lacks its deletions"
                raise CorruptIndexError(msg)
            return None
        try:
            packed = base64.b85decode(self.deleted)
            data = zlib.decompressobj().decompress(packed, (self.documents + 7) // 8)
        except (ValueError, zlib.error) as error:
            msg = f"the table of contents: deletions of segment {self.id} are damaged: {error}"
            raise CorruptIndexError(msg) from error
        bits = np.unpackbits(np.frombuffer(data, np.uint8))
        if len(bits) < self.documents:
            msg = f"the table of contents: deletions of segment {self.id} are too few"
            raise CorruptIndexError(msg)
        alive: Mask = bits[: self.documents] == 0
        if int(alive.sum()) != self.living:
            msg = f"the table of contents: segment {self.id} has {int(alive.sum())} living documents, not {self.living}"
            raise CorruptIndexError(msg)
        return alive

    def without(self, dead: Collection[int]) -> "SegmentInfo | None":
        """Return the entry after more deletions; None if nothing is left."""
        if not dead:
            return self
        alive = self.alive()
        alive = np.ones(self.documents, np.bool_) if alive is None else alive.copy()
        alive[list(dead)] = False
        living = int(alive.sum())
        deleted = base64.b85encode(zlib.compress(np.packbits(~alive).tobytes())).decode()
        return msgspec.structs.replace(self, living=living, deleted=deleted) if living else None


class IndexCommit(msgspec.Struct, frozen=True, rename={"number": "generation", "id": "commit"}):
    """The state of an index after a commit."""

    layout: int
    #: `schema.word_rules()` of the writer.
    words: int
    number: int
    #: Identity of this commit: random, so that no other state of any index has it, whatever numbers come again.
    id: str
    updated: datetime
    segments: tuple[SegmentInfo, ...]
    #: `Forgotten.mark` of the list of articles taken down that this commit holds none of.
    forgotten: str = ""


def new_commit_id() -> str:
    """Return the identity of a commit to come."""
    return secrets.token_hex(COMMIT_BYTES)


class _Version(msgspec.Struct, frozen=True):
    """What every version writes."""

    layout: int
    words: int


_decode = msgspec.json.Decoder(IndexCommit).decode
_decode_version = msgspec.json.Decoder(_Version).decode


def parse_commit(data: bytes, number: int, name: str) -> IndexCommit:
    """Return the contents that a file holds.

    Raises:
        CorruptIndexError: The file is damaged.
        OutdatedIndexError: It was written by another version of this program, or is of Whoosh's own form, as the first
            ones wrote; that holds pickles and is never read.

    """
    body = toc_body(data)
    if body is None and of_whoosh(data):
        raise outdated(name)
    if body is None:
        msg = f"{name}: the table of contents is damaged: it does not begin as one"
        raise CorruptIndexError(msg)
    crc, text = body[: _CRC.size], body[_CRC.size :]
    if len(crc) < _CRC.size or _CRC.unpack(crc)[0] != checksum(data[: len(data) - len(body)], text):
        msg = f"{name}: the table of contents is damaged: its checksum differs"
        raise CorruptIndexError(msg)
    try:
        version = _decode_version(text)
        if version != _Version(LAYOUT, word_rules()):
            raise outdated(name)
        found = _decode(text)
    except msgspec.MsgspecError as error:
        msg = f"{name}: the table of contents is damaged: {error}"
        raise CorruptIndexError(msg) from error
    if found.number != number:
        msg = f"{name}: the table of contents is damaged: it is of commit {found.number}"
        raise CorruptIndexError(msg)
    return found


def outdated(name: str) -> OutdatedIndexError:
    """Return the error that names a file of an index whose files or words are others."""
    return OutdatedIndexError(
        f"{name}: the index was made by another version of searchsvc: `searchsvc reindex` rebuilds it"
    )


def latest_commit(folder: Path) -> int:
    """Return the number of the newest commit, -1 if there is no index.

    Raises:
        EngineError: The folder cannot be listed.

    """
    pattern = toc_pattern()
    try:
        names = [path.name for path in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return -1
    except OSError as error:
        raise error_from(error, folder, "this folder of the index cannot be listed") from error
    return max((int(found.group(1)) for found in map(pattern.match, names) if found), default=-1)


def read_commit(folder: Path) -> IndexCommit:
    """Read the newest table of contents.

    Raises:
        IndexMissingError: There is no index in the folder.
        FileNotFoundError: It vanished in between: a commit made a newer one.
        CorruptIndexError: It is damaged.
        OutdatedIndexError: It is of another version.

    """
    number = latest_commit(folder)
    if number < 0:
        msg = f"{folder}: there is no index here yet: make one with `searchsvc reindex PLACE`"
        raise IndexMissingError(msg)
    path = folder / toc_name(number)
    return parse_commit(path.read_bytes(), number, str(path))


def checksum(header: bytes, text: bytes) -> int:
    """Return the checksum of a table of contents: of all its bytes but the checksum's own."""
    return zlib.crc32(text, zlib.crc32(header))


def write_commit(folder: Path, found: IndexCommit) -> None:
    """Make a commit current: written, made durable with the segments it lists, then renamed into place."""
    header, data = toc_header(), msgspec.json.encode(found)
    path = folder / toc_name(found.number)
    unfinished = path.with_suffix(UNFINISHED)
    write_synced(unfinished, header + _CRC.pack(checksum(header, data)) + data)
    sync_folder(folder)
    unfinished.replace(path)
    sync_folder(folder)


def make_commit(number: int, commit: str, segments: Sequence[SegmentInfo] = (), *, forgotten: str = "") -> IndexCommit:
    """Return the contents of a commit of this version, made now."""
    return IndexCommit(LAYOUT, word_rules(), number, commit, datetime.now(UTC), tuple(segments), forgotten)


def write_synced(path: Path, data: bytes) -> None:
    """Write a whole file, and have it on the disk; what takes a name from it by a rename is then never half a file."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
